use serde_json::{Value, json};

use super::faults;

/// What is wrong with the spec.
fn told(spec: &Value) -> Vec<String> {
    let mut spec = spec.clone();
    spec["schema"] = json!({"columns": [{"name": "a", "type": "string"}]});
    let object = json!({
        "apiVersion": "datalake-operator.io/v1alpha1", "kind": "Datalake",
        "metadata": {"namespace": "analytics", "name": "events"}, "spec": spec,
    });
    let object = serde_json::from_value(object).unwrap();
    faults(&object, None)
        .into_iter()
        .map(|fault| fault.path)
        .collect()
}

#[test]
fn what_aws_takes_of_numbers_only_within_bounds_is_within_them() {
    let spec = |part: &str, field: &str, value: i32| {
        let mut part_of = json!({});
        part_of[part][field] = json!(value);
        part_of
    };
    for (part, field, low, high, source) in [
        (
            "encryption",
            "deletionWindowDays",
            7,
            30,
            "KMS API reference, ScheduleKeyDeletion",
        ),
        (
            "retention",
            "streamHours",
            24,
            8760,
            "Kinesis API reference, IncreaseStreamRetentionPeriod",
        ),
        (
            "buffering",
            "intervalSeconds",
            60,
            900,
            "Firehose API reference, BufferingHints; below 60 not with conversion",
        ),
        (
            "buffering",
            "sizeMiB",
            64,
            128,
            "Firehose developer guide, \"Convert input record format\"",
        ),
    ] {
        let path = format!("spec.{part}.{field}");
        for (value, told_of) in [(low, false), (high, false), (low - 1, true), (high + 1, true)] {
            let found = told(&spec(part, field, value));
            assert_eq!(
                found.contains(&path),
                told_of,
                "{path} {value}, {source}: {found:?}"
            );
        }
    }
}

/// S3 user guide, "Transitioning objects using Amazon S3 Lifecycle".
#[test]
fn objects_stay_thirty_days_where_infrequent_access_puts_them() {
    let path = "spec.storage.transitions[1].afterDays".to_owned();
    let moves = |first: &str, days: i32| {
        let list = json!([{"afterDays": 30, "storageClass": first}, {"afterDays": days, "storageClass": "GlacierIR"}]);
        told(&json!({"storage": {"transitions": list}}))
    };
    assert!(moves("StandardIA", 59).contains(&path));
    assert!(!moves("StandardIA", 60).contains(&path));
    assert!(!moves("IntelligentTiering", 31).contains(&path));
}
