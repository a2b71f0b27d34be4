//! What is there, and is not shown yet: it is neither made twice nor left behind.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::existing::a_key;
use super::stage::Stage;
use crate::api::ResourceStatus;
use crate::api::vocabulary::FINALIZER;
use crate::cloud::sim::{Fault, Refused, Rule, Timing};
use crate::model::arn::KeyArn;
use crate::model::report;
use crate::model::topology::Id;

/// A new lake that goes with all that it made, where KMS takes so many minutes to show anything.
fn slow_kms(minutes: i64) -> Stage {
    let stage = Stage::new(json!({"deletionPolicy": "Delete"}));
    let lag = SignedDuration::from_mins(minutes);
    stage.sim.alter(|cloud| {
        cloud.timing.kms_lag = lag;
        cloud.timing.kms_list_lag = lag;
    });
    stage
}

/// A lake where IAM takes a minute to show anything, and all else is there at once.
fn slow_iam(extra: Value) -> Stage {
    let stage = Stage::ready(extra);
    stage.sim.alter(|cloud| {
        cloud.timing = Timing {
            iam_lag: SignedDuration::from_mins(1),
            ..Timing::none()
        };
    });
    stage
}

/// How many keys there are, and how many of them are enabled.
fn keys(stage: &Stage) -> (usize, usize) {
    stage.sim.alter(|cloud| {
        let enabled = cloud.keys.iter().filter(|(_, key)| key.seen.state == "Enabled");
        (cloud.keys.len(), enabled.count())
    })
}

fn roles(stage: &Stage) -> Vec<String> {
    stage.sim.alter(|cloud| {
        let all = cloud.roles.iter();
        all.map(|(arn, _)| arn.rsplit('/').next().unwrap_or_default().to_owned())
            .collect()
    })
}

#[test]
fn a_process_that_saw_no_key_long_ago_makes_none_beside_one_that_another_process_made_since() {
    let mut stage = slow_kms(3);
    stage.pass();
    let long_ago = stage.memory.clone();
    stage.sim.advance(SignedDuration::from_mins(10));
    stage.restart();
    stage.pass();
    assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
    stage.memory = long_ago;
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
}

#[test]
fn an_alias_that_does_not_show_yet_goes_with_its_lake() {
    for seed in 0..10 {
        let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
        stage.sim.reseed(seed);
        let (arn, lake) = (stage.arn(Id::BucketKey), stage.lake());
        let alias = lake.place.key_alias(&lake.names.bucket_key_alias).to_string();
        stage.sim.alter(|cloud| {
            cloud.aliases.remove(&alias);
            cloud.timing = Timing {
                kms_lag: SignedDuration::from_secs(60),
                flapping: true,
                ..Timing::none()
            };
        });
        stage.sim.advance(SignedDuration::from_mins(10));
        stage.pass();
        assert_eq!(stage.writes_to(Id::BucketKey, &arn), ["CreateAlias"]);
        if seed % 2 == 1 {
            stage.restart();
        }
        stage.delete();
        stage.settle();
        assert!(stage.released, "{}", stage.story());
        let aliases = stage.sim.alter(|cloud| cloud.aliases.len());
        assert_eq!(aliases, 0, "seed {seed}: {}", stage.story());
    }
}

#[test]
fn a_key_that_another_behind_the_alias_hides_goes_with_its_lake() {
    let mut stage = slow_kms(4);
    let lake = stage.lake();
    let (other, streams) = (
        "99999999-0000-4000-8000-000000000000",
        "88888888-0000-4000-8000-000000000000",
    );
    let own = stage.sim.alter(|cloud| a_key(cloud, streams));
    stage.edit(json!({"adoption": "Unowned", "encryption": {"streamKeyArn": own}}));
    stage.pass();
    stage.pass();
    assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
    stage.sim.alter(|cloud| {
        let alias = lake.place.key_alias(lake.name(Id::BucketKey)).to_string();
        a_key(cloud, other);
        cloud.aliases.put(&alias, other.to_owned());
    });
    stage.restart();
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(keys(&stage), (3, 2), "the user's alone stay: {}", stage.story());
}

#[test]
fn a_recorded_key_that_does_not_show_goes_with_its_lake_all_the_same() {
    let mut stage = slow_kms(4);
    stage.pass();
    stage.pass();
    assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
    stage.restart();
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(keys(&stage), (2, 0), "{}", stage.story());
}

#[test]
fn a_key_that_does_not_show_and_whose_record_was_lost_goes_with_its_lake_all_the_same() {
    for passes in [0, 1] {
        let mut stage = slow_kms(4);
        stage.pass();
        stage.sim.fault(Rule::next("kms", "CreateKey", Fault::LoseAnswer));
        stage.pass();
        assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
        stage.object.status = None;
        for _ in 0..passes {
            stage.pass();
        }
        stage.delete();
        stage.settle();
        assert!(stage.released, "{}", stage.story());
        assert_eq!(keys(&stage), (2, 0), "{passes}: {}", stage.story());
    }
}

#[test]
fn what_a_process_made_that_died_before_it_wrote_that_down_is_removed_when_it_shows() {
    let mut stage = slow_iam(json!({"partitioning": {"discovery": "Projection"}}));
    stage.edit(json!({"partitioning": {"discovery": "Crawler"}}));
    stage
        .sim
        .fault(Rule::next("iam", "CreateRole", Fault::CrashAfter));
    assert!(stage.dies(), "{}", stage.story());
    stage.edit(json!({"partitioning": {"discovery": "Projection"}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    let left: Vec<_> = roles(&stage)
        .into_iter()
        .filter(|name| name.contains("crawler"))
        .collect();
    assert_eq!(left, [""; 0], "{}", stage.story());
    // A last call of a process that is gone may be under way for five minutes.
    stage.next_looks();
    stage.sim.forget_calls();
    stage.next_looks();
    let calls = stage.sim.calls().into_iter();
    let again = calls.filter(|call| call.subject.contains("crawler")).count();
    assert_eq!(
        again,
        0,
        "what is off is not looked for for ever: {}",
        stage.story()
    );
}

#[test]
fn what_a_call_without_an_answer_made_goes_with_its_lake_although_it_shows_late() {
    let mut stage = slow_iam(json!({"deletionPolicy": "Delete"}));
    let arn = stage.arn(Id::CrawlerRole);
    let taken_away = |stage: &mut Stage| {
        stage.sim.alter(|cloud| cloud.take_away(Id::CrawlerRole, &arn));
        stage.sim.advance(SignedDuration::from_mins(15));
    };
    // This process has made it once, with an answer.
    taken_away(&mut stage);
    stage.settle();
    assert_eq!(roles(&stage).len(), 2, "{}", stage.story());
    taken_away(&mut stage);
    stage
        .sim
        .fault(Rule::next("iam", "CreateRole", Fault::LoseAnswer));
    stage.pass();
    assert_eq!(roles(&stage).len(), 2, "{}", stage.story());
    stage.delete();
    stage.pass();
    let status = stage.object.status.clone().unwrap_or_default();
    let waits = |r: &ResourceStatus| r.id == Id::CrawlerRole.as_str();
    assert!(status.resources.iter().any(waits), "{}", stage.story());
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(roles(&stage), [""; 0], "{}", stage.story());
}

#[test]
fn a_key_that_the_user_replaced_is_found_again_although_no_look_saw_it_before() {
    let mut stage = slow_kms(4);
    stage.pass();
    stage.pass();
    stage.pass();
    let own = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-4333-8444-555555555555";
    stage.edit(json!({"encryption": {"streamKeyArn": own}}));
    stage.pass();
    stage.sim.advance(SignedDuration::from_mins(6));
    stage.object.status = None;
    stage.pass();
    stage.pass();
    let status = stage.object.status.clone().unwrap_or_default();
    let known = status.pinned.unwrap_or_default().key_ids;
    assert!(known.contains_key(Id::StreamKey.as_str()), "{}", stage.story());
}

#[test]
fn a_deletion_that_waits_for_the_user_knows_the_key_that_it_will_remove() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let bucket = stage.arn(Id::LakeBucket);
    let (key, lake) = (stage.arn(Id::BucketKey), stage.lake());
    let alias = lake.place.key_alias(lake.name(Id::BucketKey)).to_string();
    stage.sim.alter(|cloud| {
        cloud.buckets.get_mut(&bucket).unwrap().put_object("data/1");
        cloud.aliases.remove(&alias);
    });
    stage.object.status = None;
    stage.delete();
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "BucketNotEmpty", "{}", stage.story());
    let status = stage.object.status.clone().unwrap_or_default();
    let known = status.pinned.unwrap_or_default().key_ids;
    assert!(known.values().any(|id| key.ends_with(id)), "{known:?}");
}

#[test]
fn a_status_that_is_lost_right_after_the_first_key_was_made_leaves_no_key_behind() {
    for held in [false, true] {
        let mut stage = slow_kms(3);
        stage.sim.alter(|cloud| {
            cloud.timing = Timing {
                kms_lag: cloud.timing.kms_lag,
                kms_list_lag: cloud.timing.kms_list_lag,
                ..Timing::none()
            };
        });
        stage.object.metadata.finalizers = held.then(|| vec![FINALIZER.to_owned()]);
        stage.object.status = Some(report::seen_first(1, stage.sim.now()));
        stage.pass();
        stage.sim.fault(Rule::next("kms", "CreateKey", Fault::CrashAfter));
        assert!(stage.dies(), "{}", stage.story());
        stage.object.status = None;
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        // What an object was never held by was never made for it.
        assert_eq!(keys(&stage).0 == 2, held, "{}", stage.story());
    }
}

#[test]
fn nobodys_key_is_not_taken_over_beside_one_of_the_lakes_that_does_not_show() {
    for lost in [false, true] {
        let mut stage = slow_kms(3);
        stage.object.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
        stage.object.status = Some(report::seen_first(1, stage.sim.now()));
        stage.edit(json!({"adoption": "Unowned"}));
        stage.pass();
        stage.pass();
        assert_eq!(keys(&stage), (2, 2), "{}", stage.story());
        let lake = stage.lake();
        let alias = lake.place.key_alias(lake.name(Id::BucketKey)).to_string();
        let other = "99999999-0000-4000-8000-000000000000";
        stage.sim.alter(|cloud| {
            let mut key = cloud.keys.iter().map(|(_, key)| key.clone()).next().unwrap();
            let arn = lake.place.key(other).to_string();
            key.seen.arn = KeyArn::parse(&arn).unwrap();
            key.seen.tags.clear();
            cloud.keys.put(&arn, key);
            cloud.aliases.put(&alias, other.to_owned());
            cloud.timing.kms_lag = SignedDuration::ZERO;
        });
        // The record tells of the lake's key; whoever has it not by id sees the other behind the alias.
        stage.sim.alter(|cloud| {
            let own: Vec<_> = cloud.keys.iter().map(|(arn, _)| arn.to_owned()).collect();
            for arn in own.iter().filter(|arn| !arn.ends_with(other)) {
                cloud.keys.remove(arn);
            }
        });
        stage.restart();
        if lost {
            stage.object.status = None;
            stage.pass();
        }
        stage.pass();
        let told = stage.object.status.clone().unwrap_or_default();
        let line = told
            .resources
            .iter()
            .find(|r| r.id == Id::BucketKey.as_str())
            .unwrap();
        let reason = if lost { "Waiting" } else { "AdoptionRefused" };
        assert_eq!(line.reason.as_deref(), Some(reason), "{}", stage.story());
        assert_eq!(line.adopt, None);
    }
}

#[test]
fn a_lake_whose_keys_could_not_be_looked_for_at_first_has_not_lost_its_record() {
    let mut stage = Stage::new(json!({}));
    let busy = Refused::new(400, "ThrottlingException", "Rate exceeded");
    stage
        .sim
        .fault(Rule::every("kms", "ListKeys", Fault::Refuse(busy)));
    for _ in 0..10 {
        stage.pass();
        stage.sim.advance(SignedDuration::from_secs(2));
    }
    assert!(!stage.operations().contains(&"CreateKey"), "{}", stage.story());
    assert!(
        stage.operations().contains(&"CreateLogGroup"),
        "{}",
        stage.story()
    );
    stage.sim.calm();
    stage.settle();
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    let first = |operation: &str| {
        let calls = stage.sim.calls().into_iter();
        let mut done = calls.filter(|call| call.operation == operation && call.result.is_ok());
        done.next().unwrap().at
    };
    let waited = first("CreateKey").duration_since(first("ListKeys"));
    assert!(
        waited < SignedDuration::from_mins(1),
        "{waited:#}: {}",
        stage.story()
    );
}

#[test]
fn what_the_last_call_of_a_process_that_is_gone_makes_after_it_was_removed_is_removed_again_or_reported() {
    for (policy, removed) in [("Correct", true), ("Report", false)] {
        let mut stage = Stage::ready(json!({"testPublisher": {"enabled": true}, "driftPolicy": policy}));
        let arn = stage.arn(Id::PublisherRole);
        let made = stage.sim.alter(|cloud| cloud.roles.get(&arn).unwrap().clone());
        stage.edit(json!({"testPublisher": {"enabled": false}}));
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        assert!(!roles(&stage).iter().any(|name| name.contains("publisher")));
        stage.sim.alter(|cloud| cloud.roles.put(&arn, made));
        stage.sim.forget_calls();
        stage.next_looks();
        assert_eq!(
            !roles(&stage).iter().any(|name| name.contains("publisher")),
            removed,
            "{}",
            stage.story()
        );
        assert_eq!(stage.writes().is_empty(), !removed, "{}", stage.story());
        if !removed {
            let (_, reason, message) = stage.condition("Ready");
            assert_eq!(reason, "DriftDetected", "{message}");
            assert!(
                message.contains("publisher-role: existence: there instead of missing"),
                "{message}"
            );
        }
    }
}
