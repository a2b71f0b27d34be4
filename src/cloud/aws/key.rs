//! KMS calls of a key and its alias (see `model::kinds::key`).

mod own;
mod search;

use aws_config::retry::RetryConfig;
use aws_sdk_kms::types::{KeyMetadata, Tag};
use futures::try_join;

use super::clients::built;
use super::{Aws, Done};
use crate::cloud::absent;
use crate::model::arn::{KeyArn, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::key::{Change, Observed, SPEC, Target};
use crate::model::owner::Tags;

pub(super) use own::own;

const KMS: &str = "kms";
const GONE: &[&str] = &["NotFoundException"];

/// Looks at the alias and at the ids of earlier passes, then among all keys where those tell nothing.
pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<Observed>, CallError> {
    let behind_alias = describe(aws, place, &target.alias).await?;
    let alias_target = behind_alias.as_ref().map(|key| key.key_id.clone());
    let mut keys = Vec::from_iter(behind_alias);
    for id in target.named() {
        if keys.iter().all(|key| key.key_id != id) {
            keys.extend(describe(aws, place, id).await?);
        }
    }
    let (mut named, mut denied) = (Vec::new(), None);
    for key in keys {
        match read(aws, place, target, key, alias_target.as_deref()).await {
            Ok(key) => named.push(key),
            // Not ours, then, unless there is no other to look at.
            Err(error) if error.code == "AccessDeniedException" => denied = Some(error),
            Err(error) => return Err(error),
        }
    }
    if let Some(error) = denied.filter(|_| named.is_empty()) {
        return Err(error);
    }
    let found = if target.searches(&named) {
        search::find(aws, place, target, alias_target.as_deref()).await?
    } else {
        Vec::new()
    };
    let Some(mut key) = target.pick(named, found) else {
        return Ok(None);
    };
    if target.aliases {
        key.aliases = aliases(aws, place, &key).await?;
        for other in &mut key.others {
            other.aliases = aliases(aws, place, other).await?;
        }
    }
    Ok(Some(key))
}

/// Every alias that names the key; none of one that has been scheduled for deletion, which nobody can use.
async fn aliases(aws: &Aws, place: &Scope, key: &Observed) -> Result<Vec<String>, CallError> {
    let (mut all, mut marker) = (Vec::new(), None);
    if key.state == "PendingDeletion" {
        return Ok(all);
    }
    let kms = &aws.region(&place.region).kms;
    loop {
        let page = kms
            .list_aliases()
            .key_id(key.arn.key_id())
            .limit(100)
            .set_marker(marker);
        let page = aws.call(KMS, "ListAliases", page.send()).await?;
        let entries = page.aliases.unwrap_or_default().into_iter();
        all.extend(entries.filter_map(|entry| entry.alias_name));
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            // The same message each time, in whatever order they come.
            all.sort();
            return Ok(all);
        }
    }
}

/// The key of an id, ARN or alias.
async fn describe(aws: &Aws, place: &Scope, id: &str) -> Result<Option<KeyMetadata>, CallError> {
    let kms = &aws.region(&place.region).kms;
    let answer = aws.call(KMS, "DescribeKey", kms.describe_key().key_id(id).send());
    Ok(absent(answer.await, GONE)?.and_then(|found| found.key_metadata))
}

/// A key has at most 50 tags, which is one page.
async fn tags(aws: &Aws, place: &Scope, key_id: &str) -> Result<Tags, CallError> {
    let kms = &aws.region(&place.region).kms;
    let answer = kms.list_resource_tags().key_id(key_id).send();
    let tags = aws.call(KMS, "ListResourceTags", answer).await?.tags;
    let tags = tags.unwrap_or_default().into_iter();
    Ok(tags.map(|tag| (tag.tag_key, tag.tag_value)).collect())
}

async fn policy(aws: &Aws, place: &Scope, key_id: &str) -> Result<String, CallError> {
    let kms = &aws.region(&place.region).kms;
    let answer = kms.get_key_policy().key_id(key_id).policy_name("default").send();
    let policy = aws.call(KMS, "GetKeyPolicy", answer).await?.policy;
    Ok(policy.unwrap_or_default())
}

/// Only an enabled key tells; a key of a kind that can't rotate answers `UnsupportedOperationException`.
async fn rotation(aws: &Aws, place: &Scope, key: &KeyMetadata) -> Result<Option<bool>, CallError> {
    if !key.enabled {
        return Ok(None);
    }
    let kms = &aws.region(&place.region).kms;
    let answer = kms.get_key_rotation_status().key_id(&key.key_id).send();
    let answer = aws.call(KMS, "GetKeyRotationStatus", answer).await;
    let unknown = [
        "UnsupportedOperationException",
        "KMSInvalidStateException",
        "DisabledException",
    ];
    Ok(absent(answer, &unknown)?.map(|status| status.key_rotation_enabled))
}

async fn read(
    aws: &Aws,
    place: &Scope,
    target: &Target,
    key: KeyMetadata,
    alias_target: Option<&str>,
) -> Result<Observed, CallError> {
    let (policy, rotation, tags) = try_join!(
        policy(aws, place, &key.key_id),
        rotation(aws, place, &key),
        tags(aws, place, &key.key_id),
    )?;
    let arn = key.arn.unwrap_or_default();
    Ok(Observed {
        arn: KeyArn::parse(&arn).map_err(|error| CallError {
            service: KMS,
            operation: "DescribeKey",
            code: "InvalidAnswer".to_owned(),
            message: error.to_string(),
            status: None,
        })?,
        spec: key
            .key_spec
            .map_or_else(|| SPEC.to_owned(), |spec| spec.as_str().to_owned()),
        state: key
            .key_state
            .map_or_else(String::new, |state| state.as_str().to_owned()),
        description: key.description.unwrap_or_default(),
        rotation,
        policy,
        tags,
        alias: target.alias.clone(),
        alias_target: alias_target.map(str::to_owned),
        aliases: Vec::new(),
        alias_taken: false,
        others: Vec::new(),
    })
}

/// Without the SDK's retries: the call has no idempotency token, and a second try would make a second key.
async fn create(
    aws: &Aws,
    place: &Scope,
    description: &str,
    policy: &str,
    tags: &Tags,
) -> Result<Done, CallError> {
    let kms = &aws.region(&place.region).kms;
    let call = kms
        .create_key()
        .description(description)
        .policy(policy)
        .set_tags(Some(tag_list("CreateKey", tags)?));
    let once = aws_sdk_kms::config::Builder::new().retry_config(RetryConfig::disabled());
    let answer = call.customize().config_override(once).send();
    let created = aws.call(KMS, "CreateKey", answer).await?;
    Ok(Done {
        key_id: created.key_metadata.map(|key| key.key_id),
    })
}

fn tag_list(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&String, &String)| {
        built(
            KMS,
            operation,
            Tag::builder().tag_key(key).tag_value(value).build(),
        )
    };
    tags.iter().map(tag).collect()
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<Done, CallError> {
    let kms = &aws.region(&place.region).kms;
    let name = change.operation();
    let done = match change {
        Change::CreateKey {
            description,
            policy,
            tags,
        } => return create(aws, place, description, policy, tags).await,
        Change::CreateAlias { alias, key_id } => {
            let call = kms.create_alias().alias_name(alias).target_key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::UpdateAlias { alias, key_id } => {
            let call = kms.update_alias().alias_name(alias).target_key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::DeleteAlias { alias } => {
            let call = kms.delete_alias().alias_name(alias);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::EnableKey { key_id } => {
            let call = kms.enable_key().key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::CancelKeyDeletion { key_id } => {
            let call = kms.cancel_key_deletion().key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::ScheduleKeyDeletion { key_id, days } => {
            let call = kms.schedule_key_deletion().key_id(key_id);
            let call = call.pending_window_in_days(*days);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::EnableKeyRotation { key_id } => {
            let call = kms.enable_key_rotation().key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::DisableKeyRotation { key_id } => {
            let call = kms.disable_key_rotation().key_id(key_id);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::PutKeyPolicy { key_id, policy } => {
            let call = kms.put_key_policy().key_id(key_id);
            let call = call.policy_name("default").policy(policy);
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::UpdateKeyDescription { key_id, description } => {
            let call = kms.update_key_description().key_id(key_id);
            aws.call(KMS, name, call.description(description).send())
                .await
                .map(drop)
        }
        Change::TagResource { key_id, tags } => {
            let call = kms.tag_resource().key_id(key_id);
            let call = call.set_tags(Some(tag_list(name, tags)?));
            aws.call(KMS, name, call.send()).await.map(drop)
        }
        Change::UntagResource { key_id, keys } => {
            let call = kms.untag_resource().key_id(key_id);
            aws.call(KMS, name, call.set_tag_keys(Some(keys.clone())).send())
                .await
                .map(drop)
        }
    };
    done.map(|()| Done::default())
}

#[cfg(test)]
mod tests;
