//! How long it takes to plan one lake; no I/O, no AWS.
//!
//! Prints one line a case: what it is, and the median over many rounds in µs.

use std::hint::black_box;

use datalake_operator::api::{Datalake, KeyIntent};
use datalake_operator::cloud::sim::Sim;
use datalake_operator::controller::pass::{Ledger, Operator, Overtaken};
use datalake_operator::model::arn::{AccountId, Region, Scope};
use datalake_operator::model::lake::{self, Lake, Origin};
use datalake_operator::model::memory::{Memory, Snapshot, Tempo};
use datalake_operator::model::names::Prefix;
use datalake_operator::model::plan::{Declared, plan};
use datalake_operator::model::report;
use datalake_operator::model::topology::Id;
use datalake_operator::shell::clock;
use futures::executor::block_on;
use jiff::{SignedDuration, Timestamp};

/// The sample lake: every part of it is on.
const SAMPLE: &str = include_str!("../deploy/local/staff-events.yaml");
/// Measurements, of which the median is told.
const ROUNDS: usize = 201;
/// Plans a measurement, so that the clock's own time does not count.
const PLANS: u32 = 50;

/// The simulator's key ids are found again by alias.
struct NoLedger;

impl Ledger for NoLedger {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn intend(&self, _: &Scope, _: Id, _: &KeyIntent) -> Result<(), Overtaken> {
        Ok(())
    }

    async fn key_created(&self, _: Id, _: &str, _: &str) -> Result<(), Overtaken> {
        Ok(())
    }
}

fn main() {
    let world = World::new();
    let lake = world.lake();
    let (memory, now) = world.in_sync();
    let snapshot = memory.snapshot();
    let nothing = Memory::default();
    let absent = Snapshot::new();

    assert!(
        plan(&lake, &mut Declared::default(), &snapshot, &memory, now).in_sync(),
        "the lake is not in sync"
    );
    tell("plan, lake in sync", || {
        plan(&lake, &mut Declared::default(), &snapshot, &memory, now)
    });
    tell("plan, nothing seen yet", || {
        plan(&lake, &mut Declared::default(), &absent, &nothing, now)
    });
    let mut declared = Declared::default();
    tell("plan, again in the same pass", || {
        plan(&lake, &mut declared, &snapshot, &memory, now)
    });
    tell("resolve the object", || world.lake());
}

/// What a plan is made from.
struct World {
    object: Datalake,
    place: Scope,
    origin: Origin,
}

impl World {
    fn new() -> Self {
        let mut object: Datalake = serde_saphyr::from_str(SAMPLE).expect("the sample is a Datalake");
        object.metadata.generation = Some(1);
        let region = Region::parse("eu-west-1").expect("this is a region");
        Self {
            object,
            place: Scope {
                region: region.clone(),
                account: AccountId::parse("123456789012").expect("this is an account"),
            },
            origin: Origin {
                cluster: "bench".into(),
                prefix: Prefix::parse("dl").expect("this is a prefix"),
                region: Some(region),
                boundary: None,
            },
        }
    }

    fn lake(&self) -> Lake {
        lake::resolve(&self.object, &self.place, &self.origin).expect("the sample is valid")
    }

    /// What the operator remembers of the lake after it brought it up in a simulated AWS, and when that was.
    fn in_sync(&self) -> (Memory, Timestamp) {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("this is a time");
        let sim = Sim::new(self.place.account.clone(), start, 1);
        let tempo = Tempo {
            drift_period: SignedDuration::from_mins(5),
            consistency_window: SignedDuration::from_secs(90),
        };
        let operator = Operator::new(sim.clone(), self.origin.clone(), tempo);
        let (mut object, mut memory) = (self.object.clone(), Memory::default());
        while !report::is_ready(object.status.as_ref(), 1) {
            let verdict = block_on(operator.pass(&object, &mut memory, &NoLedger, sim.now()));
            object.status = Some(verdict.status);
            let next = verdict.next.expect("a lake that is not Ready is looked at again");
            sim.advance(next.max(SignedDuration::from_millis(10)));
        }
        (memory, sim.now())
    }
}

fn tell<T>(what: &str, mut act: impl FnMut() -> T) {
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| microseconds(&mut act)).collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what}: {:.1} µs", rounds[ROUNDS / 2]);
}

/// One call's share of many in a row.
fn microseconds<T>(mut act: impl FnMut() -> T) -> f64 {
    let started = clock::instant();
    for _ in 0..PLANS {
        black_box(act());
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(PLANS)
}
