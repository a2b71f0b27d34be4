//! What shows late, or is to be compared with a key that is not there yet.

use super::*;

#[test]
fn tags_that_show_late_are_not_written_twice() {
    let mut stage = found(base(), &[Id::RawBucket], |_| {});
    stage
        .sim
        .alter(|cloud| cloud.timing.s3_lag = jiff::SignedDuration::from_secs(40));
    stage.agree();
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    let arn = arn(&stage, Id::RawBucket);
    assert_eq!(stage.writes_to(Id::RawBucket, &arn), ["PutBucketTagging"]);
}

#[test]
fn what_was_taken_over_a_moment_ago_and_seems_nobodys_is_not_asked_for_anew() {
    let mut stage = found(base(), &[Id::RawBucket], |_| {});
    stage.agree();
    while stage.writes().is_empty() {
        stage.pass();
    }
    let arn = arn(&stage, Id::RawBucket);
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&arn).unwrap();
        bucket.seen.tags.clear();
        bucket.seen.encryption = None;
    });
    for _ in 0..3 {
        stage.pass();
        let (_, reason, message) = stage.condition("Ready");
        assert_ne!(reason, "AdoptionPending", "{message}");
    }
    stage.settle();
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "AdoptionPending", "{message}");
}

#[test]
fn a_bucket_is_asked_for_once_its_key_is_there() {
    let mut stage = found(base(), &[Id::LakeBucket], |stage| {
        let key = stage.arn(Id::BucketKey);
        let alias = stage.lake().names.bucket_key_alias;
        let alias = stage.lake().place.key_alias(&alias).to_string();
        stage
            .sim
            .alter(|cloud| (cloud.keys.remove(&key), cloud.aliases.remove(&alias)));
    });
    let key = arn(&stage, Id::BucketKey);
    let message = line(&stage, Id::LakeBucket).message.unwrap();
    assert!(message.contains(&key), "{message}");
    is_taken_over(&mut stage, &[Id::LakeBucket], "a bucket without a key");
}

#[test]
fn a_key_of_the_lakes_name_lets_everything_be_told_before_anything_is_written() {
    let mut stage = found(base(), &[Id::BucketKey, Id::LakeBucket], |stage| {
        let arn = stage.arn(Id::LakeBucket);
        stage
            .sim
            .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.encryption = None);
    });
    let key = arn(&stage, Id::BucketKey);
    let message = line(&stage, Id::LakeBucket).message.unwrap();
    assert!(message.contains(&key), "{message}");
    is_taken_over(&mut stage, &[Id::BucketKey, Id::LakeBucket], "key and bucket");
}

/// A lake with these tags of the user's, whose owner's tags somebody took off some of its resources; it may take them over.
fn stripped(ids: &[Id]) -> Stage {
    let mut stage =
        Stage::ready(json!({"testPublisher": {"enabled": true}, "tags": {"team": "data", "cost": "1"}}));
    for id in ids {
        let arn = arn(&stage, *id);
        let owners = |key: &str| {
            ["cluster", "namespace", "name"]
                .iter()
                .any(|of| key.ends_with(of))
        };
        stage
            .sim
            .alter(|cloud| cloud.tags_mut(*id, &arn).unwrap().retain(|key, _| !owners(key)));
    }
    stage.edit(json!({"adoption": "Unowned", "tags": {"team": "core", "cost": null}}));
    stage.settle();
    stage
}

/// Which of `team` and `cost` it carries.
fn users_tags(stage: &Stage, id: Id) -> (Option<String>, Option<String>) {
    let arn = arn(stage, id);
    let tags = stage.sim.alter(|cloud| tags(cloud, id, &arn).clone());
    (tags.get("team").cloned(), tags.get("cost").cloned())
}

#[test]
fn a_tag_of_the_users_that_is_declared_no_more_goes_from_what_is_taken_over() {
    let mut stage = stripped(&Id::ALL);
    // What is encrypted with a key is asked for once that is the lake's, and so on.
    for _ in 0..5 {
        stage.agree();
        stage.settle();
    }
    assert!(stage.is_ready(), "{}", stage.story());
    for id in Id::ALL {
        assert_eq!(users_tags(&stage, id), (Some("core".into()), None), "{id}");
    }
}

#[test]
fn what_is_taken_over_has_the_owners_tags_first_and_the_users_right_after() {
    let mut stage = stripped(&[Id::DeliveryRole]);
    stage.agree();
    stage.pass();
    let before = (Some("data".into()), Some("1".into()));
    assert_eq!(users_tags(&stage, Id::DeliveryRole), before, "{}", stage.story());
    stage.pass();
    let after = (Some("core".into()), None);
    assert_eq!(
        users_tags(&stage, Id::DeliveryRole),
        after,
        "no time went by: {}",
        stage.story()
    );
}
