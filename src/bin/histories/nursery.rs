//! Lakes that came up once, for many lives to begin with.

use std::sync::{LazyLock, OnceLock};

use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::memory::Memory;
use datalake_operator::model::report::is_ready;
use jiff::SignedDuration;

use crate::cluster::Cluster;
use crate::diary::Diary;
use crate::edits::BASES;
use crate::life::Life;
use crate::script::{Pace, Script};

type Lake = (Cloud, Cluster, Memory);

static LAKES: LazyLock<Vec<[OnceLock<Lake>; 3]>> = LazyLock::new(|| BASES.iter().map(|_| Default::default()).collect());

/// A lake of that spec that is Ready, in an AWS of that pace.
///
/// # Panics
/// When it does not come up: then no law is worth checking.
pub fn ready(base: usize, pace: Pace) -> &'static Lake {
    let row = LAKES.get(base).expect("a script has one of the specs to begin with");
    row[pace as usize].get_or_init(|| bring_up(base, pace))
}

fn bring_up(base: usize, pace: Pace) -> Lake {
    let script = Script {
        name: "nursery".to_owned(),
        seed: 1,
        base,
        pace,
        ready: false,
        steps: Vec::new(),
    };
    let mut life = Life::new(&script, Diary::closed());
    for _ in 0..300 {
        let passed = life.pass(false).expect("a lake that comes up breaks no law");
        let up = life.object().is_some_and(|object| is_ready(object.status.as_ref(), 1));
        let next = passed.next.unwrap_or_default();
        if up && next > SignedDuration::from_mins(4) {
            // A while later, so that nothing lags any more.
            life.sim.advance(SignedDuration::from_mins(3));
            life.sim.forget_calls();
            return life.into_parts();
        }
        life.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    unreachable!("lake {base} does not come up at pace {pace:?}: {:?}", life.object().and_then(|o| o.status))
}
