//! One of each: what of the lake's exists, counted in AWS itself.

use std::collections::BTreeSet;

use datalake_operator::api::{Datalake, DeletionPolicy};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;

use super::{Broken, Law, broken, vital};
use crate::home::{self, is_ours};

/// The ARNs of everything but keys that carries the owner's tags.
fn ours(cloud: &Cloud) -> BTreeSet<&str> {
    let mut all = BTreeSet::new();
    all.extend(
        cloud
            .buckets
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .log_groups
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .streams
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .databases
            .iter()
            .filter(|(_, live)| is_ours(&live.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .tables
            .iter()
            .filter(|(_, live)| is_ours(&live.input.parameters))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .roles
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .deliveries
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .crawlers
            .iter()
            .filter(|(_, live)| is_ours(&live.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .workgroups
            .iter()
            .filter(|(_, live)| is_ours(&live.tags))
            .map(|(arn, _)| arn),
    );
    all.extend(
        cloud
            .functions
            .iter()
            .filter(|(_, live)| is_ours(&live.seen.tags))
            .map(|(arn, _)| arn),
    );
    all
}

/// Ids of the enabled keys that carry the owner's tags.
fn our_keys(cloud: &Cloud) -> Vec<&str> {
    let alive = cloud
        .keys
        .iter()
        .filter(|(_, key)| key.seen.state != "PendingDeletion");
    let ours = alive.filter(|(_, key)| is_ours(&key.seen.tags));
    ours.map(|(_, key)| key.seen.arn.key_id()).collect()
}

/// While the object is there: nothing but what has one of the lake's names, and no key that nobody knows of.
pub fn while_it_lives(cloud: &Cloud, home: &Lake, object: &Datalake, ready: bool) -> Result<(), Broken> {
    let all = Id::ALL
        .into_iter()
        .filter(|id| !ready || vital::wanted(&object.spec, *id));
    let names: BTreeSet<String> = all.filter_map(|id| home::arn(home, cloud, id)).collect();
    if let Some(orphan) = ours(cloud).into_iter().find(|arn| !names.contains(*arn)) {
        return broken(Law::OneOfEach, format!("{orphan} is an orphan"));
    }
    let keys = our_keys(cloud);
    if keys.len() > 2 {
        return broken(
            Law::OneOfEach,
            format!("{} keys are enabled: {keys:?}", keys.len()),
        );
    }
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    let known = |key: &&str| {
        let by_alias = [Id::BucketKey, Id::StreamKey]
            .into_iter()
            .filter_map(|id| home::arn(home, cloud, id));
        let recorded = pinned.is_some_and(|pinned| pinned.key_ids.values().any(|id| id == *key));
        recorded || by_alias.into_iter().any(|arn| arn.ends_with(*key))
    };
    // Nobody looks at a lake that is suspended: a key that its record does not tell of is found when it goes on.
    let unseen = object.spec.suspend && pinned.is_none_or(|pinned| pinned.key_ids.is_empty());
    match keys.iter().find(|key| !known(key)) {
        Some(key) if !unseen => broken(
            Law::OneOfEach,
            format!("key {key} is enabled, and nothing knows of it"),
        ),
        _ => Ok(()),
    }
}

/// Once the object is gone: what the policy says stays, and nothing else.
pub fn afterwards(cloud: &Cloud, home: &Lake, last_words: &Datalake) -> Result<(), Broken> {
    let policy = last_words.spec.deletion_policy;
    let left = ours(cloud);
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
        return Ok(());
    }
    match (left.first(), our_keys(cloud).first()) {
        (Some(arn), _) => broken(Law::OneOfEach, format!("{arn} is left behind")),
        (None, Some(key)) => broken(Law::OneOfEach, format!("key {key} is left enabled")),
        (None, None) => Ok(()),
    }
}
