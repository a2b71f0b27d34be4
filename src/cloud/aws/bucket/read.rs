//! Reads of a bucket; "not set" is an answer like others.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_s3::types::{
    ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
    ServerSideEncryptionRule, Transition,
};

use futures::future::try_join_all;

use super::S3;
use crate::cloud::absent;
use crate::cloud::aws::Aws;
use crate::cloud::aws::clients::Clients;
use crate::model::fault::CallError;
use crate::model::kinds::bucket::{Contents, Encryption, Rule};
use crate::model::owner::Tags;

/// The bucket that is read, and what each call needs.
pub(super) struct Bucket<'a> {
    pub aws: &'a Aws,
    pub clients: Arc<Clients>,
    /// Account that must own the bucket.
    pub owner: &'a str,
    pub name: &'a str,
}

impl Bucket<'_> {
    pub async fn tags(&self) -> Result<Tags, CallError> {
        let call = self.clients.s3.get_bucket_tagging().bucket(self.name);
        let answer = call.expected_bucket_owner(self.owner).send();
        let answer = self.aws.call(S3, "GetBucketTagging", answer).await;
        let tags = absent(answer, &["NoSuchTagSet"])?.map(|found| found.tag_set);
        let tags = tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value)).collect())
    }

    pub async fn encryption(&self) -> Result<Option<Encryption>, CallError> {
        let call = self.clients.s3.get_bucket_encryption().bucket(self.name);
        let answer = call.expected_bucket_owner(self.owner).send();
        let answer = self.aws.call(S3, "GetBucketEncryption", answer).await;
        let found = absent(answer, &["ServerSideEncryptionConfigurationNotFoundError"])?;
        let rules = found.and_then(|found| found.server_side_encryption_configuration);
        let rule = rules.and_then(|configuration| configuration.rules.into_iter().next());
        Ok(rule.and_then(encryption))
    }

    pub async fn public_access_block(&self) -> Result<Option<[bool; 4]>, CallError> {
        let call = self.clients.s3.get_public_access_block().bucket(self.name);
        let answer = call.expected_bucket_owner(self.owner).send();
        let answer = self.aws.call(S3, "GetPublicAccessBlock", answer).await;
        let found = absent(answer, &["NoSuchPublicAccessBlockConfiguration"])?;
        let blocks = found.and_then(|found| found.public_access_block_configuration);
        Ok(blocks.map(|blocks| {
            [
                blocks.block_public_acls,
                blocks.ignore_public_acls,
                blocks.block_public_policy,
                blocks.restrict_public_buckets,
            ]
            .map(|block| block.unwrap_or(false))
        }))
    }

    pub async fn ownership(&self) -> Result<Option<String>, CallError> {
        let call = self.clients.s3.get_bucket_ownership_controls().bucket(self.name);
        let answer = call.expected_bucket_owner(self.owner).send();
        let answer = self.aws.call(S3, "GetBucketOwnershipControls", answer).await;
        let found = absent(answer, &["OwnershipControlsNotFoundError"])?;
        let rules = found.and_then(|found| found.ownership_controls);
        let rule = rules.and_then(|controls| controls.rules.into_iter().next());
        Ok(rule.map(|rule| rule.object_ownership.as_str().to_owned()))
    }

    pub async fn lifecycle(&self) -> Result<Vec<Rule>, CallError> {
        let call = self.clients.s3.get_bucket_lifecycle_configuration();
        let call = call.bucket(self.name).expected_bucket_owner(self.owner);
        let answer = self.aws.call(S3, "GetBucketLifecycleConfiguration", call.send());
        let found = absent(answer.await, &["NoSuchLifecycleConfiguration"])?;
        let rules = found.and_then(|found| found.rules).unwrap_or_default();
        Ok(rules.into_iter().map(rule).collect())
    }

    pub async fn policy(&self) -> Result<Option<String>, CallError> {
        let call = self.clients.s3.get_bucket_policy().bucket(self.name);
        let answer = call.expected_bucket_owner(self.owner).send();
        let answer = self.aws.call(S3, "GetBucketPolicy", answer).await;
        Ok(absent(answer, &["NoSuchBucketPolicy"])?.and_then(|found| found.policy))
    }

    /// Those of the prefixes that any version or delete marker is under.
    pub async fn occupied(&self, prefixes: &[&str]) -> Result<BTreeSet<String>, CallError> {
        let looks = prefixes.iter().map(|prefix| async move {
            let call = self.clients.s3.list_object_versions().bucket(self.name);
            let call = call.prefix(*prefix).max_keys(1).expected_bucket_owner(self.owner);
            let page = self.aws.call(S3, "ListObjectVersions", call.send()).await?;
            let any = !page.versions().is_empty() || !page.delete_markers().is_empty();
            Ok(any.then(|| (*prefix).to_owned()))
        });
        let found = try_join_all(looks).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The first page of versions, delete markers and uploads.
    pub async fn contents(&self) -> Result<Contents, CallError> {
        let versions = self.clients.s3.list_object_versions().bucket(self.name);
        let versions = versions.max_keys(1000).expected_bucket_owner(self.owner).send();
        let uploads = self.clients.s3.list_multipart_uploads().bucket(self.name);
        let uploads = uploads.max_uploads(1000).expected_bucket_owner(self.owner).send();
        let (versions, uploads) = futures::try_join!(
            self.aws.call(S3, "ListObjectVersions", versions),
            self.aws.call(S3, "ListMultipartUploads", uploads),
        )?;
        let more = versions.is_truncated == Some(true) || uploads.is_truncated == Some(true);
        let objects = versions.versions.unwrap_or_default().into_iter();
        let objects = objects.map(|object| (object.key, object.version_id));
        let markers = versions.delete_markers.unwrap_or_default().into_iter();
        let markers = markers.map(|marker| (marker.key, marker.version_id));
        let objects = objects.chain(markers);
        let uploads = uploads.uploads.unwrap_or_default().into_iter();
        Ok(Contents {
            objects: objects
                .filter_map(|(key, version)| Some((key?, version)))
                .collect(),
            uploads: uploads
                .filter_map(|part| Some((part.key?, part.upload_id?)))
                .collect(),
            more,
        })
    }
}

fn encryption(rule: ServerSideEncryptionRule) -> Option<Encryption> {
    let default = rule.apply_server_side_encryption_by_default?;
    let blocked = rule.blocked_encryption_types.map(|blocked| {
        let types = blocked.encryption_type.unwrap_or_default().into_iter();
        types.map(|kind| kind.as_str().to_owned()).collect()
    });
    Some(Encryption {
        algorithm: default.sse_algorithm.as_str().to_owned(),
        key: default.kms_master_key_id,
        bucket_key: rule.bucket_key_enabled.unwrap_or(false),
        blocked,
    })
}

/// What ours never hold is told in `others`.
fn rule(rule: LifecycleRule) -> Rule {
    let mut others = Vec::new();
    #[expect(deprecated, reason = "rules of old are written with it")]
    let prefix = prefix(rule.prefix, rule.filter, &mut others);
    let expire_days = rule.expiration.and_then(|e| expiration(&e, &mut others));
    let noncurrent_days = rule
        .noncurrent_version_expiration
        .and_then(|n| noncurrent(&n, &mut others));
    let moves = rule.transitions.unwrap_or_default().into_iter();
    let transitions = moves.filter_map(|t| transition(t, &mut others)).collect();
    if !rule.noncurrent_version_transitions.unwrap_or_default().is_empty() {
        others.push("NoncurrentVersionTransition".to_owned());
    }
    let abort = rule.abort_incomplete_multipart_upload;
    Rule {
        id: rule.id.unwrap_or_default(),
        enabled: rule.status == ExpirationStatus::Enabled,
        prefix,
        expire_days,
        abort_days: abort.and_then(|abort| abort.days_after_initiation),
        noncurrent_days,
        transitions,
        others: others.join(", "),
    }
}

/// The prefix of the rule (written in one of two ways), unless its filter is not a mere prefix.
fn prefix(
    old: Option<String>,
    filter: Option<LifecycleRuleFilter>,
    others: &mut Vec<String>,
) -> Option<String> {
    let Some(filter) = filter else {
        return Some(old.unwrap_or_default());
    };
    let sizes = filter.object_size_greater_than.or(filter.object_size_less_than);
    if filter.tag.is_some() || filter.and.is_some() || sizes.is_some() {
        others.push("Filter by more than a prefix".to_owned());
        return None;
    }
    Some(filter.prefix.unwrap_or_default())
}

fn expiration(expiration: &LifecycleExpiration, others: &mut Vec<String>) -> Option<i32> {
    if let Some(date) = &expiration.date {
        others.push(format!("Expiration on {date}"));
    }
    if expiration.expired_object_delete_marker == Some(true) {
        others.push("ExpiredObjectDeleteMarker".to_owned());
    }
    expiration.days
}

fn noncurrent(expiration: &NoncurrentVersionExpiration, others: &mut Vec<String>) -> Option<i32> {
    if let Some(kept) = expiration.newer_noncurrent_versions {
        others.push(format!("NewerNoncurrentVersions {kept}"));
    }
    expiration.noncurrent_days
}

fn transition(transition: Transition, others: &mut Vec<String>) -> Option<(i32, String)> {
    let class = transition.storage_class.map(|class| class.as_str().to_owned());
    let class = class.unwrap_or_default();
    if let Some(date) = &transition.date {
        others.push(format!("Transition to {class} on {date}"));
    }
    transition.days.map(|days| (days, class))
}
