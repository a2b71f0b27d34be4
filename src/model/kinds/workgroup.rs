//! An Athena workgroup.

use super::{Assessment, Circumstances};
use crate::model::arn::{AccountId, KeyArn};
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;

/// What the workgroup is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Description.
    pub description: String,
    /// Its configuration.
    pub configuration: Configuration,
    /// Complete tags.
    pub tags: Tags,
}

/// What is declared of a workgroup's configuration; everything else that it can hold is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// `s3://…/`
    pub output_location: String,
    /// Key of the results (SSE_KMS).
    pub key: KeyArn,
    /// `ExpectedBucketOwner`.
    pub bucket_owner: AccountId,
    /// `BytesScannedCutoffPerQuery`; `None`: no limit.
    pub cutoff_bytes: Option<i64>,
}

/// What the workgroup is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// Description.
    pub description: String,
    /// `OutputLocation`.
    pub output_location: Option<String>,
    /// `EncryptionOption` and key.
    pub encryption: Option<(String, Option<String>)>,
    /// `ExpectedBucketOwner`.
    pub bucket_owner: Option<String>,
    /// `EnforceWorkGroupConfiguration`.
    pub enforced: Option<bool>,
    /// `PublishCloudWatchMetricsEnabled`.
    pub metrics: Option<bool>,
    /// `BytesScannedCutoffPerQuery`.
    pub cutoff_bytes: Option<i64>,
    /// Tags.
    pub tags: Tags,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Athena API reference")]
pub enum Change {
    CreateWorkGroup {
        name: String,
        description: String,
        configuration: Configuration,
        tags: Tags,
    },
    /// Also enables it; removes the cut-off where none is declared.
    UpdateWorkGroup {
        name: String,
        description: String,
        configuration: Configuration,
    },
    TagResource {
        arn: String,
        tags: Tags,
    },
    UntagResource {
        arn: String,
        keys: Vec<String>,
    },
    DeleteWorkGroup {
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

/// What the workgroup is to be; `None` while the key of its results has no ARN.
pub fn desired(_lake: &Lake, _facts: &Facts) -> Option<Desired> {
    None
}
