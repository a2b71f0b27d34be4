//! Each property of each resource, changed by hand.

use super::{bucket, crawler, destination, function, key, role, stream, table, workgroup};
use crate::cloud::sim::Cloud;
use crate::model::kinds::bucket::Rule;
use crate::model::kinds::delivery::{Conversion, Deserializer, Serializer};
use crate::model::kinds::table::Column;
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// A policy that says nothing.
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// One property of one resource, and a hand that changes it; `None`: there is nothing of that ARN.
pub struct Hand {
    /// The resource that it changes.
    pub id: Id,
    /// What it changes.
    pub what: &'static str,
    /// Changes it.
    pub act: fn(&mut Cloud, &str) -> Option<()>,
}

/// Every property that the operator manages and can put right, of every kind; and two that it leaves: a column that
/// others added, and a comment where none is declared.
#[rustfmt::skip]
pub const HANDS: &[Hand] = &[
    hand(Id::BucketKey, "disabled", |c, arn| set(&mut key(c, arn)?.state, "Disabled")),
    hand(Id::BucketKey, "pending deletion", |c, arn| set(&mut key(c, arn)?.state, "PendingDeletion")),
    hand(Id::BucketKey, "rotation", |c, arn| put(&mut key(c, arn)?.rotation, Some(false))),
    hand(Id::BucketKey, "alias", unalias),
    hand(Id::BucketKey, "policy", |c, arn| set(&mut key(c, arn)?.policy, NOTHING)),
    hand(Id::BucketKey, "description", |c, arn| set(&mut key(c, arn)?.description, "mine")),
    hand(Id::BucketKey, "tags", |c, arn| untag(&mut key(c, arn)?.tags)),
    hand(Id::StreamKey, "disabled", |c, arn| set(&mut key(c, arn)?.state, "Disabled")),
    hand(Id::StreamKey, "pending deletion", |c, arn| set(&mut key(c, arn)?.state, "PendingDeletion")),
    hand(Id::StreamKey, "rotation", |c, arn| put(&mut key(c, arn)?.rotation, Some(false))),
    hand(Id::StreamKey, "alias", unalias),
    hand(Id::StreamKey, "policy", |c, arn| set(&mut key(c, arn)?.policy, NOTHING)),
    hand(Id::StreamKey, "description", |c, arn| set(&mut key(c, arn)?.description, "mine")),
    hand(Id::StreamKey, "tags", |c, arn| untag(&mut key(c, arn)?.tags)),
    hand(Id::LakeBucket, "public access block", |c, arn| put(&mut bucket(c, arn)?.public_access_block, Some([true, true, false, true]))),
    hand(Id::LakeBucket, "ownership", |c, arn| put(&mut bucket(c, arn)?.ownership, Some("ObjectWriter".into()))),
    hand(Id::LakeBucket, "encryption", |c, arn| put(&mut bucket(c, arn)?.encryption.as_mut()?.bucket_key, false)),
    hand(Id::LakeBucket, "another key", |c, arn| {
        let other = another_key(bucket(c, arn)?.encryption.clone()?.key.as_deref(), c);
        put(&mut bucket(c, arn)?.encryption.as_mut()?.key, Some(other?))
    }),
    hand(Id::LakeBucket, "blocked encryption", |c, arn| put(&mut bucket(c, arn)?.encryption.as_mut()?.blocked, Some(vec!["NONE".into()]))),
    hand(Id::LakeBucket, "policy", |c, arn| put(&mut bucket(c, arn)?.policy, Some(NOTHING.into()))),
    hand(Id::LakeBucket, "tags", |c, arn| untag(&mut bucket(c, arn)?.tags)),
    hand(Id::LakeBucket, "lifecycle", |c, arn| put(&mut bucket(c, arn)?.lifecycle, Vec::new())),
    hand(Id::RawBucket, "public access block", |c, arn| put(&mut bucket(c, arn)?.public_access_block, None)),
    hand(Id::RawBucket, "ownership", |c, arn| put(&mut bucket(c, arn)?.ownership, None)),
    hand(Id::RawBucket, "encryption", |c, arn| put(&mut bucket(c, arn)?.encryption, None)),
    hand(Id::RawBucket, "another key", |c, arn| {
        let other = another_key(bucket(c, arn)?.encryption.clone()?.key.as_deref(), c);
        put(&mut bucket(c, arn)?.encryption.as_mut()?.key, Some(other?))
    }),
    hand(Id::RawBucket, "a rule more", |c, arn| {
        let rule = Rule { id: "mine".into(), enabled: true, prefix: Some("raw/".into()), expire_days: Some(1), ..Rule::default() };
        bucket(c, arn)?.lifecycle.push(rule);
        Some(())
    }),
    hand(Id::RawBucket, "lifecycle", |c, arn| bucket(c, arn)?.lifecycle.pop().map(drop)),
    hand(Id::RawBucket, "policy", |c, arn| put(&mut bucket(c, arn)?.policy, None)),
    hand(Id::RawBucket, "tags", |c, arn| untag(&mut bucket(c, arn)?.tags)),
    hand(Id::LogGroup, "retention", |c, arn| put(&mut c.log_groups.get_mut(arn)?.seen.retention_days, None)),
    hand(Id::LogGroup, "a stream", |c, arn| { c.log_groups.get_mut(arn)?.streams.clear(); Some(()) }),
    hand(Id::LogGroup, "tags", |c, arn| untag(&mut c.log_groups.get_mut(arn)?.seen.tags)),
    hand(Id::Stream, "shards", |c, arn| put(&mut stream(c, arn)?.open_shards, 2)),
    hand(Id::Stream, "mode", |c, arn| put(&mut stream(c, arn)?.on_demand, true)),
    hand(Id::Stream, "encryption", |c, arn| put(&mut stream(c, arn)?.key, None)),
    hand(Id::Stream, "another key", |c, arn| {
        let other = another_key(stream(c, arn)?.key.clone().as_deref(), c);
        put(&mut stream(c, arn)?.key, Some(other?))
    }),
    hand(Id::Stream, "tags", |c, arn| untag(&mut stream(c, arn)?.tags)),
    hand(Id::Database, "description", |c, arn| put(&mut c.databases.get_mut(arn)?.input.description, Some("mine".into()))),
    hand(Id::Database, "tags", |c, arn| untag(&mut c.databases.get_mut(arn)?.tags)),
    hand(Id::Table, "a column more", |c, arn| {
        let column = Column { name: "added".into(), r#type: "int".into(), comment: None };
        table(c, arn)?.columns.push(column);
        Some(())
    }),
    hand(Id::Table, "a column less", |c, arn| table(c, arn)?.columns.pop().map(drop)),
    hand(Id::Table, "a comment", |c, arn| put(&mut table(c, arn)?.columns.first_mut()?.comment, Some("mine".into()))),
    hand(Id::Table, "a type", |c, arn| set(&mut table(c, arn)?.columns.first_mut()?.r#type, "string")),
    hand(Id::Table, "the SerDe", |c, arn| set(&mut table(c, arn)?.serde, "org.example.Other")),
    hand(Id::Table, "a SerDe parameter", |c, arn| put(table(c, arn)?.serde_parameters.get_mut("serialization.format")?, "9".into())),
    hand(Id::Table, "table type", |c, arn| put(&mut table(c, arn)?.table_type, Some("VIRTUAL_VIEW".into()))),
    hand(Id::Table, "a parameter", |c, arn| put(table(c, arn)?.parameters.get_mut("classification")?, "csv".into())),
    hand(Id::Table, "projection", |c, arn| { table(c, arn)?.parameters.insert("projection.enabled".into(), "false".into()); Some(()) }),
    hand(Id::Table, "the owner's mark", |c, arn| untag(&mut table(c, arn)?.parameters)),
    hand(Id::Table, "location", |c, arn| set(&mut table(c, arn)?.location, "s3://elsewhere/")),
    hand(Id::Table, "description", |c, arn| put(&mut table(c, arn)?.description, Some("mine".into()))),
    hand(Id::DeliveryRole, "trust", |c, arn| set(&mut role(c, arn)?.trust, NOTHING)),
    hand(Id::DeliveryRole, "inline policy gone", |c, arn| { c.roles.get_mut(arn)?.policies.clear(); Some(()) }),
    hand(Id::DeliveryRole, "tags", |c, arn| untag(&mut role(c, arn)?.tags)),
    hand(Id::CrawlerRole, "trust", |c, arn| set(&mut role(c, arn)?.trust, NOTHING)),
    hand(Id::CrawlerRole, "description", |c, arn| set(&mut role(c, arn)?.description, "mine")),
    hand(Id::CrawlerRole, "inline policy", |c, arn| {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        set(c.roles.get_mut(arn)?.policies.values_mut().next()?, text)
    }),
    hand(Id::Delivery, "prefix", |c, arn| set(&mut destination(c, arn)?.prefix, "data/!{timestamp:yyyy}/")),
    hand(Id::Delivery, "error prefix", |c, arn| set(&mut destination(c, arn)?.error_prefix, "elsewhere/")),
    hand(Id::Delivery, "buffering", |c, arn| put(&mut destination(c, arn)?.buffering, Some((900, 128)))),
    hand(Id::Delivery, "key", |c, arn| put(&mut destination(c, arn)?.key_arn, None)),
    hand(Id::Delivery, "another key", |c, arn| {
        let other = another_key(destination(c, arn)?.key_arn.clone().as_deref(), c);
        put(&mut destination(c, arn)?.key_arn, Some(other?))
    }),
    hand(Id::Delivery, "role", |c, arn| { destination(c, arn)?.role_arn.push_str("-other"); Some(()) }),
    hand(Id::Delivery, "bucket", |c, arn| set(&mut destination(c, arn)?.bucket_arn, "arn:aws:s3:::elsewhere")),
    hand(Id::Delivery, "time zone", |c, arn| put(&mut destination(c, arn)?.time_zone, Some("Europe/Berlin".into()))),
    hand(Id::Delivery, "file extension", |c, arn| put(&mut destination(c, arn)?.file_extension, Some(".mine".into()))),
    hand(Id::Delivery, "processing", |c, arn| put(&mut destination(c, arn)?.processing, true)),
    hand(Id::Delivery, "conversion", |c, arn| put(&mut destination(c, arn)?.conversion, None)),
    hand(Id::Delivery, "conversion's database", |c, arn| set(&mut conversion(c, arn)?.schema.database, "another")),
    hand(Id::Delivery, "conversion's table", |c, arn| set(&mut conversion(c, arn)?.schema.table, "another")),
    hand(Id::Delivery, "conversion's role", |c, arn| { conversion(c, arn)?.schema.role_arn.push_str("-other"); Some(()) }),
    hand(Id::Delivery, "conversion's version", |c, arn| put(&mut conversion(c, arn)?.schema.version, Some("1".into()))),
    hand(Id::Delivery, "deserializer", |c, arn| put(&mut conversion(c, arn)?.deserializer, Deserializer::Hive(vec!["seconds".into()]))),
    hand(Id::Delivery, "file compression", |c, arn| put(&mut conversion(c, arn)?.serializer, Serializer::Parquet { compression: Some("UNCOMPRESSED".into()) })),
    hand(Id::Delivery, "logging", |c, arn| put(&mut destination(c, arn)?.logging, None)),
    hand(Id::Delivery, "backup's key", |c, arn| put(&mut destination(c, arn)?.backup.as_mut()?.key_arn, None)),
    hand(Id::Delivery, "backup's prefix", |c, arn| set(&mut destination(c, arn)?.backup.as_mut()?.prefix, "mine/")),
    hand(Id::Delivery, "backup's error prefix", |c, arn| set(&mut destination(c, arn)?.backup.as_mut()?.error_prefix, "elsewhere/")),
    hand(Id::Delivery, "backup's compression", |c, arn| put(&mut destination(c, arn)?.backup.as_mut()?.compression, Some("UNCOMPRESSED".into()))),
    hand(Id::Delivery, "backup's buffering", |c, arn| put(&mut destination(c, arn)?.backup.as_mut()?.buffering, Some((60, 1)))),
    hand(Id::Delivery, "backup's logging", |c, arn| put(&mut destination(c, arn)?.backup.as_mut()?.logging, None)),
    hand(Id::Delivery, "backup's bucket", |c, arn| set(&mut destination(c, arn)?.backup.as_mut()?.bucket_arn, "arn:aws:s3:::elsewhere")),
    hand(Id::Delivery, "backup off", |c, arn| put(&mut destination(c, arn)?.backup, None)),
    hand(Id::Delivery, "tags", |c, arn| untag(&mut c.deliveries.get_mut(arn)?.seen.tags)),
    hand(Id::Crawler, "schedule", |c, arn| put(&mut crawler(c, arn)?.schedule, Some("cron(0 0 * * ? *)".into()))),
    hand(Id::Crawler, "description", |c, arn| set(&mut crawler(c, arn)?.description, "mine")),
    hand(Id::Crawler, "role", |c, arn| set(&mut crawler(c, arn)?.role, "another")),
    hand(Id::Crawler, "another table", |c, arn| put(crawler(c, arn)?.catalog_targets.first_mut()?.1.first_mut()?, "another".into())),
    hand(Id::Crawler, "a target of another kind", |c, arn| put(&mut crawler(c, arn)?.other_targets, 1)),
    hand(Id::Crawler, "schedule stopped", |c, arn| put(&mut crawler(c, arn)?.schedule_state, Some("NOT_SCHEDULED".into()))),
    hand(Id::Crawler, "update behavior", |c, arn| put(&mut crawler(c, arn)?.update_behavior, Some("UPDATE_IN_DATABASE".into()))),
    hand(Id::Crawler, "delete behavior", |c, arn| put(&mut crawler(c, arn)?.delete_behavior, Some("DELETE_FROM_DATABASE".into()))),
    hand(Id::Crawler, "recrawl", |c, arn| put(&mut crawler(c, arn)?.recrawl_behavior, Some("CRAWL_NEW_FOLDERS_ONLY".into()))),
    hand(Id::Crawler, "configuration", |c, arn| put(&mut crawler(c, arn)?.configuration, None)),
    hand(Id::Crawler, "tags", |c, arn| untag(&mut crawler(c, arn)?.tags)),
    hand(Id::Workgroup, "enforcement", |c, arn| put(&mut workgroup(c, arn)?.enforced, Some(false))),
    hand(Id::Workgroup, "description", |c, arn| set(&mut workgroup(c, arn)?.description, "mine")),
    hand(Id::Workgroup, "result location", |c, arn| put(&mut workgroup(c, arn)?.output_location, Some("s3://elsewhere/".into()))),
    hand(Id::Workgroup, "bucket owner", |c, arn| put(&mut workgroup(c, arn)?.bucket_owner, Some("210987654321".into()))),
    hand(Id::Workgroup, "metrics", |c, arn| put(&mut workgroup(c, arn)?.metrics, Some(false))),
    hand(Id::Workgroup, "cut-off", |c, arn| put(&mut workgroup(c, arn)?.cutoff_bytes, Some(10_000_000))),
    hand(Id::Workgroup, "disabled", |c, arn| set(&mut workgroup(c, arn)?.state, "DISABLED")),
    hand(Id::Workgroup, "encryption", |c, arn| put(&mut workgroup(c, arn)?.encryption, None)),
    hand(Id::Workgroup, "tags", |c, arn| untag(&mut workgroup(c, arn)?.tags)),
    hand(Id::PublisherLogGroup, "retention", |c, arn| put(&mut c.log_groups.get_mut(arn)?.seen.retention_days, None)),
    hand(Id::PublisherLogGroup, "tags", |c, arn| untag(&mut c.log_groups.get_mut(arn)?.seen.tags)),
    hand(Id::PublisherRole, "trust", |c, arn| set(&mut role(c, arn)?.trust, NOTHING)),
    hand(Id::PublisherRole, "inline policy gone", |c, arn| { c.roles.get_mut(arn)?.policies.clear(); Some(()) }),
    hand(Id::Publisher, "timeout", |c, arn| put(&mut function(c, arn)?.configuration.timeout_seconds, 3)),
    hand(Id::Publisher, "description", |c, arn| set(&mut function(c, arn)?.configuration.description, "mine")),
    hand(Id::Publisher, "role", |c, arn| { function(c, arn)?.configuration.role_arn.push_str("-other"); Some(()) }),
    hand(Id::Publisher, "environment", |c, arn| { function(c, arn)?.configuration.environment.clear(); Some(()) }),
    hand(Id::Publisher, "memory", |c, arn| put(&mut function(c, arn)?.configuration.memory_mib, 1024)),
    hand(Id::Publisher, "handler", |c, arn| set(&mut function(c, arn)?.configuration.handler, "index.other")),
    hand(Id::Publisher, "runtime", |c, arn| set(&mut function(c, arn)?.configuration.runtime, "nodejs20.x")),
    hand(Id::Publisher, "code", |c, arn| set(&mut function(c, arn)?.code_sha256, "other")),
    hand(Id::Publisher, "tags", |c, arn| untag(&mut function(c, arn)?.tags)),
];

/// What the operator tells and leaves, or refuses to put right.
#[rustfmt::skip]
pub const LEFT: &[Hand] = &[
    hand(Id::Table, "partition keys", |c, arn| table(c, arn)?.partition_keys.pop().map(drop)),
    hand(Id::Delivery, "source", |c, arn| { c.deliveries.get_mut(arn)?.seen.stream_arn.push_str("-other"); Some(()) }),
    hand(Id::Delivery, "source role", |c, arn| { c.deliveries.get_mut(arn)?.seen.source_role_arn.push_str("-other"); Some(()) }),
    hand(Id::Delivery, "dynamic partitioning", |c, arn| put(&mut c.deliveries.get_mut(arn)?.seen.dynamic_partitioning, true)),
    hand(Id::DeliveryRole, "attached policy", |c, arn| { role(c, arn)?.attached.push("arn:aws:iam::aws:policy/ReadOnlyAccess".into()); Some(()) }),
    hand(Id::CrawlerRole, "inline policy of others", |c, arn| c.roles.get_mut(arn)?.policies.insert("mine".into(), NOTHING.into()).is_none().then_some(())),
    hand(Id::PublisherRole, "boundary", |c, arn| put(&mut role(c, arn)?.boundary, Some("arn:aws:iam::aws:policy/PowerUserAccess".into()))),
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

/// The ARN of a key that exists and is not `this`.
fn another_key(this: Option<&str>, cloud: &Cloud) -> Option<String> {
    let mut all = cloud.keys.iter().map(|(arn, _)| arn);
    all.find(|arn| Some(*arn) != this).map(str::to_owned)
}

fn conversion<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut Conversion> {
    destination(cloud, arn)?.conversion.as_mut()
}
