//! A Kinesis data stream.

use super::{Assessment, Circumstances};
use crate::model::arn::KeyArn;
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;

/// What the stream is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `Some(shards)`: provisioned; `None`: on demand.
    pub shards: Option<i32>,
    /// 24..8760.
    pub retention_hours: i32,
    /// Key of the encryption.
    pub key: KeyArn,
    /// Complete tags.
    pub tags: Tags,
}

/// What the stream is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `StreamStatus`: `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`.
    pub status: String,
    /// Whether the mode is on demand.
    pub on_demand: bool,
    /// `OpenShardCount`.
    pub open_shards: i32,
    /// Hours.
    pub retention_hours: i32,
    /// Key as it was written (id, ARN or alias) when `EncryptionType` is `KMS`.
    pub key: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// One call. Every one but the tag calls sets the stream to UPDATING, so one goes out at a time.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Kinesis API reference")]
pub enum Change {
    CreateStream {
        name: String,
        shards: Option<i32>,
        tags: Tags,
    },
    UpdateShardCount {
        name: String,
        target: i32,
    },
    UpdateStreamMode {
        arn: String,
        on_demand: bool,
    },
    IncreaseStreamRetentionPeriod {
        name: String,
        hours: i32,
    },
    DecreaseStreamRetentionPeriod {
        name: String,
        hours: i32,
    },
    StartStreamEncryption {
        name: String,
        key: KeyArn,
    },
    AddTagsToStream {
        name: String,
        tags: Tags,
    },
    RemoveTagsFromStream {
        name: String,
        keys: Vec<String>,
    },
    DeleteStream {
        name: String,
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

/// What the stream is to be; `None` while its key has no ARN.
pub fn desired(_lake: &Lake, _facts: &Facts) -> Option<Desired> {
    None
}
