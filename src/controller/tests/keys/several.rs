//! Several keys of one lake, and aliases that were pointed elsewhere.

use super::*;
use crate::cloud::sim::Key;
use crate::model::arn::KeyArn;

/// Another key like the lake's own of `id`, as an earlier call left it, or a person made it.
fn second(stage: &Stage, id: Id, key_id: &str, nonce: Option<&str>) -> KeyArn {
    let own = stage.arn(id);
    let arn = own.replace(own.rsplit('/').next().unwrap(), key_id);
    stage.sim.alter(|cloud| {
        let mut key: Key = cloud.keys.get(&own).unwrap().clone();
        key.seen.arn = KeyArn::parse(&arn).unwrap();
        match nonce {
            Some(nonce) => drop(
                key.seen
                    .tags
                    .insert("datalake-operator.io/intent".into(), nonce.into()),
            ),
            None => drop(key.seen.tags.remove("datalake-operator.io/intent")),
        }
        cloud.keys.put(&arn, key);
    });
    KeyArn::parse(&arn).unwrap()
}

/// The alias of `id` is pointed at a key, or removed.
fn alias(stage: &Stage, id: Id, key_id: Option<&str>) {
    let lake = stage.lake();
    let arn = lake.place.key_alias(lake.name(id)).to_string();
    stage.sim.alter(|cloud| match key_id {
        Some(key_id) => cloud.aliases.put(&arn, key_id.to_owned()),
        None => drop(cloud.aliases.remove(&arn)),
    });
}

fn alias_target(stage: &Stage, id: Id) -> Option<String> {
    let lake = stage.lake();
    let arn = lake.place.key_alias(lake.name(id)).to_string();
    stage.sim.alter(|cloud| cloud.aliases.get(&arn).cloned())
}

fn wipe(stage: &mut Stage) {
    stage.object.status = None;
    stage.restart();
    stage.sim.forget_calls();
}

fn key_id(stage: &Stage, id: Id) -> String {
    stage.arn(id).rsplit('/').next().unwrap().to_owned()
}

#[test]
fn the_one_that_the_bucket_or_the_stream_names_wins_and_the_other_is_only_reported() {
    for id in [Id::BucketKey, Id::StreamKey] {
        // Before and after the other in the order of ids.
        for other in ["00000000-0000", "ffffffff-ffff"] {
            let mut stage = Stage::ready(json!({}));
            let own = key_id(&stage, id);
            second(&stage, id, other, Some("unknown"));
            alias(&stage, id, None);
            wipe(&mut stage);
            stage.settle();
            assert!(stage.is_ready(), "{}", stage.story());
            assert_eq!(key_id(&stage, id), own, "{}", stage.story());
            assert_eq!(
                alias_target(&stage, id),
                Some(own.clone()),
                "the alias names it again"
            );
            assert_eq!(stage.operations(), ["CreateAlias"]);

            for _ in 0..3 {
                let status = stage.object.status.clone().unwrap();
                let line = status.resources.iter().find(|r| r.id == id.as_str()).unwrap();
                assert_eq!(line.reason.as_deref(), Some("SpareKey"));
                let message = line.message.clone().unwrap();
                assert!(message.contains(other) && message.contains(&own), "{message}");
                stage.next_looks();
            }
            assert_eq!(keys(&stage), (3, 3), "it is the user's to remove");
            let told = stage.events.iter().filter(|e| e.reason == "SpareKey").count();
            assert_eq!(told, 1, "{}", stage.story());

            // The user does as the message says.
            let spare = stage.arn(id).replace(&own, other);
            stage
                .sim
                .alter(|cloud| cloud.keys.get_mut(&spare).unwrap().seen.state = "PendingDeletion".into());
            stage.next_looks();
            assert!(pinned(&stage).spare_keys.is_empty(), "{}", stage.story());
            assert_eq!(stage.operations(), ["CreateAlias"]);
        }
    }
}

#[test]
fn the_one_that_the_alias_names_wins_where_nothing_else_names_one() {
    let mut stage = Stage::ready(json!({}));
    let own = key_id(&stage, Id::BucketKey);
    second(&stage, Id::BucketKey, "00000000-0000", Some("unknown"));
    let buckets = [stage.arn(Id::LakeBucket), stage.arn(Id::RawBucket)];
    let (delivery, workgroup) = (stage.arn(Id::Delivery), stage.arn(Id::Workgroup));
    stage.sim.alter(|cloud| {
        for arn in &buckets {
            cloud.buckets.remove(arn);
        }
        cloud.deliveries.remove(&delivery);
        cloud.workgroups.remove(&workgroup);
    });
    wipe(&mut stage);
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(key_id(&stage, Id::BucketKey), own);
    assert_eq!(keys(&stage), (3, 3));
}

#[test]
fn the_one_that_the_delivery_stream_names_wins_where_nothing_else_names_one() {
    for other in ["00000000-0000", "ffffffff-ffff"] {
        let mut stage = Stage::ready(json!({}));
        let own = key_id(&stage, Id::BucketKey);
        second(&stage, Id::BucketKey, other, Some("unknown"));
        alias(&stage, Id::BucketKey, None);
        let buckets = [stage.arn(Id::LakeBucket), stage.arn(Id::RawBucket)];
        let workgroup = stage.arn(Id::Workgroup);
        stage.sim.alter(|cloud| {
            for arn in &buckets {
                cloud.buckets.remove(arn);
            }
            cloud.workgroups.remove(&workgroup);
        });
        wipe(&mut stage);
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        assert_eq!(key_id(&stage, Id::BucketKey), own, "{other}: {}", stage.story());
        assert_eq!(alias_target(&stage, Id::BucketKey), Some(own));
    }
}

#[test]
fn a_key_that_was_never_recorded_stays_while_an_alias_of_somebody_names_it() {
    let mut stage = lagging(7);
    dead(&mut stage, "CreateKey", Fault::CrashAfter);
    let lost = stage
        .sim
        .alter(|cloud| cloud.keys.iter().next().unwrap().1.seen.arn.clone());
    let place = stage.lake().place;
    let theirs = place.key_alias("alias/theirs").to_string();
    stage
        .sim
        .alter(|cloud| cloud.aliases.put(&theirs, lost.key_id().to_owned()));
    stage.settle();
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(keys(&stage), (3, 3));
    assert_eq!(pinned(&stage).spare_keys[Id::BucketKey.as_str()], [lost.key_id()]);
    stage.sim.alter(|cloud| drop(cloud.aliases.remove(&theirs)));
    stage
        .sim
        .alter(|cloud| cloud.timing.kms_list_lag = SignedDuration::ZERO);
    calm(&mut stage, "nothing names it any more");
    assert_eq!(keys(&stage), (2, 3));
}

#[test]
fn nothing_is_decided_between_two_keys_before_what_may_name_one_was_read() {
    let mut stage = Stage::ready(json!({}));
    let own = key_id(&stage, Id::StreamKey);
    second(&stage, Id::StreamKey, "00000000-0000", None);
    alias(&stage, Id::StreamKey, None);
    wipe(&mut stage);
    let denied = Fault::Refuse(Refused::new(400, "AccessDeniedException", "no"));
    stage
        .sim
        .fault(Rule::every("kinesis", "DescribeStreamSummary", denied));
    for _ in 0..5 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next);
    }
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
    stage.sim.calm();
    stage.settle();
    stage.next_looks();
    assert_eq!(key_id(&stage, Id::StreamKey), own, "{}", stage.story());
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn an_alias_that_was_pointed_at_the_lakes_other_key_is_put_back_although_the_record_is_lost() {
    for swapped in [false, true] {
        let mut stage = Stage::ready(json!({}));
        let [bucket, stream] = [Id::BucketKey, Id::StreamKey].map(|id| key_id(&stage, id));
        alias(&stage, Id::BucketKey, Some(&stream));
        if swapped {
            alias(&stage, Id::StreamKey, Some(&bucket));
        }
        wipe(&mut stage);
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        assert_eq!(alias_target(&stage, Id::BucketKey), Some(bucket));
        assert_eq!(alias_target(&stage, Id::StreamKey), Some(stream));
        assert!(
            stage
                .operations()
                .iter()
                .all(|operation| *operation == "UpdateAlias"),
            "{:?}",
            stage.operations()
        );
        assert_eq!(keys(&stage).1, 2);
    }
}

#[test]
fn a_whole_lake_that_goes_takes_its_spare_keys_with_it() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    second(&stage, Id::BucketKey, "00000000-0000", Some("unknown"));
    alias(&stage, Id::BucketKey, None);
    wipe(&mut stage);
    stage.settle();
    assert_eq!(keys(&stage), (3, 3));
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(keys(&stage), (0, 3), "{}", stage.story());
}

#[test]
fn an_alias_that_came_to_name_anothers_key_is_left_and_told_and_the_lakes_key_is_found_all_the_same() {
    for tags in [json!({}), json!({"datalake-operator.io/name": "another"})] {
        for wiped in [false, true] {
            let mut stage = Stage::ready(json!({}));
            let own = key_id(&stage, Id::BucketKey);
            second(&stage, Id::BucketKey, "77777777-0000", None);
            let theirs = stage.sim.alter(|cloud| {
                let (arn, key) = cloud
                    .keys
                    .iter()
                    .find(|(arn, _)| arn.contains("77777777-0000"))
                    .unwrap();
                let (arn, mut key) = (arn.to_owned(), key.clone());
                key.seen.tags = serde_json::from_value(tags.clone()).unwrap();
                let id = key.seen.arn.key_id().to_owned();
                cloud.keys.put(&arn, key);
                id
            });
            alias(&stage, Id::BucketKey, Some(&theirs));
            if wiped {
                wipe(&mut stage);
            }
            stage.sim.forget_calls();
            stage.next_looks();
            let what = format!("{tags}, wiped: {wiped}: {}", stage.story());
            assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
            let (_, reason, message) = stage.condition("Ready");
            assert_eq!(reason, "NotOwned", "{what}");
            assert!(message.contains(&theirs) && message.contains(&own), "{message}");
            assert_eq!(key_id(&stage, Id::BucketKey), own);
            // Once it names nobody's, it is the lake's again.
            alias(&stage, Id::BucketKey, None);
            stage.next_looks();
            assert!(stage.is_ready(), "{what}");
            assert_eq!(alias_target(&stage, Id::BucketKey), Some(own));
        }
    }
}

#[test]
fn an_alias_that_was_pointed_at_the_lakes_other_key_goes_with_the_lake() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let other = pinned(&stage).key_ids[Id::StreamKey.as_str()].clone();
    alias(&stage, Id::BucketKey, Some(&other));
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    let aliases = stage.sim.alter(|cloud| cloud.aliases.len());
    assert_eq!((keys(&stage), aliases), ((0, 2), 0), "{}", stage.story());
}
