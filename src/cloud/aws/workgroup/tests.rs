use serde_json::{Value, json};

use super::super::testing::{operations, place, replay, sent};
use super::*;
use crate::model::arn::KeyArn;

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1111aaaa-11aa-11aa-11aa-111111111111";

fn configuration(cutoff_bytes: Option<i64>) -> Configuration {
    Configuration {
        output_location: "s3://b/query-results/".into(),
        key: Some(KeyArn::parse(KEY).unwrap()),
        bucket_owner: place().account,
        cutoff_bytes,
    }
}

fn results() -> Value {
    json!({
        "OutputLocation": "s3://b/query-results/", "ExpectedBucketOwner": "123456789012",
        "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": KEY},
    })
}

#[tokio::test]
async fn a_workgroup_is_read_with_its_tags() {
    let group = json!({"WorkGroup": {"Name": "w", "State": "DISABLED", "Description": "W", "Configuration": {
        "ResultConfiguration": results(), "EnforceWorkGroupConfiguration": true,
        "PublishCloudWatchMetricsEnabled": false, "BytesScannedCutoffPerQuery": 10_000_000,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}}}});
    let tags = r#"{"Tags":[{"Key":"team","Value":"data"}]}"#;
    let (aws, client) = replay(vec![(200, &group.to_string()), (200, tags)]);
    let seen = observe(&aws, &place(), "w").await.unwrap().unwrap();
    let expected = Observed {
        name: "w".into(),
        state: "DISABLED".into(),
        description: "W".into(),
        output_location: Some("s3://b/query-results/".into()),
        encryption: Some(("SSE_KMS".into(), Some(KEY.into()))),
        bucket_owner: Some("123456789012".into()),
        enforced: Some(true),
        metrics: Some(false),
        cutoff_bytes: Some(10_000_000),
        tags: Tags::from([("team".into(), "data".into())]),
    };
    assert_eq!(seen, expected);
    let arn = &sent(&client)[1].json()["ResourceARN"];
    assert_eq!(arn, "arn:aws:athena:eu-west-1:123456789012:workgroup/w");
}

#[tokio::test]
async fn a_workgroup_without_configuration_is_read_too() {
    let (aws, _) = replay(vec![(200, r#"{"WorkGroup":{"Name":"w"}}"#), (200, "{}")]);
    let seen = observe(&aws, &place(), "w").await.unwrap().unwrap();
    assert_eq!(
        seen,
        Observed {
            name: "w".into(),
            ..Observed::default()
        }
    );
}

#[tokio::test]
async fn only_the_message_tells_a_missing_workgroup_from_a_bad_request() {
    let answer = |message: &str| json!({"__type": "InvalidRequestException", "Message": message}).to_string();
    let (aws, _) = replay(vec![(400, &answer("WorkGroup w is not found."))]);
    assert_eq!(observe(&aws, &place(), "w").await, Ok(None));
    let (aws, _) = replay(vec![(400, &answer("WorkGroup name is invalid"))]);
    let error = observe(&aws, &place(), "w").await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("GetWorkGroup", "InvalidRequestException")
    );
}

#[tokio::test]
async fn each_change_is_one_call_with_all_that_was_decided() {
    let (name, description) = (|| "w".to_owned(), || "W".to_owned());
    let arn = || "arn:w".to_owned();
    let tags = Tags::from([("a".into(), "1".into())]);
    let tag_list = json!([{"Key": "a", "Value": "1"}]);
    let switches = |results: &str, more: Value| {
        let mut all = json!({"EnforceWorkGroupConfiguration": true, "PublishCloudWatchMetricsEnabled": true});
        all[results] = self::results();
        for (key, value) in more.as_object().unwrap() {
            all[key] = value.clone();
        }
        all
    };
    let update = |limit| Change::UpdateWorkGroup {
        name: name(),
        description: description(),
        configuration: configuration(limit),
    };
    let updated = |more: Value| {
        let updates = switches("ResultConfigurationUpdates", more);
        json!({"WorkGroup": "w", "Description": "W", "State": "ENABLED", "ConfigurationUpdates": updates})
    };
    for (change, body) in [
        (
            Change::CreateWorkGroup {
                name: name(),
                description: description(),
                configuration: configuration(Some(10_485_760)),
                tags: tags.clone(),
            },
            json!({"Name": "w", "Description": "W", "Tags": tag_list, "Configuration":
                switches("ResultConfiguration", json!({"BytesScannedCutoffPerQuery": 10_485_760}))}),
        ),
        (
            update(Some(10_485_760)),
            updated(json!({"BytesScannedCutoffPerQuery": 10_485_760})),
        ),
        (
            update(None),
            updated(json!({"RemoveBytesScannedCutoffPerQuery": true})),
        ),
        (
            Change::TagResource { arn: arn(), tags },
            json!({"ResourceARN": "arn:w", "Tags": tag_list}),
        ),
        (
            Change::UntagResource {
                arn: arn(),
                keys: vec!["a".into()],
            },
            json!({"ResourceARN": "arn:w", "TagKeys": ["a"]}),
        ),
        (
            Change::DeleteWorkGroup { name: name() },
            json!({"WorkGroup": "w", "RecursiveDeleteOption": true}),
        ),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}
