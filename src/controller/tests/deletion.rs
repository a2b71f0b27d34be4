//! The object is deleted: what goes, what stays, and what is said.

mod emptying;
mod in_use;
mod stopped;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::cloud::sim::{Fault, Refused, Rule};
use crate::model::topology::Id;

fn leaving(policy: &str) -> Stage {
    let mut stage = Stage::ready(json!({"deletionPolicy": policy, "testPublisher": {"enabled": true}}));
    stage.delete();
    stage
}

fn last_event(stage: &Stage) -> String {
    stage.events.last().map(|e| e.note.clone()).unwrap_or_default()
}

#[test]
fn retain_lets_the_object_go_at_once_and_says_what_stays() {
    let mut stage = leaving("Retain");
    stage.pass();
    assert!(stage.released);
    assert!(stage.sim.calls().is_empty(), "Retain never needs AWS");
    let said = last_event(&stage);
    for word in [
        "123456789012",
        "eu-west-1",
        "lake-bucket dl-",
        "stream dl-",
        "and 9 more",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn retain_needs_no_aws_even_before_anything_was_made() {
    let mut stage = Stage::new(json!({}));
    stage
        .sim
        .fault(Rule::every("", "", Fault::Refuse(Refused::timeout())));
    stage.pass();
    stage.sim.forget_calls();
    stage.delete();
    stage.pass();
    assert!(stage.released, "{}", stage.story());
    assert!(stage.sim.calls().is_empty());
}

#[test]
fn retain_lets_the_object_go_while_suspended_and_other_policies_wait() {
    let mut stage = Stage::ready(json!({"suspend": false}));
    stage.edit(json!({"suspend": true}));
    stage.delete();
    stage.pass();
    assert!(stage.released);
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    stage.edit(json!({"suspend": true}));
    stage.delete();
    stage.pass();
    assert!(!stage.released);
    assert_eq!(stage.condition("Ready").1, "Suspended");
    assert!(stage.sim.calls().is_empty());
}

#[test]
fn retain_data_removes_the_pipeline_and_keeps_what_holds_data() {
    let mut stage = leaving("RetainData");
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    stage.sim.alter(|cloud| {
        let kept = (
            cloud.keys.len(),
            cloud.buckets.len(),
            cloud.streams.len(),
            cloud.databases.len(),
            cloud.tables.len(),
        );
        assert_eq!(kept, (2, 2, 1, 1, 1));
        let gone = (
            cloud.deliveries.len(),
            cloud.crawlers.len(),
            cloud.roles.len(),
            cloud.log_groups.len(),
            cloud.workgroups.len(),
            cloud.functions.len(),
        );
        assert_eq!(gone, (0, 0, 0, 0, 0, 0));
        assert!(cloud.keys.iter().all(|(_, key)| key.seen.state == "Enabled"));
    });
    assert!(
        last_event(&stage).contains("won't reach the lake"),
        "{}",
        stage.story()
    );
}

#[test]
fn delete_removes_everything_in_order() {
    let mut stage = leaving("Delete");
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    stage.sim.alter(|cloud| {
        let left = cloud.buckets.len()
            + cloud.streams.len()
            + cloud.databases.len()
            + cloud.tables.len()
            + cloud.deliveries.len()
            + cloud.crawlers.len()
            + cloud.roles.len()
            + cloud.log_groups.len()
            + cloud.workgroups.len()
            + cloud.functions.len();
        assert_eq!(left, 0);
        assert!(
            cloud
                .keys
                .iter()
                .all(|(_, key)| key.seen.state == "PendingDeletion")
        );
        assert!(cloud.aliases.is_empty());
    });
    let operations = stage.operations();
    let at = |operation| operations.iter().position(|o| *o == operation).unwrap();
    assert!(at("DeleteDeliveryStream") < at("DeleteTable") && at("DeleteTable") < at("DeleteDatabase"));
    assert!(at("DeleteBucket") < at("ScheduleKeyDeletion") && at("ScheduleKeyDeletion") < at("DeleteAlias"));
}

#[test]
fn deletion_resumes_after_a_crash_at_any_point() {
    let mut whole = leaving("Delete");
    whole.settle();
    for k in 1..=whole.writes().len() {
        let mut stage = leaving("Delete");
        stage.crash_after_write(k);
        stage.settle();
        assert!(stage.released, "crash after write {k}: {}", stage.story());
        stage.sim.alter(|cloud| {
            assert_eq!(
                (cloud.buckets.len(), cloud.roles.len(), cloud.aliases.len()),
                (0, 0, 0),
                "crash after write {k}"
            );
        });
    }
}

#[test]
fn a_lake_applied_again_finds_what_was_left() {
    for policy in ["Retain", "RetainData"] {
        let mut stage = leaving(policy);
        stage.settle();
        stage.apply_again();
        stage.sim.forget_calls();
        stage.settle();
        assert!(stage.is_ready(), "{policy}: {}", stage.story());
        stage.sim.alter(|cloud| {
            assert_eq!(
                (cloud.keys.len(), cloud.buckets.len(), cloud.streams.len()),
                (2, 2, 1),
                "{policy}"
            );
        });
        if policy == "Retain" {
            assert_eq!(stage.writes(), Vec::<String>::new());
        }
    }
}

#[test]
fn a_lake_applied_again_after_delete_takes_its_keys_back() {
    let mut stage = leaving("Delete");
    stage.settle();
    stage.apply_again();
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.sim.alter(|cloud| assert_eq!(cloud.keys.len(), 2));
    assert!(
        stage.events.iter().any(|e| e.reason == "Restored"),
        "{}",
        stage.story()
    );
}

#[test]
fn an_object_with_an_invalid_spec_is_deleted_under_its_policy() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "RetainData"}));
    stage.edit(json!({"schema": {"columns": [{"name": "event", "type": "strct<a:int>"}]}}));
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "InvalidSpec");
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    stage
        .sim
        .alter(|cloud| assert_eq!((cloud.deliveries.len(), cloud.buckets.len()), (0, 2)));
}

#[test]
fn delete_in_the_middle_of_create_leaves_nothing() {
    for passes in 1..10 {
        let mut stage = Stage::new(json!({"deletionPolicy": "Delete"}));
        for _ in 0..passes {
            let next = stage.pass().next.unwrap_or_default();
            stage.sim.advance(next.max(jiff::SignedDuration::from_millis(10)));
        }
        stage.delete();
        stage.settle();
        assert!(stage.released, "after {passes} passes: {}", stage.story());
        stage.sim.alter(|cloud| {
            let left = cloud.buckets.len()
                + cloud.streams.len()
                + cloud.deliveries.len()
                + cloud.roles.len()
                + cloud.aliases.len();
            assert_eq!(left, 0, "after {passes} passes");
            assert!(
                cloud
                    .keys
                    .iter()
                    .all(|(_, key)| key.seen.state == "PendingDeletion")
            );
        });
    }
}

#[test]
fn switched_off_parts_are_removed_with_their_policy_untouched() {
    let off: [(Value, Id); 2] = [
        (json!({"query": {"workgroup": false}}), Id::Workgroup),
        (json!({"testPublisher": {"enabled": false}}), Id::Publisher),
    ];
    for (edit, id) in off {
        let mut stage = Stage::ready(json!({"testPublisher": {"enabled": true}}));
        let arn = stage.arn(id);
        stage.edit(edit);
        stage.settle();
        assert!(stage.is_ready(), "{id}: {}", stage.story());
        assert!(
            !arn.is_empty() && stage.arn(id).is_empty(),
            "{id} left the status"
        );
    }
}

/// How long the lake takes to go, where each pass is of a process of its own, or all are of one.
fn goes_within(each_dies: bool) -> SignedDuration {
    let mut stage = leaving("Delete");
    let start = stage.sim.now();
    for _ in 0..100 {
        let next = stage.pass().next.unwrap_or_default();
        if stage.released {
            return stage.sim.now().duration_since(start);
        }
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
        if each_dies {
            stage.restart();
        }
    }
    panic!("100 passes were not enough: {}", stage.story());
}

#[test]
fn what_an_operator_removed_and_wrote_down_is_not_waited_for_by_the_next() {
    let (of_one, of_many) = (goes_within(false), goes_within(true));
    assert!(
        of_many <= of_one + SignedDuration::from_secs(30),
        "{of_many:#} instead of {of_one:#}"
    );
}

#[test]
fn what_is_not_shown_yet_is_removed_all_the_same_where_the_status_was_lost() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let absent = Refused::new(404, "NoSuchBucket", "The specified bucket does not exist");
    stage
        .sim
        .fault(Rule::every("s3", "GetBucketTagging", Fault::Refuse(absent)));
    stage.object.status = None;
    stage.restart();
    stage.delete();
    let start = stage.sim.now();
    while stage.sim.now().duration_since(start) < SignedDuration::from_secs(80) {
        let next = stage.pass().next.unwrap_or_default();
        assert!(!stage.released, "{}", stage.story());
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    stage.sim.calm();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(stage.sim.alter(|cloud| cloud.buckets.len()), 0);
}
