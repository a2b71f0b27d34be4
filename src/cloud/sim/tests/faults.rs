//! What goes wrong, what is counted, and what is used up.

use super::*;
use crate::api::vocabulary::reasons;
use crate::model::fault::{Class, classify};
use crate::model::kinds::delivery;

#[test]
fn firehose_takes_five_calls_a_second_of_one_operation() {
    let sim = sim(Timing {
        rates: true,
        ..Timing::none()
    });
    let look = || now(sim.observe(&place(), &Target::Delivery { name: "d".into() }));
    for _ in 0..5 {
        assert_eq!(look(), Ok(None));
    }
    assert_eq!(look().unwrap_err().code, "ThrottlingException");
    sim.advance(seconds(1));
    assert_eq!(look(), Ok(None));
    assert_eq!(
        sim.alter(|cloud| cloud.meters.calls("firehose", "DescribeDeliveryStream")),
        7
    );
}

#[test]
fn each_service_takes_so_many_calls_a_second_and_says_so_in_its_own_words() {
    let rows: [(&str, Target, usize, &str); 5] = [
        (
            "kinesis",
            Target::Stream {
                name: "s".into(),
                own_key: None,
            },
            20,
            "LimitExceededException",
        ),
        (
            "logs",
            Target::LogGroup(crate::model::kinds::log_group::Target {
                name: "g".into(),
                streams: Vec::new(),
            }),
            5,
            "ThrottlingException",
        ),
        ("iam", role_target("r"), 100, "Throttling"),
        (
            "lambda",
            Target::Function { name: "f".into() },
            100,
            "TooManyRequestsException",
        ),
        (
            "glue",
            Target::Crawler { name: "c".into() },
            200,
            "ThrottlingException",
        ),
    ];
    for (service, target, at_once, code) in rows {
        let sim = sim(Timing {
            rates: true,
            ..Timing::none()
        });
        let look = || now(sim.observe(&place(), &target));
        for _ in 0..at_once {
            assert_eq!(look(), Ok(None), "{service}");
        }
        let error = look().unwrap_err();
        assert_eq!(error.code, code, "{service}");
        assert_eq!(classify(&error, None, 1).class, Class::Soon, "{service}");
        sim.advance(seconds(1));
        assert_eq!(look(), Ok(None), "{service}");
        assert_eq!(
            sim.alter(|cloud| cloud.meters.calls(service, "")),
            at_once as u64 + 2
        );
    }
}

#[test]
fn chance_brings_every_way_to_fail() {
    let sim = sim(Timing::none());
    let chaos = Chaos {
        refused: 1000,
        lost: 0,
    };
    sim.alter(|cloud| cloud.faults.chaos = chaos);
    for _ in 0..100 {
        let _ = apply(&sim, &create_role("r"));
        let _ = now(sim.observe(&place(), &role_target("r")));
    }
    let told = |write: bool| {
        let calls = sim.calls().into_iter().filter(|call| call.write == write);
        calls
            .map(|call| call.result.unwrap_err())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let all = [
        "ConcurrentModification",
        "ServiceFailure",
        "Throttling",
        "Timeout",
    ];
    assert!(told(true).iter().eq(&all), "{:?}", told(true));
    assert!(told(false).iter().eq(&all[1..]), "{:?}", told(false));
    assert!(sim.alter(|cloud| cloud.roles.is_empty()), "none was carried out");
}

#[test]
fn who_may_not_and_whose_credentials_are_old_is_told_as_the_operator_reads_it() {
    for service in [
        "kms", "s3", "iam", "sts", "kinesis", "firehose", "glue", "lambda", "logs", "athena",
    ] {
        for refused in [Refused::denied(service), Refused::expired(service)] {
            let error = CallError {
                service,
                operation: "Any",
                code: refused.code,
                message: refused.message,
                status: refused.status,
            };
            let fault = classify(&error, None, 1);
            assert_eq!(
                (fault.class, fault.reason),
                (Class::User, reasons::ACCESS_DENIED),
                "{service}"
            );
        }
    }
}

#[test]
fn a_quota_stays_until_it_is_raised() {
    let sim = sim(Timing::none());
    sim.alter(|cloud| cloud.quotas.roles = 1);
    apply(&sim, &create_role("a")).unwrap();
    for _ in 0..3 {
        assert_eq!(apply(&sim, &create_role("b")).unwrap_err().code, "LimitExceeded");
        sim.advance(seconds(3600));
    }
    sim.alter(|cloud| cloud.quotas.roles = 2);
    apply(&sim, &create_role("b")).unwrap();
}

#[test]
fn a_key_is_idle_once_nothing_names_it() {
    let (sim, lake) = lake::finished();
    assert_eq!(sim.alter(|cloud| cloud.idle_keys().len()), 0);
    let extra = apply(&sim, &create_key()).unwrap().key_id.unwrap();
    let arn = place().key(&extra).to_string();
    let idle = || {
        sim.alter(|cloud| {
            cloud
                .idle_keys()
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(idle(), [arn.as_str()]);
    // Without its alias the stream's key is still the stream's, that of the buckets theirs.
    sim.alter(|cloud| {
        for alias in [&lake.names.stream_key_alias, &lake.names.bucket_key_alias] {
            cloud.aliases.remove(&place().key_alias(alias).to_string());
        }
    });
    assert_eq!(idle(), [arn.as_str()]);
    sim.alter(|cloud| {
        cloud
            .streams
            .iter_mut()
            .for_each(|(_, live)| live.seen.key = None);
    });
    assert_eq!(idle().len(), 2);
    let (key_id, days) = (extra, 7);
    apply(
        &sim,
        &Change::Key(key::Change::ScheduleKeyDeletion { key_id, days }),
    )
    .unwrap();
    assert_eq!(idle().len(), 1);
}

#[test]
fn the_answer_to_the_second_try_is_that_to_what_is_done_already() {
    let stream = |change| Change::Stream(change);
    let more = |target| {
        let name = "s".into();
        stream(stream::Change::UpdateShardCount { name, target })
    };
    let delete = stream(stream::Change::DeleteStream {
        name: "s".into(),
        enforce_consumer_deletion: false,
    });
    let delete_role = Change::Role(role::Change::DeleteRole { name: "r".into() });
    // What there is, what is called, and what the caller gets to know.
    let rows: [(Option<Change>, Change, Result<(), &str>); 7] = [
        (None, create_stream("s"), Err("ResourceInUseException")),
        (None, create_role("r"), Err("EntityAlreadyExists")),
        (None, create_bucket("example-b"), Err("BucketAlreadyOwnedByYou")),
        (Some(create_stream("s")), more(2), Err("ResourceInUseException")),
        (Some(create_stream("s")), delete, Err("ResourceInUseException")),
        (Some(create_role("r")), delete_role, Err("NoSuchEntity")),
        // The operator has the SDK make it once.
        (None, create_key(), Err("Timeout")),
    ];
    for (before, change, told) in rows {
        let (service, operation) = change.operation();
        let sim = sim(Timing::default());
        if let Some(before) = before {
            apply(&sim, &before).unwrap();
        }
        sim.advance(seconds(3600));
        sim.forget_calls();
        sim.fault(Rule::next(service, operation, Fault::LoseAnswerAndRetry));
        let answer = apply(&sim, &change);
        let answer = answer.as_ref().map(drop).map_err(|error| error.code.as_str());
        assert_eq!(answer, told, "{operation}");
        let calls = sim.calls();
        assert_eq!(calls.len(), 1, "{operation}: {calls:?}");
        assert!(calls[0].effect, "{operation}");
        assert!(sim.alter(|cloud| cloud.keys.len()) <= 1);
    }
}

#[test]
fn a_second_try_spends_no_token_twice() {
    let (sim, lake) = lake::finished();
    let target = Target::Delivery {
        name: lake.names.delivery.clone(),
    };
    let look = || match observe(&sim, &target) {
        Some(Observed::Delivery(live)) => live,
        _ => panic!("there is a delivery stream"),
    };
    let live = look();
    let mut destination = live.destination.clone().unwrap();
    destination.buffering = Some((300, 128));
    let change = Change::Delivery(delivery::Change::UpdateDestination {
        name: lake.names.delivery.clone(),
        version: live.version.clone(),
        destination_id: live.destination_id,
        destination: destination.clone(),
    });
    sim.fault(Rule::write(1, Fault::LoseAnswerAndRetry));
    assert_eq!(
        apply(&sim, &change).unwrap_err().code,
        "ConcurrentModificationException"
    );
    assert_eq!(look().destination, Some(destination));
    assert_ne!(look().version, live.version);
}

#[test]
fn a_call_that_comes_to_nothing_is_not_made_again() {
    let sim = sim(Timing::none());
    sim.fault(Rule::write(1, Fault::LoseAnswerAndRetry));
    let gone = Change::Role(role::Change::DeleteRole { name: "r".into() });
    assert_eq!(apply(&sim, &gone).unwrap_err().code, "NoSuchEntity");
    assert_eq!(sim.alter(|cloud| cloud.meters.calls("iam", "DeleteRole")), 1);
    assert!(!sim.calls()[0].effect);
}
