//! Objects that apply, and what they become.

use datalake_operator::api::Datalake;
use datalake_operator::model::arn::Region;
use datalake_operator::model::lake::faults;
use serde_json::{Value, json};

use crate::answers::assert_accepted;
use crate::objects::{columns, lake, lake_of_type, spec, with};
use crate::server::Server;

#[tokio::test]
async fn the_server_and_the_pass_take_every_example() {
    let server = Server::shared().await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let region = Region::parse("eu-west-1").unwrap();
    let mut applied = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let yaml = std::fs::read_to_string(&file).unwrap();
        let object: Value = serde_saphyr::from_str(&yaml).unwrap();
        let namespace = object["metadata"]["namespace"].as_str().unwrap();
        let answer = server.try_create_yaml(namespace, yaml).await;
        assert_accepted(&format!("{}", file.display()), answer);
        let object: Datalake = serde_json::from_value(object).unwrap();
        assert_eq!(faults(&object, Some(&region)), [], "{}", file.display());
        applied += 1;
    }
    assert!(applied >= 6, "{applied} examples");
}

#[tokio::test]
async fn a_lake_of_columns_gets_every_default_that_holds_in_every_mode() {
    let server = Server::shared().await;
    let made = assert_accepted("no more than columns", server.try_create(&lake("defaults")).await);
    let mut defaults = made["spec"].clone();
    defaults.as_object_mut().unwrap().remove("schema");
    let expected = json!({
        "stream": {"mode": "Provisioned"},
        "buffering": {"intervalSeconds": 60, "sizeMiB": 64},
        "retention": {"streamHours": 24, "rawDays": 30, "errorDays": 30},
        "storage": {"transitions": []},
        "partitioning": {"granularity": "Hour", "timeZone": "UTC", "discovery": "Crawler"},
        "format": {"type": "Parquet", "compression": "Snappy"},
        "encryption": {"rotation": true, "deletionWindowDays": 30},
        "query": {"workgroup": true, "resultDays": 7},
        "testPublisher": {"enabled": false},
        "deletionPolicy": "Retain",
        "driftPolicy": "Correct",
        "adoption": "Never",
        "suspend": false,
        "tags": {},
        "names": {},
        "existing": {},
    });
    assert_eq!(defaults, expected);
    assert_eq!(made["status"], json!({"observedGeneration": -1}));
}

#[tokio::test]
async fn good_specs_apply() {
    let server = Server::shared().await;
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let tags: serde_json::Map<String, Value> = (0..40)
        .map(|n| (format!("tag-{n}"), json!("x".repeat(256))))
        .collect();
    #[rustfmt::skip]
    let rows = [
        ("OnDemand alone, without shards", json!({"stream": {"mode": "OnDemand"}})),
        ("shards of a provisioned stream", json!({"stream": {"shards": 10_000}})),
        ("Projection alone, without a crawler", json!({"partitioning": {"discovery": "Projection"}})),
        ("an empty crawler, which gets the default schedule", json!({"crawler": {}})),
        ("every five minutes", json!({"crawler": {"schedule": "cron(0/5 * * * ? *)"}})),
        ("days of the week by name", json!({"crawler": {"schedule": "cron(0 8-18/2 ? JAN-MAR,DEC MON-FRI 2026-2030)"}})),
        ("the last Friday of the month", json!({"crawler": {"schedule": "cron(0 0 ? * 6L *)"}})),
        ("the weekday next to the 15th", json!({"crawler": {"schedule": "cron(0 0 15W * ? *)"}})),
        ("lists with the gap just wide enough", json!({"crawler": {"schedule": "cron(0,5,10,55 0 L * ? *)"}})),
        ("transitions by age and class", json!({"storage": {"transitions": [
            {"afterDays": 30, "storageClass": "StandardIA"}, {"afterDays": 60, "storageClass": "IntelligentTiering"},
            {"afterDays": 90, "storageClass": "OneZoneIA"}]}})),
        ("the last transition a day before the end", json!({"storage": {"transitions": [{"afterDays": 99, "storageClass": "GlacierIR"}]}, "retention": {"lakeDays": 100}})),
        ("ORC with Zlib", json!({"format": {"type": "Orc", "compression": "Zlib"}})),
        ("a key in the lake's region", json!({"region": "eu-west-1", "encryption": {"bucketKeyArn": key, "streamKeyArn": key}})),
        ("a key, and the region left to the operator", json!({"encryption": {"bucketKeyArn": key}})),
        ("a region of a partition of its own", json!({"region": "us-gov-west-1"})),
        ("40 tags of the longest values", json!({"tags": tags})),
        ("tags in letters of any script", json!({"tags": {"Straße": "東京 1", "a/b:c=d+e@f-g_h.i": ""}})),
        ("a zone of two slashes", json!({"partitioning": {"timeZone": "America/Argentina/Buenos_Aires"}})),
        ("the smallest scan limit that Athena takes", json!({"query": {"bytesScannedLimitMiB": 10}})),
        ("resources of nobody's taken over", json!({"adoption": "Unowned"})),
        ("everything that can exist", json!({"existing": {"lakeBucket": "their-lake", "rawBucket": "their-raw",
            "stream": "their-stream", "database": "their_database"}})),
        ("one existing bucket, and what holds for the other", json!({"existing": {"rawBucket": "their-raw"},
            "retention": {"lakeDays": 400, "errorDays": 7}, "encryption": {"bucketKeyArn": key}, "names": {"lakeBucket": "mine"}})),
        ("names at their longest", json!({"names": {
            "bucketKeyAlias": format!("alias/{}", "a".repeat(250)), "streamKeyAlias": "alias/a/b_c-d",
            "lakeBucket": "a".repeat(63), "rawBucket": "b".repeat(63), "stream": "s".repeat(128),
            "deliveryStream": "d".repeat(64), "database": "d".repeat(255), "table": "t".repeat(255),
            "crawler": "c".repeat(255), "workgroup": "w".repeat(128), "deliveryRole": "r".repeat(64),
            "crawlerRole": "q".repeat(64), "publisherRole": "p".repeat(64), "publisher": "p".repeat(64),
            "logGroup": "/".repeat(512)}})),
    ];
    for (what, change) in rows {
        let answer = server.try_create(&with(lake("good"), &spec(change))).await;
        assert_accepted(what, answer);
    }
    let crawler = server
        .try_create(&with(lake("good"), &spec(json!({"crawler": {}}))))
        .await;
    let crawler = assert_accepted("an empty crawler", crawler);
    assert_eq!(crawler["spec"]["crawler"]["schedule"], "cron(15,45 * * * ? *)");
}

#[tokio::test]
async fn a_name_of_63_characters_applies() {
    let server = Server::shared().await;
    assert_accepted("63", server.try_create(&lake(&"n".repeat(63))).await);
}

#[tokio::test]
async fn good_types_apply() {
    let server = Server::shared().await;
    let fields: Vec<String> = (0..1_000).map(|n| format!("f{n}:int")).collect();
    let longest: Vec<String> = (1_000..1_909).map(|n| format!("field_{n}:bigint")).collect();
    let longest = format!("struct<{}>", longest.join(","));
    assert_eq!(longest.len(), 16_369);
    #[rustfmt::skip]
    let rows = [
        "string".to_owned(),
        "Struct< staffName : STRING,\n\tstaffId: int >".to_owned(),
        "decimal(38,38)".to_owned(),
        "decimal(10)".to_owned(),
        "char(255)".to_owned(),
        "varchar( 65535 )".to_owned(),
        "integer".to_owned(),
        "map<string,array<struct<a:int,b:map<int,date>>>>".to_owned(),
        "struct<a:struct<id:int>,b:struct<id:int>>".to_owned(),
        "struct<int:int,string:string,2nd:binary>".to_owned(),
        format!("{}int{}", "array<".repeat(15), ">".repeat(15)),
        format!("struct<{}>", fields.join(",")),
        longest,
    ];
    for r#type in &rows {
        let answer = server.try_create(&lake_of_type(r#type)).await;
        assert_accepted(&format!("{type:.100}"), answer);
    }
}

#[tokio::test]
async fn a_thousand_columns_apply_and_can_be_changed() {
    let server = Server::shared().await;
    let column = |n: usize| json!({"name": format!("column_{n}"), "type": "struct<id:int,name:string>", "jsonKey": format!("column-{n}")});
    let wide = with(lake("wide"), &columns((0..1_000).map(column).collect()));
    let made = assert_accepted("as new", server.create(&wide).await);
    let pinned =
        json!({"region": "eu-west-1", "granularity": "Hour", "timeZone": "UTC", "format": "Parquet"});
    assert_accepted("pinned", server.pin(&made, pinned).await);
    let reversed = columns((0..1_000).rev().map(column).collect());
    assert_accepted("in another order", server.try_edit(&made, &reversed).await);
    assert_accepted(
        "tagged",
        server
            .try_edit(&made, &spec(json!({"tags": {"team": "a"}})))
            .await,
    );
}
