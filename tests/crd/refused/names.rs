//! Names, tags, ARNs and unknown fields.

use serde_json::{Value, json};

use super::{all_are_refused, is_refused};
use crate::answers::assert_refused;
use crate::objects::{lake, spec, with};
use crate::server::Server;

#[tokio::test]
async fn bad_tags_and_arns_are_refused() {
    let tag = |key: &str, value: &str| json!({"tags": {key: value}});
    let key = |field: &str, arn: &str| json!({"region": "eu-west-1", "encryption": {field: arn}});
    let many: serde_json::Map<String, Value> = (0..41).map(|n| (format!("tag-{n}"), json!(""))).collect();
    #[rustfmt::skip]
    let rows = [
        ("a tag of AWS", tag("aws:team", "a"), "spec.tags", "write another key"),
        ("a tag of AWS in upper case", tag("AWS:team", "a"), "spec.tags", "write another key"),
        ("managed-by", tag("managed-by", "me"), "spec.tags", "write another key"),
        ("Managed-By, which IAM takes for the same", tag("Managed-By", "me"), "spec.tags", "write another key"),
        ("a tag of ours", tag("datalake-operator.io/name", "a"), "spec.tags", "write another key"),
        ("an empty key", tag("", "a"), "spec.tags", "1 to 128 characters"),
        ("a key of 129 characters", tag(&"k".repeat(129), "a"), "spec.tags", "1 to 128 characters"),
        ("a key with a sign", tag("a,b", "a"), "spec.tags", "letters, digits, blanks"),
        ("a value with a sign", tag("a", "b!"), "spec.tags", "letters, digits, blanks"),
        ("a value of 257 characters", tag("a", &"v".repeat(257)), "spec.tags.a", "256"),
        ("keys that differ in case only", json!({"tags": {"team": "a", "Team": "b"}}), "spec.tags", "write each key once"),
        ("41 tags", json!({"tags": many}), "spec.tags", "40"),
        ("no ARN", key("bucketKeyArn", "mykey"), "spec.encryption.bucketKeyArn", "write arn:aws:kms"),
        ("the ARN of an alias", key("streamKeyArn", "arn:aws:kms:eu-west-1:123456789012:alias/a"), "spec.encryption.streamKeyArn", "an alias will not do"),
        ("the ARN of a bucket", key("bucketKeyArn", "arn:aws:s3:::example"), "spec.encryption.bucketKeyArn", "write arn:aws:kms"),
        ("an account of 11 digits", key("bucketKeyArn", "arn:aws:kms:eu-west-1:12345678901:key/a"), "spec.encryption.bucketKeyArn", "write arn:aws:kms"),
        ("an ARN of another region", key("bucketKeyArn", "arn:aws:kms:us-east-1:123456789012:key/a"), "spec.encryption.bucketKeyArn", "the key is in us-east-1, the lake in eu-west-1"),
        ("a stream key of another region", key("streamKeyArn", "arn:aws:kms:us-east-1:123456789012:key/a"), "spec.encryption.streamKeyArn", "the key is in us-east-1, the lake in eu-west-1"),
    ];
    all_are_refused(
        rows.map(|(what, change, path, says)| (what, spec(change), path, says))
            .into(),
    )
    .await;
}

#[tokio::test]
async fn names_that_a_service_refuses_and_names_given_twice_are_refused() {
    let server = Server::shared().await;
    #[rustfmt::skip]
    let rows = [
        ("lakeBucket", "Example", "S3 refuses"),
        ("lakeBucket", "a.b", "S3 refuses"),
        ("lakeBucket", "ab", "S3 refuses"),
        ("rawBucket", "-ab", "S3 refuses"),
        ("rawBucket", "xn--ab", "S3 refuses"),
        ("rawBucket", "ab-s3alias", "S3 refuses"),
        ("bucketKeyAlias", "orders", "write alias/"),
        ("streamKeyAlias", "alias/aws/kinesis", "AWS's own"),
        ("stream", "a/b", "letters, digits"),
        ("deliveryStream", "a b", "letters, digits"),
        ("database", "staff-events", "Athena refuses"),
        ("database", "_a", "Athena refuses"),
        ("table", "Events", "Athena refuses"),
        ("crawler", "a/b", "letters, digits"),
        ("workgroup", "primary", "every account has"),
        ("deliveryRole", "a/b", "IAM refuses"),
        ("crawlerRole", "a:b", "IAM refuses"),
        ("publisherRole", "", "IAM refuses"),
        ("publisher", "a.b", "Lambda refuses"),
        ("logGroup", "aws/a", "not aws/ in front"),
        ("logGroup", "a b", "CloudWatch Logs refuses"),
    ];
    for (field, name, says) in rows {
        let bad = with(lake("bad"), &spec(json!({"names": {field: name}})));
        is_refused(
            &server,
            &format!("{field}: {name}"),
            bad,
            &format!("spec.names.{field}"),
            says,
        )
        .await;
    }
    #[rustfmt::skip]
    let too_long = [
        ("lakeBucket", 64),
        ("stream", 129),
        ("deliveryStream", 65),
        ("deliveryRole", 65),
        ("publisher", 65),
    ];
    for (field, length) in too_long {
        let bad = with(lake("bad"), &spec(json!({"names": {field: "a".repeat(length)}})));
        is_refused(
            &server,
            field,
            bad,
            &format!("spec.names.{field}"),
            &(length - 1).to_string(),
        )
        .await;
    }
    #[rustfmt::skip]
    let twins = [
        ("lakeBucket", "rawBucket", "example"),
        ("bucketKeyAlias", "streamKeyAlias", "alias/example"),
        ("deliveryRole", "crawlerRole", "example"),
        ("deliveryRole", "publisherRole", "example"),
        ("crawlerRole", "publisherRole", "example"),
    ];
    for (one, other, name) in twins {
        let bad = with(lake("bad"), &spec(json!({"names": {one: name, other: name}})));
        let says = format!("other than that of {one}");
        is_refused(&server, other, bad, &format!("spec.names.{other}"), &says).await;
    }
}

#[tokio::test]
async fn names_of_a_lake_with_a_dot_or_of_64_characters_are_refused() {
    let server = Server::shared().await;
    for name in ["staff.events", &"n".repeat(64)] {
        is_refused(
            &server,
            name,
            lake(name),
            "metadata.name",
            "at most 63 characters and no dot",
        )
        .await;
    }
}

#[tokio::test]
async fn unknown_fields_are_refused() {
    let server = Server::shared().await;
    for (change, field) in [
        (json!({"names": {"bucket": "a"}}), "spec.names.bucket"),
        (json!({"shards": 2}), "spec.shards"),
        (
            json!({"partitioning": {"timezone": "UTC"}}),
            "spec.partitioning.timezone",
        ),
    ] {
        let answer = server.try_create(&with(lake("bad"), &spec(change))).await;
        assert_refused(field, answer, "", &format!("unknown field \"{field}\""));
    }
}
