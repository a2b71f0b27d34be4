//! What would lose data, or cannot change.

use jiff::SignedDuration;

use super::*;
use crate::cloud::sim::{Fault, Refused, Rule};

type Row = (Id, &'static str, fn(&mut Cloud, &str), &'static str);

#[rustfmt::skip]
fn losses() -> Vec<Row> {
    vec![
        (Id::StreamKey, "asymmetric", |c, arn| c.keys.get_mut(arn).unwrap().seen.spec = "RSA_2048".into(), "S3 and Kinesis can't use"),
        (Id::LakeBucket, "results", |c, arn| c.buckets.get_mut(arn).unwrap().put_object("query-results/1"), "query-results/ after 7 days"),
        (Id::RawBucket, "raw copies", |c, arn| c.buckets.get_mut(arn).unwrap().put_object("raw/2020/1.gz"), "raw/ after 30 days"),
        (Id::RawBucket, "copies kept longer", |c, arn| {
            let bucket = c.buckets.get_mut(arn).unwrap();
            bucket.put_object("raw/2020/1.gz");
            let rule = crate::model::kinds::bucket::Rule { enabled: true, prefix: Some("raw/".into()), expire_days: Some(31), noncurrent_days: Some(1), ..Default::default() };
            bucket.seen.lifecycle = vec![rule];
        }, "raw/ after 30 days"),
        (Id::Stream, "records", |c, arn| c.streams.get_mut(arn).unwrap().seen.retention_hours = 48, "shorten-retention"),
        (Id::Delivery, "source", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/other".into(), "its source stream"),
        (Id::Delivery, "role", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.source_role_arn = "arn:aws:iam::123456789012:role/other".into(), "its source role"),
        (Id::Delivery, "partitions", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.dynamic_partitioning = true, "dynamic partitioning"),
        (Id::Delivery, "failed", |c, arn| c.deliveries.get_mut(arn).unwrap().seen.status = "CREATING_FAILED".into(), "delete it"),
        (Id::Publisher, "failed", |c, arn| c.functions.get_mut(arn).unwrap().seen.state = "Failed".into(), "delete it"),
        (Id::Table, "partition keys", |c, arn| drop(c.tables.get_mut(arn).unwrap().input.partition_keys.pop()), "its partition keys"),
        (Id::CrawlerRole, "path", |c, arn| c.roles.get_mut(arn).unwrap().seen.arn = arn.replace("role/", "role/team/"), "without a path"),
        (Id::LogGroup, "events", |c, arn| c.log_groups.get_mut(arn).unwrap().seen.retention_days = Some(90), "keeps its events for 90 days"),
    ]
}

#[test]
fn what_would_lose_data_or_cannot_change_is_refused_whatever_is_agreed_to() {
    for (id, what, hand, says) in losses() {
        let mut stage = found(base(), &[id], |stage| {
            let arn = stage.arn(id);
            if matches!(id, Id::LakeBucket | Id::RawBucket) {
                stage
                    .sim
                    .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.lifecycle.clear());
            }
            stage.sim.alter(|cloud| hand(cloud, &arn));
        });
        let (_, reason, message) = stage.condition("Ready");
        assert_eq!(reason, "AdoptionRefused", "{id} {what}: {}", stage.story());
        assert!(message.contains(says), "{id} {what}: {message}");
        assert_eq!(stage.condition("Stalled").0, "True", "{id} {what}");
        stage.agree();
        stage.next_looks();
        assert_eq!(
            stage.writes(),
            Vec::<String>::new(),
            "{id} {what}: {}",
            stage.story()
        );
        // It stands in nobody's way but its own.
        stage.edit(json!({"query": {"bytesScannedLimitMiB": 100}}));
        stage.settle();
        if id != Id::LakeBucket {
            assert_eq!(
                stage.operations(),
                ["UpdateWorkGroup"],
                "{id} {what}: {}",
                stage.story()
            );
        }
    }
}

#[test]
fn a_bucket_whose_objects_go_as_early_anyhow_is_taken_over() {
    let mut stage = found(base(), &[Id::RawBucket], |stage| {
        let arn = stage.arn(Id::RawBucket);
        stage.sim.alter(|cloud| {
            let bucket = cloud.buckets.get_mut(&arn).unwrap();
            bucket.put_object("raw/2020/1.gz");
            bucket.put_object("mine/1");
            bucket.seen.lifecycle.retain(|rule| rule.id == "raw");
            bucket.seen.lifecycle[0].prefix = Some(String::new());
        });
    });
    is_taken_over(&mut stage, &[Id::RawBucket], "raw copies");
}

#[test]
fn a_bucket_whose_contents_may_not_be_listed_is_asked_ever_more_seldom() {
    let mut stage = found(base(), &[Id::LakeBucket], |_| {});
    let denied = Refused::new(403, "AccessDenied", "Access Denied");
    stage
        .sim
        .fault(Rule::every("s3", "ListObjectVersions", Fault::Refuse(denied)));
    stage.restart();
    stage.sim.forget_calls();
    for _ in 0..30 {
        stage.pass();
        stage.sim.advance(SignedDuration::from_secs(10));
    }
    let calls = stage.sim.calls().into_iter();
    let asked = calls
        .filter(|call| call.operation == "ListObjectVersions")
        .count();
    assert!(
        (1..=3).contains(&asked),
        "{asked} times in five minutes: {}",
        stage.story()
    );
}
