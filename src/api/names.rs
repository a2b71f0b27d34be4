//! Names of the user's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names of your own for the resources.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameOverrides {
    /// Alias of the buckets' KMS key, with `alias/` in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub bucket_key_alias: Option<String>,
    /// Alias of the stream's KMS key, with `alias/` in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub stream_key_alias: Option<String>,
    /// Bucket of the table's objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    pub lake_bucket: Option<String>,
    /// Bucket of the raw copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    pub raw_bucket: Option<String>,
    /// Kinesis data stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub stream: Option<String>,
    /// Firehose delivery stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub delivery_stream: Option<String>,
    /// Glue database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub database: Option<String>,
    /// Glue table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub table: Option<String>,
    /// Glue crawler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub crawler: Option<String>,
    /// Athena workgroup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub workgroup: Option<String>,
    /// IAM role of the delivery stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub delivery_role: Option<String>,
    /// IAM role of the crawler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub crawler_role: Option<String>,
    /// IAM role of the test publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub publisher_role: Option<String>,
    /// Lambda function of the test publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub publisher: Option<String>,
    /// CloudWatch log group of the delivery stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub log_group: Option<String>,
}
