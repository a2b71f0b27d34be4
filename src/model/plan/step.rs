//! The step of one resource, before its neighbours are asked.

pub(super) mod made;
mod others;

use jiff::{SignedDuration, Timestamp};

use super::looks::SIGNED_FOR;
use super::{Planned, Step, Verb, Work, keys};
use crate::api::vocabulary::reasons;
use crate::api::{DriftPolicy, KeyIntent};
use crate::model::fault::Fault;
use crate::model::intent::{self, KEY_LAG};
use crate::model::kinds::{
    self, Assessment, Cause, Change, Circumstances, Desired, Difference, Observed, Refusal, WaitFor,
};
use crate::model::lake::{Lake, Wish};
use crate::model::memory::{Attempt, Memory, Sight, Snapshot};
use crate::model::owner::Ownership;
use crate::model::topology::Id;

/// How long what is to go, and may just have been made, must be seen to be absent before it counts as gone.
pub(super) const GONE_LAG: SignedDuration = SignedDuration::from_secs(90);
/// When to look again for that.
const GONE_LOOK_SECONDS: i64 = 30;
/// When to look again for something that AWS may not show yet.
const LAG_LOOK_SECONDS: i64 = 2;
/// When to look again for what AWS has not shown for long.
const VAIN_LOOK_SECONDS: i64 = 60;
/// When to look again for a key: that takes a search through all of them.
const KEY_LOOK_SECONDS: i64 = 10;
/// Days until a key ends that a lost answer left: as long as KMS allows.
const LEFTOVER_DAYS: i32 = 30;

/// Everything that the step of one resource depends on.
pub(super) struct Asking<'a> {
    pub lake: &'a Lake,
    pub snapshot: &'a Snapshot,
    pub memory: &'a Memory,
    pub now: Timestamp,
    pub id: Id,
    pub wish: Wish,
    pub desired: Option<&'a Desired>,
    /// Of `desired`.
    pub digest: Option<String>,
}

impl Asking<'_> {
    pub fn planned(self) -> Planned {
        let live = match self.snapshot.get(&self.id) {
            Some(Sight::Present(live)) => Some(live.as_ref()),
            _ => None,
        };
        let used = self.wish == Wish::Used;
        let ours = live.is_some_and(|live| used || self.lake.owner.judge(live.tags()) == Ownership::Ours);
        Planned {
            wish: self.wish,
            step: self.step(),
            exists: ours,
            remark: live
                .filter(|_| ours && self.wish == Wish::Wanted)
                .and_then(|live| kinds::remark(self.desired?, live)),
            digest: self.digest,
        }
    }

    fn step(&self) -> Step {
        let live = match self.snapshot.get(&self.id) {
            None => return Step::Wait(WaitFor::new("the first look", 0)),
            Some(Sight::Unreadable(error)) => {
                return self.out_of_reach(error).unwrap_or_else(|| {
                    self.unreadable(self.memory.judge(self.id, Attempt::Look, error, self.now))
                });
            }
            Some(Sight::Absent) => None,
            Some(Sight::Present(live)) => Some(live.as_ref()),
        };
        if self.wish == Wish::Used {
            return self.used(live);
        }
        if self.wish == Wish::Sought {
            return self.sought(live);
        }
        let before = |live| {
            let step = self.not_ours(live).or_else(|| self.undecided(live));
            let step = step.or_else(|| self.alias_on_its_way(live));
            step.or_else(|| self.in_use(live))
        };
        if let Some(step) = live.and_then(before) {
            return step;
        }
        let nonce = self.nonce(live);
        let circumstances = self.circumstances(&nonce);
        let assessment = match (self.wish, live) {
            (Wish::Gone, Some(live)) => kinds::removal(self.lake, live, &circumstances),
            (Wish::Gone, None) => Assessment::InSync,
            _ => match self.desired {
                Some(desired) => kinds::assess(desired, live, &circumstances),
                None => return self.without_key(),
            },
        };
        match assessment {
            Assessment::InSync => self
                .believed_gone(live)
                .or_else(|| self.leftovers(live))
                .or_else(|| self.taken_alias(live))
                .or_else(|| self.edited_back(live))
                .unwrap_or(Step::InSync),
            Assessment::Settling(wait) => Step::Wait(wait),
            Assessment::Refused(refusal) => Step::Refuse(self.refusal(refusal)),
            Assessment::Apply { changes, differences } => {
                let (verb, cause) = (self.verb(live), self.cause());
                let work = Work {
                    changes,
                    differences,
                    verb,
                    cause,
                };
                self.apply(live, work)
            }
        }
    }

    /// A look that failed. It is repeated as a failed call is.
    fn unreadable(&self, fault: Fault) -> Step {
        let at = self
            .memory
            .retry_at(self.id, Attempt::Look, self.lake.generation, self.now)
            .map_or(self.now, |(_, at)| at);
        Step::Failed(fault, at)
    }

    /// What cannot be put right after a change from outside stands in nobody's way but its own.
    fn refusal(&self, refusal: Refusal) -> Refusal {
        match self.cause() {
            Cause::Drift if refusal.reason == reasons::CHANGE_REFUSED => Refusal {
                reason: reasons::DRIFT_DETECTED,
                ..refusal
            },
            _ => refusal,
        }
    }

    /// What is declared can't be known before the key has an ARN, or before an existing bucket or stream tells its own.
    fn without_key(&self) -> Step {
        let pairs = [
            (Id::LakeBucket, Id::BucketKey),
            (Id::RawBucket, Id::BucketKey),
            (Id::Stream, Id::StreamKey),
        ];
        let unknown = |existing: &Id| match self.snapshot.get(existing) {
            Some(Sight::Present(live)) => kinds::cipher(self.lake, live).is_err(),
            _ => true,
        };
        let existing = pairs.into_iter().filter(|(user, key)| {
            let concerned = self.id.needs().contains(user) || self.id.needs().contains(key);
            self.lake.existing.contains(user) && concerned && unknown(user)
        });
        let key = self.id.needs().iter().find(|need| {
            matches!(need, Id::BucketKey | Id::StreamKey) && self.lake.wish(**need) == Wish::Wanted
        });
        let first = existing.map(|(user, _)| user).next();
        Step::Blocked(first.or(key.copied()).unwrap_or(Id::BucketKey))
    }

    /// The nonce of a key that is created now: one that served in vain serves again.
    fn nonce(&self, live: Option<&Observed>) -> String {
        if live.is_some() || !matches!(self.id, Id::BucketKey | Id::StreamKey) {
            return String::new();
        }
        let open = self.lake.record.intents.get(&self.id);
        let unused = open.filter(|_| self.memory.begun(self.lake, self.id).is_none());
        let fresh = || intent::nonce(self.lake, self.id, self.now);
        unused.map_or_else(fresh, |open| open.nonce.clone())
    }

    fn circumstances<'b>(&'b self, nonce: &'b str) -> Circumstances<'b> {
        Circumstances {
            nonce,
            cause: self.cause(),
            consent: self.lake.consent,
            owner: &self.lake.owner,
        }
    }

    /// What was applied last in full is what is declared now: then a difference came from outside. Also when only the
    /// operator is another one, which digests otherwise.
    fn cause(&self) -> Cause {
        let record = &self.lake.record;
        let applied = record.applied.get(&self.id);
        let unedited = record.generation == Some(self.lake.generation);
        let same = applied.is_some() && (unedited || applied == self.digest.as_ref());
        if same { Cause::Drift } else { Cause::Edit }
    }

    /// An absence is not believed while a call of ours that made it is younger than the consistency window; nor the first
    /// absence that is seen of what was made, unless AWS said that it took it away.
    fn believed_gone(&self, live: Option<&Observed>) -> Option<Step> {
        if self.wish != Wish::Gone {
            return None;
        }
        let wait = |seconds| Step::Wait(WaitFor::new("AWS to show what was just made", seconds));
        if live.is_none() {
            if self.memory.just_made(self.id) {
                return Some(wait(LAG_LOOK_SECONDS));
            }
            if self.may_be_there() {
                return Some(wait(GONE_LOOK_SECONDS));
            }
        }
        let abandoned = self.lake.record.abandoned.get(&self.id).into_iter().flatten();
        let begun = self.memory.begun(self.lake, self.id).into_iter().chain(abandoned);
        // Where the lake stays, a call that hangs is waited for as well: it may come as long as its request is good.
        let hangs = self.lake.leaving.is_none();
        let lag = if hangs { SIGNED_FOR + KEY_LAG } else { KEY_LAG };
        let fresh = |at: &Timestamp| self.now.duration_since(*at) < lag;
        let since = begun
            .filter_map(|intent| self.since(intent))
            .filter(fresh)
            .max()?;
        Some(wait_for_key(since))
    }

    /// An edit that is taken back at once: what is seen may be as it was before the first write of it.
    fn edited_back(&self, live: Option<&Observed>) -> Option<Step> {
        let digest = self.digest.as_ref();
        let elsewhere = self.wish == Wish::Wanted && self.memory.just_aimed_elsewhere(self.id, digest);
        (live.is_some() && elsewhere).then(lagging)
    }

    /// Since when the key of a call may be on its way. A time to come was another clock's, and a call that KMS refused
    /// may have been made again by another process: then what this one saw itself counts.
    fn since(&self, intent: &KeyIntent) -> Option<Timestamp> {
        let told = Some(intent.time.0).filter(|at| *at <= self.now && !intent.refused);
        told.or_else(|| self.memory.seen.get(&self.id)?.absent_since)
    }

    /// Whether it may just have been made, by a call without an answer or by an earlier process, and has not been seen to
    /// be absent for long enough. (A key that may have been made is in the record by its call.)
    fn may_be_there(&self) -> bool {
        let record = &self.lake.record;
        let unknown = !record.seen && self.lake.leaving.is_some();
        let (begun, lag) = match self.id {
            Id::BucketKey | Id::StreamKey => (record.keys.contains_key(&self.id), KEY_LAG),
            id => (
                record.applied.contains_key(&id) || record.unfinished.contains(&id),
                GONE_LAG,
            ),
        };
        let since = self.memory.seen.get(&self.id).and_then(|seen| seen.absent_since);
        // What another has of its name hides it.
        let since = since.or(self.lake.leaving_since);
        let fresh = since.is_some_and(|since| self.now.duration_since(since) < lag);
        (begun || unknown) && fresh && !self.memory.removed.contains_key(&self.id)
    }

    fn verb(&self, live: Option<&Observed>) -> Verb {
        match (self.wish, live) {
            (Wish::Gone, _) => Verb::Delete,
            (_, None) => Verb::Create,
            (_, Some(_)) => Verb::Update,
        }
    }

    fn apply(&self, live: Option<&Observed>, work: Work) -> Step {
        if let Some(step) = self.held(work.verb, &work.changes) {
            return step;
        }
        if self.only_reports(work.verb) {
            let (declared, is) = match work.verb {
                Verb::Delete => ("missing", "there"),
                _ => ("there", "missing"),
            };
            return Step::Report(if work.differences.is_empty() {
                vec![Difference::new("existence", declared, is)]
            } else {
                work.differences
            });
        }
        let on_their_way = |live: &Observed| {
            let (live, declared) = (live.tags(), &self.lake.tags);
            self.memory.tags_on_their_way(self.id, live, declared)
        };
        if live.is_some_and(on_their_way) && work.changes.iter().any(Change::writes_tags) {
            return lagging();
        }
        self.unless_contested(live, work)
    }

    /// Leaves what somebody changes back again and again, and every call that would write over it; the rest goes on.
    fn unless_contested(&self, live: Option<&Observed>, work: Work) -> Step {
        let contested = |d: &Difference| self.memory.contests.is_contested(self.id, &d.property, self.now);
        let (fought, besides): (Vec<_>, Vec<_>) = work.differences.iter().cloned().partition(contested);
        if fought.is_empty() || work.cause == Cause::Edit || work.verb != Verb::Update {
            return Step::Apply(work);
        }
        let next = live.zip(self.desired).and_then(|(live, desired)| {
            let as_if = kinds::pretend(desired, live, &fought)?;
            match kinds::assess(desired, Some(&as_if), &self.circumstances("")) {
                Assessment::Apply { changes, .. } => Some(changes),
                _ => Some(Vec::new()),
            }
        });
        let mut changes = next.unwrap_or(work.changes);
        changes.retain(|change| !fought.iter().any(|d| change.writes(&d.property)));
        if changes.is_empty() {
            return Step::Contested { fought, besides };
        }
        let mended = |d: &Difference| changes.iter().any(|change| change.writes(&d.property));
        let differences = besides.into_iter().filter(mended).collect();
        Step::Apply(Work {
            changes,
            differences,
            ..work
        })
    }

    /// Why these calls are not made now.
    fn held(&self, verb: Verb, changes: &[Change]) -> Option<Step> {
        if changes.iter().any(|change| self.memory.recently(self.id, change)) {
            return Some(lagging());
        }
        let mut in_vain = changes
            .iter()
            .filter_map(|change| self.memory.repeats.in_vain(self.id, change, self.now));
        if let Some(times) = in_vain.next() {
            let what = format!("AWS to show a change that it took {times} times");
            return Some(Step::Wait(WaitFor::new(what, VAIN_LOOK_SECONDS)));
        }
        if let Some(step) = self.lost_key(verb) {
            return Some(step);
        }
        let (fault, at) = self
            .memory
            .retry_at(self.id, Attempt::Write, self.lake.generation, self.now)?;
        Some(Step::Failed(fault, at))
    }

    /// A key that was made, or may have been, and is not seen: creating another can't be taken back, so it is looked for
    /// longer.
    fn lost_key(&self, verb: Verb) -> Option<Step> {
        let seen = self.memory.seen.get(&self.id).filter(|_| verb == Verb::Create)?;
        let absent_since = seen.absent_since?;
        let recent = |since: Timestamp| self.now.duration_since(since) < KEY_LAG;
        if let Some(intent) = self.memory.begun(self.lake, self.id) {
            let since = self.since(intent).unwrap_or(absent_since);
            return recent(since).then(|| wait_for_key(since));
        }
        if self.lake.record.keys.contains_key(&self.id) {
            let what = "KMS to show the key that was made";
            return recent(absent_since).then(|| Step::Wait(WaitFor::new(what, KEY_LOOK_SECONDS)));
        }
        self.lost_record()
    }

    /// A key may have been made before the status was lost.
    fn lost_record(&self) -> Option<Step> {
        let recent = |since: Timestamp| self.now.duration_since(since) < KEY_LAG;
        let mut seen = self.snapshot.iter().map(|(id, sight)| (*id, sight));
        let lost = self.lake.record.forgotten(self.id).is_some_and(recent)
            || keys::record_is_lost(self.lake, self.id, &mut seen);
        let what = "KMS to show a key that the lake may have made before its status was lost";
        lost.then(|| Step::Wait(WaitFor::new(what, KEY_LOOK_SECONDS)))
    }

    /// `driftPolicy: Report`: what came from outside is named, not written. Edits are applied, and what was never made
    /// is made; without a record of what was applied, only what is missing. What is switched off is removed until all that
    /// was edited is applied.
    fn only_reports(&self, verb: Verb) -> bool {
        if self.lake.drift == DriftPolicy::Correct {
            return false;
        }
        let record = &self.lake.record;
        if verb == Verb::Delete {
            return self.lake.leaving.is_none() && record.generation == Some(self.lake.generation);
        }
        match (record.applied.contains_key(&self.id), self.cause()) {
            (true, Cause::Drift) => true,
            (true, Cause::Edit) => false,
            (false, _) => verb == Verb::Update && !record.unfinished.contains(&self.id),
        }
    }
}

/// What was done a moment ago is not seen yet.
fn lagging() -> Step {
    Step::Wait(WaitFor::new("AWS to show the last change", LAG_LOOK_SECONDS))
}

/// `CreateKey` may have had its effect although no answer came.
fn wait_for_key(since: Timestamp) -> Step {
    let what = format!("KMS to show the key that a call of {since} may have made");
    Step::Wait(WaitFor::new(what, KEY_LOOK_SECONDS))
}
