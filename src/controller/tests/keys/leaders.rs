//! A call that another process made, gave up or wrote down, and one that is late.

use super::*;

/// One pass, which began so long ago, and stands still for so long whenever it writes a call down.
fn late_pass(stage: &mut Stage, begun: SignedDuration, standstill: SignedDuration) {
    let mut server = Server::new(&stage.sim, &stage.object, &stage.object, None);
    server.standstill = standstill;
    let now = stage.sim.now() - begun;
    let pass = stage
        .operator
        .pass(&stage.object, &mut stage.memory, &server, now);
    let verdict = futures::executor::block_on(pass);
    stage.object = server.end().0;
    crate::controller::tests::server::put(&mut stage.object, verdict.status);
}

#[test]
fn a_call_is_written_down_with_its_own_time_and_not_with_that_of_its_pass() {
    let mut stage = Stage::new(json!({}));
    stage.pass();
    stage
        .sim
        .fault(Rule::every("kms", "CreateKey", Fault::LoseAnswer));
    let minutes = SignedDuration::from_mins(4);
    stage.sim.advance(minutes);
    late_pass(&mut stage, minutes, SignedDuration::ZERO);
    let made = creations(&stage)[0];
    let told = open(&stage, Id::BucketKey).unwrap().time.0;
    assert!(made.duration_since(told).as_secs() < 1, "{}", stage.story());
    stage.sim.calm();
    calm(&mut stage, "an old pass");
}

#[test]
fn a_call_that_was_written_down_minutes_ago_is_not_made_before_it_is_written_down_anew() {
    let mut stage = Stage::new(json!({}));
    stage.pass();
    late_pass(&mut stage, SignedDuration::ZERO, SignedDuration::from_mins(4));
    assert_eq!(creations(&stage), [], "{}", stage.story());
    assert!(open(&stage, Id::BucketKey).is_some(), "{}", stage.story());
    let start = stage.sim.now();
    stage.settle();
    let waited = creations(&stage)[0].duration_since(start);
    assert!(
        waited.as_secs() < 30,
        "nothing is to be looked for: {}",
        stage.story()
    );
    calm(&mut stage, "a standstill");
}

#[test]
fn a_stale_leader_makes_no_key() {
    let mut stage = Stage::new(json!({}));
    stage.pass();
    let old = stage.object.clone();
    // Another has taken over, and writes its intents first.
    dead(&mut stage, "CreateKey", Fault::CrashBefore);
    stage.sim.forget_calls();
    let server = Server::new(&stage.sim, &stage.object, &old, None);
    let verdict = futures::executor::block_on(stage.operator.pass(
        &old,
        &mut crate::model::memory::Memory::default(),
        &server,
        stage.sim.now(),
    ));
    assert!(
        !stage.operations().contains(&"CreateKey"),
        "{:?}",
        stage.operations()
    );
    assert_eq!(
        server.end().0.status,
        stage.object.status,
        "nothing was written down"
    );
    let intents = verdict.status.pinned.unwrap_or_default().key_intents;
    assert!(intents.is_empty(), "{intents:?}");
}

/// The leader before had begun a call, and another has made a key since: now the call is carried out. The key that it
/// makes, by its ARN.
fn arrives_late(stage: &Stage, nonce: &str) -> String {
    stage.sim.alter(|cloud| {
        let (arn, key) = cloud
            .keys
            .iter()
            .next()
            .map(|(arn, key)| (arn.to_owned(), key.clone()))
            .unwrap();
        let lost = arn.replace(arn.rsplit('/').next().unwrap(), "late-0000");
        let mut key = key;
        key.seen.arn = crate::model::arn::KeyArn::parse(&lost).unwrap();
        key.seen.description = "Bucket key of data lake analytics/staff-events".into();
        key.seen
            .tags
            .insert("datalake-operator.io/resource".into(), "bucket-key".into());
        key.seen
            .tags
            .insert("datalake-operator.io/intent".into(), nonce.to_owned());
        cloud.keys.put(&lost, key);
        lost
    })
}

/// A lake that came up although its first leader stands still in `CreateKey`: the lake, and what that leader knows.
fn with_a_call_on_its_way() -> (Stage, Stage) {
    let mut stage = Stage::new(json!({}));
    stage.pass();
    // The old leader wrote its intents down; its calls are slow.
    let mut old = Stage::in_world(stage.sim.clone(), stage.object.clone());
    dead(&mut old, "CreateKey", Fault::CrashBefore);
    stage.object = old.object.clone();
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    (stage, old)
}

#[test]
fn a_key_of_a_call_that_was_given_up_stays_once_something_was_encrypted_with_it() {
    let (mut stage, old) = with_a_call_on_its_way();
    let used = pinned(&stage).key_ids;
    let lost = arrives_late(&stage, &open(&old, Id::BucketKey).unwrap().nonce);
    let bucket = stage.arn(Id::LakeBucket);
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&bucket).unwrap();
        bucket.seen.encryption.as_mut().unwrap().key = Some(lost.clone());
    });
    for _ in 0..15 {
        stage.next_looks();
    }
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(pinned(&stage).key_ids, used);
    let (named, lost_key) = stage.sim.alter(|cloud| {
        let encryption = cloud.buckets.get(&bucket).unwrap().seen.encryption.clone();
        (
            encryption.unwrap().key.unwrap(),
            cloud.keys.get(&lost).unwrap().seen.state.clone(),
        )
    });
    assert_ne!(named, lost, "the lake's own again: {}", stage.story());
    assert_eq!(
        lost_key,
        "Enabled",
        "objects may be encrypted with it: {}",
        stage.story()
    );
}

#[test]
fn a_key_of_a_call_that_another_leader_has_given_up_is_not_used_but_removed() {
    let (mut stage, old) = with_a_call_on_its_way();
    let used = pinned(&stage).key_ids;
    // Now they are carried out.
    let intent = open(&old, Id::BucketKey).unwrap();
    let lost = arrives_late(&stage, &intent.nonce);
    let server = Server::new(&stage.sim, &stage.object, &old.object, None);
    let recorded = futures::executor::block_on(crate::controller::pass::Ledger::key_created(
        &server,
        Id::BucketKey,
        &intent.nonce,
        "late-0000",
    ));
    assert!(recorded.is_err());
    calm(&mut stage, "given up");
    assert_eq!(pinned(&stage).key_ids, used);
    let its = stage
        .sim
        .alter(|cloud| cloud.keys.get(&lost).unwrap().seen.state.clone());
    assert_eq!(its, "PendingDeletion");
}
