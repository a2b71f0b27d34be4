//! A Kinesis data stream.

mod mend;

use super::{Assessment, Circumstances, OwnKey, WaitFor, own_key};
use crate::model::arn::KeyArn;
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;

/// What the stream is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `Some(shards)`: provisioned; `None`: on demand.
    pub shards: Option<i32>,
    /// Hours, 24..8760.
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
    /// `OpenShardCount`; of no meaning on demand.
    pub open_shards: i32,
    /// Hours that records are kept.
    pub retention_hours: i32,
    /// Key as it was written (id, ARN or alias) when `EncryptionType` is `KMS`.
    pub key: Option<String>,
    /// The key of the user's own that was asked for.
    pub own_key: Option<OwnKey>,
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
    /// `target` lies within half and twice of what is there.
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
    /// Destroys the records that are older.
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
    /// Without the flag, a stream with registered consumers is not deleted; with it, they go first.
    DeleteStream {
        name: String,
        enforce_consumer_deletion: bool,
    },
}

/// What the stream is to be; `None` while its key has no ARN.
pub fn desired(lake: &Lake, facts: &Facts) -> Option<Desired> {
    let own = lake.own_stream_key.as_ref();
    Some(Desired {
        name: lake.names.stream.clone(),
        arn: lake.place.stream(&lake.names.stream).to_string(),
        shards: lake.shards,
        retention_hours: lake.stream_hours,
        key: own.or(facts.stream_key.as_ref())?.clone(),
        tags: lake.tags.clone(),
    })
}

/// Where the spec names the user's own key.
const FIELD: &str = "spec.encryption.streamKeyArn";

/// What is to be done so that it is as declared.
///
/// Creation is `CreateStream` alone: a stream takes no further change before it is `ACTIVE`, so encryption
/// and retention follow as differences. Nothing is done while the user's own key can't be used.
pub fn assess(desired: &Desired, live: Option<&Observed>, cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        let create = Change::CreateStream {
            name: desired.name.clone(),
            shards: desired.shards,
            tags: desired.tags.clone(),
        };
        return Assessment::of(vec![super::Change::Stream(create)], Vec::new());
    };
    if live.status == "ACTIVE" {
        own_key::refusal(FIELD, &desired.key, live.own_key.as_ref())
            .unwrap_or_else(|| mend::assess(desired, live, cx))
    } else {
        settling(live, "become ACTIVE")
    }
}

/// What is to be done so that it is gone, with the records that it holds.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    match live.status.as_str() {
        "ACTIVE" => {
            let delete = Change::DeleteStream {
                name: live.name.clone(),
                enforce_consumer_deletion: true,
            };
            Assessment::of(vec![super::Change::Stream(delete)], Vec::new())
        }
        "DELETING" => settling(live, "be gone"),
        // Kinesis API reference, DeleteStream: only an ACTIVE stream is deleted.
        _ => settling(live, "become ACTIVE"),
    }
}

fn settling(live: &Observed, what: &str) -> Assessment {
    let what = format!("stream {} to {what} (now {})", live.name, live.status);
    Assessment::Settling(WaitFor::new(what, 5))
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateStream { .. } => "CreateStream",
            Change::UpdateShardCount { .. } => "UpdateShardCount",
            Change::UpdateStreamMode { .. } => "UpdateStreamMode",
            Change::IncreaseStreamRetentionPeriod { .. } => "IncreaseStreamRetentionPeriod",
            Change::DecreaseStreamRetentionPeriod { .. } => "DecreaseStreamRetentionPeriod",
            Change::StartStreamEncryption { .. } => "StartStreamEncryption",
            Change::AddTagsToStream { .. } => "AddTagsToStream",
            Change::RemoveTagsFromStream { .. } => "RemoveTagsFromStream",
            Change::DeleteStream { .. } => "DeleteStream",
        }
    }
}

#[cfg(test)]
mod tests;
