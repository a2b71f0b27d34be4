//! Changes from outside, property by property: corrected or reported.

use serde_json::json;

use super::stage::Stage;
use crate::cloud::sim::{Cloud, Fault, HANDS, Hand, LEFT, Refused, Rule};
use crate::model::plan::Step;
use crate::model::topology::Id;

pub(super) fn base() -> serde_json::Value {
    json!({"testPublisher": {"enabled": true}})
}

/// The hands but for those whose doing is left: a column of others', and a comment where none is declared.
pub(super) fn put_right() -> impl Iterator<Item = &'static Hand> {
    let left = |hand: &Hand| hand.id == Id::Table && ["a column more", "a comment"].contains(&hand.what);
    HANDS.iter().filter(move |hand| !left(hand))
}

fn hand(id: Id, what: &str) -> &'static Hand {
    let mut all = HANDS.iter().chain(LEFT);
    all.find(|hand| (hand.id, hand.what) == (id, what)).unwrap()
}

/// What is said of each of [`LEFT`], and whether the lake is Ready all the same.
const SAID: [(Id, &str, &str, bool); 7] = [
    (Id::Table, "partition keys", "delete it in Glue", false),
    (Id::Delivery, "source", "its source stream is", false),
    (Id::Delivery, "source role", "its source role is", false),
    (
        Id::Delivery,
        "dynamic partitioning",
        "its dynamic partitioning is on",
        false,
    ),
    (
        Id::DeliveryRole,
        "attached policy",
        "attached policy arn:aws:iam::aws:policy/ReadOnlyAccess",
        true,
    ),
    (
        Id::CrawlerRole,
        "inline policy of others",
        "inline policy mine",
        true,
    ),
    (
        Id::PublisherRole,
        "boundary",
        "permissions boundary arn:aws:iam::aws:policy/PowerUserAccess",
        true,
    ),
];

#[test]
fn what_is_left_is_said_once_and_nothing_is_written() {
    assert_eq!(LEFT.len(), SAID.len());
    for (id, what, says, is_ready) in SAID {
        for policy in ["Correct", "Report"] {
            let mut base = base();
            base["driftPolicy"] = json!(policy);
            let mut stage = Stage::ready(base);
            let arn = stage.arn(id);
            stage
                .sim
                .alter(|cloud| (hand(id, what).act)(cloud, &arn))
                .unwrap();
            stage.next_looks();
            stage.next_looks();
            let story = format!("{policy} {id} {what}: {}", stage.story());
            assert_eq!(stage.writes(), Vec::<String>::new(), "{story}");
            assert_eq!(stage.is_ready(), is_ready, "{story}");
            let (status, reason, message) = stage.condition("DriftDetected");
            assert_eq!(
                (status.as_str(), reason.as_str()),
                ("True", "DriftDetected"),
                "{story}"
            );
            assert!(message.contains(says), "{story}");
            let told = stage.events.iter().filter(|e| e.note.contains(says));
            assert_eq!(told.count(), 1, "{story}");
        }
    }
}

#[test]
fn a_comment_is_left_where_none_is_declared_and_put_right_where_one_is() {
    for (declared, expected) in [(None, vec![]), (Some("said"), vec!["UpdateTable"])] {
        let mut column = json!({"name": "event", "type": "string"});
        if let Some(comment) = declared {
            column["comment"] = json!(comment);
        }
        let mut stage = Stage::ready(json!({"schema": {"columns": [column]}}));
        let arn = stage.arn(Id::Table);
        stage
            .sim
            .alter(|cloud| (hand(Id::Table, "a comment").act)(cloud, &arn))
            .unwrap();
        stage.next_looks();
        assert_eq!(stage.operations(), expected, "{declared:?}: {}", stage.story());
        assert!(stage.is_ready(), "{declared:?}: {}", stage.story());
        let comment = stage
            .sim
            .alter(|cloud| cloud.tables.get(&arn).unwrap().input.columns[0].comment.clone());
        assert_eq!(comment.as_deref(), declared.or(Some("mine")));
    }
}

#[test]
fn a_column_that_others_added_is_told_once_and_stays_whatever_is_put_right_beside_it() {
    let hand = |what| hand(Id::Table, what);
    let columns = |stage: &Stage, arn: &str| {
        let names = |cloud: &mut Cloud| {
            let columns = cloud.tables.get(arn).unwrap().input.columns.clone();
            columns.into_iter().map(|column| column.name).collect::<Vec<_>>()
        };
        stage.sim.alter(names)
    };
    for policy in ["Correct", "Report"] {
        let mut stage = Stage::ready(json!({"driftPolicy": policy}));
        let arn = stage.arn(Id::Table);
        stage
            .sim
            .alter(|cloud| (hand("a column more").act)(cloud, &arn))
            .unwrap();
        stage.next_looks();
        stage.next_looks();
        assert_eq!(
            stage.writes(),
            Vec::<String>::new(),
            "{policy}: {}",
            stage.story()
        );
        assert!(stage.is_ready(), "{policy}: {}", stage.story());
        let (status, reason, message) = stage.condition("DriftDetected");
        assert_eq!(
            (status.as_str(), reason.as_str()),
            ("True", "DriftDetected"),
            "{policy}"
        );
        assert!(message.contains("added int"), "{policy}: {message}");
        let told = stage.events.iter().filter(|e| e.note.contains("added int"));
        assert_eq!(told.count(), 1, "{policy}: {}", stage.story());
        if policy == "Report" {
            continue;
        }
        stage
            .sim
            .alter(|cloud| (hand("description").act)(cloud, &arn))
            .unwrap();
        stage.next_looks();
        assert_eq!(stage.operations(), ["UpdateTable"], "{}", stage.story());
        assert!(
            columns(&stage, &arn).contains(&"added".to_owned()),
            "{}",
            stage.story()
        );
        // Declared, it is the lake's.
        stage.edit(json!({"schema": {"columns": [
            {"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"},
            {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"},
            {"name": "added", "type": "int"},
        ]}}));
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        assert_eq!(stage.condition("DriftDetected").0, "False", "{}", stage.story());
    }
}

#[test]
fn each_call_says_which_of_the_differences_it_puts_right() {
    for Hand { id, what, act } in put_right() {
        let id = *id;
        let mut stage = Stage::ready(base());
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| act(cloud, &arn)).unwrap();
        // Before it has another key again, the status records the one that its data is under.
        if *what == "another key" {
            stage.restart();
            stage.pass();
            // And Firehose's role keeps the right to it.
            if id == Id::Delivery {
                stage.pass();
            }
        }
        let lake = stage.lake();
        let plan = stage.looked(&lake);
        let Some(Step::Apply(work)) = plan.step(id) else {
            panic!("{id} {what}: {:?}", plan.step(id));
        };
        for change in &work.changes {
            let some = work.differences.iter().any(|d| change.writes(&d.property));
            assert!(
                some,
                "{id} {what}: {:?} writes none of {:?}",
                change.operation(),
                work.differences
            );
        }
        let first = work.differences.first().unwrap();
        let writers = work
            .changes
            .iter()
            .filter(|change| change.writes(&first.property));
        assert!(writers.count() > 0, "{id} {what}: nothing writes {first}");
    }
}

#[test]
fn each_property_changed_outside_is_corrected_and_told() {
    for Hand { id, what, act } in put_right() {
        let id = *id;
        let mut stage = Stage::ready(base());
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| act(cloud, &arn)).unwrap();
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
    for Hand { id, what, act } in put_right() {
        let id = *id;
        let mut base = base();
        base["driftPolicy"] = json!("Report");
        let mut stage = Stage::ready(base);
        let arn = stage.arn(id);
        stage.sim.alter(|cloud| act(cloud, &arn)).unwrap();
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

#[test]
fn each_resource_removed_outside_is_made_again() {
    for id in Id::ALL
        .into_iter()
        .filter(|id| !matches!(id, Id::BucketKey | Id::StreamKey))
    {
        let mut stage = Stage::ready(base());
        let arn = stage.arn(id);
        assert!(stage.sim.alter(|cloud| cloud.take_away(id, &arn)), "{id} {arn}");
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
        assert!(stage.sim.alter(|cloud| cloud.take_away(id, &arn)), "{id} {arn}");
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

#[test]
fn what_a_quota_keeps_from_being_corrected_is_not_said_to_be_now_and_then() {
    let mut stage = Stage::ready(json!({}));
    let arn = stage.arn(Id::Crawler);
    stage.sim.alter(|cloud| cloud.crawlers.remove(&arn)).unwrap();
    let full = Refused::new(400, "ResourceNumberLimitExceededException", "too many crawlers");
    stage
        .sim
        .fault(Rule::every("glue", "CreateCrawler", Fault::Refuse(full)));
    stage.next_looks();
    let before = stage.object.status.clone();
    // Some of these passes try it again, others only look for drift.
    for _ in 0..6 {
        let next = stage.pass().next.unwrap();
        assert_eq!(stage.object.status, before, "{}", stage.story());
        stage.sim.advance(next);
    }
    let (_, reason, _) = stage.condition("DriftDetected");
    assert_ne!(reason, "DriftCorrected");
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "LimitExceeded");
    assert!(message.contains("crawler: "), "{message}");
}
