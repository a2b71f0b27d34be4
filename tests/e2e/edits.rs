//! Each mutable field, edited, and what AWS has then.

use serde_json::{Value, json};

use crate::lake::Lake;
use crate::look::Eyes;

/// What is edited, the patch of the spec, and what AWS is to have then: resource, where in it, value. Of a text that is
/// longer, the value is a part. The edits follow one another.
type Row = (&'static str, Value, Vec<(&'static str, &'static str, Value)>);

#[rustfmt::skip]
fn of_stream_and_storage() -> Vec<Row> {
    let transitions = json!([{"afterDays": 90, "storageClass": "IntelligentTiering"}]);
    vec![
        ("shards up", json!({"stream": {"shards": 3}}), vec![("stream", "/shards", json!(3))]),
        ("shards down", json!({"stream": {"shards": 2}}), vec![("stream", "/shards", json!(2))]),
        ("stream retention", json!({"retention": {"streamHours": 48}}), vec![("stream", "/retentionHours", json!(48))]),
        ("buffering", json!({"buffering": {"intervalSeconds": 120, "sizeMiB": 128}}), vec![
            ("delivery-stream", "/interval", json!(120)), ("delivery-stream", "/size", json!(128)),
        ]),
        ("compression", json!({"format": {"compression": "Gzip"}}), vec![("delivery-stream", "/conversion", json!("Gzip"))]),
        ("raw days", json!({"retention": {"rawDays": 7}}), vec![("raw-bucket", "/lifecycle/raw/days", json!(7))]),
        ("error days", json!({"retention": {"errorDays": 9}}), vec![
            ("raw-bucket", "/lifecycle/errors/days", json!(9)), ("lake-bucket", "/lifecycle/errors/days", json!(9)),
        ]),
        ("lake days", json!({"retention": {"lakeDays": 400}}), vec![("lake-bucket", "/lifecycle/data/days", json!(400))]),
        ("transitions", json!({"storage": {"transitions": transitions}}), vec![
            ("lake-bucket", "/lifecycle/data/transitions", json!([[90, "INTELLIGENT_TIERING"]])),
        ]),
        ("lake days no more", json!({"retention": {"lakeDays": null}}), vec![
            ("lake-bucket", "/lifecycle/data/days", Value::Null),
            ("lake-bucket", "/lifecycle/data/transitions", json!([[90, "INTELLIGENT_TIERING"]])),
        ]),
        ("rotation off", json!({"encryption": {"rotation": false}}), vec![
            ("bucket-key", "/rotation", json!(false)), ("stream-key", "/rotation", json!(false)),
        ]),
        ("rotation on", json!({"encryption": {"rotation": true}}), vec![
            ("bucket-key", "/rotation", json!(true)), ("stream-key", "/rotation", json!(true)),
        ]),
        ("on demand", json!({"stream": {"mode": "OnDemand", "shards": null}}), vec![("stream", "/mode", json!("ON_DEMAND"))]),
        ("provisioned", json!({"stream": {"mode": "Provisioned", "shards": 2}}), vec![
            ("stream", "/mode", json!("PROVISIONED")), ("stream", "/shards", json!(2)),
        ]),
    ]
}

#[rustfmt::skip]
fn of_catalog_and_parts() -> Vec<Row> {
    let metadata = json!({"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"});
    let wide = json!({"name": "event", "type": "struct<staffName:string,staffId:bigint,emailId:string,status:string,site:string>"});
    let extra = json!({"name": "extra", "type": "int", "comment": "more"});
    let mut mapped = extra.clone();
    mapped["jsonKey"] = json!("extraKey");
    vec![
        ("a type wider", json!({"schema": {"columns": [wide, metadata]}}), vec![
            ("table", "/columns/0/1", json!("staffid:bigint")), ("table", "/columns/0/1", json!("site:string")),
        ]),
        ("a column more, put in front", json!({"schema": {"columns": [extra, wide, metadata]}}), vec![
            ("table", "/columns/0/0", json!("event")), ("table", "/columns/2", json!(["extra", "int", "more"])),
        ]),
        ("a JSON key", json!({"schema": {"columns": [mapped, wide, metadata]}}), vec![
            // Firehose compares keys in lower case (OpenXJsonSerDe, CaseInsensitive).
            ("delivery-stream", "/conversion", json!("extrakey")),
        ]),
        ("timestamp formats", json!({"schema": {"timestampFormats": ["millis"], "columns": [extra, wide, metadata]}}), vec![
            ("delivery-stream", "/conversion", json!("timestamp_formats: Some([\"millis\"])")),
        ]),
        ("result days", json!({"query": {"resultDays": 3}}), vec![("lake-bucket", "/lifecycle/query-results/days", json!(3))]),
        ("scan limit", json!({"query": {"bytesScannedLimitMiB": 100}}), vec![("workgroup", "/cutoffBytes", json!(104_857_600))]),
        ("scan limit no more", json!({"query": {"bytesScannedLimitMiB": null}}), vec![("workgroup", "/cutoffBytes", Value::Null)]),
        ("workgroup off", json!({"query": {"workgroup": false}}), vec![("workgroup", "", Value::Null)]),
        ("workgroup on", json!({"query": {"workgroup": true}}), vec![("workgroup", "/state", json!("ENABLED"))]),
        ("schedule", json!({"crawler": {"schedule": "cron(0/10 * * * ? *)"}}), vec![("crawler", "/schedule", json!("cron(0/10 * * * ? *)"))]),
        ("projection", json!({"partitioning": {"discovery": "Projection"}, "crawler": null}), vec![
            ("table", "/parameters/projection.enabled", json!("true")), ("crawler", "", Value::Null), ("crawler-role", "", Value::Null),
        ]),
        ("a crawler again", json!({"partitioning": {"discovery": "Crawler"}}), vec![
            ("table", "/parameters/projection.enabled", Value::Null), ("crawler", "/schedule", json!("cron(15,45 * * * ? *)")),
        ]),
        ("publisher on, by a name of its own", json!({"testPublisher": {"enabled": true}, "names": {"publisher": "dl-e2e-publisher"}}), vec![
            ("publisher", "/runtime", json!("nodejs")), ("publisher-role", "/trust/Version", json!("2012-10-17")),
        ]),
        ("tags", json!({"tags": {"team": "data"}}), tags(&json!("data"))),
        ("tags no more", json!({"tags": {"team": null}}), tags(&Value::Null)),
        ("publisher off", json!({"testPublisher": {"enabled": false}}), vec![
            ("publisher", "", Value::Null), ("publisher-role", "", Value::Null), ("publisher-log-group", "", Value::Null),
        ]),
    ]
}

fn tags(value: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let tagged = [
        "bucket-key",
        "stream-key",
        "lake-bucket",
        "raw-bucket",
        "log-group",
        "stream",
        "database",
        "delivery-role",
        "crawler-role",
        "publisher-role",
        "delivery-stream",
        "crawler",
        "workgroup",
        "publisher-log-group",
        "publisher",
    ];
    let tagged = tagged.into_iter().map(|id| (id, "/tags/team", value.clone()));
    tagged
        .chain([("table", "/parameters/team", value.clone())])
        .collect()
}

#[tokio::test]
async fn each_field_of_stream_and_storage_reaches_aws() {
    let lake = Lake::ready("e2e-edits-storage", json!({})).await;
    make_edits(&lake, of_stream_and_storage()).await;
}

#[tokio::test]
async fn each_field_of_catalog_and_parts_reaches_aws() {
    let lake = Lake::ready("e2e-edits-catalog", json!({})).await;
    make_edits(&lake, of_catalog_and_parts()).await;
}

async fn make_edits(lake: &Lake, rows: Vec<Row>) {
    // A part that is off is no longer in the status, but it is to be looked for.
    let mut eyes = lake.eyes().await;
    for (what, patch, wanted) in rows {
        lake.edit(&patch).await;
        lake.until_ready().await;
        let now = lake.eyes().await;
        eyes.names.extend(now.names);
        eyes.arns.extend(now.arns);
        for (id, pointer, value) in wanted {
            let seen = at(&eyes, id, pointer).await;
            assert!(
                holds(&seen, &value),
                "{what}: {id}{pointer}: {seen}\n{}",
                lake.story().await
            );
        }
    }
    let events = lake.events().await;
    assert!(
        events.iter().all(|(reason, _)| reason != "DriftCorrected"),
        "an edit is no drift: {events:#?}"
    );
    let calls = lake.operator().calls();
    lake.until_passes(3).await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
}

async fn at(eyes: &Eyes, id: &str, pointer: &str) -> Value {
    eyes.look(id)
        .await
        .pointer(pointer)
        .cloned()
        .unwrap_or(Value::Null)
}

fn holds(seen: &Value, value: &Value) -> bool {
    match (seen, value) {
        (Value::String(seen), Value::String(part)) => seen.contains(part.as_str()),
        _ => seen == value,
    }
}

#[tokio::test]
async fn a_users_own_keys_take_over_and_ours_stay() {
    let lake = Lake::ready("e2e-own-keys", json!({})).await;
    let eyes = lake.eyes().await;
    let key = lake
        .aws
        .kms
        .create_key()
        .description("a user's own")
        .send()
        .await
        .unwrap();
    let own = key.key_metadata.unwrap().arn.unwrap();
    lake.edit(&json!({"encryption": {"bucketKeyArn": own, "streamKeyArn": own}}))
        .await;
    lake.until_ready().await;
    for (id, pointer) in [
        ("lake-bucket", "/encryption/0"),
        ("raw-bucket", "/encryption/0"),
        ("delivery-stream", "/key"),
        ("stream", "/key"),
        ("workgroup", "/results"),
    ] {
        let seen = at(&eyes, id, pointer).await;
        assert!(holds(&seen, &json!(own)), "{id}{pointer}: {seen}");
    }
    for id in ["bucket-key", "stream-key"] {
        assert_eq!(at(&eyes, id, "/state").await, "Enabled");
        let status = lake.status().await;
        let kept = status.resources.iter().find(|r| r.id == id).unwrap();
        assert_eq!(kept.reason.as_deref(), Some("Kept"), "{}", lake.story().await);
    }
}
