//! An IAM role with one inline policy.

use super::compare::{self, description, note};
use super::{Assessment, Change as AnyChange, Circumstances, Difference, Refusal, WaitFor};
use crate::api::vocabulary::reasons;
use crate::model::lake::{DATA, ERRORS, Facts, Lake, RAW};
use crate::model::owner::Tags;
use crate::model::policy::{Document, documents, equivalent};
use crate::model::topology::Id;

#[cfg(test)]
mod tests;

/// Name of the inline policy, on every role.
const POLICY_NAME: &str = "datalake-operator";

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

/// What is to be done so that it is as declared. Policies of others on the role are left alone.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        return create(desired);
    };
    // Right after creation GetRole may still show the unique id (AROA…) here.
    if !live.arn.starts_with("arn:") {
        return Assessment::Settling(WaitFor::new(
            format!("IAM to show the ARN of role {}", live.name),
            2,
        ));
    }
    let Desired {
        name,
        description,
        trust,
        policy_name,
        policy,
        boundary,
        tags,
    } = desired;
    let name = || name.clone();
    let (mut changes, mut differences) = (Vec::new(), Vec::new());
    if note_policy(
        &mut differences,
        "AssumeRolePolicyDocument",
        trust,
        Some(&live.trust),
    ) {
        changes.push(Change::UpdateAssumeRolePolicy {
            name: name(),
            trust: trust.clone(),
        });
    }
    if note(&mut differences, "Description", description, &live.description) {
        changes.push(Change::UpdateRole {
            name: name(),
            description: description.clone(),
        });
    }
    if let Some(boundary) = boundary {
        let have = live.boundary.as_deref().unwrap_or_default();
        if note(&mut differences, "PermissionsBoundary", boundary, have) {
            changes.push(Change::PutRolePermissionsBoundary {
                name: name(),
                boundary: boundary.clone(),
            });
        }
    }
    if note_policy(&mut differences, "PolicyDocument", policy, live.policy.as_deref()) {
        changes.push(Change::PutRolePolicy {
            name: name(),
            policy_name: policy_name.clone(),
            policy: policy.clone(),
        });
    }
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            changes.push(Change::UntagRole {
                name: name(),
                keys: change.remove,
            });
        }
        if !change.set.is_empty() {
            changes.push(Change::TagRole {
                name: name(),
                tags: change.set,
            });
        }
    }
    Assessment::of(changes.into_iter().map(AnyChange::Role).collect(), differences)
}

fn create(desired: &Desired) -> Assessment {
    let create = Change::CreateRole {
        name: desired.name.clone(),
        description: desired.description.clone(),
        trust: desired.trust.clone(),
        boundary: desired.boundary.clone(),
        tags: desired.tags.clone(),
    };
    let put = Change::PutRolePolicy {
        name: desired.name.clone(),
        policy_name: desired.policy_name.clone(),
        policy: desired.policy.clone(),
    };
    Assessment::of(vec![AnyChange::Role(create), AnyChange::Role(put)], Vec::new())
}

/// Notes a policy document that does not say the same; no document at all never does.
fn note_policy(found: &mut Vec<Difference>, property: &str, want: &str, have: Option<&str>) -> bool {
    let differs = have.is_none_or(|have| !equivalent(want, have));
    if differs {
        found.push(compare::policy(property, want, have.unwrap_or_default()));
    }
    differs
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

/// What the role is to be; `None` while a key that its policy names has no ARN, or when `id` is no role.
pub fn desired(lake: &Lake, facts: &Facts, id: Id) -> Option<Desired> {
    let (what, trust, policy) = match id {
        Id::DeliveryRole => (
            "Role of the delivery stream",
            documents::delivery_trust(&lake.place),
            delivery_policy(lake, facts)?,
        ),
        Id::CrawlerRole => (
            "Role of the crawler",
            documents::crawler_trust(),
            documents::crawler(&documents::Crawler {
                scope: &lake.place,
                lake_bucket: &lake.names.lake_bucket,
                data_prefix: DATA,
                bucket_key: facts.bucket_key.as_ref()?,
                database: &lake.names.database,
                table: &lake.names.table,
            }),
        ),
        Id::PublisherRole => (
            "Role of the test publisher",
            documents::publisher_trust(),
            documents::publisher(&documents::Publisher {
                scope: &lake.place,
                stream: &lake.names.stream,
                stream_key: facts.stream_key.as_ref()?,
                log_group: &lake.names.publisher_log_group,
            }),
        ),
        _ => return None,
    };
    let Target { name, policy_name } = target(lake, id);
    Some(Desired {
        name,
        description: description(lake, what),
        trust: trust.to_string(),
        policy_name,
        policy: policy.to_string(),
        boundary: lake.boundary.clone(),
        tags: lake.tags.clone(),
    })
}

fn delivery_policy(lake: &Lake, facts: &Facts) -> Option<Document> {
    Some(documents::delivery(&documents::Delivery {
        scope: &lake.place,
        lake_bucket: &lake.names.lake_bucket,
        data_prefix: DATA,
        error_prefix: ERRORS,
        raw_bucket: &lake.names.raw_bucket,
        raw_prefix: RAW,
        raw_error_prefix: ERRORS,
        bucket_key: facts.bucket_key.as_ref()?,
        stream: &lake.names.stream,
        stream_key: facts.stream_key.as_ref()?,
        database: &lake.names.database,
        table: &lake.names.table,
        log_group: &lake.names.log_group,
    }))
}

/// Where to look for the role `id`.
pub fn target(lake: &Lake, id: Id) -> Target {
    let name = match id {
        Id::DeliveryRole => &lake.names.delivery_role,
        Id::CrawlerRole => &lake.names.crawler_role,
        _ => &lake.names.publisher_role,
    };
    Target {
        name: name.clone(),
        policy_name: POLICY_NAME.to_owned(),
    }
}
