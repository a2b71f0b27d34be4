//! The world as the operator has it, with somebody who looks at every call.

use std::collections::BTreeSet;
use std::future::{pending, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datalake_operator::cloud::sim::Sim;
use datalake_operator::cloud::{Done, World};
use datalake_operator::model::arn::{Region, Scope};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::kinds::{Change, Observed, Target};
use futures::FutureExt;

use crate::laws::Broken;
use crate::laws::calls::{Reading, ciphers, judge};
use crate::overlap::{Overlap, Sent};
use crate::stall::{Late, Stall};

/// The simulated AWS, and what its calls would break.
#[derive(Clone)]
pub struct Watched {
    pub sim: Sim,
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
}

impl Watched {
    pub fn new(sim: Sim, overlap: Overlap) -> Self {
        let notes = Notes {
            overlap,
            ..Notes::default()
        };
        Self {
            sim,
            notes: Arc::new(Mutex::new(notes)),
        }
    }

    /// What the object says: a pass that begins rests on it, or a user who reads it.
    pub fn begin(&self, reading: Reading) {
        let mut notes = self.notes();
        notes.reading = reading.after(std::mem::take(&mut notes.reading));
        notes.overlap.begin();
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

    fn arrives(&mut self, sim: &Sim, late: Late) {
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
        self.sim.observe(place, target).await
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        self.way(Some((place, change))).await;
        self.turn(true).await;
        let held = {
            let notes = &mut *self.notes();
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
