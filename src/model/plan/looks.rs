//! What to look at: what is unknown, at work, about to be written, or due; costlier reads in turn.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Plan, Step};
use crate::api::Adoption;
use crate::model::kinds::Depth;
use crate::model::lake::{Lake, Wish};
use crate::model::memory::{Memory, Seen, Sight, Tempo};
use crate::model::owner::Ownership;
use crate::model::topology::Id;

/// AWS takes no request that was signed longer ago (IAM user guide, "Signature Version 4": five minutes).
pub(super) const SIGNED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// One look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// At what.
    pub id: Id,
    /// How deep.
    pub depth: Depth,
}

/// What must be looked at before anything is written on the strength of `plan`, which was made from memory.
///
/// `fresh` are those that this pass has looked at already. A lake that is not Ready yet, and seems to be in sync, is
/// looked at as a whole: Ready turns true only on that.
pub fn looks(
    lake: &Lake,
    plan: &Plan,
    memory: &Memory,
    tempo: &Tempo,
    fresh: &BTreeSet<Id>,
    was_ready: bool,
    now: Timestamp,
) -> Vec<Look> {
    let whole = !was_ready && plan.in_sync();
    // Before the object is let go: what a process that is gone had asked for may have arrived late.
    let last = lake.leaving.is_some() && plan.in_sync();
    // Before a key goes, what may be encrypted with it is looked at once more: somebody may have made it anew.
    let at_key = |id| matches!(plan.step(id), Some(Step::Apply(_) | Step::Refuse(_)));
    let key_goes = lake.leaving.is_some() && (at_key(Id::BucketKey) || at_key(Id::StreamKey));
    let long = |seen: &Seen| {
        let since = seen.absent_since.map(|since| seen.at.duration_since(since));
        since >= Some(SIGNED_FOR)
    };
    let look = |(id, planned): (&Id, &super::Planned)| {
        let (id, depth) = (*id, depth(lake, *id, planned.wish, memory));
        if planned.wish == Wish::Kept || fresh.contains(&id) {
            return None;
        }
        let Some(seen) = memory.seen.get(&id) else {
            return Some(Look { id, depth });
        };
        let due = match &planned.step {
            Step::InSync | Step::Used(_) if key_goes && id.is_encrypted() => true,
            Step::InSync if last => true,
            // A part that is off is looked for once more after it was seen to be gone: what a process made that died
            // before it wrote that down may not have been shown yet, and its last call may come late.
            Step::InSync if seen.sight == Sight::Absent && long(seen) => false,
            Step::InSync | Step::Used(_) => whole || now.duration_since(seen.at) >= period(id, tempo),
            Step::Failed(_, at) => *at <= now,
            // To create what is not there, AWS itself refuses what came to exist meanwhile.
            Step::Apply(_) => seen.sight != Sight::Absent || lake.leaving.is_some() || creates_blindly(id),
            Step::Wait(_)
            | Step::Refuse(_)
            | Step::Report(_)
            | Step::Contested { .. }
            | Step::Foreign(_)
            | Step::Propose(_) => true,
            Step::Blocked(_) | Step::Kept => now.duration_since(seen.at) >= period(id, tempo),
        };
        (due || seen.depth != depth).then_some(Look { id, depth })
    };
    plan.steps.iter().filter_map(look).collect()
}

/// What a bucket holds is asked when it is to go, or to be taken over.
fn depth(lake: &Lake, id: Id, wish: Wish, memory: &Memory) -> Depth {
    let nobodys = || match memory.seen.get(&id).map(|seen| (&seen.sight, seen.depth)) {
        Some((Sight::Present(live), _)) => lake.owner.judge(live.tags()) == Ownership::Unowned,
        // Else a shallower look would go through, and what fails be tried as if it never had before.
        Some((Sight::Unreadable(_), depth)) => depth == Depth::Prefixes,
        _ => false,
    };
    match wish {
        Wish::Gone => Depth::Contents,
        Wish::Wanted if is_bucket(id) && lake.adoption == Adoption::Unowned && nobodys() => Depth::Prefixes,
        _ => Depth::Properties,
    }
}

fn is_bucket(id: Id) -> bool {
    matches!(id, Id::LakeBucket | Id::RawBucket)
}

fn is_key(id: Id) -> bool {
    matches!(id, Id::BucketKey | Id::StreamKey)
}

/// `CreateKey` refuses nothing; in us-east-1 `CreateBucket` on a bucket of one's own answers 200 and resets its ACLs (S3
/// API reference, `CreateBucket`).
fn creates_blindly(id: Id) -> bool {
    is_key(id) || is_bucket(id)
}

/// Keys, buckets and roles take the most reads, so they are looked at every other time.
fn period(id: Id, tempo: &Tempo) -> SignedDuration {
    let costly =
        is_key(id) || is_bucket(id) || matches!(id, Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole);
    // A little less than whole periods, since passes are not punctual.
    let period = tempo.drift_period * 9 / 10;
    if costly {
        period + tempo.drift_period
    } else {
        period
    }
}
