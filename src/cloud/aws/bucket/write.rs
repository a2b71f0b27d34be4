//! Writes to a bucket, one call each.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BlockedEncryptionTypes, BucketLifecycleConfiguration,
    BucketLocationConstraint, CreateBucketConfiguration, Delete, EncryptionType, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, ObjectIdentifier,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, Transition, TransitionStorageClass,
};

use super::S3;
use crate::cloud::aws::Aws;
use crate::cloud::aws::clients::built;
use crate::model::arn::{KeyArn, Region, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::bucket::{ALGORITHM, BLOCKED, Change, OWNERSHIP, Rule};
use crate::model::owner::Tags;

pub async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let s3 = &aws.region(&place.region).s3;
    let owner = place.account.as_str();
    let name = change.operation();
    match change {
        // In us-east-1 this succeeds on a bucket that is ours already, and resets its ACLs: it is made only after
        // a look that found none, and none of our buckets has ACLs (S3 API reference, CreateBucket).
        Change::CreateBucket { bucket, region, tags } => {
            let call = s3.create_bucket().bucket(bucket);
            let call = call.create_bucket_configuration(location(region, tags)?);
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::PutPublicAccessBlock { bucket } => {
            let call = s3
                .put_public_access_block()
                .bucket(bucket)
                .expected_bucket_owner(owner);
            let call = call.public_access_block_configuration(all_blocked());
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::PutBucketOwnershipControls { bucket } => {
            let call = s3.put_bucket_ownership_controls().bucket(bucket);
            let call = call.expected_bucket_owner(owner).ownership_controls(ownership()?);
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::PutBucketEncryption { bucket, key } => {
            let call = s3
                .put_bucket_encryption()
                .bucket(bucket)
                .expected_bucket_owner(owner);
            let call = call.server_side_encryption_configuration(encryption(key)?);
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::PutBucketLifecycleConfiguration { bucket, rules } => {
            let call = s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let call = call
                .expected_bucket_owner(owner)
                .lifecycle_configuration(lifecycle(rules)?);
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::PutBucketPolicy { bucket, policy } => {
            let call = s3.put_bucket_policy().bucket(bucket).expected_bucket_owner(owner);
            aws.call(S3, name, call.policy(policy).send()).await.map(drop)
        }
        Change::PutBucketTagging { bucket, tags } => {
            let tags = Tagging::builder()
                .set_tag_set(Some(tag_list(name, tags)?))
                .build();
            let call = s3
                .put_bucket_tagging()
                .bucket(bucket)
                .expected_bucket_owner(owner);
            let call = call.tagging(built(S3, name, tags)?);
            aws.call(S3, name, call.send()).await.map(drop)
        }
        Change::DeleteObjects { bucket, objects } => {
            let call = s3.delete_objects().bucket(bucket).expected_bucket_owner(owner);
            let call = call.delete(objects_to_delete(objects)?);
            let answer = aws.call(S3, name, call.send()).await?;
            // The call succeeds even when no object went; quiet, it tells only of those that did not.
            answer
                .errors()
                .first()
                .map_or(Ok(()), |error| Err(not_deleted(error)))
        }
        Change::AbortMultipartUpload {
            bucket,
            key,
            upload_id,
        } => {
            let call = s3
                .abort_multipart_upload()
                .bucket(bucket)
                .expected_bucket_owner(owner);
            aws.call(S3, name, call.key(key).upload_id(upload_id).send())
                .await
                .map(drop)
        }
        Change::DeleteBucket { bucket } => {
            let call = s3.delete_bucket().bucket(bucket).expected_bucket_owner(owner);
            aws.call(S3, name, call.send()).await.map(drop)
        }
    }
}

/// us-east-1 is the one region that must not be named.
fn location(region: &Region, tags: &Tags) -> Result<CreateBucketConfiguration, CallError> {
    let elsewhere = (region.as_str() != "us-east-1").then(|| BucketLocationConstraint::from(region.as_str()));
    Ok(CreateBucketConfiguration::builder()
        .set_location_constraint(elsewhere)
        .set_tags(Some(tag_list("CreateBucket", tags)?))
        .build())
}

fn tag_list(operation: &'static str, tags: &Tags) -> Result<Vec<Tag>, CallError> {
    let tag =
        |(key, value): (&String, &String)| built(S3, operation, Tag::builder().key(key).value(value).build());
    tags.iter().map(tag).collect()
}

fn all_blocked() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}

fn ownership() -> Result<OwnershipControls, CallError> {
    let name = "PutBucketOwnershipControls";
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(OWNERSHIP));
    let controls = OwnershipControls::builder().rules(built(S3, name, rule.build())?);
    built(S3, name, controls.build())
}

fn encryption(key: &KeyArn) -> Result<ServerSideEncryptionConfiguration, CallError> {
    let name = "PutBucketEncryption";
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(ALGORITHM))
        .kms_master_key_id(key.to_string());
    let blocked = BlockedEncryptionTypes::builder().encryption_type(EncryptionType::from(BLOCKED));
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(built(S3, name, default.build())?)
        .bucket_key_enabled(true)
        .blocked_encryption_types(blocked.build());
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    built(S3, name, configuration.build())
}

fn lifecycle(rules: &[Rule]) -> Result<BucketLifecycleConfiguration, CallError> {
    let name = "PutBucketLifecycleConfiguration";
    let rules: Result<Vec<LifecycleRule>, CallError> = rules
        .iter()
        .map(|rule| built(S3, name, lifecycle_rule(rule).build()))
        .collect();
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules?));
    built(S3, name, configuration.build())
}

fn lifecycle_rule(rule: &Rule) -> aws_sdk_s3::types::builders::LifecycleRuleBuilder {
    let status = if rule.enabled {
        ExpirationStatus::Enabled
    } else {
        ExpirationStatus::Disabled
    };
    let expire = rule
        .expire_days
        .map(|days| LifecycleExpiration::builder().days(days).build());
    let noncurrent = rule.noncurrent_days.map(|days| {
        NoncurrentVersionExpiration::builder()
            .noncurrent_days(days)
            .build()
    });
    let abort = rule.abort_days.map(|days| {
        AbortIncompleteMultipartUpload::builder()
            .days_after_initiation(days)
            .build()
    });
    let transitions = rule.transitions.iter().map(|(days, class)| {
        let class = TransitionStorageClass::from(class.as_str());
        Transition::builder().days(*days).storage_class(class).build()
    });
    let transitions: Vec<Transition> = transitions.collect();
    LifecycleRule::builder()
        .id(&rule.id)
        .status(status)
        .filter(
            LifecycleRuleFilter::builder()
                .set_prefix(rule.prefix.clone())
                .build(),
        )
        .set_expiration(expire)
        .set_noncurrent_version_expiration(noncurrent)
        .set_abort_incomplete_multipart_upload(abort)
        .set_transitions((!transitions.is_empty()).then_some(transitions))
}

fn objects_to_delete(objects: &[(String, Option<String>)]) -> Result<Delete, CallError> {
    let name = "DeleteObjects";
    let objects: Result<Vec<ObjectIdentifier>, CallError> = objects
        .iter()
        .map(|(key, version)| {
            let object = ObjectIdentifier::builder()
                .key(key)
                .set_version_id(version.clone());
            built(S3, name, object.build())
        })
        .collect();
    built(
        S3,
        name,
        Delete::builder().set_objects(Some(objects?)).quiet(true).build(),
    )
}

fn not_deleted(error: &aws_sdk_s3::types::Error) -> CallError {
    let key = error.key().unwrap_or("?");
    CallError {
        service: S3,
        operation: "DeleteObjects",
        code: error.code().unwrap_or("Unknown").to_owned(),
        message: format!("{key}: {}", error.message().unwrap_or("not deleted")),
        status: None,
    }
}
