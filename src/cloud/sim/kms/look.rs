//! Looking at a key.

use super::super::Sim;
use super::describe;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::key::{Observed, Target};
use crate::model::owner::{Ownership, Tags};

/// Makes the reads that the adapter makes: alias, recorded id, then every key of the account.
pub async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let behind_alias = find(sim, place, &t.alias).await?;
    let alias_target = behind_alias.as_ref().map(|key| key.arn.key_id().to_owned());
    if alias_target.is_some() && (t.known.is_none() || t.known == alias_target) {
        return properties(sim, place, t, behind_alias, alias_target).await;
    }
    let mut key = match &t.known {
        Some(known) => find(sim, place, known).await?,
        None => None,
    };
    if let (Some(known), Some(_)) = (&key, &behind_alias)
        && t.owner.judge(&tags(sim, place, known).await?) != Ownership::Ours
    {
        key = None;
    }
    if key.is_none() {
        key = match behind_alias {
            Some(other) => Some(other),
            None => search(sim, place, t).await?,
        };
    }
    properties(sim, place, t, key, alias_target).await
}

async fn properties(
    sim: &Sim,
    place: &Scope,
    t: &Target,
    key: Option<Observed>,
    alias_target: Option<String>,
) -> Result<Option<Observed>, CallError> {
    let Some(key) = key else { return Ok(None) };
    let policy = look(sim, place, "GetKeyPolicy", &key).await?.policy;
    let rotation = match key.state.as_str() {
        "Enabled" => look(sim, place, "GetKeyRotationStatus", &key).await?.rotation,
        _ => None,
    };
    Ok(Some(Observed {
        policy,
        rotation,
        tags: tags(sim, place, &key).await?,
        alias: t.alias.clone(),
        alias_target,
        ..key
    }))
}

async fn look(
    sim: &Sim,
    place: &Scope,
    operation: &'static str,
    key: &Observed,
) -> Result<Observed, CallError> {
    let id = key.arn.key_id();
    sim.read("kms", operation, id, |cloud| describe(cloud, place, id))
        .await
}

async fn tags(sim: &Sim, place: &Scope, key: &Observed) -> Result<Tags, CallError> {
    Ok(look(sim, place, "ListResourceTags", key).await?.tags)
}

async fn find(sim: &Sim, place: &Scope, what: &str) -> Result<Option<Observed>, CallError> {
    let key = sim.read("kms", "DescribeKey", what, |cloud| describe(cloud, place, what));
    absent(key.await, &["NotFoundException"])
}

/// The account's keys one by one, but for those that another alias of ours names: the one with the owner's tags and the
/// description, best one that is not pending deletion.
async fn search(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let lakes = t.alias.split_once('-').map_or(&*t.alias, |(start, _)| start);
    let taken = sim.read("kms", "ListAliases", "", |cloud| {
        let start = cloud.here(place).key_alias(lakes).to_string() + "-";
        let ours = cloud.aliases.iter().filter(|(arn, _)| arn.starts_with(&start));
        Ok(ours.map(|(_, id)| id.clone()).collect::<Vec<_>>())
    });
    let taken = taken.await?;
    let all = sim.read("kms", "ListKeys", "", |cloud| {
        let at = cloud.view(cloud.timing.kms_lag);
        let here = cloud.here(place).key("").to_string();
        let arns = cloud
            .keys
            .iter()
            .map(|(arn, _)| arn)
            .filter(|arn| arn.starts_with(&here));
        let seen = arns.filter_map(|arn| cloud.keys.seen(arn, at));
        Ok(seen.map(|key| key.seen.clone()).collect::<Vec<_>>())
    });
    let mut found = Vec::new();
    for key in all.await? {
        let candidate = !taken.iter().any(|id| id == key.arn.key_id());
        if candidate && t.owner.judge(&tags(sim, place, &key).await?) == Ownership::Ours {
            found.extend(find(sim, place, key.arn.key_id()).await?);
        }
    }
    found.retain(|key| key.description == t.description);
    Ok(found
        .into_iter()
        .min_by_key(|key| (key.state == "PendingDeletion", key.arn.clone())))
}
