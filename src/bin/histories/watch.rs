//! The world as the operator has it, with somebody who looks at every call.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datalake_operator::cloud::sim::Sim;
use datalake_operator::cloud::{Done, World};
use datalake_operator::model::arn::{Region, Scope};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::kinds::{Change, Observed, Target};

use crate::laws::Broken;
use crate::laws::calls::{Reading, ciphers, judge};

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
}

impl Watched {
    pub fn new(sim: Sim) -> Self {
        Self {
            sim,
            notes: Arc::default(),
        }
    }

    /// What the object says: a pass that begins rests on it, or a user who reads it.
    pub fn begin(&self, reading: Reading) {
        let mut notes = self.notes();
        notes.reading = reading.after(std::mem::take(&mut notes.reading));
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
        self.sim.identify(region).await
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        self.sim.observe(place, target).await
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        {
            let mut notes = self.notes();
            let Notes {
                reading,
                named,
                charges,
            } = &mut *notes;
            charges.extend(self.sim.alter(|cloud| {
                named.extend(ciphers(cloud));
                let broken = judge(cloud, place, change, reading, named)?;
                Some((cloud.journal.len(), broken))
            }));
        }
        self.sim.apply(place, change).await
    }
}
