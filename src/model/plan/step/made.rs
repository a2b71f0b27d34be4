//! Keys that calls of `CreateKey` made, or may have made.

use jiff::Timestamp;

use super::{Asking, KEY_LOOK_SECONDS, LEFTOVER_DAYS, wait_for_key};
use crate::model::intent;
use crate::model::kinds::{Cause, Change, Difference, Observed, WaitFor, key};
use crate::model::lake::{Lake, Wish};
use crate::model::memory::Sight;
use crate::model::owner::Ownership;
use crate::model::plan::{Step, Verb, Work, keys};
use crate::model::topology::Id;

impl Asking<'_> {
    pub(super) fn undecided(&self, live: &Observed) -> Option<Step> {
        let Observed::Key(key) = live else { return None };
        if self.wish == Wish::Gone {
            return None;
        }
        let what = || format!("what may name {} or another key to be read", key.arn.key_id());
        keys::undecided(self.lake, self.snapshot, self.id, key)
            .then(|| Step::Wait(WaitFor::new(what(), KEY_LOOK_SECONDS)))
    }

    /// Removes keys that lost answers left.
    pub(super) fn leftovers(&self, live: Option<&Observed>) -> Option<Step> {
        let Some(Observed::Key(key)) = live else {
            return None;
        };
        let leftovers = keys::leftovers(self.lake, self.snapshot, self.id, key);
        let ids = || leftovers.iter().map(|key| key.arn.key_id().to_owned());
        let schedule = |key_id| {
            Change::Key(key::Change::ScheduleKeyDeletion {
                key_id,
                days: LEFTOVER_DAYS,
            })
        };
        let changes: Vec<_> = ids().map(schedule).collect();
        if changes.is_empty() {
            return None;
        }
        self.held(Verb::Update, &changes).or_else(|| {
            Some(Step::Apply(Work {
                changes,
                differences: ids()
                    .map(|key_id| Difference::new("second key", "none", key_id))
                    .collect(),
                verb: Verb::Update,
                cause: Cause::Edit,
            }))
        })
    }

    /// Whether a key may have been made of which the record says nothing any more: keys are among the first that is made,
    /// and here are others of the lake that this record has not seen begin. (A lake that used a key of the user's own
    /// has made none.)
    pub(super) fn record_is_lost(&self) -> bool {
        let record = &self.lake.record;
        let ours = |sight: &Sight| match sight {
            Sight::Present(live) => self.lake.owner.judge(live.tags()) == Ownership::Ours,
            _ => false,
        };
        let mut seen = self.snapshot.iter();
        matches!(self.id, Id::BucketKey | Id::StreamKey)
            && !record.used_keys.contains_key(&self.id)
            && !record.intents.contains_key(&self.id)
            && seen.any(|(id, sight)| !record.unfinished.contains(id) && ours(sight))
    }
}

/// What is kept is left as it is. But while a call of `CreateKey` may have made a key that KMS does not show yet, the object
/// stays: it is all that tells who applies it again that there may be one.
pub(in crate::model::plan) fn kept(lake: &Lake, id: Id, now: Timestamp) -> Step {
    let open = lake.record.intents.get(&id).filter(|_| lake.leaving.is_some());
    let since = open.and_then(|open| intent::is_awaited(open, now));
    since.map_or(Step::Kept, wait_for_key)
}
