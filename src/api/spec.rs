//! What users write: the `spec` of a `Datalake`.
//!
//! The doc texts, bounds and defaults of this file are the CRD's. What takes a rule over more than one value, or a
//! message that says what to write instead, is in [`super::rules`]; [`super::crd`] joins the two.

mod defaults;

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::existing::Existing;
use super::names::NameOverrides;
use super::status::DatalakeStatus;

/// A streaming data lake on AWS.
#[derive(CustomResource, Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[kube(
    group = "datalake-operator.io",
    version = "v1alpha1",
    kind = "Datalake",
    plural = "datalakes",
    shortname = "dl",
    namespaced,
    status = "DatalakeStatus",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase")]
pub struct DatalakeSpec {
    /// The AWS region of the lake. Default: the operator's own. Fixed once the lake exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub region: Option<String>,
    /// The columns of the table, and how the JSON of the events is read.
    pub schema: Schema,
    /// The Kinesis data stream that producers write to.
    #[serde(default)]
    pub stream: Stream,
    /// How much Firehose gathers before it writes an object; whichever bound is reached first.
    #[serde(default)]
    pub buffering: Buffering,
    /// How long data is kept, in the stream and in the buckets.
    #[serde(default)]
    pub retention: Retention,
    /// Where the table's objects move as they age.
    #[serde(default)]
    pub storage: Storage,
    /// How the table is divided by arrival time, and how queries learn of new partitions.
    #[serde(default)]
    pub partitioning: Partitioning,
    /// The file format of the table's objects.
    #[serde(default)]
    pub format: Format,
    /// The Glue crawler; only with `partitioning.discovery: Crawler`. Default there: `{schedule: cron(15,45 * * * ? *)}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawler: Option<Crawler>,
    /// The KMS keys of the lake.
    #[serde(default)]
    pub encryption: Encryption,
    /// The Athena workgroup of the lake.
    #[serde(default)]
    pub query: Query,
    /// A small Lambda function that puts the event it is invoked with on the stream.
    #[serde(default)]
    pub test_publisher: TestPublisher,
    /// What happens to the lake on AWS when this object is deleted. `Retain`: the whole lake stays and runs on.
    /// `RetainData`: the pipeline goes; buckets, keys, stream, database and table stay. `Delete`: everything goes;
    /// buckets that hold objects stop it until the annotation `datalake-operator.io/empty-buckets` is `"true"`.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// What is done about differences that came from outside. `Correct`: they are put right. `Report`: they are
    /// named in the condition `DriftDetected`, and nothing is written.
    #[serde(default)]
    pub drift_policy: DriftPolicy,
    /// What is done about a resource of the lake's name that exists and carries no owner's tag. `Never`: it is left
    /// alone, and the lake waits. `Unowned`: what would change of it is told, with a hash, in `status.resources`; it is
    /// taken over when the annotation `datalake-operator.io/adopt` lists that hash. What would lose data or cannot change
    /// is refused. A resource of another owner is never taken over.
    #[serde(default)]
    pub adoption: Adoption,
    /// No AWS call is made for this lake while true.
    #[serde(default)]
    pub suspend: bool,
    /// Tags of your own, set on every resource that takes tags; keys of 1 to 128 characters.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 40))]
    pub tags: BTreeMap<String, String>,
    /// Names of your own for the resources; each may be set until that resource exists.
    #[serde(default)]
    pub names: NameOverrides,
    /// Resources of your own that the lake uses as they are; names in the lake's account and region.
    #[serde(default)]
    pub existing: Existing,
}

/// The columns of the table, and how the JSON of the events is read.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The top-level columns of the table, 1 to 1000, keyed by name.
    #[schemars(length(max = 1000), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub columns: Vec<Column>,
    /// How timestamps are written in the JSON, as Joda patterns or `millis`. When set, the Hive JSON `SerDe`
    /// reads the events instead of the `OpenX` `SerDe`.
    #[serde(default)]
    #[schemars(length(max = 16), inner(length(max = 128)), extend("x-kubernetes-list-type" = "set"))]
    pub timestamp_formats: Vec<String>,
}

/// A column of the table.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// The column's name: lower-case letters, digits and `_`, starting with a letter; not `year`, `month`, `day` or `hour`.
    #[schemars(length(max = 255))]
    pub name: String,
    /// The column's Hive type, for example `string`, `decimal(10,2)` or `struct<id:int,tags:array<string>>`; at most 15
    /// levels deep. Once the table exists, it may widen: `int` to `bigint`, `float` to `double`, more fields in a struct.
    #[schemars(length(max = 16384))]
    pub r#type: String,
    /// A comment, shown by `DESCRIBE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub comment: Option<String>,
    /// The key in the JSON, where it differs from the column's name. Not with `timestampFormats`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub json_key: Option<String>,
}

/// The Kinesis data stream.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Stream {
    /// `Provisioned` (with `shards`) or `OnDemand` (AWS scales it).
    #[serde(default)]
    pub mode: StreamMode,
    /// Number of shards of a provisioned stream, 1 to 10000. Default 1; not with `OnDemand`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub shards: Option<i32>,
}

/// Capacity mode of the stream.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum StreamMode {
    /// A fixed number of shards.
    #[default]
    Provisioned,
    /// AWS scales the stream.
    OnDemand,
}

/// How much Firehose gathers before it writes an object.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Buffering {
    /// Seconds, 60 to 900.
    #[schemars(range(min = 60, max = 900))]
    pub interval_seconds: i32,
    /// MiB, 64 to 128.
    #[serde(rename = "sizeMiB")]
    #[schemars(range(min = 64, max = 128))]
    pub size_mib: i32,
}

/// How long data is kept.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// Hours that the stream keeps records, 24 to 8760.
    #[schemars(range(min = 24, max = 8760))]
    pub stream_hours: i32,
    /// Days that the raw copies are kept.
    #[schemars(range(min = 1, max = 36_500))]
    pub raw_days: i32,
    /// Days that undeliverable events are kept.
    #[schemars(range(min = 1, max = 36_500))]
    pub error_days: i32,
    /// Days that the table's objects are kept. Absent: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 36_500))]
    pub lake_days: Option<i32>,
}

/// Where the table's objects move as they age.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Storage {
    /// Transitions in order of age, each to a cheaper class than the one before.
    #[serde(default)]
    #[schemars(length(max = 6), extend("x-kubernetes-list-type" = "atomic"))]
    pub transitions: Vec<Transition>,
}

/// One move to a cheaper storage class.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// Age in days at which objects move.
    #[schemars(range(min = 1, max = 36_500))]
    pub after_days: i32,
    /// The storage class they move to; only classes that queries can read at once. `StandardIA` and `OneZoneIA` from
    /// 30 days.
    pub storage_class: StorageClass,
}

/// Storage classes that queries can read at once.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
pub enum StorageClass {
    /// `STANDARD_IA`, from 30 days.
    StandardIA,
    /// `INTELLIGENT_TIERING`.
    IntelligentTiering,
    /// `ONEZONE_IA`, from 30 days.
    OneZoneIA,
    /// `GLACIER_IR`.
    GlacierIR,
}

/// How the table is divided by arrival time.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Partitioning {
    /// The finest partition key: `Hour` gives `year`, `month`, `day` and `hour`, `Day` the first three, and so on.
    /// Fixed once the lake exists.
    pub granularity: Granularity,
    /// Time zone of the partition values, an IANA name of letters, `_` and `/`. Fixed once the lake exists.
    #[schemars(length(max = 50))]
    pub time_zone: String,
    /// How queries learn of new partitions. `Crawler`: a Glue crawler registers them on a schedule, for every engine.
    /// `Projection`: Athena computes them, at once, but for Athena only.
    pub discovery: Discovery,
}

/// The finest partition key.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, JsonSchema)]
pub enum Granularity {
    /// `year`.
    Year,
    /// `year`, `month`.
    Month,
    /// `year`, `month`, `day`.
    Day,
    /// `year`, `month`, `day`, `hour`.
    #[default]
    Hour,
}

/// How queries learn of new partitions.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum Discovery {
    /// A Glue crawler registers them on a schedule; every engine sees them.
    #[default]
    Crawler,
    /// Athena computes them (partition projection); at once, but for Athena only.
    Projection,
}

/// The file format of the table's objects.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Format {
    /// `Parquet` or `Orc`. Fixed once the lake exists.
    pub r#type: FormatType,
    /// Parquet: `Snappy`, `Gzip` or `Uncompressed`. Orc: `Snappy`, `Zlib` or `Uncompressed`.
    pub compression: Compression,
}

/// Columnar file formats.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum FormatType {
    /// Apache Parquet.
    #[default]
    Parquet,
    /// Apache ORC.
    Orc,
}

/// Compression inside the files.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum Compression {
    /// Fast; both formats.
    #[default]
    Snappy,
    /// Smaller; Parquet only.
    Gzip,
    /// Smaller; Orc only.
    Zlib,
    /// None; both formats.
    Uncompressed,
}

/// The Glue crawler.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Crawler {
    /// When it runs, in UTC: `cron(Minutes Hours Day-of-month Month Day-of-week Year)`.
    /// Default `cron(15,45 * * * ? *)`.
    #[schemars(length(max = 256))]
    pub schedule: String,
}

/// The KMS keys of the lake.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Encryption {
    /// Whether AWS rotates the key material of the operator's keys each year.
    pub rotation: bool,
    /// Days between the deletion of a key and its end, 7 to 30.
    #[schemars(range(min = 7, max = 30))]
    pub deletion_window_days: i32,
    /// ARN of a KMS key of your own for both buckets; none is created then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub bucket_key_arn: Option<String>,
    /// ARN of a KMS key of your own for the stream; none is created then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub stream_key_arn: Option<String>,
}

/// The Athena workgroup of the lake.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Query {
    /// Whether there is one.
    pub workgroup: bool,
    /// Days that query results are kept.
    #[schemars(range(min = 1, max = 36_500))]
    pub result_days: i32,
    /// MiB that one query may scan, at least 10. Absent: no limit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "bytesScannedLimitMiB"
    )]
    #[schemars(range(min = 10, max = 8_000_000_000_i64))]
    pub bytes_scanned_limit_mib: Option<i64>,
}

/// The test publisher.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TestPublisher {
    /// Whether there is one.
    #[serde(default)]
    pub enabled: bool,
}

/// What happens to the lake on AWS when the object is deleted.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum DeletionPolicy {
    /// The whole lake stays and runs on.
    #[default]
    Retain,
    /// The pipeline goes; what holds data, or is needed to read it, stays.
    RetainData,
    /// Everything goes; buckets that hold objects stop it until an annotation says to empty them.
    Delete,
}

/// What is done about differences that came from outside.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum DriftPolicy {
    /// They are put right.
    #[default]
    Correct,
    /// They are named in the condition `DriftDetected`, and nothing is written.
    Report,
}

/// What is done about an existing resource that carries no owner's tag.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum Adoption {
    /// It is left alone.
    #[default]
    Never,
    /// It is taken over once the user agrees to the difference.
    Unowned,
}
