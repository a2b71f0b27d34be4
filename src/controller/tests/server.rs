//! The API server, as far as one object's status is concerned, and the deaths of those who write to it.

use std::future::pending;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::api::{Datalake, DatalakeStatus, KeyIntent};
use crate::cloud::sim::Sim;
use crate::controller::pass::{Ledger, Overtaken};
use crate::model::arn::Scope;
use crate::model::intent;
use crate::model::topology::Id;

/// When the process dies, of its writes to status in the middle of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    Before(usize),
    After(usize),
}

/// The object on the server, and a process that has read some version of it.
pub(super) struct Server {
    sim: Sim,
    /// How long each intent takes to be written down.
    pub standstill: SignedDuration,
    state: Mutex<State>,
}

struct State {
    object: Datalake,
    /// The version that the process knows.
    known: String,
    death: Option<Death>,
}

impl Server {
    /// `read` is what the process has read of the object, once.
    pub fn new(sim: &Sim, object: &Datalake, read: &Datalake, death: Option<Death>) -> Self {
        let state = State {
            object: object.clone(),
            known: version(read),
            death,
        };
        Self {
            sim: sim.clone(),
            standstill: SignedDuration::ZERO,
            state: Mutex::new(state),
        }
    }

    /// The object as it is in the end, and the death that has not come yet.
    pub fn end(self) -> (Datalake, Option<Death>) {
        let state = self.state.into_inner().unwrap();
        (state.object, state.death)
    }

    /// Whether the process lives to make its write, and after that.
    fn fate(&self) -> (bool, bool) {
        let death = &mut self.state.lock().unwrap().death;
        let fate = match death {
            Some(Death::Before(1)) => (false, false),
            Some(Death::After(1)) => (true, false),
            Some(Death::Before(k) | Death::After(k)) => {
                *k -= 1;
                return (true, true);
            }
            None => return (true, true),
        };
        *death = None;
        fate
    }

    async fn write(&self, write: impl FnOnce(&mut State) -> Result<(), Overtaken>) -> Result<(), Overtaken> {
        if self.sim.alter(|cloud| cloud.faults.crashed) {
            return pending().await;
        }
        let (writes, lives) = self.fate();
        let result = if writes {
            write(&mut self.state.lock().unwrap())
        } else {
            Ok(())
        };
        if !lives {
            self.sim.alter(|cloud| cloud.faults.crashed = true);
            return pending().await;
        }
        result
    }
}

impl Ledger for Server {
    fn now(&self) -> Timestamp {
        self.sim.now()
    }

    async fn intend(&self, place: &Scope, id: Id, intent: &KeyIntent) -> Result<(), Overtaken> {
        let is_open = |state: &State| {
            let status = state.object.status.as_ref();
            intent::is_open(status.and_then(|status| status.pinned.as_ref()), id, intent)
        };
        let current = |state: &State| {
            (state.known == version(&state.object))
                .then_some(())
                .ok_or(Overtaken)
        };
        {
            let state = self.state.lock().unwrap();
            if is_open(&state) {
                return current(&state);
            }
        }
        self.sim.advance(self.standstill);
        self.write(|state| {
            current(state)?;
            let mut status = state.object.status.clone().unwrap_or_default();
            intent::open(status.pinned.get_or_insert_default(), place, id, intent);
            put(&mut state.object, status);
            state.known = version(&state.object);
            Ok(())
        })
        .await
    }

    async fn key_created(&self, id: Id, nonce: &str, key_id: &str) -> Result<(), Overtaken> {
        self.write(|state| {
            let mut status = state.object.status.clone().unwrap_or_default();
            if intent::open_nonce(status.pinned.as_ref(), id) != Some(nonce) {
                return Err(Overtaken);
            }
            intent::found(status.pinned.get_or_insert_default(), id, key_id, Some(nonce));
            let first_hand = state.known == version(&state.object);
            put(&mut state.object, status);
            if first_hand {
                state.known = version(&state.object);
            }
            Ok(())
        })
        .await
    }
}

/// Writes a status; the object has another version then.
pub(super) fn put(object: &mut Datalake, status: DatalakeStatus) {
    if object.status.as_ref() == Some(&status) {
        return;
    }
    object.status = Some(status);
    touch(object);
}

/// Each write of an object gives it another version.
pub(super) fn touch(object: &mut Datalake) {
    let next = version(object).parse::<u64>().unwrap_or_default() + 1;
    object.metadata.resource_version = Some(next.to_string());
}

fn version(object: &Datalake) -> String {
    object.metadata.resource_version.clone().unwrap_or_default()
}
