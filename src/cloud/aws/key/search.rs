//! Finding a key that no alias and no record names: a crash between `CreateKey` and the record of its id leaves one.

use std::collections::BTreeSet;

use aws_sdk_kms::types::KeyMetadata;
use futures::{StreamExt, TryStreamExt, stream};

use super::{Aws, KMS, absent, describe, tags};
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::key::Target;
use crate::model::owner::Ownership;

/// Keys that are looked at side by side.
const AT_ONCE: usize = 4;

/// The key with the owner's tags and the description. Where there are several, one that is not pending deletion; of
/// those alike, the same at each look.
///
/// Reads the tags of each of the account's keys in the region, except of those that AWS or another lake has an alias for.
pub(super) async fn find(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<KeyMetadata>, CallError> {
    let taken = taken(aws, place, &target.alias).await?;
    let mut candidates = keys(aws, place).await?;
    candidates.retain(|key_id| !taken.contains(key_id));
    let tagged: Vec<(String, bool)> = stream::iter(candidates)
        .map(|key_id| async move {
            let ours = ours(aws, place, target, &key_id).await?;
            Ok((key_id, ours))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let mut found = Vec::new();
    for (key_id, _) in tagged.iter().filter(|(_, ours)| *ours) {
        let key = describe(aws, place, key_id).await?;
        found.extend(key.filter(|key| key.description.as_deref() == Some(&target.description)));
    }
    let order = |key: &KeyMetadata| (key.deletion_date.is_some(), key.key_id.clone());
    Ok(found.into_iter().min_by_key(order))
}

/// Whether the key has the owner's tags. One whose tags may not be read is not ours.
async fn ours(aws: &Aws, place: &Scope, target: &Target, key_id: &str) -> Result<bool, CallError> {
    let unreadable = ["AccessDeniedException", "NotFoundException"];
    let found = absent(tags(aws, place, key_id).await, &unreadable)?;
    Ok(found.is_some_and(|tags| target.owner.judge(&tags) == Ownership::Ours))
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

/// Keys that an alias of AWS names, or one that begins as ours does, up to the first hyphen: another lake's.
async fn taken(aws: &Aws, place: &Scope, alias: &str) -> Result<BTreeSet<String>, CallError> {
    let kms = &aws.region(&place.region).kms;
    let lakes = alias.split_once('-').map(|(start, _)| format!("{start}-"));
    let not_ours = |name: &str| {
        name.starts_with("alias/aws/") || lakes.as_deref().is_some_and(|start| name.starts_with(start))
    };
    let (mut taken, mut marker) = (BTreeSet::new(), None);
    loop {
        let page = kms.list_aliases().limit(100).set_marker(marker).send();
        let page = aws.call(KMS, "ListAliases", page).await?;
        let aliases = page.aliases.unwrap_or_default().into_iter();
        let aliases = aliases.filter(|entry| entry.alias_name.as_deref().is_some_and(not_ours));
        taken.extend(aliases.filter_map(|entry| entry.target_key_id));
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            return Ok(taken);
        }
    }
}
