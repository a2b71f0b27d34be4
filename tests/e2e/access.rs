//! What the operator's policy grants is what a lake's life takes: with that policy alone a lake lives a whole life, and
//! every granted call is made in it, but those that the stand can't provoke.

use std::collections::BTreeSet;

use aws_sdk_s3::primitives::ByteStream;
use datalake_operator::api::vocabulary::{EMPTY_BUCKETS, SHORTEN_RETENTION};
use datalake_operator::cloud::aws::clients::Clients;
use datalake_operator::model::access::{self, Place};
use serde_json::json;

use crate::drift::{put_right, rounds};
use crate::hands::hands;
use crate::lake::Lake;
use crate::look::Eyes;
use crate::operator::Operator;
use crate::stand::Stand;

/// Calls that are granted, and that this life does not make, each with the reason.
const NOT_PROVOKED: [(&str, &str); 1] = [(
    "glue:StopCrawler",
    "only while a crawl runs when its crawler is removed: on the stand a crawl is over at once",
)];

/// Permissions boundary of every role that the operator makes.
const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// Credentials of a role that has the operator's policy and nothing else: the emulator allows what a policy allows.
async fn credentials(aws: &Clients) -> [(&'static str, String); 3] {
    let here = aws.sts.get_caller_identity().send().await.unwrap();
    let place = Place {
        account: here.account().unwrap().to_owned(),
        boundary: Some(BOUNDARY.to_owned()),
        ..Place::default()
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": place.account}, "Action": "sts:AssumeRole"},
    ]});
    let (name, role) = ("e2e-operator", aws.iam.create_role().role_name("e2e-operator"));
    let role = role
        .assume_role_policy_document(trust.to_string())
        .send()
        .await
        .unwrap();
    let put = aws.iam.put_role_policy().role_name(name).policy_name("operator");
    put.policy_document(access::policy(&place).to_string())
        .send()
        .await
        .unwrap();
    let assume = aws.sts.assume_role().role_session_name("e2e");
    let session = assume.role_arn(role.role.unwrap().arn).send().await.unwrap();
    let session = session.credentials.unwrap();
    [
        ("AWS_ACCESS_KEY_ID", session.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", session.secret_access_key),
        ("AWS_SESSION_TOKEN", session.session_token),
    ]
}

/// What no drift of a property brings about.
async fn more_hands(eyes: &Eyes) {
    let aws = &eyes.aws;
    let role = eyes.name("crawler-role");
    aws.iam
        .delete_role_permissions_boundary()
        .role_name(role)
        .send()
        .await
        .unwrap();
    // To a key of the lake's: another's is left there.
    let alias = aws.kms.update_alias().alias_name(eyes.name("stream-key"));
    alias.target_key_id(eyes.arn("bucket-key")).send().await.unwrap();
}

async fn fill(eyes: &Eyes) {
    let (s3, bucket) = (&eyes.aws.s3, eyes.name("raw-bucket"));
    let object = s3.put_object().bucket(bucket).key("raw/one");
    object.body(ByteStream::from_static(b"{}")).send().await.unwrap();
    s3.create_multipart_upload()
        .bucket(bucket)
        .key("raw/two")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn every_call_that_the_policy_grants_is_made_in_the_life_of_a_lake() {
    let mut lake = Lake::without_operator(Stand::shared().await, "e2e-granted").await;
    let credentials = credentials(&lake.aws).await;
    let env: Vec<(&str, &str)> = credentials
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let flags = [
        "--watch-namespace",
        "e2e-granted",
        "--permissions-boundary",
        BOUNDARY,
    ];
    lake.operator = Some(Operator::start(&lake.stand, "e2e-granted", &flags, &env).await);
    lake.apply(json!({
        "testPublisher": {"enabled": true}, "deletionPolicy": "Delete", "tags": {"team": "data"},
        "retention": {"streamHours": 48}, "encryption": {"rotation": true},
    }))
    .await;
    lake.until_ready().await;
    let eyes = lake.eyes().await;
    for round in rounds(hands()) {
        put_right(&lake, &round).await;
    }
    more_hands(&eyes).await;
    for operation in ["iam:PutRolePermissionsBoundary", "kms:UpdateAlias"] {
        let ask = async || {
            let made = lake.operator().calls().operations();
            made.contains(operation).then_some(()).ok_or("not yet")
        };
        lake.until(operation, ask).await;
    }
    lake.patch(json!({"metadata": {"annotations": {SHORTEN_RETENTION: "true"}}}))
        .await;
    lake.edit(&json!({
        "retention": {"streamHours": 24}, "encryption": {"rotation": false}, "tags": {"team": null, "cost": "1"},
    }))
    .await;
    lake.until_ready().await;
    lake.edit(&json!({"retention": {"streamHours": 72}})).await;
    lake.until_ready().await;
    fill(&eyes).await;
    lake.patch(json!({"metadata": {"annotations": {EMPTY_BUCKETS: "true"}}}))
        .await;
    lake.delete().await;
    lake.until_gone().await;

    let made = lake.operator().calls().operations();
    let granted: BTreeSet<String> = access::calls().into_keys().map(str::to_owned).collect();
    let not_granted: Vec<_> = made.difference(&granted).collect();
    assert!(not_granted.is_empty(), "made, and not granted: {not_granted:?}");
    let not_made: Vec<&str> = granted.difference(&made).map(String::as_str).collect();
    assert_eq!(
        not_made,
        NOT_PROVOKED.map(|(call, _)| call),
        "granted, and not made"
    );
}
