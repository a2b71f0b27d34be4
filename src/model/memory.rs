//! What the process remembers of one lake between passes. Losing it is safe: everything is looked at again.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::contest::Contests;
use super::fault::{CallError, Fault, classify};
use super::kinds::{Change, Depth, Observed};
use super::lake::Lake;
use super::topology::Id;
use crate::api::KeyIntent;

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
    }

    /// Notes what a look saw, or that it failed.
    pub fn saw(&mut self, lake: &Lake, id: Id, depth: Depth, sight: Sight, now: Timestamp) {
        let sight = self.unless_too_old(id, sight);
        if let Sight::Unreadable(error) = &sight {
            self.failed(id, Attempt::Look, error.clone(), lake.generation, now);
        } else {
            self.recovered(id, Attempt::Look);
        }
        let before = self.seen.get(&id).and_then(|seen| seen.absent_since);
        let absent_since = match sight {
            Sight::Absent => Some(before.unwrap_or(now)),
            Sight::Unreadable(_) => before,
            Sight::Present(_) => None,
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

    fn just(&self, id: Id, what: impl Fn(&Change) -> bool) -> bool {
        let mut writes = self.writes.iter();
        writes.any(|write| write.id == id && what(&write.change))
    }

    /// Notes a call that succeeded. What was seen of the resource is old now, so it is forgotten.
    pub fn wrote(&mut self, id: Id, change: Change, now: Timestamp) {
        if matches!(change.operation().0, "iam" | "kms") {
            self.propagating = Some(now);
        }
        self.seen.remove(&id);
        self.written.insert(id, now);
        // A page of objects is never asked for twice, and would be remembered with all its keys.
        if matches!(change.operation().1, "DeleteObjects" | "AbortMultipartUpload") {
            return;
        }
        self.writes.push(Write { id, change, at: now });
    }

    /// Notes a call that failed; it may have had its effect all the same, so nothing is written before the next look.
    pub fn failed(&mut self, id: Id, attempt: Attempt, error: CallError, generation: i64, now: Timestamp) {
        let before = self.failures.get(&(id, attempt));
        let before = before.filter(|failure| failure.generation == generation);
        let attempts = before.map_or(0, |f| f.attempts).saturating_add(1);
        if attempt == Attempt::Write {
            self.seen.remove(&id);
            if matches!(error.service, "iam" | "kms") && !error.is_refusal() {
                self.propagating = Some(now);
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
    pub fn recovered(&mut self, id: Id, attempt: Attempt) {
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
        self.writes.retain(|write| now.duration_since(write.at) < window);
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
mod tests {
    use super::super::kinds::{bucket, delivery, key, table};
    use super::super::owner::Tags;
    use super::super::testing::{facts, lake};
    use super::*;
    use crate::api::vocabulary::TAG_INTENT;

    #[test]
    fn the_same_update_of_another_version_is_the_same_update() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let update = |version: &str| {
            Change::Table(table::Change::UpdateTable {
                database: "d".into(),
                input: table::TableInput::default(),
                version: Some(version.into()),
            })
        };
        let mut memory = Memory::default();
        memory.wrote(Id::Table, update("1"), now);
        assert!(memory.recently(Id::Table, &update("2")));
        assert!(!memory.recently(Id::Database, &update("2")));
        let update = |version: &str| {
            Change::Delivery(delivery::Change::UpdateDestination {
                name: "f".into(),
                version: version.into(),
                destination_id: "destinationId-000000000001".into(),
                destination: delivery::desired(&lake(), &facts()).unwrap().destination,
            })
        };
        memory.wrote(Id::Delivery, update("1"), now);
        assert!(memory.recently(Id::Delivery, &update("2")));
    }

    #[test]
    fn the_same_creation_of_a_key_with_another_nonce_is_the_same_creation() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let create = |nonce: &str, description: &str| {
            Change::Key(key::Change::CreateKey {
                description: description.into(),
                policy: String::new(),
                tags: Tags::from([(TAG_INTENT.into(), nonce.into())]),
            })
        };
        let mut memory = Memory::default();
        memory.wrote(Id::BucketKey, create("1", "a"), now);
        assert!(memory.recently(Id::BucketKey, &create("2", "a")));
        assert!(!memory.recently(Id::BucketKey, &create("2", "b")));
    }

    #[test]
    fn a_page_of_objects_that_was_deleted_is_not_remembered() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let page = Change::Bucket(bucket::Change::DeleteObjects {
            bucket: "b".into(),
            objects: Vec::new(),
        });
        let mut memory = Memory::default();
        memory.wrote(Id::LakeBucket, page, now);
        assert_eq!(memory.writes, []);
        assert_eq!(memory.written.get(&Id::LakeBucket), Some(&now));
    }

    #[test]
    fn a_look_that_fails_says_nothing_against_an_absence() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (lake, mut memory) = (lake(), Memory::default());
        let unreadable = || {
            Sight::Unreadable(CallError {
                service: "kms",
                operation: "ListKeys",
                code: "Timeout".into(),
                message: String::new(),
                status: None,
            })
        };
        for (second, sight) in [(0, Sight::Absent), (10, unreadable()), (20, Sight::Absent)] {
            let now = start + SignedDuration::from_secs(second);
            memory.saw(&lake, Id::StreamKey, Depth::Properties, sight, now);
        }
        assert_eq!(memory.seen[&Id::StreamKey].absent_since, Some(start));
    }

    #[test]
    fn an_absence_of_what_was_just_made_says_nothing_against_a_look_that_failed() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let timeout = || CallError {
            service: "logs",
            operation: "DescribeLogStreams",
            code: "Timeout".into(),
            message: String::new(),
            status: None,
        };
        for (made, attempts, why) in [
            (true, 2, "an answer from before it was made"),
            (false, 0, "it is gone"),
        ] {
            let (lake, mut memory) = (lake(), Memory::default());
            if made {
                let create = Change::Key(key::Change::CreateKey {
                    description: String::new(),
                    policy: String::new(),
                    tags: Tags::default(),
                });
                memory.wrote(Id::StreamKey, create, start);
            }
            let depth = Depth::Properties;
            memory.saw(&lake, Id::StreamKey, depth, Sight::Unreadable(timeout()), start);
            let later = start + SignedDuration::from_secs(5);
            memory.saw(&lake, Id::StreamKey, depth, Sight::Absent, later);
            let failure = memory.failures.get(&(Id::StreamKey, Attempt::Look));
            assert_eq!(failure.map_or(0, |failure| failure.attempts), attempts, "{why}");
            assert!(failure.is_none_or(|failure| failure.at == later), "{why}");
            assert_eq!(memory.seen[&Id::StreamKey].sight == Sight::Absent, !made, "{why}");
        }
    }

    #[test]
    fn an_absence_is_not_believed_after_an_edit_in_which_another_process_may_have_made_it() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let (mut lake, mut memory) = (lake(), Memory::default());
        memory.saw(&lake, Id::Publisher, Depth::Contents, Sight::Absent, now);
        memory.removed.insert(Id::Publisher, lake.generation);
        memory.forget_others(&lake);
        assert!(memory.seen.contains_key(&Id::Publisher));
        assert!(memory.removed.contains_key(&Id::Publisher));
        lake.generation += 2;
        memory.forget_others(&lake);
        assert_eq!(memory.seen.get(&Id::Publisher), None);
        assert_eq!(memory.removed.get(&Id::Publisher), None);
    }

    #[test]
    fn a_write_to_iam_that_may_have_been_carried_out_may_be_on_its_way_to_other_services() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let error = |service, status| CallError {
            service,
            operation: "PutRolePolicy",
            code: "Any".into(),
            message: String::new(),
            status,
        };
        for (service, status, attempt, is, why) in [
            ("iam", None, Attempt::Write, true, "no answer"),
            ("kms", Some(500), Attempt::Write, true, "an error within"),
            ("iam", Some(400), Attempt::Write, false, "refused"),
            ("s3", None, Attempt::Write, false, "nobody is told of"),
            ("iam", None, Attempt::Look, false, "changes nothing"),
        ] {
            let mut memory = Memory::default();
            memory.failed(Id::DeliveryRole, attempt, error(service, status), 1, now);
            assert_eq!(memory.propagating, is.then_some(now), "{why}");
        }
    }

    #[test]
    fn what_was_just_written_is_looked_at_soon_and_then_ever_more_seldom() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut memory = Memory::default();
        let ten = SignedDuration::from_secs(10);
        assert_eq!(
            memory.patience(Id::Stream, ten, start),
            ten,
            "nothing is known of it"
        );
        memory.written.insert(Id::Stream, start);
        for (after, patience) in [(0, 1), (2, 1), (8, 4), (20, 10), (600, 10)] {
            let now = start + SignedDuration::from_secs(after);
            assert_eq!(
                memory.patience(Id::Stream, ten, now).as_secs(),
                patience,
                "after {after} s"
            );
        }
    }
}
