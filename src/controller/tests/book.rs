//! The plan book: spec + observed world → rendered plan, one snapshot a chapter.

use serde_json::json;

use super::adoption::{base, found};
use super::existing::{all, world};
use super::stage::{Stage, datalake};
use crate::model::render::render;
use crate::model::topology::Id;

fn chapter(name: &str, stage: &mut Stage) {
    stage.sim.advance(jiff::SignedDuration::from_mins(10));
    let lake = stage.lake();
    let mut text = format!("{}\n", name.replace('_', " "));
    text += &render(&stage.looked(&lake));
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "book" }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn everything_is_missing() {
    chapter(
        "everything_is_missing",
        &mut Stage::new(json!({"testPublisher": {"enabled": true}})),
    );
}

#[test]
fn everything_is_in_sync() {
    chapter(
        "everything_is_in_sync",
        &mut Stage::ready(json!({"testPublisher": {"enabled": true}})),
    );
}

#[test]
fn a_lake_half_made() {
    let mut stage = Stage::new(json!({"testPublisher": {"enabled": true}}));
    for _ in 0..3 {
        stage.pass();
    }
    chapter("a_lake_half_made", &mut stage);
}

#[test]
fn a_lake_being_deleted() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete", "testPublisher": {"enabled": true}}));
    stage.delete();
    chapter("a_lake_being_deleted", &mut stage);
}

#[test]
fn a_lake_that_leaves_its_data() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "RetainData", "testPublisher": {"enabled": true}}));
    stage.delete();
    chapter("a_lake_that_leaves_its_data", &mut stage);
}

#[test]
fn an_edit_of_many_things() {
    let mut stage = Stage::ready(json!({}));
    stage.edit(json!({
        "stream": {"shards": 3}, "retention": {"streamHours": 48, "rawDays": 7}, "buffering": {"sizeMiB": 128},
        "tags": {"team": "data"}, "encryption": {"rotation": false}, "query": {"bytesScannedLimitMiB": 100},
        "crawler": {"schedule": "cron(0 * * * ? *)"}, "testPublisher": {"enabled": true},
    }));
    chapter("an_edit_of_many_things", &mut stage);
}

#[test]
fn each_kind_settling_or_foreign() {
    let mut stage = Stage::ready(json!({}));
    stage.edit(json!({"tags": {"team": "data"}}));
    let arn = |id| stage.arn(id);
    let (stream, delivery, crawler, workgroup) = (
        arn(Id::Stream),
        arn(Id::Delivery),
        arn(Id::Crawler),
        arn(Id::Workgroup),
    );
    let bucket = arn(Id::RawBucket);
    stage.sim.advance(jiff::SignedDuration::from_mins(10));
    stage.sim.alter(|cloud| {
        cloud.streams.get_mut(&stream).unwrap().seen.status = "UPDATING".into();
        cloud.deliveries.get_mut(&delivery).unwrap().seen.status = "CREATING".into();
        cloud.crawlers.get_mut(&crawler).unwrap().state = "RUNNING".into();
        cloud.workgroups.get_mut(&workgroup).unwrap().tags.clear();
        cloud
            .buckets
            .get_mut(&bucket)
            .unwrap()
            .seen
            .tags
            .insert("datalake-operator.io/name".into(), "other".into());
    });
    chapter("each_kind_settling_or_foreign", &mut stage);
}

#[test]
fn a_lake_that_is_to_be_taken_over() {
    let mut stage = found(base(), &Id::ALL, |stage| {
        let (stream, group) = (stage.arn(Id::Stream), stage.arn(Id::LogGroup));
        stage.sim.alter(|cloud| {
            cloud.streams.get_mut(&stream).unwrap().seen.open_shards = 2;
            cloud.log_groups.get_mut(&group).unwrap().seen.retention_days = None;
        });
    });
    chapter("a_lake_that_is_to_be_taken_over", &mut stage);
}

#[test]
fn a_lake_on_what_exists() {
    chapter(
        "a_lake_on_what_exists",
        &mut Stage::in_world(world(), datalake(all())),
    );
}
