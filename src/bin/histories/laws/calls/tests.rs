//! Each of these laws bites: a call that is allowed, and the same call where it is not.

use datalake_operator::api::Datalake;
use datalake_operator::api::vocabulary::{ADOPT, EMPTY_BUCKETS, SHORTEN_RETENTION};
use datalake_operator::cloud::sim::Key;
use datalake_operator::model::arn::KeyArn;
use datalake_operator::model::topology::Id;
use serde_json::{Value, json};

use super::*;
use crate::script::Pace;
use crate::{edits, home, nursery};

const LEFT: &str = "11111111-1111-1111-1111-111111111111";

/// A lake that is Ready, and a key that a call with the nonce `given-up` left over.
struct Scene {
    cloud: Cloud,
    object: Datalake,
    place: Scope,
}

impl Scene {
    fn new() -> Self {
        let (cloud, cluster, _) = nursery::ready(0, Pace::AtOnce);
        let mut cloud = cloud.clone();
        let object = Datalake::clone(cluster.object.as_ref().unwrap());
        let place = home::resolve_place(&object);
        let (_, key) = cloud.keys.iter().next().unwrap();
        let mut left = Key::clone(key);
        let arn = place.key(LEFT).to_string();
        left.seen.arn = KeyArn::parse(&arn).unwrap();
        left.seen.tags.insert(TAG_INTENT.into(), "given-up".into());
        cloud.keys.put(&arn, left);
        let mut scene = Self { cloud, object, place };
        let intents = json!({"bucket-key": [{"time": "2026-01-01T00:00:00Z", "nonce": "given-up"}]});
        scene.status(&json!({"pinned": {"abandonedKeyIntents": intents}}));
        scene
    }

    fn spec(&mut self, patch: &Value) {
        let mut spec = serde_json::to_value(&self.object.spec).unwrap();
        edits::merge(&mut spec, patch);
        self.object.spec = serde_json::from_value(spec).unwrap();
    }

    fn status(&mut self, patch: &Value) {
        let mut status = serde_json::to_value(&self.object.status).unwrap();
        edits::merge(&mut status, patch);
        self.object.status = serde_json::from_value(status).unwrap();
    }

    fn annotate(&mut self, key: &str, value: &str) {
        let annotations = self.object.metadata.annotations.get_or_insert_default();
        annotations.insert(key.into(), value.into());
    }

    fn tags(&mut self, bucket: &str) -> &mut Tags {
        let arn = self.place.bucket(bucket).to_string();
        &mut self.cloud.buckets.get_mut(&arn).unwrap().seen.tags
    }

    /// The status tells that hash of that resource alone.
    fn tell(&mut self, id: Id, hash: &str) {
        let name = home::resolve(&self.object).name(id).to_owned();
        self.status(&json!({"resources": [{"id": id.as_str(), "name": name, "adopt": hash}]}));
    }

    fn judge(&self, change: &Change) -> Option<Law> {
        self.judge_by(change, &Reading::of(&self.object))
    }

    fn judge_by(&self, change: &Change, reading: &Reading) -> Option<Law> {
        let named = ciphers(&self.cloud);
        judge(&self.cloud, &self.place, change, reading, &named).map(|broken| broken.law)
    }
}

fn schedule(days: i32) -> Change {
    Change::Key(key::Change::ScheduleKeyDeletion {
        key_id: LEFT.into(),
        days,
    })
}

#[test]
fn a_key_goes_only_if_its_call_was_given_up_and_nothing_names_it_and_as_late_as_kms_allows() {
    let mut scene = Scene::new();
    assert_eq!(scene.judge(&schedule(30)), None);
    assert_eq!(scene.judge(&schedule(7)), Some(Law::Data), "a week");

    let alias = scene.place.key_alias("alias/others").to_string();
    scene.cloud.aliases.put(&alias, LEFT.into());
    assert_eq!(scene.judge(&schedule(30)), Some(Law::Data), "an alias names it");
    scene.cloud.aliases.remove(&alias);

    let (bucket, _) = scene.cloud.buckets.iter().next().unwrap();
    let bucket = bucket.to_owned();
    let cipher = |scene: &mut Scene, key: Option<String>| {
        let live = scene.cloud.buckets.get_mut(&bucket).unwrap();
        std::mem::replace(&mut live.seen.encryption.as_mut().unwrap().key, key)
    };
    let arn = scene.place.key(LEFT).to_string();
    let before = cipher(&mut scene, Some(arn.clone()));
    assert_eq!(scene.judge(&schedule(30)), Some(Law::Data), "a bucket names it");
    cipher(&mut scene, before);

    let tags = |scene: &mut Scene, nonce: &str| {
        let key = scene.cloud.keys.get_mut(&arn).unwrap();
        key.seen.tags.insert(TAG_INTENT.into(), nonce.into());
    };
    tags(&mut scene, "another");
    assert_eq!(scene.judge(&schedule(30)), Some(Law::Data), "of another call");
    tags(&mut scene, "");
    assert_eq!(scene.judge(&schedule(30)), Some(Law::Data), "of no call");
}

#[test]
fn a_key_goes_with_the_lake_only_where_nothing_that_stays_is_encrypted_with_it() {
    let mut scene = Scene::new();
    scene.object.metadata.deletion_timestamp =
        Some(serde_json::from_value(json!("2026-01-02T00:00:00Z")).unwrap());
    scene.object.spec.deletion_policy = DeletionPolicy::Delete;
    let key_id = |scene: &Scene, id| {
        let arn = home::arn(&home::resolve(&scene.object), &scene.cloud, id).unwrap();
        arn.rsplit('/').next().unwrap().to_owned()
    };
    let [bucket, stream] = [Id::BucketKey, Id::StreamKey].map(|id| key_id(&scene, id));
    let schedule = |key_id: &str| {
        let key_id = key_id.to_owned();
        Change::Key(key::Change::ScheduleKeyDeletion { key_id, days: 30 })
    };
    assert_eq!(scene.judge(&schedule(&bucket)), None, "of the lake's own");
    let lake_bucket = home::resolve(&scene.object).names.lake_bucket;
    scene.tags(&lake_bucket).clear();
    assert_eq!(
        scene.judge(&schedule(&bucket)),
        Some(Law::Data),
        "of nobody's bucket"
    );
    assert_eq!(scene.judge(&schedule(&stream)), None, "of nothing");
    let mut scene = Scene::new();
    scene.object.metadata.deletion_timestamp =
        Some(serde_json::from_value(json!("2026-01-02T00:00:00Z")).unwrap());
    scene.object.spec.deletion_policy = DeletionPolicy::Delete;
    let name = home::resolve(&scene.object).names.delivery;
    let arn = scene.place.delivery_stream(&name).to_string();
    let delivery = &mut scene.cloud.deliveries.get_mut(&arn).unwrap().seen;
    delivery.tags.clear();
    delivery.destination.as_mut().unwrap().key_arn = None;
    assert_eq!(
        scene.judge(&schedule(&bucket)),
        Some(Law::Data),
        "of nobody's raw copies"
    );
}

#[test]
fn an_alias_is_pointed_to_keys_of_the_lake_alone() {
    let mut scene = Scene::new();
    let (alias, _) = scene.cloud.aliases.iter().next().unwrap();
    let update = Change::Key(key::Change::UpdateAlias {
        alias: alias.rsplit_once(':').unwrap().1.to_owned(),
        key_id: LEFT.into(),
    });
    assert_eq!(scene.judge(&update), None);
    let arn = scene.place.key(LEFT).to_string();
    scene.cloud.keys.get_mut(&arn).unwrap().seen.tags.clear();
    assert_eq!(scene.judge(&update), Some(Law::HandsOff));
}

#[test]
fn what_is_stored_goes_only_when_the_user_said_so() {
    let lake = |scene: &Scene| home::resolve(&scene.object);
    let mut scene = Scene::new();
    let names = lake(&scene).names;
    let shorten = Change::Stream(stream::Change::DecreaseStreamRetentionPeriod {
        name: names.stream.clone(),
        hours: 24,
    });
    assert_eq!(scene.judge(&shorten), Some(Law::Data));
    scene.annotate(SHORTEN_RETENTION, "true");
    assert_eq!(scene.judge(&shorten), None);

    let bucket = names.lake_bucket.clone();
    let empty = Change::Bucket(bucket::Change::DeleteObjects {
        bucket: bucket.clone(),
        objects: vec![("data/1".into(), None)],
    });
    let removal = Change::Bucket(bucket::Change::DeleteBucket { bucket });
    scene.annotate(EMPTY_BUCKETS, "true");
    assert_eq!(scene.judge(&empty), Some(Law::Data), "the lake stays");
    assert_eq!(scene.judge(&removal), Some(Law::Data), "the lake stays");
    scene.object.metadata.deletion_timestamp =
        Some(serde_json::from_value(json!("2026-01-02T00:00:00Z")).unwrap());
    for (policy, is) in [
        ("Retain", Some(Law::HandsOff)),
        ("RetainData", Some(Law::Data)),
        ("Delete", None),
    ] {
        scene.spec(&json!({"deletionPolicy": policy}));
        assert_eq!(scene.judge(&empty), is, "{policy}");
        assert_eq!(scene.judge(&removal), is, "{policy}");
    }
    scene.annotate(EMPTY_BUCKETS, "false");
    assert_eq!(scene.judge(&empty), Some(Law::Data), "nobody said to empty it");
}

#[test]
fn what_is_nobodys_is_written_to_by_its_tags_alone_and_after_consent() {
    let mut scene = Scene::new();
    let bucket = home::resolve(&scene.object).names.lake_bucket;
    let tag = Change::Bucket(bucket::Change::PutBucketTagging {
        bucket: bucket.clone(),
        tags: Tags::new(),
    });
    let policy = Change::Bucket(bucket::Change::PutBucketPolicy {
        bucket: bucket.clone(),
        policy: String::new(),
    });
    assert_eq!(
        [scene.judge(&tag), scene.judge(&policy)],
        [None, None],
        "it is the lake's"
    );
    scene.tags(&bucket).clear();
    let never = Some(Law::HandsOff);
    assert_eq!(
        [scene.judge(&tag), scene.judge(&policy)],
        [never, never],
        "it is nobody's"
    );
    scene.spec(&json!({"adoption": "Unowned"}));
    scene.annotate(ADOPT, "0123456789ab");
    assert_eq!(scene.judge(&tag), never, "no status told that");
    scene.tell(Id::RawBucket, "0123456789ab");
    assert_eq!(scene.judge(&tag), never, "a status told it of another bucket");
    scene.tell(Id::LakeBucket, "ba9876543210");
    assert_eq!(
        scene.judge(&tag),
        never,
        "a status told something else of this one"
    );
    scene.tell(Id::LakeBucket, "0123456789ab");
    assert_eq!(
        [scene.judge(&tag), scene.judge(&policy)],
        [None, never],
        "after consent"
    );
    let told = Reading::of(&scene.object);
    scene.status(&json!({"resources": []}));
    assert_eq!(scene.judge(&tag), never, "no status tells it");
    let later = Reading::of(&scene.object).after(told.clone());
    assert_eq!(scene.judge_by(&tag, &later), None, "an earlier one told it");
    scene.object.metadata.uid = Some("u-2".into());
    let anew = Reading::of(&scene.object).after(told);
    assert_eq!(scene.judge_by(&tag, &anew), never, "that was another object's");
    scene.tell(Id::LakeBucket, "0123456789ab");
    scene
        .tags(&bucket)
        .insert("datalake-operator.io/cluster".into(), "cluster-2".into());
    assert_eq!(
        [scene.judge(&tag), scene.judge(&policy)],
        [never, never],
        "it is another's"
    );
}

#[test]
fn a_lake_that_is_suspended_or_only_reports_is_not_written_to() {
    let mut scene = Scene::new();
    let tag = Change::Bucket(bucket::Change::PutBucketTagging {
        bucket: home::resolve(&scene.object).names.lake_bucket,
        tags: Tags::new(),
    });
    assert_eq!(scene.judge(&tag), None);
    scene.spec(&json!({"driftPolicy": "Report"}));
    assert_eq!(scene.judge(&tag), Some(Law::HandsOff), "Report");
    scene.object.metadata.generation = Some(7);
    assert_eq!(scene.judge(&tag), None, "an edit");
    scene.spec(&json!({"suspend": true}));
    assert_eq!(scene.judge(&tag), Some(Law::HandsOff), "suspended");
}

#[test]
fn a_delivery_stream_goes_with_the_lake_or_when_it_never_came_to_be() {
    let mut scene = Scene::new();
    let name = home::resolve(&scene.object).names.delivery;
    let arn = scene.place.delivery_stream(&name).to_string();
    let delete = Change::Delivery(delivery::Change::DeleteDeliveryStream { name, force: false });
    for (status, law, why) in [
        ("ACTIVE", Some(Law::Data), "what it has gathered is lost"),
        ("CREATING", Some(Law::Data), "it comes to be"),
        ("CREATING_FAILED", None, "it never gathered anything"),
        ("DELETING", None, "it is going already"),
    ] {
        scene.cloud.deliveries.get_mut(&arn).unwrap().seen.status = status.into();
        assert_eq!(scene.judge(&delete), law, "{status}: {why}");
    }
    let mut leaving = Reading::of(&scene.object);
    leaving.leaving = Some(DeletionPolicy::Delete);
    scene.cloud.deliveries.get_mut(&arn).unwrap().seen.status = "ACTIVE".into();
    assert_eq!(scene.judge_by(&delete, &leaving), None);
}
