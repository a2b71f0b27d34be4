//! Whose it is what a call is about.

use datalake_operator::cloud::sim::{Cloud, subject};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::{Change, key, table};
use datalake_operator::model::owner::Tags;

/// The tags of the key that an alias is to name instead.
pub(super) fn new_target<'a>(cloud: &'a Cloud, place: &Scope, change: &Change) -> Option<&'a Tags> {
    match change {
        Change::Key(key::Change::UpdateAlias { key_id, .. }) => {
            let key = cloud.keys.get(&place.key(key_id).to_string())?;
            Some(&key.seen.tags)
        }
        _ => None,
    }
}

/// The tags of what the call is about, if it is there.
pub(super) fn tags<'a>(cloud: &'a Cloud, place: &Scope, change: &Change) -> Option<&'a Tags> {
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
