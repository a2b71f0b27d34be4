//! An IAM role with one inline policy.

use super::{Assessment, Circumstances};
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// What the role is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Trust policy, JSON.
    pub trust: String,
    /// Name of the inline policy.
    pub policy_name: String,
    /// The inline policy, JSON.
    pub policy: String,
    /// ARN of the permissions boundary; `None`: not declared.
    pub boundary: Option<String>,
    /// Complete tags.
    pub tags: Tags,
}

/// What the role is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN (right after creation AWS may show a unique id here).
    pub arn: String,
    /// Description.
    pub description: String,
    /// Trust policy, URL-decoded once.
    pub trust: String,
    /// The inline policy of our name, URL-decoded once; `None`: there is none.
    pub policy: Option<String>,
    /// Names of other inline policies.
    pub other_policies: Vec<String>,
    /// ARNs of attached managed policies.
    pub attached: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name.
    pub name: String,
    /// Name of the inline policy.
    pub policy_name: String,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the IAM API reference")]
pub enum Change {
    CreateRole {
        name: String,
        description: String,
        trust: String,
        boundary: Option<String>,
        tags: Tags,
    },
    UpdateAssumeRolePolicy {
        name: String,
        trust: String,
    },
    UpdateRole {
        name: String,
        description: String,
    },
    PutRolePolicy {
        name: String,
        policy_name: String,
        policy: String,
    },
    PutRolePermissionsBoundary {
        name: String,
        boundary: String,
    },
    TagRole {
        name: String,
        tags: Tags,
    },
    UntagRole {
        name: String,
        keys: Vec<String>,
    },
    DeleteRolePolicy {
        name: String,
        policy_name: String,
    },
    DeleteRole {
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

/// What the role is to be; `None` while a key that its policy names has no ARN.
pub fn desired(_lake: &Lake, _facts: &Facts, _id: Id) -> Option<Desired> {
    None
}

/// Where to look for it.
pub fn target(_lake: &Lake, _id: Id) -> Target {
    Target {
        name: String::new(),
        policy_name: String::new(),
    }
}
