//! A whole lake, made as the kinds decide: what they send is taken, and what they read back is what they declared.

use std::collections::BTreeSet;

use super::*;
use crate::api::{Datalake, DatalakeSpec};
use crate::model::kinds::{self, Assessment, Cause, Circumstances, Depth};
use crate::model::lake::{self, Facts, Lake, Origin};
use crate::model::names::Prefix;

fn lake() -> Lake {
    let spec = serde_json::json!({
        "schema": {"columns": [
            {"name": "event", "type": "struct<staffName:string,staffId:int>"},
            {"name": "occurred", "type": "timestamp"},
        ]},
        "testPublisher": {"enabled": true},
        "tags": {"team": "data"},
    });
    let spec: DatalakeSpec = serde_json::from_value(spec).unwrap();
    let mut object = Datalake::new("events", spec);
    object.metadata.namespace = Some("analytics".into());
    let origin = Origin {
        cluster: "cluster-1".into(),
        prefix: Prefix::parse("dl").unwrap(),
        region: Some(place().region),
        boundary: None,
    };
    lake::resolve(&object, &place(), &origin).unwrap()
}

pub(super) fn key(sim: &Sim, lake: &Lake, id: Id) -> Option<crate::model::arn::KeyArn> {
    match observe(sim, &kinds::target(lake, id, Depth::Properties)) {
        Some(Observed::Key(live)) => Some(live.arn),
        _ => None,
    }
}

/// One look at everything and the calls that follow; whether everything was in sync. A refused call is told of.
fn pass(sim: &Sim, lake: &Lake) -> (bool, Vec<String>) {
    let facts = Facts {
        bucket_key: key(sim, lake, Id::BucketKey),
        stream_key: key(sim, lake, Id::StreamKey),
        ..Facts::default()
    };
    let cx = Circumstances {
        cause: Cause::Edit,
        consent: lake.consent,
        owner: &lake.owner,
        nonce: "n1",
    };
    let (mut in_sync, mut refused) = (true, Vec::new());
    for id in Id::ALL {
        let live = observe(sim, &kinds::target(lake, id, Depth::Properties));
        let Some(desired) = kinds::desired(lake, &facts, id) else {
            in_sync = false;
            continue;
        };
        match kinds::assess(&desired, live.as_ref(), &cx) {
            Assessment::InSync => continue,
            Assessment::Settling(_) => {}
            Assessment::Refused(refusal) => panic!("{id:?}: {refusal:?}"),
            Assessment::Apply { changes, .. } => {
                let error = changes.into_iter().find_map(|change| apply(sim, &change).err());
                refused.extend(
                    error.map(|e| format!("{} {}: {} {}", e.service, e.operation, e.code, e.message)),
                );
            }
        }
        in_sync = false;
    }
    (in_sync, refused)
}

/// Passes with half a minute between them until everything is in sync; what was refused on the way.
fn converge(sim: &Sim, lake: &Lake, passes: usize) -> Vec<String> {
    let mut refused = Vec::new();
    for _ in 0..passes {
        let (in_sync, more) = pass(sim, lake);
        refused.extend(more);
        if in_sync {
            return refused;
        }
        sim.advance(seconds(30));
    }
    panic!("not in sync after {passes} passes: {refused:#?}")
}

/// A lake that is in sync.
pub(super) fn finished() -> (Sim, Lake) {
    let (sim, lake) = (sim(Timing::default()), lake());
    converge(&sim, &lake, 20);
    (sim, lake)
}

#[test]
fn a_lake_is_made_as_declared_then_silent_and_delivers() {
    let (sim, lake) = (sim(Timing::default()), lake());
    // Crawler and delivery stream may come before what they need is ready.
    let refused = converge(&sim, &lake, 20);
    let early: BTreeSet<&str> = refused
        .iter()
        .filter_map(|text| text.split_whitespace().next())
        .collect();
    assert!(
        early.is_subset(&BTreeSet::from(["firehose", "glue", "lambda"])),
        "{refused:#?}"
    );
    sim.forget_calls();
    assert_eq!(pass(&sim, &lake), (true, Vec::new()));
    assert_eq!(sim.writes(), []);
    let delivery = place().delivery_stream(&lake.names.delivery).to_string();
    assert_eq!(sim.alter(|cloud| cloud.delivers(&delivery)), Ok(()));
}

#[test]
fn a_crawl_adds_parameters_of_its_own_and_that_is_no_difference() {
    let (sim, lake) = finished();
    let table = place().table(&lake.names.database, &lake.names.table).to_string();
    let parameters = |sim: &Sim| sim.alter(|cloud| cloud.tables.get(&table).unwrap().input.parameters.len());
    let before = parameters(&sim);
    sim.alter(|cloud| cloud.start_crawl(&place().crawler(&lake.names.crawler).to_string()));
    assert_eq!(
        pass(&sim, &lake),
        (true, Vec::new()),
        "a running crawler is in sync"
    );
    sim.advance(seconds(120));
    assert!(parameters(&sim) > before);
    assert_eq!(pass(&sim, &lake), (true, Vec::new()));
}

#[test]
fn services_learn_late_of_roles_and_say_so_in_their_own_words() {
    let (sim, lake) = (sim(Timing::default()), lake());
    sim.alter(|cloud| cloud.timing.iam_propagation = seconds(600));
    for _ in 0..10 {
        pass(&sim, &lake);
        sim.advance(seconds(30));
    }
    let refused = pass(&sim, &lake).1.join("\n");
    for words in [
        "Firehose is unable to assume role",
        "Service is unable to assume provided role",
        "The role defined for the function cannot be assumed by Lambda",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    sim.advance(seconds(600));
    converge(&sim, &lake, 20);
}

/// What stops records from arriving, though nothing that is declared of the delivery stream differs.
#[test]
fn delivery_stops_when_something_that_it_needs_is_gone() {
    type Outside = fn(&mut Cloud, &Lake);
    let cases: [(&str, Outside, &str); 4] = [
        (
            "the key is disabled",
            |cloud, _| {
                cloud
                    .keys
                    .iter_mut()
                    .for_each(|(_, key)| key.seen.state = "Disabled".into());
            },
            "is Disabled",
        ),
        (
            "the role's policy is gone",
            |cloud, _| cloud.roles.iter_mut().for_each(|(_, role)| role.policies.clear()),
            "may not kinesis:",
        ),
        (
            "the table is gone",
            |cloud, lake| {
                cloud
                    .tables
                    .remove(&place().table(&lake.names.database, &lake.names.table).to_string());
            },
            "the table is gone",
        ),
        (
            "the raw bucket is gone",
            |cloud, lake| {
                cloud
                    .buckets
                    .remove(&place().bucket(&lake.names.raw_bucket).to_string());
            },
            "is gone",
        ),
    ];
    for (what, outside, says) in cases {
        let (sim, lake) = (sim(Timing::none()), lake());
        converge(&sim, &lake, 20);
        let delivery = place().delivery_stream(&lake.names.delivery).to_string();
        let reason = sim.alter(|cloud| {
            assert_eq!(cloud.delivers(&delivery), Ok(()), "{what}");
            outside(cloud, &lake);
            cloud.delivers(&delivery).unwrap_err()
        });
        assert!(reason.contains(says), "{what}: {reason}");
    }
}

#[test]
fn what_fails_after_the_call_was_taken_comes_out_so_as_often_as_was_said() {
    let (sim, lake) = (sim(Timing::default()), lake());
    let look = |id| observe(&sim, &kinds::target(&lake, id, Depth::Properties));
    sim.alter(|cloud| {
        cloud.faults.failing_deliveries = 1;
        cloud.faults.failing_functions = 2;
    });
    let (mut deliveries, mut functions) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..20 {
        pass(&sim, &lake);
        sim.advance(seconds(30));
        if let Some(Observed::Delivery(live)) = look(Id::Delivery) {
            deliveries.insert((live.status, live.failure.is_some()));
        }
        if let Some(Observed::Function(live)) = look(Id::Publisher) {
            functions.insert((live.state, live.reason.is_some()));
        }
    }
    assert!(
        deliveries.contains(&("CREATING_FAILED".into(), true)),
        "{deliveries:?}"
    );
    assert!(functions.contains(&("Failed".into(), true)), "{functions:?}");
    let calls = sim.writes();
    let count = |operation| {
        calls
            .iter()
            .filter(|call| call.effect && call.operation == operation)
            .count()
    };
    assert_eq!((count("CreateDeliveryStream"), count("CreateFunction")), (2, 3));
    assert_eq!(pass(&sim, &lake), (true, Vec::new()));
}
