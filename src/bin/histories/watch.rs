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
use crate::overlap::Overlap;
use crate::stall::Stall;

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
            pending::<()>().await;
        }
    }

    /// While it is on its way, others go on.
    async fn way(&self) {
        let turns = self.notes().overlap.way();
        if let Some(mut turns) = turns {
            poll_fn(|context| self.notes().overlap.poll(&mut turns, context)).await;
        }
    }

    /// The process ends here.
    fn end(&self) {
        self.notes().overlap.end();
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
        self.way().await;
        self.turn(false).await;
        self.sim.identify(region).await
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        self.way().await;
        self.turn(false).await;
        self.sim.observe(place, target).await
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        self.way().await;
        self.turn(true).await;
        let held = {
            let Notes {
                reading,
                named,
                charges,
                stall,
                ..
            } = &mut *self.notes();
            let (index, broken) = self.sim.alter(|cloud| {
                named.extend(ciphers(cloud));
                (cloud.journal.len(), judge(cloud, place, change, reading, named))
            });
            let held = stall.holds(self.sim.now(), place, change, broken.as_ref());
            charges.extend(broken.filter(|_| !held).map(|broken| (index, broken)));
            held
        };
        // The simulator answers at once, or never: then the process is dead.
        let answer = (!held).then(|| self.sim.apply(place, change).now_or_never());
        let Some(answer) = answer.flatten() else {
            self.end();
            return pending().await;
        };
        self.way().await;
        answer
    }
}
