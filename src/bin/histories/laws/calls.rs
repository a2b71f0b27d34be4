//! The laws on single calls: hands off, and data.

mod concerned;
mod reading;

use std::collections::BTreeSet;

use datalake_operator::api::DeletionPolicy;
use datalake_operator::api::vocabulary::{TAG_INTENT, TAG_RESOURCE};
use datalake_operator::cloud::sim::{Cloud, subject};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::{Change, bucket, database, delivery, key, stream, table};
use datalake_operator::model::owner::Tags;

use self::concerned::{new_target, tags};
pub use self::reading::Reading;
use super::{Broken, Law};
use crate::home::{is_nobodys, is_ours};

/// The law that the call breaks if it is carried out. `named`: every key that something was encrypted with.
pub fn judge(
    cloud: &Cloud,
    place: &Scope,
    change: &Change,
    reading: &Reading,
    named: &BTreeSet<String>,
) -> Option<Broken> {
    let told = || format!("{} {}", change.operation().1, subject(change));
    let hands_off = |why: &str| {
        Some(Broken {
            law: Law::HandsOff,
            how: format!("{}: {why}", told()),
        })
    };
    if let Some(why) = reading.untouchable {
        return hands_off(why);
    }
    // What is nobody's is taken over when the user agreed to what a status told of it, and by its tags first.
    let marks = || change.sets_tags() || matches!(change, Change::Table(table::Change::UpdateTable { .. }));
    let taken_over = |tags: &Tags| is_nobodys(tags) && marks() && reading.agrees(cloud, place, change);
    let concerned = [tags(cloud, place, change), new_target(cloud, place, change)];
    let mut concerned = concerned.into_iter().flatten();
    if let Some(tags) = concerned.find(|tags| !is_ours(tags) && !taken_over(tags)) {
        return hands_off(&format!("it is not the lake's: {tags:?}"));
    }
    if let Change::Database(database::Change::DeleteDatabase { name }) = change {
        let others = |live: &&table::Observed| live.database == *name && !is_ours(&live.input.parameters);
        if let Some(table) = cloud.tables.iter().map(|(_, live)| live).find(others) {
            return hands_off(&format!("table {} goes with it", table.input.name));
        }
    }
    let why = removes_data(cloud, place, change, reading, named)?;
    Some(Broken {
        law: Law::Data,
        how: format!("{}: {why}", told()),
    })
}

/// Why the call may not be: it removes what was stored, or what is needed to read it.
fn removes_data(
    cloud: &Cloud,
    place: &Scope,
    change: &Change,
    reading: &Reading,
    named: &BTreeSet<String>,
) -> Option<&'static str> {
    let everything_goes = reading.leaving == Some(DeletionPolicy::Delete);
    match change {
        Change::Bucket(
            bucket::Change::DeleteObjects { .. } | bucket::Change::AbortMultipartUpload { .. },
        ) => (!everything_goes || !reading.empty_buckets).then_some("nobody said to empty the buckets"),
        Change::Bucket(bucket::Change::DeleteBucket { .. })
        | Change::Stream(stream::Change::DeleteStream { .. })
        | Change::Database(database::Change::DeleteDatabase { .. })
        | Change::Table(table::Change::DeleteTable { .. }) => {
            (!everything_goes).then_some("only deletionPolicy Delete removes it")
        }
        Change::Key(key::Change::ScheduleKeyDeletion { key_id, days }) if everything_goes => {
            if others_ciphers(cloud).contains(key_id) {
                return Some("something that stays is encrypted with it");
            }
            (*days != reading.window_days).then_some("the spec says another deletionWindowDays")
        }
        Change::Key(key::Change::ScheduleKeyDeletion { key_id, days }) => {
            let key = cloud.keys.get(&place.key(key_id).to_string())?;
            if named.contains(key_id) {
                return Some("something may be encrypted with it");
            }
            is_in_use(cloud, key_id, &key.seen.tags, *days, reading)
        }
        Change::Stream(stream::Change::DecreaseStreamRetentionPeriod { .. }) => {
            (!reading.shorten_retention).then_some("nobody said to shorten the retention")
        }
        Change::Delivery(delivery::Change::DeleteDeliveryStream { name, .. }) => {
            let live = cloud.deliveries.get(&place.delivery_stream(name).to_string());
            // One that is going already goes no further.
            let nothing_lost = ["CREATING_FAILED", "DELETING"];
            let nothing_lost = live.is_some_and(|live| nothing_lost.contains(&live.seen.status.as_str()));
            (reading.leaving.is_none() && !nothing_lost).then_some("what it has gathered is lost")
        }
        Change::Bucket(bucket::Change::PutBucketLifecycleConfiguration { rules, .. }) => {
            rules.iter().find_map(|rule| expires_otherwise(rule, reading))
        }
        _ => None,
    }
}

/// Why a key may be in use, while the lake stays: it was not made by a call that was given up. Or the user has given
/// another key in its place since the call, which has come to nothing then: nothing was to use it, and it goes as what
/// is not wanted any more goes, with its alias.
fn is_in_use(cloud: &Cloud, key_id: &str, tags: &Tags, days: i32, reading: &Reading) -> Option<&'static str> {
    let Some(nonce) = tags.get(TAG_INTENT).filter(|nonce| !nonce.is_empty()) else {
        return Some("nothing tells which call made it");
    };
    let given_up = reading.given_up.contains(nonce);
    let replaced = tags
        .get(TAG_RESOURCE)
        .is_some_and(|id| reading.users_own.contains(id.as_str()));
    if replaced {
        if !given_up && !reading.open.contains(nonce) {
            return Some("status does not know of the call that made it");
        }
        return (days != reading.window_days).then_some("the spec says another deletionWindowDays");
    }
    if !given_up {
        return Some("the call that made it was not given up");
    }
    if cloud.aliases.iter().any(|(_, named)| named == key_id) {
        return Some("an alias names it");
    }
    (days != 30).then_some("what was given up stays for as long as KMS allows")
}

/// The keys that buckets, streams, delivery streams and workgroups name.
pub fn ciphers(cloud: &Cloud) -> BTreeSet<String> {
    named(cloud, |_| true)
}

/// The keys that those name which are not the lake's.
pub fn others_ciphers(cloud: &Cloud) -> BTreeSet<String> {
    named(cloud, |tags| !is_ours(tags))
}

fn named(cloud: &Cloud, whose: fn(&Tags) -> bool) -> BTreeSet<String> {
    let buckets = cloud.buckets.iter().filter(|(_, live)| whose(&live.seen.tags));
    let streams = cloud.streams.iter().filter(|(_, live)| whose(&live.seen.tags));
    let deliveries = cloud.deliveries.iter();
    let deliveries = deliveries.filter(|(_, live)| whose(&live.seen.tags));
    let workgroups = cloud.workgroups.iter().filter(|(_, live)| whose(&live.tags));
    let buckets = buckets.filter_map(|(_, live)| live.seen.encryption.as_ref()?.key.as_deref());
    let streams = streams.filter_map(|(_, live)| live.seen.key.as_deref());
    let deliveries = deliveries.filter_map(|(_, live)| live.seen.destination.as_ref());
    let deliveries = deliveries.flat_map(|to| [Some(to), to.backup.as_deref()]);
    let deliveries = deliveries.filter_map(|to| to?.key_arn.as_deref());
    let workgroups = workgroups.filter_map(|(_, live)| live.encryption.as_ref()?.1.as_deref());
    let all = buckets.chain(streams).chain(deliveries).chain(workgroups);
    all.filter_map(|key| key.rsplit('/').next().map(str::to_owned))
        .collect()
}

/// What is stored goes when the spec says so, not sooner and not later, and its old versions after as many days more.
fn expires_otherwise(rule: &bucket::Rule, reading: &Reading) -> Option<&'static str> {
    let declared = match rule.prefix.as_deref() {
        Some("data/") => reading.lake_days,
        Some("raw/") => Some(reading.raw_days),
        Some("errors/") => Some(reading.error_days),
        Some("query-results/") => Some(reading.result_days),
        _ => None,
    };
    let expires = [rule.expire_days, rule.noncurrent_days];
    if !rule.others.is_empty() {
        return Some("a rule does what no rule of a lake does");
    }
    (expires != [declared; 2]).then_some("objects expire at another age than the spec says")
}

#[cfg(test)]
mod tests;
