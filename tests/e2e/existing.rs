//! Resources that were there before the lake: taken over once the user agrees, or used as they are.

use aws_sdk_glue::types::DatabaseInput;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag, Tagging};
use datalake_operator::api::vocabulary::ADOPT;
use serde_json::{Value, json};

use crate::lake::Lake;

/// A bucket of somebody's, with a tag of theirs.
async fn bucket(lake: &Lake, name: &str) {
    let s3 = &lake.aws.s3;
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1);
    let create = s3.create_bucket().bucket(name);
    create
        .create_bucket_configuration(place.build())
        .send()
        .await
        .unwrap();
    let tag = Tag::builder().key("team").value("others").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_bucket_tagging()
        .bucket(name)
        .tagging(tags)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_nobodys_is_taken_over_once_the_user_agrees_to_the_difference() {
    let lake = Lake::place("e2e-adoption").await;
    let (raw, group) = ("e2e-adoption-raw", "/theirs/e2e-adoption");
    bucket(&lake, raw).await;
    let logs = &lake.aws.logs;
    let create = logs
        .create_log_group()
        .log_group_name(group)
        .tags("team", "others");
    create.send().await.unwrap();
    let names = json!({"names": {"rawBucket": raw, "logGroup": group}, "adoption": "Unowned"});
    lake.apply(names).await;
    let message = lake.until_condition("Ready", "False", "AdoptionPending").await;
    assert!(message.contains(ADOPT), "{message}");
    // Events would be lost: that is refused until the user has shortened the retention.
    lake.until_event("AdoptionRefused", "keeps its events for ever")
        .await;
    let shorten = logs
        .put_retention_policy()
        .log_group_name(group)
        .retention_in_days(7);
    shorten.send().await.unwrap();
    lake.until_event("AdoptionPending", group).await;
    lake.until_event("AdoptionPending", raw).await;
    let eyes = lake.eyes().await;
    let tags = async |id| eyes.look(id).await["tags"].clone();
    assert_eq!(tags("raw-bucket").await, json!({"team": "others"}));
    assert_eq!(tags("log-group").await, json!({"team": "others"}));

    let hashes = lake.status().await.resources.into_iter().filter_map(|r| r.adopt);
    let hashes: Vec<_> = hashes.collect();
    assert_eq!(hashes.len(), 2, "{}", lake.story().await);
    lake.patch(json!({"metadata": {"annotations": {ADOPT: hashes.join(",")}}}))
        .await;
    lake.until_ready().await;
    for id in ["raw-bucket", "log-group"] {
        let tags = tags(id).await;
        assert_eq!(tags["team"], "others", "{id}: {tags}");
        assert_eq!(tags["managed-by"], "datalake-operator", "{id}: {tags}");
    }
    assert_eq!(eyes.look("raw-bucket").await["lifecycle"]["raw"]["days"], 30);
    assert_eq!(eyes.look("log-group").await["retentionDays"], 30);
    lake.until_event("Adopted", raw).await;
}

#[tokio::test]
async fn what_exists_is_used_and_never_touched() {
    let lake = Lake::place("e2e-existing").await;
    let names = ["e2e-existing-lake", "e2e-existing-raw", "e2e-existing-stream"];
    bucket(&lake, names[0]).await;
    bucket(&lake, names[1]).await;
    let stream = lake
        .aws
        .kinesis
        .create_stream()
        .stream_name(names[2])
        .shard_count(2);
    stream.send().await.unwrap();
    let existing = json!({"lakeBucket": names[0], "rawBucket": names[1], "stream": names[2], "database": "e2e_existing"});
    lake.apply(json!({"existing": existing, "deletionPolicy": "Delete"}))
        .await;
    let message = lake.until_condition("Ready", "False", "ExistingNotUsable").await;
    assert!(
        message.contains("there is no Glue database e2e_existing"),
        "{message}"
    );
    let input = DatabaseInput::builder().name("e2e_existing").build().unwrap();
    lake.aws
        .glue
        .create_database()
        .database_input(input)
        .send()
        .await
        .unwrap();
    let eyes = lake.eyes().await;
    let used = ["lake-bucket", "raw-bucket", "stream"];
    let look = async || {
        let mut seen = Vec::new();
        for id in used {
            seen.push(eyes.look(id).await);
        }
        seen
    };
    let settled = async || {
        let stream = eyes.look("stream").await;
        if stream["status"] == "ACTIVE" {
            Ok(())
        } else {
            Err(stream)
        }
    };
    lake.until("the stream that exists is ACTIVE", settled).await;
    let before = look().await;
    lake.until_ready().await;
    let made = lake.eyes().await;
    assert_eq!(look().await, before);
    lake.delete().await;
    lake.until_gone().await;
    assert_eq!(look().await, before);
    assert_eq!(made.look("delivery-stream").await, Value::Null);
    let database = lake.aws.glue.get_database().name("e2e_existing").send().await;
    assert!(database.is_ok(), "{database:?}");
}
