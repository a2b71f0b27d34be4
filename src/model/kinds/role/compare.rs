//! How a live role is compared with the declared one, and the calls that mend it.

use super::super::compare::{self, note};
use super::super::{Assessment, Change as AnyChange, Circumstances, Difference, WaitFor};
use super::{Change, Desired, Observed};
use crate::model::policy::equivalent;

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
    // First: the operator may be allowed to write to roles that carry the boundary only.
    if let Some(boundary) = boundary {
        let have = live.boundary.as_deref().unwrap_or_default();
        if note(&mut differences, "PermissionsBoundary", boundary, have) {
            changes.push(Change::PutRolePermissionsBoundary {
                name: name(),
                boundary: boundary.clone(),
            });
        }
    }
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
            max_session: live.max_session,
        });
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

/// What stands against taking over a role that is nobody's: a path other than `/` is part of its ARN, and fixed.
pub fn adoptable(arn: &str, live: &Observed) -> Option<String> {
    (live.arn.starts_with("arn:") && live.arn != arn).then(|| {
        format!(
            "role {} has the ARN {}, and the lake's are without a path ({arn}), which cannot change: delete it, or give \
             another name in spec.names",
            live.name, live.arn
        )
    })
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
