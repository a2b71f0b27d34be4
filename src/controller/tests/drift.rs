//! Changes from outside, property by property: corrected or reported.

use serde_json::json;

use super::stage::Stage;
use crate::cloud::sim::Cloud;
use crate::model::topology::Id;

pub(super) type Hand = fn(&mut Cloud, &str);

/// Each managed property of each kind, and a hand that changes it behind the operator's back.
#[rustfmt::skip]
pub(super) fn hands() -> Vec<(Id, &'static str, Hand)> {
    vec![
        (Id::BucketKey, "disabled", |c, arn| c.keys.get_mut(arn).unwrap().seen.state = "Disabled".into()),
        (Id::BucketKey, "pending deletion", |c, arn| c.keys.get_mut(arn).unwrap().seen.state = "PendingDeletion".into()),
        (Id::BucketKey, "rotation", |c, arn| c.keys.get_mut(arn).unwrap().seen.rotation = Some(false)),
        (Id::StreamKey, "policy", |c, arn| c.keys.get_mut(arn).unwrap().seen.policy = r#"{"Version":"2012-10-17","Statement":[]}"#.into()),
        (Id::StreamKey, "tags", |c, arn| drop(c.keys.get_mut(arn).unwrap().seen.tags.remove("managed-by"))),
        (Id::LakeBucket, "public access block", |c, arn| c.buckets.get_mut(arn).unwrap().seen.public_access_block = Some([true, true, false, true])),
        (Id::LakeBucket, "ownership", |c, arn| c.buckets.get_mut(arn).unwrap().seen.ownership = Some("ObjectWriter".into())),
        (Id::LakeBucket, "encryption", |c, arn| c.buckets.get_mut(arn).unwrap().seen.encryption.as_mut().unwrap().bucket_key = false),
        (Id::RawBucket, "lifecycle", |c, arn| drop(c.buckets.get_mut(arn).unwrap().seen.lifecycle.pop())),
        (Id::RawBucket, "policy", |c, arn| c.buckets.get_mut(arn).unwrap().seen.policy = None),
        (Id::RawBucket, "tags", |c, arn| drop(c.buckets.get_mut(arn).unwrap().seen.tags.remove("managed-by"))),
        (Id::LogGroup, "retention", |c, arn| c.log_groups.get_mut(arn).unwrap().seen.retention_days = None),
        (Id::LogGroup, "a stream", |c, arn| c.log_groups.get_mut(arn).unwrap().streams.clear()),
        (Id::Stream, "shards", |c, arn| c.streams.get_mut(arn).unwrap().seen.open_shards = 2),
        (Id::Stream, "mode", |c, arn| c.streams.get_mut(arn).unwrap().seen.on_demand = true),
        (Id::Stream, "encryption", |c, arn| c.streams.get_mut(arn).unwrap().seen.key = None),
        (Id::Database, "description", |c, arn| c.databases.get_mut(arn).unwrap().input.description = Some("mine".into())),
        (Id::Table, "a column more", |c, arn| {
            let column = crate::model::kinds::table::Column { name: "added".into(), r#type: "int".into(), comment: None };
            c.tables.get_mut(arn).unwrap().input.columns.push(column);
        }),
        (Id::Table, "a type", |c, arn| c.tables.get_mut(arn).unwrap().input.columns[0].r#type = "string".into()),
        (Id::Table, "the SerDe", |c, arn| c.tables.get_mut(arn).unwrap().input.serde = "org.example.Other".into()),
        (Id::Table, "location", |c, arn| c.tables.get_mut(arn).unwrap().input.location = "s3://elsewhere/".into()),
        (Id::DeliveryRole, "trust", |c, arn| c.roles.get_mut(arn).unwrap().seen.trust = r#"{"Version":"2012-10-17","Statement":[]}"#.into()),
        (Id::DeliveryRole, "inline policy gone", |c, arn| c.roles.get_mut(arn).unwrap().policies.clear()),
        (Id::CrawlerRole, "description", |c, arn| c.roles.get_mut(arn).unwrap().seen.description = "mine".into()),
        (Id::Delivery, "prefix", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.destination.as_mut().unwrap().prefix = "data/!{timestamp:yyyy}/".into()),
        (Id::Delivery, "buffering", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.destination.as_mut().unwrap().buffering = Some((900, 128))),
        (Id::Delivery, "logging", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.destination.as_mut().unwrap().logging = None),
        (Id::Delivery, "backup's key", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.destination.as_mut().unwrap().backup.as_mut().unwrap().key_arn = None),
        (Id::Crawler, "schedule", |c, arn| c.crawlers.get_mut(arn).unwrap().schedule = Some("cron(0 0 * * ? *)".into())),
        (Id::Crawler, "schedule stopped", |c, arn| c.crawlers.get_mut(arn).unwrap().schedule_state = Some("NOT_SCHEDULED".into())),
        (Id::Crawler, "update behavior", |c, arn| c.crawlers.get_mut(arn).unwrap().update_behavior = Some("UPDATE_IN_DATABASE".into())),
        (Id::Crawler, "configuration", |c, arn| c.crawlers.get_mut(arn).unwrap().configuration = None),
        (Id::Workgroup, "enforcement", |c, arn| c.workgroups.get_mut(arn).unwrap().enforced = Some(false)),
        (Id::Workgroup, "cut-off", |c, arn| c.workgroups.get_mut(arn).unwrap().cutoff_bytes = Some(10_000_000)),
        (Id::Workgroup, "disabled", |c, arn| c.workgroups.get_mut(arn).unwrap().state = "DISABLED".into()),
        (Id::Publisher, "timeout", |c, arn| c.functions.get_mut(arn).unwrap().seen.configuration.timeout_seconds = 3),
        (Id::Publisher, "code", |c, arn| c.functions.get_mut(arn).unwrap().seen.code_sha256 = "other".into()),
    ]
}

fn base() -> serde_json::Value {
    json!({"testPublisher": {"enabled": true}})
}

#[test]
fn each_property_changed_outside_is_corrected_and_told() {
    for (id, what, hand) in hands() {
        let mut stage = Stage::ready(base());
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| hand(cloud, &arn));
        stage.next_looks();
        assert!(stage.is_ready(), "{id} {what}: {}", stage.story());
        assert!(
            !stage.writes().is_empty(),
            "{id} {what} was not corrected: {}",
            stage.story()
        );
        let told = stage
            .events
            .iter()
            .any(|e| matches!(e.reason.as_str(), "DriftCorrected" | "Restored"));
        assert!(told, "{id} {what}: {}", stage.story());
        stage.sim.forget_calls();
        stage.next_looks();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{id} {what}");
    }
}

#[test]
fn under_report_each_property_is_named_and_left() {
    for (id, what, hand) in hands() {
        let mut base = base();
        base["driftPolicy"] = json!("Report");
        let mut stage = Stage::ready(base);
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| hand(cloud, &arn));
        stage.next_looks();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{id} {what}");
        let (status, reason, message) = stage.condition("DriftDetected");
        assert_eq!(
            (status.as_str(), reason.as_str()),
            ("True", "DriftDetected"),
            "{id} {what}: {}",
            stage.story()
        );
        assert!(message.contains(id.as_str()), "{id} {what}: {message}");
        assert_eq!(stage.condition("Ready").1, "DriftDetected", "{id} {what}");
        let told = stage
            .events
            .iter()
            .filter(|e| e.reason == "DriftDetected")
            .count();
        assert_eq!(told, 1, "{id} {what} is told once: {}", stage.story());
    }
}

fn remove(cloud: &mut Cloud, id: Id, arn: &str) {
    let removed = match id {
        Id::LakeBucket | Id::RawBucket => cloud.buckets.remove(arn).is_some(),
        Id::LogGroup | Id::PublisherLogGroup => cloud.log_groups.remove(arn).is_some(),
        Id::Stream => cloud.streams.remove(arn).is_some(),
        Id::Database => cloud.databases.remove(arn).is_some(),
        Id::Table => cloud.tables.remove(arn).is_some(),
        Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => cloud.roles.remove(arn).is_some(),
        Id::Delivery => cloud.deliveries.remove(arn).is_some(),
        Id::Crawler => cloud.crawlers.remove(arn).is_some(),
        Id::Workgroup => cloud.workgroups.remove(arn).is_some(),
        Id::Publisher => cloud.functions.remove(arn).is_some(),
        Id::BucketKey | Id::StreamKey => cloud.keys.remove(arn).is_some(),
    };
    assert!(removed, "{id} {arn}");
}

#[test]
fn each_resource_removed_outside_is_made_again() {
    for id in Id::ALL
        .into_iter()
        .filter(|id| !matches!(id, Id::BucketKey | Id::StreamKey))
    {
        let mut stage = Stage::ready(base());
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| remove(cloud, id, &arn));
        stage.next_looks();
        assert!(stage.is_ready(), "{id}: {}", stage.story());
        let told = stage
            .events
            .iter()
            .any(|e| e.reason == "DriftCorrected" && e.note.contains("again"));
        assert!(told, "{id}: {}", stage.story());
    }
}

#[test]
fn under_report_a_removed_resource_is_named_and_not_made() {
    for id in Id::ALL
        .into_iter()
        .filter(|id| !matches!(id, Id::BucketKey | Id::StreamKey))
    {
        let mut base = base();
        base["driftPolicy"] = json!("Report");
        let mut stage = Stage::ready(base);
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| remove(cloud, id, &arn));
        stage.next_looks();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{id}");
        assert!(
            stage.condition("DriftDetected").2.contains(id.as_str()),
            "{id}: {}",
            stage.story()
        );
    }
}

#[test]
fn under_report_an_edit_is_applied_and_drift_elsewhere_is_not() {
    let mut stage = Stage::ready(json!({"driftPolicy": "Report"}));
    let arn = stage.arn(Id::RawBucket);
    stage
        .sim
        .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.policy = None);
    stage.next_looks();
    stage.edit(json!({"stream": {"shards": 2}}));
    stage.settle();
    assert_eq!(stage.operations(), ["UpdateShardCount"], "{}", stage.story());
    assert_eq!(stage.condition("DriftDetected").0, "True");
}

#[test]
fn under_report_drift_is_drift_also_after_an_operator_that_digests_otherwise() {
    let mut stage = Stage::ready(json!({"driftPolicy": "Report"}));
    for resource in &mut stage.object.status.as_mut().unwrap().resources {
        resource.applied = Some("0123456789abcdef".into());
    }
    stage.restart();
    let arn = stage.arn(Id::RawBucket);
    stage
        .sim
        .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.policy = None);
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
    assert_eq!(stage.condition("DriftDetected").0, "True");
}

#[test]
fn under_report_a_lake_comes_up_and_without_a_record_only_what_is_missing_is_made() {
    let mut stage = Stage::new(json!({"driftPolicy": "Report"}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.sim.forget_calls();
    let (raw, workgroup) = (stage.arn(Id::RawBucket), stage.arn(Id::Workgroup));
    stage.sim.alter(|cloud| {
        cloud.buckets.get_mut(&raw).unwrap().seen.policy = None;
        cloud.workgroups.remove(&workgroup);
    });
    stage.object.status = None;
    stage.restart();
    stage.settle();
    stage.next_looks();
    assert_eq!(stage.operations(), ["CreateWorkGroup"], "{}", stage.story());
    assert!(
        stage.condition("DriftDetected").2.contains("raw-bucket"),
        "{}",
        stage.story()
    );
}
