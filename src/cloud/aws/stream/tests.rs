use serde_json::json;

use super::*;
use crate::cloud::aws::testing::{operations, place, replay, sent};
use crate::model::arn::KeyArn;
use crate::model::kinds::{OwnKey, Said};

const ARN: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/s";

const DESCRIBED: &str = r#"{"StreamDescriptionSummary": {
    "StreamName": "s", "StreamARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/s", "StreamStatus": "UPDATING",
    "StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "RetentionPeriodHours": 48, "StreamCreationTimestamp": 1,
    "EnhancedMonitoring": [{"ShardLevelMetrics": []}], "EncryptionType": "KMS", "KeyId": "alias/mine",
    "OpenShardCount": 4}}"#;

#[tokio::test]
async fn a_look_tells_what_aws_says_and_reads_every_page_of_the_tags() {
    let (aws, client) = replay(vec![
        (200, DESCRIBED),
        (
            200,
            r#"{"Tags": [{"Key": "z", "Value": "1"}, {"Key": "b"}], "HasMoreTags": true}"#,
        ),
        (
            200,
            r#"{"Tags": [{"Key": "c", "Value": "3"}], "HasMoreTags": false}"#,
        ),
    ]);
    let seen = observe(&aws, &place(), "s", None).await.unwrap().unwrap();
    let tags = [("b", ""), ("c", "3"), ("z", "1")].map(|(key, value)| (key.into(), value.into()));
    let expected = Observed {
        name: "s".into(),
        arn: ARN.into(),
        status: "UPDATING".into(),
        on_demand: true,
        open_shards: 4,
        retention_hours: 48,
        key: Some("alias/mine".into()),
        own_key: None,
        tags: tags.into(),
    };
    assert_eq!(seen, expected);
    let pages: Vec<_> = sent(&client)
        .iter()
        .skip(1)
        .map(|page| page.json()["ExclusiveStartTagKey"].clone())
        .collect();
    assert_eq!(
        pages,
        [json!(null), json!("b")],
        "after the last that was returned"
    );
}

#[tokio::test]
async fn the_users_own_key_is_looked_at_together_with_its_stream() {
    let (aws, client) = replay(vec![
        (200, DESCRIBED),
        (200, r#"{"Tags": [], "HasMoreTags": false}"#),
        (400, r#"{"__type": "NotFoundException"}"#),
    ]);
    let arn = KeyArn::parse("arn:aws:kms:eu-west-1:123456789012:key/own").unwrap();
    let seen = observe(&aws, &place(), "s", Some(&arn)).await.unwrap().unwrap();
    let said = Said::Absent;
    assert_eq!(seen.own_key, Some(OwnKey { arn, said }));
    assert_eq!(
        operations(&client),
        ["DescribeStreamSummary", "ListTagsForStream", "DescribeKey"]
    );
}

#[tokio::test]
async fn without_a_mode_it_is_provisioned_and_a_key_counts_only_while_it_encrypts() {
    let described = DESCRIBED
        .replace(r#""StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "#, "")
        .replace(r#""EncryptionType": "KMS""#, r#""EncryptionType": "NONE""#);
    let (aws, _) = replay(vec![
        (200, &described),
        (200, r#"{"Tags": [], "HasMoreTags": false}"#),
    ]);
    let seen = observe(&aws, &place(), "s", None).await.unwrap().unwrap();
    assert_eq!((seen.on_demand, seen.key), (false, None));
}

#[tokio::test]
async fn a_stream_that_does_not_exist_is_absent_and_other_errors_are_told() {
    let (aws, client) = replay(vec![(400, r#"{"__type": "ResourceNotFoundException"}"#)]);
    assert_eq!(observe(&aws, &place(), "s", None).await, Ok(None));
    assert_eq!(operations(&client), ["DescribeStreamSummary"], "no further read");
    let (aws, _) = replay(vec![(
        400,
        r#"{"__type": "LimitExceededException", "message": "Rate exceeded"}"#,
    )]);
    let error = observe(&aws, &place(), "s", None).await.unwrap_err();
    assert_eq!(
        (&*error.code, &*error.message),
        ("LimitExceededException", "Rate exceeded")
    );
}

#[tokio::test]
async fn each_change_is_one_request() {
    let key = KeyArn::parse("arn:aws:kms:eu-west-1:123456789012:key/1").unwrap();
    let name = || "s".to_owned();
    let tags = || Tags::from([("a".into(), "1".into())]);
    let provisioned = json!({"StreamMode": "PROVISIONED"});
    let on_demand = json!({"StreamMode": "ON_DEMAND"});
    for (change, body) in [
        (
            Change::CreateStream {
                name: name(),
                shards: Some(2),
                tags: tags(),
            },
            json!({"StreamName": "s", "ShardCount": 2, "StreamModeDetails": provisioned, "Tags": {"a": "1"}}),
        ),
        (
            Change::CreateStream {
                name: name(),
                shards: None,
                tags: tags(),
            },
            json!({"StreamName": "s", "StreamModeDetails": on_demand, "Tags": {"a": "1"}}),
        ),
        (
            Change::UpdateShardCount {
                name: name(),
                target: 4,
            },
            json!({"StreamName": "s", "TargetShardCount": 4, "ScalingType": "UNIFORM_SCALING"}),
        ),
        (
            Change::UpdateStreamMode {
                arn: ARN.into(),
                on_demand: true,
            },
            json!({"StreamARN": ARN, "StreamModeDetails": on_demand}),
        ),
        (
            Change::IncreaseStreamRetentionPeriod {
                name: name(),
                hours: 48,
            },
            json!({"StreamName": "s", "RetentionPeriodHours": 48}),
        ),
        (
            Change::DecreaseStreamRetentionPeriod {
                name: name(),
                hours: 24,
            },
            json!({"StreamName": "s", "RetentionPeriodHours": 24}),
        ),
        (
            Change::StartStreamEncryption {
                name: name(),
                key: key.clone(),
            },
            json!({"StreamName": "s", "EncryptionType": "KMS", "KeyId": key.to_string()}),
        ),
        (
            Change::AddTagsToStream {
                name: name(),
                tags: tags(),
            },
            json!({"StreamName": "s", "Tags": {"a": "1"}}),
        ),
        (
            Change::RemoveTagsFromStream {
                name: name(),
                keys: vec!["a".into()],
            },
            json!({"StreamName": "s", "TagKeys": ["a"]}),
        ),
        (
            Change::DeleteStream {
                name: name(),
                enforce_consumer_deletion: true,
            },
            json!({"StreamName": "s", "EnforceConsumerDeletion": true}),
        ),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}
