//! Tags that AWS keeps to itself, such as those of `CloudFormation`: they stay whatever is written beside them.

use serde_json::json;

use super::adoption::{base, found, is_taken_over};
use super::stage::Stage;
use crate::model::topology::Id;

const KEY: &str = "aws:cloudformation:stack-name";

fn made_by_a_stack(stage: &Stage, id: Id) {
    let arn = stage.arn(id);
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&arn).unwrap();
        bucket.seen.tags.insert(KEY.into(), "x".into());
    });
}

fn tag(stage: &Stage, id: Id, key: &str) -> Option<String> {
    let arn = stage.lake().place.bucket(stage.lake().name(id)).to_string();
    stage
        .sim
        .alter(|cloud| cloud.buckets.get(&arn).unwrap().seen.tags.get(key).cloned())
}

#[test]
fn a_bucket_that_carries_one_is_tagged_anew_when_the_users_tags_change() {
    let mut stage = Stage::ready(json!({"tags": {"team": "data", "cost": "1"}}));
    made_by_a_stack(&stage, Id::LakeBucket);
    stage.next_looks();
    assert_eq!(
        stage.writes(),
        Vec::<String>::new(),
        "it is no drift: {}",
        stage.story()
    );
    stage.edit(json!({"tags": {"team": "others", "cost": null}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    for (key, value) in [(KEY, Some("x")), ("team", Some("others")), ("cost", None)] {
        assert_eq!(tag(&stage, Id::LakeBucket, key).as_deref(), value, "{key}");
    }
}

#[test]
fn a_bucket_that_carries_one_is_taken_over() {
    let mut stage = found(base(), &[Id::RawBucket], |stage| {
        made_by_a_stack(stage, Id::RawBucket);
    });
    is_taken_over(&mut stage, &[Id::RawBucket], "made by a stack");
    assert_eq!(tag(&stage, Id::RawBucket, KEY).as_deref(), Some("x"));
}
