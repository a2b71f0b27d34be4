mod own;
mod search;

use super::*;
use crate::cloud::aws::testing::{operations, place, replay, replay_with_retries, sent};
use crate::model::owner::Owner;
use crate::model::topology::Id;

const NOT_FOUND: (u16, &str) = (400, r#"{"__type":"NotFoundException","message":"Invalid keyId"}"#);
const DENIED: (u16, &str) = (400, r#"{"__type":"AccessDeniedException","message":"no"}"#);
const POLICY: (u16, &str) = (200, r#"{"Policy":"{}","PolicyName":"default"}"#);
const ROTATED: (u16, &str) = (200, r#"{"KeyRotationEnabled":true,"KeyId":"k1"}"#);
const FOREIGN: (u16, &str) = (
    200,
    r#"{"Tags":[{"TagKey":"team","TagValue":"other"}],"Truncated":false}"#,
);
const OURS: (u16, &str) = (
    200,
    r#"{"Tags":[{"TagKey":"datalake-operator.io/cluster","TagValue":"c1"},
                {"TagKey":"datalake-operator.io/namespace","TagValue":"analytics"},
                {"TagKey":"datalake-operator.io/name","TagValue":"events"}],"Truncated":false}"#,
);

fn target(known: Option<&str>) -> Target {
    Target {
        id: Id::BucketKey,
        alias: "alias/dl-events-bucket".to_owned(),
        siblings_alias: "alias/dl-events-stream".to_owned(),
        known: known.map(str::to_owned),
        spare: Vec::new(),
        given_up: Vec::new(),
        search: false,
        aliases: false,
        owner: Owner {
            cluster: "c1".to_owned(),
            namespace: "analytics".to_owned(),
            name: "events".to_owned(),
        },
        description: "Bucket key".to_owned(),
    }
}

fn metadata(id: &str, state: &str, description: &str) -> String {
    let deletion = if state == "PendingDeletion" {
        r#","DeletionDate":1.8E9"#
    } else {
        ""
    };
    format!(
        r#"{{"KeyMetadata":{{"KeyId":"{id}","Arn":"arn:aws:kms:eu-west-1:123456789012:key/{id}",
            "Enabled":{},"KeyState":"{state}","Description":"{description}"{deletion}}}}}"#,
        state == "Enabled"
    )
}

fn enabled(id: &str) -> String {
    metadata(id, "Enabled", "Bucket key")
}

#[tokio::test]
async fn a_key_behind_its_alias_is_four_reads() {
    let (aws, http) = replay(vec![(200, &enabled("k1")), POLICY, ROTATED, OURS]);
    let seen = observe(&aws, &place(), &target(Some("k1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        operations(&http),
        [
            "DescribeKey",
            "GetKeyPolicy",
            "GetKeyRotationStatus",
            "ListResourceTags"
        ]
    );
    assert_eq!(sent(&http)[0].json()["KeyId"], "alias/dl-events-bucket");
    let expected = Observed {
        arn: KeyArn::parse("arn:aws:kms:eu-west-1:123456789012:key/k1").unwrap(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        state: "Enabled".to_owned(),
        description: "Bucket key".to_owned(),
        rotation: Some(true),
        policy: "{}".to_owned(),
        tags: target(None).owner.tags(&Tags::new()),
        alias: "alias/dl-events-bucket".to_owned(),
        alias_target: Some("k1".to_owned()),
        aliases: Vec::new(),
        alias_taken: false,
        others: Vec::new(),
    };
    let mut tags = expected.tags.clone();
    tags.remove("managed-by");
    assert_eq!(seen, Observed { tags, ..expected });
}

#[tokio::test]
async fn rotation_of_a_key_that_is_not_enabled_is_unknown_and_not_asked_for() {
    let (aws, http) = replay(vec![(200, &metadata("k1", "PendingDeletion", "")), POLICY, OURS]);
    let seen = observe(&aws, &place(), &target(None)).await.unwrap().unwrap();
    assert_eq!((seen.state.as_str(), seen.rotation), ("PendingDeletion", None));
    assert_eq!(
        operations(&http),
        ["DescribeKey", "GetKeyPolicy", "ListResourceTags"]
    );
}

#[tokio::test]
async fn all_aliases_of_a_key_that_is_to_go_are_listed_page_by_page() {
    let whole = Target {
        aliases: true,
        ..target(None)
    };
    let first = r#"{"Truncated":true,"NextMarker":"m","Aliases":[{"AliasName":"alias/dl-events-bucket"}]}"#;
    let second = r#"{"Truncated":false,"Aliases":[{"AliasName":"alias/theirs"}]}"#;
    let key = enabled("k1");
    let (aws, http) = replay(vec![
        (200, &key),
        POLICY,
        ROTATED,
        OURS,
        (200, first),
        (200, second),
    ]);
    let seen = observe(&aws, &place(), &whole).await.unwrap().unwrap();
    assert_eq!(seen.aliases, ["alias/dl-events-bucket", "alias/theirs"]);
    let asked = sent(&http).split_off(4).into_iter();
    let asked: Vec<_> = asked
        .map(|call| {
            (
                call.operation.clone(),
                call.json()["KeyId"].clone(),
                call.json()["Marker"].clone(),
            )
        })
        .collect();
    let list = |marker| ("ListAliases".to_owned(), "k1".into(), marker);
    assert_eq!(asked, [list(serde_json::Value::Null), list("m".into())]);

    let pending = metadata("k1", "PendingDeletion", "");
    let (aws, http) = replay(vec![(200, &pending), POLICY, OURS]);
    let seen = observe(&aws, &place(), &whole).await.unwrap().unwrap();
    assert_eq!(
        (seen.aliases.len(), operations(&http).len()),
        (0, 3),
        "it counts as gone"
    );
}

#[tokio::test]
async fn a_key_without_alias_is_found_by_the_recorded_id() {
    let (aws, http) = replay(vec![NOT_FOUND, (200, &enabled("k1")), POLICY, ROTATED, OURS]);
    let seen = observe(&aws, &place(), &target(Some("k1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((seen.arn.key_id(), seen.alias_target), ("k1", None));
    assert_eq!(sent(&http)[1].json()["KeyId"], "k1");
}

#[tokio::test]
async fn an_alias_that_was_pointed_elsewhere_is_told_beside_the_recorded_key() {
    let (aws, _) = replay(vec![
        (200, &enabled("other")),
        (200, &enabled("k1")),
        POLICY,
        ROTATED,
        FOREIGN,
        POLICY,
        ROTATED,
        OURS,
    ]);
    let seen = observe(&aws, &place(), &target(Some("k1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (seen.arn.key_id(), seen.alias_target.as_deref()),
        ("k1", Some("other"))
    );
}

#[tokio::test]
async fn where_the_recorded_key_is_not_ours_the_one_behind_the_alias_is_reported() {
    let (aws, _) = replay(vec![
        (200, &enabled("other")),
        (200, &enabled("k1")),
        POLICY,
        ROTATED,
        FOREIGN,
        POLICY,
        ROTATED,
        FOREIGN,
    ]);
    let seen = observe(&aws, &place(), &target(Some("k1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (seen.arn.key_id(), seen.alias_target.as_deref()),
        ("other", Some("other"))
    );
    assert_eq!(seen.tags.get("team").map(String::as_str), Some("other"));
}

#[tokio::test]
async fn a_key_behind_the_alias_that_may_not_be_read_hides_the_recorded_one_no_more_than_a_foreign_one() {
    let (aws, _) = replay(vec![
        (200, &enabled("other")),
        (200, &enabled("k1")),
        DENIED,
        ROTATED,
        FOREIGN,
        POLICY,
        ROTATED,
        OURS,
    ]);
    let seen = observe(&aws, &place(), &target(Some("k1")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (seen.arn.key_id(), seen.alias_target.as_deref()),
        ("k1", Some("other"))
    );
    let (aws, _) = replay(vec![(200, &enabled("other")), DENIED, ROTATED, FOREIGN]);
    let error = observe(&aws, &place(), &target(None)).await.unwrap_err();
    assert_eq!(error.code, "AccessDeniedException", "with no other to look at");
}

#[tokio::test]
async fn no_key_at_all_is_an_answer_and_a_refused_look_is_an_error() {
    let nothing = [
        NOT_FOUND,
        (200, r#"{"Truncated":false,"Aliases":[]}"#),
        (200, r#"{"Truncated":false,"Keys":[]}"#),
    ];
    let (aws, _) = replay(nothing.to_vec());
    assert_eq!(observe(&aws, &place(), &target(None)).await, Ok(None));
    let (aws, _) = replay(vec![DENIED]);
    let error = observe(&aws, &place(), &target(None)).await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str(), error.status),
        ("DescribeKey", "AccessDeniedException", Some(400))
    );
}

#[tokio::test]
async fn a_key_is_created_with_its_tags_and_its_id_comes_back() {
    let (aws, http) = replay(vec![(200, &enabled("k9"))]);
    let change = Change::CreateKey {
        description: "Bucket key".to_owned(),
        policy: "{}".to_owned(),
        tags: Tags::from([
            ("datalake-operator.io/intent".to_owned(), "n1".to_owned()),
            ("managed-by".to_owned(), "datalake-operator".to_owned()),
        ]),
    };
    let done = apply(&aws, &place(), &change).await.unwrap();
    assert_eq!(done.key_id.as_deref(), Some("k9"));
    assert_eq!(operations(&http), ["CreateKey"]);
    let expected = serde_json::json!({
        "Description": "Bucket key",
        "Policy": "{}",
        "Tags": [
            {"TagKey": "datalake-operator.io/intent", "TagValue": "n1"},
            {"TagKey": "managed-by", "TagValue": "datalake-operator"},
        ],
    });
    assert_eq!(sent(&http)[0].json(), expected);
}

#[tokio::test]
async fn a_creation_is_never_tried_twice() {
    let failed = (500, r#"{"__type":"KMSInternalException","message":"try again"}"#);
    let change = Change::CreateKey {
        description: String::new(),
        policy: "{}".to_owned(),
        tags: Tags::new(),
    };
    let (aws, http) = replay_with_retries(vec![failed, (200, &enabled("k2"))]);
    let error = apply(&aws, &place(), &change).await.unwrap_err();
    assert_eq!(error.code, "KMSInternalException");
    assert_eq!(operations(&http), ["CreateKey"], "the first may have made a key");

    let (aws, http) = replay_with_retries(vec![failed, failed, failed, failed, (200, "{}")]);
    let change = Change::EnableKey {
        key_id: "k1".to_owned(),
    };
    assert_eq!(apply(&aws, &place(), &change).await, Ok(Done::default()));
    assert_eq!(operations(&http), ["EnableKey"; 5], "others are");
}

#[tokio::test]
async fn each_change_is_the_call_that_it_names() {
    let key_id = || "k1".to_owned();
    let alias = || "alias/a".to_owned();
    let text = str::to_owned;
    for (change, body) in [
        (
            Change::CreateAlias {
                alias: alias(),
                key_id: key_id(),
            },
            r#"{"AliasName":"alias/a","TargetKeyId":"k1"}"#,
        ),
        (
            Change::UpdateAlias {
                alias: alias(),
                key_id: key_id(),
            },
            r#"{"AliasName":"alias/a","TargetKeyId":"k1"}"#,
        ),
        (
            Change::DeleteAlias { alias: alias() },
            r#"{"AliasName":"alias/a"}"#,
        ),
        (Change::EnableKey { key_id: key_id() }, r#"{"KeyId":"k1"}"#),
        (
            Change::CancelKeyDeletion { key_id: key_id() },
            r#"{"KeyId":"k1"}"#,
        ),
        (
            Change::ScheduleKeyDeletion {
                key_id: key_id(),
                days: 7,
            },
            r#"{"KeyId":"k1","PendingWindowInDays":7}"#,
        ),
        (
            Change::EnableKeyRotation { key_id: key_id() },
            r#"{"KeyId":"k1"}"#,
        ),
        (
            Change::DisableKeyRotation { key_id: key_id() },
            r#"{"KeyId":"k1"}"#,
        ),
        (
            Change::PutKeyPolicy {
                key_id: key_id(),
                policy: text("{}"),
            },
            r#"{"KeyId":"k1","PolicyName":"default","Policy":"{}"}"#,
        ),
        (
            Change::UpdateKeyDescription {
                key_id: key_id(),
                description: text("d"),
            },
            r#"{"KeyId":"k1","Description":"d"}"#,
        ),
        (
            Change::TagResource {
                key_id: key_id(),
                tags: Tags::from([(text("a"), text("b"))]),
            },
            r#"{"KeyId":"k1","Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
        ),
        (
            Change::UntagResource {
                key_id: key_id(),
                keys: vec![text("a")],
            },
            r#"{"KeyId":"k1","TagKeys":["a"]}"#,
        ),
    ] {
        let (aws, http) = replay(vec![(200, "{}")]);
        assert_eq!(apply(&aws, &place(), &change).await, Ok(Done::default()));
        assert_eq!(operations(&http), [change.operation()]);
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(sent(&http)[0].json(), expected, "{}", change.operation());
        let refused = r#"{"__type":"KMSInvalidStateException","message":"k1 is pending deletion."}"#;
        let (aws, _) = replay(vec![(400, refused)]);
        let error = apply(&aws, &place(), &change).await.unwrap_err();
        assert_eq!(
            (error.operation, error.code.as_str(), error.message.as_str()),
            (
                change.operation(),
                "KMSInvalidStateException",
                "k1 is pending deletion."
            )
        );
    }
}
