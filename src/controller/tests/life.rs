//! Creation, silence, edits, restarts.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::stage::{OWN_KEY, Stage};
use crate::model::topology::Id;

#[test]
fn a_lake_comes_up_from_its_columns_alone() {
    let mut stage = Stage::new(json!({}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    let status = stage.object.status.clone().unwrap();
    assert_eq!(status.resources_ready.as_deref(), Some("13/13"));
    assert_eq!(status.applied_generation, Some(1));
    let connection = status.connection.unwrap();
    assert_eq!(connection.account, "123456789012");
    assert!(connection.stream_key_arn.is_some() && connection.bucket_key_arn.is_some());
    assert!(
        status.resources.iter().all(|r| r.arn.is_some()),
        "{}",
        stage.story()
    );
    let reasons: Vec<_> = stage.events.iter().map(|e| e.reason.as_str()).collect();
    assert_eq!(
        reasons.iter().filter(|r| **r == "Created").count(),
        13,
        "{}",
        stage.story()
    );
    assert_eq!(reasons.last(), Some(&"Ready"));
}

#[test]
fn nothing_is_written_before_the_user_could_see_what_will_be() {
    let mut stage = Stage::new(json!({}));
    let verdict = stage.pass();
    assert!(stage.writes().is_empty());
    assert_eq!(verdict.status.resources_ready.as_deref(), Some("0/13"));
    assert_eq!(stage.condition("Ready").1, "Creating");
}

#[test]
fn every_create_call_carries_the_owner() {
    let mut stage = Stage::new(json!({"testPublisher": {"enabled": true}}));
    // Whatever is seen right after its creation is ours, at any moment.
    for _ in 0..40 {
        let verdict = stage.pass();
        for resource in &verdict.status.resources {
            assert_ne!(resource.reason.as_deref(), Some("NotOwned"), "{}", stage.story());
        }
        stage.sim.advance(SignedDuration::from_secs(15));
    }
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(
        stage.object.status.as_ref().unwrap().resources_ready.as_deref(),
        Some("16/16")
    );
}

#[test]
fn a_lake_in_sync_issues_no_write_ever() {
    let mut stage = Stage::ready(json!({"testPublisher": {"enabled": true}, "tags": {"team": "data"}}));
    for _ in 0..20 {
        stage.next_looks();
    }
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert!(stage.is_ready());
    assert!(stage.events.is_empty(), "{}", stage.story());
}

#[test]
fn a_new_process_looks_at_everything_and_writes_nothing() {
    let mut stage = Stage::ready(json!({}));
    stage.restart();
    stage.settle();
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert!(stage.is_ready());
    let reads = stage.sim.calls().len();
    assert!(reads <= 50, "a full look takes {reads} calls");
}

#[test]
fn a_lost_status_is_rebuilt_without_a_write() {
    let mut stage = Stage::ready(json!({"tags": {"team": "data"}}));
    let before = stage.object.status.take().unwrap();
    stage.restart();
    stage.settle();
    assert_eq!(stage.writes(), Vec::<String>::new());
    let after = stage.object.status.clone().unwrap();
    assert_eq!(after.pinned, before.pinned);
    assert_eq!(after.connection, before.connection);
}

/// Each mutable field: the edit, and the operations that it takes.
#[expect(clippy::too_many_lines, reason = "a table")]
fn edits() -> Vec<(&'static str, Value, Value, &'static [&'static str])> {
    vec![
        (
            "shards up",
            json!({}),
            json!({"stream": {"shards": 2}}),
            &["UpdateShardCount"],
        ),
        (
            "shards far up, doubling",
            json!({}),
            json!({"stream": {"shards": 5}}),
            &["UpdateShardCount", "UpdateShardCount", "UpdateShardCount"],
        ),
        (
            "on demand",
            json!({}),
            json!({"stream": {"mode": "OnDemand"}}),
            &["UpdateStreamMode"],
        ),
        (
            "stream retention up",
            json!({}),
            json!({"retention": {"streamHours": 48}}),
            &["IncreaseStreamRetentionPeriod"],
        ),
        (
            "buffering",
            json!({}),
            json!({"buffering": {"intervalSeconds": 120}}),
            &["UpdateDestination"],
        ),
        (
            "compression",
            json!({}),
            json!({"format": {"compression": "Gzip"}}),
            &["UpdateDestination"],
        ),
        (
            "raw days",
            json!({}),
            json!({"retention": {"rawDays": 7}}),
            &["PutBucketLifecycleConfiguration"],
        ),
        (
            "lake days",
            json!({}),
            json!({"retention": {"lakeDays": 400}}),
            &["PutBucketLifecycleConfiguration"],
        ),
        (
            "transitions",
            json!({}),
            json!({"storage": {"transitions": [{"afterDays": 90, "storageClass": "IntelligentTiering"}]}}),
            &["PutBucketLifecycleConfiguration"],
        ),
        (
            "result days",
            json!({}),
            json!({"query": {"resultDays": 3}}),
            &["PutBucketLifecycleConfiguration"],
        ),
        (
            "scan limit set",
            json!({}),
            json!({"query": {"bytesScannedLimitMiB": 100}}),
            &["UpdateWorkGroup"],
        ),
        (
            "scan limit taken away",
            json!({"query": {"bytesScannedLimitMiB": 100}}),
            json!({"query": {"bytesScannedLimitMiB": null}}),
            &["UpdateWorkGroup"],
        ),
        (
            "schedule",
            json!({}),
            json!({"crawler": {"schedule": "cron(0/10 * * * ? *)"}}),
            &["UpdateCrawler"],
        ),
        (
            "rotation off",
            json!({}),
            json!({"encryption": {"rotation": false}}),
            &["DisableKeyRotation", "DisableKeyRotation"],
        ),
        (
            "a column more",
            json!({}),
            json!({"schema": {"columns": [
            {"name": "extra", "type": "int"},
            {"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"},
            {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"}]}}),
            &["UpdateTable"],
        ),
        (
            "a type wider, at depth",
            json!({}),
            json!({"schema": {"columns": [
            {"name": "event", "type": "struct<staffName:string,staffId:bigint,emailId:string,status:string>"},
            {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"}]}}),
            &["UpdateTable"],
        ),
        (
            "projection",
            json!({}),
            json!({"partitioning": {"discovery": "Projection"}}),
            &["DeleteCrawler", "DeleteRole", "DeleteRolePolicy", "UpdateTable"],
        ),
        (
            "no workgroup",
            json!({}),
            json!({"query": {"workgroup": false}}),
            &["DeleteWorkGroup"],
        ),
        (
            "publisher on",
            json!({}),
            json!({"testPublisher": {"enabled": true}}),
            &[
                "CreateFunction",
                "CreateLogGroup",
                "CreateRole",
                "PutRetentionPolicy",
                "PutRolePolicy",
            ],
        ),
        (
            "publisher off",
            json!({"testPublisher": {"enabled": true}}),
            json!({"testPublisher": {"enabled": false}}),
            &[
                "DeleteFunction",
                "DeleteLogGroup",
                "DeleteRole",
                "DeleteRolePolicy",
            ],
        ),
    ]
}

#[test]
fn each_edit_takes_just_its_own_calls_and_then_there_is_silence() {
    for (what, base, edit, expected) in edits() {
        let mut stage = Stage::ready(base);
        stage.edit(edit);
        stage.settle();
        assert!(stage.is_ready(), "{what}: {}", stage.story());
        let mut operations = stage.operations();
        operations.sort_unstable();
        assert_eq!(operations, expected, "{what}");
        assert!(!stage.events.is_empty(), "{what}: an edit is told");
        stage.sim.forget_calls();
        stage.next_looks();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn tags_reach_every_resource_and_leave_it_again() {
    let mut stage = Stage::ready(json!({}));
    stage.edit(json!({"tags": {"team": "data"}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    let tagged = |stage: &Stage| {
        stage.sim.alter(|cloud| {
            cloud
                .buckets
                .iter()
                .filter(|(_, b)| b.seen.tags.contains_key("team"))
                .count()
        })
    };
    assert_eq!(tagged(&stage), 2);
    stage.edit(json!({"tags": {"team": null}}));
    // A lost status does not matter: which keys are the user's is kept beside the owner's tag.
    stage.object.status = None;
    stage.restart();
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(tagged(&stage), 0);
}

#[test]
fn a_users_own_key_leaves_ours_in_place_and_reported() {
    let mut stage = Stage::ready(json!({}));
    stage.own_key("Enabled");
    stage.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    let status = stage.object.status.clone().unwrap();
    let kept = status
        .resources
        .iter()
        .find(|r| r.id == Id::BucketKey.as_str())
        .unwrap();
    assert_eq!(kept.reason.as_deref(), Some("Kept"));
    assert_eq!(
        status.connection.unwrap().bucket_key_arn.as_deref(),
        Some(OWN_KEY)
    );
    assert!(!stage.operations().contains(&"ScheduleKeyDeletion"));
}

#[test]
fn a_suspended_lake_makes_no_call() {
    let mut stage = Stage::ready(json!({}));
    stage.edit(json!({"suspend": true, "stream": {"shards": 4}}));
    let verdict = stage.pass();
    assert!(stage.sim.calls().is_empty());
    assert_eq!(verdict.next, None);
    assert_eq!(stage.condition("Ready").1, "Suspended");
    stage.edit(json!({"suspend": false}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn a_crash_after_any_call_leaves_one_of_each() {
    let base = json!({"testPublisher": {"enabled": true}});
    let mut whole = Stage::new(base.clone());
    whole.settle();
    let writes = whole.writes().len();
    for k in 1..=writes {
        let mut stage = Stage::new(base.clone());
        stage.crash_after_write(k);
        stage.settle();
        assert!(stage.is_ready(), "crash after write {k}: {}", stage.story());
        stage.sim.alter(|cloud| {
            assert_eq!(
                (cloud.keys.len(), cloud.buckets.len(), cloud.roles.len()),
                (2, 2, 3),
                "crash after write {k}"
            );
        });
    }
}
