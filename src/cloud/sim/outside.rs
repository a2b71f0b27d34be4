//! What people and other programs do to a lake's resources behind the operator's back.

use super::Cloud;
use crate::model::arn::Scope;
use crate::model::kinds::delivery::Destination;
use crate::model::kinds::table::Column;
use crate::model::kinds::{bucket, crawler, function, stream, table, workgroup};
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// One property of one resource, and a hand that changes it; `None`: there is nothing of that ARN.
pub struct Hand {
    /// The resource that it changes.
    pub id: Id,
    /// What it changes.
    pub what: &'static str,
    /// Changes it.
    pub act: fn(&mut Cloud, &str) -> Option<()>,
}

/// Every property that the operator manages, of every kind.
#[rustfmt::skip]
pub const HANDS: &[Hand] = &[
    hand(Id::BucketKey, "disabled", |c, arn| set(&mut key(c, arn)?.state, "Disabled")),
    hand(Id::BucketKey, "pending deletion", |c, arn| set(&mut key(c, arn)?.state, "PendingDeletion")),
    hand(Id::BucketKey, "rotation", |c, arn| put(&mut key(c, arn)?.rotation, Some(false))),
    hand(Id::BucketKey, "alias", unalias),
    hand(Id::StreamKey, "disabled", |c, arn| set(&mut key(c, arn)?.state, "Disabled")),
    hand(Id::StreamKey, "policy", |c, arn| set(&mut key(c, arn)?.policy, r#"{"Version":"2012-10-17","Statement":[]}"#)),
    hand(Id::StreamKey, "description", |c, arn| set(&mut key(c, arn)?.description, "mine")),
    hand(Id::StreamKey, "tags", |c, arn| untag(&mut key(c, arn)?.tags)),
    hand(Id::LakeBucket, "public access block", |c, arn| put(&mut bucket(c, arn)?.public_access_block, Some([true, true, false, true]))),
    hand(Id::LakeBucket, "ownership", |c, arn| put(&mut bucket(c, arn)?.ownership, Some("ObjectWriter".into()))),
    hand(Id::LakeBucket, "encryption", |c, arn| put(&mut bucket(c, arn)?.encryption.as_mut()?.bucket_key, false)),
    hand(Id::LakeBucket, "lifecycle", |c, arn| put(&mut bucket(c, arn)?.lifecycle, Vec::new())),
    hand(Id::RawBucket, "encryption", |c, arn| put(&mut bucket(c, arn)?.encryption, None)),
    hand(Id::RawBucket, "lifecycle", |c, arn| bucket(c, arn)?.lifecycle.pop().map(drop)),
    hand(Id::RawBucket, "policy", |c, arn| put(&mut bucket(c, arn)?.policy, None)),
    hand(Id::RawBucket, "tags", |c, arn| untag(&mut bucket(c, arn)?.tags)),
    hand(Id::LogGroup, "retention", |c, arn| put(&mut c.log_groups.get_mut(arn)?.seen.retention_days, None)),
    hand(Id::LogGroup, "a stream", |c, arn| { c.log_groups.get_mut(arn)?.streams.clear(); Some(()) }),
    hand(Id::LogGroup, "tags", |c, arn| untag(&mut c.log_groups.get_mut(arn)?.seen.tags)),
    hand(Id::Stream, "shards", |c, arn| put(&mut stream(c, arn)?.open_shards, 2)),
    hand(Id::Stream, "mode", |c, arn| put(&mut stream(c, arn)?.on_demand, true)),
    hand(Id::Stream, "encryption", |c, arn| put(&mut stream(c, arn)?.key, None)),
    hand(Id::Stream, "tags", |c, arn| untag(&mut stream(c, arn)?.tags)),
    hand(Id::Database, "description", |c, arn| put(&mut c.databases.get_mut(arn)?.input.description, Some("mine".into()))),
    hand(Id::Database, "tags", |c, arn| untag(&mut c.databases.get_mut(arn)?.tags)),
    hand(Id::Table, "a column more", |c, arn| {
        let column = Column { name: "added".into(), r#type: "int".into(), comment: None };
        table(c, arn)?.columns.push(column);
        Some(())
    }),
    hand(Id::Table, "a column less", |c, arn| table(c, arn)?.columns.pop().map(drop)),
    hand(Id::Table, "a type", |c, arn| set(&mut table(c, arn)?.columns.first_mut()?.r#type, "string")),
    hand(Id::Table, "the SerDe", |c, arn| set(&mut table(c, arn)?.serde, "org.example.Other")),
    hand(Id::Table, "location", |c, arn| set(&mut table(c, arn)?.location, "s3://elsewhere/")),
    hand(Id::Table, "description", |c, arn| put(&mut table(c, arn)?.description, Some("mine".into()))),
    hand(Id::DeliveryRole, "trust", |c, arn| set(&mut c.roles.get_mut(arn)?.seen.trust, r#"{"Version":"2012-10-17","Statement":[]}"#)),
    hand(Id::DeliveryRole, "inline policy gone", |c, arn| { c.roles.get_mut(arn)?.policies.clear(); Some(()) }),
    hand(Id::DeliveryRole, "tags", |c, arn| untag(&mut c.roles.get_mut(arn)?.seen.tags)),
    hand(Id::CrawlerRole, "description", |c, arn| set(&mut c.roles.get_mut(arn)?.seen.description, "mine")),
    hand(Id::CrawlerRole, "inline policy", |c, arn| {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        set(c.roles.get_mut(arn)?.policies.values_mut().next()?, text)
    }),
    hand(Id::Delivery, "prefix", |c, arn| set(&mut destination(c, arn)?.prefix, "data/!{timestamp:yyyy}/")),
    hand(Id::Delivery, "error prefix", |c, arn| set(&mut destination(c, arn)?.error_prefix, "elsewhere/")),
    hand(Id::Delivery, "buffering", |c, arn| put(&mut destination(c, arn)?.buffering, Some((900, 128)))),
    hand(Id::Delivery, "logging", |c, arn| put(&mut destination(c, arn)?.logging, None)),
    hand(Id::Delivery, "backup's key", |c, arn| put(&mut destination(c, arn)?.backup.as_mut()?.key_arn, None)),
    hand(Id::Delivery, "tags", |c, arn| untag(&mut c.deliveries.get_mut(arn)?.seen.tags)),
    hand(Id::Crawler, "schedule", |c, arn| put(&mut crawler(c, arn)?.schedule, Some("cron(0 0 * * ? *)".into()))),
    hand(Id::Crawler, "schedule stopped", |c, arn| put(&mut crawler(c, arn)?.schedule_state, Some("NOT_SCHEDULED".into()))),
    hand(Id::Crawler, "update behavior", |c, arn| put(&mut crawler(c, arn)?.update_behavior, Some("UPDATE_IN_DATABASE".into()))),
    hand(Id::Crawler, "configuration", |c, arn| put(&mut crawler(c, arn)?.configuration, None)),
    hand(Id::Crawler, "tags", |c, arn| untag(&mut crawler(c, arn)?.tags)),
    hand(Id::Workgroup, "enforcement", |c, arn| put(&mut workgroup(c, arn)?.enforced, Some(false))),
    hand(Id::Workgroup, "cut-off", |c, arn| put(&mut workgroup(c, arn)?.cutoff_bytes, Some(10_000_000))),
    hand(Id::Workgroup, "disabled", |c, arn| set(&mut workgroup(c, arn)?.state, "DISABLED")),
    hand(Id::Workgroup, "encryption", |c, arn| put(&mut workgroup(c, arn)?.encryption, None)),
    hand(Id::Workgroup, "tags", |c, arn| untag(&mut workgroup(c, arn)?.tags)),
    hand(Id::PublisherLogGroup, "retention", |c, arn| put(&mut c.log_groups.get_mut(arn)?.seen.retention_days, None)),
    hand(Id::PublisherRole, "inline policy gone", |c, arn| { c.roles.get_mut(arn)?.policies.clear(); Some(()) }),
    hand(Id::Publisher, "timeout", |c, arn| put(&mut function(c, arn)?.configuration.timeout_seconds, 3)),
    hand(Id::Publisher, "code", |c, arn| set(&mut function(c, arn)?.code_sha256, "other")),
    hand(Id::Publisher, "tags", |c, arn| untag(&mut function(c, arn)?.tags)),
];

const fn hand(id: Id, what: &'static str, act: fn(&mut Cloud, &str) -> Option<()>) -> Hand {
    Hand { id, what, act }
}

#[expect(clippy::unnecessary_wraps, reason = "what a hand returns")]
fn set(text: &mut String, to: &str) -> Option<()> {
    to.clone_into(text);
    Some(())
}

#[expect(clippy::unnecessary_wraps, reason = "what a hand returns")]
fn put<T>(value: &mut T, to: T) -> Option<()> {
    *value = to;
    Some(())
}

/// The tag that says nothing of whose it is.
fn untag(tags: &mut Tags) -> Option<()> {
    tags.remove(crate::api::vocabulary::TAG_MANAGED_BY).map(drop)
}

/// Aliases can be deleted without their key (KMS API reference, `DeleteAlias`).
fn unalias(cloud: &mut Cloud, arn: &str) -> Option<()> {
    let id = arn.rsplit('/').next()?;
    let alias = cloud.aliases.iter().find(|(_, to)| *to == id)?.0.to_owned();
    cloud.aliases.remove(&alias).map(drop)
}

fn key<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut crate::model::kinds::key::Observed> {
    cloud.keys.get_mut(arn).map(|live| &mut live.seen)
}

fn bucket<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut bucket::Observed> {
    cloud.buckets.get_mut(arn).map(|live| &mut live.seen)
}

fn stream<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut stream::Observed> {
    cloud.streams.get_mut(arn).map(|live| &mut live.seen)
}

fn table<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut table::TableInput> {
    cloud.tables.get_mut(arn).map(|live| &mut live.input)
}

fn destination<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut Destination> {
    cloud.deliveries.get_mut(arn)?.seen.destination.as_mut()
}

fn crawler<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut crawler::Observed> {
    cloud.crawlers.get_mut(arn)
}

fn workgroup<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut workgroup::Observed> {
    cloud.workgroups.get_mut(arn)
}

fn function<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut function::Observed> {
    cloud.functions.get_mut(arn).map(|live| &mut live.seen)
}

impl Cloud {
    /// Takes a resource away, whatever needs it; says whether it was there.
    pub fn take_away(&mut self, id: Id, arn: &str) -> bool {
        match id {
            Id::LakeBucket | Id::RawBucket => self.buckets.remove(arn).is_some(),
            Id::LogGroup | Id::PublisherLogGroup => self.log_groups.remove(arn).is_some(),
            Id::Stream => self.streams.remove(arn).is_some(),
            Id::Database => self.databases.remove(arn).is_some(),
            Id::Table => self.tables.remove(arn).is_some(),
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => self.roles.remove(arn).is_some(),
            Id::Delivery => self.deliveries.remove(arn).is_some(),
            Id::Crawler => self.crawlers.remove(arn).is_some(),
            Id::Workgroup => self.workgroups.remove(arn).is_some(),
            Id::Publisher => self.functions.remove(arn).is_some(),
            Id::BucketKey | Id::StreamKey => self.keys.remove(arn).is_some(),
        }
    }

    /// The tags of a resource (a table's parameters), to be altered.
    pub fn tags_mut(&mut self, id: Id, arn: &str) -> Option<&mut Tags> {
        Some(match id {
            Id::LakeBucket | Id::RawBucket => &mut bucket(self, arn)?.tags,
            Id::LogGroup | Id::PublisherLogGroup => &mut self.log_groups.get_mut(arn)?.seen.tags,
            Id::Stream => &mut stream(self, arn)?.tags,
            Id::Database => &mut self.databases.get_mut(arn)?.tags,
            Id::Table => &mut table(self, arn)?.parameters,
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => &mut self.roles.get_mut(arn)?.seen.tags,
            Id::Delivery => &mut self.deliveries.get_mut(arn)?.seen.tags,
            Id::Crawler => &mut crawler(self, arn)?.tags,
            Id::Workgroup => &mut workgroup(self, arn)?.tags,
            Id::Publisher => &mut function(self, arn)?.tags,
            Id::BucketKey | Id::StreamKey => &mut key(self, arn)?.tags,
        })
    }

    /// The key behind an alias.
    pub fn key_behind(&self, place: &Scope, alias: &str) -> Option<String> {
        let id = self.aliases.get(&place.key_alias(alias).to_string())?;
        Some(place.key(id).to_string())
    }
}
