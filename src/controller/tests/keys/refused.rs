//! Keys that KMS refuses to make.

use super::*;
use crate::controller::tests::existing::a_key;

/// The next call for the bucket key, so many times.
fn bucket_key(times: usize, fault: Fault) -> Rule {
    Rule {
        subject: "Bucket key of data lake analytics/staff-events".into(),
        times,
        ..Rule::every("kms", "CreateKey", fault)
    }
}

fn full() -> Fault {
    Fault::Refuse(Refused::new(
        400,
        "LimitExceededException",
        "as many keys as it may have",
    ))
}

#[test]
fn a_quota_that_stays_reached_is_tried_again_without_a_write_to_the_object() {
    let mut stage = Stage::new(json!({}));
    stage.sim.fault(Rule::every("kms", "CreateKey", full()));
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "LimitExceeded", "{}", stage.story());
    let nonce = open(&stage, Id::BucketKey).unwrap().nonce;
    let version = stage.object.metadata.resource_version.clone();
    stage.sim.forget_calls();
    stage.next_looks();
    assert!(stage.operations().contains(&"CreateKey"), "{}", stage.story());
    assert_eq!(
        stage.object.metadata.resource_version,
        version,
        "{}",
        stage.story()
    );
    stage.sim.calm();
    stage.next_looks();
    let key = pinned(&stage).key_ids[Id::BucketKey.as_str()].clone();
    assert_eq!(tag(&stage, &key, "datalake-operator.io/intent"), Some(nonce));
    calm(&mut stage, "the quota was raised");
    assert_eq!(keys(&stage).1, 2);
}

#[test]
fn a_key_made_when_a_quota_was_raised_is_found_by_the_process_that_follows() {
    for minutes in [0, 3] {
        let mut stage = lagging(minutes);
        stage.sim.fault(bucket_key(usize::MAX, full()));
        stage.settle();
        stage.next_looks();
        stage.sim.calm();
        // Tried again long after it was written down.
        stage.sim.fault(bucket_key(1, Fault::CrashAfter));
        stage.sim.advance(SignedDuration::from_mins(6));
        assert!(stage.dies(), "{}", stage.story());
        assert_eq!(keys(&stage).1, 2);
        calm(&mut stage, "found");
        assert_eq!(keys(&stage).1, 2, "{minutes} minutes: {}", stage.story());
    }
}

#[test]
fn a_lake_that_goes_takes_along_a_key_made_when_a_quota_was_raised() {
    let mut stage = lagging(3);
    stage.edit(json!({"deletionPolicy": "Delete"}));
    stage.sim.fault(bucket_key(usize::MAX, full()));
    stage.settle();
    stage.next_looks();
    stage.sim.calm();
    stage.sim.fault(bucket_key(1, Fault::CrashAfter));
    stage.sim.advance(SignedDuration::from_mins(6));
    assert!(stage.dies(), "{}", stage.story());
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(keys(&stage), (0, 2), "{}", stage.story());
}

#[test]
fn a_nonce_that_serves_again_may_have_made_a_key_when_its_answer_is_lost() {
    let throttled = Fault::Refuse(Refused::new(400, "ThrottlingException", "Rate exceeded"));
    for refusal in [throttled, full()] {
        let mut stage = lagging(3);
        stage.sim.fault(bucket_key(1, refusal));
        stage.sim.fault(bucket_key(1, Fault::LoseAnswer));
        stage.settle();
        stage.next_looks();
        calm(&mut stage, "found");
        assert_eq!(keys(&stage).1, 2, "{}", stage.story());
    }
}

#[test]
fn a_key_that_the_user_made_because_kms_refuses_the_lake_one_is_taken_over() {
    let refused = Fault::Refuse(Refused::new(400, "AccessDeniedException", "not authorized"));
    for (fault, is_awaited) in [(refused, false), (Fault::CrashBefore, true)] {
        let mut stage = Stage::new(json!({"adoption": "Unowned"}));
        stage.sim.fault(bucket_key(usize::MAX, fault));
        if is_awaited {
            assert!(stage.dies(), "{}", stage.story());
        } else {
            stage.settle();
        }
        assert!(open(&stage, Id::BucketKey).is_some(), "{}", stage.story());
        stage.sim.calm();
        let lake = stage.lake();
        let other = "99999999-0000-4000-8000-000000000000";
        stage.sim.alter(|cloud| {
            let alias = lake.place.key_alias(lake.name(Id::BucketKey)).to_string();
            a_key(cloud, other);
            cloud.aliases.put(&alias, other.to_owned());
        });
        if is_awaited {
            stage.pass();
            let line = stage.object.status.clone().unwrap_or_default().resources;
            let line = line.iter().find(|r| r.id == Id::BucketKey.as_str()).unwrap();
            assert_eq!(line.reason.as_deref(), Some("Waiting"), "{}", stage.story());
        }
        stage.next_looks();
        assert_eq!(stage.condition("Ready").1, "AdoptionPending", "{}", stage.story());
        stage.agree();
        stage.settle();
        assert_eq!(pinned(&stage).key_ids[Id::BucketKey.as_str()], other);
        assert!(stage.is_ready(), "{}", stage.story());
        stage.sim.advance(SignedDuration::from_hours(2));
        calm(&mut stage, "taken over");
    }
}

/// How long a new lake takes to be Ready, and nobody is told to do anything.
fn comes_up(stage: &mut Stage) -> SignedDuration {
    let start = stage.sim.now();
    stage.pass();
    while !stage.is_ready() {
        let next = stage.pass().next.unwrap_or_default();
        let (stalled, _, message) = stage.condition("Stalled");
        assert_ne!(stalled, "True", "{message}");
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    stage.sim.now().duration_since(start)
}

#[test]
fn a_right_that_depends_on_a_new_keys_tags_is_waited_for() {
    let usual = comes_up(&mut Stage::new(json!({})));
    let mut stage = Stage::new(json!({}));
    let refused = Fault::Refuse(Refused::new(400, "AccessDeniedException", "not authorized"));
    for operation in ["CreateAlias", "EnableKeyRotation"] {
        let rule = Rule::every("kms", operation, refused.clone());
        stage.sim.fault(Rule { times: 6, ..rule });
    }
    let took = comes_up(&mut stage);
    assert!(
        took < usual + SignedDuration::from_mins(1),
        "{took:#}, not {usual:#}"
    );
}
