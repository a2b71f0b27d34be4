use super::*;
use crate::cloud::aws::testing::{operations, place, replay, sent};

const GROUP: &str = "/aws/kinesisfirehose/dl";
const ARN: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/kinesisfirehose/dl";

fn target(streams: &[&str]) -> Target {
    Target {
        name: GROUP.to_owned(),
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn groups(member: &str) -> String {
    format!(
        r#"{{"logGroups":[{{"logGroupName":"{GROUP}","arn":"{ARN}:*"{member}}},{{"logGroupName":"{GROUP}-2"}}]}}"#
    )
}

#[tokio::test]
async fn a_group_is_read_with_tags_and_only_the_wanted_streams() {
    let found = groups(r#","retentionInDays":30,"retentionPolicyName":"p""#);
    let (aws, http) = replay(vec![
        (200, &found),
        (200, r#"{"tags":{"team":"data"}}"#),
        (
            200,
            r#"{"logStreams":[{"logStreamName":"BackupDelivery"},{"logStreamName":"x"}],"nextToken":"n"}"#,
        ),
        (200, r#"{"logStreams":[{"logStreamName":"y"}]}"#),
    ]);
    let wanted = target(&["DestinationDelivery", "BackupDelivery"]);
    let seen = observe(&aws, &place(), &wanted).await;
    let expected = Observed {
        name: GROUP.to_owned(),
        arn: ARN.to_owned(),
        retention_days: Some(30),
        overridden_by: Some("p".to_owned()),
        streams: vec!["BackupDelivery".to_owned()],
        tags: Tags::from([("team".to_owned(), "data".to_owned())]),
    };
    assert_eq!(seen, Ok(Some(expected)));
    assert_eq!(
        operations(&http),
        [
            "DescribeLogGroups",
            "ListTagsForResource",
            "DescribeLogStreams",
            "DescribeLogStreams"
        ]
    );
    let requests = sent(&http);
    assert_eq!(requests[0].json()["logGroupNamePrefix"], GROUP);
    assert_eq!(
        requests[1].json()["resourceArn"],
        ARN,
        "the tagging calls take no :*"
    );
    assert_eq!(requests[3].json()["nextToken"], "n");
}

#[tokio::test]
async fn streams_are_looked_for_only_where_they_are_wanted_and_only_until_they_are_found() {
    let (aws, http) = replay(vec![(200, &groups("")), (200, "{}")]);
    let seen = observe(&aws, &place(), &target(&[])).await.unwrap().unwrap();
    assert_eq!((seen.retention_days, seen.streams.len()), (None, 0));
    assert_eq!(operations(&http).len(), 2);
    let page = r#"{"logStreams":[{"logStreamName":"BackupDelivery"}],"nextToken":"n"}"#;
    let (aws, http) = replay(vec![(200, &groups("")), (200, "{}"), (200, page)]);
    let seen = observe(&aws, &place(), &target(&["BackupDelivery"]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.streams, ["BackupDelivery"]);
    assert_eq!(operations(&http).len(), 3);
}

#[tokio::test]
async fn a_group_whose_name_only_begins_alike_is_not_ours() {
    let other = format!(r#"{{"logGroups":[{{"logGroupName":"{GROUP}-2"}}]}}"#);
    let (aws, _) = replay(vec![(200, &other)]);
    assert_eq!(observe(&aws, &place(), &target(&[])).await, Ok(None));
    let (aws, _) = replay(vec![(
        400,
        r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
    )]);
    let error = observe(&aws, &place(), &target(&[])).await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("DescribeLogGroups", "ThrottlingException")
    );
}

#[tokio::test]
async fn each_change_is_the_call_that_it_names() {
    let name = || GROUP.to_owned();
    let arn = || ARN.to_owned();
    let tags = || Tags::from([("a".to_owned(), "b".to_owned())]);
    for (change, body) in [
        (
            Change::CreateLogGroup {
                name: name(),
                tags: tags(),
            },
            serde_json::json!({"logGroupName": GROUP, "tags": {"a": "b"}}),
        ),
        (
            Change::PutRetentionPolicy {
                name: name(),
                days: 30,
            },
            serde_json::json!({"logGroupName": GROUP, "retentionInDays": 30}),
        ),
        (
            Change::CreateLogStream {
                group: name(),
                stream: "s".to_owned(),
            },
            serde_json::json!({"logGroupName": GROUP, "logStreamName": "s"}),
        ),
        (
            Change::TagResource {
                arn: arn(),
                tags: tags(),
            },
            serde_json::json!({"resourceArn": ARN, "tags": {"a": "b"}}),
        ),
        (
            Change::UntagResource {
                arn: arn(),
                keys: vec!["a".to_owned()],
            },
            serde_json::json!({"resourceArn": ARN, "tagKeys": ["a"]}),
        ),
        (
            Change::DeleteLogGroup { name: name() },
            serde_json::json!({"logGroupName": GROUP}),
        ),
    ] {
        let (aws, http) = replay(vec![(200, "{}")]);
        assert_eq!(apply(&aws, &place(), &change).await, Ok(()));
        assert_eq!(operations(&http), [change.operation()]);
        assert_eq!(sent(&http)[0].json(), body, "{}", change.operation());
        let busy = r#"{"__type":"OperationAbortedException","message":"concurrent"}"#;
        let (aws, _) = replay(vec![(400, busy)]);
        let error = apply(&aws, &place(), &change).await.unwrap_err();
        assert_eq!(
            (error.operation, error.code.as_str()),
            (change.operation(), "OperationAbortedException")
        );
    }
}
