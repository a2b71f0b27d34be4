//! The object is deleted, under each policy, and applied again.

use aws_sdk_glue::types::TableInput;
use aws_sdk_s3::primitives::ByteStream;
use datalake_operator::api::vocabulary::EMPTY_BUCKETS;
use serde_json::{Value, json};

use crate::lake::Lake;
use crate::look::Eyes;
use crate::operator::Operator;

/// What holds data, or is needed to read it.
const DATA: [&str; 7] = [
    "bucket-key",
    "stream-key",
    "lake-bucket",
    "raw-bucket",
    "stream",
    "database",
    "table",
];
/// The rest of a lake with everything on.
pub const PIPELINE: [&str; 9] = [
    "log-group",
    "delivery-role",
    "crawler-role",
    "publisher-role",
    "delivery-stream",
    "crawler",
    "workgroup",
    "publisher-log-group",
    "publisher",
];

fn with(policy: &str) -> Value {
    json!({"deletionPolicy": policy, "testPublisher": {"enabled": true}})
}

async fn look_at(eyes: &Eyes, ids: &[&'static str]) -> Vec<(&'static str, Value)> {
    let mut seen = Vec::new();
    for id in ids {
        seen.push((*id, eyes.look(id).await));
    }
    seen
}

#[tokio::test]
async fn retain_leaves_the_whole_lake_and_it_is_found_again() {
    let lake = Lake::ready("e2e-retain", with("Retain")).await;
    let eyes = lake.eyes().await;
    let all = [&DATA[..], &PIPELINE].concat();
    let before = look_at(&eyes, &all).await;
    let calls = lake.operator().calls();
    lake.delete().await;
    lake.until_gone().await;
    lake.until_event("Deleted", "the whole lake stays").await;
    lake.until_event("Deleted", eyes.name("lake-bucket")).await;
    lake.apply(with("Retain")).await;
    lake.until_ready().await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
    assert_eq!(look_at(&eyes, &all).await, before);
}

#[tokio::test]
async fn retain_lets_the_object_go_while_aws_is_out_of_reach() {
    let mut lake = Lake::ready("e2e-retain-offline", json!({})).await;
    lake.operator = None;
    let flags = ["--watch-namespace", "e2e-retain-offline"];
    // Nobody listens there.
    let nowhere = [("AWS_ENDPOINT_URL", "http://127.0.0.1:9")];
    lake.operator = Some(Operator::start(&lake.stand, "e2e-retain-offline", &flags, &nowhere).await);
    lake.delete().await;
    lake.until_gone().await;
    lake.until_event("Deleted", "the whole lake stays").await;
}

#[tokio::test]
async fn retain_data_removes_the_pipeline_and_goes_on_when_applied_again() {
    let lake = Lake::ready("e2e-retain-data", with("RetainData")).await;
    let eyes = lake.eyes().await;
    let before = look_at(&eyes, &DATA).await;
    lake.delete().await;
    lake.until_gone().await;
    lake.until_event("Deleted", "won't reach the lake").await;
    assert_eq!(look_at(&eyes, &DATA).await, before);
    for (id, seen) in look_at(&eyes, &PIPELINE).await {
        assert_eq!(seen, Value::Null, "{id} is still there");
    }
    lake.apply(with("RetainData")).await;
    lake.until_ready().await;
    assert_eq!(look_at(&eyes, &DATA).await, before, "nothing was made anew");
}

#[tokio::test]
async fn delete_stops_at_objects_until_told_and_takes_its_keys_back_when_applied_again() {
    let lake = Lake::ready("e2e-delete", with("Delete")).await;
    let eyes = lake.eyes().await;
    let keys = [
        eyes.look("bucket-key").await["id"].clone(),
        eyes.look("stream-key").await["id"].clone(),
    ];
    let (s3, bucket) = (&lake.aws.s3, eyes.name("lake-bucket"));
    let put = s3.put_object().bucket(bucket).key("data/year=2026/kept.parquet");
    put.body(ByteStream::from_static(b"a row")).send().await.unwrap();
    lake.delete().await;
    let message = lake.until_condition("Ready", "False", "BucketNotEmpty").await;
    assert!(
        message.contains(bucket) && message.contains(EMPTY_BUCKETS),
        "{message}"
    );
    let objects = s3.list_objects_v2().bucket(bucket).send().await.unwrap();
    assert_eq!(objects.contents().len(), 1, "no object goes unasked");

    lake.patch(json!({"metadata": {"annotations": {EMPTY_BUCKETS: "true"}}}))
        .await;
    lake.until_gone().await;
    for (id, seen) in look_at(&eyes, &[&DATA[..], &PIPELINE].concat()).await {
        assert_eq!(seen, Value::Null, "{id} is still there");
    }
    for key in &keys {
        let key = lake
            .aws
            .kms
            .describe_key()
            .key_id(key.as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(
            key.key_metadata.unwrap().key_state.unwrap().as_str(),
            "PendingDeletion"
        );
    }

    lake.apply(with("Delete")).await;
    lake.until_ready().await;
    assert_eq!(
        [
            eyes.look("bucket-key").await["id"].clone(),
            eyes.look("stream-key").await["id"].clone()
        ],
        keys
    );
    lake.until_event("Restored", "(bucket-key)").await;
}

#[tokio::test]
async fn delete_stops_at_a_table_of_others_and_while_suspended() {
    let lake = Lake::ready("e2e-delete-others", json!({"deletionPolicy": "Delete"})).await;
    let eyes = lake.eyes().await;
    let database = eyes.name("database");
    let table = TableInput::builder().name("theirs").build().unwrap();
    let glue = &lake.aws.glue;
    glue.create_table()
        .database_name(database)
        .table_input(table)
        .send()
        .await
        .unwrap();
    lake.edit(&json!({"suspend": true})).await;
    lake.until_condition("Ready", "Unknown", "Suspended").await;
    lake.delete().await;
    let message = lake.until_condition("Ready", "Unknown", "Suspended").await;
    assert!(eyes.look("delivery-stream").await != Value::Null, "{message}");

    lake.edit(&json!({"suspend": false})).await;
    let message = lake.until_condition("Ready", "False", "DatabaseNotEmpty").await;
    assert!(message.contains("theirs"), "{message}");
    glue.delete_table()
        .database_name(database)
        .name("theirs")
        .send()
        .await
        .unwrap();
    lake.until_gone().await;
    assert_eq!(eyes.look("database").await, Value::Null);
}

#[tokio::test]
async fn a_namespace_that_is_deleted_waits_for_its_lakes_which_go_under_their_policies() {
    let lake = Lake::ready("e2e-delete-namespace", with("Delete")).await;
    let kept = lake.beside("kept");
    kept.apply(with("Retain")).await;
    kept.until_ready().await;
    let (eyes, kept_eyes) = (lake.eyes().await, kept.eyes().await);
    let all = [&DATA[..], &PIPELINE].concat();
    let before = look_at(&kept_eyes, &all).await;
    lake.delete_namespace().await;
    lake.until_no_namespace().await;
    for (id, seen) in look_at(&eyes, &all).await {
        assert_eq!(seen, Value::Null, "{id} is still there");
    }
    assert_eq!(look_at(&kept_eyes, &all).await, before, "Retain");
}
