//! Keys that calls of `CreateKey` made, or may have made.

use jiff::Timestamp;

use super::{Asking, KEY_LOOK_SECONDS, LEFTOVER_DAYS, wait_for_key};
use crate::model::intent::{self, KEY_LAG};
use crate::model::kinds::{Cause, Change, Difference, Observed, WaitFor, key};
use crate::model::lake::{Lake, Wish};
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
}

/// What is kept is left as it is. But while a call of `CreateKey` may have made a key that KMS does not show yet, or did
/// make one that nothing was done with, the object stays: it is all that tells who applies it again that there is one.
pub(in crate::model::plan) fn kept(lake: &Lake, id: Id, now: Timestamp) -> Step {
    let record = &lake.record;
    let open = record
        .intents
        .get(&id)
        .and_then(|open| intent::is_awaited(open, now));
    let unseen = record.keys.contains_key(&id) && record.unfinished.contains(&id);
    let made = lake
        .leaving_since
        .filter(|since| unseen && now.duration_since(*since) < KEY_LAG);
    let since = open.or(made).filter(|_| lake.leaving.is_some());
    since.map_or(Step::Kept, wait_for_key)
}
