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
    /// How long a session lasts at most, in seconds: nothing that is declared, but `UpdateRole` sets it to an hour where it
    /// is left out (IAM API reference, `UpdateRole`).
    pub max_session: Option<i32>,
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
        max_session: Option<i32>,
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

/// Others may have their reasons, and what they put there can grant no more than they could grant anyway: it is told, and
/// neither taken off nor written over.
pub fn remark(desired: &Desired, live: &Observed) -> Option<String> {
    let mut foreign = policies_of_others(live);
    let boundary = live.boundary.as_ref().filter(|_| desired.boundary.is_none());
    foreign.extend(boundary.map(|arn| format!("permissions boundary {arn}")));
    (!foreign.is_empty()).then(|| {
        format!(
            "role {} carries what this lake did not put there, and it is left alone: {}",
            live.name,
            foreign.join(", ")
        )
    })
}

fn policies_of_others(live: &Observed) -> Vec<String> {
    let inline = live.other_policies.iter();
    let attached = live.attached.iter();
    inline
        .map(|name| format!("inline policy {name}"))
        .chain(attached.map(|arn| format!("attached policy {arn}")))
        .collect()
}

/// What is to be done so that it is gone. IAM deletes no role that carries policies, and those of others are not
/// taken off it.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let foreign = policies_of_others(live);
    if !foreign.is_empty() {
        return Assessment::Refused(Refusal {
            reason: reasons::FOREIGN_POLICIES,
            message: format!(
                "role {} is not deleted: it carries what this lake did not put there ({}). Delete or detach that, then \
                 the role goes",
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
