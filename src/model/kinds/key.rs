//! A KMS key with its alias.

use super::{Assessment, Circumstances};
use crate::model::arn::KeyArn;
use crate::model::lake::Lake;
use crate::model::owner::{Owner, Tags};
use crate::model::topology::Id;

/// What the key is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
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
    /// Key id that our alias names; `None`: there is no such alias.
    pub alias_target: Option<String>,
}

/// Where to look: at the alias, at the id of an earlier pass, else among all keys by the owner's tags and description.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Which of the two.
    pub id: Id,
    /// Alias, with `alias/` in front.
    pub alias: String,
    /// Key id that an earlier pass recorded.
    pub known: Option<String>,
    /// Whose tags to search for.
    pub owner: Owner,
    /// The description, which tells the lake's two keys apart in the search.
    pub description: String,
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

/// What is to be done so that it is as declared.
pub fn assess(_desired: &Desired, _live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

/// What is to be done so that it is gone.
pub fn removal(_lake: &Lake, _live: &Observed, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        "?"
    }
}

/// What the key is to be.
pub fn desired(_lake: &Lake, _id: Id) -> Desired {
    Desired {
        alias: String::new(),
        description: String::new(),
        rotation: true,
        policy: String::new(),
        tags: Tags::new(),
    }
}

/// Where to look for it.
pub fn target(lake: &Lake, id: Id) -> Target {
    Target {
        id,
        alias: String::new(),
        known: None,
        owner: lake.owner.clone(),
        description: String::new(),
    }
}
