//! A lake that is found again: by a new cluster, and by a newer operator.

use super::*;
use crate::api::vocabulary::FINALIZER;
use crate::controller::tests::stage::datalake;

#[test]
fn a_new_cluster_with_the_same_id_finds_the_lake_without_a_write_and_another_id_never_touches_it() {
    let stage = Stage::ready(json!({"tags": {"team": "data"}, "testPublisher": {"enabled": true}}));
    let mut object = datalake(json!({"tags": {"team": "data"}, "testPublisher": {"enabled": true}}));
    object.metadata.uid = Some("another".into());
    object.metadata.resource_version = Some("7001".into());
    stage.sim.advance(SignedDuration::from_hours(1));
    let mut again = Stage::in_world(stage.sim.clone(), object.clone());
    again.settle();
    assert!(again.is_ready(), "{}", again.story());
    assert_eq!(again.writes(), Vec::<String>::new());
    let (before, after) = (pinned(&stage), pinned(&again));
    assert_eq!((before.key_ids, before.names), (after.key_ids, after.names));

    // Another cluster, whose user even gives the same names.
    let names = stage.lake().names;
    object.spec.names = serde_json::from_value(json!({
        "bucketKeyAlias": names.bucket_key_alias, "streamKeyAlias": names.stream_key_alias,
        "lakeBucket": names.lake_bucket, "rawBucket": names.raw_bucket, "stream": names.stream,
        "deliveryStream": names.delivery, "database": names.database, "table": names.table,
        "crawler": names.crawler, "workgroup": names.workgroup, "deliveryRole": names.delivery_role,
        "crawlerRole": names.crawler_role, "publisherRole": names.publisher_role, "publisher": names.publisher,
        "logGroup": names.log_group,
    }))
    .unwrap();
    let mut other = Stage::in_world(stage.sim.clone(), object);
    other.operator.origin.cluster = "cluster-2".into();
    for _ in 0..5 {
        other.settle();
        other.next_looks();
    }
    assert_eq!(other.condition("Ready").1, "NotOwned", "{}", other.story());
    assert_eq!(other.writes(), Vec::<String>::new(), "{}", other.story());
}

#[test]
fn a_lake_from_before_there_were_intents_goes_on_without_a_write() {
    for (wiped, report) in [(false, "Correct"), (true, "Correct"), (false, "Report")] {
        let mut stage = Stage::ready(json!({"driftPolicy": report}));
        stage.sim.alter(|cloud| {
            for (_, key) in cloud.keys.iter_mut() {
                key.seen.tags.remove("datalake-operator.io/intent");
                key.seen.tags.remove("datalake-operator.io/resource");
            }
        });
        let status = serde_json::to_value(&stage.object.status).unwrap();
        for field in ["keyIntents", "abandonedKeyIntents", "spareKeys"] {
            assert!(
                status["pinned"].get(field).is_none(),
                "{field} is there only while needed"
            );
        }
        if wiped {
            stage.object.status = None;
        }
        stage.restart();
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        assert_eq!(stage.writes(), Vec::<String>::new());
    }
}

/// A lake whose keys were made a moment ago, and KMS does not show them yet.
fn with_new_keys() -> Stage {
    let mut stage = lagging(3);
    stage
        .sim
        .alter(|cloud| cloud.timing.kms_lag = SignedDuration::from_mins(2));
    while creations(&stage).len() < 2 {
        stage.pass();
    }
    stage
}

#[test]
fn a_status_that_is_lost_right_after_the_keys_were_made_makes_no_others() {
    let mut stage = with_new_keys();
    stage.object.status = None;
    stage.restart();
    calm(&mut stage, "the status was lost");
    assert_eq!(keys(&stage).1, 2, "{}", stage.story());
}

#[test]
fn a_status_that_is_lost_is_known_to_be_lost_although_no_pass_gets_as_far_as_the_lake() {
    let suspended = |stage: &mut Stage| stage.edit(json!({"suspend": true}));
    let unknown = |stage: &mut Stage| {
        let fault = Fault::Refuse(Refused::timeout());
        stage.sim.fault(Rule::next("sts", "GetCallerIdentity", fault));
    };
    for stops in [suspended as fn(&mut Stage), unknown] {
        let mut stage = with_new_keys();
        stage.object.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
        // Of the lake's others nothing shows, either.
        let others = [stage.arn(Id::LogGroup), stage.arn(Id::Database)];
        stage.sim.alter(|cloud| {
            cloud.log_groups.remove(&others[0]);
            cloud.databases.remove(&others[1]);
        });
        stage.object.status = None;
        stage.restart();
        stops(&mut stage);
        stage.pass();
        assert!(pinned(&stage).key_ids.is_empty(), "{}", stage.story());
        stage.sim.calm();
        stage.edit(json!({"suspend": false}));
        calm(&mut stage, "the status was lost");
        assert_eq!(keys(&stage).1, 2, "{}", stage.story());
    }
}
