//! Resources of the user's own: named once, by good names, and nothing beside them that would have no effect.

use serde_json::{Value, json};

use super::all_are_refused;
use crate::objects::{spec, with};

#[tokio::test]
async fn what_exists_is_named_once_and_keeps_its_own_settings() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/a";
    let buckets = json!({"existing": {"lakeBucket": "their-lake", "rawBucket": "their-raw"}});
    let one = |field: &str, name: &str| json!({"existing": {field: name}});
    let and = |existing: &Value, more: Value| with(existing.clone(), &more);
    let (lake, raw) = (one("lakeBucket", "their-lake"), one("rawBucket", "their-raw"));
    let (stream, database) = (one("stream", "their-stream"), one("database", "their_database"));
    let days = json!({"storage": {"transitions": [{"afterDays": 90, "storageClass": "GlacierIR"}]}});
    #[rustfmt::skip]
    let rows = [
        ("a lake bucket named twice", and(&lake, json!({"names": {"lakeBucket": "mine"}})), "spec.names.lakeBucket", "names it already"),
        ("a raw bucket named twice", and(&raw, json!({"names": {"rawBucket": "mine"}})), "spec.names.rawBucket", "names it already"),
        ("a stream named twice", and(&stream, json!({"names": {"stream": "mine"}})), "spec.names.stream", "names it already"),
        ("a database named twice", and(&database, json!({"names": {"database": "mine"}})), "spec.names.database", "names it already"),
        ("one bucket for both", with(lake.clone(), &one("rawBucket", "their-lake")), "spec.existing.rawBucket", "a bucket each"),
        ("days of the lake", and(&lake, json!({"retention": {"lakeDays": 3}})), "spec.retention.lakeDays", "no effect"),
        ("transitions of the lake", and(&lake, days), "spec.storage.transitions", "no effect"),
        ("days of results", and(&lake, json!({"query": {"resultDays": 3}})), "spec.query.resultDays", "no effect"),
        ("days of raw copies", and(&raw, json!({"retention": {"rawDays": 3}})), "spec.retention.rawDays", "no effect"),
        ("days of errors", and(&buckets, json!({"retention": {"errorDays": 3}})), "spec.retention.errorDays", "no effect"),
        ("a key of both buckets", and(&buckets, json!({"encryption": {"bucketKeyArn": key}})), "spec.encryption.bucketKeyArn", "no effect"),
        ("hours of the stream", and(&stream, json!({"retention": {"streamHours": 48}})), "spec.retention.streamHours", "no effect"),
        ("shards of the stream", and(&stream, json!({"stream": {"shards": 1}})), "spec.stream", "no effect"),
        ("mode of the stream", and(&stream, json!({"stream": {"mode": "OnDemand"}})), "spec.stream", "no effect"),
        ("a key of the stream", and(&stream, json!({"encryption": {"streamKeyArn": key}})), "spec.encryption.streamKeyArn", "no effect"),
    ];
    all_are_refused(
        rows.map(|(what, change, path, says)| (what, spec(change), path, says))
            .into(),
    )
    .await;
}

#[tokio::test]
async fn names_of_what_exists_are_names() {
    #[rustfmt::skip]
    let rows = [
        ("capitals", "lakeBucket", "Their-lake", "S3 refuses"),
        ("a dot", "rawBucket", "their.raw", "S3 refuses"),
        ("two characters", "rawBucket", "ab", "at least 3"),
        ("no name", "stream", "", "at least 1"),
        ("a blank", "stream", "their stream", "the service refuses"),
        ("a hyphen", "database", "their-database", "Athena refuses"),
    ];
    let rows = rows.map(|(what, field, name, says)| {
        let path: &'static str = match field {
            "lakeBucket" => "spec.existing.lakeBucket",
            "rawBucket" => "spec.existing.rawBucket",
            "stream" => "spec.existing.stream",
            _ => "spec.existing.database",
        };
        (what, spec(json!({"existing": {field: name}})), path, says)
    });
    all_are_refused(rows.into()).await;
}

#[tokio::test]
async fn other_words_for_adoption_are_refused() {
    let rows = [(
        "always",
        json!({"adoption": "Always"}),
        "spec.adoption",
        "Unsupported value",
    )];
    all_are_refused(
        rows.map(|(what, change, path, says)| (what, spec(change), path, says))
            .into(),
    )
    .await;
}
