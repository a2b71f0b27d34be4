//! What is not carried out: names of others, faults of the spec, changes of what is fixed, AWS that refuses.

use serde_json::json;

use super::stage::{Stage, account, datalake};
use crate::cloud::sim::{Fault, Refused, Rule, Sim};
use crate::model::topology::Id;

#[test]
fn faults_of_the_spec_are_all_named_and_cost_no_call() {
    let spec = json!({
        "schema": {"columns": [{"name": "Year", "type": "strct<a:int>"}, {"name": "ok", "type": "varchar"}]},
        "buffering": {"sizeMiB": 32}, "crawler": {"schedule": "rate(30 minutes)"}, "tags": {"aws:x": "y"},
    });
    let mut stage = Stage::new(spec);
    let verdict = stage.pass();
    assert!(stage.sim.calls().is_empty());
    assert_eq!(verdict.next, None);
    let (status, reason, message) = stage.condition("Ready");
    assert_eq!((status.as_str(), reason.as_str()), ("False", "InvalidSpec"));
    for path in [
        "columns[0].name",
        "columns[0].type",
        "columns[1].type",
        "sizeMiB",
        "crawler.schedule",
        "tags[aws:x]",
    ] {
        assert!(message.contains(path), "{path}: {message}");
    }
}

#[test]
fn dangerous_edits_are_refused_with_reads_only_and_the_lake_stays_as_it_was() {
    let typed = |r#type: &str| json!({"schema": {"columns": [{"name": "event", "type": r#type}]}});
    let rows = [
        (
            "a column dropped",
            typed("bigint"),
            json!({"schema": {"columns": [{"name": "other", "type": "int"}]}}),
        ),
        ("a type narrowed", typed("bigint"), typed("int")),
        ("a type changed", typed("int"), typed("string")),
        (
            "a struct field dropped",
            typed("struct<a:int,b:int>"),
            typed("struct<a:int>"),
        ),
        (
            "stream retention lowered",
            json!({"retention": {"streamHours": 48}}),
            json!({"retention": {"streamHours": 24}}),
        ),
    ];
    for (what, base, mut edit) in rows {
        let mut stage = Stage::ready(base);
        edit["retention"]["rawDays"] = json!(3);
        stage.edit(edit);
        stage.settle();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
        assert_eq!(
            stage.condition("Ready").1,
            "ChangeRefused",
            "{what}: {}",
            stage.story()
        );
        assert_eq!(stage.condition("Stalled").0, "True", "{what}");
    }
}

#[test]
fn what_drifted_and_cannot_be_put_back_does_not_hold_edits_up() {
    let mut stage = Stage::ready(json!({}));
    let arn = stage.arn(Id::Stream);
    stage
        .sim
        .alter(|cloud| cloud.streams.get_mut(&arn).unwrap().seen.retention_hours = 48);
    stage.next_looks();
    assert_eq!(stage.condition("Ready").1, "DriftDetected", "{}", stage.story());
    stage.edit(json!({"retention": {"rawDays": 7}}));
    stage.settle();
    assert_eq!(
        stage.operations(),
        ["PutBucketLifecycleConfiguration"],
        "{}",
        stage.story()
    );
}

#[test]
fn stream_retention_is_lowered_when_the_user_says_so() {
    let mut stage = Stage::ready(json!({"retention": {"streamHours": 48}}));
    stage.annotate("datalake-operator.io/shorten-retention");
    stage.edit(json!({"retention": {"streamHours": 24}}));
    stage.settle();
    assert_eq!(
        stage.operations(),
        ["DecreaseStreamRetentionPeriod"],
        "{}",
        stage.story()
    );
    assert!(stage.is_ready());
}

#[test]
fn what_is_pinned_stops_everything_when_it_resolves_differently() {
    let rows = [
        json!({"region": "us-east-1"}),
        json!({"names": {"stream": "another"}}),
        json!({"partitioning": {"granularity": "Day"}}),
        json!({"partitioning": {"timeZone": "Europe/Madrid"}}),
        json!({"format": {"type": "Orc"}}),
    ];
    for edit in rows {
        let mut stage = Stage::ready(json!({}));
        stage.edit(edit.clone());
        stage.settle();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{edit}");
        assert_eq!(stage.condition("Stalled").0, "True", "{edit}: {}", stage.story());
        assert!(
            stage.condition("Ready").2.contains("put it back"),
            "{edit}: {}",
            stage.story()
        );
    }
}

#[test]
fn credentials_of_another_account_write_nothing() {
    let mut stage = Stage::ready(json!({}));
    stage
        .sim
        .alter(|cloud| cloud.account = crate::model::arn::AccountId::parse("999999999999").unwrap());
    stage.sim.advance(jiff::SignedDuration::from_mins(6));
    stage.pass();
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(stage.condition("Ready").1, "IdentityChanged");
}

#[test]
fn a_name_may_be_chosen_until_its_resource_exists() {
    let mut stage = Stage::ready(json!({}));
    stage.edit(json!({"names": {"publisher": "mine"}, "testPublisher": {"enabled": true}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(stage.arn(Id::Publisher).ends_with(":mine"));
}

#[test]
fn a_time_zone_that_firehose_does_not_know_may_be_changed_although_the_table_exists() {
    let mut stage = Stage::new(json!({"partitioning": {"timeZone": "Europe/Nowhere"}}));
    let unknown = Refused::new(400, "InvalidArgumentException", "Invalid custom time zone");
    let refused = Rule::every("firehose", "CreateDeliveryStream", Fault::Refuse(unknown));
    stage.sim.fault(refused);
    stage.settle();
    let made = |stage: &Stage| {
        stage
            .sim
            .alter(|cloud| (cloud.tables.len(), cloud.deliveries.len()))
    };
    assert_eq!(made(&stage), (1, 0), "{}", stage.story());
    stage.sim.calm();
    stage.edit(json!({"partitioning": {"timeZone": "Europe/Madrid"}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.edit(json!({"partitioning": {"timeZone": "UTC"}}));
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "IdentityChanged", "now it is fixed");
}

#[test]
fn one_that_fails_holds_back_only_what_depends_on_it() {
    let sim = Sim::new(account(), "2026-01-01T00:00:00Z".parse().unwrap(), 1);
    let denied = Refused::new(
        400,
        "AccessDeniedException",
        "not authorized to perform: glue:CreateDatabase",
    );
    sim.fault(Rule::every("glue", "CreateDatabase", Fault::Refuse(denied)));
    let mut stage = Stage::in_world(sim, datalake(json!({})));
    stage.settle();
    let status = stage.object.status.clone().unwrap();
    let how = |id: Id| {
        status
            .resources
            .iter()
            .find(|r| r.id == id.as_str())
            .map(|r| format!("{:?}", r.state))
            .unwrap()
    };
    assert_eq!(how(Id::Database), "Failed", "{}", stage.story());
    for held in [Id::Table, Id::Delivery, Id::Crawler] {
        assert_eq!(how(held), "Pending", "{held}");
    }
    for free in [
        Id::BucketKey,
        Id::LakeBucket,
        Id::Stream,
        Id::DeliveryRole,
        Id::Workgroup,
        Id::LogGroup,
    ] {
        assert_eq!(how(free), "Ready", "{free}: {}", stage.story());
    }
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "AccessDenied");
    assert!(
        message.contains("glue:CreateDatabase answered AccessDeniedException"),
        "{message}"
    );
    let failures = stage.events.iter().filter(|e| e.warning).count();
    for _ in 0..5 {
        stage.next_looks();
    }
    assert_eq!(
        stage.events.iter().filter(|e| e.warning).count(),
        failures,
        "told once"
    );
    stage.sim.calm();
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
}
