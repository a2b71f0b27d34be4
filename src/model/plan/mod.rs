//! What is to be done now: one step a resource. Pure, total, and the same value for the pass, for status, for Events and
//! for tests.

mod declared;
mod keys;
mod looks;
mod replaced;
mod step;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::arn::KeyArn;
use super::fault::Fault;
use super::kinds::{self, Cause, Change, Desired, Difference, Observed, Refusal, WaitFor, key};
use super::lake::{Facts, Lake, Wish};
use super::memory::{Aim, Memory, Sight, Snapshot};
use super::owner::Ownership;
use super::topology::Id;
use crate::api::Adoption;
use crate::api::vocabulary::{self as words, reasons};

pub use declared::Declared;
pub use keys::{KeyStand, record_is_lost};
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
    /// Keys that are to be recorded before something is encrypted with another, in the place of that one of the lake's.
    pub replaced: BTreeMap<Id, Vec<KeyArn>>,
}

/// What is to be done about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What the lake wants of it.
    pub wish: Wish,
    /// What is to be done.
    pub step: Step,
    /// Whether it exists and is this lake's, or is the user's own and used, as last seen.
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
    /// Something of that name exists that is nobody's, and the user is asked whether it is to be taken over.
    Propose(Proposal),
    /// A call failed, reading or writing; it is tried again at that time.
    Failed(Fault, Timestamp),
    /// It stays on AWS, untouched.
    Kept,
    /// It is the user's own, and can be used as it is; each of these is for a person to look at.
    Used(Vec<String>),
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

/// What would change of a resource that is taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// 12 hexadecimal characters over all that follows: another difference is another question.
    pub hash: String,
    /// Everything that differs from what is declared.
    pub differences: Vec<Difference>,
}

/// What calls do to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It comes to exist.
    Create,
    /// It becomes the lake's.
    Adopt,
    /// It changes.
    Update,
    /// It goes.
    Delete,
}

/// Plans one lake from what was seen and what is remembered. `declared` is the same in every plan of this lake.
pub fn plan(
    lake: &Lake,
    declared: &mut Declared,
    snapshot: &Snapshot,
    memory: &Memory,
    now: Timestamp,
) -> Plan {
    let chosen = keys::chosen(lake, snapshot);
    let snapshot = chosen.as_ref().unwrap_or(snapshot);
    let facts = facts(lake, snapshot);
    let declared = declared.of(lake, &facts);
    let mut steps = BTreeMap::new();
    for id in Id::ALL {
        let wish = lake.wish(id);
        let planned = match wish {
            Wish::NotOurs => continue,
            Wish::Kept => Planned {
                wish,
                step: step::made::kept(lake, id, now),
                exists: true,
                remark: None,
                digest: None,
            },
            Wish::Wanted | Wish::Gone | Wish::Used | Wish::Sought => {
                let declaration = declared.get(&id);
                step::Asking {
                    lake,
                    snapshot,
                    memory,
                    now,
                    id,
                    wish,
                    desired: declaration.map(|made| &made.desired),
                    digest: declaration.map(|made| made.digest.clone()),
                }
                .planned()
            }
        };
        if planned.wish != Wish::Sought || planned.step != Step::InSync {
            steps.insert(id, planned);
        }
    }
    let mut plan = Plan {
        steps,
        facts,
        keys: keys::stands(lake, snapshot),
        replaced: BTreeMap::new(),
    };
    plan.order();
    plan.hold();
    plan.record_replaced(lake, snapshot);
    plan
}

/// The ARNs of the keys: the user's own, those seen, those recorded; and what encrypts what is used as it is.
fn facts(lake: &Lake, snapshot: &Snapshot) -> Facts {
    let key = |id: Id, own: &Option<KeyArn>| {
        own.clone().or_else(|| match snapshot.get(&id) {
            Some(Sight::Present(live)) => match live.as_ref() {
                Observed::Key(key)
                    if counts_as_ours(lake, key) && !keys::undecided(lake, snapshot, id, key) =>
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
    let existing = snapshot.iter().filter_map(|(id, sight)| match sight {
        Sight::Present(live) if lake.existing.contains(id) => Some((*id, kinds::cipher(lake, live).ok()?)),
        _ => None,
    });
    let mut facts = Facts {
        existing: existing.collect(),
        bucket_key,
        stream_key,
        ..Facts::default()
    };
    let former = |id: Id, users: &[Id]| {
        let today: Vec<_> = users
            .iter()
            .filter_map(|user| facts.cipher(lake, *user))
            .collect();
        let used = lake.record.used_keys.get(&id).into_iter().flatten();
        let former = used.filter(|key| !today.iter().any(|today| today.key() == Some(key)));
        former.cloned().collect()
    };
    let buckets = former(Id::BucketKey, &[Id::LakeBucket, Id::RawBucket]);
    let stream = former(Id::StreamKey, &[Id::Stream]);
    facts.former_bucket_keys = buckets;
    facts.former_stream_keys = stream;
    facts
}

/// A key that is to be taken over is known to what needs it before, so that all that would change can be told at once.
fn counts_as_ours(lake: &Lake, key: &key::Observed) -> bool {
    match lake.owner.judge(&key.tags) {
        Ownership::Ours => true,
        Ownership::Unowned => lake.adoption == Adoption::Unowned && key::adoptable(key).is_none(),
        Ownership::Other(_) => false,
    }
}

/// Digest of what is declared of a resource: 16 hexadecimal characters, the same in every process of one build. Another
/// build of the operator may digest the same otherwise.
pub fn digest(desired: &Desired) -> String {
    let mut hasher = DefaultHasher::new();
    desired.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl Proposal {
    fn new(id: Id, name: &str, differences: Vec<Difference>) -> Self {
        let mut text = Sha256::new_with_prefix(format!("{id} {name}"));
        for difference in &differences {
            text.update(format!("\n{difference}"));
        }
        let mut hash = data_encoding::HEXLOWER.encode(&text.finalize());
        hash.truncate(12);
        Self { hash, differences }
    }
}

impl Work {
    /// Whether AWS could not make the resource, so that it is removed and made anew.
    pub fn came_out_failed(&self) -> bool {
        let failed =
            |change: &Change| matches!(change.operation().1, "DeleteDeliveryStream" | "DeleteFunction");
        self.verb != Verb::Delete && self.changes.iter().any(failed)
    }

    /// Whether nothing is left once all its calls are answered: a bucket is emptied, and a crawler stopped, before.
    pub fn removes(&self) -> bool {
        let before = |change: &Change| {
            let operation = change.operation().1;
            matches!(
                operation,
                "DeleteObjects" | "AbortMultipartUpload" | "StopCrawler"
            )
        };
        self.verb == Verb::Delete && !self.changes.iter().any(before)
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

    /// What the user is asked to agree to.
    pub fn proposals(&self) -> impl Iterator<Item = (Id, &Proposal)> {
        self.steps.iter().filter_map(|(id, planned)| match &planned.step {
            Step::Propose(proposal) => Some((*id, proposal)),
            _ => None,
        })
    }

    /// The step of a resource.
    pub fn step(&self, id: Id) -> Option<&Step> {
        self.steps.get(&id).map(|planned| &planned.step)
    }

    /// What is declared of a resource, in short. What is taken over keeps the tag that says which are the user's, at first.
    pub fn aim(&self, lake: &Lake, memory: &Memory, id: Id) -> Aim {
        let digest = self.steps.get(&id).and_then(|planned| planned.digest.clone());
        let adopts = matches!(self.step(id), Some(Step::Apply(work)) if work.verb == Verb::Adopt);
        let kept = match memory.seen.get(&id).map(|seen| &seen.sight) {
            Some(Sight::Present(live)) if adopts => live.tags().get(words::TAG_KEYS),
            _ => None,
        };
        let declared = lake.tags.get(words::TAG_KEYS).filter(|_| digest.is_some());
        Aim {
            tag_keys: kept.or(declared).cloned(),
            digest,
        }
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

    /// An edit that is refused stops every other change of the lake: it stays as it was, not half edited. So does a key of
    /// the user's own that can't be used: nothing else gets a right on it, or comes to rest on it.
    fn hold(&mut self) {
        let refused = self.steps.iter().find_map(|(id, planned)| match &planned.step {
            Step::Refuse(why) if planned.wish == Wish::Wanted && holds(why) => Some(*id),
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

/// Whether a refusal of what is wanted stands against the spec as a whole.
fn holds(why: &Refusal) -> bool {
    [reasons::CHANGE_REFUSED, reasons::EXISTING_NOT_USABLE].contains(&why.reason)
}

impl Planned {
    /// Whether nothing is left to do, or to wait for.
    pub fn settled(&self) -> bool {
        matches!(self.step, Step::InSync | Step::Kept | Step::Used(_))
    }

    /// Whether a resource that is to go has not gone yet.
    fn still_there(&self) -> bool {
        self.wish == Wish::Gone && self.step != Step::InSync
    }
}
