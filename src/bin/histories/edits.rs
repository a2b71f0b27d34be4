//! What users write: specs to begin with, and edits of every field that may change, and of some that may not.

use std::sync::LazyLock;

use datalake_operator::api::DatalakeSpec;
use serde_json::{Value, json};

use crate::home;

/// An edit of the spec.
pub struct Edit {
    /// What it is about.
    pub what: &'static str,
    /// RFC 7386; `REGION` and `ACCOUNT` stand for the lake's.
    pub patch: &'static str,
    /// Whether it is refused, at least once the lake exists.
    pub refused: bool,
}

/// Specs to begin with: what they are, and the patch on the sample lake.
pub const BASES: &[(&str, &str)] = &[
    ("the sample lake", "{}"),
    (
        "with a publisher, everything goes on deletion",
        r#"{"testPublisher": {"enabled": true}, "deletionPolicy": "Delete"}"#,
    ),
    (
        "RetainData, with tags",
        r#"{"deletionPolicy": "RetainData", "tags": {"team": "data"}}"#,
    ),
    ("everything goes on deletion", r#"{"deletionPolicy": "Delete"}"#),
    (
        "Report",
        r#"{"driftPolicy": "Report", "deletionPolicy": "Delete"}"#,
    ),
    (
        "projection, no workgroup",
        r#"{"partitioning": {"discovery": "Projection"}, "query": {"workgroup": false}, "deletionPolicy": "Delete"}"#,
    ),
    (
        "on demand, kept for 48 hours",
        r#"{"stream": {"mode": "OnDemand"}, "retention": {"streamHours": 48}}"#,
    ),
    (
        "us-east-1, with a publisher, under a permissions boundary",
        r#"{"region": "us-east-1", "testPublisher": {"enabled": true}, "deletionPolicy": "Delete"}"#,
    ),
    (
        "what is nobody's may be taken over",
        r#"{"adoption": "Unowned", "testPublisher": {"enabled": true}}"#,
    ),
    (
        "what is nobody's may be taken over, everything goes on deletion",
        r#"{"adoption": "Unowned", "deletionPolicy": "Delete"}"#,
    ),
];

const fn valid(what: &'static str, patch: &'static str) -> Edit {
    Edit {
        what,
        patch,
        refused: false,
    }
}

const fn refused(what: &'static str, patch: &'static str) -> Edit {
    Edit {
        what,
        patch,
        refused: true,
    }
}

/// Edits of every field that may change, and of some that may not.
#[rustfmt::skip]
pub const EDITS: &[Edit] = &[
    valid("shards", r#"{"stream": {"mode": "Provisioned", "shards": 2}}"#),
    valid("shards", r#"{"stream": {"mode": "Provisioned", "shards": 5}}"#),
    valid("shards", r#"{"stream": {"mode": "Provisioned", "shards": 1}}"#),
    valid("the stream's mode", r#"{"stream": {"mode": "OnDemand", "shards": null}}"#),
    valid("streamHours", r#"{"retention": {"streamHours": 48}}"#),
    valid("streamHours", r#"{"retention": {"streamHours": 24}}"#),
    valid("buffering", r#"{"buffering": {"intervalSeconds": 300, "sizeMiB": 128}}"#),
    valid("buffering", r#"{"buffering": {"intervalSeconds": 60, "sizeMiB": 64}}"#),
    valid("rawDays", r#"{"retention": {"rawDays": 7}}"#),
    valid("errorDays", r#"{"retention": {"errorDays": 5}}"#),
    valid("lakeDays", r#"{"retention": {"lakeDays": 365}}"#),
    valid("lakeDays", r#"{"retention": {"lakeDays": null}}"#),
    valid("transitions", r#"{"storage": {"transitions": [{"afterDays": 60, "storageClass": "StandardIA"}]}}"#),
    valid("discovery", r#"{"partitioning": {"discovery": "Projection"}, "crawler": null}"#),
    valid("discovery", r#"{"partitioning": {"discovery": "Crawler"}}"#),
    valid("the crawler's schedule", r#"{"partitioning": {"discovery": "Crawler"}, "crawler": {"schedule": "cron(0 * * * ? *)"}}"#),
    valid("compression", r#"{"format": {"compression": "Gzip"}}"#),
    valid("rotation", r#"{"encryption": {"rotation": false}}"#),
    valid("rotation", r#"{"encryption": {"rotation": true}}"#),
    valid("deletionWindowDays", r#"{"encryption": {"deletionWindowDays": 7}}"#),
    valid("a bucket key of the user's own", r#"{"encryption": {"bucketKeyArn": "arn:aws:kms:REGION:ACCOUNT:key/99999999-9999-4999-8999-999999999999"}}"#),
    valid("a stream key of the user's own", r#"{"encryption": {"streamKeyArn": "arn:aws:kms:REGION:ACCOUNT:key/99999999-9999-4999-8999-999999999999"}}"#),
    valid("the lake's own keys", r#"{"encryption": {"bucketKeyArn": null, "streamKeyArn": null}}"#),
    valid("the workgroup off", r#"{"query": {"workgroup": false}}"#),
    valid("the workgroup on", r#"{"query": {"workgroup": true}}"#),
    valid("query limits", r#"{"query": {"resultDays": 3, "bytesScannedLimitMiB": 100}}"#),
    valid("the publisher on", r#"{"testPublisher": {"enabled": true}}"#),
    valid("the publisher off", r#"{"testPublisher": {"enabled": false}}"#),
    valid("tags", r#"{"tags": {"team": "data", "cost": "1"}}"#),
    valid("tags", r#"{"tags": {"team": "core", "cost": null}}"#),
    valid("tags", r#"{"tags": {"team": null, "cost": null}}"#),
    valid("a new column", r#"{"schema": {"columns": [{"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"}, {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"}, {"name": "note", "type": "string", "comment": "said"}]}}"#),
    valid("a wider type", r#"{"schema": {"columns": [{"name": "event", "type": "struct<staffName:string,staffId:bigint,emailId:string,status:string>"}, {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"}, {"name": "note", "type": "string", "comment": "said"}]}}"#),
    valid("timestampFormats", r#"{"schema": {"timestampFormats": ["millis"]}}"#),
    valid("deletionPolicy", r#"{"deletionPolicy": "Delete"}"#),
    valid("deletionPolicy", r#"{"deletionPolicy": "RetainData"}"#),
    valid("deletionPolicy", r#"{"deletionPolicy": "Retain"}"#),
    valid("driftPolicy", r#"{"driftPolicy": "Report"}"#),
    valid("driftPolicy", r#"{"driftPolicy": "Correct"}"#),
    valid("adoption", r#"{"adoption": "Unowned"}"#),
    valid("adoption", r#"{"adoption": "Never"}"#),
    valid("suspend", r#"{"suspend": true}"#),
    valid("suspend", r#"{"suspend": false}"#),
    refused("a column dropped", r#"{"schema": {"columns": [{"name": "event", "type": "string"}]}}"#),
    refused("granularity", r#"{"partitioning": {"granularity": "Day"}}"#),
    refused("the time zone", r#"{"partitioning": {"timeZone": "Europe/Berlin"}}"#),
    refused("the format", r#"{"format": {"type": "Orc"}}"#),
    refused("the lake bucket's name", r#"{"names": {"lakeBucket": "another-example-lake"}}"#),
    refused("the stream's name", r#"{"names": {"stream": "another-example-stream"}}"#),
    refused("the region", r#"{"region": "eu-central-1"}"#),
    refused("rawDays out of bounds", r#"{"retention": {"rawDays": 0}}"#),
    refused("a tag of AWS's own", r#"{"tags": {"aws:mine": "1"}}"#),
    refused("no such type", r#"{"schema": {"columns": [{"name": "event", "type": "strong"}]}}"#),
];

/// The edits that are refused; none of them depends on where the lake is.
pub static REFUSED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    EDITS
        .iter()
        .filter(|edit| edit.refused)
        .map(|edit| read(edit.patch))
        .collect()
});

/// The sample lake of the documentation, with `patch` merged into its spec.
pub fn sample(patch: &str) -> Value {
    let mut spec = json!({"schema": {"columns": [
        {"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"},
        {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"},
    ]}});
    merge(&mut spec, &read(patch));
    spec
}

/// The patch as it is for a lake in that place.
pub fn patch(edit: &Edit, region: &str, account: &str) -> Value {
    read(&edit.patch.replace("REGION", region).replace("ACCOUNT", account))
}

/// Edits that undo others, as indices: the first changes the sample lake, the second changes that back and would change
/// nothing of the sample lake.
pub fn pairs() -> Vec<(usize, usize)> {
    let begin = sample("{}");
    let after = |spec: &Value, edit: &Edit| {
        let mut spec = spec.clone();
        merge(&mut spec, &patch(edit, "eu-west-1", home::ACCOUNT));
        spec
    };
    // With the defaults filled in.
    let meaning = |spec: &Value| serde_json::from_value::<DatalakeSpec>(spec.clone()).map(|spec| json!(spec));
    let same = |a: &Value, b: &Value| matches!((meaning(a), meaning(b)), (Ok(a), Ok(b)) if a == b);
    let valid = || EDITS.iter().enumerate().filter(|(_, edit)| !edit.refused);
    let idle = valid().filter(|(_, edit)| same(&begin, &after(&begin, edit)));
    let each = idle.flat_map(|(second, back)| {
        let undone = valid().filter(|(_, edit)| {
            let edited = after(&begin, edit);
            !same(&edited, &after(&edited, back))
        });
        undone.map(|(first, _)| (first, second)).collect::<Vec<_>>()
    });
    each.collect()
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("the tables of this file are JSON")
}

/// RFC 7386.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        return target.clone_from(patch);
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Puts back all that the patch speaks of.
pub fn revert(target: &mut Value, patch: &Value, before: &Value) {
    let (Value::Object(target), Value::Object(patch)) = (target, patch) else {
        return;
    };
    for (key, value) in patch {
        match (before.get(key), value) {
            (Some(was @ Value::Object(_)), Value::Object(_)) => {
                revert(target.entry(key.clone()).or_insert(Value::Null), value, was);
            }
            (Some(was), _) => drop(target.insert(key.clone(), was.clone())),
            (None, _) => drop(target.remove(key)),
        }
    }
}

/// Whether the spec says all that the patch says.
pub fn in_effect(spec: &Value, patch: &Value) -> bool {
    match (spec, patch) {
        (Value::Object(spec), Value::Object(patch)) => patch
            .iter()
            .all(|(key, value)| in_effect(spec.get(key).unwrap_or(&Value::Null), value)),
        (spec, patch) => spec == patch,
    }
}
