//! What the process remembers of one lake between passes. Losing it is safe: everything is looked at again.

mod repeats;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::contest::Contests;
use super::fault::{CallError, Fault, classify};
use super::kinds::{self, Change, Depth, Observed};
use super::lake::Lake;
use super::owner::{Ownership, Tags};
pub use repeats::Repeats;

use super::topology::Id;
use crate::api::KeyIntent;
use crate::api::vocabulary as words;

/// What a look at AWS saw of each resource; what is not in it has not been looked at.
pub type Snapshot = BTreeMap<Id, Sight>;

/// What a look at AWS saw of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// There is nothing of that name.
    Absent,
    /// It exists; its tags say whose it is.
    Present(Arc<Observed>),
    /// It could not be read.
    Unreadable(CallError),
}

/// A sight and when it was had.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What was seen.
    pub sight: Sight,
    /// When.
    pub at: Timestamp,
    /// How deep the look went.
    pub depth: Depth,
    /// Since when every look that said anything has said that it is absent.
    pub absent_since: Option<Timestamp>,
    /// What was looked for ([`Lake::sought`]).
    pub sought: String,
    /// In which generation of the spec.
    pub generation: i64,
}

/// A call that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Of which resource.
    pub id: Id,
    /// The call.
    pub change: Change,
    /// When.
    pub at: Timestamp,
}

/// What is tried of a resource. Looks and writes fail apart: a read that flaps says nothing of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempt {
    /// To look at it.
    Look,
    /// To write to it.
    Write,
}

/// Calls that failed in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The last of them.
    pub error: CallError,
    /// How many.
    pub attempts: u32,
    /// When the last one failed.
    pub at: Timestamp,
    /// The generation that it was for: an edit is tried at once.
    pub generation: i64,
}

/// What the process remembers of one lake.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Memory {
    /// The last sight of each resource.
    pub seen: BTreeMap<Id, Seen>,
    /// Calls that succeeded within the consistency window.
    pub writes: Vec<Write>,
    /// When each resource was last written to.
    pub written: BTreeMap<Id, Timestamp>,
    /// What each resource was last written to for.
    pub aims: BTreeMap<Id, Aim>,
    /// Since when this process has looked at the lake.
    pub since: Option<Timestamp>,
    /// Whether what a process before this one wrote may not show yet.
    pub inherits: bool,
    /// Resources that a call without an answer may have written to, and when.
    pub unanswered: BTreeMap<Id, Timestamp>,
    /// Resources whose tags a call without an answer may have written, and when.
    pub unsure: BTreeMap<Id, Timestamp>,
    /// Resources that this process removed, and in which generation of the spec: AWS said so.
    pub removed: BTreeMap<Id, i64>,
    /// Failures in a row, by resource and by what failed.
    pub failures: BTreeMap<(Id, Attempt), Failure>,
    /// When the lake last wrote to IAM or KMS, or may have, whose changes reach other services late.
    pub propagating: Option<Timestamp>,
    /// Keys that were made, until status has them.
    pub keys: BTreeMap<Id, NewKey>,
    /// Nonces of calls of `CreateKey` that never went out, or that KMS refused: no key carries them.
    pub unused: BTreeMap<Id, String>,
    /// Properties that somebody changes back.
    pub contests: Contests,
    /// Calls that were made in vain, as it seems.
    pub repeats: Repeats,
}

/// What a resource was written to for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Aim {
    /// Digest of what was declared of it; none if it was to be gone.
    pub digest: Option<String>,
    /// The tag that tells which of its tags are the user's, as it was declared.
    pub tag_keys: Option<String>,
}

/// A key that this process made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Nonce of the call.
    pub nonce: String,
    /// The id that AWS picked.
    pub key_id: String,
}

/// How long things take, the same for every lake of one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// How often a lake in sync is looked at.
    pub drift_period: SignedDuration,
    /// How long after a write an older answer is taken for lag (IAM, KMS and S3 are eventually consistent).
    pub consistency_window: SignedDuration,
}

/// What failed so long ago is not counted any more.
const FORGIVEN: SignedDuration = SignedDuration::from_mins(15);

impl Memory {
    /// The snapshot of all last sights.
    pub fn snapshot(&self) -> Snapshot {
        self.seen
            .iter()
            .map(|(id, seen)| (*id, seen.sight.clone()))
            .collect()
    }

    /// A pass begins. What an earlier process wrote nobody remembers: it may have been to IAM or KMS, a moment ago.
    pub fn begin(&mut self, now: Timestamp) {
        self.propagating.get_or_insert(now);
        self.since.get_or_insert(now);
    }

    /// Notes what a look saw, or that it failed.
    pub fn saw(&mut self, lake: &Lake, id: Id, depth: Depth, sight: Sight, now: Timestamp) {
        let sight = self.unless_too_old(id, sight);
        if let Sight::Unreadable(error) = &sight {
            self.failed(id, Attempt::Look, error.clone(), lake.generation, now);
        } else {
            self.recovered(id, Attempt::Look);
        }
        let before = self.seen.get(&id);
        let before = before.filter(|seen| seen.generation == lake.generation);
        let before = before.and_then(|seen| seen.absent_since);
        let absent_since = match &sight {
            Sight::Present(live) if lake.owner.judge(live.tags()) == Ownership::Ours => None,
            Sight::Unreadable(_) => before,
            Sight::Absent | Sight::Present(_) => Some(before.unwrap_or(now)),
        };
        self.seen.insert(
            id,
            Seen {
                sight,
                at: now,
                depth,
                absent_since,
                sought: lake.sought(id),
                generation: lake.generation,
            },
        );
    }

    /// An answer from before the resource was made is no news: a look that failed fails on, so that it is not repeated
    /// as if it never had.
    fn unless_too_old(&self, id: Id, sight: Sight) -> Sight {
        let failure = self.failures.get(&(id, Attempt::Look));
        match failure {
            Some(failure) if sight == Sight::Absent && self.just_made(id) => {
                Sight::Unreadable(failure.error.clone())
            }
            _ => sight,
        }
    }

    /// Whether a call that makes the resource succeeded a moment ago.
    pub fn just_made(&self, id: Id) -> bool {
        self.just(id, Change::creates)
    }

    /// Whether a call that sets its tags succeeded a moment ago.
    pub fn just_tagged(&self, id: Id) -> bool {
        self.just(id, |change| change.creates() || change.sets_tags())
    }

    /// Whether it was written to a moment ago, or may have been, for something else than what is declared now, or to remove it: a sight that
    /// agrees with that may be from before.
    pub fn just_aimed_elsewhere(&self, id: Id, digest: Option<&String>) -> bool {
        let aim = self.aims.get(&id);
        let written = self.just(id, |_| true) || self.unanswered.contains_key(&id);
        aim.is_some_and(|aim| aim.digest.as_ref() != digest) && written
    }

    /// Whether its tags were written a moment ago, or may have been by the process before, and `live` does not show yet
    /// which of them are the user's: whoever writes over that would leave a tag of theirs for ever.
    pub fn tags_on_their_way(&self, id: Id, live: &Tags, declared: &Tags) -> bool {
        let shown = live.get(words::TAG_KEYS);
        let unseen = |aim: &Aim| aim.tag_keys.as_ref() != shown;
        let written = self.aims.get(&id).is_some_and(unseen) && self.just(id, Change::writes_tags);
        let may_be_written = self.inherits || self.unsure.contains_key(&id);
        written || may_be_written && declared.get(words::TAG_KEYS) != shown
    }

    fn just(&self, id: Id, what: impl Fn(&Change) -> bool) -> bool {
        let mut writes = self.writes.iter();
        writes.any(|write| write.id == id && what(&write.change))
    }

    /// Notes a call that succeeded. What was seen of the resource is old now, so it is forgotten; and that the same call
    /// failed before: another one to the same resource may fail on.
    pub fn wrote(&mut self, id: Id, change: Change, now: Timestamp) {
        let failed = self.failures.get(&(id, Attempt::Write));
        if failed.is_some_and(|failed| (failed.error.service, failed.error.operation) == change.operation()) {
            self.recovered(id, Attempt::Write);
        }
        if matches!(change.operation().0, "iam" | "kms") {
            self.propagating = Some(now);
        }
        self.seen.remove(&id);
        self.written.insert(id, now);
        // A page of objects is never asked for twice, and would be remembered with all its keys.
        if matches!(change.operation().1, "DeleteObjects" | "AbortMultipartUpload") {
            return;
        }
        self.repeats.made(id, &change, now);
        self.writes.push(Write { id, change, at: now });
    }

    /// Notes a call that failed; it may have had its effect all the same, so nothing is written before the next look.
    pub fn failed(&mut self, id: Id, attempt: Attempt, error: CallError, generation: i64, now: Timestamp) {
        let before = self.failures.get(&(id, attempt));
        let before = before
            .filter(|failure| failure.generation == generation && now.duration_since(failure.at) < FORGIVEN);
        let attempts = before.map_or(0, |f| f.attempts).saturating_add(1);
        if attempt == Attempt::Write {
            self.seen.remove(&id);
            if error.may_have_worked() {
                self.unanswered.insert(id, now);
                if kinds::writes_tags(error.operation) {
                    self.unsure.insert(id, now);
                }
                if matches!(error.service, "iam" | "kms") {
                    self.propagating = Some(now);
                }
            }
        }
        let failure = Failure {
            error,
            attempts,
            at: now,
            generation,
        };
        self.failures.insert((id, attempt), failure);
    }

    /// Forgets the failures of what went through now.
    fn recovered(&mut self, id: Id, attempt: Attempt) {
        self.failures.remove(&(id, attempt));
    }

    /// Forgets what was seen when something else was looked for: another name is another resource. A key that another
    /// process made since may not be shown yet, however long none was seen. Nor is an absence believed after an edit: in a
    /// generation between, another process may have made what is to be gone again.
    pub fn forget_others(&mut self, lake: &Lake) {
        let edited = |generation: i64| generation != lake.generation;
        self.seen.retain(|id, seen| {
            seen.sought == lake.sought(*id) && !(seen.sight == Sight::Absent && edited(seen.generation))
        });
        self.removed.retain(|_, generation| !edited(*generation));
    }

    /// Forgets keys that status has by now, and those of calls that another process has given up.
    pub fn forget_keys(&mut self, lake: &Lake) {
        let open = |id: &Id| lake.record.intents.get(id).map(|intent| &intent.nonce);
        self.keys.retain(|id, made| open(id) == Some(&made.nonce));
    }

    /// The call of `CreateKey` that was begun last, unless no key can have come of it.
    pub fn begun<'a>(&self, lake: &'a Lake, id: Id) -> Option<&'a KeyIntent> {
        let open = lake.record.intents.get(&id)?;
        (self.unused.get(&id) != Some(&open.nonce)).then_some(open)
    }

    /// Forgets writes that every answer of AWS must know of by now.
    pub fn forget_before(&mut self, window: SignedDuration, now: Timestamp) {
        let recent = |at: Timestamp| now.duration_since(at) < window;
        self.writes.retain(|write| recent(write.at));
        self.inherits = self.since.is_none_or(recent);
        self.unanswered.retain(|_, at| recent(*at));
        self.unsure.retain(|_, at| recent(*at));
    }

    /// Whether this very call succeeded a moment ago, so that a sight which asks for it again is an old one.
    pub fn recently(&self, id: Id, change: &Change) -> bool {
        let change = change.versionless();
        let mut writes = self.writes.iter().filter(|write| write.id == id);
        writes.any(|write| write.change.versionless() == change)
    }

    /// When to look again at a resource that AWS is at work on: half as late as the last write is ago, at least a
    /// second and at most what its kind says. Most work ends soon; what does not is asked for ever more seldom.
    pub fn patience(&self, id: Id, at_most: SignedDuration, now: Timestamp) -> SignedDuration {
        let Some(at) = self.written.get(&id) else {
            return at_most;
        };
        (now.duration_since(*at) / 2)
            .max(SignedDuration::from_secs(1))
            .min(at_most)
    }

    /// Judges an error of a resource in the light of how long ago the lake wrote to IAM or KMS, and of how often the
    /// same was tried in vain.
    pub fn judge(&self, id: Id, attempt: Attempt, error: &CallError, now: Timestamp) -> Fault {
        let failure = self.failures.get(&(id, attempt));
        let attempts = failure.map_or(1, |failure| failure.attempts);
        classify(error, self.propagating.map(|at| now.duration_since(at)), attempts)
    }

    /// When what failed may be tried again; `None`: now.
    pub fn retry_at(
        &self,
        id: Id,
        attempt: Attempt,
        generation: i64,
        now: Timestamp,
    ) -> Option<(Fault, Timestamp)> {
        let failure = self.failures.get(&(id, attempt));
        let failure = failure.filter(|failure| failure.generation == generation)?;
        let fault = self.judge(id, attempt, &failure.error, now);
        let at = failure
            .at
            .checked_add(fault.class.retry_in(failure.attempts, failure.at))
            .unwrap_or(Timestamp::MAX);
        (at > now).then_some((fault, at))
    }
}

#[cfg(test)]
mod tests;
