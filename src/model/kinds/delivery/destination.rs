//! Where and how a delivery stream writes: one type for what is declared and what AWS says.

use std::collections::BTreeMap;

/// The extended S3 destination. Empty strings and `None` stand for what AWS left out; the model fills in its
/// defaults.
#[derive(Clone, Debug, PartialEq, Default, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Conversion {
    /// How the JSON is read.
    pub deserializer: Deserializer,
    /// How the file is written.
    pub serializer: Serializer,
    /// Where the schema is.
    pub schema: SchemaSource,
}

/// `InputFormatConfiguration.Deserializer`.
#[derive(Clone, Debug, PartialEq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub enum Serializer {
    Parquet { compression: Option<String> },
    Orc { compression: Option<String> },
    Unknown,
}

/// `SchemaConfiguration`; `None` where AWS omitted it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Hash)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub struct SchemaSource {
    pub role_arn: String,
    pub catalog_id: Option<String>,
    pub database: String,
    pub table: String,
    pub region: Option<String>,
    pub version: Option<String>,
}
