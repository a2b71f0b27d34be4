//! What lakes cost in calls, and how often they are looked at.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;

use super::drift::base;
use super::stage::Stage;
use crate::cloud::sim::{Fault, Refused, Rule};
use crate::model::arn::Region;
use crate::model::quota::IDLE;

#[test]
fn a_lake_in_sync_costs_the_calls_that_the_drift_period_is_reckoned_with() {
    let mut stage = Stage::ready(base());
    // Four drift periods.
    stage.next_looks();
    stage.next_looks();
    let mut found = BTreeMap::<(&str, &str), u32>::new();
    for call in stage.sim.calls() {
        *found.entry((call.service, call.operation)).or_default() += 1;
    }
    found.remove(&("sts", "GetCallerIdentity"));
    let reckoned: BTreeMap<_, _> = IDLE.iter().map(|(s, o, calls)| ((*s, *o), calls * 2)).collect();
    assert_eq!(found, reckoned);
}

/// So many other lakes are in the region.
fn crowd(stage: &Stage, lakes: usize) {
    for n in 0..lakes {
        let region = Region::parse("eu-west-1").unwrap();
        stage.operator.count("crowd", &n.to_string(), Some(region));
    }
}

#[test]
fn among_many_lakes_the_next_look_is_later() {
    let mut stage = Stage::ready(json!({}));
    let verdict = stage.pass();
    assert!(verdict.next.unwrap() <= SignedDuration::from_mins(5));
    crowd(&stage, 1000);
    let next = stage.pass().next.unwrap();
    assert!(
        next > SignedDuration::from_mins(14) && next <= SignedDuration::from_mins(17),
        "{next:?}"
    );
    stage.sim.forget_calls();
    stage.sim.advance(SignedDuration::from_mins(6));
    stage.pass();
    let calls = stage.sim.calls();
    assert!(calls.iter().all(|call| call.service == "sts"), "{calls:?}");
    stage.sim.advance(next - SignedDuration::from_mins(6));
    stage.pass();
    assert!(stage.sim.calls().len() > 10, "{}", stage.story());
    for n in 0..1000 {
        stage.operator.count("crowd", &n.to_string(), None);
    }
    assert!(stage.pass().next.unwrap() <= SignedDuration::from_mins(5));
}

#[test]
fn a_lake_that_is_not_looked_at_takes_no_part() {
    let mut stage = Stage::ready(json!({}));
    let region = Region::parse("eu-west-1").unwrap();
    crowd(&stage, 599);
    assert_eq!(stage.operator.drift_period(&region).as_secs(), 600);
    stage.edit(json!({"suspend": true}));
    stage.pass();
    assert_eq!(stage.operator.drift_period(&region).as_secs(), 599);
    let other = Region::parse("us-east-1").unwrap();
    assert_eq!(
        stage.operator.drift_period(&other).as_secs(),
        300,
        "another region has quotas of its own"
    );
}

#[test]
fn a_limit_of_kinesis_is_waited_for_and_told_as_one_at_the_third_try() {
    let mut stage = Stage::new(json!({}));
    let limit = Refused::new(
        400,
        "LimitExceededException",
        "This request would exceed the shard limit",
    );
    stage
        .sim
        .fault(Rule::every("kinesis", "CreateStream", Fault::Refuse(limit)));
    let mut tries = Vec::new();
    for _ in 0..200 {
        let verdict = stage.pass();
        let refused = stage
            .sim
            .calls()
            .iter()
            .filter(|c| c.operation == "CreateStream")
            .count();
        if tries.len() < refused {
            tries.push((stage.sim.now(), stage.condition("Stalled").0 == "True"));
        }
        if refused == 4 {
            break;
        }
        stage
            .sim
            .advance(verdict.next.unwrap().max(SignedDuration::from_millis(10)));
    }
    assert_eq!(
        tries.iter().map(|(_, stalled)| *stalled).collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert_eq!(stage.condition("Stalled").1, "LimitExceeded", "{}", stage.story());
    let gaps: Vec<_> = tries
        .windows(2)
        .map(|two| two[1].0.duration_since(two[0].0).as_secs())
        .collect();
    assert!(
        (11..=16).contains(&gaps[0]) && (22..=31).contains(&gaps[1]),
        "{gaps:?}"
    );
    assert!((300..=376).contains(&gaps[2]), "{gaps:?}");
    stage.sim.calm();
    stage.sim.advance(SignedDuration::from_mins(7));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
}
