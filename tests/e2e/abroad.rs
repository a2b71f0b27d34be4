//! A lake of the same names and tags in another account. Bucket names are one name space for all accounts (S3 user guide,
//! "General purpose bucket naming rules"), so its buckets stand where this lake's are to be; all else is out of sight.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use datalake_operator::api::vocabulary::EMPTY_BUCKETS;
use datalake_operator::model::topology::Id;
use serde_json::{Value, json};

use crate::gate::{Call, Fate, Gate};
use crate::lake::Lake;
use crate::look::Eyes;
use crate::operator::Operator;
use crate::stand::Stand;

const NAMESPACE: &str = "e2e-abroad";
const ABROAD: &str = "210987654321";
const BUCKETS: [&str; 2] = ["lake-bucket", "raw-bucket"];

fn spec(policy: &str) -> Value {
    json!({"deletionPolicy": policy, "testPublisher": {"enabled": true}})
}

async fn all(eyes: &Eyes) -> BTreeMap<&'static str, Value> {
    let mut seen = BTreeMap::new();
    for id in Id::ALL {
        seen.insert(id.as_str(), eyes.look(id.as_str()).await);
    }
    seen
}

async fn start(lake: &mut Lake, env: &[(&str, &str)]) {
    lake.operator = None;
    let flags = ["--watch-namespace", NAMESPACE];
    lake.operator = Some(Operator::start(&lake.stand, NAMESPACE, &flags, env).await);
}

/// The same object in the same cluster, kept by an operator with credentials of another account, and left behind there.
async fn left_behind_abroad(lake: &mut Lake) -> Eyes {
    let ours = Arc::clone(&lake.aws);
    lake.aws = lake.stand.aws_as(ABROAD).await;
    start(lake, &[("AWS_ACCESS_KEY_ID", ABROAD)]).await;
    lake.apply(spec("Retain")).await;
    lake.until_ready().await;
    let eyes = lake.eyes().await;
    lake.delete().await;
    lake.until_gone().await;
    lake.aws = ours;
    eyes
}

/// Whoever took the name wants to be written to: what protects the lake is not that its owner keeps others out.
async fn open_to_everybody(eyes: &Eyes, bucket: &str) {
    let resources = [
        format!("arn:aws:s3:::{bucket}"),
        format!("arn:aws:s3:::{bucket}/*"),
    ];
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources},
    ]});
    let s3 = &eyes.aws.s3;
    s3.delete_public_access_block()
        .bucket(bucket)
        .send()
        .await
        .unwrap();
    let put = s3.put_bucket_policy().bucket(bucket).policy(policy.to_string());
    put.send().await.unwrap();
    let object = s3.put_object().bucket(bucket).key("data/theirs");
    let body = ByteStream::from_static(b"theirs");
    object.body(body).send().await.unwrap();
}

/// Writes to S3; reads are told by their names.
fn writes_to_s3(gate: &Gate) -> Vec<Call> {
    let is_read = |call: &Call| {
        ["Get", "List", "Head"]
            .iter()
            .any(|verb| call.operation.starts_with(verb))
    };
    let mut calls = gate.calls();
    calls.retain(|call| call.service == "s3" && !is_read(call));
    calls
}

/// With what stands in the way, and what the user can do.
async fn both_are_named(lake: &Lake) {
    let message = lake.until_condition("Ready", "False", "AccessDenied").await;
    let resources = lake.status().await.resources;
    for id in BUCKETS {
        assert!(message.contains(id), "{id}: {message}");
        let said = resources.iter().find(|resource| resource.id == id);
        let said = said.and_then(|resource| resource.message.as_deref()).unwrap();
        assert!(
            said.contains("the bucket belongs to another account"),
            "{id}: {said}"
        );
        assert!(said.contains("choose another name in spec.names"), "{id}: {said}");
    }
}

#[tokio::test]
async fn sixteen_resources_with_the_right_names_and_tags_in_another_account_are_never_written_to() {
    let mut lake = Lake::without_operator(Stand::shared().await, NAMESPACE).await;
    let theirs = left_behind_abroad(&mut lake).await;
    for arn in theirs.arns.values().filter(|arn| !arn.starts_with("arn:aws:s3:")) {
        assert!(arn.contains(ABROAD), "{arn}");
    }
    let [open, shut] = BUCKETS.map(|id| theirs.name(id).to_owned());
    open_to_everybody(&theirs, &open).await;
    let tags = |bucket: &str| lake.aws.s3.get_bucket_tagging().bucket(bucket).send();
    assert!(tags(&open).await.is_ok(), "the door stands open");
    assert!(tags(&shut).await.is_err(), "the door is shut");
    let before = all(&theirs).await;
    assert!(before.values().all(|seen| *seen != Value::Null), "{before:#?}");

    let gate = Gate::before(lake.stand.endpoint(), |_, _| Fate::Passes);
    start(&mut lake, &[("AWS_ENDPOINT_URL", &gate.endpoint())]).await;
    lake.apply(spec("Delete")).await;
    lake.until_condition("Ready", "False", "AccessDenied").await;
    lake.until_passes(3).await;
    assert_eq!(
        writes_to_s3(&gate),
        [],
        "each of them would be to a bucket of theirs"
    );
    both_are_named(&lake).await;
    assert_eq!(all(&theirs).await, before);
    // The rest of the lake came into being in the lake's own account: other keys, under the aliases of the same name.
    let own = lake.eyes().await;
    assert_ne!(own.look("bucket-key").await["id"], before["bucket-key"]["id"]);

    let annotated = json!({"metadata": {"annotations": {EMPTY_BUCKETS: "true"}}});
    lake.patch(annotated).await;
    lake.delete().await;
    lake.until_condition("Ready", "False", "AccessDenied").await;
    lake.until_passes(3).await;
    assert_eq!(writes_to_s3(&gate), [], "deleted");
    both_are_named(&lake).await;
    assert_eq!(all(&theirs).await, before, "deleted");
    let objects = theirs.aws.s3.list_objects_v2().bucket(&open).send().await;
    assert_eq!(objects.unwrap().contents().len(), 1);
    let looks = gate
        .calls()
        .into_iter()
        .filter(|call| call.operation == "GetBucketTagging");
    assert!(looks.count() >= BUCKETS.len(), "it has looked");

    lake.edit(&json!({"deletionPolicy": "Retain"})).await;
    lake.until_gone().await;
}
