use super::*;
use crate::model::arn::{AccountId, KeyArn, Region};
use crate::model::policy::equivalent;

fn scope(region: &str) -> Scope {
    Scope {
        region: Region::parse(region).unwrap(),
        account: AccountId::parse("123456789012").unwrap(),
    }
}

fn a_key(id: &str) -> KeyArn {
    KeyArn::parse(&format!("arn:aws:kms:eu-west-1:123456789012:key/{id}")).unwrap()
}

fn example<'a>(scope: &'a Scope, keys: &'a [KeyArn; 2]) -> Delivery<'a> {
    Delivery {
        scope,
        lake_bucket: "lake",
        data_prefix: "data/",
        error_prefix: "errors/",
        raw_bucket: "backup",
        raw_prefix: "raw/",
        raw_error_prefix: "raw-errors/",
        bucket_keys: &keys[..1],
        stream: "stream",
        stream_keys: &keys[1..],
        database: "db",
        table: "tbl",
        log_group: "/aws/kinesisfirehose/delivery",
    }
}

#[test]
fn the_delivery_role_may_do_exactly_this() {
    let (scope, keys) = (scope("eu-west-1"), [a_key("b"), a_key("s")]);
    let expected = r#"{"Version":"2012-10-17","Statement":[
     {"Sid":"Buckets","Effect":"Allow",
      "Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],
      "Resource":["arn:aws:s3:::lake","arn:aws:s3:::backup"]},
     {"Sid":"Objects","Effect":"Allow",
      "Action":["s3:AbortMultipartUpload","s3:GetObject","s3:PutObject"],
      "Resource":["arn:aws:s3:::lake/data/*","arn:aws:s3:::lake/errors/*",
                  "arn:aws:s3:::backup/raw/*","arn:aws:s3:::backup/raw-errors/*"]},
     {"Sid":"Source","Effect":"Allow",
      "Action":["kinesis:DescribeStream","kinesis:GetShardIterator","kinesis:GetRecords","kinesis:ListShards"],
      "Resource":"arn:aws:kinesis:eu-west-1:123456789012:stream/stream"},
     {"Sid":"Schema","Effect":"Allow",
      "Action":["glue:GetTable","glue:GetTableVersion","glue:GetTableVersions"],
      "Resource":["arn:aws:glue:eu-west-1:123456789012:catalog","arn:aws:glue:eu-west-1:123456789012:database/db",
                  "arn:aws:glue:eu-west-1:123456789012:table/db/tbl"]},
     {"Sid":"BucketKey","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],
      "Resource":"arn:aws:kms:eu-west-1:123456789012:key/b",
      "Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"},
       "StringLike":{"kms:EncryptionContext:aws:s3:arn":[
         "arn:aws:s3:::lake","arn:aws:s3:::lake/*","arn:aws:s3:::backup","arn:aws:s3:::backup/*"]}}},
     {"Sid":"StreamKey","Effect":"Allow","Action":"kms:Decrypt",
      "Resource":"arn:aws:kms:eu-west-1:123456789012:key/s",
      "Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/stream"}}},
     {"Sid":"Errors","Effect":"Allow","Action":"logs:PutLogEvents",
      "Resource":"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/kinesisfirehose/delivery:log-stream:*"}]}"#;
    let document = delivery(&example(&scope, &keys)).to_string();
    assert!(equivalent(&document, expected), "{document}");
}

#[test]
fn the_crawler_role_may_do_exactly_this() {
    let (scope, key) = (scope("eu-west-1"), a_key("b"));
    let expected = r#"{"Version":"2012-10-17","Statement":[
     {"Sid":"List","Effect":"Allow","Action":["s3:ListBucket"],"Resource":"arn:aws:s3:::lake",
      "Condition":{"StringLike":{"s3:prefix":["data","data/*"]}}},
     {"Sid":"Location","Effect":"Allow","Action":"s3:GetBucketLocation","Resource":"arn:aws:s3:::lake"},
     {"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::lake/data/*"},
     {"Sid":"BucketKey","Effect":"Allow","Action":"kms:Decrypt",
      "Resource":"arn:aws:kms:eu-west-1:123456789012:key/b",
      "Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"},
       "StringLike":{"kms:EncryptionContext:aws:s3:arn":["arn:aws:s3:::lake","arn:aws:s3:::lake/data/*"]}}},
     {"Sid":"Catalog","Effect":"Allow",
      "Action":["glue:GetDatabase","glue:GetTable","glue:GetTables","glue:GetPartition","glue:GetPartitions",
                "glue:BatchGetPartition","glue:CreatePartition","glue:BatchCreatePartition",
                "glue:UpdatePartition","glue:BatchUpdatePartition","glue:UpdateTable"],
      "Resource":["arn:aws:glue:eu-west-1:123456789012:catalog","arn:aws:glue:eu-west-1:123456789012:database/db",
                  "arn:aws:glue:eu-west-1:123456789012:table/db/tbl"]},
     {"Sid":"Log","Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],
      "Resource":["arn:aws:logs:eu-west-1:123456789012:log-group:/aws-glue/crawlers",
                  "arn:aws:logs:eu-west-1:123456789012:log-group:/aws-glue/crawlers:log-stream:*"]}]}"#;
    let of = Crawler {
        scope: &scope,
        lake_bucket: "lake",
        data_prefix: "data/",
        bucket_keys: std::slice::from_ref(&key),
        database: "db",
        table: "tbl",
    };
    let document = crawler(&of).to_string();
    assert!(equivalent(&document, expected), "{document}");
}

#[test]
fn the_publisher_role_may_put_events_and_log() {
    let (scope, key) = (scope("eu-west-1"), a_key("s"));
    let expected = r#"{"Version":"2012-10-17","Statement":[
     {"Sid":"Put","Effect":"Allow","Action":["kinesis:PutRecord","kinesis:PutRecords"],
      "Resource":"arn:aws:kinesis:eu-west-1:123456789012:stream/stream"},
     {"Sid":"StreamKey","Effect":"Allow","Action":"kms:GenerateDataKey",
      "Resource":"arn:aws:kms:eu-west-1:123456789012:key/s",
      "Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:aws:kinesis:arn":"arn:aws:kinesis:eu-west-1:123456789012:stream/stream"}}},
     {"Sid":"Log","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],
      "Resource":"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/publisher:*"}]}"#;
    let of = Publisher {
        scope: &scope,
        stream: "stream",
        stream_key: Some(&key),
        log_group: "/aws/lambda/publisher",
    };
    let document = publisher(&of).to_string();
    assert!(equivalent(&document, expected), "{document}");
}

#[test]
fn each_role_trusts_one_service() {
    let trust = |service: &str, condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Assume","Effect":"Allow","Principal":{{"Service":"{service}.amazonaws.com"}},"Action":"sts:AssumeRole"{condition}}}]}}"#
        )
    };
    let external = r#","Condition":{"StringEquals":{"sts:ExternalId":"123456789012"}}"#;
    assert_eq!(
        delivery_trust(&scope("eu-west-1")).to_string(),
        trust("firehose", external)
    );
    assert_eq!(crawler_trust().to_string(), trust("glue", ""));
    assert_eq!(publisher_trust().to_string(), trust("lambda", ""));
}

#[test]
fn buckets_and_keys_say_only_what_roles_can_not() {
    let scope = scope("eu-west-1");
    assert_eq!(
        bucket(&scope, "lake").to_string(),
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::lake","arn:aws:s3:::lake/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#
    );
    assert_eq!(
        key(&scope).to_string(),
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"Account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}"#
    );
}

#[test]
fn other_partitions_have_their_own_arns_throughout() {
    let (scope, keys) = (scope("cn-north-1"), [a_key("b"), a_key("s")].map(|_| china_key()));
    let document = delivery(&example(&scope, &keys)).to_string();
    assert!(!document.contains("arn:aws:"), "{document}");
    assert!(document.contains("s3.cn-north-1.amazonaws.com.cn"), "{document}");
}

fn china_key() -> KeyArn {
    KeyArn::parse("arn:aws-cn:kms:cn-north-1:123456789012:key/1").unwrap()
}

#[test]
fn inline_policies_fit_their_limit_with_the_longest_names() {
    // IAM user guide, "IAM and AWS STS quotas": the inline policies of a role, 10,240 characters.
    let scope = Scope {
        region: Region::parse("ap-southeast-99").unwrap(),
        account: scope("eu-west-1").account,
    };
    let keys = [a_key(&"k".repeat(36)), a_key(&"k".repeat(36))];
    let (bucket, stream, glue, log_group) =
        ("b".repeat(63), "s".repeat(128), "g".repeat(255), "l".repeat(512));
    let of = Delivery {
        lake_bucket: &bucket,
        raw_bucket: &bucket,
        stream: &stream,
        database: &glue,
        table: &glue,
        log_group: &log_group,
        ..example(&scope, &keys)
    };
    let crawler_of = Crawler {
        scope: &scope,
        lake_bucket: &bucket,
        data_prefix: "data/",
        bucket_keys: &keys[..1],
        database: &glue,
        table: &glue,
    };
    let publisher_of = Publisher {
        scope: &scope,
        stream: &stream,
        stream_key: Some(&keys[1]),
        log_group: &log_group,
    };
    for (document, role) in [
        (delivery(&of), "delivery"),
        (crawler(&crawler_of), "crawler"),
        (publisher(&publisher_of), "publisher"),
    ] {
        let length = document.to_string().chars().count();
        assert!(
            length <= 10_240,
            "the {role} role's policy has {length} characters"
        );
    }
}
