//! `CreateKey`, the one call that can't be repeated.

mod found_again;
mod held;
mod leaders;
mod own;
mod refused;
mod replaced;
mod several;
mod unusable;

use jiff::SignedDuration;
use serde_json::json;

use super::server::{Death, Server};
use super::stage::{OWN_KEY, Stage};
use crate::api::{KeyIntent, Pinned};
use crate::cloud::sim::{Fault, Refused, Rule};
use crate::model::intent::KEY_LAG;
use crate::model::topology::Id;

/// A new lake, where lists of keys lag behind by so many minutes.
fn lagging(minutes: i64) -> Stage {
    let stage = Stage::new(json!({}));
    let lag = SignedDuration::from_mins(minutes);
    stage.sim.alter(|cloud| cloud.timing.kms_list_lag = lag);
    stage
}

fn pinned(stage: &Stage) -> Pinned {
    let status = stage.object.status.clone().unwrap_or_default();
    status.pinned.unwrap_or_default()
}

fn open(stage: &Stage, id: Id) -> Option<KeyIntent> {
    pinned(stage).key_intents.get(id.as_str()).cloned()
}

/// How many keys are enabled, and how many there are, without the user's own.
fn keys(stage: &Stage) -> (usize, usize) {
    stage.sim.alter(|cloud| {
        let made = || cloud.keys.iter().filter(|(arn, _)| *arn != OWN_KEY);
        let enabled = made().filter(|(_, key)| key.seen.state == "Enabled");
        (enabled.count(), made().count())
    })
}

/// The tag of a key, by its id.
fn tag(stage: &Stage, key_id: &str, tag: &str) -> Option<String> {
    stage.sim.alter(|cloud| {
        let mut keys = cloud.keys.iter();
        let (_, key) = keys.find(|(arn, _)| arn.ends_with(key_id))?;
        key.seen.tags.get(tag).cloned()
    })
}

/// When each `CreateKey` that had an effect was made.
fn creations(stage: &Stage) -> Vec<jiff::Timestamp> {
    let calls = stage.sim.calls().into_iter();
    let made = calls.filter(|call| call.operation == "CreateKey" && call.effect);
    made.map(|call| call.at).collect()
}

fn dead(stage: &mut Stage, operation: &'static str, fault: Fault) {
    stage.sim.fault(Rule::next("kms", operation, fault));
    assert!(stage.dies(), "{}", stage.story());
    stage.sim.calm();
}

/// The lake came up with two keys, all quiet, and nothing is left to be told or looked for.
fn calm(stage: &mut Stage, what: &str) {
    stage.settle();
    assert!(stage.is_ready(), "{what}: {}", stage.story());
    for _ in 0..8 {
        if pinned(stage).abandoned_key_intents.is_empty() {
            break;
        }
        stage.next_looks();
    }
    assert!(stage.is_ready(), "{what}: {}", stage.story());
    assert_eq!(keys(stage).0, 2, "{what}: {}", stage.story());
    let Pinned {
        key_intents,
        abandoned_key_intents,
        spare_keys,
        ..
    } = pinned(stage);
    assert!(
        key_intents.is_empty() && abandoned_key_intents.is_empty() && spare_keys.is_empty(),
        "{what}: {}",
        stage.story()
    );
    stage.sim.forget_calls();
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
}

#[test]
fn a_key_is_written_down_before_it_is_made_and_carries_the_nonce() {
    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashBefore);
    assert_eq!(keys(&stage).1, 0);
    assert!(open(&stage, Id::BucketKey).is_some(), "{}", stage.story());

    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashAfter);
    let intent = open(&stage, Id::BucketKey).unwrap();
    let made = stage
        .sim
        .alter(|cloud| cloud.keys.iter().next().unwrap().1.seen.tags.clone());
    assert_eq!(made["datalake-operator.io/intent"], intent.nonce);
    assert_eq!(made["datalake-operator.io/resource"], "bucket-key");
    stage.settle();
    let known = pinned(&stage).key_ids;
    let nonces = [Id::BucketKey, Id::StreamKey]
        .map(|id| tag(&stage, &known[id.as_str()], "datalake-operator.io/intent").unwrap());
    assert_eq!(nonces[0], intent.nonce);
    assert_ne!(nonces[0], nonces[1]);
    calm(&mut stage, "the tags are no difference afterwards");
}

#[test]
fn after_a_crash_before_the_call_another_is_made_when_five_minutes_of_looking_showed_none() {
    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashBefore);
    let begun = open(&stage, Id::BucketKey).unwrap();
    stage.settle();
    let made = creations(&stage);
    let late: Vec<_> = made.iter().filter(|at| **at >= begun.time.0 + KEY_LAG).collect();
    assert_eq!((made.len(), late.len()), (2, 1), "{}", stage.story());
    assert!(
        *late[0] < begun.time.0 + KEY_LAG + SignedDuration::from_secs(15),
        "{}",
        stage.story()
    );
    assert_eq!(
        pinned(&stage).abandoned_key_intents[Id::BucketKey.as_str()][0].nonce,
        begun.nonce
    );
    calm(&mut stage, "crash before the call");
    assert_eq!(keys(&stage).1, 2);
}

#[test]
fn a_key_whose_record_was_lost_is_found_by_its_tags_although_it_shows_late() {
    for fault in [Fault::CrashAfter, Fault::LoseAnswer] {
        for minutes in [0, 3] {
            let mut stage = lagging(minutes);
            stage.sim.fault(Rule::next("kms", "CreateKey", fault.clone()));
            assert_eq!(stage.dies(), fault == Fault::CrashAfter);
            calm(&mut stage, "found");
            assert_eq!(
                keys(&stage).1,
                2,
                "{fault:?}, {minutes} minutes: {}",
                stage.story()
            );
        }
    }
}

#[test]
fn a_key_that_shows_when_another_was_made_is_scheduled_for_deletion_and_told() {
    for policy in ["Correct", "Report"] {
        let mut stage = lagging(7);
        stage.edit(json!({"driftPolicy": policy}));
        dead(&mut stage, "CreateKey", Fault::CrashAfter);
        calm(&mut stage, policy);
        assert_eq!(keys(&stage), (2, 3), "{}", stage.story());
        let told = |note: &str| note.contains("scheduled the deletion of KMS key");
        let told = stage.events.iter().filter(|e| told(&e.note)).count();
        assert_eq!(told, 1, "{}", stage.story());
        stage.sim.advance(SignedDuration::from_hours(24 * 30 - 3));
        assert_eq!(keys(&stage).1, 3, "thirty days");
        stage.sim.advance(SignedDuration::from_hours(4));
        assert_eq!(keys(&stage).1, 2);
    }
}

#[test]
fn a_call_that_kms_refuses_made_no_key_and_is_made_again_soon() {
    let mut stage = Stage::new(json!({}));
    let throttled = Fault::Refuse(Refused::new(400, "ThrottlingException", "Rate exceeded"));
    stage.sim.fault(Rule::next("kms", "CreateKey", throttled));
    let start = stage.sim.now();
    stage.pass();
    stage.pass();
    let nonce = open(&stage, Id::BucketKey).unwrap().nonce;
    while pinned(&stage).key_ids.len() < 2 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    assert!(
        stage.sim.now().duration_since(start) < SignedDuration::from_secs(5),
        "{}",
        stage.story()
    );
    let key = pinned(&stage).key_ids[Id::BucketKey.as_str()].clone();
    assert_eq!(
        tag(&stage, &key, "datalake-operator.io/intent").as_deref(),
        Some(nonce.as_str()),
        "the nonce serves again"
    );
    calm(&mut stage, "throttled");
}

#[test]
fn an_error_inside_kms_may_have_made_a_key_and_is_not_tried_again_at_once() {
    let mut stage = Stage::new(json!({}));
    let broken = Fault::Refuse(Refused::new(500, "KMSInternalException", "try again"));
    stage.sim.fault(Rule::next("kms", "CreateKey", broken));
    let start = stage.sim.now();
    stage.settle();
    let last = *creations(&stage).last().unwrap();
    assert!(last.duration_since(start) >= KEY_LAG, "{}", stage.story());
    calm(&mut stage, "broken");
}

#[test]
fn whatever_call_or_record_a_crash_hits_two_keys_are_enabled_in_the_end() {
    let mut whole = Stage::new(json!({}));
    whole.settle();
    let writes = whole.operations();
    for minutes in [0, 3, 7] {
        for (k, operation) in (1..).zip(&writes) {
            // Lag makes a difference to keys alone.
            if minutes != 3 && *operation != "CreateKey" {
                continue;
            }
            for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LoseAnswer] {
                let what = format!("{fault:?} at write {k}, {operation}, lists lag {minutes} minutes");
                let mut stage = lagging(minutes);
                stage.sim.fault(Rule::write(k, fault));
                stage.dies();
                stage.sim.calm();
                calm(&mut stage, &what);
                assert!(minutes == 7 || keys(&stage).1 == 2, "{what}: {}", stage.story());
            }
        }
        // Two intents, and two keys that were made.
        for k in 1..=4 {
            for death in [Death::Before(k), Death::After(k)] {
                let what = format!("{death:?}, lists lag {minutes} minutes");
                let mut stage = lagging(minutes);
                stage.death = Some(death);
                assert!(stage.dies(), "{what}");
                calm(&mut stage, &what);
                assert!(minutes == 7 || keys(&stage).1 == 2, "{what}: {}", stage.story());
            }
        }
    }
}

#[test]
fn a_half_made_lake_that_is_deleted_leaves_no_key_that_shows_late() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter] {
        let mut stage = lagging(3);
        stage.edit(json!({"deletionPolicy": "Delete"}));
        dead(&mut stage, "CreateKey", fault);
        stage.delete();
        stage.settle();
        assert!(stage.released, "{}", stage.story());
        assert_eq!(keys(&stage).0, 0, "{}", stage.story());
    }
}

#[test]
fn a_key_of_ones_own_that_comes_while_ours_is_being_made_leaves_none_of_ours() {
    let mut stage = lagging(3);
    dead(&mut stage, "CreateKey", Fault::CrashAfter);
    stage.own_key("Enabled");
    stage.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    stage.settle();
    for _ in 0..3 {
        stage.next_looks();
    }
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(keys(&stage), (1, 2), "the stream's: {}", stage.story());
    assert!(pinned(&stage).key_intents.is_empty());
}

#[test]
fn a_key_of_ones_own_ends_no_search_while_a_call_may_still_come() {
    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashBefore);
    let died = stage.sim.now();
    stage.own_key("Enabled");
    stage.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    while open(&stage, Id::BucketKey).is_some() {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    // A request is good for five minutes, and its key shows within another five.
    let searched = stage.sim.now().duration_since(died);
    assert!(searched >= KEY_LAG * 2, "{searched}: {}", stage.story());
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn a_time_to_come_in_the_record_stops_nothing_for_ever() {
    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashBefore);
    let status = stage.object.status.as_mut().unwrap();
    let intents = &mut status.pinned.as_mut().unwrap().key_intents;
    for intent in intents.values_mut() {
        intent.time.0 = "2099-01-01T00:00:00Z".parse().unwrap();
    }
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
}
