//! Whole lives in an AWS that takes its time, lags and counts calls.

use jiff::SignedDuration;
use serde_json::json;

use super::stage::{Stage, account, datalake};
use crate::cloud::sim::{Fault, Refused, Rule, Sim, Timing};
use crate::model::topology::Id;

fn lagging(seed: u64) -> Stage {
    let sim = Sim::new(account(), "2026-01-01T00:00:00Z".parse().unwrap(), seed);
    sim.alter(|cloud| cloud.timing = Timing::real());
    let spec = json!({"testPublisher": {"enabled": true}, "deletionPolicy": "Delete"});
    Stage::in_world(sim, datalake(spec))
}

/// So many passes, each when the one before asked for it.
fn live(stage: &mut Stage, passes: usize) {
    for _ in 0..passes {
        let verdict = stage.pass();
        if stage.released {
            return;
        }
        let next = verdict.next.unwrap_or_default();
        let bounds = (SignedDuration::from_secs(1), SignedDuration::from_mins(5));
        stage.sim.advance(next.clamp(bounds.0, bounds.1));
    }
}

/// Ready, delivering, one of each, and silent.
fn assert_calm(stage: &mut Stage, what: &str) {
    assert!(stage.is_ready(), "{what}: {}", stage.story());
    let delivery = stage.arn(Id::Delivery);
    stage.sim.alter(|cloud| {
        assert_eq!(cloud.delivers(&delivery), Ok(()), "{what}");
        assert_eq!(
            (cloud.keys.len(), cloud.buckets.len()),
            (2, 2),
            "{what}: one of each"
        );
        assert_eq!(cloud.idle_keys(), Vec::<&str>::new(), "{what}");
    });
    stage.sim.forget_calls();
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{what}: {}", stage.story());
}

#[test]
fn a_lake_is_made_edited_and_deleted_however_late_aws_is() {
    for seed in 0..3 {
        let mut stage = lagging(seed);
        live(&mut stage, 200);
        assert_calm(&mut stage, &format!("seed {seed}, made"));
        stage.edit(json!({
            "stream": {"shards": 4}, "retention": {"rawDays": 7, "streamHours": 48}, "tags": {"team": "data"},
            "buffering": {"sizeMiB": 100}, "crawler": {"schedule": "cron(0/10 * * * ? *)"},
        }));
        live(&mut stage, 200);
        assert_calm(&mut stage, &format!("seed {seed}, edited"));
        stage.delete();
        live(&mut stage, 300);
        assert!(stage.released, "seed {seed}: {}", stage.story());
        stage.sim.alter(|cloud| {
            let left = (
                cloud.roles.len(),
                cloud.buckets.len(),
                cloud.deliveries.len(),
                cloud.streams.len(),
            );
            assert_eq!(left, (0, 0, 0, 0), "seed {seed}");
            assert_eq!(
                (cloud.databases.len(), cloud.log_groups.len()),
                (0, 0),
                "seed {seed}"
            );
            assert_eq!(cloud.idle_keys(), Vec::<&str>::new(), "seed {seed}");
        });
    }
}

#[test]
fn an_edit_that_is_taken_back_before_it_shows_is_not_believed_to_be_undone() {
    for answered in [true, false] {
        let mut stage = Stage::ready(json!({}));
        stage
            .sim
            .alter(|cloud| cloud.timing.s3_lag = SignedDuration::from_secs(60));
        stage.edit(json!({"retention": {"rawDays": 7}}));
        if !answered {
            let lost = Rule::next("s3", "PutBucketLifecycleConfiguration", Fault::LoseAnswer);
            stage.sim.fault(lost);
        }
        while !stage.operations().contains(&"PutBucketLifecycleConfiguration") {
            stage.pass();
        }
        stage.sim.calm();
        stage.edit(json!({"retention": {"rawDays": 30}}));
        stage.pass();
        assert!(!stage.is_ready(), "answered: {answered}: {}", stage.story());
        stage.settle();
        assert!(stage.is_ready(), "answered: {answered}: {}", stage.story());
        let arn = stage.arn(Id::RawBucket);
        let rules = stage
            .sim
            .alter(|cloud| cloud.buckets.get(&arn).unwrap().seen.lifecycle.clone());
        assert!(rules.iter().any(|rule| rule.expire_days == Some(30)), "{rules:?}");
    }
}

#[test]
fn a_removal_that_is_taken_back_halfway_is_not_believed_to_be_undone() {
    let mut stage = Stage::ready(json!({}));
    stage.sim.alter(|cloud| {
        cloud.timing.iam_lag = SignedDuration::from_secs(60);
        cloud.timing.iam_propagation = SignedDuration::from_secs(60);
    });
    stage.sim.fault(Rule::every(
        "iam",
        "DeleteRole",
        Fault::Refuse(Refused::timeout()),
    ));
    stage.edit(json!({"crawler": null, "partitioning": {"discovery": "Projection"}}));
    while !stage.operations().contains(&"DeleteRole") {
        stage.pass();
    }
    stage.sim.calm();
    let arn = stage.arn(Id::CrawlerRole);
    let policies = |stage: &Stage| {
        stage
            .sim
            .alter(|cloud| cloud.roles.get(&arn).unwrap().policies.len())
    };
    assert_eq!(policies(&stage), 0);
    stage.edit(json!({"crawler": {}, "partitioning": {"discovery": "Crawler"}}));
    stage.pass();
    while !stage.is_ready() {
        stage.sim.advance(SignedDuration::from_secs(5));
        stage.pass();
    }
    assert_eq!(policies(&stage), 1, "{}", stage.story());
}

#[test]
fn a_tag_that_was_declared_for_a_moment_does_not_stay_for_ever() {
    type Lag = fn(&mut Timing) -> &mut SignedDuration;
    let cases: [(Id, (&str, &str), Lag); 2] = [
        (Id::BucketKey, ("kms", "TagResource"), |timing| {
            &mut timing.kms_lag
        }),
        (Id::DeliveryRole, ("iam", "TagRole"), |timing| &mut timing.iam_lag),
    ];
    let edits = [
        // The record of whose the tags are is written over, and is taken away.
        (
            json!({}),
            json!({"team": "data", "cost": "1"}),
            json!({"team": "core", "cost": null}),
        ),
        (
            json!({"team": "first"}),
            json!({"cost": "1"}),
            json!({"team": null, "cost": null}),
        ),
    ];
    let cases = cases
        .into_iter()
        .flat_map(|case| edits.clone().map(|edit| (case, edit)));
    let ends = ["seen", "by a process that ends", "without an answer"];
    let cases = cases.flat_map(|case| ends.map(|end| (case.clone(), end)));
    for (((id, (service, operation), lag), (start, first, second)), end) in cases {
        let mut stage = Stage::ready(json!({"tags": start}));
        stage
            .sim
            .alter(|cloud| *lag(&mut cloud.timing) = SignedDuration::from_secs(60));
        let arn = stage.arn(id);
        let tagged = |stage: &Stage| {
            stage.sim.alter(|cloud| match id {
                Id::BucketKey => cloud.keys.get(&arn).unwrap().seen.tags.contains_key("cost"),
                _ => cloud.roles.get(&arn).unwrap().seen.tags.contains_key("cost"),
            })
        };
        // What the process wrote when it made the lake is long ago.
        stage.next_looks();
        stage.edit(json!({"tags": first}));
        if end == "without an answer" {
            stage
                .sim
                .fault(Rule::every(service, operation, Fault::LoseAnswer));
        }
        while !tagged(&stage) {
            stage.pass();
        }
        stage.sim.calm();
        if end == "by a process that ends" {
            stage.restart();
        }
        stage.edit(json!({"tags": second}));
        stage.settle();
        stage.next_looks();
        assert!(stage.is_ready(), "{}", stage.story());
        assert!(!tagged(&stage), "{id} {second}, {end}: {}", stage.story());
    }
}
