//! The step of one resource, before its neighbours are asked.

use jiff::{SignedDuration, Timestamp};

use super::{Planned, Step, Verb, Work};
use crate::api::DriftPolicy;
use crate::api::vocabulary::reasons;
use crate::model::fault::Fault;
use crate::model::kinds::{
    self, Assessment, Cause, Change, Circumstances, Desired, Difference, Observed, Refusal, WaitFor,
};
use crate::model::lake::{Lake, Wish};
use crate::model::memory::{Memory, Sight, Snapshot};
use crate::model::owner::Ownership;
use crate::model::topology::Id;

/// How long a key whose id is recorded may be invisible before it counts as gone.
const KEY_LAG: SignedDuration = SignedDuration::from_mins(5);
/// How long what is to go, and may just have been made, must be seen to be absent before it counts as gone.
const GONE_LAG: SignedDuration = SignedDuration::from_secs(90);
/// When to look again for that.
const GONE_LOOK_SECONDS: i64 = 30;
/// When to look again for something that AWS may not show yet.
const LAG_LOOK_SECONDS: i64 = 2;

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
        let ours = live.is_some_and(|live| self.lake.owner.judge(live.tags()) == Ownership::Ours);
        Planned {
            wish: self.wish,
            step: self.step(),
            exists: ours,
            digest: self.digest,
        }
    }

    fn step(&self) -> Step {
        let live = match self.snapshot.get(&self.id) {
            None => return Step::Wait(WaitFor::new("the first look", 0)),
            Some(Sight::Unreadable(error)) => return self.unreadable(self.memory.judge(error, self.now)),
            Some(Sight::Absent) => None,
            Some(Sight::Present(live)) => Some(live.as_ref()),
        };
        if let Some(step) = live.and_then(|live| self.not_ours(live)) {
            return step;
        }
        let assessment = match (self.wish, live) {
            (Wish::Gone, Some(live)) => kinds::removal(self.lake, live, &self.circumstances()),
            (Wish::Gone, None) => Assessment::InSync,
            _ => match self.desired {
                Some(desired) => kinds::assess(desired, live, &self.circumstances()),
                None => return self.without_key(),
            },
        };
        match assessment {
            Assessment::InSync => self.believed_gone(live).unwrap_or(Step::InSync),
            Assessment::Settling(wait) => Step::Wait(wait),
            Assessment::Refused(refusal) => Step::Refuse(self.refusal(refusal)),
            Assessment::Apply { changes, differences } => self.apply(live, changes, differences),
        }
    }

    /// A look that failed. It is repeated as a failed call is.
    fn unreadable(&self, fault: Fault) -> Step {
        let at = self
            .memory
            .retry_at(self.id, self.lake.generation, self.now)
            .map_or(self.now, |(_, at)| at);
        Step::Failed(fault, at)
    }

    fn not_ours(&self, live: &Observed) -> Option<Step> {
        let whose = match self.lake.owner.judge(live.tags()) {
            Ownership::Ours => return None,
            Ownership::Unowned => "nobody's: it carries no owner's tag".to_owned(),
            Ownership::Other(owner) => format!("{owner}'s"),
        };
        // What is not ours need not go.
        Some(if self.wish == Wish::Gone {
            Step::InSync
        } else {
            Step::Foreign(whose)
        })
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

    /// What is declared can't be known before the key has an ARN.
    fn without_key(&self) -> Step {
        let key = self
            .id
            .needs()
            .iter()
            .find(|need| matches!(need, Id::BucketKey | Id::StreamKey));
        Step::Blocked(key.copied().unwrap_or(Id::BucketKey))
    }

    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
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
    /// absence that a new process sees of what an earlier one may just have made.
    fn believed_gone(&self, live: Option<&Observed>) -> Option<Step> {
        if self.wish != Wish::Gone || live.is_some() {
            return None;
        }
        let mut writes = self.memory.writes.iter();
        let lately = writes.any(|write| write.id == self.id && creates(&write.change));
        let record = &self.lake.record;
        let unknown = !record.seen && self.lake.leaving.is_some();
        let begun = record.applied.contains_key(&self.id) || record.unfinished.contains(&self.id);
        let inherited =
            (begun || unknown) && !self.memory.written.contains_key(&self.id) && self.absent_for(GONE_LAG);
        let wait = |seconds| Step::Wait(WaitFor::new("AWS to show what was just made", seconds));
        match (lately, inherited) {
            (true, _) => Some(wait(LAG_LOOK_SECONDS)),
            (false, true) => Some(wait(GONE_LOOK_SECONDS)),
            (false, false) => None,
        }
    }

    /// Whether it has been seen to be absent for less than this.
    fn absent_for(&self, less_than: SignedDuration) -> bool {
        let since = self.memory.seen.get(&self.id).and_then(|seen| seen.absent_since);
        since.is_some_and(|since| self.now.duration_since(since) < less_than)
    }

    fn apply(&self, live: Option<&Observed>, changes: Vec<Change>, differences: Vec<Difference>) -> Step {
        let verb = match (self.wish, live) {
            (Wish::Gone, _) => Verb::Delete,
            (_, None) => Verb::Create,
            (_, Some(_)) => Verb::Update,
        };
        if changes.iter().any(|change| self.memory.recently(self.id, change)) {
            return Step::Wait(WaitFor::new("AWS to show the last change", LAG_LOOK_SECONDS));
        }
        if let Some(step) = self.lost_key(verb) {
            return step;
        }
        if let Some((fault, at)) = self.memory.retry_at(self.id, self.lake.generation, self.now) {
            return Step::Failed(fault, at);
        }
        if verb != Verb::Delete && self.only_reports(verb) {
            let missing = || vec![Difference::new("existence", "there", "missing")];
            return Step::Report(if differences.is_empty() {
                missing()
            } else {
                differences
            });
        }
        Step::Apply(Work {
            changes,
            differences,
            verb,
            cause: self.cause(),
        })
    }

    /// A key that was made once and is not seen: creating another can't be taken back, so it is looked for longer.
    fn lost_key(&self, verb: Verb) -> Option<Step> {
        let made = self.lake.record.keys.contains_key(&self.id) || self.memory.keys.contains_key(&self.id);
        (verb == Verb::Create && made && self.absent_for(KEY_LAG)).then(|| {
            Step::Wait(WaitFor::new(
                "KMS to show the key that was made",
                LAG_LOOK_SECONDS,
            ))
        })
    }

    /// `driftPolicy: Report`: what came from outside is named, not written. Edits are applied, and what was never made
    /// is made; without a record of what was applied, only what is missing.
    fn only_reports(&self, verb: Verb) -> bool {
        if self.lake.drift == DriftPolicy::Correct {
            return false;
        }
        let record = &self.lake.record;
        match (record.applied.contains_key(&self.id), self.cause()) {
            (true, Cause::Drift) => true,
            (true, Cause::Edit) => false,
            (false, _) => verb == Verb::Update && !record.unfinished.contains(&self.id),
        }
    }
}

/// Whether the call makes the resource.
fn creates(change: &Change) -> bool {
    let operation = change.operation().1;
    operation.starts_with("Create") && operation != "CreateAlias" && operation != "CreateLogStream"
}
