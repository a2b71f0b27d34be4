//! A lake that works, and the same one where one thing is not as it is to be.

use std::collections::BTreeSet;

use datalake_operator::cloud::sim::HANDS;

use super::*;
use crate::laws::scene::{EVERYTHING, at, law, ready};
use crate::script::{Pace, Step};

fn judged(act: impl FnOnce(&mut Cloud, &Lake)) -> Option<Law> {
    let life = ready(EVERYTHING);
    life.sim.alter(|cloud| act(cloud, &life.home));
    let object = life.object().unwrap();
    law(on_ready(&life, &object))
}

/// The delivery role's policy grants nothing under the prefix any more.
fn forbid(cloud: &mut Cloud, home: &Lake, prefix: &str) {
    let arn = home.place.role(&home.names.delivery_role).to_string();
    let policies = &mut cloud.roles.get_mut(&arn).unwrap().policies;
    let policy = policies.values_mut().next().unwrap();
    let other = policy.replace(prefix, "elsewhere/");
    assert_ne!(*policy, other);
    *policy = other;
}

#[test]
fn a_lake_that_says_that_it_is_ready_delivers() {
    const BREAKS: Option<Law> = Some(Law::ReadyWorks);
    assert_eq!(judged(|_, _| ()), None);
    for prefix in ["data/", "errors/", "raw/"] {
        let is = judged(|cloud, home| forbid(cloud, home, prefix));
        assert_eq!(is, BREAKS, "the role may not write {prefix}");
    }
    let is = judged(|cloud, home| {
        let arn = home::arn(home, cloud, Id::StreamKey).unwrap();
        cloud.keys.get_mut(&arn).unwrap().seen.state = "Disabled".into();
    });
    assert_eq!(is, BREAKS, "the stream can't be decrypted");
    for id in [
        Id::Stream,
        Id::Table,
        Id::RawBucket,
        Id::DeliveryRole,
        Id::Delivery,
    ] {
        let is = judged(|cloud, home| {
            let arn = home::arn(home, cloud, id).unwrap();
            cloud.take_away(id, &arn);
        });
        assert_eq!(is, BREAKS, "without the {id}");
    }
}

#[test]
fn where_reads_lag_what_the_operator_wrote_counts_and_not_what_others_did_just_now() {
    let mut life = at(EVERYTHING, Pace::Lagging);
    let object = life.object().unwrap();
    assert_eq!(law(on_ready(&life, &object)), None);
    life.sim.alter(|cloud| forbid(cloud, &life.home, "errors/"));
    assert_eq!(law(on_ready(&life, &object)), Some(Law::ReadyWorks));
    life.unknown = Some(life.sim.now());
    assert_eq!(
        law(on_ready(&life, &object)),
        None,
        "somebody else did it just now"
    );
    life.sim.advance(LAG + SignedDuration::from_secs(1));
    assert_eq!(
        law(on_ready(&life, &object)),
        Some(Law::ReadyWorks),
        "everybody knows by now"
    );
    life.crossed = Some(life.sim.now());
    assert_eq!(law(on_ready(&life, &object)), None, "it came after the look");
    life.sim.advance(SignedDuration::from_secs(1));
    assert_eq!(
        law(on_ready(&life, &object)),
        Some(Law::ReadyWorks),
        "this pass looks again"
    );
}

/// A lake of which the leader has looked at everything since it leads.
fn looked_at() -> Life {
    let mut life = at(EVERYTHING, Pace::Steady);
    assert_eq!(law(life.wait(11)), None);
    assert_eq!(life.looked, Id::ALL.into());
    life
}

#[test]
fn a_lake_that_stays_ready_is_judged_once_everything_was_looked_at() {
    let mut life = looked_at();
    let object = life.object().unwrap();
    assert_eq!(law(on_kept(&life, &object)), None);
    life.sim.alter(|cloud| forbid(cloud, &life.home, "errors/"));
    assert_eq!(law(on_kept(&life, &object)), Some(Law::ReadyWorks));
    life.looked.remove(&Id::Crawler);
    assert_eq!(
        law(on_kept(&life, &object)),
        None,
        "the crawler was not looked at"
    );
}

#[test]
fn the_passes_of_a_lake_that_stays_ready_are_judged() {
    // The next pass doesn't look at roles.
    const MINUTES: i64 = 5;
    let mut life = looked_at();
    life.sim.alter(|cloud| forbid(cloud, &life.home, "errors/"));
    assert_eq!(law(life.wait(MINUTES)), Some(Law::ReadyWorks), "nobody did it");

    let mut life = looked_at();
    let policy = HANDS
        .iter()
        .position(|hand| (hand.id, hand.what) == (Id::DeliveryRole, "inline policy gone"))
        .unwrap();
    assert_eq!(law(life.step(&Step::Change(policy))), None);
    assert!(life.looked.is_empty());
    assert_eq!(law(life.wait(MINUTES)), None, "nobody could know of it");
    assert!(!life.looked.is_empty());
    assert_eq!(law(life.wait(3 * MINUTES)), None, "it is mended");
    assert_eq!(life.looked, Id::ALL.into());
}

#[test]
fn where_reads_lag_a_look_counts_once_everybody_knows() {
    let mut life = at(EVERYTHING, Pace::Lagging);
    life.unknown = Some(life.sim.now());
    assert!(life.pass(false).is_ok());
    assert_eq!(life.looked, BTreeSet::new());
    assert_eq!(law(life.wait(11)), None);
    assert_eq!(life.looked, Id::ALL.into());
}

#[test]
fn a_write_while_ready_is_true_ends_no_deliveries() {
    let mut life = ready(EVERYTHING);
    assert_eq!(law(on_written(&life, true)), None);
    life.sim.alter(|cloud| forbid(cloud, &life.home, "errors/"));
    assert_eq!(law(on_written(&life, true)), Some(Law::ReadyWorks));
    assert_eq!(
        law(on_written(&life, false)),
        None,
        "it was not the pass that ended them"
    );
    life.crossed = Some(life.sim.now());
    assert_eq!(
        law(on_written(&life, true)),
        None,
        "a call of the leader before came"
    );
}

#[test]
fn a_lake_that_says_that_it_is_ready_has_every_resource() {
    for id in Id::ALL {
        let is = judged(|cloud, home| {
            let arn = home::arn(home, cloud, id).unwrap();
            cloud.take_away(id, &arn);
        });
        assert!(
            matches!(is, Some(Law::ReadyWorks | Law::Honest)),
            "without the {id}: {is:?}"
        );
    }
}

/// What [`holds`] leaves to the operator's own comparison: no field of the spec tells of it.
const UNTOLD: [(Id, &str); 20] = [
    (Id::BucketKey, "description"),
    (Id::StreamKey, "description"),
    (Id::LakeBucket, "blocked encryption"),
    (Id::Database, "description"),
    (Id::Table, "description"),
    (Id::Table, "a SerDe parameter"),
    (Id::Table, "projection"),
    (Id::CrawlerRole, "description"),
    (Id::Delivery, "file extension"),
    (Id::Delivery, "processing"),
    (Id::Crawler, "description"),
    (Id::Crawler, "delete behavior"),
    (Id::Crawler, "recrawl"),
    (Id::Workgroup, "description"),
    (Id::Workgroup, "metrics"),
    (Id::Publisher, "description"),
    (Id::Publisher, "memory"),
    (Id::Publisher, "handler"),
    (Id::Publisher, "runtime"),
    (Id::Publisher, "code"),
];

/// What stays as others made it.
const STAY: [(Id, &str); 2] = [(Id::Table, "a column more"), (Id::Table, "a comment")];

#[test]
fn whatever_somebody_changes_is_seen() {
    for hand in HANDS {
        let life = ready(EVERYTHING);
        let object = life.object().unwrap();
        let seen = life.sim.alter(|cloud| {
            assert_eq!(holds(cloud, &life.home, &object.spec), Ok(()));
            let arn = home::arn(&life.home, cloud, hand.id).unwrap();
            assert_eq!((hand.act)(cloud, &arn), Some(()), "{} {}", hand.id, hand.what);
            holds(cloud, &life.home, &object.spec)
        });
        let what = (hand.id, hand.what);
        let is = !UNTOLD.contains(&what) && !STAY.contains(&what);
        assert_eq!(seen.is_err(), is, "{} {}: {seen:?}", hand.id, hand.what);
    }
}

#[test]
fn whatever_the_user_edits_is_to_hold() {
    let ready_as_it_was = |patch: &str| {
        let life = ready(EVERYTHING);
        let object = life.object().unwrap();
        let mut spec = serde_json::to_value(&object.spec).unwrap();
        crate::edits::merge(&mut spec, &serde_json::from_str(patch).unwrap());
        let spec = serde_json::from_value(spec).unwrap();
        life.sim.alter(|cloud| holds(cloud, &life.home, &spec))
    };
    assert_eq!(ready_as_it_was("{}"), Ok(()));
    for patch in [
        r#"{"stream": {"shards": 2}}"#,
        r#"{"stream": {"mode": "OnDemand"}}"#,
        r#"{"buffering": {"sizeMiB": 128}}"#,
        r#"{"retention": {"streamHours": 48}}"#,
        r#"{"retention": {"rawDays": 7}}"#,
        r#"{"retention": {"errorDays": 5}}"#,
        r#"{"retention": {"lakeDays": 365}}"#,
        r#"{"storage": {"transitions": [{"afterDays": 60, "storageClass": "StandardIA"}]}}"#,
        r#"{"partitioning": {"granularity": "Day"}}"#,
        r#"{"partitioning": {"timeZone": "Europe/Berlin"}}"#,
        r#"{"partitioning": {"discovery": "Projection"}}"#,
        r#"{"crawler": {"schedule": "cron(0 * * * ? *)"}}"#,
        r#"{"format": {"type": "Orc"}}"#,
        r#"{"format": {"compression": "Gzip"}}"#,
        r#"{"encryption": {"rotation": false}}"#,
        r#"{"encryption": {"bucketKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/another"}}"#,
        r#"{"encryption": {"streamKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/another"}}"#,
        r#"{"query": {"resultDays": 3}}"#,
        r#"{"query": {"bytesScannedLimitMiB": 100}}"#,
        r#"{"tags": {"team": "data"}}"#,
        r#"{"schema": {"timestampFormats": ["millis"]}}"#,
        r#"{"schema": {"columns": [{"name": "event", "type": "string"}]}}"#,
        r#"{"schema": {"columns": [{"name": "note", "type": "string"}]}}"#,
    ] {
        assert!(ready_as_it_was(patch).is_err(), "{patch}");
    }
}

#[test]
fn each_role_has_the_boundary_that_its_operator_demands() {
    let base = crate::edits::BASES
        .iter()
        .position(|(what, _)| what.contains("boundary"));
    let life = ready(base.unwrap());
    let object = life.object().unwrap();
    assert_eq!(law(on_ready(&life, &object)), None);
    life.sim.alter(|cloud| {
        let role = life.home.place.role(&life.home.names.delivery_role).to_string();
        cloud.roles.get_mut(&role).unwrap().seen.boundary = None;
    });
    assert_eq!(law(on_ready(&life, &object)), Some(Law::Honest));
}

#[test]
fn deliveries_that_work_only_since_two_things_were_altered_do_not_count() {
    let life = ready(EVERYTHING);
    let home = &life.home;
    life.sim.alter(|cloud| {
        assert!(works_whole(cloud, home));
        let delivery = home::arn(home, cloud, Id::Delivery).unwrap();
        let destination = &mut cloud.deliveries.get_mut(&delivery).unwrap().seen.destination;
        destination.as_mut().unwrap().backup = None;
        assert!(works_whole(cloud, home));
        cloud
            .buckets
            .remove(&home.place.bucket(home.name(Id::RawBucket)).to_string());
        assert_eq!(law(works_in_time(cloud, home)), None, "nothing is written there");
        assert!(!works_whole(cloud, home));
    });
}
