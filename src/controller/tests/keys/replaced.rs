//! A key that somebody else encrypted a bucket or the stream with, and that the operator replaces: what was written under
//! it can be read with it alone.

use super::*;
use crate::controller::tests::adoption::{base, found};

const THEIRS: &str = "arn:aws:kms:eu-west-1:123456789012:key/88888888-8888-8888-8888-888888888888";

/// Somebody has encrypted the bucket or the stream with a key of theirs; they may name it as the services let them.
fn encrypt(stage: &Stage, id: Id, key: &str) {
    let arn = stage.arn(id);
    stage.sim.alter(|cloud| match id {
        Id::Stream => cloud.streams.get_mut(&arn).unwrap().seen.key = Some(key.into()),
        Id::Delivery => {
            let to = cloud.deliveries.get_mut(&arn).unwrap().seen.destination.as_mut();
            to.unwrap().key_arn = Some(key.into());
        }
        _ => {
            let bucket = cloud.buckets.get_mut(&arn).unwrap();
            bucket.seen.encryption.as_mut().unwrap().key = Some(key.into());
        }
    });
}

/// Those that read what is in it.
fn readers(id: Id) -> &'static [Id] {
    match id {
        Id::Stream => &[Id::DeliveryRole],
        _ => &[Id::CrawlerRole],
    }
}

fn stays_readable(stage: &Stage, id: Id) {
    assert!(stage.is_ready(), "{id}: {}", stage.story());
    for reader in readers(id) {
        let role = stage.arn(*reader);
        let policies = stage
            .sim
            .alter(|cloud| format!("{:?}", cloud.roles.get(&role).unwrap().policies));
        assert!(
            policies.contains(THEIRS),
            "{id}: {reader} can't read it: {policies}"
        );
    }
}

const REPLACED: [(Id, &str); 4] = [
    (Id::LakeBucket, "PutBucketEncryption"),
    (Id::RawBucket, "PutBucketEncryption"),
    (Id::Stream, "StartStreamEncryption"),
    (Id::Delivery, "UpdateDestination"),
];

#[test]
fn a_key_from_outside_is_recorded_before_the_call_that_replaces_it() {
    for (id, call) in REPLACED {
        for named in [THEIRS, "88888888-8888-8888-8888-888888888888"] {
            // Firehose takes ARNs only.
            if id == Id::Delivery && named != THEIRS {
                continue;
            }
            let mut stage = Stage::ready(json!({}));
            encrypt(&stage, id, named);
            stage.sim.advance(SignedDuration::from_mins(10));
            stage.sim.fault(Rule::next("", call, Fault::CrashAfter));
            assert!(stage.dies(), "{id}: {}", stage.story());
            stage.sim.calm();
            stage.settle();
            stays_readable(&stage, id);
        }
    }
}

#[test]
fn the_key_of_what_was_taken_over_is_recorded() {
    for id in [Id::LakeBucket, Id::Stream] {
        let mut stage = found(base(), &[id], |stage| encrypt(stage, id, THEIRS));
        stage.agree();
        stage.settle();
        stays_readable(&stage, id);
    }
}

#[test]
fn keys_of_aws_and_aliases_are_not_recorded() {
    let alias = "arn:aws:kms:eu-west-1:123456789012:alias/theirs";
    for named in ["alias/aws/kinesis", "alias/theirs", alias] {
        let mut stage = Stage::ready(json!({}));
        let before = pinned(&stage).used_keys;
        encrypt(&stage, Id::Stream, named);
        stage.next_looks();
        assert!(stage.is_ready(), "{named}: {}", stage.story());
        assert!(stage.operations().contains(&"StartStreamEncryption"), "{named}");
        assert_eq!(pinned(&stage).used_keys, before, "{named}");
    }
}

#[test]
fn what_is_only_reported_is_replaced_by_nobody_and_changes_no_role() {
    let mut stage = Stage::ready(json!({"driftPolicy": "Report"}));
    let before = pinned(&stage).used_keys;
    encrypt(&stage, Id::Stream, THEIRS);
    stage.next_looks();
    let (_, _, message) = stage.condition("DriftDetected");
    assert!(
        message.contains("KeyId") && !message.contains("role"),
        "{message}"
    );
    assert_eq!(pinned(&stage).used_keys, before);
    stage.edit(json!({"driftPolicy": "Correct"}));
    stage.settle();
    stays_readable(&stage, Id::Stream);
}
