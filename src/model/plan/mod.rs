//! What is to be done now: one step a resource. Pure, total, and the same value for the pass, for status, for Events and
//! for tests.

mod keys;
mod looks;
mod step;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use super::arn::KeyArn;
use super::fault::Fault;
use super::kinds::{self, Cause, Change, Desired, Difference, Observed, Refusal, WaitFor};
use super::lake::{Facts, Lake, Wish};
use super::memory::{Memory, Sight, Snapshot};
use super::owner::Ownership;
use super::topology::Id;
use crate::api::vocabulary::reasons;

pub use keys::KeyStand;
pub use looks::{Look, looks};

/// What is to be done about each resource of a lake.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// One for every resource that is the lake's to make or to remove, in order of creation.
    pub steps: BTreeMap<Id, Planned>,
    /// The ARNs that only AWS can tell.
    pub facts: Facts,
    /// What was seen of the keys besides.
    pub keys: BTreeMap<Id, KeyStand>,
}

/// What is to be done about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What the lake wants of it.
    pub wish: Wish,
    /// What is to be done.
    pub step: Step,
    /// Whether it exists and is this lake's, as last seen.
    pub exists: bool,
    /// What others put on it and nothing is done about.
    pub remark: Option<String>,
    /// Digest of what is declared; `None` while that is not known, or nothing is.
    pub digest: Option<String>,
}

/// What is to be done about one resource, now.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing: it is as the lake wants it.
    InSync,
    /// These calls, one after another.
    Apply(Work),
    /// To look again later.
    Wait(WaitFor),
    /// A change that is not carried out.
    Refuse(Refusal),
    /// It differs from what is declared, and is left so.
    Report(Vec<Difference>),
    /// Somebody changes it back again and again: it is left so.
    Contested {
        /// What is changed back.
        fought: Vec<Difference>,
        /// What can't be put right without writing over that.
        besides: Vec<Difference>,
    },
    /// Another resource must come first.
    Blocked(Id),
    /// Something of that name exists that is not this lake's.
    Foreign(String),
    /// A call failed, reading or writing; it is tried again at that time.
    Failed(Fault, Timestamp),
    /// It stays on AWS, untouched.
    Kept,
}

/// Calls to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The calls, in order; the first that fails ends them.
    pub changes: Vec<Change>,
    /// What they put right.
    pub differences: Vec<Difference>,
    /// What they do to the resource.
    pub verb: Verb,
    /// Whether they are for an edit, or put right what was changed outside.
    pub cause: Cause,
}

/// What calls do to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It comes to exist.
    Create,
    /// It changes.
    Update,
    /// It goes.
    Delete,
}

/// Plans one lake from what was seen and what is remembered.
pub fn plan(lake: &Lake, snapshot: &Snapshot, memory: &Memory, now: Timestamp) -> Plan {
    let chosen = keys::chosen(lake, snapshot);
    let snapshot = chosen.as_ref().unwrap_or(snapshot);
    let facts = facts(lake, snapshot);
    let mut steps = BTreeMap::new();
    for id in Id::ALL {
        let wish = lake.wish(id);
        let planned = match wish {
            Wish::NotOurs => continue,
            Wish::Kept => Planned {
                wish,
                step: Step::Kept,
                exists: true,
                remark: None,
                digest: None,
            },
            Wish::Wanted | Wish::Gone => {
                let desired = (wish == Wish::Wanted)
                    .then(|| kinds::desired(lake, &facts, id))
                    .flatten();
                step::Asking {
                    lake,
                    snapshot,
                    memory,
                    now,
                    id,
                    wish,
                    desired: desired.as_ref(),
                    digest: desired.as_ref().map(digest),
                }
                .planned()
            }
        };
        steps.insert(id, planned);
    }
    let mut plan = Plan {
        steps,
        facts,
        keys: keys::stands(lake, snapshot),
    };
    plan.order();
    plan.hold();
    plan
}

/// The ARNs of the keys: the user's own, those seen, those recorded.
fn facts(lake: &Lake, snapshot: &Snapshot) -> Facts {
    let key = |id: Id, own: &Option<KeyArn>| {
        own.clone().or_else(|| match snapshot.get(&id) {
            Some(Sight::Present(live)) => match live.as_ref() {
                Observed::Key(key)
                    if lake.owner.judge(&key.tags) == Ownership::Ours
                        && !keys::undecided(lake, snapshot, id, key) =>
                {
                    Some(key.arn.clone())
                }
                _ => None,
            },
            Some(Sight::Absent) => None,
            Some(Sight::Unreadable(_)) | None => {
                let arn = lake.place.key(lake.record.keys.get(&id)?);
                KeyArn::parse(&arn.to_string()).ok()
            }
        })
    };
    let (bucket_key, stream_key) = (
        key(Id::BucketKey, &lake.own_bucket_key),
        key(Id::StreamKey, &lake.own_stream_key),
    );
    let former = |id: Id, today: &Option<KeyArn>| {
        let used = lake.record.used_keys.get(&id).into_iter().flatten();
        used.filter(|key| Some(*key) != today.as_ref()).cloned().collect()
    };
    Facts {
        former_bucket_keys: former(Id::BucketKey, &bucket_key),
        former_stream_keys: former(Id::StreamKey, &stream_key),
        bucket_key,
        stream_key,
    }
}

/// Digest of what is declared of a resource: 16 hexadecimal characters, the same in every process of one build. Another
/// build of the operator may digest the same otherwise.
pub fn digest(desired: &Desired) -> String {
    let mut hasher = DefaultHasher::new();
    desired.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl Work {
    /// Whether AWS could not make the resource, so that it is removed and made anew.
    pub fn came_out_failed(&self) -> bool {
        let failed =
            |change: &Change| matches!(change.operation().1, "DeleteDeliveryStream" | "DeleteFunction");
        self.verb != Verb::Delete && self.changes.iter().any(failed)
    }
}

impl Plan {
    /// The work that can be done now.
    pub fn work(&self) -> impl Iterator<Item = (Id, &Work)> {
        self.steps.iter().filter_map(|(id, planned)| match &planned.step {
            Step::Apply(work) => Some((*id, work)),
            _ => None,
        })
    }

    /// Whether everything is as the lake wants it.
    pub fn in_sync(&self) -> bool {
        self.steps.values().all(Planned::settled)
    }

    /// The step of a resource.
    pub fn step(&self, id: Id) -> Option<&Step> {
        self.steps.get(&id).map(|planned| &planned.step)
    }

    /// Holds work back until what it needs is as declared, and removal until what needs it is gone.
    fn order(&mut self) {
        for id in Id::ALL {
            let Some(planned) = self.steps.get(&id) else {
                continue;
            };
            let blocker = match (planned.wish, &planned.step) {
                // Whether contents of others stop a removal is asked when its turn has come.
                (Wish::Gone, Step::Apply(_) | Step::Refuse(_)) => id
                    .needed_by()
                    .find(|other| self.steps.get(other).is_some_and(Planned::still_there)),
                (Wish::Wanted, Step::Apply(_)) => id
                    .needs()
                    .iter()
                    .copied()
                    .find(|need| self.steps.get(need).is_some_and(|p| !p.settled())),
                _ => None,
            };
            if let (Some(blocker), Some(planned)) = (blocker, self.steps.get_mut(&id)) {
                planned.step = Step::Blocked(blocker);
            }
        }
    }

    /// An edit that is refused stops every other change of the lake: it stays as it was, not half edited.
    fn hold(&mut self) {
        let refused = self.steps.iter().find_map(|(id, planned)| match &planned.step {
            Step::Refuse(why) if why.reason == reasons::CHANGE_REFUSED && planned.wish == Wish::Wanted => {
                Some(*id)
            }
            _ => None,
        });
        let Some(refused) = refused else { return };
        for planned in self.steps.values_mut() {
            if matches!(&planned.step, Step::Apply(work) if work.cause == Cause::Edit) {
                planned.step = Step::Blocked(refused);
            }
        }
    }
}

impl Planned {
    /// Whether nothing is left to do, or to wait for.
    pub fn settled(&self) -> bool {
        matches!(self.step, Step::InSync | Step::Kept)
    }

    /// Whether a resource that is to go has not gone yet.
    fn still_there(&self) -> bool {
        self.wish == Wish::Gone && self.step != Step::InSync
    }
}
