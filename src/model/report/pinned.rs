//! What status keeps of a lake for good: its place, its names, its keys, and the calls that may have made one.

use jiff::Timestamp;

use super::Outcomes;
use crate::api::{DatalakeStatus, Pinned};
use crate::model::arn::KeyArn;
use crate::model::intent;
use crate::model::kinds::Observed;
use crate::model::lake::{Cipher, Lake, Wish};
use crate::model::memory::{Memory, Sight};
use crate::model::owner::Ownership;
use crate::model::plan::{self, KeyStand, Plan, Planned, Step};
use crate::model::topology::Id;

/// Names are pinned once their resource exists, place and layout with the first of them.
pub(super) fn pinned(
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    memory: &Memory,
    before: &DatalakeStatus,
    now: Timestamp,
) -> Pinned {
    let mut pinned = before.pinned.clone().unwrap_or_default();
    for (id, planned) in &plan.steps {
        let made = outcomes.get(id).is_some_and(|outcome| !outcome.done.is_empty());
        let gone = planned.wish == Wish::Gone && planned.step == Step::InSync;
        if gone && lake.leaving.is_none() {
            pinned.names.remove(id.as_str());
        } else if planned.wish == Wish::Wanted && (planned.exists || made) {
            pinned
                .names
                .entry(id.to_string())
                .or_insert_with(|| lake.name(*id).to_owned());
        }
    }
    for id in plan
        .steps
        .iter()
        .filter(|(_, p)| matches!(p.step, Step::Used(_)))
        .map(|(id, _)| *id)
    {
        // Until something is made that rests on it, another may be named.
        let rests = id
            .needed_by()
            .any(|user| pinned.names.contains_key(user.as_str()));
        if rests && !pinned.names.contains_key(id.as_str()) {
            pinned.names.insert(id.to_string(), lake.name(id).to_owned());
            pinned.existing.push(id.to_string());
        }
    }
    pin_keys(&mut pinned, lake, plan, outcomes, memory, now);
    let in_use = [
        (Id::BucketKey, Id::LakeBucket),
        (Id::BucketKey, Id::RawBucket),
        (Id::StreamKey, Id::Stream),
    ];
    for (id, user) in in_use {
        let settled = matches!(plan.step(user), Some(Step::InSync | Step::Used(_)));
        let Some(Cipher::Key(key)) = plan.facts.cipher(lake, user).filter(|_| settled) else {
            continue;
        };
        pin_used(&mut pinned, id, &key);
    }
    for (id, keys) in &plan.replaced {
        for key in keys {
            pin_used(&mut pinned, *id, key);
        }
    }
    if is_somewhere(&pinned) {
        intent::pin(&mut pinned, &lake.place);
    } else {
        pinned.account.clear();
        pinned.region.clear();
    }
    if pinned.names.contains_key(Id::Table.as_str()) && pinned.granularity.is_none() {
        pinned.granularity = Some(format!("{:?}", lake.granularity));
        pinned.format = Some(format!("{:?}", lake.format));
    }
    // Firehose names the folders, and is the one to refuse a zone that it does not know.
    if pinned.names.contains_key(Id::Delivery.as_str()) && pinned.time_zone.is_none() {
        pinned.time_zone = Some(lake.time_zone.clone());
    }
    pinned
}

/// Whether anything was made, or may be.
fn is_somewhere(pinned: &Pinned) -> bool {
    !(pinned.names.is_empty()
        && pinned.key_ids.is_empty()
        && pinned.key_intents.is_empty()
        && pinned.abandoned_key_intents.is_empty())
}

/// What is encrypted with the key can be read with it alone.
fn pin_used(pinned: &mut Pinned, id: Id, key: &KeyArn) {
    let used = pinned.used_keys.entry(id.to_string()).or_default();
    let key = key.to_string();
    if !used.contains(&key) {
        used.push(key);
    }
}

/// Before it is known what the lake is, the next status would hide that one was lost.
pub(super) fn remember_loss(status: &mut DatalakeStatus, now: Timestamp) {
    let pinned = status.pinned.get_or_insert_default();
    for id in [Id::BucketKey, Id::StreamKey] {
        intent::abandon(pinned, id, intent::lost(now));
    }
}

/// The keys that were made or seen, and the calls that may have made one.
fn pin_keys(
    pinned: &mut Pinned,
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    memory: &Memory,
    now: Timestamp,
) {
    for id in [Id::BucketKey, Id::StreamKey] {
        if let Some(intent) = outcomes.get(&id).and_then(|outcome| outcome.intent.as_ref()) {
            intent::open(pinned, &lake.place, id, intent);
        }
        if let Some(made) = memory.keys.get(&id)
            && intent::open_nonce(Some(pinned), id) == Some(&made.nonce)
        {
            intent::found(pinned, id, &made.key_id, Some(&made.nonce));
        }
        let Some(planned) = plan.steps.get(&id) else {
            continue;
        };
        // The user has another key, and this one stays: one that a lost status told of, or that is in use by now.
        let stays =
            |stand: &KeyStand| planned.wish == Wish::Gone && planned.step == Step::Kept && stand.alone;
        let besides = planned.wish == Wish::Sought || plan.keys.get(&id).is_some_and(stays);
        if let Some(stand) = plan.keys.get(&id)
            && planned.exists
            && (planned.wish == Wish::Wanted || besides || lake.leaving.is_some())
        {
            intent::found(pinned, id, stand.key.key_id(), stand.nonce.as_deref());
            if besides {
                // Objects and records may be encrypted with it.
                pin_used(pinned, id, &stand.key);
            }
            let spare = stand.spare.iter().map(|key| key.key_id().to_owned());
            pinned.spare_keys.insert(id.to_string(), spare.collect());
            pinned.spare_keys.retain(|_, keys| !keys.is_empty());
        }
        if is_lost(lake, id, planned, memory) {
            intent::abandon(pinned, id, intent::lost(now));
        }
        let seen = memory.seen.get(&id).filter(|_| lake.record.has_begun(id));
        if let Some(seen) = seen.filter(|seen| !matches!(seen.sight, Sight::Unreadable(_))) {
            intent::searched(pinned, id, seen.at);
        }
        if planned.wish == Wish::Gone && planned.step == Step::InSync {
            intent::forget(pinned, id);
        }
    }
}

/// Whether a key may be there that KMS does not show yet, and whose record was lost. That is written down, so that
/// nothing forgets it: neither a new process, nor a deletion that takes away all else that tells of the lake.
fn is_lost(lake: &Lake, id: Id, planned: &Planned, memory: &Memory) -> bool {
    let sight = memory.seen.get(&id).map(|seen| &seen.sight);
    let mut seen = memory.seen.iter().map(|(id, seen)| (*id, &seen.sight));
    let shown = |live: &Observed| lake.owner.judge(live.tags()) == Ownership::Ours;
    !matches!(sight, Some(Sight::Present(live)) if shown(live))
        && matches!(planned.wish, Wish::Wanted | Wish::Gone)
        && plan::record_is_lost(lake, id, &mut seen)
}
