//! A KMS key with its alias.

mod assess;
mod target;

use crate::api::vocabulary as words;
use crate::model::arn::KeyArn;
use crate::model::lake::Lake;
use crate::model::owner::Tags;
use crate::model::policy::documents;
use crate::model::topology::Id;

pub use assess::{adoptable, assess, removal};
pub use target::{Target, target};

/// What the key is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Which of the two.
    pub id: Id,
    /// Alias, with `alias/` in front.
    pub alias: String,
    /// Description, at most 8192 characters.
    pub description: String,
    /// Whether AWS rotates it each year.
    pub rotation: bool,
    /// Key policy, JSON.
    pub policy: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the key is.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The key's ARN; its id is the part after `key/`.
    pub arn: KeyArn,
    /// `KeySpec`: `SYMMETRIC_DEFAULT`, …
    pub spec: String,
    /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion`, `Creating`, …
    pub state: String,
    /// Description.
    pub description: String,
    /// Whether rotation is on; `None` where it could not be read (a key that is not enabled).
    pub rotation: Option<bool>,
    /// Key policy as AWS returns it.
    pub policy: String,
    /// Tags.
    pub tags: Tags,
    /// The alias that was looked for, with `alias/` in front.
    pub alias: String,
    /// Key id that this alias names; `None`: there is no such alias.
    pub alias_target: Option<String>,
    /// Whether the key that the alias names is not the lake's.
    pub alias_taken: bool,
    /// Every alias that names it, where all keys were searched, or it is to go.
    pub aliases: Vec<String>,
    /// Other keys of this lake for the same use, not pending deletion. They have no others themselves.
    pub others: Vec<Observed>,
}

impl Observed {
    /// Which call of `CreateKey` made it; `None` for a key from before there were such tags.
    pub fn nonce(&self) -> Option<&str> {
        self.tags.get(words::TAG_INTENT).map(String::as_str)
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the KMS API reference")]
pub enum Change {
    CreateKey {
        description: String,
        policy: String,
        tags: Tags,
    },
    CreateAlias {
        alias: String,
        key_id: String,
    },
    UpdateAlias {
        alias: String,
        key_id: String,
    },
    DeleteAlias {
        alias: String,
    },
    EnableKey {
        key_id: String,
    },
    CancelKeyDeletion {
        key_id: String,
    },
    ScheduleKeyDeletion {
        key_id: String,
        days: i32,
    },
    EnableKeyRotation {
        key_id: String,
    },
    DisableKeyRotation {
        key_id: String,
    },
    PutKeyPolicy {
        key_id: String,
        policy: String,
    },
    UpdateKeyDescription {
        key_id: String,
        description: String,
    },
    TagResource {
        key_id: String,
        tags: Tags,
    },
    UntagResource {
        key_id: String,
        keys: Vec<String>,
    },
}

/// The `KeySpec` of the keys that S3 and Kinesis can use.
pub const SPEC: &str = "SYMMETRIC_DEFAULT";

impl Change {
    /// The nonce of a creation.
    pub fn nonce(&self) -> Option<&str> {
        match self {
            Change::CreateKey { tags, .. } => tags.get(words::TAG_INTENT).map(String::as_str),
            _ => None,
        }
    }

    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateKey { .. } => "CreateKey",
            Change::CreateAlias { .. } => "CreateAlias",
            Change::UpdateAlias { .. } => "UpdateAlias",
            Change::DeleteAlias { .. } => "DeleteAlias",
            Change::EnableKey { .. } => "EnableKey",
            Change::CancelKeyDeletion { .. } => "CancelKeyDeletion",
            Change::ScheduleKeyDeletion { .. } => "ScheduleKeyDeletion",
            Change::EnableKeyRotation { .. } => "EnableKeyRotation",
            Change::DisableKeyRotation { .. } => "DisableKeyRotation",
            Change::PutKeyPolicy { .. } => "PutKeyPolicy",
            Change::UpdateKeyDescription { .. } => "UpdateKeyDescription",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
        }
    }
}

/// What the key is to be.
pub fn desired(lake: &Lake, id: Id) -> Desired {
    Desired {
        id,
        alias: target::alias(lake, id).to_owned(),
        description: target::description(&lake.owner, id),
        rotation: lake.rotation,
        policy: documents::key(&lake.place).to_string(),
        tags: lake.tags.clone(),
    }
}

#[cfg(test)]
mod tests;
