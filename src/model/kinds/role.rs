//! An IAM role with one inline policy.

mod compare;
mod declare;
#[cfg(test)]
mod tests;

use super::{Assessment, Change as AnyChange, Circumstances, Refusal};
use crate::api::vocabulary::reasons;
use crate::model::owner::Tags;

pub use compare::{adoptable, assess};
pub use declare::{desired, target};

/// Name of the inline policy, on every role.
const POLICY_NAME: &str = "datalake-operator";

/// What the role is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
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

/// What is to be done so that it is gone. IAM deletes no role that carries policies, and those of others are not
/// taken off it.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let foreign: Vec<&str> = live
        .other_policies
        .iter()
        .chain(&live.attached)
        .map(String::as_str)
        .collect();
    if !foreign.is_empty() {
        return Assessment::Refused(Refusal {
            reason: reasons::FOREIGN_POLICIES,
            message: format!(
                "role {} is not deleted: it carries policies that this lake did not put there ({}). Delete or detach \
                 them, then the role goes",
                live.name,
                foreign.join(", ")
            ),
        });
    }
    let policy = live.policy.as_ref().map(|_| Change::DeleteRolePolicy {
        name: live.name.clone(),
        policy_name: POLICY_NAME.to_owned(),
    });
    let role = Change::DeleteRole {
        name: live.name.clone(),
    };
    let changes = policy.into_iter().chain([role]);
    Assessment::of(changes.map(AnyChange::Role).collect(), Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateRole { .. } => "CreateRole",
            Change::UpdateAssumeRolePolicy { .. } => "UpdateAssumeRolePolicy",
            Change::UpdateRole { .. } => "UpdateRole",
            Change::PutRolePolicy { .. } => "PutRolePolicy",
            Change::PutRolePermissionsBoundary { .. } => "PutRolePermissionsBoundary",
            Change::TagRole { .. } => "TagRole",
            Change::UntagRole { .. } => "UntagRole",
            Change::DeleteRolePolicy { .. } => "DeleteRolePolicy",
            Change::DeleteRole { .. } => "DeleteRole",
        }
    }
}
