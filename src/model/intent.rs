//! Calls of `CreateKey` that were begun. The call has no name and no idempotency token (KMS API reference), so each is
//! written to status before it goes out, with a nonce that the key carries in a tag.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use sha2::{Digest, Sha256};

use super::arn::Scope;
use super::lake::Lake;
use super::topology::Id;
use crate::api::{KeyIntent, Pinned};

/// How long a key that may have been made is looked for before another one is made: KMS is eventually consistent, and a
/// new key may not be shown for minutes (KMS API reference, "AWS KMS eventual consistency").
pub const KEY_LAG: SignedDuration = SignedDuration::from_mins(5);
/// How long the key of a call that was given up is searched for.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// A nonce that no other call has. The version of the object is another after each write of it, and the intent is
/// written only on the version that was read: so no two intents come from one version, whoever writes them. (The time
/// tells them apart where a cluster was restored from a backup, and counts versions anew.)
pub fn nonce(lake: &Lake, id: Id, now: Timestamp) -> String {
    let mut text = HEXLOWER.encode(&Sha256::digest(format!("{}/{id}/{now}", lake.version)));
    text.truncate(32);
    text
}

/// The intent of a call that is made now. (Status keeps whole seconds.)
pub fn begin(nonce: &str, now: Timestamp) -> KeyIntent {
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    KeyIntent {
        time: Time(second),
        nonce: nonce.to_owned(),
        refused: false,
    }
}

/// The lake is in this place from now on, if it was nowhere yet.
pub fn pin(pinned: &mut Pinned, place: &Scope) {
    if pinned.account.is_empty() {
        pinned.account = place.account.to_string();
        pinned.region = place.region.to_string();
    }
}

/// What stands for the calls of a record that was lost: there may have been some, with nonces that nobody knows.
pub fn lost(now: Timestamp) -> KeyIntent {
    begin("", now)
}

/// The intent of a call with this nonce that is made now: a new one, or that of a call that KMS refuses until somebody
/// mends the cause. That one stays open as it is, so that trying it for months writes nothing.
pub fn resume(open: Option<&KeyIntent>, nonce: &str, now: Timestamp) -> KeyIntent {
    let refused = open.filter(|open| open.refused && open.nonce == nonce);
    refused.cloned().unwrap_or_else(|| begin(nonce, now))
}

/// Whether a call may have made a key that KMS does not show yet, and since when.
pub fn is_awaited(intent: &KeyIntent, now: Timestamp) -> Option<Timestamp> {
    let since = Some(intent.time.0).filter(|at| !intent.refused && *at <= now)?;
    (now.duration_since(since) < KEY_LAG).then_some(since)
}

/// Whether the record says that this very call is open, so that there is nothing to write down.
pub fn is_open(pinned: Option<&Pinned>, id: Id, intent: &KeyIntent) -> bool {
    pinned.and_then(|pinned| pinned.key_intents.get(id.as_str())) == Some(intent)
}

/// A call is begun, there: the key is looked for nowhere else. One before it that made no key is given up, unless it
/// never went out or was refused: then its nonce serves again.
pub fn open(pinned: &mut Pinned, place: &Scope, id: Id, intent: &KeyIntent) {
    pin(pinned, place);
    let former = pinned.key_intents.insert(id.to_string(), intent.clone());
    if let Some(mut former) = former.filter(|former| former.nonce != intent.nonce) {
        if former.refused {
            // It may have been made since it was written down, at the latest now.
            former.time = intent.time.clone();
        }
        abandon(pinned, id, former);
    }
}

/// The lake's key is known; `nonce` is the key's own. The call that made it is complete, another one is given up.
pub fn found(pinned: &mut Pinned, id: Id, key_id: &str, nonce: Option<&str>) {
    pinned.key_ids.insert(id.to_string(), key_id.to_owned());
    if let Some(open) = pinned.key_intents.remove(id.as_str()) {
        abandon(pinned, id, open);
    }
    keep(pinned, id, |intent| Some(intent.nonce.as_str()) != nonce);
}

/// All keys were searched at that time: calls that were given up long before have made none.
pub fn searched(pinned: &mut Pinned, id: Id, at: Timestamp) {
    keep(pinned, id, |intent| at.duration_since(intent.time.0) < MEMORY);
}

/// There is to be no key, and none was found.
pub fn forget(pinned: &mut Pinned, id: Id) {
    pinned.key_intents.remove(id.as_str());
    pinned.abandoned_key_intents.remove(id.as_str());
}

/// The nonce of the call that was begun last, while no key of it is known.
pub fn open_nonce(pinned: Option<&Pinned>, id: Id) -> Option<&str> {
    let open = pinned?.key_intents.get(id.as_str())?;
    Some(&open.nonce)
}

/// A call is given up: its key is looked out for, and is not the lake's.
pub fn abandon(pinned: &mut Pinned, id: Id, intent: KeyIntent) {
    let all = pinned.abandoned_key_intents.entry(id.to_string()).or_default();
    all.push(intent);
}

fn keep(pinned: &mut Pinned, id: Id, which: impl Fn(&KeyIntent) -> bool) {
    let all: &mut BTreeMap<_, Vec<KeyIntent>> = &mut pinned.abandoned_key_intents;
    if let Some(intents) = all.get_mut(id.as_str()) {
        intents.retain(which);
    }
    all.retain(|_, intents| !intents.is_empty());
}

#[cfg(test)]
mod tests {
    use super::super::testing::lake;
    use super::*;

    const ID: Id = Id::BucketKey;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn abandoned(pinned: &Pinned) -> Vec<&str> {
        let intents = pinned
            .abandoned_key_intents
            .get(ID.as_str())
            .into_iter()
            .flatten();
        intents.map(|intent| intent.nonce.as_str()).collect()
    }

    #[test]
    fn no_two_calls_have_one_nonce() {
        let mut lake = lake();
        let first = nonce(&lake, Id::BucketKey, at(0));
        assert_eq!(first.len(), 32);
        assert_eq!(first, nonce(&lake, Id::BucketKey, at(0)));
        assert_ne!(first, nonce(&lake, Id::StreamKey, at(0)));
        assert_ne!(first, nonce(&lake, Id::BucketKey, at(1)));
        lake.version = "another".into();
        assert_ne!(first, nonce(&lake, Id::BucketKey, at(0)));
    }

    #[test]
    fn a_call_that_made_no_key_is_given_up_for_the_next_but_not_one_whose_nonce_serves_again() {
        let mut pinned = Pinned::default();
        open(&mut pinned, &lake().place, ID, &begin("a", at(0)));
        open(&mut pinned, &lake().place, ID, &begin("a", at(1)));
        assert_eq!(pinned.key_intents[ID.as_str()].time.0, at(1));
        assert_eq!(abandoned(&pinned), [""; 0]);
        open(&mut pinned, &lake().place, ID, &begin("b", at(6)));
        assert_eq!(open_nonce(Some(&pinned), ID), Some("b"));
        assert_eq!(abandoned(&pinned), ["a"]);
    }

    #[test]
    fn the_call_that_made_the_key_is_complete_and_another_is_given_up() {
        let begun = || {
            let mut pinned = Pinned::default();
            open(&mut pinned, &lake().place, ID, &begin("a", at(0)));
            open(&mut pinned, &lake().place, ID, &begin("b", at(6)));
            pinned
        };
        for (nonce, left) in [
            (Some("b"), vec!["a"]),
            (Some("a"), vec!["b"]),
            (None, vec!["a", "b"]),
        ] {
            let mut pinned = begun();
            found(&mut pinned, ID, "k1", nonce);
            assert_eq!(open_nonce(Some(&pinned), ID), None);
            assert_eq!(pinned.key_ids[ID.as_str()], "k1");
            assert_eq!(abandoned(&pinned), left, "the key's nonce is {nonce:?}");
        }
    }

    #[test]
    fn a_call_that_was_given_up_is_forgotten_after_an_hour_of_looking() {
        let mut pinned = Pinned::default();
        open(&mut pinned, &lake().place, ID, &begin("a", at(0)));
        found(&mut pinned, ID, "k1", None);
        searched(&mut pinned, ID, at(59));
        assert_eq!(abandoned(&pinned), ["a"]);
        searched(&mut pinned, ID, at(60));
        assert_eq!(pinned.abandoned_key_intents, BTreeMap::new());
    }
}
