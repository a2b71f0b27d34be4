//! IAM roles (see `model::kinds::role`). IAM has no region: its calls go to the partition's one endpoint.

use aws_sdk_iam::types::Tag;
use futures::try_join;

use super::Aws;
use super::clients::built;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::role::{Change, Observed, Target};
use crate::model::owner::Tags;
use crate::model::policy::decode_iam;

#[cfg(test)]
mod tests;

const IAM: &str = "iam";
const ABSENT: [&str; 1] = ["NoSuchEntity"];

pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<Observed>, CallError> {
    let iam = &aws.region(&place.region).iam;
    let name = &target.name;
    let get = iam.get_role().role_name(name).send();
    let Some(found) = absent(aws.call(IAM, "GetRole", get).await, &ABSENT)? else {
        return Ok(None);
    };
    // One page of each is enough to know that there are others.
    let (policy, inline, attached) = try_join!(
        policy(aws, place, target),
        aws.call(
            IAM,
            "ListRolePolicies",
            iam.list_role_policies().role_name(name).send()
        ),
        aws.call(
            IAM,
            "ListAttachedRolePolicies",
            iam.list_attached_role_policies().role_name(name).send()
        ),
    )?;
    let mut other_policies = inline.policy_names;
    other_policies.retain(|name| *name != target.policy_name);
    let attached = attached.attached_policies.unwrap_or_default();
    let Some(role) = found.role else {
        return Ok(None);
    };
    Ok(Some(Observed {
        name: role.role_name,
        arn: role.arn,
        description: role.description.unwrap_or_default(),
        trust: decode_iam(&role.assume_role_policy_document.unwrap_or_default()),
        policy,
        other_policies,
        attached: attached
            .into_iter()
            .filter_map(|policy| policy.policy_arn)
            .collect(),
        boundary: role.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
        max_session: role.max_session_duration,
        tags: role
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
    }))
}

async fn policy(aws: &Aws, place: &Scope, target: &Target) -> Result<Option<String>, CallError> {
    let iam = &aws.region(&place.region).iam;
    let get = iam
        .get_role_policy()
        .role_name(&target.name)
        .policy_name(&target.policy_name);
    let found = absent(aws.call(IAM, "GetRolePolicy", get.send()).await, &ABSENT)?;
    Ok(found.map(|answer| decode_iam(&answer.policy_document)))
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let iam = &aws.region(&place.region).iam;
    let operation = change.operation();
    match change {
        Change::CreateRole {
            name,
            description,
            trust,
            boundary,
            tags,
        } => {
            let call = iam
                .create_role()
                .role_name(name)
                .description(description)
                .assume_role_policy_document(trust)
                .set_permissions_boundary(boundary.clone())
                .set_tags(Some(self::tags(operation, tags)?));
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::UpdateAssumeRolePolicy { name, trust } => {
            let call = iam
                .update_assume_role_policy()
                .role_name(name)
                .policy_document(trust);
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::UpdateRole {
            name,
            description,
            max_session,
        } => {
            let call = iam
                .update_role()
                .role_name(name)
                .description(description)
                .set_max_session_duration(*max_session);
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::PutRolePolicy {
            name,
            policy_name,
            policy,
        } => {
            let call = iam
                .put_role_policy()
                .role_name(name)
                .policy_name(policy_name)
                .policy_document(policy);
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::PutRolePermissionsBoundary { name, boundary } => {
            let call = iam
                .put_role_permissions_boundary()
                .role_name(name)
                .permissions_boundary(boundary);
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::TagRole { name, tags } => {
            let call = iam
                .tag_role()
                .role_name(name)
                .set_tags(Some(self::tags(operation, tags)?));
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::UntagRole { name, keys } => {
            let call = iam.untag_role().role_name(name).set_tag_keys(Some(keys.clone()));
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::DeleteRolePolicy { name, policy_name } => {
            let call = iam.delete_role_policy().role_name(name).policy_name(policy_name);
            aws.call(IAM, operation, call.send()).await?;
        }
        Change::DeleteRole { name } => {
            aws.call(IAM, operation, iam.delete_role().role_name(name).send())
                .await?;
        }
    }
    Ok(())
}

fn tags(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let build = |(key, value)| built(IAM, operation, Tag::builder().key(key).value(value).build());
    tags.iter().map(build).collect()
}
