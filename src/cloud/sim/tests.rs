//! The simulator's own behaviour: time, faults, lag. What each service answers is in `answers`, a whole lake in `lake`.

mod answers;
mod faults;
mod lake;
mod late;

use std::future::Future;

use futures::FutureExt;

use super::*;
use crate::model::kinds::{bucket, key, role, stream};
use crate::model::owner::{Owner, Tags};
use crate::model::topology::Id;

const TRUST_FIREHOSE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const KEY_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"AWS":["123456789012"]},"Action":["kms:*"],"Resource":"*"}]}"#;

fn place() -> Scope {
    Scope {
        region: Region::parse("eu-west-1").unwrap(),
        account: AccountId::parse("123456789012").unwrap(),
    }
}

fn sim(timing: Timing) -> Sim {
    let sim = Sim::new(place().account, "2026-01-01T00:00:00Z".parse().unwrap(), 1);
    sim.alter(|cloud| cloud.timing = timing);
    sim
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// The simulator never waits, so that a call is over when it is polled once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("only a dead operator's calls wait")
}

fn apply(sim: &Sim, change: &Change) -> Result<Done, CallError> {
    now(sim.apply(&place(), change))
}

fn observe(sim: &Sim, target: &Target) -> Option<Observed> {
    now(sim.observe(&place(), target)).unwrap()
}

fn create_stream(name: &str) -> Change {
    Change::Stream(stream::Change::CreateStream {
        name: name.into(),
        shards: Some(1),
        tags: Tags::new(),
    })
}

fn create_role(name: &str) -> Change {
    Change::Role(role::Change::CreateRole {
        name: name.into(),
        description: String::new(),
        trust: TRUST_FIREHOSE.into(),
        boundary: None,
        tags: Tags::new(),
    })
}

fn create_bucket(name: &str) -> Change {
    Change::Bucket(bucket::Change::CreateBucket {
        bucket: name.into(),
        region: place().region,
        tags: Tags::new(),
    })
}

fn create_key() -> Change {
    Change::Key(key::Change::CreateKey {
        description: "one".into(),
        policy: KEY_POLICY.into(),
        tags: Tags::new(),
    })
}

fn stream_status(sim: &Sim) -> Option<String> {
    match observe(
        sim,
        &Target::Stream {
            name: "s".into(),
            own_key: None,
        },
    ) {
        Some(Observed::Stream(live)) => Some(live.status),
        _ => None,
    }
}

fn role_target(name: &str) -> Target {
    Target::Role(role::Target {
        name: name.into(),
        policy_name: "p".into(),
    })
}

#[test]
fn a_state_ends_when_its_time_has_passed_and_not_before() {
    let sim = sim(Timing::default());
    apply(&sim, &create_stream("s")).unwrap();
    sim.advance(seconds(29));
    assert_eq!(stream_status(&sim).as_deref(), Some("CREATING"));
    sim.advance(seconds(1));
    assert_eq!(stream_status(&sim).as_deref(), Some("ACTIVE"));
    apply(
        &sim,
        &Change::Stream(stream::Change::DeleteStream {
            name: "s".into(),
            enforce_consumer_deletion: false,
        }),
    )
    .unwrap();
    assert_eq!(stream_status(&sim).as_deref(), Some("DELETING"));
    sim.advance(seconds(30));
    assert_eq!(stream_status(&sim), None);
}

#[test]
fn a_change_of_a_stream_shows_when_it_is_active_again() {
    let sim = sim(Timing::default());
    apply(&sim, &create_stream("s")).unwrap();
    sim.advance(seconds(30));
    let target = 2;
    let name = "s".into();
    apply(
        &sim,
        &Change::Stream(stream::Change::UpdateShardCount { name, target }),
    )
    .unwrap();
    let arn = place().stream("s").to_string();
    let shards = |sim: &Sim| sim.alter(|cloud| cloud.streams.get(&arn).unwrap().seen.open_shards);
    assert_eq!(
        (shards(&sim), stream_status(&sim).as_deref()),
        (1, Some("UPDATING"))
    );
    sim.advance(seconds(20));
    assert_eq!(
        (shards(&sim), stream_status(&sim).as_deref()),
        (2, Some("ACTIVE"))
    );
}

#[test]
fn a_lost_answer_leaves_the_effect_and_a_refusal_does_not() {
    let sim = sim(Timing::none());
    sim.fault(Rule::next("kinesis", "CreateStream", Fault::LoseAnswer));
    assert_eq!(apply(&sim, &create_stream("s")).unwrap_err().code, "Timeout");
    assert!(stream_status(&sim).is_some());

    let throttled = Refused::new(400, "LimitExceededException", "Rate exceeded");
    sim.fault(Rule::next("kinesis", "CreateStream", Fault::Refuse(throttled)));
    assert_eq!(
        apply(&sim, &create_stream("t")).unwrap_err().code,
        "LimitExceededException"
    );
    assert_eq!(sim.alter(|cloud| cloud.streams.len()), 1);
    apply(&sim, &create_stream("t")).unwrap();
    let effects: Vec<bool> = sim.writes().iter().map(|call| call.effect).collect();
    assert_eq!(effects, [true, false, true]);
}

#[test]
fn a_dead_operator_does_nothing_more_until_it_starts_again() {
    for (fault, there) in [(Fault::CrashBefore, 1), (Fault::CrashAfter, 2)] {
        let sim = sim(Timing::none());
        sim.fault(Rule::write(2, fault.clone()));
        let life = async {
            for name in ["a", "b", "c"] {
                let _ = sim.apply(&place(), &create_stream(name)).await;
            }
        };
        assert_eq!(now(sim.survive(life)), None, "{fault:?}");
        assert_eq!(sim.alter(|cloud| cloud.streams.len()), there, "{fault:?}");
        assert_eq!(sim.writes().last().unwrap().result, Err("Crash".to_owned()));
        sim.restart();
        assert_eq!(
            now(sim.survive(async { apply(&sim, &create_stream("d")).is_ok() })),
            Some(true)
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let history = |seed| {
        let sim = Sim::new(place().account, "2026-01-01T00:00:00Z".parse().unwrap(), seed);
        let chaos = Chaos {
            refused: 300,
            lost: 200,
        };
        sim.alter(|cloud| cloud.faults.chaos = chaos);
        for n in 0..50 {
            let _ = apply(&sim, &create_role(&format!("r{n}")));
        }
        sim.calls()
    };
    assert_eq!(history(7), history(7));
    assert_ne!(history(7), history(8));
    let calls = history(7);
    assert!(
        calls
            .iter()
            .any(|call| call.result == Err("Timeout".into()) && call.effect)
    );
    assert!(calls.iter().any(|call| call.result.is_err() && !call.effect));
}

#[test]
fn a_read_that_lags_sees_what_was() {
    let sim = sim(Timing {
        iam_lag: seconds(5),
        ..Timing::none()
    });
    apply(&sim, &create_role("r")).unwrap();
    assert_eq!(observe(&sim, &role_target("r")), None);
    sim.advance(seconds(5));
    let Some(Observed::Role(live)) = observe(&sim, &role_target("r")) else {
        panic!("there is a role")
    };
    assert_eq!(live.arn, place().role("r").to_string());
    apply(&sim, &Change::Role(role::Change::DeleteRole { name: "r".into() })).unwrap();
    assert!(observe(&sim, &role_target("r")).is_some());
    sim.advance(seconds(5));
    assert_eq!(observe(&sim, &role_target("r")), None);
}

#[test]
fn a_flapping_read_sees_the_old_and_the_new() {
    let sim = sim(Timing {
        s3_lag: seconds(60),
        flapping: true,
        ..Timing::none()
    });
    apply(&sim, &create_bucket("lake")).unwrap();
    let target = || {
        Target::Bucket(bucket::Target {
            name: "lake".into(),
            depth: crate::model::kinds::Depth::Properties,
            own_key: None,
        })
    };
    for _ in 0..20 {
        let _ = now(sim.observe(&place(), &target()));
    }
    let calls = sim.calls();
    let tags = calls.iter().filter(|call| call.operation == "GetBucketTagging");
    let (found, missing): (Vec<_>, Vec<_>) = tags.partition(|call| call.result.is_ok());
    assert!(!found.is_empty() && !missing.is_empty());
    sim.advance(seconds(60));
    assert!((0..10).all(|_| observe(&sim, &target()).is_some()));
}

#[test]
fn every_key_is_another_and_only_its_date_removes_one() {
    let sim = sim(Timing::none());
    let key_id = apply(&sim, &create_key()).unwrap().key_id.unwrap();
    let other = apply(&sim, &create_key()).unwrap().key_id.unwrap();
    assert_ne!(key_id, other);
    let alias = || "alias/dl-one".to_owned();
    let create_alias = |key_id: &str| {
        Change::Key(key::Change::CreateAlias {
            alias: alias(),
            key_id: key_id.into(),
        })
    };
    apply(&sim, &create_alias(&key_id)).unwrap();
    let days = 7;
    let schedule = key::Change::ScheduleKeyDeletion {
        key_id: key_id.clone(),
        days,
    };
    apply(&sim, &Change::Key(schedule)).unwrap();
    sim.advance(SignedDuration::from_hours(7 * 24 - 1));
    let found = |known: Option<&str>| {
        let target = key::Target {
            id: Id::BucketKey,
            alias: alias(),
            siblings_alias: "alias/other".into(),
            spare: Vec::new(),
            aliases: false,
            given_up: Vec::new(),
            search: false,
            known: known.map(str::to_owned),
            owner: Owner {
                cluster: "c".into(),
                namespace: "n".into(),
                name: "l".into(),
            },
            description: "one".into(),
        };
        match observe(&sim, &Target::Key(target)) {
            Some(Observed::Key(live)) => Some(live),
            _ => None,
        }
    };
    let live = found(None).unwrap();
    assert_eq!(
        (live.state.as_str(), live.alias_target),
        ("PendingDeletion", Some(key_id.clone()))
    );
    sim.advance(SignedDuration::from_hours(1));
    assert_eq!(found(Some(&key_id)), None, "the alias went with the key");
    assert_eq!(sim.alter(|cloud| cloud.keys.len()), 1);
}

#[test]
fn a_deleted_role_leaves_its_id_in_the_policies_that_name_it() {
    let sim = sim(Timing::none());
    apply(&sim, &create_role("r")).unwrap();
    apply(&sim, &create_bucket("lake")).unwrap();
    let role = place().role("r");
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{role}"}},
            "Action":["s3:GetObject"],"Resource":"arn:aws:s3:::lake/*"}}]}}"#
    );
    let bucket = "lake".into();
    apply(
        &sim,
        &Change::Bucket(bucket::Change::PutBucketPolicy { bucket, policy }),
    )
    .unwrap();
    let policy = |sim: &Sim| {
        let arn = place().bucket("lake").to_string();
        sim.alter(|cloud| cloud.buckets.get(&arn).unwrap().seen.policy.clone().unwrap())
    };
    assert!(policy(&sim).contains(&role.to_string()));
    apply(&sim, &Change::Role(role::Change::DeleteRole { name: "r".into() })).unwrap();
    apply(&sim, &create_role("r")).unwrap();
    assert!(policy(&sim).contains("AROA") && !policy(&sim).contains(&role.to_string()));
}

#[test]
fn policies_come_back_in_another_shape_with_the_same_meaning() {
    let sim = sim(Timing::none());
    apply(&sim, &create_key()).unwrap();
    let kept = sim.alter(|cloud| cloud.keys.iter().next().unwrap().1.seen.policy.clone());
    assert_ne!(kept, KEY_POLICY);
    assert!(
        kept.contains(r#""Action": "kms:*""#),
        "a list of one becomes its element: {kept}"
    );
    assert!(
        kept.contains("arn:aws:iam::123456789012:root"),
        "an account becomes its root: {kept}"
    );
    assert!(crate::model::policy::equivalent(&kept, KEY_POLICY), "{kept}");
}
