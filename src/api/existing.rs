//! Resources of the user's own that a lake uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names of resources of your own that the lake uses as they are, and never creates, changes, tags or deletes.
///
/// They are in the lake's account and region. Each is fixed once the lake uses it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Existing {
    /// S3 bucket for the table's objects, under `data/`, `errors/` and `query-results/`. Its own lifecycle and default
    /// encryption hold; a KMS key there is named by its ARN or id. For one lake only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 63))]
    pub lake_bucket: Option<String>,
    /// S3 bucket for the raw copies, under `raw/` and `errors/`. As `lakeBucket`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 63))]
    pub raw_bucket: Option<String>,
    /// Kinesis data stream that the lake reads. Its own capacity, retention and encryption hold; a KMS key there is named
    /// by its ARN or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub stream: Option<String>,
    /// Glue database for the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub database: Option<String>,
}
