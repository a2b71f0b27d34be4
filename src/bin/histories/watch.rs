//! The world as the operator has it, with somebody who looks at every call.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datalake_operator::cloud::sim::Sim;
use datalake_operator::cloud::{Done, World};
use datalake_operator::model::arn::{Region, Scope};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::kinds::{Change, Observed, Target};
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;

use crate::laws::calls::{Reading, ciphers, judge};
use crate::laws::{Broken, vital};
use crate::stall::Stall;

/// The simulated AWS, and what its calls would break.
#[derive(Clone)]
pub struct Watched {
    pub sim: Sim,
    home: &'static Lake,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Default)]
struct Notes {
    reading: Reading,
    /// Every key that something was encrypted with.
    named: BTreeSet<String>,
    /// What a call breaks if it is carried out, by its place in the journal.
    charges: Vec<(usize, Broken)>,
    stall: Stall,
    /// What came of calls that came late.
    arrived: Vec<String>,
    /// What this pass looked at, and got an answer.
    looked: BTreeSet<Id>,
    /// Whether Ready is true as this pass begins.
    ready: bool,
    /// Whether deliveries worked before the first write of this pass; `None`: it wrote nothing, or Ready is not true.
    worked: Option<bool>,
}

impl Watched {
    /// `home`: the lake as it was first written.
    pub fn new(sim: Sim, home: &'static Lake) -> Self {
        Self {
            sim,
            home,
            notes: Arc::default(),
        }
    }

    /// What the object says: a pass that begins rests on it, or a user who reads it.
    pub fn begin(&self, reading: Reading) {
        let mut notes = self.notes();
        notes.reading = reading.after(std::mem::take(&mut notes.reading));
    }

    /// A pass begins. `ready`: the status says Ready of all that the object says.
    pub fn begin_pass(&self, ready: bool) {
        let mut notes = self.notes();
        notes.looked.clear();
        (notes.ready, notes.worked) = (ready, None);
    }

    /// What the pass looked at, and got an answer.
    pub fn looked(&self) -> BTreeSet<Id> {
        self.notes().looked.clone()
    }

    /// Whether Ready was true, deliveries worked, and then the pass wrote.
    pub fn worked(&self) -> bool {
        self.notes().worked == Some(true)
    }

    /// Who stands still, and what is on its way.
    pub fn stall<R>(&self, act: impl FnOnce(&mut Stall) -> R) -> R {
        act(&mut self.notes().stall)
    }

    /// What is on its way arrives, if it is time.
    pub fn arrive_if_due(&self) {
        if self.stall(|stall| stall.is_here()) {
            self.arrive();
        }
    }

    /// What is on its way arrives.
    pub fn arrive(&self) {
        let notes = &mut *self.notes();
        if let Some(arrived) = notes.stall.arrive(&self.sim) {
            notes.charges.extend(arrived.charge);
            notes.arrived.push(arrived.told);
        }
    }

    /// What came of calls that came late, since the last time.
    pub fn arrivals(&self) -> Vec<String> {
        std::mem::take(&mut self.notes().arrived)
    }

    /// The leader is about to make a call: before that, what is on its way may arrive. To a leader that stands still, no
    /// call comes back.
    ///
    /// A lake that goes may be let go by this very pass, and nobody looks any more for what arrives after the last look:
    /// of that only the next process could know that there is something to look for. So it arrives with a pass.
    async fn turn(&self, write: bool) {
        let here = {
            let notes = &mut *self.notes();
            if !notes.stall.stands_still() {
                notes.stall.counts(write);
            }
            notes.stall.is_here() && notes.reading.leaving.is_none()
        };
        if here {
            self.arrive();
        }
        if self.notes().stall.stands_still() {
            std::future::pending::<()>().await;
        }
    }

    /// The first law that a call broke since the last time.
    pub fn verdict(&self) -> Option<Broken> {
        let charges = std::mem::take(&mut self.notes().charges);
        let carried_out = |index: &usize| {
            self.sim
                .alter(|cloud| cloud.journal.get(*index).is_some_and(|call| call.effect))
        };
        charges
            .into_iter()
            .find(|(index, _)| carried_out(index))
            .map(|(_, broken)| broken)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for Watched {
    async fn identify(&self, region: &Region) -> Result<Scope, CallError> {
        self.turn(false).await;
        self.sim.identify(region).await
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        self.turn(false).await;
        let answer = self.sim.observe(place, target).await;
        if answer.is_ok() {
            self.notes().looked.insert(id_of(self.home, target));
        }
        answer
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        self.turn(true).await;
        let held = {
            let Notes {
                reading,
                named,
                charges,
                stall,
                ready,
                worked,
                ..
            } = &mut *self.notes();
            if *ready && worked.is_none() {
                *worked = Some(
                    self.sim
                        .alter(|cloud| vital::works_in_time(cloud, self.home))
                        .is_ok(),
                );
            }
            let (index, broken) = self.sim.alter(|cloud| {
                named.extend(ciphers(cloud));
                (cloud.journal.len(), judge(cloud, place, change, reading, named))
            });
            let held = stall.holds(self.sim.now(), place, change, broken.as_ref());
            charges.extend(broken.filter(|_| !held).map(|broken| (index, broken)));
            held
        };
        if held {
            return std::future::pending().await;
        }
        self.sim.apply(place, change).await
    }
}

/// Which resource a look is at.
fn id_of(home: &Lake, target: &Target) -> Id {
    let of = |name: &String, id: Id, others: &[Id]| {
        let same = |id: &&Id| home.name(**id) == name;
        others.iter().find(same).copied().unwrap_or(id)
    };
    match target {
        Target::Key(t) => t.id,
        Target::Bucket(t) => of(&t.name, Id::LakeBucket, &[Id::RawBucket]),
        Target::LogGroup(t) => of(&t.name, Id::LogGroup, &[Id::PublisherLogGroup]),
        Target::Stream { .. } => Id::Stream,
        Target::Database(_) => Id::Database,
        Target::Table { .. } => Id::Table,
        Target::Role(t) => of(&t.name, Id::DeliveryRole, &[Id::CrawlerRole, Id::PublisherRole]),
        Target::Delivery { .. } => Id::Delivery,
        Target::Crawler { .. } => Id::Crawler,
        Target::Workgroup { .. } => Id::Workgroup,
        Target::Function { .. } => Id::Publisher,
    }
}

#[cfg(test)]
mod tests {
    use datalake_operator::model::kinds::{Depth, role, target};
    use futures::FutureExt;

    use super::*;
    use crate::laws::scene::{EVERYTHING, ready};

    #[test]
    fn each_look_is_known_by_what_it_looks_at() {
        let life = ready(EVERYTHING);
        let watched = Watched::new(life.sim.clone(), &crate::nursery::unborn(EVERYTHING).1);
        for id in Id::ALL {
            watched.begin_pass(true);
            let look = target(&life.home, id, Depth::Properties);
            let answer = watched.observe(&life.home.place, &look).now_or_never();
            assert!(matches!(answer, Some(Ok(Some(_)))), "{id}");
            assert_eq!(watched.looked(), [id].into());
        }
    }

    #[test]
    fn whether_deliveries_worked_is_known_before_the_first_write_while_ready_is_true() {
        for (ready_before, whole, worked, why) in [
            (true, true, true, "it ends them"),
            (false, true, false, "Ready is not true"),
            (true, false, false, "somebody had ended them"),
        ] {
            let life = ready(EVERYTHING);
            let watched = Watched::new(life.sim.clone(), &crate::nursery::unborn(EVERYTHING).1);
            let (place, name) = (&life.home.place, &life.home.names.delivery_role);
            let arn = place.role(name).to_string();
            let policy_name = life.sim.alter(|cloud| {
                let policies = &mut cloud.roles.get_mut(&arn).unwrap().policies;
                let (name, policy) = policies.iter_mut().next().unwrap();
                if !whole {
                    *policy = policy.replace("errors/", "elsewhere/");
                }
                name.clone()
            });
            watched.begin_pass(ready_before);
            assert!(!watched.worked(), "nothing is written yet");
            let change = Change::Role(role::Change::DeleteRolePolicy {
                name: name.clone(),
                policy_name,
            });
            for _ in 0..2 {
                assert!(watched.apply(place, &change).now_or_never().is_some());
                assert_eq!(watched.worked(), worked, "{why}");
            }
        }
    }
}
