//! A key of the lake's that somebody else uses stays as long as that does.

use super::*;
use crate::model::arn::KeyArn;

/// An alias of somebody else's that names the lake's key `id`.
fn theirs(stage: &Stage, id: Id, name: &str) -> String {
    let alias = stage.lake().place.key_alias(name).to_string();
    let key = KeyArn::parse(&stage.arn(id)).unwrap();
    stage
        .sim
        .alter(|cloud| cloud.aliases.put(&alias, key.key_id().to_owned()));
    alias
}

/// How many keys are not on their way to deletion.
fn alive(stage: &Stage) -> usize {
    let alive = |key: &crate::cloud::sim::Key| key.seen.state != "PendingDeletion";
    stage
        .sim
        .alter(|cloud| cloud.keys.iter().filter(|(_, key)| alive(key)).count())
}

/// The deletion stands still for some time; what Ready says then.
fn held(stage: &mut Stage) -> String {
    stage.settle();
    stage.next_looks();
    assert!(!stage.released, "{}", stage.story());
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "KeyInUse", "{}", stage.story());
    assert_eq!(stage.condition("Stalled").0, "True", "{}", stage.story());
    message
}

#[test]
fn a_key_that_an_alias_of_others_names_goes_only_once_that_is_gone_or_names_another() {
    for (id, dies) in [
        (Id::BucketKey, false),
        (Id::StreamKey, false),
        (Id::BucketKey, true),
    ] {
        for elsewhere in [false, true] {
            let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
            let alias = theirs(&stage, id, "alias/theirs");
            let key = stage.arn(id);
            stage.delete();
            let message = held(&mut stage);
            for word in ["alias/theirs", key.rsplit('/').next().unwrap(), "RetainData"] {
                assert!(message.contains(word), "{word}: {message}");
            }
            assert!(!message.contains("alias/dl-"), "the lake's own: {message}");
            let told = stage.events.iter().filter(|e| e.reason == "KeyInUse");
            assert_eq!(told.count(), 1, "{}", stage.story());
            assert_eq!(alive(&stage), 1, "the other key goes: {}", stage.story());
            if dies {
                stage.restart();
            }
            stage.sim.alter(|cloud| {
                cloud.aliases.remove(&alias);
                if elsewhere {
                    cloud.aliases.put(&alias, "another-key".into());
                }
            });
            stage.next_looks();
            assert!(stage.released, "{}", stage.story());
            let aliases = stage.sim.alter(|cloud| cloud.aliases.len());
            assert_eq!((alive(&stage), aliases), (0, usize::from(elsewhere)));
        }
    }
}

#[test]
fn a_key_in_use_stays_with_the_lakes_data_once_the_policy_says_so() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    theirs(&stage, Id::BucketKey, "alias/theirs");
    stage.delete();
    held(&mut stage);
    stage.edit(json!({"deletionPolicy": "RetainData"}));
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(alive(&stage), 1, "{}", stage.story());
}

#[test]
fn a_bucket_or_stream_that_is_the_lakes_no_more_keeps_its_key() {
    for (id, key) in [
        (Id::LakeBucket, Id::BucketKey),
        (Id::RawBucket, Id::BucketKey),
        (Id::Stream, Id::StreamKey),
    ] {
        let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
        let (arn, key) = (stage.arn(id), stage.arn(key));
        stage.sim.alter(|cloud| cloud.tags_mut(id, &arn).unwrap().clear());
        stage.delete();
        let message = held(&mut stage);
        assert!(message.contains(stage.lake().name(id)), "{message}");
        let of_key = |stage: &Stage| {
            stage
                .sim
                .alter(|cloud| cloud.keys.get(&key).unwrap().seen.state.clone())
        };
        assert_eq!(of_key(&stage), "Enabled", "{id}: {}", stage.story());
        stage.sim.alter(|cloud| cloud.take_away(id, &arn));
        stage.next_looks();
        assert!(stage.released, "{id}: {}", stage.story());
        assert_eq!(of_key(&stage), "PendingDeletion", "{id}");
    }
}

#[test]
fn the_streams_key_waits_for_a_bucket_of_the_lakes_that_somebody_encrypted_with_it() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let (bucket, key) = (stage.arn(Id::LakeBucket), stage.arn(Id::StreamKey));
    stage.edit(json!({"driftPolicy": "Report"}));
    stage.settle();
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&bucket).unwrap();
        bucket.seen.encryption.as_mut().unwrap().key = Some(key.clone());
        bucket.put_object("data/year=2026/1.parquet");
    });
    stage.delete();
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "BucketNotEmpty", "{}", stage.story());
    assert_eq!(alive(&stage), 2, "{}", stage.story());
    stage.annotate("datalake-operator.io/empty-buckets");
    stage.next_looks();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(alive(&stage), 0, "{}", stage.story());
}

#[test]
fn a_bucket_that_somebody_made_anew_while_the_other_one_held_up_the_deletion_keeps_the_key() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let [lake, raw] = [Id::LakeBucket, Id::RawBucket].map(|id| stage.arn(id));
    let mut theirs = stage.sim.alter(|cloud| {
        cloud.buckets.get_mut(&lake).unwrap().put_object("data/1");
        cloud.buckets.get(&raw).unwrap().clone()
    });
    theirs.seen.tags.clear();
    stage.delete();
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "BucketNotEmpty", "{}", stage.story());
    assert!(stage.sim.alter(|cloud| cloud.buckets.get(&raw).is_none()));
    stage.sim.alter(|cloud| cloud.buckets.put(&raw, theirs));
    stage.annotate("datalake-operator.io/empty-buckets");
    stage.next_looks();
    let message = held(&mut stage);
    assert!(message.contains(&stage.lake().names.raw_bucket), "{message}");
    assert_eq!(alive(&stage), 1, "{}", stage.story());
}

#[test]
fn aliases_are_listed_only_where_a_key_is_to_go() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let listed = |stage: &Stage| {
        let is_it = |call: &&crate::cloud::sim::Call| call.operation == "ListAliases";
        stage.sim.calls().iter().filter(is_it).count()
    };
    stage.sim.forget_calls();
    stage.next_looks();
    stage.next_looks();
    assert_eq!(listed(&stage), 0, "{}", stage.story());
    stage.delete();
    stage.settle();
    assert!(stage.released && listed(&stage) >= 2, "{}", stage.story());
}

#[test]
fn a_key_stays_while_what_may_be_encrypted_with_it_cannot_be_read() {
    for (id, service, operation) in [
        (Id::Workgroup, "athena", "GetWorkGroup"),
        (Id::Delivery, "firehose", "DescribeDeliveryStream"),
    ] {
        let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
        let (arn, key) = (stage.arn(id), stage.arn(Id::BucketKey));
        let state_of_key = |stage: &Stage| {
            stage
                .sim
                .alter(|cloud| cloud.keys.get(&key).unwrap().seen.state.clone())
        };
        stage.sim.alter(|cloud| cloud.tags_mut(id, &arn).unwrap().clear());
        stage.delete();
        // It was seen, and is not to be read any more once the key may go.
        while stage.sim.alter(|cloud| cloud.buckets.len()) > 0 {
            stage.pass();
            stage.sim.advance(SignedDuration::from_secs(10));
        }
        let broken = Refused::new(500, "InternalServerException", "An internal error occurred.");
        stage
            .sim
            .fault(Rule::every(service, operation, Fault::Refuse(broken)));
        for _ in 0..20 {
            stage.pass();
            stage.sim.advance(SignedDuration::from_secs(30));
            assert_eq!(state_of_key(&stage), "Enabled", "{id}: {}", stage.story());
        }
        stage.sim.calm();
        held(&mut stage);
        assert_eq!(state_of_key(&stage), "Enabled", "{id}: {}", stage.story());
    }
}
