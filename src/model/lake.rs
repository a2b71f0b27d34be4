//! One object, resolved: every default filled in, every name derived, nothing left to look up but key ARNs.

use std::collections::BTreeMap;

use super::arn::{KeyArn, Scope};
use super::hive;
use super::names::Names;
use super::owner::{Owner, Tags};
use super::topology::Id;
use crate::api::{
    Compression, DeletionPolicy, Discovery, DriftPolicy, FormatType, Granularity, StorageClass,
};

/// Prefix of the table's objects in the lake bucket.
pub const DATA: &str = "data/";
/// Prefix of what Firehose could not deliver, in either bucket; outside the table's location.
pub const ERRORS: &str = "errors/";
/// Prefix of the raw copies in the raw bucket.
pub const RAW: &str = "raw/";
/// Prefix of Athena's results in the lake bucket.
pub const RESULTS: &str = "query-results/";

/// One `Datalake` object, resolved.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the spec")]
pub struct Lake {
    /// Whose the resources are.
    pub owner: Owner,
    /// Where they are.
    pub place: Scope,
    /// What they are called.
    pub names: Names,
    /// `metadata.generation`.
    pub generation: i64,
    /// Columns in the order of the spec, types parsed.
    pub columns: Vec<hive::Column>,
    /// JSON key by column name, where they differ.
    pub json_keys: BTreeMap<String, String>,
    /// When not empty, the Hive JSON `SerDe` reads the events.
    pub timestamp_formats: Vec<String>,
    /// `Some(shards)` for a provisioned stream, `None` for on demand.
    pub shards: Option<i32>,
    /// 60..900.
    pub interval_seconds: i32,
    /// 64..128.
    pub size_mib: i32,
    /// 24..8760.
    pub stream_hours: i32,
    /// Days.
    pub raw_days: i32,
    /// Days.
    pub error_days: i32,
    /// Days; `None`: for ever.
    pub lake_days: Option<i32>,
    /// Age in days and class, in order of age.
    pub transitions: Vec<(i32, StorageClass)>,
    /// The finest partition key.
    pub granularity: Granularity,
    /// IANA name.
    pub time_zone: String,
    /// Crawler or projection.
    pub discovery: Discovery,
    /// Parquet or ORC.
    pub format: FormatType,
    /// Compression inside the files.
    pub compression: Compression,
    /// The crawler's schedule, `cron(…)`.
    pub schedule: String,
    /// Whether AWS rotates the keys.
    pub rotation: bool,
    /// Days between a key's deletion and its end, 7..30.
    pub deletion_window_days: i32,
    /// The user's own key for the buckets.
    pub own_bucket_key: Option<KeyArn>,
    /// The user's own key for the stream.
    pub own_stream_key: Option<KeyArn>,
    /// Key ids that earlier passes recorded, by resource.
    pub known_keys: BTreeMap<Id, String>,
    /// Whether there is an Athena workgroup.
    pub workgroup: bool,
    /// Days that query results are kept.
    pub result_days: i32,
    /// MiB that a query may scan.
    pub scan_limit_mib: Option<i64>,
    /// Whether there is a test publisher.
    pub publisher: bool,
    /// The complete tags: the owner's and the user's.
    pub tags: Tags,
    /// ARN of the permissions boundary of every role.
    pub boundary: Option<String>,
    /// What is done about differences from outside.
    pub drift: DriftPolicy,
    /// `Some` while the object is being deleted.
    pub leaving: Option<DeletionPolicy>,
    /// What the user agreed to.
    pub consent: Consent,
}

/// What the user agreed to by annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Consent {
    /// Objects in the buckets may be deleted.
    pub empty_buckets: bool,
    /// `retention.streamHours` may be lowered.
    pub shorten_retention: bool,
}

/// What only AWS can tell and others need: the ARNs of the keys.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Facts {
    /// Key of both buckets.
    pub bucket_key: Option<KeyArn>,
    /// Key of the stream.
    pub stream_key: Option<KeyArn>,
}

/// What the lake wants of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is to exist, as declared.
    Wanted,
    /// It is to be gone.
    Gone,
    /// It stays as it is, untouched.
    Kept,
    /// It was never this lake's to make (a key of the user's own), or its part is off and nothing is to be looked for.
    NotOurs,
}
