//! A Firehose delivery stream: Kinesis in, Parquet or ORC and raw copies out.

use std::collections::BTreeMap;

use super::{Assessment, Circumstances};
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;

/// What the delivery stream is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN of the source stream; cannot change.
    pub stream_arn: String,
    /// ARN of the role, for source, destination, schema and backup; cannot change.
    pub role_arn: String,
    /// Where and how it writes.
    pub destination: Destination,
    /// Complete tags.
    pub tags: Tags,
}

/// What the delivery stream is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `DeliveryStreamStatus`: `CREATING`, `CREATING_FAILED`, `ACTIVE`, `DELETING`, `DELETING_FAILED`.
    pub status: String,
    /// `FailureDescription`: type and details.
    pub failure: Option<String>,
    /// `VersionId`, needed to update.
    pub version: String,
    /// Id of its one destination.
    pub destination_id: String,
    /// ARN of the source stream.
    pub stream_arn: String,
    /// ARN of the source role.
    pub source_role_arn: String,
    /// The extended S3 destination, as AWS says it; `None`: another kind of destination.
    pub destination: Option<Destination>,
    /// Tags.
    pub tags: Tags,
}

/// The extended S3 destination. Empty strings and `None` stand for what AWS left out; the model fills in its defaults.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Destination {
    /// `RoleARN`.
    pub role_arn: String,
    /// `BucketARN`.
    pub bucket_arn: String,
    /// `Prefix`.
    pub prefix: String,
    /// `ErrorOutputPrefix`.
    pub error_prefix: String,
    /// `BufferingHints`: seconds and MiB.
    pub buffering: Option<(i32, i32)>,
    /// `CompressionFormat` of the objects (with conversion always `UNCOMPRESSED`).
    pub compression: Option<String>,
    /// `AWSKMSKeyARN`; `None`: `NoEncryption`.
    pub key_arn: Option<String>,
    /// `CloudWatchLoggingOptions` when enabled: group and stream.
    pub logging: Option<(String, String)>,
    /// `CustomTimeZone`.
    pub time_zone: Option<String>,
    /// `FileExtension`.
    pub file_extension: Option<String>,
    /// `DataFormatConversionConfiguration` when enabled.
    pub conversion: Option<Conversion>,
    /// `S3BackupMode` `Enabled`: where the raw copies go. The inner one has neither conversion nor backup.
    pub backup: Option<Box<Destination>>,
    /// Whether `ProcessingConfiguration` is enabled; ours never is.
    pub processing: bool,
}

/// `DataFormatConversionConfiguration`.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// How the JSON is read.
    pub deserializer: Deserializer,
    /// How the file is written.
    pub serializer: Serializer,
    /// Where the schema is.
    pub schema: SchemaSource,
}

/// `InputFormatConfiguration.Deserializer`.
#[derive(Clone, Debug, PartialEq)]
pub enum Deserializer {
    /// `OpenXJsonSerDe`: column name to JSON key.
    OpenX {
        /// `ColumnToJsonKeyMappings`.
        mappings: BTreeMap<String, String>,
        /// `CaseInsensitive`; `None`: left out (true).
        case_insensitive: Option<bool>,
        /// `ConvertDotsInJsonKeysToUnderscores`; `None`: left out (false).
        dots_to_underscores: Option<bool>,
    },
    /// `HiveJsonSerDe` with `TimestampFormats`.
    Hive(Vec<String>),
    /// Neither, or not said.
    Unknown,
}

/// `OutputFormatConfiguration.Serializer`; `None` where AWS omitted a default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub enum Serializer {
    Parquet { compression: Option<String> },
    Orc { compression: Option<String> },
    Unknown,
}

/// `SchemaConfiguration`; `None` where AWS omitted it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub struct SchemaSource {
    pub role_arn: String,
    pub catalog_id: Option<String>,
    pub database: String,
    pub table: String,
    pub region: Option<String>,
    pub version: Option<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub enum Change {
    CreateDeliveryStream {
        name: String,
        stream_arn: String,
        role_arn: String,
        destination: Destination,
        tags: Tags,
    },
    /// Sends the full destination: what is left out would keep its old value.
    UpdateDestination {
        name: String,
        version: String,
        destination_id: String,
        destination: Destination,
    },
    TagDeliveryStream {
        name: String,
        tags: Tags,
    },
    UntagDeliveryStream {
        name: String,
        keys: Vec<String>,
    },
    DeleteDeliveryStream {
        name: String,
        force: bool,
    },
}

/// What is to be done so that it is as declared.
pub fn assess(_desired: &Desired, _live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

/// What is to be done so that it is gone.
pub fn removal(_live: &Observed, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        "?"
    }
}

/// What the delivery stream is to be; `None` while a key has no ARN.
pub fn desired(_lake: &Lake, _facts: &Facts) -> Option<Desired> {
    None
}
