//! Resources of the right names that are not the lake's: none is written to, each is named, and they outlive it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::types::Tag as KeyTag;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Tag as BucketTag, Tagging};
use datalake_operator::api::vocabulary::{
    EMPTY_BUCKETS, MANAGED_BY, TAG_CLUSTER, TAG_MANAGED_BY, TAG_NAME, TAG_NAMESPACE,
};
use datalake_operator::model::topology::Id;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::lake::Lake;
use crate::look::Eyes;

/// What the tags become; `None` for a tag that goes.
type Form = &'static [(&'static str, Option<&'static str>)];

const FORMS: [(&str, Form); 4] = [
    (
        "untagged",
        &[
            (TAG_MANAGED_BY, None),
            (TAG_CLUSTER, None),
            (TAG_NAMESPACE, None),
            (TAG_NAME, None),
        ],
    ),
    (
        "managed-by-alone",
        &[
            (TAG_MANAGED_BY, Some(MANAGED_BY)),
            (TAG_CLUSTER, None),
            (TAG_NAMESPACE, None),
            (TAG_NAME, None),
        ],
    ),
    ("other-cluster", &[(TAG_CLUSTER, Some("cluster-2"))]),
    ("other-lake", &[(TAG_NAME, Some("other-events"))]),
];

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

/// A whole lake is left behind, and what it was made of is then somebody else's.
async fn left_behind(form: &str, tags: Form) -> (Lake, Eyes) {
    let lake = Lake::ready(&format!("e2e-{form}"), spec("Retain")).await;
    let eyes = lake.eyes().await;
    lake.delete().await;
    lake.until_gone().await;
    for id in Id::ALL {
        retag(&eyes, id.as_str(), tags).await;
    }
    let object = lake.aws.s3.put_object().bucket(eyes.name("lake-bucket"));
    let body = ByteStream::from_static(b"theirs");
    object.key("data/theirs").body(body).send().await.unwrap();
    (lake, eyes)
}

async fn nothing_is_written(form: &str, tags: Form) -> usize {
    let (lake, eyes) = left_behind(form, tags).await;
    let before = all(&eyes).await;
    assert!(before.values().all(|seen| *seen != Value::Null), "{before:#?}");
    let calls = lake.operator().calls();

    lake.apply(spec("Delete")).await;
    let message = lake.until_condition("Ready", "False", "NotOwned").await;
    let ask = async || {
        let resources = lake.status().await.resources;
        let foreign = resources
            .iter()
            .filter(|r| format!("{:?}", r.state) == "NotOwned");
        match foreign.count() {
            16 => Ok(()),
            other => Err(format!("{other} of 16 are known not to be its own: {message}")),
        }
    };
    lake.until("each is named", ask).await;
    lake.until_passes(3).await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{form}: {:?}", more.writes());
    assert_eq!(all(&eyes).await, before, "{form}");

    lake.patch(json!({"metadata": {"annotations": {EMPTY_BUCKETS: "true"}}}))
        .await;
    lake.delete().await;
    lake.until_gone().await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{form}, deleted: {:?}", more.writes());
    assert_eq!(all(&eyes).await, before, "{form}, deleted");
    let objects = lake
        .aws
        .s3
        .list_objects_v2()
        .bucket(eyes.name("lake-bucket"))
        .send()
        .await;
    assert_eq!(objects.unwrap().contents().len(), 1, "{form}");
    before.len()
}

#[tokio::test]
async fn sixty_four_resources_of_others_with_the_right_names_are_never_written_to() {
    let forms = FORMS.map(|(form, tags)| nothing_is_written(form, tags));
    assert_eq!(join_all(forms).await.iter().sum::<usize>(), 64);
}

/// Changes the tags of a resource (of a table, its parameters), as somebody outside.
async fn retag(eyes: &Eyes, id: &str, form: Form) {
    let aws = &eyes.aws;
    let gone: Vec<String> = form
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(key, _)| (*key).to_owned())
        .collect();
    let set: HashMap<String, String> = form
        .iter()
        .filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned())))
        .collect();
    match id {
        "bucket-key" | "stream-key" => key(eyes, id, &gone, &set).await,
        "lake-bucket" | "raw-bucket" => bucket(eyes, id, &gone, &set).await,
        "table" => table(eyes, &gone, &set).await,
        "log-group" | "publisher-log-group" => {
            let arn = eyes.arn(id);
            if !gone.is_empty() {
                aws.logs
                    .untag_resource()
                    .resource_arn(arn)
                    .set_tag_keys(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            if !set.is_empty() {
                aws.logs
                    .tag_resource()
                    .resource_arn(arn)
                    .set_tags(Some(set))
                    .send()
                    .await
                    .unwrap();
            }
        }
        "stream" => {
            let name = eyes.name(id);
            if !gone.is_empty() {
                aws.kinesis
                    .remove_tags_from_stream()
                    .stream_name(name)
                    .set_tag_keys(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            if !set.is_empty() {
                aws.kinesis
                    .add_tags_to_stream()
                    .stream_name(name)
                    .set_tags(Some(set))
                    .send()
                    .await
                    .unwrap();
            }
        }
        "database" | "crawler" => {
            let arn = eyes.arn(id);
            if !gone.is_empty() {
                aws.glue
                    .untag_resource()
                    .resource_arn(arn)
                    .set_tags_to_remove(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            if !set.is_empty() {
                aws.glue
                    .tag_resource()
                    .resource_arn(arn)
                    .set_tags_to_add(Some(set))
                    .send()
                    .await
                    .unwrap();
            }
        }
        "publisher" => function(eyes, eyes.arn(id), gone, set).await,
        _ => listed(eyes, id, gone, set).await,
    }
}

async fn function(eyes: &Eyes, arn: &str, gone: Vec<String>, set: HashMap<String, String>) {
    let lambda = &eyes.aws.lambda;
    if !gone.is_empty() {
        let call = lambda.untag_resource().resource(arn);
        call.set_tag_keys(Some(gone)).send().await.unwrap();
    }
    if !set.is_empty() {
        let call = lambda.tag_resource().resource(arn);
        call.set_tags(Some(set)).send().await.unwrap();
    }
}

/// Those whose services take a list of tags.
async fn listed(eyes: &Eyes, id: &str, gone: Vec<String>, set: HashMap<String, String>) {
    let (aws, name) = (&eyes.aws, eyes.name(id));
    match id {
        "delivery-stream" => {
            if !gone.is_empty() {
                aws.firehose
                    .untag_delivery_stream()
                    .delivery_stream_name(name)
                    .set_tag_keys(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            for (key, value) in set {
                let tag = aws_sdk_firehose::types::Tag::builder()
                    .key(key)
                    .value(value)
                    .build()
                    .unwrap();
                aws.firehose
                    .tag_delivery_stream()
                    .delivery_stream_name(name)
                    .tags(tag)
                    .send()
                    .await
                    .unwrap();
            }
        }
        "workgroup" => {
            let arn = eyes.arn(id);
            if !gone.is_empty() {
                aws.athena
                    .untag_resource()
                    .resource_arn(arn)
                    .set_tag_keys(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            for (key, value) in set {
                let tag = aws_sdk_athena::types::Tag::builder()
                    .key(key)
                    .value(value)
                    .build();
                aws.athena
                    .tag_resource()
                    .resource_arn(arn)
                    .tags(tag)
                    .send()
                    .await
                    .unwrap();
            }
        }
        _ => {
            if !gone.is_empty() {
                aws.iam
                    .untag_role()
                    .role_name(name)
                    .set_tag_keys(Some(gone))
                    .send()
                    .await
                    .unwrap();
            }
            for (key, value) in set {
                let tag = aws_sdk_iam::types::Tag::builder()
                    .key(key)
                    .value(value)
                    .build()
                    .unwrap();
                aws.iam.tag_role().role_name(name).tags(tag).send().await.unwrap();
            }
        }
    }
}

async fn key(eyes: &Eyes, id: &str, gone: &[String], set: &HashMap<String, String>) {
    let (kms, arn) = (&eyes.aws.kms, eyes.arn(id));
    if !gone.is_empty() {
        kms.untag_resource()
            .key_id(arn)
            .set_tag_keys(Some(gone.to_vec()))
            .send()
            .await
            .unwrap();
    }
    for (key, value) in set {
        let tag = KeyTag::builder().tag_key(key).tag_value(value).build().unwrap();
        kms.tag_resource().key_id(arn).tags(tag).send().await.unwrap();
    }
}

/// S3 takes the whole set or none.
async fn bucket(eyes: &Eyes, id: &str, gone: &[String], set: &HashMap<String, String>) {
    let (s3, name) = (&eyes.aws.s3, eyes.name(id));
    let now = eyes.look(id).await["tags"].clone();
    let mut tags: BTreeMap<String, String> = serde_json::from_value(now).unwrap();
    tags.retain(|key, _| !gone.contains(key));
    tags.extend(set.clone());
    if tags.is_empty() {
        s3.delete_bucket_tagging().bucket(name).send().await.unwrap();
        return;
    }
    let tags = tags
        .into_iter()
        .map(|(key, value)| BucketTag::builder().key(key).value(value).build().unwrap());
    let tagging = Tagging::builder()
        .set_tag_set(Some(tags.collect()))
        .build()
        .unwrap();
    s3.put_bucket_tagging()
        .bucket(name)
        .tagging(tagging)
        .send()
        .await
        .unwrap();
}

async fn table(eyes: &Eyes, gone: &[String], set: &HashMap<String, String>) {
    crate::hands::table_with(eyes, |input| {
        let mut parameters = input.get_parameters().clone().unwrap_or_default();
        parameters.retain(|key, _| !gone.contains(key));
        parameters.extend(set.clone());
        input.set_parameters(Some(parameters))
    })
    .await
    .unwrap();
}
