//! Somebody who changes a property back each time that it was put right.

use jiff::SignedDuration;
use serde_json::json;

use super::drift::{base, put_right};
use super::stage::Stage;
use crate::cloud::sim::{Cloud, Hand};
use crate::model::topology::Id;

/// Their change, and time enough for it to be found.
fn change(stage: &mut Stage, id: Id, hand: impl Fn(&mut Cloud, &str) -> Option<()> + Copy) {
    let arn = stage.arn(id);
    stage.sim.forget_calls();
    stage.sim.alter(|cloud| hand(cloud, &arn)).unwrap();
    stage.next_looks();
}

/// A lake whose property was put right three times, and changed once more.
fn fought(id: Id, what: &str, hand: impl Fn(&mut Cloud, &str) -> Option<()> + Copy) -> Stage {
    let mut stage = Stage::ready(base());
    for round in 1..=3 {
        change(&mut stage, id, hand);
        assert!(
            !stage.writes().is_empty(),
            "{id} {what}, round {round}: {}",
            stage.story()
        );
        assert!(stage.is_ready(), "{id} {what}, round {round}: {}", stage.story());
    }
    stage.events.clear();
    change(&mut stage, id, hand);
    stage
}

fn told(stage: &Stage) -> usize {
    stage.events.iter().filter(|e| e.reason == "Contested").count()
}

fn trust(cloud: &mut Cloud, arn: &str) -> Option<()> {
    cloud.roles.get_mut(arn)?.seen.trust = r#"{"Version":"2012-10-17","Statement":[]}"#.into();
    Some(())
}

#[test]
fn each_property_is_put_right_three_times_and_then_left_and_told_once() {
    for Hand { id, what, act } in put_right() {
        let (id, hand) = (*id, *act);
        // Kinesis changes a stream's mode twice a day.
        if *what == "mode" {
            continue;
        }
        let mut stage = fought(id, what, hand);
        assert_eq!(
            stage.writes(),
            Vec::<String>::new(),
            "{id} {what}: {}",
            stage.story()
        );
        for condition in ["Ready", "DriftDetected"] {
            let (status, reason, message) = stage.condition(condition);
            assert_eq!(
                status == "True",
                condition == "DriftDetected",
                "{id} {what}: {}",
                stage.story()
            );
            assert_eq!(reason, "Contested", "{id} {what} {condition}: {}", stage.story());
            assert!(
                message.contains(id.as_str()),
                "{id} {what} {condition}: {message}"
            );
        }
        assert_eq!(told(&stage), 1, "{id} {what}: {}", stage.story());
        stage.next_looks();
        assert_eq!(
            stage.writes(),
            Vec::<String>::new(),
            "{id} {what}: {}",
            stage.story()
        );
        assert_eq!(told(&stage), 1, "{id} {what}: {}", stage.story());
    }
}

#[test]
fn it_ends_when_the_spec_changes() {
    let mut stage = fought(Id::DeliveryRole, "trust", trust);
    assert_eq!(stage.operations(), Vec::<&str>::new());
    stage.edit(json!({"retention": {"rawDays": 40}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(
        stage.operations().contains(&"UpdateAssumeRolePolicy"),
        "{}",
        stage.story()
    );
}

#[test]
fn it_ends_when_they_put_it_back_themselves() {
    let mut stage = fought(Id::DeliveryRole, "trust", trust);
    let (arn, other) = (stage.arn(Id::DeliveryRole), stage.arn(Id::CrawlerRole));
    stage.sim.alter(|cloud| {
        let firehose = cloud.roles.get(&other).unwrap().seen.trust.clone();
        let account = r#""Condition":{"StringEquals":{"sts:ExternalId":"123456789012"}},"Effect""#;
        let trust = firehose
            .replace("glue.amazonaws.com", "firehose.amazonaws.com")
            .replace(r#""Effect""#, account);
        cloud.roles.get_mut(&arn).unwrap().seen.trust = trust;
    });
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(stage.condition("DriftDetected").0, "False");
}

#[test]
fn it_ends_after_a_quiet_hour() {
    let mut stage = fought(Id::DeliveryRole, "trust", trust);
    for _ in 0..5 {
        stage.next_looks();
    }
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
    stage.sim.advance(SignedDuration::from_mins(10));
    stage.settle();
    assert_eq!(
        stage.operations(),
        ["UpdateAssumeRolePolicy"],
        "{}",
        stage.story()
    );
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn a_new_process_knows_nothing_of_it_and_begins_anew() {
    let mut stage = fought(Id::DeliveryRole, "trust", trust);
    stage.restart();
    stage.settle();
    assert_eq!(
        stage.operations(),
        ["UpdateAssumeRolePolicy"],
        "{}",
        stage.story()
    );
}

#[test]
fn what_other_calls_write_is_still_put_right() {
    let mut stage = fought(Id::DeliveryRole, "trust", trust);
    change(&mut stage, Id::DeliveryRole, |c, arn| {
        c.roles.get_mut(arn)?.seen.description = "mine".into();
        Some(())
    });
    assert_eq!(stage.operations(), ["UpdateRole"], "{}", stage.story());
    assert_eq!(stage.condition("Ready").1, "Contested", "{}", stage.story());

    let mut stage = fought(Id::Stream, "encryption", |c, arn| {
        c.streams.get_mut(arn)?.seen.key = None;
        Some(())
    });
    change(&mut stage, Id::Stream, |c, arn| {
        c.streams.get_mut(arn)?.seen.open_shards = 2;
        Some(())
    });
    assert_eq!(stage.operations(), ["UpdateShardCount"], "{}", stage.story());
    assert_eq!(stage.condition("Ready").1, "Contested", "{}", stage.story());
}

#[test]
fn what_the_same_call_writes_is_left_with_it() {
    let mut stage = fought(Id::Workgroup, "cut-off", |c, arn| {
        c.workgroups.get_mut(arn)?.cutoff_bytes = Some(10_000_000);
        Some(())
    });
    change(&mut stage, Id::Workgroup, |c, arn| {
        c.workgroups.get_mut(arn)?.description = "mine".into();
        Some(())
    });
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
    let message = stage.condition("Ready").2;
    assert!(message.contains("and with it Description"), "{message}");
}

#[test]
fn an_outsider_who_is_slower_than_the_hour_is_corrected_for_ever() {
    let mut stage = Stage::ready(base());
    for _ in 0..6 {
        change(&mut stage, Id::DeliveryRole, trust);
        assert_eq!(
            stage.operations(),
            ["UpdateAssumeRolePolicy"],
            "{}",
            stage.story()
        );
        for _ in 0..2 {
            stage.next_looks();
        }
    }
}

#[test]
fn what_aws_takes_and_never_shows_is_written_ever_more_seldom() {
    let mut stage = Stage::ready(json!({}));
    let arn = stage.arn(Id::DeliveryRole);
    let begun = stage.sim.now();
    let hours =
        |stage: &Stage, hours| stage.sim.now().duration_since(begun) > SignedDuration::from_hours(hours);
    let otherwise = |stage: &Stage| {
        stage
            .sim
            .alter(|cloud| cloud.roles.get_mut(&arn).unwrap().seen.description = "mine".to_owned());
    };
    let updates = |stage: &Stage| stage.operations().iter().filter(|o| **o == "UpdateRole").count();
    otherwise(&stage);
    while !hours(&stage, 6) {
        let next = stage.pass().next.unwrap_or_default();
        otherwise(&stage);
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    // Three times soon, then after 3, 6, 12, 24 and 48 minutes, then each hour.
    let made = updates(&stage);
    assert!((10..=14).contains(&made), "{made}: {}", stage.story());
    let (_, _, message) = stage.condition("Ready");
    assert!(message.contains("a change that it took"), "{message}");
    // After an edit it is tried anew, and what comes to be as declared is done.
    stage.edit(json!({"tags": {"team": "data"}}));
    let edited = stage.sim.now();
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(updates(&stage), made + 1, "{}", stage.story());
    let took = stage.sim.now().duration_since(edited);
    assert!(took < SignedDuration::from_mins(10), "{took}");
}
