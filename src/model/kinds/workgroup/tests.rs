use super::super::testing::{changes, differences, operations};
use super::*;
use crate::model::testing::{edit, facts, lake};

fn with_limit(mib: Option<i64>) -> Desired {
    desired(
        &Lake {
            scan_limit_mib: mib,
            ..lake()
        },
        &facts(),
    )
    .unwrap()
}

/// The workgroup as Athena shows it once it is as declared.
fn live(desired: &Desired) -> Observed {
    let configuration = desired.configuration.clone();
    Observed {
        name: desired.name.clone(),
        state: "ENABLED".into(),
        description: desired.description.clone(),
        output_location: Some(configuration.output_location),
        encryption: Some(("SSE_KMS".into(), configuration.key.map(|key| key.to_string()))),
        bucket_owner: Some(configuration.bucket_owner.to_string()),
        enforced: Some(true),
        metrics: Some(true),
        cutoff_bytes: configuration.cutoff_bytes,
        tags: desired.tags.clone(),
    }
}

fn assessed(desired: &Desired, live: Option<&Observed>) -> Assessment {
    assess(desired, live, &edit(&lake()))
}

#[test]
fn results_go_to_the_lake_bucket_encrypted_with_its_key() {
    let Configuration {
        output_location,
        key,
        bucket_owner,
        cutoff_bytes,
    } = with_limit(None).configuration;
    assert_eq!(
        output_location,
        format!("s3://{}/query-results/", lake().names.lake_bucket)
    );
    assert_eq!(key, facts().bucket_key);
    assert_eq!(bucket_owner, lake().place.account);
    assert_eq!(cutoff_bytes, None);
    let no_key = Facts {
        bucket_key: None,
        ..facts()
    };
    assert_eq!(desired(&lake(), &no_key), None, "not before the key is there");
}

#[test]
fn the_limit_is_sent_in_bytes() {
    assert_eq!(
        with_limit(Some(10)).configuration.cutoff_bytes,
        Some(10_485_760),
        "Athena takes 10,000,000 or more"
    );
    assert_eq!(
        with_limit(Some(i64::MAX)).configuration.cutoff_bytes,
        Some(i64::MAX),
        "and it never overflows"
    );
}

#[test]
fn a_missing_workgroup_is_created_with_its_tags() {
    let assessment = assessed(&with_limit(None), None);
    let [AnyChange::Workgroup(Change::CreateWorkGroup { tags, .. })] = changes(&assessment) else {
        panic!("{assessment:?}");
    };
    assert_eq!(tags, &lake().tags);
}

#[test]
fn a_workgroup_as_declared_is_in_sync() {
    for limit in [None, Some(10)] {
        let desired = with_limit(limit);
        assert_eq!(assessed(&desired, Some(&live(&desired))), Assessment::InSync);
    }
}

#[test]
fn what_athena_leaves_out_or_writes_otherwise_is_no_difference() {
    let desired = with_limit(None);
    let table: [(Spoil, &str); 3] = [
        (|live| live.enforced = None, "a switch that is not said"),
        (|live| live.metrics = None, "another"),
        (
            |live| {
                let (_, key) = live.encryption.as_mut().unwrap();
                *key = key
                    .as_deref()
                    .and_then(|arn| arn.rsplit('/').next())
                    .map(str::to_owned);
            },
            "the key by its id",
        ),
    ];
    for (spoil, why) in table {
        let mut live = live(&desired);
        spoil(&mut live);
        assert_eq!(assessed(&desired, Some(&live)), Assessment::InSync, "{why}");
    }
}

type Spoil = fn(&mut Observed);

#[test]
fn each_property_that_differs_is_named_and_mended_by_one_update() {
    let table: [(Spoil, &str); 10] = [
        (
            |live| live.state = "DISABLED".into(),
            "State: DISABLED instead of ENABLED",
        ),
        (|live| live.description.clear(), "Description: none instead of "),
        (
            |live| live.output_location = None,
            "OutputLocation: none instead of s3://",
        ),
        (
            |live| live.encryption = None,
            "EncryptionConfiguration: none instead of SSE_KMS arn:",
        ),
        (
            |live| live.encryption = Some(("SSE_S3".into(), None)),
            "EncryptionConfiguration: SSE_S3 instead of SSE_KMS arn:",
        ),
        (
            |live| live.bucket_owner = None,
            "ExpectedBucketOwner: none instead of 123456789012",
        ),
        (
            |live| live.enforced = Some(false),
            "EnforceWorkGroupConfiguration: false instead of true",
        ),
        (
            |live| live.metrics = Some(false),
            "PublishCloudWatchMetricsEnabled: false instead of true",
        ),
        (
            |live| live.cutoff_bytes = None,
            "BytesScannedCutoffPerQuery: none instead of 10485760",
        ),
        (
            |live| live.cutoff_bytes = Some(10_000_000),
            "BytesScannedCutoffPerQuery: 10000000 instead of",
        ),
    ];
    let desired = with_limit(Some(10));
    for (spoil, says) in table {
        let mut live = live(&desired);
        spoil(&mut live);
        let assessment = assessed(&desired, Some(&live));
        assert_eq!(operations(&assessment), ["UpdateWorkGroup"], "{says}");
        let said = differences(&assessment);
        assert!(said.len() == 1 && said[0].starts_with(says), "{said:?}");
    }
}

#[test]
fn a_limit_that_is_not_declared_is_taken_off() {
    let desired = with_limit(None);
    let live = Observed {
        cutoff_bytes: Some(10_485_760),
        ..live(&desired)
    };
    let said = differences(&assessed(&desired, Some(&live)));
    assert_eq!(said, ["BytesScannedCutoffPerQuery: 10485760 instead of none"]);
}

#[test]
fn tags_alone_need_no_update() {
    let desired = with_limit(None);
    let mut live = live(&desired);
    live.tags = lake().owner.tags(&Tags::from([("cost".into(), "1".into())]));
    assert_eq!(
        operations(&assessed(&desired, Some(&live))),
        ["UntagResource", "TagResource"]
    );
}

#[test]
fn a_workgroup_is_removed_by_one_call() {
    let lake = lake();
    assert_eq!(
        operations(&removal(&live(&with_limit(None)), &edit(&lake))),
        ["DeleteWorkGroup"]
    );
}
