//! A lake with one of each, and one with one too many.

use datalake_operator::api::vocabulary::TAG_RESOURCE;
use datalake_operator::cloud::sim::Key;
use datalake_operator::model::arn::KeyArn;

use super::*;
use crate::edits::EDITS;
use crate::laws::scene::{EVERYTHING, edit, law, ready};
use crate::script::Step;

const BREAKS: Option<Law> = Some(Law::OneOfEach);
const RETAIN: usize = 0;
const RETAIN_DATA: usize = 2;
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

fn lives(life: &Life, ready: bool) -> Option<Law> {
    let object = life.object().unwrap();
    law(life
        .sim
        .alter(|cloud| while_it_lives(life, cloud, &object, ready)))
}

fn gone(life: &Life) -> Option<Law> {
    let last_words = life.last_words.clone().unwrap();
    law(life.sim.alter(|cloud| afterwards(life, cloud, &last_words)))
}

/// A lake of that base whose object was deleted.
fn deleted(base: usize) -> Life {
    let mut life = ready(base);
    life.step(&Step::Delete).unwrap();
    life.wait(60).unwrap();
    assert!(life.object().is_none());
    life
}

/// A second key of the lake's, enabled, for its buckets.
fn second_key(life: &Life) {
    life.sim.alter(|cloud| {
        let ours = cloud.keys.iter().map(|(_, key)| key);
        let is_bucket_key = |key: &&Key| {
            key.seen
                .tags
                .get(TAG_RESOURCE)
                .is_some_and(|id| id == "bucket-key")
        };
        let mut key = ours.into_iter().find(is_bucket_key).unwrap().clone();
        let arn = life.home.place.key(SECOND).to_string();
        key.seen.arn = KeyArn::parse(&arn).unwrap();
        key.seen.state = "Enabled".into();
        key.seen.tags.insert(TAG_INTENT.into(), "second".into());
        cloud.keys.put(&arn, key);
    });
}

/// An alias of that name, of the second key.
fn alias(life: &Life, name: &str) {
    let arn = life.home.place.key_alias(name).to_string();
    life.sim.alter(|cloud| cloud.aliases.put(&arn, SECOND.into()));
}

#[test]
fn nothing_is_there_twice_while_the_object_lives() {
    let life = ready(EVERYTHING);
    assert_eq!([lives(&life, true), lives(&life, false)], [None, None]);
    second_key(&life);
    assert_eq!(
        [lives(&life, true), lives(&life, false)],
        [BREAKS, BREAKS],
        "a key"
    );

    let life = ready(EVERYTHING);
    alias(&life, "alias/another");
    assert_eq!(
        [lives(&life, true), lives(&life, false)],
        [BREAKS, None],
        "an alias"
    );

    let life = ready(EVERYTHING);
    let key = life
        .sim
        .alter(|cloud| home::arn(&life.home, cloud, Id::BucketKey))
        .unwrap();
    let stream = life
        .home
        .place
        .key_alias(life.home.name(Id::StreamKey))
        .to_string();
    let id = key.rsplit('/').next().unwrap().to_owned();
    life.sim.alter(|cloud| cloud.aliases.put(&stream, id));
    assert_eq!(lives(&life, true), BREAKS, "both aliases name one key");

    let life = ready(EVERYTHING);
    life.sim.alter(|cloud| {
        let bucket = cloud.buckets.iter().next().unwrap().1.clone();
        cloud
            .buckets
            .put(&life.home.place.bucket("another-example").to_string(), bucket);
    });
    assert_eq!(
        [lives(&life, true), lives(&life, false)],
        [BREAKS, BREAKS],
        "a bucket"
    );
}

#[test]
fn what_is_not_wanted_any_more_is_an_orphan() {
    let life = ready(EVERYTHING);
    edit(&life, |object| object.spec.test_publisher.enabled = false);
    assert_eq!(lives(&life, false), None, "it is still at work");
    assert_eq!(lives(&life, true), BREAKS, "it says that it is done");
}

#[test]
fn a_key_that_nothing_knows_of_is_seen_though_it_is_the_only_one() {
    let mut life = ready(EVERYTHING);
    edit(&life, |object| {
        let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
        pinned.key_ids.clear();
    });
    assert_eq!(lives(&life, false), None, "its alias names it");
    life.sim.alter(|cloud| {
        let alias = life
            .home
            .place
            .key_alias(life.home.name(Id::BucketKey))
            .to_string();
        cloud.aliases.remove(&alias);
    });
    assert_eq!(lives(&life, false), BREAKS);
    edit(&life, |object| {
        let nonce = "the-call-that-made-it".to_owned();
        let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
        let intent = datalake_operator::model::intent::begin(&nonce, life.sim.now());
        pinned.key_intents.insert(Id::BucketKey.to_string(), intent);
        life.sim.alter(|cloud| {
            for arn in cloud
                .keys
                .iter()
                .map(|(arn, _)| arn.to_owned())
                .collect::<Vec<_>>()
            {
                cloud
                    .keys
                    .get_mut(&arn)
                    .unwrap()
                    .seen
                    .tags
                    .insert(TAG_INTENT.into(), nonce.clone());
            }
        });
    });
    assert_eq!(lives(&life, false), BREAKS, "the call is to be seen to");
    let refused = EDITS.iter().position(|edit| edit.refused).unwrap();
    life.step(&Step::Edit(refused)).unwrap();
    assert_eq!(
        lives(&life, false),
        None,
        "nobody sees to it while the spec is refused"
    );
}

#[test]
fn under_delete_nothing_is_left() {
    let whole = ready(EVERYTHING);
    let life = deleted(EVERYTHING);
    assert_eq!(gone(&life), None);
    let arn = life.home.place.log_group(&life.home.names.log_group).to_string();
    let group = whole
        .sim
        .alter(|cloud| cloud.log_groups.get(&arn).unwrap().clone());
    life.sim.alter(|cloud| cloud.log_groups.put(&arn, group));
    assert_eq!(gone(&life), BREAKS, "a log group");

    let life = deleted(EVERYTHING);
    second_key(&life);
    assert_eq!(gone(&life), BREAKS, "a key");

    let life = deleted(EVERYTHING);
    alias(&life, "alias/another");
    assert_eq!(gone(&life), BREAKS, "an alias");
}

#[test]
fn under_retain_and_retain_data_no_key_is_left_that_nothing_knows_of() {
    for base in [RETAIN, RETAIN_DATA] {
        let life = deleted(base);
        assert_eq!(gone(&life), None, "the lake's two keys stay");
        second_key(&life);
        assert_eq!(gone(&life), BREAKS, "a second one");
        alias(&life, "alias/another");
        assert_eq!(gone(&life), None, "an alias names it");
        let another = life.home.place.key_alias("alias/another").to_string();
        life.sim.alter(|cloud| cloud.aliases.remove(&another));
        let arn = life.home.place.key(SECOND).to_string();
        life.sim.alter(|cloud| {
            let bucket = cloud.buckets.iter_mut().next().unwrap().1;
            bucket.seen.encryption.as_mut().unwrap().key = Some(arn);
        });
        assert_eq!(gone(&life), None, "a bucket names it");
    }
}

#[test]
fn under_retain_data_the_pipeline_goes() {
    let whole = ready(RETAIN_DATA);
    let life = deleted(RETAIN_DATA);
    let arn = life
        .home
        .place
        .delivery_stream(&life.home.names.delivery)
        .to_string();
    let delivery = whole
        .sim
        .alter(|cloud| cloud.deliveries.get(&arn).unwrap().clone());
    life.sim.alter(|cloud| cloud.deliveries.put(&arn, delivery));
    assert_eq!(gone(&life), BREAKS);
}

#[test]
fn a_bucket_of_another_name_is_an_orphan_unless_the_lake_was_made_in_it() {
    let mut life = ready(EVERYTHING);
    let other = "another-example-lake";
    life.sim.alter(|cloud| {
        let [own, other] =
            [life.home.name(Id::LakeBucket), other].map(|name| life.home.place.bucket(name).to_string());
        let bucket = cloud.buckets.get(&own).unwrap().clone();
        cloud.buckets.put(&other, bucket);
    });
    assert_eq!(lives(&life, false), BREAKS);
    let arn = life.home.place.bucket(other).to_string();
    life.unsaid.insert(arn);
    assert_eq!(lives(&life, false), None, "whoever made it died");
    life.unsaid.clear();
    edit(&life, |object| {
        let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
        pinned.names.insert(Id::LakeBucket.to_string(), other.to_owned());
    });
    assert_eq!(lives(&life, false), None);
}

#[test]
fn a_second_key_may_stay_where_a_status_was_lost_and_it_is_reported() {
    let life = ready(EVERYTHING);
    second_key(&life);
    let report = |object: &mut Datalake| {
        let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
        pinned
            .spare_keys
            .insert(Id::BucketKey.to_string(), vec![SECOND.to_owned()]);
    };
    edit(&life, report);
    assert_eq!(lives(&life, true), BREAKS, "a status tells of every call");
    life.kubernetes.lock().wiped = true;
    assert_eq!(lives(&life, true), None);
    let forget = |object: &mut Datalake| {
        let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
        pinned.spare_keys.clear();
    };
    edit(&life, forget);
    assert_eq!(lives(&life, true), BREAKS, "nothing tells the user");
}
