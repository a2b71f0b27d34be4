//! KMS (API reference; developer guide, "Key states of AWS KMS keys" and "Request quotas").

mod idle;
mod look;
mod own;

use jiff::SignedDuration;

use super::quotas::room;
use super::shelf::Then;
use super::timing::View;
use super::{Answer, Cloud, Refused, check, policy, refuse};
use crate::cloud::Done;
use crate::model::arn::{KeyArn, Scope};
use crate::model::kinds::key::{Change, Observed, SPEC};
use crate::model::owner::Tags;

/// A key. Nothing but its date removes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// What reads say of it; `alias` and `alias_target` are the aliases' business and stay empty.
    pub seen: Observed,
}

impl Key {
    /// One that a user made, of that state, without a tag.
    pub fn of_a_user(arn: KeyArn, state: &str) -> Self {
        let seen = Observed {
            arn,
            spec: SPEC.to_owned(),
            state: state.to_owned(),
            description: "the user's own".to_owned(),
            rotation: Some(false),
            policy: "{}".to_owned(),
            tags: Tags::new(),
            alias: String::new(),
            alias_target: None,
            alias_taken: false,
            aliases: Vec::new(),
            others: Vec::new(),
        };
        Self { seen }
    }
}

pub(super) use look::observe;
pub(super) use own::own;

fn describe(cloud: &mut Cloud, place: &Scope, what: &str) -> Answer<Observed> {
    let here = cloud.here(place);
    let view = cloud.view(cloud.timing.kms_lag);
    if !what.starts_with("alias/") {
        return key_seen(cloud, &here.key(what).to_string(), view).map(|key| key.seen.clone());
    }
    let arn = here.key_alias(what).to_string();
    match cloud.aliases.seen(&arn, view) {
        Some(id) => key(cloud, &here.key(id).to_string()).map(|key| key.seen.clone()),
        None => refuse(400, "NotFoundException", format!("Alias {arn} is not found.")),
    }
}

fn key_seen<'a>(cloud: &'a Cloud, arn: &str, view: View) -> Answer<&'a Key> {
    cloud.keys.seen(arn, view).ok_or_else(|| no_key(arn))
}

fn key<'a>(cloud: &'a Cloud, arn: &str) -> Answer<&'a Key> {
    cloud.keys.get(arn).ok_or_else(|| no_key(arn))
}

fn no_key(arn: &str) -> Refused {
    Refused::new(400, "NotFoundException", format!("Key '{arn}' does not exist"))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateKey { description, .. } => description,
        Change::CreateAlias { alias, .. }
        | Change::UpdateAlias { alias, .. }
        | Change::DeleteAlias { alias } => alias,
        Change::EnableKey { key_id }
        | Change::CancelKeyDeletion { key_id }
        | Change::ScheduleKeyDeletion { key_id, .. }
        | Change::EnableKeyRotation { key_id }
        | Change::DisableKeyRotation { key_id }
        | Change::PutKeyPolicy { key_id, .. }
        | Change::UpdateKeyDescription { key_id, .. }
        | Change::TagResource { key_id, .. }
        | Change::UntagResource { key_id, .. } => key_id,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<Done> {
    match change {
        Change::CreateKey {
            description,
            policy,
            tags,
        } => return create(cloud, here, description, policy, tags),
        Change::CreateAlias { alias, key_id } => {
            valid_alias(alias)?;
            let arn = here.key_alias(alias).to_string();
            if cloud.aliases.get(&arn).is_some() {
                return refuse(
                    400,
                    "AlreadyExistsException",
                    format!("An alias with the name {arn} already exists"),
                );
            }
            point(cloud, here, &arn, key_id)?;
        }
        Change::UpdateAlias { alias, key_id } => {
            let arn = existing_alias(cloud, here, alias)?;
            point(cloud, here, &arn, key_id)?;
        }
        Change::DeleteAlias { alias } => {
            let arn = existing_alias(cloud, here, alias)?;
            cloud.aliases.erase(cloud.now, &arn);
        }
        Change::EnableKey { key_id } => on(cloud, here, key_id, Needs::NotDoomed, |key| {
            key.state = "Enabled".into();
            Ok(())
        })?,
        Change::CancelKeyDeletion { key_id } => {
            // "After you cancel deletion, the key is disabled" (API reference, CancelKeyDeletion).
            on(cloud, here, key_id, Needs::Doomed, |key| {
                key.state = "Disabled".into();
                Ok(())
            })?;
            cloud.keys.stay(&here.key(key_id).to_string());
        }
        Change::ScheduleKeyDeletion { key_id, days } => schedule_deletion(cloud, here, key_id, *days)?,
        Change::EnableKeyRotation { key_id } => on(cloud, here, key_id, Needs::Enabled, |key| {
            key.rotation = Some(true);
            Ok(())
        })?,
        Change::DisableKeyRotation { key_id } => on(cloud, here, key_id, Needs::Enabled, |key| {
            key.rotation = Some(false);
            Ok(())
        })?,
        Change::PutKeyPolicy { key_id, policy } => {
            let policy = valid_policy(cloud, here, policy)?;
            on(cloud, here, key_id, Needs::Nothing, |key| {
                key.policy = policy;
                Ok(())
            })?;
        }
        Change::UpdateKeyDescription { key_id, description } => {
            valid_description(description)?;
            on(cloud, here, key_id, Needs::NotDoomed, |key| {
                key.description.clone_from(description);
                Ok(())
            })?;
        }
        Change::TagResource { key_id, tags } => on(cloud, here, key_id, Needs::NotDoomed, |key| {
            check::add_tags(&mut key.tags, tags, "TagException")
        })?,
        Change::UntagResource { key_id, keys } => on(cloud, here, key_id, Needs::NotDoomed, |key| {
            super::untag(&mut key.tags, keys);
            Ok(())
        })?,
    }
    Ok(Done::default())
}

fn create(cloud: &mut Cloud, here: &Scope, description: &str, policy: &str, tags: &Tags) -> Answer<Done> {
    valid_description(description)?;
    check::tags(tags, "TagException")?;
    let policy = valid_policy(cloud, here, policy)?;
    let full = (
        400,
        "LimitExceededException",
        "The account has as many KMS keys as it may have",
    );
    room(&cloud.keys, cloud.quotas.keys, full)?;
    let id = new_id(cloud);
    let arn = here.key(&id).to_string();
    let Ok(parsed) = KeyArn::parse(&arn) else {
        return refuse(500, "KMSInternalException", arn);
    };
    let seen = Observed {
        arn: parsed,
        spec: SPEC.into(),
        state: "Enabled".into(),
        description: description.to_owned(),
        rotation: Some(false),
        policy,
        tags: tags.clone(),
        alias: String::new(),
        alias_target: None,
        aliases: Vec::new(),
        alias_taken: false,
        others: Vec::new(),
    };
    cloud.keys.write(cloud.now, &arn, Key { seen });
    Ok(Done { key_id: Some(id) })
}

fn new_id(cloud: &mut Cloud) -> String {
    let mut part = |bits: u32| cloud.chance(1 << bits);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        part(32),
        part(16),
        part(12),
        part(12),
        part(48)
    )
}

/// What state a key must be in for a call (developer guide, "Key states", its table).
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    NotDoomed,
    Enabled,
    Doomed,
}

fn on(
    cloud: &mut Cloud,
    here: &Scope,
    id: &str,
    needs: Needs,
    edit: impl FnOnce(&mut Observed) -> Answer<()>,
) -> Answer<()> {
    let arn = here.key(id).to_string();
    // A key that is new, or was enabled a moment ago, may not be known as such everywhere yet.
    let view = cloud.view(cloud.timing.kms_lag);
    let known = &key_seen(cloud, &arn, view)?.seen.state;
    let state = &key(cloud, &arn)?.seen.state;
    let doomed = state == "PendingDeletion";
    match needs {
        Needs::NotDoomed | Needs::Enabled if doomed => {
            return refuse(
                400,
                "KMSInvalidStateException",
                format!("{arn} is pending deletion."),
            );
        }
        Needs::Enabled if state != "Enabled" || known == "Disabled" => {
            return refuse(400, "DisabledException", format!("{arn} is disabled."));
        }
        Needs::Doomed if !doomed => {
            return refuse(
                400,
                "KMSInvalidStateException",
                format!("{arn} is not pending deletion."),
            );
        }
        _ => {}
    }
    let edited = cloud.keys.edit(cloud.now, &arn, |key| edit(&mut key.seen));
    edited.unwrap_or(Ok(()))
}

fn schedule_deletion(cloud: &mut Cloud, here: &Scope, id: &str, days: i32) -> Answer<()> {
    // The guide says 7..30, although the API's model is wider.
    if !(7..=30).contains(&days) {
        let message = format!("PendingWindowInDays must be between 7 and 30, not {days}");
        return refuse(400, "ValidationException", message);
    }
    on(cloud, here, id, Needs::NotDoomed, |key| {
        key.state = "PendingDeletion".into();
        Ok(())
    })?;
    // "The actual deletion can be up to 24 hours later" (developer guide, "Deleting AWS KMS keys").
    let late = cloud.timing.key_deletion_late;
    let due = cloud.after(late) + SignedDuration::from_hours(24 * i64::from(days));
    cloud.keys.later(due, &here.key(id).to_string(), Then::Gone);
    Ok(())
}

/// A key's date has come: its aliases go with it.
pub(super) fn died(cloud: &mut Cloud, arn: &str) {
    let id = arn.rsplit('/').next().unwrap_or_default();
    let its: Vec<String> = cloud
        .aliases
        .iter()
        .filter(|(_, to)| *to == id)
        .map(|(a, _)| a.to_owned())
        .collect();
    for alias in its {
        cloud.aliases.erase(cloud.now, &alias);
    }
}

fn existing_alias(cloud: &Cloud, here: &Scope, alias: &str) -> Answer<String> {
    valid_alias(alias)?;
    let arn = here.key_alias(alias).to_string();
    if cloud.aliases.get(&arn).is_some() {
        return Ok(arn);
    }
    refuse(400, "NotFoundException", format!("Alias {arn} is not found."))
}

fn point(cloud: &mut Cloud, here: &Scope, alias_arn: &str, key_id: &str) -> Answer<()> {
    on(cloud, here, key_id, Needs::NotDoomed, |_| Ok(()))?;
    if cloud.aliases.iter().filter(|(_, to)| *to == key_id).count() >= 50 {
        return refuse(400, "LimitExceededException", "The key already has 50 aliases");
    }
    cloud.aliases.write(cloud.now, alias_arn, key_id.to_owned());
    Ok(())
}

fn valid_alias(alias: &str) -> Answer<()> {
    if !alias.starts_with("alias/") {
        let message =
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms";
        return refuse(400, "ValidationException", message);
    }
    if alias.starts_with("alias/aws/") {
        return refuse(400, "NotAuthorizedException", "The alias is reserved for AWS");
    }
    if alias == "alias/" || !check::name(alias, 256, ":/_-") {
        return refuse(
            400,
            "InvalidAliasNameException",
            format!("{alias} is not a valid alias"),
        );
    }
    Ok(())
}

fn valid_description(description: &str) -> Answer<()> {
    if description.chars().count() > 8192 {
        return refuse(
            400,
            "ValidationException",
            "Description has more than 8192 characters",
        );
    }
    Ok(())
}

/// The policy as KMS keeps it.
fn valid_policy(cloud: &Cloud, here: &Scope, text: &str) -> Answer<String> {
    let malformed = |message: &str| Refused::new(400, "MalformedPolicyDocumentException", message);
    if !text
        .chars()
        .all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
    {
        let message = "1 validation error detected: Value at 'policy' failed to satisfy constraint";
        return refuse(400, "ValidationException", message);
    }
    if text.len() > 32_768 {
        return refuse(
            400,
            "LimitExceededException",
            "Policy size exceeds the limit of 32768 bytes",
        );
    }
    let Some(parsed) = policy::parse(text) else {
        return Err(malformed("The key policy is not valid"));
    };
    if !policy::named_principals(&parsed)
        .iter()
        .all(|p| super::iam::known_principal(cloud, p))
    {
        return Err(malformed(
            "Policy contains a statement with one or more invalid principals.",
        ));
    }
    if !policy::keeps_control(&parsed, &here.root().to_string()) {
        let message = "The new key policy will not allow you to update the key policy in the future.";
        return Err(malformed(message));
    }
    Ok(policy::stored(&parsed))
}

/// What Kinesis and others answer who are to use a key: `KMSNotFoundException`, `KMSDisabledException`, …
pub(super) fn usable(cloud: &Cloud, key: &KeyArn) -> Answer<()> {
    let view = cloud.late(cloud.timing.kms_lag);
    let arn = key.to_string();
    match cloud.keys.seen(&arn, view).map(|key| key.seen.state.as_str()) {
        Some("Enabled") => Ok(()),
        Some("Disabled") => refuse(400, "KMSDisabledException", format!("{arn} is disabled.")),
        Some(_) => refuse(
            400,
            "KMSInvalidStateException",
            format!("{arn} is pending deletion."),
        ),
        None => refuse(400, "KMSNotFoundException", format!("Key '{arn}' does not exist")),
    }
}
