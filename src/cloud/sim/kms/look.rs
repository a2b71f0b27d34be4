//! Looking at a key.

use super::super::{Cloud, Sim};
use super::describe;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::key::{Observed, Target};
use crate::model::owner::{Ownership, Tags};

/// Makes the reads that the adapter makes: alias, recorded ids, then every key of the account.
pub async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let behind_alias = find(sim, place, &t.alias).await?;
    let alias_target = behind_alias.as_ref().map(|key| key.arn.key_id().to_owned());
    let mut keys = Vec::from_iter(behind_alias);
    for id in t.named() {
        if keys.iter().all(|key| key.arn.key_id() != id) {
            keys.extend(find(sim, place, id).await?);
        }
    }
    let mut named = Vec::new();
    for key in keys {
        named.push(properties(sim, place, t, key, alias_target.clone()).await?);
    }
    let found = if t.searches(&named) {
        search(sim, place, t, alias_target).await?
    } else {
        Vec::new()
    };
    let Some(mut key) = t.pick(named, found) else {
        return Ok(None);
    };
    if t.aliases {
        key.aliases = aliases_of(sim, place, &key).await?;
        for other in &mut key.others {
            other.aliases = aliases_of(sim, place, other).await?;
        }
    }
    Ok(Some(key))
}

async fn aliases_of(sim: &Sim, place: &Scope, key: &Observed) -> Result<Vec<String>, CallError> {
    if key.state == "PendingDeletion" {
        return Ok(Vec::new());
    }
    let id = key.arn.key_id();
    let listed = sim.read("kms", "ListAliases", id, |cloud| {
        describe(cloud, place, id)?;
        Ok(aliases(cloud))
    });
    let named = listed.await?.into_iter().filter(|(_, to)| to == id);
    Ok(named.map(|(name, _)| name).collect())
}

/// Each alias, and the id of its key. Lists lag behind further than reads of one key.
fn aliases(cloud: &mut Cloud) -> Vec<(String, String)> {
    let at = cloud.view(cloud.timing.kms_list_lag);
    let arns: Vec<String> = cloud.aliases.iter().map(|(arn, _)| arn.to_owned()).collect();
    let name = |arn: &str| format!("alias/{}", arn.split_once("alias/").map_or(arn, |(_, name)| name));
    let entry = |arn: String| Some((name(&arn), cloud.aliases.seen(&arn, at)?.clone()));
    arns.into_iter().filter_map(entry).collect()
}

async fn properties(
    sim: &Sim,
    place: &Scope,
    t: &Target,
    key: Observed,
    alias_target: Option<String>,
) -> Result<Observed, CallError> {
    let policy = look(sim, place, "GetKeyPolicy", &key).await?.policy;
    let rotation = match key.state.as_str() {
        "Enabled" => look(sim, place, "GetKeyRotationStatus", &key).await?.rotation,
        _ => None,
    };
    Ok(Observed {
        policy,
        rotation,
        tags: tags(sim, place, &key).await?,
        alias: t.alias.clone(),
        alias_target,
        ..key
    })
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

/// The account's keys one by one, but for those that another lake's alias names: those with the owner's tags and the
/// resource's tag or description.
async fn search(
    sim: &Sim,
    place: &Scope,
    t: &Target,
    alias_target: Option<String>,
) -> Result<Vec<Observed>, CallError> {
    let aliases = sim.read("kms", "ListAliases", "", |cloud| Ok(aliases(cloud)));
    let aliases = aliases.await?;
    let all = sim.read("kms", "ListKeys", "", |cloud| {
        let at = cloud.view(cloud.timing.kms_list_lag);
        let here = cloud.here(place).key("").to_string();
        let arns = cloud
            .keys
            .iter()
            .map(|(arn, _)| arn)
            .filter(|arn| arn.starts_with(&here));
        let seen = arns.filter_map(|arn| cloud.keys.seen(arn, at));
        Ok(seen.map(|key| key.seen.clone()).collect::<Vec<_>>())
    });
    let lakes = t
        .alias
        .split_once('-')
        .map_or(&*t.alias, |(start, _)| start)
        .to_owned()
        + "-";
    let others = |name: &str| name.starts_with(&lakes) && name != t.alias && name != t.siblings_alias;
    let mut found = Vec::new();
    for key in all.await? {
        let id = key.arn.key_id();
        let names: Vec<_> = aliases
            .iter()
            .filter(|(_, to)| to == id)
            .map(|(name, _)| name.clone())
            .collect();
        if names.iter().any(|name| others(name)) {
            continue;
        }
        let Some(tags) = absent(tags(sim, place, &key).await, &["NotFoundException"])? else {
            continue;
        };
        if t.owner.judge(&tags) == Ownership::Ours
            && let Some(key) = find(sim, place, id).await?
            && t.fits(&tags, &key.description)
        {
            let mut key = properties(sim, place, t, key, alias_target.clone()).await?;
            key.aliases = names;
            found.push(key);
        }
    }
    Ok(found)
}
