//! What a role is good for, as the services see it that are to use it.

use super::super::{Cloud, policy};

/// Whether a role that a policy names exists, as far as the news has spread; principals of other accounts are believed.
pub fn known_principal(cloud: &Cloud, principal: &str) -> bool {
    let ours = format!(":iam::{}:role/", cloud.account);
    if principal.contains(&ours) {
        return cloud
            .roles
            .seen(principal, cloud.late(cloud.timing.iam_propagation))
            .is_some();
    }
    principal.starts_with("arn:")
}

/// Why a service cannot use a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It is not there, or does not trust the service, or that has not spread yet.
    NotAssumable,
    /// Its policy does not allow what is needed, or that has not spread yet.
    NotAllowed,
}

/// What a service needs a role for: action, resource, and the condition keys of the request.
pub struct Need<'a> {
    pub action: &'a str,
    pub resource: String,
    pub context: Vec<(&'a str, String)>,
}

impl<'a> Need<'a> {
    pub fn new(action: &'a str, resource: &impl ToString) -> Self {
        Self {
            action,
            resource: resource.to_string(),
            context: Vec::new(),
        }
    }
}

/// Whether `service` (`firehose.amazonaws.com`) may assume the role and then do every one of `needs`.
pub fn usable(cloud: &Cloud, arn: &str, service: &str, needs: &[Need<'_>]) -> Result<(), Useless> {
    let view = cloud.late(cloud.timing.iam_propagation);
    let role = cloud.roles.seen(arn, view).ok_or(Useless::NotAssumable)?;
    let trust = policy::parse(&role.seen.trust).ok_or(Useless::NotAssumable)?;
    // Firehose sends the account as external id (Firehose developer guide, "Controlling access"); of the others, no
    // page says that they send any key.
    let external = ("sts:ExternalId", cloud.account.to_string());
    let context = if service.starts_with("firehose.") {
        vec![external]
    } else {
        Vec::new()
    };
    if !policy::trusts(&trust, service, &context) {
        return Err(Useless::NotAssumable);
    }
    let policies: Vec<_> = role
        .policies
        .values()
        .filter_map(|text| policy::parse(text))
        .collect();
    let may = |need: &Need<'_>| {
        let allows = |p| policy::allows(p, need.action, &need.resource, &need.context);
        policies.iter().any(allows)
    };
    if needs.iter().all(may) {
        Ok(())
    } else {
        Err(Useless::NotAllowed)
    }
}
