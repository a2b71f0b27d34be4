//! Which key is the lake's where there are several, and what becomes of the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::arn::KeyArn;
use crate::model::kinds::{Observed, key};
use crate::model::lake::{Lake, Wish};
use crate::model::memory::{Sight, Snapshot};
use crate::model::owner::Ownership;
use crate::model::topology::Id;

/// What was seen of one of the lake's keys, besides what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStand {
    /// The key.
    pub key: KeyArn,
    /// Which call made the key.
    pub nonce: Option<String>,
    /// Other keys of the lake in its place, which are left alone.
    pub spare: Vec<KeyArn>,
    /// Whether there is no other, left alone or not.
    pub alone: bool,
}

const KEYS: [Id; 2] = [Id::BucketKey, Id::StreamKey];

/// The snapshot with the right key in each place; `None`: it is so already.
pub(super) fn chosen(lake: &Lake, snapshot: &Snapshot) -> Option<Snapshot> {
    let several = |id: &Id| sight(snapshot, *id).is_some_and(|key| !key.others.is_empty());
    if !KEYS.iter().any(several) {
        return None;
    }
    let mut chosen = snapshot.clone();
    for id in KEYS {
        if let Some(Sight::Present(live)) = chosen.get_mut(&id)
            && let Observed::Key(key) = Arc::make_mut(live)
        {
            choose(lake, snapshot, id, key);
        }
    }
    Some(chosen)
}

/// What alias, bucket, stream or delivery stream names comes first, then what is recorded.
fn choose(lake: &Lake, snapshot: &Snapshot, id: Id, key: &mut key::Observed) {
    let rank = |key: &key::Observed| {
        let key_id = key.arn.key_id();
        let by_alias = key.alias_target.as_deref() == Some(key_id);
        let open = lake.record.intents.get(&id).map(|intent| intent.nonce.as_str());
        (
            !(by_alias || is_used(snapshot, key)),
            lake.record.keys.get(&id).map(String::as_str) != Some(key_id),
            !by_alias,
            key.nonce().is_none() || key.nonce() != open,
            key.state == "PendingDeletion",
            key.arn.to_string(),
        )
    };
    let mut all = std::mem::take(&mut key.others);
    all.push(key.clone());
    all.sort_by_key(rank);
    *key = all.remove(0);
    all.retain(|other| other.state != "PendingDeletion");
    key.others = all;
}

/// Whether it can't be told yet which of several keys is in use, since what may name one has not been read.
pub(super) fn undecided(lake: &Lake, snapshot: &Snapshot, id: Id, key: &key::Observed) -> bool {
    let recorded = lake.record.keys.get(&id).map(String::as_str) == Some(key.arn.key_id());
    !key.others.is_empty() && !recorded && !users_are_read(snapshot, id)
}

/// Other keys that a call made whose answer was lost and that was given up: nothing names them, and nothing ever did.
pub(super) fn leftovers<'a>(
    lake: &Lake,
    snapshot: &Snapshot,
    id: Id,
    key: &'a key::Observed,
) -> Vec<&'a key::Observed> {
    let abandoned = |other: &key::Observed| {
        let intents = lake.record.abandoned.get(&id).into_iter().flatten();
        other.nonce().is_some_and(|nonce| {
            let mut nonces = intents.map(|intent| intent.nonce.as_str());
            nonces.any(|given_up| given_up == nonce)
        })
    };
    let named = |other: &key::Observed| {
        !other.aliases.is_empty() || is_used(snapshot, other) || was_used(lake, other)
    };
    let looked_at =
        |id: &Id| id.is_encrypted() && matches!(lake.wish(*id), Wish::Wanted | Wish::Gone | Wish::Used);
    let all_read = Id::ALL
        .into_iter()
        .filter(looked_at)
        .all(|id| is_read(snapshot, id));
    let others = key.others.iter().filter(|_| all_read);
    others.filter(|other| abandoned(other) && !named(other)).collect()
}

/// Whether something of the lake's was encrypted with the key, that it names no more: what was written then can be read
/// with this key alone.
pub(super) fn was_used(lake: &Lake, key: &key::Observed) -> bool {
    lake.record
        .used_keys
        .values()
        .flatten()
        .any(|used| *used == key.arn)
}

/// Whether a key may have been made of which the record says nothing any more: there is a status no more, or there are
/// others of the lake of which this record has not heard. (A lake that used a key of the user's own has
/// made none.)
pub fn record_is_lost<'a>(lake: &Lake, id: Id, mut seen: impl Iterator<Item = (Id, &'a Sight)>) -> bool {
    let record = &lake.record;
    let ours = |sight: &Sight| match sight {
        Sight::Present(live) => lake.owner.judge(live.tags()) == Ownership::Ours,
        _ => false,
    };
    KEYS.contains(&id)
        && !record.keys.contains_key(&id)
        && !record.used_keys.contains_key(&id)
        && !record.has_begun(id)
        && (record.lost || seen.any(|(id, sight)| !record.listed.contains(&id) && ours(sight)))
}

/// What was seen of the lake's keys.
pub(super) fn stands(lake: &Lake, snapshot: &Snapshot) -> BTreeMap<Id, KeyStand> {
    let stand = |id: Id| {
        let key = sight(snapshot, id).filter(|key| lake.owner.judge(&key.tags) == Ownership::Ours)?;
        if undecided(lake, snapshot, id, key) {
            return None;
        }
        let leftovers = leftovers(lake, snapshot, id, key);
        let spare = key.others.iter().filter(|other| !leftovers.contains(other));
        let stand = KeyStand {
            key: key.arn.clone(),
            nonce: key.nonce().map(str::to_owned),
            spare: spare.map(|other| other.arn.clone()).collect(),
            alone: key.others.is_empty(),
        };
        Some((id, stand))
    };
    KEYS.into_iter().filter_map(stand).collect()
}

fn sight(snapshot: &Snapshot, id: Id) -> Option<&key::Observed> {
    match snapshot.get(&id)? {
        Sight::Present(live) => match live.as_ref() {
            Observed::Key(key) => Some(key),
            _ => None,
        },
        _ => None,
    }
}

/// What may be encrypted with the key.
fn users(id: Id) -> &'static [Id] {
    match id {
        Id::StreamKey => &[Id::Stream],
        _ => &[Id::LakeBucket, Id::RawBucket, Id::Delivery],
    }
}

fn users_are_read(snapshot: &Snapshot, id: Id) -> bool {
    users(id).iter().all(|user| is_read(snapshot, *user))
}

fn is_read(snapshot: &Snapshot, id: Id) -> bool {
    matches!(snapshot.get(&id), Some(Sight::Present(_) | Sight::Absent))
}

/// Whether something is encrypted with the key.
fn is_used(snapshot: &Snapshot, key: &key::Observed) -> bool {
    encrypted_with(snapshot, key).next().is_some()
}

/// What was seen to be encrypted with the key: it names it by its id or ARN, or by an alias.
pub(super) fn encrypted_with<'a>(
    snapshot: &'a Snapshot,
    key: &'a key::Observed,
) -> impl Iterator<Item = (Id, &'a Observed)> {
    let target = key.alias_target.as_deref();
    let by_alias = (target == Some(key.arn.key_id())).then_some(&key.alias);
    let is_it = move |text: &str| {
        let mut aliases = by_alias.into_iter().chain(&key.aliases);
        text.rsplit('/').next() == Some(key.arn.key_id())
            || aliases.any(|alias| {
                text.strip_suffix(alias.as_str())
                    .is_some_and(|arn| arn.is_empty() || arn.ends_with(':'))
            })
    };
    snapshot.iter().filter_map(move |(id, sight)| match sight {
        Sight::Present(live) if named(live).into_iter().flatten().any(is_it) => Some((*id, live.as_ref())),
        _ => None,
    })
}

/// The keys that it names.
fn named(live: &Observed) -> [Option<&str>; 2] {
    match live {
        Observed::Bucket(bucket) => [bucket.encryption.as_ref().and_then(|e| e.key.as_deref()), None],
        Observed::Stream(stream) => [stream.key.as_deref(), None],
        Observed::Delivery(delivery) => {
            let to = delivery.destination.as_ref();
            let backup = to.and_then(|to| to.backup.as_ref());
            [to, backup.map(AsRef::as_ref)].map(|to| to.and_then(|to| to.key_arn.as_deref()))
        }
        Observed::Workgroup(workgroup) => {
            let results = workgroup.encryption.as_ref();
            [results.and_then(|(_, key)| key.as_deref()), None]
        }
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{key, lake};

    fn seen(id: &str, alias_target: &str) -> key::Observed {
        key::Observed {
            arn: key(id),
            spec: "SYMMETRIC_DEFAULT".into(),
            state: "Enabled".into(),
            description: String::new(),
            rotation: Some(true),
            policy: String::new(),
            tags: lake().tags,
            alias: "alias/a".into(),
            alias_target: Some(alias_target.into()),
            alias_taken: false,
            aliases: Vec::new(),
            others: Vec::new(),
        }
    }

    #[test]
    fn where_nothing_is_encrypted_with_either_the_one_that_the_alias_names_wins() {
        for (first, second) in [("k1", "k2"), ("k2", "k1")] {
            for named in [first, second] {
                let mut key = seen(first, named);
                key.others.push(seen(second, named));
                choose(&lake(), &Snapshot::new(), Id::BucketKey, &mut key);
                assert_eq!(key.arn.key_id(), named, "{first} {second}");
            }
        }
    }
}
