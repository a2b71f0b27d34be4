//! What IAM takes (API reference; user guide, "IAM and AWS STS quotas" and "IAM JSON policy elements reference").

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Answer, Cloud, check, policy, refuse};
use super::known_principal;
use crate::model::owner::Tags;

pub fn valid_description(description: &str) -> Answer<()> {
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

/// Keys of tags that differ by case only are one key ("Rules for tagging in IAM and AWS STS").
pub fn valid_tags(tags: &Tags) -> Answer<()> {
    check::tags(tags, "InvalidInput")?;
    let keys: BTreeSet<String> = tags.keys().map(|key| key.to_lowercase()).collect();
    if keys.len() == tags.len() {
        return Ok(());
    }
    let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    refuse(400, "InvalidInput", message)
}

pub fn valid_boundary(arn: &str) -> Answer<()> {
    if arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":policy/") {
        return Ok(());
    }
    refuse(400, "InvalidInput", format!("ARN {arn} is not valid."))
}

fn malformed<T>(message: impl Into<String>) -> Answer<T> {
    refuse(400, "MalformedPolicyDocument", message)
}

/// The trust policy as IAM keeps it.
pub fn valid_trust(cloud: &Cloud, text: &str) -> Answer<String> {
    if text.chars().filter(|c| !c.is_whitespace()).count() > 2048 {
        return refuse(
            409,
            "LimitExceeded",
            "Cannot exceed quota for ACLSizePerRole: 2048",
        );
    }
    let Some(parsed) = policy::parse(text) else {
        return malformed("This policy contains invalid Json");
    };
    if !policy::resources(&parsed).is_empty() {
        return malformed("Has prohibited field Resource");
    }
    let all = policy::statements(&parsed);
    if all.iter().any(|statement| statement["Principal"].is_null()) {
        return malformed("Missing required field Principal");
    }
    let assumes = |action: &str| action.to_ascii_lowercase().starts_with("sts:");
    if !policy::actions(&parsed).into_iter().all(assumes) {
        return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    }
    valid_ids(&all)?;
    let services = policy::principals(&parsed, "Service");
    if let Some(unknown) = services
        .into_iter()
        .find(|name| *name != "*" && !name.contains(".amazonaws.com"))
    {
        return malformed(format!("Invalid principal in policy: \"SERVICE\":\"{unknown}\""));
    }
    if let Some(unknown) = policy::named_principals(&parsed)
        .into_iter()
        .find(|p| !known_principal(cloud, p))
    {
        return malformed(format!("Invalid principal in policy: \"AWS\":\"{unknown}\""));
    }
    Ok(policy::stored(&parsed))
}

/// The inline policy as IAM keeps it.
pub fn valid_inline(name: &str, text: &str) -> Answer<String> {
    if !check::name(name, 128, "_+=,.@-") {
        return refuse(
            400,
            "ValidationError",
            "Value at 'policyName' failed to satisfy constraint",
        );
    }
    let Some(parsed) = policy::parse(text) else {
        return malformed("The policy is not in the valid JSON format.");
    };
    let all = policy::statements(&parsed);
    if all.iter().any(|statement| !statement["Principal"].is_null()) {
        return malformed("Policy document should not specify a principal.");
    }
    if all
        .iter()
        .any(|s| s["Resource"].is_null() && s["NotResource"].is_null())
    {
        return malformed("Policy statement must contain resources.");
    }
    let vendor = |action: &str| {
        action == "*"
            || action
                .split_once(':')
                .is_some_and(|(v, a)| !v.is_empty() && !a.is_empty())
    };
    if !policy::actions(&parsed).into_iter().all(vendor) {
        return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    let arn = |resource: &&str| *resource == "*" || resource.starts_with("arn:");
    if let Some(other) = policy::resources(&parsed).into_iter().find(|r| !arn(r)) {
        return malformed(format!("Resource {other} must be in ARN format or \"*\"."));
    }
    valid_ids(&all)?;
    Ok(policy::stored(&parsed))
}

fn valid_ids(statements: &[&Value]) -> Answer<()> {
    let ids = statements
        .iter()
        .filter_map(|statement| statement["Sid"].as_str());
    let mut seen = BTreeSet::new();
    for id in ids {
        if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
            return malformed("Statement IDs (SID) must be alpha-numeric.");
        }
        if !seen.insert(id) {
            return malformed("Statement IDs (SID) in a single policy must be unique.");
        }
    }
    Ok(())
}
