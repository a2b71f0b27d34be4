//! Calls that AWS takes, as it says, and that change nothing that it shows: they are made ever more seldom.

use jiff::{SignedDuration, Timestamp};

use crate::model::kinds::Change;
use crate::model::plan::{Plan, Step};
use crate::model::topology::Id;

/// So many times a call is made again as soon as an older answer can't be the reason any more.
const SOON: u32 = 3;
/// How long it waits after that, twice as long each time.
const PAUSE: SignedDuration = SignedDuration::from_mins(3);
/// And at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// How often each call was made that still seems to be missing.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Repeats {
    /// The generation that all this is of: an edit begins anew.
    generation: i64,
    calls: Vec<Repeat>,
}

#[derive(Clone, Debug, PartialEq)]
struct Repeat {
    id: Id,
    /// Whatever version it was made of.
    change: Change,
    times: u32,
    last: Timestamp,
}

impl Repeats {
    /// Forgets what was before an edit of the spec.
    pub fn begin(&mut self, generation: i64) {
        if self.generation != generation {
            self.generation = generation;
            self.calls.clear();
        }
    }

    /// Notes a call that succeeded. What makes or removes a resource says itself whether it did.
    pub fn made(&mut self, id: Id, change: &Change, now: Timestamp) {
        if change.creates() || change.operation().1.starts_with("Delete") {
            return;
        }
        let change = change.versionless();
        let mut calls = self.calls.iter_mut();
        match calls.find(|call| call.id == id && call.change == change) {
            Some(call) => (call.times, call.last) = (call.times.saturating_add(1), now),
            None => self.calls.push(Repeat {
                id,
                change,
                times: 1,
                last: now,
            }),
        }
    }

    /// Forgets the calls that a plan no longer asks for; it was made after the looks of this pass.
    pub fn see(&mut self, plan: &Plan) {
        self.calls.retain(|call| match plan.step(call.id) {
            Some(Step::InSync) | None => false,
            Some(Step::Apply(work)) => work.changes.iter().any(|c| c.versionless() == call.change),
            _ => true,
        });
    }

    /// How often the call was made in vain, while it is too early to make it again.
    pub fn in_vain(&self, id: Id, change: &Change, now: Timestamp) -> Option<u32> {
        let mut calls = self
            .calls
            .iter()
            .filter(|call| call.id == id && call.times >= SOON);
        let call = calls.find(|call| call.change == change.versionless())?;
        let doublings = (call.times - SOON).min(10);
        let pause = (PAUSE * (1 << doublings)).min(LONGEST);
        (now.duration_since(call.last) < pause).then_some(call.times)
    }
}
