use datalake_operator::cloud::sim::Call;

use crate::diary::Diary;
use crate::life::Life;
use crate::script::{Arrival, Crash, Pace, Script, Step};

/// A lake with every resource, of which only the object is there.
fn conceive(seed: u64, side_by_side: bool) -> Life {
    let script = Script {
        name: "overlap".into(),
        seed,
        base: 1,
        pace: Pace::Steady,
        ready: false,
        side_by_side,
        steps: Vec::new(),
    };
    Life::new(&script, Diary::closed())
}

/// What is written in the minute in which it is made, while that happens.
fn writes(seed: u64, side_by_side: bool, steps: &[Step]) -> Vec<Call> {
    let mut life = conceive(seed, side_by_side);
    for step in steps.iter().chain(&[Step::Wait(1)]) {
        assert!(life.step(step).is_ok(), "{seed}: {step}");
    }
    life.sim.writes()
}

/// How often the next call to S3 is about another bucket than the one before.
fn changes_of_bucket(calls: &[Call]) -> usize {
    let buckets: Vec<_> = calls.iter().filter(|call| call.service == "s3").collect();
    assert!(buckets.len() > 10, "{buckets:?}");
    let pairs = buckets.windows(2);
    pairs.filter(|pair| pair[0].subject != pair[1].subject).count()
}

/// The calls that were on their way to AWS when the operator died, and arrived.
fn after_death(calls: &[Call]) -> Vec<&Call> {
    let died = |call: &Call| call.result == Err("Crash".to_owned());
    let death = calls.iter().position(died).unwrap();
    let at_once = |call: &&Call| call.at == calls[death].at;
    calls[death + 1..].iter().take_while(at_once).collect()
}

#[test]
fn the_calls_for_several_resources_alternate_in_histories_where_they_are_side_by_side() {
    assert_eq!(changes_of_bucket(&writes(1, false, &[])), 1);
    for seed in 1..=10 {
        let changes = changes_of_bucket(&writes(seed, true, &[]));
        assert!(changes > 2, "{seed}: {changes}");
    }
    assert_ne!(
        writes(1, true, &[]),
        writes(2, true, &[]),
        "the order is the seed's"
    );
}

#[test]
fn of_what_is_on_its_way_when_the_operator_dies_some_arrives_and_some_is_lost() {
    let dies = [Step::Crash(Crash::Before(4))];
    assert!(after_death(&writes(1, false, &dies)).is_empty());
    let arrived: Vec<_> = (1..=20)
        .map(|seed| after_death(&writes(seed, true, &dies)).len())
        .collect();
    assert!(arrived.contains(&0) && arrived.contains(&1), "{arrived:?}");
    assert!(arrived.iter().any(|count| *count > 1), "{arrived:?}");
}

#[test]
fn a_leader_that_stands_still_has_several_calls_on_their_way() {
    let late = (1..=20).map(|seed| {
        let mut life = conceive(seed, true);
        let arrives = Arrival::Call(1_000_000);
        assert!(life.step(&Step::Stall { write: 4, arrives }).is_ok());
        // The finalizer, the first status, and the pass in which the leader stands still.
        for _ in 0..3 {
            assert!(life.pass(false).is_ok());
        }
        let before = life.sim.writes().len();
        life.arrive();
        life.sim.writes().len() - before
    });
    let late: Vec<_> = late.collect();
    assert!(late.iter().all(|count| *count > 0), "{late:?}");
    assert!(late.iter().any(|count| *count > 2), "{late:?}");
}
