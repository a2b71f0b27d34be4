//! Keys that calls of `CreateKey` made, or may have made.

use jiff::Timestamp;

use super::{Asking, KEY_LOOK_SECONDS, LEFTOVER_DAYS, wait_for_key};
use crate::api::vocabulary::reasons;
use crate::model::intent::{self, KEY_LAG};
use crate::model::kinds::{Cause, Change, Difference, Observed, Refusal, WaitFor, key};
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

    /// A key that others use is not scheduled for deletion: what is encrypted with it could never be read again. What of
    /// the lake's own is encrypted with it goes first.
    pub(super) fn in_use(&self, live: &Observed) -> Option<Step> {
        let Observed::Key(key) = live else { return None };
        let all = [key].into_iter().chain(&key.others);
        let mut doomed = all.filter(|key| self.wish == Wish::Gone && key.state != "PendingDeletion");
        doomed.find_map(|key| self.held_by(key))
    }

    fn held_by(&self, key: &key::Observed) -> Option<Step> {
        if let Some(unread) = self.unread() {
            return Some(Step::Blocked(unread));
        }
        let mut others = Vec::new();
        for (id, user) in keys::encrypted_with(self.snapshot, key) {
            let ours = self.lake.owner.judge(user.tags()) == Ownership::Ours;
            if ours && self.lake.wish(id) == Wish::Gone {
                return Some(Step::Blocked(id));
            }
            others.push(format!("{} {}", id.kind(), self.lake.name(id)));
        }
        let names = &self.lake.names;
        let lakes = [&names.bucket_key_alias, &names.stream_key_alias];
        let aliases = key.aliases.iter().filter(|alias| !lakes.contains(alias));
        others.extend(aliases.cloned());
        if others.is_empty() {
            return None;
        }
        // The lake goes on with another key, and needs nobody for that.
        if self.lake.leaving.is_none() {
            return Some(Step::Kept);
        }
        Some(Step::Refuse(Refusal {
            reason: reasons::KEY_IN_USE,
            message: in_use(key, &others),
        }))
    }

    /// What exists of the user's own, may be encrypted with a key of the lake's, and could not be read.
    fn unread(&self) -> Option<Id> {
        let read = |id: &Id| match self.snapshot.get(id) {
            // In another region, where no key of the lake's is.
            Some(Sight::Unreadable(error)) => error.code == "PermanentRedirect",
            sight => sight.is_some(),
        };
        let mut users = self.lake.existing.iter().copied();
        users.find(|id| self.lake.leaving.is_some() && self.lake.wish(*id) == Wish::Used && !read(id))
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

fn in_use(key: &key::Observed, others: &[String]) -> String {
    let more = others.len().saturating_sub(5);
    let and = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!(
        "KMS key {} is not scheduled for deletion, since it is in use by what is not deleted with the lake: {}{and}. \
         Delete that, or give it another key (what is encrypted already can be read with this one alone); or, to keep \
         the key, change spec.deletionPolicy to RetainData or Retain",
        key.arn.key_id(),
        others.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
    )
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
