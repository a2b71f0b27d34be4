//! One of each: what of the lake's exists, counted in AWS itself.

use std::collections::BTreeSet;

use datalake_operator::api::vocabulary::TAG_INTENT;
use datalake_operator::api::{Datalake, DeletionPolicy, Pinned};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;

use super::calls::ciphers;
use super::{Broken, Law, broken, vital};
use crate::home::{self, USERS_KEY, is_ours};
use crate::life::Life;

/// The ARNs of everything but keys that the lake made, tagged or not: there is nothing else but what the script says is
/// somebody else's.
fn ours<'a>(cloud: &'a Cloud, strangers: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    let mut add = |arn: &'a str, tags: &Tags| {
        if is_ours(tags) || !strangers.contains(arn) {
            all.insert(arn);
        }
    };
    cloud
        .buckets
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    cloud
        .log_groups
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    cloud
        .streams
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    cloud
        .databases
        .iter()
        .for_each(|(arn, live)| add(arn, &live.tags));
    cloud
        .tables
        .iter()
        .for_each(|(arn, live)| add(arn, &live.input.parameters));
    cloud
        .roles
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    cloud
        .deliveries
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    cloud.crawlers.iter().for_each(|(arn, live)| add(arn, &live.tags));
    cloud
        .workgroups
        .iter()
        .for_each(|(arn, live)| add(arn, &live.tags));
    cloud
        .functions
        .iter()
        .for_each(|(arn, live)| add(arn, &live.seen.tags));
    all
}

/// Ids of the keys that the lake made, tagged or not, and that are not on their way to deletion.
fn our_keys<'a>(cloud: &'a Cloud, strangers: &BTreeSet<String>) -> Vec<&'a str> {
    let alive = cloud
        .keys
        .iter()
        .filter(|(_, key)| key.seen.state != "PendingDeletion");
    let ours = alive.filter(|(arn, key)| {
        is_ours(&key.seen.tags) || !strangers.contains(*arn) && key.seen.arn.key_id() != USERS_KEY
    });
    ours.map(|(_, key)| key.seen.arn.key_id()).collect()
}

/// While the object is there: nothing but what has one of the lake's names, no key that nobody knows of, and no alias
/// but the lake's two, each of another key.
pub fn while_it_lives(life: &Life, cloud: &Cloud, object: &Datalake, ready: bool) -> Result<(), Broken> {
    let home = &life.home;
    let all = Id::ALL
        .into_iter()
        .filter(|id| !ready || vital::wanted(&object.spec, *id));
    let mut names: BTreeSet<String> = all.filter_map(|id| home::arn(home, cloud, id)).collect();
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    // It may have been made under a name that the user has taken back since.
    let bucket = pinned.and_then(|pinned| pinned.names.get(Id::LakeBucket.as_str()));
    names.extend(bucket.map(|name| home.place.bucket(name).to_string()));
    // Or so that no status could tell of it before that.
    names.extend(life.unsaid.iter().cloned());
    let ours = ours(cloud, &life.strangers);
    if let Some(orphan) = ours.into_iter().find(|arn| !names.contains(*arn)) {
        return broken(Law::OneOfEach, format!("{orphan} is an orphan"));
    }
    let mut keys = our_keys(cloud, &life.strangers);
    // With a status it is lost whether a second key was ever used: that one is the user's to remove, once it is reported.
    if life.kubernetes.lock().wiped {
        let reported = |key: &&str| {
            pinned.is_some_and(|pinned| pinned.spare_keys.values().flatten().any(|id| id == *key))
        };
        keys.retain(|key| !reported(key));
    }
    if keys.len() > 2 {
        return broken(
            Law::OneOfEach,
            format!("{} keys are enabled: {keys:?}", keys.len()),
        );
    }
    let known = |key: &&str| {
        let by_alias = [Id::BucketKey, Id::StreamKey]
            .into_iter()
            .filter_map(|id| home::arn(home, cloud, id));
        let recorded = pinned.is_some_and(|pinned| pinned.key_ids.values().any(|id| id == *key));
        // While an edit is refused nothing is done about a call that was begun before.
        let of_a_call = || life.is_refused() && pinned.is_some_and(|pinned| is_of_a_call(cloud, pinned, key));
        recorded || by_alias.into_iter().any(|arn| arn.ends_with(*key)) || of_a_call()
    };
    if let Some(key) = keys.iter().find(|key| !known(key)) {
        return broken(
            Law::OneOfEach,
            format!("key {key} is enabled, and nothing knows of it"),
        );
    }
    if ready { aliases(cloud, home) } else { Ok(()) }
}

/// Whether a key that stays is named: by an alias, by what it encrypts, or by a status, also one that was lost before the
/// lake was Ready again: of an object that goes then, nobody asks AWS for its keys any more. Or it is named by the call
/// that made it and that a status tells of: of what came of that, nobody asks then either.
fn is_known(cloud: &Cloud, pinned: &[&Pinned], key: &str) -> bool {
    let named = |id: &str| id.rsplit('/').next() == Some(key);
    let recorded = |pinned: &&Pinned| {
        let others = [&pinned.spare_keys, &pinned.used_keys];
        let mut others = others.into_iter().flat_map(|keys| keys.values().flatten());
        pinned.key_ids.values().any(|id| named(id)) || others.any(|id| named(id))
    };
    let told = |pinned: &&Pinned| recorded(pinned) || is_of_a_call(cloud, pinned, key);
    cloud.aliases.iter().any(|(_, id)| named(id)) || ciphers(cloud).contains(key) || pinned.iter().any(told)
}

/// Whether a call made the key that the status says was begun.
fn is_of_a_call(cloud: &Cloud, pinned: &Pinned, key: &str) -> bool {
    let mut keys = cloud.keys.iter().filter(|(arn, _)| arn.ends_with(key));
    let nonce = keys.find_map(|(_, key)| key.seen.tags.get(TAG_INTENT));
    let given_up = pinned.abandoned_key_intents.values().flatten();
    let mut calls = pinned.key_intents.values().chain(given_up);
    nonce.is_some() && calls.any(|intent| Some(&intent.nonce) == nonce)
}

/// There are no aliases but the lake's two, and no key has both.
fn aliases(cloud: &Cloud, home: &Lake) -> Result<(), Broken> {
    let mut keys = BTreeSet::new();
    for (arn, key) in cloud.aliases.iter() {
        if !our_aliases(home).iter().any(|ours| ours == arn) {
            return broken(Law::OneOfEach, format!("{arn} is an orphan"));
        }
        if !keys.insert(key) {
            return broken(Law::OneOfEach, format!("key {key} has two aliases"));
        }
    }
    Ok(())
}

fn our_aliases(home: &Lake) -> [String; 2] {
    [Id::BucketKey, Id::StreamKey].map(|id| home.place.key_alias(home.name(id)).to_string())
}

/// Once the object is gone: what the policy says stays, and nothing else.
pub fn afterwards(life: &Life, cloud: &Cloud, last_words: &Datalake) -> Result<(), Broken> {
    let (home, policy) = (&life.home, last_words.spec.deletion_policy);
    let left = ours(cloud, &life.strangers);
    let goes = |id: Id| match policy {
        DeletionPolicy::Retain => false,
        DeletionPolicy::RetainData => !id.holds_data(),
        DeletionPolicy::Delete => true,
    };
    for id in Id::ALL.into_iter().filter(|id| goes(*id)) {
        if let Some(arn) = home::arn(home, cloud, id).filter(|arn| left.contains(arn.as_str())) {
            return broken(Law::OneOfEach, format!("{arn} is left behind under {policy:?}"));
        }
    }
    if policy != DeletionPolicy::Delete {
        let lost = &life.kubernetes.lock().lost;
        let status = last_words.status.as_ref();
        let statuses = status.and_then(|status| status.pinned.as_ref()).into_iter();
        let pinned: Vec<_> = statuses.chain(lost).collect();
        return match our_keys(cloud, &life.strangers)
            .into_iter()
            .find(|key| !is_known(cloud, &pinned, key))
        {
            Some(key) => broken(
                Law::OneOfEach,
                format!("key {key} is left enabled under {policy:?}, and nothing knows of it"),
            ),
            None => Ok(()),
        };
    }
    // One that names somebody else's key is theirs.
    let theirs = |key: &String| life.strangers.contains(&home.place.key(key).to_string());
    let alias = cloud.aliases.iter().find(|(_, key)| !theirs(key));
    match (left.first(), our_keys(cloud, &life.strangers).first(), alias) {
        (Some(arn), ..) => broken(Law::OneOfEach, format!("{arn} is left behind")),
        (None, Some(key), _) => broken(Law::OneOfEach, format!("key {key} is left enabled")),
        (None, None, Some((alias, _))) => broken(Law::OneOfEach, format!("{alias} is left behind")),
        (None, None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
