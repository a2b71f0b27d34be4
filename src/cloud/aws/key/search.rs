//! Finding a key that no alias and no record names: a crash between `CreateKey` and the record of its id leaves one.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::{Aws, KMS, absent, describe, read, tags};
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::key::{Observed, Target};
use crate::model::owner::{Ownership, Tags};

/// Keys that are looked at side by side.
const AT_ONCE: usize = 4;

/// The keys with the owner's tags that are this one by tag or description.
///
/// Reads the tags of each of the account's keys in the region, except of those that AWS or another lake has an alias for.
pub(super) async fn find(
    aws: &Aws,
    place: &Scope,
    target: &Target,
    alias_target: Option<&str>,
) -> Result<Vec<Observed>, CallError> {
    let aliases = aliases(aws, place).await?;
    let mut candidates = keys(aws, place).await?;
    candidates.retain(|key_id| !aliases.get(key_id).is_some_and(|names| taken(names, target)));
    let tagged: Vec<(String, Option<Tags>)> = stream::iter(candidates)
        .map(|key_id| async move {
            let tags = tags_if_readable(aws, place, &key_id).await?;
            Ok((key_id, tags))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let mut found = Vec::new();
    for (key_id, tags) in tagged {
        let Some(tags) = tags.filter(|tags| target.owner.judge(tags) == Ownership::Ours) else {
            continue;
        };
        let Some(key) = describe(aws, place, &key_id).await? else {
            continue;
        };
        if target.fits(&tags, key.description.as_deref().unwrap_or_default()) {
            let mut key = read(aws, place, target, key, alias_target).await?;
            key.aliases = aliases.get(&key_id).cloned().unwrap_or_default();
            found.push(key);
        }
    }
    Ok(found)
}

/// A key whose tags may not be read is not ours.
async fn tags_if_readable(aws: &Aws, place: &Scope, key_id: &str) -> Result<Option<Tags>, CallError> {
    let unreadable = ["AccessDeniedException", "NotFoundException"];
    absent(tags(aws, place, key_id).await, &unreadable)
}

async fn keys(aws: &Aws, place: &Scope) -> Result<BTreeSet<String>, CallError> {
    let kms = &aws.region(&place.region).kms;
    let (mut all, mut marker) = (BTreeSet::new(), None);
    loop {
        let page = kms.list_keys().limit(1000).set_marker(marker).send();
        let page = aws.call(KMS, "ListKeys", page).await?;
        let keys = page.keys.unwrap_or_default().into_iter();
        all.extend(keys.filter_map(|key| key.key_id));
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// Whether an alias is one of AWS, or begins as this lake's do, up to the first hyphen, and is none of them: another lake's.
fn taken(aliases: &[String], target: &Target) -> bool {
    let ours = [&target.alias, &target.siblings_alias];
    let lakes = target.alias.split_once('-').map(|(start, _)| format!("{start}-"));
    let others = |name: &String| {
        let lakes = || lakes.as_deref().is_some_and(|start| name.starts_with(start));
        name.starts_with("alias/aws/") || (lakes() && !ours.contains(&name))
    };
    aliases.iter().any(others)
}

/// The aliases of each key that has any.
async fn aliases(aws: &Aws, place: &Scope) -> Result<BTreeMap<String, Vec<String>>, CallError> {
    let kms = &aws.region(&place.region).kms;
    let (mut all, mut marker) = (BTreeMap::<_, Vec<_>>::new(), None);
    loop {
        let page = kms.list_aliases().limit(100).set_marker(marker).send();
        let page = aws.call(KMS, "ListAliases", page).await?;
        for entry in page.aliases.unwrap_or_default() {
            if let (Some(key_id), Some(name)) = (entry.target_key_id, entry.alias_name) {
                all.entry(key_id).or_default().push(name);
            }
        }
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            return Ok(all);
        }
    }
}
