//! Lakes that came up once, for many lives to begin with.

use std::sync::{Arc, LazyLock, OnceLock};

use datalake_operator::api::Datalake;
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::arn::Scope;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::memory::Memory;
use datalake_operator::model::report::is_ready;
use jiff::SignedDuration;

use crate::cluster::Cluster;
use crate::diary::Diary;
use crate::edits::{self, BASES};
use crate::home;
use crate::life::Life;
use crate::script::{Pace, Script};

type Ready = (Cloud, Cluster, Memory);

static LAKES: LazyLock<Vec<[OnceLock<Ready>; 3]>> =
    LazyLock::new(|| BASES.iter().map(|_| Default::default()).collect());

static UNBORN: LazyLock<Vec<(Cluster, Lake)>> =
    LazyLock::new(|| BASES.iter().map(|(_, patch)| conceive(patch)).collect());

fn conceive(patch: &str) -> (Cluster, Lake) {
    let cluster = Cluster::new(edits::sample(patch));
    let home = home::resolve(
        cluster
            .object
            .as_ref()
            .expect("the specs to begin with can be read"),
    );
    (cluster, home)
}

/// The object of that spec as it was just applied, and where its lake will be.
pub fn unborn(base: usize) -> &'static (Cluster, Lake) {
    UNBORN
        .get(base)
        .expect("a script has one of the specs to begin with")
}

/// The base whose lakes have every resource, in that place.
pub fn everything(place: &Scope) -> Option<usize> {
    UNBORN.iter().position(|(cluster, home)| {
        let publishes = |object: &Arc<Datalake>| object.spec.test_publisher.enabled;
        home.place == *place && cluster.object.as_ref().is_some_and(publishes)
    })
}

/// A lake of that spec in an AWS of that pace, with the time to become Ready. One that did not is for the laws to judge.
pub fn ready(base: usize, pace: Pace) -> &'static Ready {
    let row = LAKES
        .get(base)
        .expect("a script has one of the specs to begin with");
    row[pace as usize].get_or_init(|| bring_up(base, pace))
}

fn bring_up(base: usize, pace: Pace) -> Ready {
    let script = Script {
        name: "nursery".to_owned(),
        seed: 1,
        base,
        pace,
        ready: false,
        side_by_side: false,
        steps: Vec::new(),
    };
    let mut life = Life::new(&script, Diary::closed());
    for _ in 0..200 {
        let Ok(passed) = life.pass(false) else { break };
        let up = life
            .object()
            .is_some_and(|object| is_ready(object.status.as_ref(), 1));
        let next = passed.next.unwrap_or_default();
        if up && next > SignedDuration::from_mins(4) {
            break;
        }
        life.sim.advance(next);
    }
    // A while later, so that nothing lags any more.
    life.sim.advance(SignedDuration::from_mins(3));
    life.sim.forget_calls();
    life.into_parts()
}
