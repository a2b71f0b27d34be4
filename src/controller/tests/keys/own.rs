//! A key of the user's own in the place of one that the lake made.

use super::*;
use crate::cloud::sim::Key;
use crate::controller::tests::stage::OWN_KEY;

const THEIRS: &str = "arn:aws:kms:eu-west-1:123456789012:key/77777777-7777-7777-7777-777777777777";

/// The user writes a bucket key of their own while the status is lost.
fn switched(stage: &mut Stage) {
    stage.own_key("Enabled");
    stage.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    stage.object.status = None;
    stage.restart();
}

#[test]
fn the_key_that_the_lake_made_is_known_and_kept_although_the_status_was_lost() {
    for aliased in [true, false] {
        let mut kept = Stage::ready(json!({}));
        let made = kept.arn(Id::BucketKey);
        let id = made.rsplit('/').next().unwrap().to_owned();
        let mut lost = Stage::in_world(kept.sim.clone(), kept.object.clone());
        if !aliased {
            let alias = lost.lake().names.bucket_key_alias;
            lost.sim.alter(|cloud| {
                let arn = cloud
                    .aliases
                    .iter()
                    .find(|(arn, _)| arn.ends_with(&alias))
                    .unwrap();
                let arn = arn.0.to_owned();
                cloud.aliases.remove(&arn)
            });
        }
        // The first look fails.
        lost.sim.fault(Rule::next(
            "kms",
            "DescribeKey",
            Fault::Refuse(Refused::timeout()),
        ));
        switched(&mut lost);
        lost.settle();
        assert!(lost.is_ready(), "{}", lost.story());
        assert_eq!(
            pinned(&lost).key_ids[Id::BucketKey.as_str()],
            id,
            "{}",
            lost.story()
        );
        let told = lost.object.status.clone().unwrap().resources;
        let told = told.iter().find(|r| r.id == Id::BucketKey.as_str()).unwrap();
        assert_eq!(format!("{:?}", told.state), "Kept");
        let role = lost.arn(Id::CrawlerRole);
        let reads = lost
            .sim
            .alter(|cloud| format!("{:?}", cloud.roles.get(&role).unwrap().policies));
        assert!(reads.contains(&made), "what it encrypted stays readable: {reads}");
        assert_eq!(keys(&lost).0, 2);
        // As if the status had not been lost.
        kept.own_key("Enabled");
        kept.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
        kept.settle();
        assert_eq!(pinned(&kept).key_ids, pinned(&lost).key_ids);
        assert_eq!(pinned(&kept).used_keys, pinned(&lost).used_keys);
    }
}

#[test]
fn a_key_that_kms_shows_late_is_waited_for_where_a_lake_is() {
    let mut stage = Stage::ready(json!({}));
    let made = stage.arn(Id::BucketKey);
    let key = stage.sim.alter(|cloud| {
        let alias = cloud
            .aliases
            .iter()
            .find(|(_, to)| made.ends_with(to.as_str()))
            .unwrap();
        let alias = alias.0.to_owned();
        cloud.aliases.remove(&alias);
        cloud.keys.remove(&made).unwrap()
    });
    switched(&mut stage);
    for _ in 0..12 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    assert!(!stage.is_ready(), "{}", stage.story());
    stage
        .sim
        .alter(|cloud| cloud.keys.put(&made, Key { seen: key.seen }));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(made.ends_with(&pinned(&stage).key_ids[Id::BucketKey.as_str()]));
}

#[test]
fn a_key_that_kms_shows_late_is_waited_for_although_another_has_its_alias() {
    let mut stage = Stage::ready(json!({}));
    let made = stage.arn(Id::BucketKey);
    let lake = stage.lake();
    let alias = lake.place.key_alias(&lake.names.bucket_key_alias).to_string();
    let key = stage.sim.alter(|cloud| {
        let key = cloud.keys.remove(&made).unwrap();
        let mut theirs = key.clone();
        theirs.seen.tags.clear();
        theirs.seen.arn = crate::model::arn::KeyArn::parse(THEIRS).unwrap();
        cloud.keys.put(THEIRS, theirs);
        cloud
            .aliases
            .put(&alias, THEIRS.rsplit('/').next().unwrap().to_owned());
        key
    });
    switched(&mut stage);
    for _ in 0..12 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    assert!(!stage.is_ready(), "{}", stage.story());
    stage.sim.alter(|cloud| cloud.keys.put(&made, key));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(made.ends_with(&pinned(&stage).key_ids[Id::BucketKey.as_str()]));
}

#[test]
fn a_lake_that_never_made_a_key_waits_for_none() {
    let mut stage = Stage::beside_own_key(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(
        stage
            .sim
            .now()
            .duration_since(crate::controller::tests::stage::start())
            < KEY_LAG
    );
    let listed = stage.object.status.clone().unwrap().resources;
    assert!(
        listed.iter().all(|r| r.id != Id::BucketKey.as_str()),
        "{listed:?}"
    );
    assert_eq!(pinned(&stage).key_ids.len(), 1, "the stream's");
}

#[test]
fn a_whole_lake_that_goes_takes_its_key_along_although_the_status_was_lost() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    switched(&mut stage);
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(keys(&stage), (0, 2), "{}", stage.story());
}

#[test]
fn a_key_of_a_lost_answer_that_somebody_uses_is_the_lakes_to_keep_once_the_user_writes_another() {
    let mut stage = Stage::new(json!({}));
    dead(&mut stage, "CreateKey", Fault::CrashAfter);
    let made = stage
        .sim
        .alter(|cloud| cloud.keys.iter().next().unwrap().0.to_owned());
    let id = made.rsplit('/').next().unwrap().to_owned();
    stage.own_key("Enabled");
    let alias = stage.lake().place.key_alias("alias/theirs").to_string();
    stage.sim.alter(|cloud| cloud.aliases.put(&alias, id.clone()));
    stage.edit(json!({"encryption": {"bucketKeyArn": OWN_KEY}}));
    stage.restart();
    stage.settle();
    assert_eq!(
        pinned(&stage).key_ids.get(Id::BucketKey.as_str()),
        Some(&id),
        "{}",
        stage.story()
    );
    stage.sim.alter(|cloud| cloud.aliases.remove(&alias));
    for _ in 0..15 {
        stage.next_looks();
    }
    assert!(stage.is_ready(), "{}", stage.story());
    let state_of_key = stage
        .sim
        .alter(|cloud| cloud.keys.get(&made).unwrap().seen.state.clone());
    assert_eq!(state_of_key, "Enabled", "{}", stage.story());
    assert_eq!(pinned(&stage).used_keys[Id::BucketKey.as_str()].len(), 2);
}
