//! S3.

use super::*;
use crate::model::kinds::bucket::Rule;

fn lake_bucket(stage: &Stage) -> String {
    stage.lake.names.lake_bucket.clone()
}

fn bucket_arn(stage: &Stage) -> String {
    place().bucket(&lake_bucket(stage)).to_string()
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

const S3: &[Row] = &[
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
        call: |stage| {
            Change::Bucket(bucket::Change::DeleteBucket {
                bucket: lake_bucket(stage),
            })
        },
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
];

#[test]
fn s3_answers_as_its_reference_says() {
    check(S3);
}

fn with_transitions(stage: &Stage, expire_days: Option<i32>, transitions: &[(i32, &str)]) -> Change {
    let transitions = transitions
        .iter()
        .map(|(days, class)| (*days, (*class).to_owned()));
    let rule = Rule {
        expire_days,
        transitions: transitions.collect(),
        ..rule("a")
    };
    lifecycle(stage, vec![rule])
}

fn policy_of(stage: &Stage, statement: &str) -> Change {
    let bucket = lake_bucket(stage);
    let statement = statement.replace("BUCKET", &bucket);
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny",{statement}}}}}"#);
    Change::Bucket(bucket::Change::PutBucketPolicy { bucket, policy })
}

fn tag(stage: &Stage, tags: Tags) -> Change {
    let bucket = lake_bucket(stage);
    Change::Bucket(bucket::Change::PutBucketTagging { bucket, tags })
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("no rule at all", nothing, |stage| lifecycle(stage, Vec::new()),
        "MalformedXML", "did not validate", "S3 API reference, BucketLifecycleConfiguration"),
    row("a storage class that there is not", nothing, |stage| with_transitions(stage, None, &[(60, "COLD")]),
        "MalformedXML", "did not validate", "S3 API reference, Transition, StorageClass"),
    row("an id that is too long", nothing, |stage| lifecycle(stage, vec![rule(&"x".repeat(256))]),
        "InvalidArgument", "limit of 255", "S3 API reference, LifecycleRule, ID"),
    row("expiry before the transition", nothing, |stage| with_transitions(stage, Some(60), &[(60, "GLACIER")]),
        "InvalidArgument", "must be greater than", "S3 user guide, \"Lifecycle configuration elements\""),
    row("transitions that are not in order", nothing, |stage| with_transitions(stage, None, &[(60, "STANDARD_IA"), (50, "GLACIER")]),
        "InvalidArgument", "must be in order", "S3 user guide, \"Lifecycle configuration elements\""),
    row("a transition soon after one to STANDARD_IA", nothing, |stage| with_transitions(stage, None, &[(60, "STANDARD_IA"), (89, "ONEZONE_IA")]),
        "InvalidArgument", "30 days more", "S3 user guide, \"Transitioning objects using Amazon S3 Lifecycle\""),
    row("expiry at once", nothing, |stage| with_transitions(stage, Some(0), &[]),
        "InvalidArgument", "positive integer", "S3 API reference, LifecycleExpiration"),
    row("a policy that is too long", nothing, |stage| policy_of(stage, &format!(r#""Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::BUCKET/{}""#, "x".repeat(20_480))),
        "MalformedPolicy", "maximum allowed document size", "S3 user guide, \"Bucket policies\""),
    row("a policy of another bucket", nothing, |stage| policy_of(stage, r#""Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::other/*""#),
        "MalformedPolicy", "invalid resource", "S3 API reference, \"Error responses\""),
    row("a policy of another service", nothing, |stage| policy_of(stage, r#""Principal":"*","Action":"kms:*","Resource":"arn:aws:s3:::BUCKET/*""#),
        "MalformedPolicy", "invalid action", "S3 API reference, \"Error responses\""),
    row("a policy for nobody", nothing, |stage| policy_of(stage, r#""Action":"s3:*","Resource":"arn:aws:s3:::BUCKET/*""#),
        "MalformedPolicy", "Principal", "S3 API reference, \"Error responses\""),
    row("AWS's own tag is left out", |cloud, stage| drop(cloud.buckets.get_mut(&bucket_arn(stage)).unwrap().seen.tags.insert("aws:stack".into(), "a".into())),
        |stage| tag(stage, many_tags(1)),
        "InvalidTag", "cannot be removed", "S3 API reference, PutBucketTagging"),
    row("51 tags", nothing, |stage| tag(stage, many_tags(51)),
        "InvalidTag", "Too many tags", "S3 API reference, PutBucketTagging"),
    row("1001 objects at once", nothing, |stage| {
            let objects = (0..1001).map(|n| (n.to_string(), None)).collect();
            Change::Bucket(bucket::Change::DeleteObjects { bucket: lake_bucket(stage), objects })
        },
        "MalformedXML", "did not validate", "S3 API reference, DeleteObjects"),
    row("there is no such upload", nothing, |stage| {
            let (bucket, key, upload_id) = (lake_bucket(stage), "a".into(), "none".into());
            Change::Bucket(bucket::Change::AbortMultipartUpload { bucket, key, upload_id })
        },
        "NoSuchUpload", "does not exist", "S3 API reference, AbortMultipartUpload"),
    row("the bucket is in another region", |cloud, stage| cloud.buckets.get_mut(&bucket_arn(stage)).unwrap().region = Region::parse("us-west-2").unwrap(),
        |stage| lifecycle(stage, vec![rule("a")]),
        "PermanentRedirect", "specified endpoint", "S3 API reference, \"Error responses\""),
    row("a region that is not the endpoint's", nothing, |_| {
            let (bucket, region) = ("another".into(), Region::parse("us-west-2").unwrap());
            Change::Bucket(bucket::Change::CreateBucket { bucket, region, tags: Tags::new() })
        },
        "IllegalLocationConstraintException", "incompatible", "S3 API reference, CreateBucket, LocationConstraint"),
    row("the bucket is new and not known everywhere", |cloud, stage| {
            cloud.timing.s3_lag = seconds(10);
            let bucket = cloud.buckets.remove(&bucket_arn(stage)).unwrap();
            cloud.buckets.write(cloud.now, &bucket_arn(stage), bucket);
        }, |stage| lifecycle(stage, vec![rule("a")]),
        "NoSuchBucket", "does not exist", "S3 user guide, \"Amazon S3 data consistency model\""),
    row("the account's buckets are used up", |cloud, _| cloud.quotas.buckets = cloud.buckets.len(), |_| create_bucket("another"),
        "TooManyBuckets", "more buckets than allowed", "S3 user guide, \"Bucket restrictions and limitations\""),
];

#[test]
fn s3_keeps_its_bounds() {
    check(BOUNDS);
}

/// S3 API reference, `CreateBucket`, Errors: in us-east-1 the owner gets a yes, but only for a bucket of that region.
#[test]
fn us_east_1_says_yes_to_the_owner_of_a_bucket_there() {
    for (at, taken) in [("us-east-1", true), ("eu-west-1", false)] {
        let sim = sim(Timing::none());
        let region = Region::parse("us-east-1").unwrap();
        let tags = Tags::new();
        let bucket = Bucket::new("lake", place().account, Region::parse(at).unwrap(), tags.clone());
        sim.alter(|cloud| cloud.buckets.put("arn:aws:s3:::lake", bucket));
        let there = Scope {
            region: region.clone(),
            ..place()
        };
        let bucket = "lake".into();
        let create = Change::Bucket(bucket::Change::CreateBucket { bucket, region, tags });
        assert_eq!(now(sim.apply(&there, &create)).is_ok(), taken, "{at}");
    }
}

#[test]
fn aws_s_own_tags_may_be_sent_back_as_they_are() {
    let sim = sim(Timing::none());
    apply(&sim, &create_bucket("lake")).unwrap();
    let tags = Tags::from([("aws:stack".to_owned(), "a".to_owned())]);
    sim.alter(|cloud| {
        cloud
            .buckets
            .iter_mut()
            .for_each(|(_, live)| live.seen.tags = tags.clone());
    });
    let bucket = "lake".into();
    apply(
        &sim,
        &Change::Bucket(bucket::Change::PutBucketTagging { bucket, tags }),
    )
    .unwrap();
}
