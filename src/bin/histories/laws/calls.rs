//! The laws on single calls: hands off, and data.

use std::collections::BTreeSet;

use datalake_operator::api::vocabulary::{ADOPT, EMPTY_BUCKETS, SHORTEN_RETENTION, TAG_INTENT, TAG_RESOURCE};
use datalake_operator::api::{Adoption, Datalake, DeletionPolicy, DriftPolicy};
use datalake_operator::cloud::sim::{Cloud, subject};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::{Change, bucket, database, delivery, key, stream, table};
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;

use super::{Broken, Law};
use crate::home::{is_nobodys, is_ours};

/// What the object said that a pass rests on.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub leaving: Option<DeletionPolicy>,
    /// Why nothing may be written at all.
    untouchable: Option<&'static str>,
    empty_buckets: bool,
    shorten_retention: bool,
    lake_days: Option<i32>,
    raw_days: i32,
    /// Uid of the object.
    uid: Option<String>,
    /// Whether what is nobody's may be taken over at all.
    takes_over: bool,
    /// Hashes that the user agrees to.
    agreed: BTreeSet<String>,
    /// What statuses of this object told of what is nobody's: id and name of the resource, and the hash to agree to.
    told: BTreeSet<(String, String, String)>,
    error_days: i32,
    result_days: i32,
    /// Days until a key ends that goes with the lake.
    window_days: i32,
    /// Nonces of the calls of `CreateKey` that were given up.
    given_up: BTreeSet<String>,
    /// Those that are open, of a key that the user has given another in place of and of which none is recorded.
    open: BTreeSet<String>,
    /// The lake's keys in whose place the user has another.
    users_own: BTreeSet<&'static str>,
}

impl Reading {
    pub fn of(object: &Datalake) -> Self {
        let spec = &object.spec;
        let says = |key| {
            let all = object.metadata.annotations.as_ref();
            all.and_then(|all| all.get(key))
                .is_some_and(|value| value == "true")
        };
        let annotations = object.metadata.annotations.as_ref();
        let agreed = annotations
            .and_then(|all| all.get(ADOPT))
            .map_or("", String::as_str);
        let agreed = agreed.split(',').map(|hash| hash.trim().to_owned());
        let resources = object.status.iter().flat_map(|status| &status.resources);
        let told = resources.filter_map(|resource| {
            let hash = resource.adopt.clone()?;
            Some((resource.id.clone(), resource.name.clone(), hash))
        });
        let may = spec.adoption == Adoption::Unowned && spec.drift_policy == DriftPolicy::Correct;
        let applied = object
            .status
            .as_ref()
            .and_then(|status| status.applied_generation);
        let leaving = object
            .metadata
            .deletion_timestamp
            .is_some()
            .then_some(spec.deletion_policy);
        let reports = spec.drift_policy == DriftPolicy::Report && leaving.is_none();
        let untouchable = if leaving == Some(DeletionPolicy::Retain) {
            Some("deletionPolicy Retain leaves everything as it is")
        } else if spec.suspend {
            Some("the lake is suspended")
        } else if reports && applied.is_some() && applied == object.metadata.generation {
            Some("driftPolicy Report writes nothing once the spec was applied")
        } else {
            None
        };
        let pinned = object.status.as_ref().and_then(|status| status.pinned.clone());
        let pinned = pinned.unwrap_or_default();
        let own = [
            (Id::BucketKey, spec.encryption.bucket_key_arn.is_some()),
            (Id::StreamKey, spec.encryption.stream_key_arn.is_some()),
        ];
        let users_own = own.iter().filter(|(_, own)| *own).map(|(id, _)| id.as_str());
        let users_own: BTreeSet<_> = users_own.filter(|id| !pinned.key_ids.contains_key(*id)).collect();
        let open = pinned
            .key_intents
            .iter()
            .filter(|(id, _)| users_own.contains(id.as_str()));
        let given_up = pinned.abandoned_key_intents.values().flatten();
        Self {
            open: open.map(|(_, intent)| intent.nonce.clone()).collect(),
            given_up: given_up.map(|intent| intent.nonce.clone()).collect(),
            users_own,
            leaving,
            untouchable,
            empty_buckets: says(EMPTY_BUCKETS),
            shorten_retention: says(SHORTEN_RETENTION),
            lake_days: spec.retention.lake_days,
            raw_days: spec.retention.raw_days,
            uid: object.metadata.uid.clone(),
            takes_over: may && leaving.is_none(),
            agreed: agreed.collect(),
            told: told.collect(),
            error_days: spec.retention.error_days,
            result_days: spec.query.result_days,
            window_days: spec.encryption.deletion_window_days,
        }
    }
}

impl Reading {
    /// What earlier statuses of the same object told was told.
    pub fn after(mut self, earlier: Self) -> Self {
        if self.uid == earlier.uid {
            self.told.extend(earlier.told);
        }
        self
    }

    /// Whether the user agrees to what a status told of what the call is about.
    fn agrees(&self, cloud: &Cloud, place: &Scope, change: &Change) -> bool {
        let what = subject(change);
        let is_it = |id: &str, name: &str| match change {
            Change::Key(_) => {
                let behind = cloud.key_behind(place, name);
                what == name || behind.is_some_and(|arn| arn.rsplit('/').next() == Some(what))
            }
            // Some calls of Glue and Athena take the ARN.
            _ => what == name || what.ends_with(&format!("/{name}")) || what.ends_with(&format!(":{name}")),
        } && ids(change).iter().any(|of| of.as_str() == id);
        let mut told = self.told.iter();
        self.takes_over && told.any(|(id, name, hash)| self.agreed.contains(hash) && is_it(id, name))
    }
}

/// Which of the lake's resources are of the kind that the call is about.
fn ids(change: &Change) -> &'static [Id] {
    match change {
        Change::Key(_) => &[Id::BucketKey, Id::StreamKey],
        Change::Bucket(_) => &[Id::LakeBucket, Id::RawBucket],
        Change::LogGroup(_) => &[Id::LogGroup, Id::PublisherLogGroup],
        Change::Stream(_) => &[Id::Stream],
        Change::Database(_) => &[Id::Database],
        Change::Table(_) => &[Id::Table],
        Change::Role(_) => &[Id::DeliveryRole, Id::CrawlerRole, Id::PublisherRole],
        Change::Delivery(_) => &[Id::Delivery],
        Change::Crawler(_) => &[Id::Crawler],
        Change::Workgroup(_) => &[Id::Workgroup],
        Change::Function(_) => &[Id::Publisher],
    }
}

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
        Change::Key(key::Change::ScheduleKeyDeletion { days, .. }) if everything_goes => {
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
            let failed = live.is_some_and(|live| live.seen.status == "CREATING_FAILED");
            (reading.leaving.is_none() && !failed).then_some("what it has gathered is lost")
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

/// The keys that buckets, streams and delivery streams name.
pub fn ciphers(cloud: &Cloud) -> BTreeSet<String> {
    let buckets = cloud
        .buckets
        .iter()
        .filter_map(|(_, live)| live.seen.encryption.as_ref()?.key.as_deref());
    let streams = cloud
        .streams
        .iter()
        .filter_map(|(_, live)| live.seen.key.as_deref());
    let deliveries = cloud
        .deliveries
        .iter()
        .filter_map(|(_, live)| live.seen.destination.as_ref()?.key_arn.as_deref());
    let named = buckets.chain(streams).chain(deliveries);
    named
        .filter_map(|key| key.rsplit('/').next().map(str::to_owned))
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

/// The tags of the key that an alias is to name instead.
fn new_target<'a>(cloud: &'a Cloud, place: &Scope, change: &Change) -> Option<&'a Tags> {
    match change {
        Change::Key(key::Change::UpdateAlias { key_id, .. }) => {
            let key = cloud.keys.get(&place.key(key_id).to_string())?;
            Some(&key.seen.tags)
        }
        _ => None,
    }
}

/// The tags of what the call is about, if it is there.
fn tags<'a>(cloud: &'a Cloud, place: &Scope, change: &Change) -> Option<&'a Tags> {
    let what = subject(change);
    let arn = |of: &dyn Fn(&str) -> String| {
        if what.starts_with("arn:") {
            what.to_owned()
        } else {
            of(what)
        }
    };
    match change {
        Change::Key(key::Change::CreateKey { .. }) => None,
        Change::Key(key::Change::CreateAlias { key_id, .. }) => cloud
            .keys
            .get(&place.key(key_id).to_string())
            .map(|k| &k.seen.tags),
        Change::Key(key::Change::UpdateAlias { alias, .. } | key::Change::DeleteAlias { alias }) => {
            let key = cloud.key_behind(place, alias)?;
            cloud.keys.get(&key).map(|key| &key.seen.tags)
        }
        Change::Key(_) => cloud
            .keys
            .get(&place.key(what).to_string())
            .map(|key| &key.seen.tags),
        Change::Bucket(_) => cloud
            .buckets
            .get(&place.bucket(what).to_string())
            .map(|live| &live.seen.tags),
        Change::LogGroup(_) => cloud
            .log_groups
            .get(&arn(&|name| place.log_group(name).to_string()))
            .map(|live| &live.seen.tags),
        Change::Stream(_) => cloud
            .streams
            .get(&arn(&|name| place.stream(name).to_string()))
            .map(|live| &live.seen.tags),
        Change::Database(_) => cloud
            .databases
            .get(&arn(&|name| place.database(name).to_string()))
            .map(|live| &live.tags),
        Change::Table(
            table::Change::CreateTable { database, .. }
            | table::Change::UpdateTable { database, .. }
            | table::Change::DeleteTable { database, .. },
        ) => cloud
            .tables
            .get(&place.table(database, what).to_string())
            .map(|live| &live.input.parameters),
        Change::Role(_) => cloud
            .roles
            .get(&place.role(what).to_string())
            .map(|live| &live.seen.tags),
        Change::Delivery(_) => cloud
            .deliveries
            .get(&place.delivery_stream(what).to_string())
            .map(|live| &live.seen.tags),
        Change::Crawler(_) => cloud
            .crawlers
            .get(&arn(&|name| place.crawler(name).to_string()))
            .map(|live| &live.tags),
        Change::Workgroup(_) => cloud
            .workgroups
            .get(&arn(&|name| place.workgroup(name).to_string()))
            .map(|live| &live.tags),
        Change::Function(_) => cloud
            .functions
            .get(&arn(&|name| place.function(name).to_string()))
            .map(|live| &live.seen.tags),
    }
}

#[cfg(test)]
mod tests;
