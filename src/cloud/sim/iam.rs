//! IAM roles (API reference; user guide, "IAM and AWS STS quotas").

mod serve;
mod valid;

use std::collections::BTreeMap;

use super::quotas::room;
use super::{Answer, Cloud, Refused, Sim, check, policy, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::role::{Change, Observed, Target};
use crate::model::owner::Tags;

use valid::{valid_boundary, valid_description, valid_inline, valid_tags, valid_trust};

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
    /// Whether somebody put it into an instance profile.
    pub in_instance_profile: bool,
}

pub(super) async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let role = sim.read("iam", "GetRole", &t.name, |cloud| {
        let arn = cloud.here(place).role(&t.name).to_string();
        let view = cloud.view(cloud.timing.iam_lag);
        let role = cloud.roles.seen(&arn, view).ok_or_else(|| missing(&t.name))?;
        let mut seen = role.seen.clone();
        // Right after its creation a role may show its unique id where its ARN belongs.
        let settled = cloud.roles.seen(&arn, cloud.late(cloud.timing.iam_lag));
        if settled.is_none_or(|old| old.id != role.id) {
            seen.arn.clone_from(&role.id);
        }
        Ok(seen)
    });
    let Some(mut seen) = absent(role.await, &["NoSuchEntity"])? else {
        return Ok(None);
    };
    let policy = |role: &Role| role.policies.get(&t.policy_name).cloned();
    seen.policy = look(sim, place, t, "GetRolePolicy", policy).await?;
    let others = |role: &Role| {
        let names = role.policies.keys();
        names.filter(|name| **name != t.policy_name).cloned().collect()
    };
    seen.other_policies = look(sim, place, t, "ListRolePolicies", others).await?;
    let attached = |role: &Role| role.seen.attached.clone();
    seen.attached = look(sim, place, t, "ListAttachedRolePolicies", attached).await?;
    Ok(Some(seen))
}

async fn look<T>(
    sim: &Sim,
    place: &Scope,
    t: &Target,
    operation: &'static str,
    what: impl Fn(&Role) -> T + Send,
) -> Result<T, CallError> {
    let read = sim.read("iam", operation, &t.name, move |cloud| {
        let arn = cloud.here(place).role(&t.name).to_string();
        let view = cloud.view(cloud.timing.iam_lag);
        let role = cloud.roles.seen(&arn, view).ok_or_else(|| missing(&t.name))?;
        Ok(what(role))
    });
    read.await
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
        Change::UpdateRole {
            description,
            max_session,
            ..
        } => {
            valid_description(description)?;
            on(cloud, arn, name, |role| {
                role.seen.description.clone_from(description);
                role.seen.max_session = Some(max_session.unwrap_or(HOUR));
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
        Change::TagRole { tags, .. } => {
            valid_tags(tags)?;
            on(cloud, arn, name, |role| {
                check::add_tags(&mut role.seen.tags, tags, "InvalidInput")
            })
        }
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

/// How long a session lasts where nothing else is said, in seconds (IAM API reference, `UpdateRole`).
const HOUR: i32 = 3600;

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
    valid_tags(tags)?;
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
    let full = (409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount");
    room(&cloud.roles, cloud.quotas.roles, full)?;
    let seen = Observed {
        name: name.to_owned(),
        arn: arn.to_owned(),
        description: description.to_owned(),
        trust,
        boundary: boundary.map(str::to_owned),
        max_session: Some(HOUR),
        tags: tags.clone(),
        ..Observed::default()
    };
    let role = Role {
        seen,
        id: format!("AROA{:017}", cloud.chance(100_000_000_000_000_000)),
        policies: BTreeMap::new(),
        in_instance_profile: false,
    };
    cloud.roles.write(cloud.now, arn, role);
    Ok(())
}

fn delete(cloud: &mut Cloud, arn: &str, name: &str) -> Answer<()> {
    let role = cloud.roles.get(arn).ok_or_else(|| missing(name))?.clone();
    // That its policies are gone may not be known everywhere yet.
    let view = cloud.view(cloud.timing.iam_lag);
    let known = cloud.roles.seen(arn, view);
    if !role.policies.is_empty()
        || known.is_some_and(|known| known.id == role.id && !known.policies.is_empty())
    {
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
    if role.in_instance_profile {
        return refuse(
            409,
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
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
    for (_, other) in cloud.roles.iter_mut() {
        if let Some(trust) = policy::rename_principal(&other.seen.trust, arn, &role.id) {
            other.seen.trust = trust;
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
    // A role that is new may not be known everywhere yet.
    let view = cloud.view(cloud.timing.iam_lag);
    cloud.roles.seen(arn, view).ok_or_else(|| missing(name))?;
    let edited = cloud.roles.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(missing(name)))
}
