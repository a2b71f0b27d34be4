use std::io::Read;

use super::*;
use crate::model::kinds;
use crate::model::testing::{edit, lake};

fn as_declared(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        arn: desired.arn.clone(),
        state: "Active".into(),
        last_update: "Successful".into(),
        reason: None,
        code_sha256: desired.code.sha256.clone(),
        configuration: desired.configuration.clone(),
        tags: desired.tags.clone(),
    }
}

fn calls(assessment: &Assessment) -> Vec<&'static str> {
    let Assessment::Apply { changes, .. } = assessment else {
        return Vec::new();
    };
    changes.iter().map(|change| change.operation().1).collect()
}

fn properties(assessment: &Assessment) -> Vec<&str> {
    let Assessment::Apply { differences, .. } = assessment else {
        return Vec::new();
    };
    differences.iter().map(|d| d.property.as_str()).collect()
}

#[test]
fn the_archive_holds_the_source_where_the_handler_is_looked_for() {
    let code = Code::publisher();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&code.zip)).unwrap();
    assert_eq!(zip.len(), 1);
    let mut file = zip.by_name("index.js").unwrap();
    assert_eq!(
        file.unix_mode().map(|mode| mode & 0o777),
        Some(0o644),
        "anyone may read it"
    );
    let mut source = String::new();
    file.read_to_string(&mut source).unwrap();
    assert!(source.contains("exports.handler ="));
}

#[test]
fn a_missing_function_is_created_whole() {
    let lake = lake();
    let desired = desired(&lake);
    let create = Change::CreateFunction {
        name: desired.name.clone(),
        configuration: desired.configuration.clone(),
        code: desired.code.clone(),
        tags: desired.tags.clone(),
    };
    let expected = Assessment::of(vec![kinds::Change::Function(create)], Vec::new());
    assert_eq!(assess(&desired, None, &edit(&lake)), expected);
    assert_eq!(
        desired.configuration.environment["STREAM_NAME"],
        lake.names.stream
    );
    // Lambda user guide, "Lambda runtimes": functions are not made for runtimes that have come to their end.
    assert_eq!(desired.configuration.runtime, "nodejs22.x");
}

/// What was done to the function, the property that must be named, the call.
type Drift = (fn(&mut Observed), &'static str, &'static str);

#[test]
fn each_property_that_differs_is_named_and_mended() {
    let drifts: [Drift; 11] = [
        (|f| f.code_sha256.clear(), "CodeSha256", "UpdateFunctionCode"),
        (
            |f| f.configuration.description.clear(),
            "Description",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.runtime = "nodejs20.x".into(),
            "Runtime",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.handler = "a.b".into(),
            "Handler",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.role_arn.push('x'),
            "Role",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.timeout_seconds = 3,
            "Timeout",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.memory_mib = 256,
            "MemorySize",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.configuration.environment.clear(),
            "Environment",
            "UpdateFunctionConfiguration",
        ),
        (
            |f| f.last_update = "Failed".into(),
            "LastUpdateStatus",
            "UpdateFunctionConfiguration",
        ),
        (|f| f.state = "Failed".into(), "State", "DeleteFunction"),
        (|f| f.tags.clear(), "Tags", "TagResource"),
    ];
    let lake = lake();
    let desired = desired(&lake);
    assert_eq!(
        assess(&desired, Some(&as_declared(&desired)), &edit(&lake)),
        Assessment::InSync
    );
    for (drift, property, call) in drifts {
        let mut live = as_declared(&desired);
        drift(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        assert_eq!(
            (properties(&assessment), calls(&assessment)),
            (vec![property], vec![call])
        );
    }
}

#[test]
fn a_failure_is_told_with_its_reason() {
    let lake = lake();
    let desired = desired(&lake);
    let live = Observed {
        last_update: "Failed".into(),
        reason: Some("The KMS key is disabled".into()),
        ..as_declared(&desired)
    };
    let Assessment::Apply { differences, .. } = assess(&desired, Some(&live), &edit(&lake)) else {
        panic!("nothing is done");
    };
    assert_eq!(differences[0].have, "Failed (The KMS key is disabled)");
}

#[test]
fn the_configuration_waits_for_the_code() {
    let lake = lake();
    let desired = desired(&lake);
    let mut live = as_declared(&desired);
    live.code_sha256.clear();
    live.configuration.timeout_seconds = 3;
    live.tags = lake.owner.tags(&Tags::from([("old".into(), "1".into())]));
    let assessment = assess(&desired, Some(&live), &edit(&lake));
    assert_eq!(
        calls(&assessment),
        ["UntagResource", "TagResource", "UpdateFunctionCode"]
    );
    assert_eq!(properties(&assessment), ["Tags", "CodeSha256", "Timeout"]);
    live.last_update = "InProgress".into();
    assert!(matches!(
        assess(&desired, Some(&live), &edit(&lake)),
        Assessment::Settling(_)
    ));
}

#[test]
fn it_is_removed_by_one_call_once_lambda_is_done_making_it() {
    let lake = lake();
    for (state, expected) in [
        ("Active", vec!["DeleteFunction"]),
        ("Inactive", vec!["DeleteFunction"]),
        ("Failed", vec!["DeleteFunction"]),
        ("Pending", vec![]),
    ] {
        let live = Observed {
            state: state.into(),
            ..as_declared(&desired(&lake))
        };
        let assessment = removal(&live, &edit(&lake));
        assert_eq!(calls(&assessment), expected, "{state}");
        assert_eq!(matches!(assessment, Assessment::Settling(_)), state == "Pending");
    }
}
