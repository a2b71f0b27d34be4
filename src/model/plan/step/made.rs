//! Keys that calls of `CreateKey` made, or may have made.

use jiff::Timestamp;

use super::{Asking, KEY_LOOK_SECONDS, LEFTOVER_DAYS, wait_for_key};
use crate::api::vocabulary::reasons;
use crate::model::fault::{CallError, Class};
use crate::model::intent::{self, KEY_LAG};
use crate::model::kinds::{Cause, Change, Difference, Observed, Refusal, WaitFor, key};
use crate::model::lake::{Lake, Wish};
use crate::model::memory::{Attempt, Sight};
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
        if let Some((id, error)) = self.unread() {
            let theirs =
                error.filter(|error| self.lake.existing.contains(&id) && self.is_for_the_user(id, error));
            return Some(match theirs {
                Some(error) => Step::Refuse(Refusal {
                    reason: reasons::KEY_IN_USE,
                    message: self.unsure_of(id, key, error),
                }),
                None => Step::Blocked(id),
            });
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
        let own = [&self.lake.own_bucket_key, &self.lake.own_stream_key]
            .into_iter()
            .flatten();
        let specified = own.filter(|own| own.key_id() == key.arn.key_id());
        others.extend(specified.map(|_| "this lake's spec.encryption".to_owned()));
        let kept = self.lake.leaving.is_none() && keys::was_used(self.lake, key);
        if others.is_empty() && !kept {
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

    /// What may be encrypted with a key of the lake's that goes, and could not be read.
    fn unread(&self) -> Option<(Id, Option<&CallError>)> {
        let may_use = |id: &Id| id.is_encrypted() && matches!(self.lake.wish(*id), Wish::Used | Wish::Gone);
        let mut users = Id::ALL.into_iter().filter(may_use);
        users.find_map(|id| match self.snapshot.get(&id) {
            _ if self.lake.leaving.is_none() => None,
            // In another region, where no key of the lake's is.
            Some(Sight::Unreadable(error)) if error.code == "PermanentRedirect" => None,
            Some(Sight::Unreadable(error)) => Some((id, Some(error))),
            Some(_) => None,
            None => Some((id, None)),
        })
    }

    fn unsure_of(&self, id: Id, key: &key::Observed, error: &CallError) -> String {
        let (key_id, kind, name) = (key.arn.key_id(), id.kind(), self.lake.name(id));
        let (call, code) = (format!("{}:{}", error.service, error.operation), &error.code);
        format!(
            "KMS key {key_id} is not scheduled for deletion, since {kind} {name} may be encrypted with it and can't be \
             read ({call} answered {code}). To keep the key, change spec.deletionPolicy to RetainData or Retain; else allow the operator \
             to read it, or correct spec.existing",
        )
    }

    /// Whether the user has to mend what stands against a look.
    pub(super) fn is_for_the_user(&self, id: Id, error: &CallError) -> bool {
        self.memory.judge(id, Attempt::Look, error, self.now).class == Class::User
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
        "KMS key {} is not scheduled for deletion, since it is in use by what is not deleted with the lake: {}{and}. To keep \
         the key, change spec.deletionPolicy to RetainData or Retain. Once nothing names it any more it is scheduled, and \
         what is encrypted with it by then can never be read again, also by what has another key since",
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
