//! What users read: the `status` of a `Datalake`.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the lake stands on AWS.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DatalakeStatus {
    /// The generation of the spec that the conditions speak of; -1 before the first look.
    pub observed_generation: i64,
    /// The generation that was last applied in full; absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_generation: Option<i64>,
    /// `Ready`; `Reconciling` and `Stalled` only while true; `EncryptionReady`, `StorageReady`, `IngestionReady`,
    /// `CatalogReady`, `AccessReady`; `DriftDetected`.
    pub conditions: Vec<Condition>,
    /// How many resources are ready, of how many, as `17/20`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources_ready: Option<String>,
    /// Every AWS resource of the lake.
    pub resources: Vec<ResourceStatus>,
    /// What an application needs to connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// What cannot change any more, recorded when it came to exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<Pinned>,
}

/// One AWS resource of the lake.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceStatus {
    /// Which part of the lake it is, for example `lake-bucket`.
    pub id: String,
    /// Its kind in AWS's words, for example `S3 bucket`.
    pub kind: String,
    /// Its name on AWS.
    pub name: String,
    /// Its ARN, once it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// How it stands.
    pub state: ResourceState,
    /// Why, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Digest of what was last applied to it in full; tells an edit from a change made outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// Hash of the difference that the user is asked to agree to, by listing it in the annotation
    /// `datalake-operator.io/adopt`; present only while the resource is to be taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopt: Option<String>,
    /// Whether the operator began to make it and has not applied it in full yet; present only while true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// How a resource stands.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default, JsonSchema)]
pub enum ResourceState {
    /// Not looked at yet.
    #[default]
    Unknown,
    /// To be made, held back by another resource.
    Pending,
    /// Being made.
    Creating,
    /// Being changed.
    Updating,
    /// As declared.
    Ready,
    /// Differs from what is declared, and is left so (`driftPolicy: Report`).
    Drifted,
    /// A call failed; it is tried again.
    Failed,
    /// A change that is not carried out, with the way out.
    Refused,
    /// Something of this name exists that is not this lake's.
    NotOwned,
    /// Being removed.
    Deleting,
    /// Stays on AWS although the lake no longer uses it.
    Kept,
}

/// What an application needs to connect.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    /// AWS account, 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// Kinesis data stream to write to.
    pub stream_name: String,
    /// Its ARN.
    pub stream_arn: String,
    /// Key that a producer needs `kms:GenerateDataKey` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_key_arn: Option<String>,
    /// Key that a reader needs `kms:Decrypt` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_key_arn: Option<String>,
    /// Former keys of the buckets: a reader needs `kms:Decrypt` on these too, for the objects of their time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_bucket_key_arns: Vec<String>,
    /// Glue database.
    pub database: String,
    /// Glue table.
    pub table: String,
    /// Where the table's objects are.
    pub lake_location: String,
    /// Where the raw copies are.
    pub raw_location: String,
    /// Athena workgroup to query in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workgroup: Option<String>,
    /// Glue crawler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawler: Option<String>,
    /// Lambda function that publishes what it is invoked with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}

/// What cannot change any more.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Pinned {
    /// AWS account, 12 digits.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// Names of the resources that exist or existed, by resource id.
    pub names: BTreeMap<String, String>,
    /// Which of these are existing resources of the user's own (`spec.existing`), by resource id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub existing: Vec<String>,
    /// Ids of the KMS keys that were created, by resource id; recorded at once, since AWS picks them.
    pub key_ids: BTreeMap<String, String>,
    /// The call of `CreateKey` that was begun and of which no key is known yet, by resource id; written before the call
    /// goes out, since it can't be repeated.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub key_intents: BTreeMap<String, KeyIntent>,
    /// Earlier such calls that were given up: a key that one of them made after all is removed when it shows. One without
    /// a nonce stands for the calls of a status that was lost: a key that shows then is left alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub abandoned_key_intents: BTreeMap<String, Vec<KeyIntent>>,
    /// Ids of KMS keys of this lake that it does not use, by the resource id of the one in their place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub spare_keys: BTreeMap<String, Vec<String>>,
    /// ARNs of the keys that the buckets (`bucket-key`) and the stream (`stream-key`) have been encrypted with, the
    /// user's own among them: what was written under one can't be read without it.
    pub used_keys: BTreeMap<String, Vec<String>>,
    /// `partitioning.granularity`, once the table exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granularity: Option<String>,
    /// `partitioning.timeZone`, once the table exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `format.type`, once the table exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// A call of `CreateKey` that was begun.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct KeyIntent {
    /// When.
    pub time: Time,
    /// What the key carries in its tag `datalake-operator.io/intent`.
    pub nonce: String,
    /// Whether KMS refuses it until somebody mends the cause: then it may have been made again since, with the same
    /// nonce, without being written down anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

impl Default for DatalakeStatus {
    fn default() -> Self {
        Self {
            observed_generation: -1,
            applied_generation: None,
            conditions: Vec::new(),
            resources_ready: None,
            resources: Vec::new(),
            connection: None,
            pinned: None,
        }
    }
}
