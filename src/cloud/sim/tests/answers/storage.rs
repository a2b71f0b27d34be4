//! KMS, S3, CloudWatch Logs.

use super::*;
use crate::model::kinds::bucket::Rule;
use crate::model::kinds::log_group;

fn lake_bucket(stage: &Stage) -> String {
    stage.lake.names.lake_bucket.clone()
}

fn bucket_arn(stage: &Stage) -> String {
    place().bucket(&lake_bucket(stage)).to_string()
}

fn key_state(cloud: &mut Cloud, stage: &Stage, state: &str) {
    cloud.keys.get_mut(&stage.key().to_string()).unwrap().seen.state = state.into();
}

fn create_key_with(policy: &str, tags: Tags) -> Change {
    Change::Key(key::Change::CreateKey {
        description: String::new(),
        policy: policy.to_owned(),
        tags,
    })
}

fn rotate(stage: &Stage) -> Change {
    Change::Key(key::Change::EnableKeyRotation { key_id: stage.key_id() })
}

fn lifecycle(stage: &Stage, rules: Vec<Rule>) -> Change {
    let bucket = lake_bucket(stage);
    Change::Bucket(bucket::Change::PutBucketLifecycleConfiguration { bucket, rules })
}

fn rule(id: &str) -> Rule {
    Rule {
        id: id.into(),
        enabled: true,
        prefix: Some(String::new()),
        expire_days: Some(40),
        ..Rule::default()
    }
}

fn policy(stage: &Stage, principal: &str) -> Change {
    let bucket = lake_bucket(stage);
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},
            "Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}}}"#
    );
    Change::Bucket(bucket::Change::PutBucketPolicy { bucket, policy })
}

#[test]
fn kms_answers_as_its_reference_says() {
    check(&[
        Row {
            situation: "the alias exists",
            outside: nothing,
            call: |stage| {
                Change::Key(key::Change::CreateAlias {
                    alias: stage.lake.names.bucket_key_alias.clone(),
                    key_id: stage.key_id(),
                })
            },
            code: "AlreadyExistsException",
            says: "already exists",
            source: "KMS API reference, CreateAlias",
        },
        Row {
            situation: "there is no such key",
            outside: nothing,
            call: |_| Change::Key(key::Change::EnableKey { key_id: "none".into() }),
            code: "NotFoundException",
            says: "does not exist",
            source: "KMS API reference, EnableKey",
        },
        Row {
            situation: "the key is new and not known everywhere",
            outside: |cloud, stage| {
                cloud.timing.kms_lag = seconds(10);
                cloud.keys.edit(cloud.now, &stage.key().to_string(), |_| ());
                let key = cloud.keys.remove(&stage.key().to_string()).unwrap();
                cloud.keys.write(cloud.now, &stage.key().to_string(), key);
            },
            call: rotate,
            code: "NotFoundException",
            says: "does not exist",
            source: "KMS developer guide, \"Eventual consistency\"",
        },
        Row {
            situation: "the key is pending deletion",
            outside: |cloud, stage| key_state(cloud, stage, "PendingDeletion"),
            call: rotate,
            code: "KMSInvalidStateException",
            says: "is pending deletion",
            source: "KMS developer guide, \"Key states\"",
        },
        Row {
            situation: "the key is not pending deletion",
            outside: nothing,
            call: |stage| Change::Key(key::Change::CancelKeyDeletion { key_id: stage.key_id() }),
            code: "KMSInvalidStateException",
            says: "is not pending deletion",
            source: "KMS developer guide, \"Key states\"",
        },
        Row {
            situation: "the key is disabled",
            outside: |cloud, stage| key_state(cloud, stage, "Disabled"),
            call: rotate,
            code: "DisabledException",
            says: "is disabled",
            source: "KMS developer guide, \"Key states\"",
        },
        Row {
            situation: "the window is too short",
            outside: nothing,
            call: |stage| {
                let (key_id, days) = (stage.key_id(), 6);
                Change::Key(key::Change::ScheduleKeyDeletion { key_id, days })
            },
            code: "ValidationException",
            says: "between 7 and 30",
            source: "KMS API reference, ScheduleKeyDeletion",
        },
        Row {
            situation: "the policy names a role that does not exist",
            outside: nothing,
            call: |_| create_key_with(&KEY_POLICY.replace("123456789012", "arn:aws:iam::123456789012:role/none"), Tags::new()),
            code: "MalformedPolicyDocumentException",
            says: "invalid principals",
            source: "KMS API reference, CreateKey, Policy",
        },
        Row {
            situation: "the policy locks everybody out",
            outside: nothing,
            call: |_| create_key_with(&KEY_POLICY.replace("kms:*", "kms:Encrypt"), Tags::new()),
            code: "MalformedPolicyDocumentException",
            says: "will not allow you to update",
            source: "KMS API reference, CreateKey, Policy",
        },
        Row {
            situation: "a tag of AWS's own",
            outside: nothing,
            call: |_| create_key_with(KEY_POLICY, aws_tags()),
            code: "TagException",
            says: "aws: are reserved",
            source: "KMS API reference, CreateKey, Tags",
        },
    ]);
}

#[test]
fn s3_answers_as_its_reference_says() {
    check(&[
        Row {
            situation: "the bucket is ours already",
            outside: nothing,
            call: |stage| stage.creation(Id::LakeBucket),
            code: "BucketAlreadyOwnedByYou",
            says: "you already own it",
            source: "S3 API reference, CreateBucket, Errors",
        },
        Row {
            situation: "the name is somebody else's",
            outside: |cloud, stage| {
                let other = AccountId::parse("210987654321").unwrap();
                cloud.buckets.get_mut(&bucket_arn(stage)).unwrap().account = other;
            },
            call: |stage| stage.creation(Id::LakeBucket),
            code: "BucketAlreadyExists",
            says: "not available",
            source: "S3 API reference, CreateBucket, Errors",
        },
        Row {
            situation: "a write to somebody else's bucket",
            outside: |cloud, stage| {
                let other = AccountId::parse("210987654321").unwrap();
                cloud.buckets.get_mut(&bucket_arn(stage)).unwrap().account = other;
            },
            call: |stage| lifecycle(stage, vec![rule("a")]),
            code: "AccessDenied",
            says: "Access Denied",
            source: "S3 user guide, \"Verifying bucket ownership with bucket owner condition\"",
        },
        Row {
            situation: "there is no such bucket",
            outside: |cloud, stage| {
                cloud.buckets.remove(&bucket_arn(stage));
            },
            call: |stage| lifecycle(stage, vec![rule("a")]),
            code: "NoSuchBucket",
            says: "does not exist",
            source: "S3 API reference, \"Error responses\"",
        },
        Row {
            situation: "the bucket was deleted a moment ago",
            outside: |cloud, stage| {
                cloud.timing.bucket_name_held = seconds(90);
                cloud.buckets.erase(cloud.now, &bucket_arn(stage));
            },
            call: |stage| stage.creation(Id::LakeBucket),
            code: "OperationAborted",
            says: "conflicting conditional operation",
            source: "S3 API reference, \"Error responses\"",
        },
        Row {
            situation: "the bucket holds an object",
            outside: |cloud, stage| cloud.buckets.get_mut(&bucket_arn(stage)).unwrap().put_object("a"),
            call: |stage| Change::Bucket(bucket::Change::DeleteBucket { bucket: lake_bucket(stage) }),
            code: "BucketNotEmpty",
            says: "not empty",
            source: "S3 API reference, \"Error responses\"",
        },
        Row {
            situation: "the name has a character that no name may have",
            outside: nothing,
            call: |_| create_bucket("Lake"),
            code: "InvalidBucketName",
            says: "not valid",
            source: "S3 user guide, \"Bucket naming rules\"",
        },
        Row {
            situation: "two rules of one id",
            outside: nothing,
            call: |stage| lifecycle(stage, vec![rule("a"), rule("a")]),
            code: "InvalidArgument",
            says: "Rule ID must be unique",
            source: "S3 API reference, LifecycleRule, ID",
        },
        Row {
            situation: "too young for infrequent access",
            outside: nothing,
            call: |stage| {
                let mut rule = rule("a");
                rule.transitions = vec![(29, "STANDARD_IA".into())];
                lifecycle(stage, vec![rule])
            },
            code: "InvalidArgument",
            says: "greater than or equal to 30",
            source: "S3 user guide, \"Transitioning objects using Amazon S3 Lifecycle\"",
        },
        Row {
            situation: "a rule that does nothing",
            outside: nothing,
            call: |stage| {
                let mut rule = rule("a");
                rule.expire_days = None;
                lifecycle(stage, vec![rule])
            },
            code: "MalformedXML",
            says: "did not validate",
            source: "S3 API reference, LifecycleRule",
        },
        Row {
            situation: "a public policy on a bucket that blocks those",
            outside: nothing,
            call: |stage| policy(stage, "*"),
            code: "AccessDenied",
            says: "Access Denied",
            source: "S3 user guide, \"Blocking public access\", BlockPublicPolicy",
        },
        Row {
            situation: "the policy names a role that does not exist",
            outside: nothing,
            call: |stage| policy(stage, "arn:aws:iam::123456789012:role/none"),
            code: "MalformedPolicy",
            says: "Invalid principal",
            source: "S3 API reference, \"Error responses\"",
        },
        Row {
            situation: "a tag of AWS's own",
            outside: nothing,
            call: |stage| {
                let (bucket, tags) = (lake_bucket(stage), aws_tags());
                Change::Bucket(bucket::Change::PutBucketTagging { bucket, tags })
            },
            code: "InvalidTag",
            says: "System tags cannot be added",
            source: "S3 API reference, PutBucketTagging",
        },
    ]);
}

#[test]
fn logs_answers_as_its_reference_says() {
    check(&[
        Row {
            situation: "the log group exists",
            outside: nothing,
            call: |stage| stage.creation(Id::LogGroup),
            code: "ResourceAlreadyExistsException",
            says: "log group already exists",
            source: "CloudWatch Logs API reference, CreateLogGroup",
        },
        Row {
            situation: "there is no such log group",
            outside: nothing,
            call: |_| Change::LogGroup(log_group::Change::DeleteLogGroup { name: "none".into() }),
            code: "ResourceNotFoundException",
            says: "does not exist",
            source: "CloudWatch Logs API reference, DeleteLogGroup",
        },
        Row {
            situation: "a retention that is not one of those offered",
            outside: nothing,
            call: |stage| {
                let (name, days) = (stage.lake.names.log_group.clone(), 31);
                Change::LogGroup(log_group::Change::PutRetentionPolicy { name, days })
            },
            code: "InvalidParameterException",
            says: "retentionInDays",
            source: "CloudWatch Logs API reference, PutRetentionPolicy",
        },
    ]);
}
