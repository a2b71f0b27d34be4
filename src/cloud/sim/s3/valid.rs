//! What S3 takes for a bucket (API reference; user guide, "Bucket naming rules").

use std::collections::BTreeSet;

use super::super::{Answer, Cloud, check, iam, policy, refuse};
use super::Bucket;
use crate::model::kinds::bucket::Rule;
use crate::model::owner::Tags;

pub fn valid_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let chars = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
    let reserved = ["xn--", "sthree-", "amzn-s3-demo-"]
        .iter()
        .any(|p| name.starts_with(p))
        || ["-s3alias", "--ol-s3", "--x-s3", ".mrap", "--table-s3"]
            .iter()
            .any(|s| name.ends_with(s));
    (3..=63).contains(&name.len())
        && chars
        && edge(name.chars().next())
        && edge(name.chars().last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !reserved
}

/// The tags that are to replace those that are there: AWS's own among them must stay as they are.
pub fn valid_tags(tags: &Tags, live: &Tags) -> Answer<()> {
    let invalid = |message: &str| refuse(400, "InvalidTag", message);
    let own = |key: &str| key.starts_with("aws:");
    if tags
        .iter()
        .any(|(key, value)| own(key) && live.get(key) != Some(value))
    {
        return invalid("System tags cannot be added/updated by requester");
    }
    if live.keys().any(|key| own(key) && !tags.contains_key(key)) {
        return invalid("System tags cannot be removed by requester");
    }
    let mut others = tags.clone();
    others.retain(|key, _| !own(key));
    check::tags(&others, "InvalidTag")
}

pub fn malformed_xml<T>() -> Answer<T> {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    refuse(400, "MalformedXML", message)
}

/// API reference, `LifecycleRule` and `Transition`; user guide, "Lifecycle configuration elements".
pub fn valid_lifecycle(rules: &[Rule]) -> Answer<()> {
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    if !(1..=1000).contains(&rules.len()) {
        return malformed_xml();
    }
    if ids.len() != rules.len() {
        return refuse(
            400,
            "InvalidArgument",
            "Rule ID must be unique. Found same ID for more than one rule",
        );
    }
    rules.iter().try_for_each(valid_rule)
}

/// `TransitionStorageClass`.
const CLASSES: [&str; 6] = [
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];

fn valid_rule(rule: &Rule) -> Answer<()> {
    let invalid = |message: &str| refuse(400, "InvalidArgument", message);
    let days = [rule.expire_days, rule.abort_days, rule.noncurrent_days];
    let none = days.iter().all(Option::is_none) && rule.transitions.is_empty();
    if none || rule.prefix.is_none() && rule.others.is_empty() {
        return malformed_xml();
    }
    if rule.id.chars().count() > 255 {
        return invalid("ID length should not exceed allowed limit of 255");
    }
    if days.iter().flatten().any(|days| *days <= 0) {
        return invalid("'Days' for Expiration action must be a positive integer");
    }
    let (mut before, mut least) = (-1, 0);
    for (days, class) in &rule.transitions {
        if !CLASSES.contains(&class.as_str()) {
            return malformed_xml();
        }
        if ["STANDARD_IA", "ONEZONE_IA"].contains(&class.as_str()) && *days < 30 {
            return invalid(
                "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
            );
        }
        if *days < 0 || *days <= before {
            return invalid("'Days' in the Transition actions must be in order");
        }
        if *days < least {
            return invalid("'Days' in the Transition action must be 30 days more than in the one before");
        }
        if ["STANDARD_IA", "ONEZONE_IA"].contains(&class.as_str()) {
            least = *days + 30;
        }
        before = *days;
    }
    if rule
        .expire_days
        .is_some_and(|expire| !rule.transitions.is_empty() && expire <= before)
    {
        return invalid(
            "'Days' in the Expiration action for prefix must be greater than 'Days' in the Transition action",
        );
    }
    Ok(())
}

pub fn valid_policy(cloud: &Cloud, live: &Bucket, arn: &str, text: &str) -> Answer<()> {
    let malformed = |message: &str| refuse(400, "MalformedPolicy", message);
    if text.len() > 20_480 {
        return malformed("Policy exceeds the maximum allowed document size.");
    }
    let Some(parsed) = policy::parse(text) else {
        return malformed("This policy contains invalid Json");
    };
    if policy::statements(&parsed)
        .iter()
        .any(|statement| statement["Principal"].is_null())
    {
        return malformed("Missing required field Principal");
    }
    let s3 = |action: &str| action == "*" || action.to_ascii_lowercase().starts_with("s3:");
    if !policy::actions(&parsed).into_iter().all(s3) {
        return malformed("Policy has invalid action");
    }
    let inside = |r: &str| r == arn || r.starts_with(&format!("{arn}/"));
    if !policy::resources(&parsed).into_iter().all(inside) {
        return malformed("Policy has invalid resource");
    }
    if !policy::named_principals(&parsed)
        .iter()
        .all(|p| iam::known_principal(cloud, p))
    {
        return malformed("Invalid principal in policy");
    }
    let blocks = live
        .seen
        .public_access_block
        .is_some_and(|[_, _, block_public_policy, _]| block_public_policy);
    if blocks && policy::public(&parsed) {
        return refuse(403, "AccessDenied", "Access Denied");
    }
    Ok(())
}
