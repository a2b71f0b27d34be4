//! The world as the operator has it, with somebody who looks at every call.

use std::collections::BTreeSet;
use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datalake_operator::cloud::sim::Sim;
use datalake_operator::cloud::{Done, World};
use datalake_operator::model::arn::{Region, Scope};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::kinds::{Change, Observed, Target};
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;
use futures::FutureExt;

use crate::laws::calls::{Reading, ciphers, judge};
use crate::laws::{Broken, vital};
use crate::overlap::{Overlap, Sent};
use crate::stall::{Late, Stall};

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
    overlap: Overlap,
    /// What came of calls that came late.
    arrived: Vec<String>,
    /// Their places in the journal.
    late: Vec<usize>,
    /// What this pass looked at, and got an answer.
    looked: BTreeSet<Id>,
    /// Whether Ready is true as this pass begins.
    ready: bool,
    /// Whether deliveries worked before the first write of this pass; `None`: it wrote nothing, or Ready is not true.
    worked: Option<bool>,
}

impl Watched {
    /// `home`: the lake as it was first written.
    pub fn new(sim: Sim, home: &'static Lake, overlap: Overlap) -> Self {
        let notes = Notes {
            overlap,
            ..Notes::default()
        };
        Self {
            sim,
            home,
            notes: Arc::new(Mutex::new(notes)),
        }
    }

    /// What the object says: a pass that begins rests on it, or a user who reads it.
    pub fn begin(&self, reading: Reading) {
        let mut notes = self.notes();
        notes.reading = reading.after(std::mem::take(&mut notes.reading));
        notes.overlap.begin();
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

    /// Of what is on its way, that arrives whose time has come.
    pub fn arrive_if_due(&self) {
        let notes = &mut *self.notes();
        for late in notes.stall.due() {
            notes.arrives(&self.sim, late);
        }
    }

    /// Everything that is on its way arrives.
    pub fn arrive(&self) {
        let notes = &mut *self.notes();
        for late in notes.stall.all() {
            notes.arrives(&self.sim, late);
        }
    }

    /// What came of calls that came late, since the last time.
    pub fn arrivals(&self) -> Vec<String> {
        std::mem::take(&mut self.notes().arrived)
    }

    /// The places in the journal of all calls that came late: none of the leader's own.
    pub fn late(&self) -> Vec<usize> {
        self.notes().late.clone()
    }

    /// The leader is about to make a call: before that, what is on its way may arrive. To a leader that stands still, no
    /// call comes back.
    ///
    /// A lake that goes may be let go by this very pass, and nobody looks any more for what arrives after the last look:
    /// of that only the next process could know that there is something to look for. So it arrives with a pass.
    async fn turn(&self, write: bool) {
        if self.stall(|stall| stall.stands_still()) {
            pending::<()>().await;
        }
        self.stall(|stall| stall.counts(write));
        let leaving = self.notes().reading.leaving;
        if leaving.is_none() {
            self.arrive_if_due();
        }
    }

    /// While it is on its way, others go on.
    async fn way(&self, write: Option<(&Scope, &Change)>) {
        let way = self.notes().overlap.way(write);
        if let Some(mut way) = way {
            poll_fn(|context| self.notes().overlap.poll(&mut way, context)).await;
        }
    }

    /// The process is dead or stands still. What was on its way, and is not lost, arrives at once, or late.
    fn end(&self) {
        let notes = &mut *self.notes();
        for Sent { place, change } in notes.overlap.end() {
            let (_, charge) = notes.judge(&self.sim, &place, &change);
            let late = Late {
                signed: self.sim.now(),
                place,
                change,
                charge,
            };
            if notes.stall.stands_still() {
                let arrives = notes.overlap.arrival();
                notes.stall.comes_late(late, arrives);
            } else {
                notes.arrives(&self.sim, late);
            }
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

impl Notes {
    /// Where in the journal the call will be, and what it breaks if it is carried out now.
    fn judge(&mut self, sim: &Sim, place: &Scope, change: &Change) -> (usize, Option<Broken>) {
        sim.alter(|cloud| {
            self.named.extend(ciphers(cloud));
            let broken = judge(cloud, place, change, &self.reading, &self.named);
            (cloud.journal.len(), broken)
        })
    }

    /// What makes something has an effect only where there is nothing: it breaks what it breaks as it arrives.
    fn arrives(&mut self, sim: &Sim, mut late: Late) {
        if late.change.creates() && late.charge.is_some() {
            late.charge = self.judge(sim, &late.place, &late.change).1;
        }
        let arrived = late.arrive(sim);
        self.charges.extend(arrived.index.zip(arrived.charge));
        self.late.extend(arrived.index);
        self.arrived.push(arrived.told);
    }
}

impl World for Watched {
    async fn identify(&self, region: &Region) -> Result<Scope, CallError> {
        self.way(None).await;
        self.turn(false).await;
        self.sim.identify(region).await
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        self.way(None).await;
        self.turn(false).await;
        let answer = self.sim.observe(place, target).await;
        if answer.is_ok() {
            self.notes().looked.insert(id_of(self.home, target));
        }
        answer
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        self.way(Some((place, change))).await;
        self.turn(true).await;
        let held = {
            let notes = &mut *self.notes();
            if notes.ready && notes.worked.is_none() {
                notes.worked = Some(self.sim.alter(|cloud| vital::works_whole(cloud, self.home)));
            }
            let (index, broken) = notes.judge(&self.sim, place, change);
            let held = notes.stall.holds(self.sim.now(), place, change, broken.as_ref());
            notes
                .charges
                .extend(broken.filter(|_| !held).map(|broken| (index, broken)));
            held
        };
        // The simulator answers at once, or never: then the process is dead.
        let answer = (!held).then(|| self.sim.apply(place, change).now_or_never());
        let Some(answer) = answer.flatten() else {
            self.end();
            return pending().await;
        };
        self.way(None).await;
        answer
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

    use super::*;
    use crate::laws::scene::{EVERYTHING, ready};

    #[test]
    fn each_look_is_known_by_what_it_looks_at() {
        let life = ready(EVERYTHING);
        let watched = Watched::new(
            life.sim.clone(),
            &crate::nursery::unborn(EVERYTHING).1,
            Overlap::default(),
        );
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
            let watched = Watched::new(
                life.sim.clone(),
                &crate::nursery::unborn(EVERYTHING).1,
                Overlap::default(),
            );
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
