//! IAM roles (API reference; user guide, "IAM and AWS STS quotas").

mod serve;

use std::collections::BTreeMap;

use super::{Answer, Cloud, Refused, Sim, check, policy, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::role::{Change, Observed, Target};
use crate::model::owner::Tags;

pub(super) use serve::{Need, Useless, known_principal, usable};

/// A role.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Role {
    /// What `GetRole` says of it, and `attached`; the inline policies are in `policies`.
    pub seen: Observed,
    /// The unique id, `AROA…`: another one for each creation.
    pub id: String,
    /// Inline policies by name.
    pub policies: BTreeMap<String, String>,
}

pub(super) async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let look = |operation| {
        sim.read("iam", operation, &t.name, |cloud| {
            let at = cloud.view(cloud.timing.iam_lag);
            let arn = cloud.here(place).role(&t.name).to_string();
            let mut role = cloud
                .roles
                .seen(&arn, at)
                .cloned()
                .ok_or_else(|| missing(&t.name))?;
            // Right after its creation a role may show its unique id where its ARN belongs.
            let lag = cloud.timing.iam_lag;
            if !lag.is_zero()
                && cloud
                    .roles
                    .seen(&arn, cloud.now - lag)
                    .is_none_or(|old| old.id != role.id)
            {
                role.seen.arn.clone_from(&role.id);
            }
            Ok(role)
        })
    };
    let Some(role) = absent(look("GetRole").await, &["NoSuchEntity"])? else {
        return Ok(None);
    };
    let mut seen = role.seen;
    let policies = look("GetRolePolicy").await?.policies;
    seen.policy = policies.get(&t.policy_name).cloned();
    let names = look("ListRolePolicies").await?.policies.into_keys();
    seen.other_policies = names.filter(|name| *name != t.policy_name).collect();
    seen.attached = look("ListAttachedRolePolicies").await?.seen.attached;
    Ok(Some(seen))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateRole { name, .. }
        | Change::UpdateAssumeRolePolicy { name, .. }
        | Change::UpdateRole { name, .. }
        | Change::PutRolePolicy { name, .. }
        | Change::PutRolePermissionsBoundary { name, .. }
        | Change::TagRole { name, .. }
        | Change::UntagRole { name, .. }
        | Change::DeleteRolePolicy { name, .. }
        | Change::DeleteRole { name } => name,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let name = subject(change);
    let arn = &here.role(name).to_string();
    match change {
        Change::CreateRole {
            description,
            trust,
            boundary,
            tags,
            ..
        } => create(cloud, arn, name, description, trust, boundary.as_deref(), tags),
        Change::UpdateAssumeRolePolicy { trust, .. } => {
            let trust = valid_trust(cloud, trust)?;
            on(cloud, arn, name, |role| {
                role.seen.trust = trust;
                Ok(())
            })
        }
        Change::UpdateRole { description, .. } => {
            valid_description(description)?;
            on(cloud, arn, name, |role| {
                role.seen.description.clone_from(description);
                Ok(())
            })
        }
        Change::PutRolePolicy {
            policy_name, policy, ..
        } => {
            let policy = valid_inline(policy_name, policy)?;
            on(cloud, arn, name, |role| {
                let others = role.policies.iter().filter(|(other, _)| *other != policy_name);
                // White space is not counted.
                let size = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
                if others.map(|(_, text)| size(text)).sum::<usize>() + size(&policy) > 10_240 {
                    let message = format!("Maximum policy size of 10240 bytes exceeded for role {name}");
                    return refuse(409, "LimitExceeded", message);
                }
                role.policies.insert(policy_name.clone(), policy);
                Ok(())
            })
        }
        Change::PutRolePermissionsBoundary { boundary, .. } => {
            valid_boundary(boundary)?;
            on(cloud, arn, name, |role| {
                role.seen.boundary = Some(boundary.clone());
                Ok(())
            })
        }
        Change::TagRole { tags, .. } => on(cloud, arn, name, |role| {
            check::add_tags(&mut role.seen.tags, tags, "InvalidInput")
        }),
        Change::UntagRole { keys, .. } => on(cloud, arn, name, |role| {
            super::untag(&mut role.seen.tags, keys);
            Ok(())
        }),
        Change::DeleteRolePolicy { policy_name, .. } => on(cloud, arn, name, |role| {
            if role.policies.remove(policy_name).is_some() {
                return Ok(());
            }
            let message = format!("The role policy with name {policy_name} cannot be found.");
            refuse(404, "NoSuchEntity", message)
        }),
        Change::DeleteRole { .. } => delete(cloud, arn, name),
    }
}

fn create(
    cloud: &mut Cloud,
    arn: &str,
    name: &str,
    description: &str,
    trust: &str,
    boundary: Option<&str>,
    tags: &Tags,
) -> Answer<()> {
    if !check::name(name, 64, "_+=,.@-") {
        return refuse(
            400,
            "ValidationError",
            "Value at 'roleName' failed to satisfy constraint",
        );
    }
    valid_description(description)?;
    check::tags(tags, "InvalidInput")?;
    if let Some(boundary) = boundary {
        valid_boundary(boundary)?;
    }
    let trust = valid_trust(cloud, trust)?;
    // Names differ by more than case (user guide, "IAM name requirements").
    if cloud
        .roles
        .iter()
        .any(|(other, _)| other.eq_ignore_ascii_case(arn))
    {
        return refuse(
            409,
            "EntityAlreadyExists",
            format!("Role with name {name} already exists."),
        );
    }
    let seen = Observed {
        name: name.to_owned(),
        arn: arn.to_owned(),
        description: description.to_owned(),
        trust,
        boundary: boundary.map(str::to_owned),
        tags: tags.clone(),
        ..Observed::default()
    };
    let role = Role {
        seen,
        id: format!("AROA{:017}", cloud.chance(100_000_000_000_000_000)),
        policies: BTreeMap::new(),
    };
    cloud.roles.write(cloud.now, arn, role);
    Ok(())
}

fn delete(cloud: &mut Cloud, arn: &str, name: &str) -> Answer<()> {
    let role = cloud.roles.get(arn).ok_or_else(|| missing(name))?.clone();
    if !role.policies.is_empty() {
        return refuse(
            409,
            "DeleteConflict",
            "Cannot delete entity, must delete policies first.",
        );
    }
    if !role.seen.attached.is_empty() {
        return refuse(
            409,
            "DeleteConflict",
            "Cannot delete entity, must detach all policies first.",
        );
    }
    cloud.roles.erase(cloud.now, arn);
    // Policies that name the role now show its id, which no role of that name will ever have again (user guide,
    // "AWS JSON policy elements: Principal").
    for (_, key) in cloud.keys.iter_mut() {
        if let Some(policy) = policy::rename_principal(&key.seen.policy, arn, &role.id) {
            key.seen.policy = policy;
        }
    }
    for (_, bucket) in cloud.buckets.iter_mut() {
        let policy = bucket.seen.policy.as_ref();
        if let Some(policy) = policy.and_then(|text| policy::rename_principal(text, arn, &role.id)) {
            bucket.seen.policy = Some(policy);
        }
    }
    Ok(())
}

fn missing(name: &str) -> Refused {
    Refused::new(
        404,
        "NoSuchEntity",
        format!("The role with name {name} cannot be found."),
    )
}

fn on(cloud: &mut Cloud, arn: &str, name: &str, edit: impl FnOnce(&mut Role) -> Answer<()>) -> Answer<()> {
    let edited = cloud.roles.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(missing(name)))
}

fn valid_description(description: &str) -> Answer<()> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    if description.chars().count() <= 1000 && description.chars().all(allowed) {
        return Ok(());
    }
    refuse(
        400,
        "ValidationError",
        "Value at 'description' failed to satisfy constraint",
    )
}

fn valid_boundary(arn: &str) -> Answer<()> {
    if arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":policy/") {
        return Ok(());
    }
    refuse(400, "InvalidInput", format!("ARN {arn} is not valid."))
}

fn valid_trust(cloud: &Cloud, text: &str) -> Answer<String> {
    if text.chars().filter(|c| !c.is_whitespace()).count() > 2048 {
        return refuse(
            409,
            "LimitExceeded",
            "Cannot exceed quota for ACLSizePerRole: 2048",
        );
    }
    let Some(parsed) = policy::parse(text) else {
        return refuse(
            400,
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        );
    };
    if !policy::resources(&parsed).is_empty() {
        let message = "Has prohibited field Resource";
        return refuse(400, "MalformedPolicyDocument", message);
    }
    if let Some(unknown) = policy::named_principals(&parsed)
        .into_iter()
        .find(|p| !known_principal(cloud, p))
    {
        let message = format!("Invalid principal in policy: \"AWS\":\"{unknown}\"");
        return refuse(400, "MalformedPolicyDocument", message);
    }
    Ok(policy::stored(&parsed))
}

fn valid_inline(name: &str, text: &str) -> Answer<String> {
    if !check::name(name, 128, "_+=,.@-") {
        return refuse(
            400,
            "ValidationError",
            "Value at 'policyName' failed to satisfy constraint",
        );
    }
    let Some(parsed) = policy::parse(text) else {
        return refuse(
            400,
            "MalformedPolicyDocument",
            "The policy is not in the valid JSON format.",
        );
    };
    if text.contains("\"Principal\"") {
        let message = "Policy document should not specify a principal.";
        return refuse(400, "MalformedPolicyDocument", message);
    }
    if policy::resources(&parsed).is_empty() {
        return refuse(
            400,
            "MalformedPolicyDocument",
            "Policy statement must contain resources.",
        );
    }
    Ok(policy::stored(&parsed))
}
