//! A history that ends well, and the same one where something is not as it is to be.

use datalake_operator::api::DriftPolicy;
use datalake_operator::cloud::sim::{Cloud, Fault, Refused, Rule};
use datalake_operator::model::lake::Lake;
use serde_json::json;

use super::*;
use crate::laws::scene::{EVERYTHING, condition as condition_of, edit, law, ready};

/// Somebody's doing.
type Act = fn(&mut Cloud, &Lake);

/// Ready is what the status says of it.
fn says(life: &Life, is: &str, reason: &str) {
    edit(life, |object| {
        let ready = condition_of(object.status.as_mut().unwrap(), "Ready");
        (ready.status, ready.reason) = (is.into(), reason.into());
        ready.message = "lake-bucket: it is in the way".into();
    });
}

#[test]
fn a_lake_that_is_ready_has_all_that_is_declared() {
    let whole = |_: &mut Cloud, _: &Lake| ();
    let table: [(&str, Act, Option<Law>); 6] = [
        ("as it came up", whole, None),
        (
            "the workgroup is gone",
            |cloud, home| drop(cloud.workgroups.remove(&arn(home).0)),
            Some(Law::Converges),
        ),
        (
            "a column is gone",
            |cloud, home| drop(cloud.tables.get_mut(&arn(home).1).unwrap().input.columns.pop()),
            Some(Law::Converges),
        ),
        (
            "a lifecycle rule is gone",
            |cloud, home| drop(cloud.buckets.get_mut(&arn(home).2).unwrap().seen.lifecycle.pop()),
            Some(Law::Converges),
        ),
        (
            "a bucket is not encrypted",
            |cloud, home| cloud.buckets.get_mut(&arn(home).2).unwrap().seen.encryption = None,
            Some(Law::Converges),
        ),
        (
            "the role may do nothing",
            |cloud, home| cloud.roles.get_mut(&arn(home).3).unwrap().policies.clear(),
            Some(Law::Converges),
        ),
    ];
    for (why, act, is) in table {
        let mut life = ready(EVERYTHING);
        life.sim.alter(|cloud| act(cloud, &life.home));
        assert_eq!(law(converged(&mut life)), is, "{why}");
    }
}

/// Of the workgroup, the table, the raw bucket and the delivery role.
fn arn(home: &Lake) -> (String, String, String, String) {
    let (place, names) = (&home.place, &home.names);
    (
        place.workgroup(&names.workgroup).to_string(),
        place.table(&names.database, &names.table).to_string(),
        place.bucket(&names.raw_bucket).to_string(),
        place.role(&names.delivery_role).to_string(),
    )
}

#[test]
fn a_lake_that_is_not_ready_has_something_in_its_way_and_says_so() {
    let breaks = Some(Law::Converges);
    let mut life = ready(0);
    edit(&life, |object| object.status.as_mut().unwrap().conditions.clear());
    assert_eq!(law(converged(&mut life)), breaks, "it says nothing of Ready");

    let mut life = ready(0);
    says(&life, "False", reasons::SUSPENDED);
    assert_eq!(law(converged(&mut life)), breaks, "it is not suspended");
    edit(&life, |object| object.spec.suspend = true);
    assert_eq!(law(converged(&mut life)), None, "it is suspended");

    let mut life = ready(0);
    edit(&life, |object| object.spec.drift_policy = DriftPolicy::Report);
    says(&life, "False", reasons::DRIFT_DETECTED);
    assert_eq!(law(converged(&mut life)), None, "it only reports");
    edit(&life, |object| {
        let first = object.status.as_mut().unwrap().resources.first_mut().unwrap();
        first.state = ResourceState::Failed;
        first.reason = Some(reasons::ACCESS_DENIED.into());
    });
    assert_eq!(law(converged(&mut life)), breaks, "nothing denies access");

    let mut life = ready(0);
    let deleted = serde_json::from_value(json!("2026-01-02T00:00:00Z")).unwrap();
    edit(&life, |object| object.metadata.deletion_timestamp = Some(deleted));
    assert_eq!(law(converged(&mut life)), breaks, "it was deleted, and is Ready");
}

#[test]
fn what_is_tried_without_end_does_not_converge() {
    let mut life = ready(0);
    assert_eq!(law(settle(&mut life)), None);
    life.sim.alter(|cloud| {
        let group = cloud.log_groups.iter_mut().next().unwrap().1;
        group.seen.retention_days = None;
    });
    let refused = Fault::Refuse(Refused::new(500, "InternalFailure", "try again"));
    life.sim.fault(Rule::every("logs", "PutRetentionPolicy", refused));
    life.sim.advance(ROUND);
    assert_eq!(law(settle(&mut life)), Some(Law::Converges));
}

#[test]
fn a_lake_at_rest_is_not_written_to() {
    let mut life = ready(0);
    assert_eq!(law(settle(&mut life)), None);
    assert_eq!(law(silent(&mut life)), None, "nothing happens");
    life.sim.alter(|cloud| {
        let bucket = cloud.buckets.iter_mut().next().unwrap().1;
        bucket.seen.lifecycle.clear();
    });
    // Somebody else did it: until the next look, Ready may be true.
    life.looked.clear();
    assert_eq!(law(silent(&mut life)), Some(Law::Silent), "a rule is put back");

    let mut life = ready(0);
    assert_eq!(law(settle(&mut life)), None);
    life.kubernetes.lock().wipe_status();
    assert_eq!(law(silent(&mut life)), Some(Law::Silent), "a status is written");
}

#[test]
fn the_key_of_a_call_that_was_given_up_is_looked_out_for_for_an_hour() {
    for (time, is) in [
        ("2025-12-31T23:50:00Z", None),
        ("2027-01-01T00:00:00Z", Some(Law::Silent)),
    ] {
        let mut life = ready(0);
        assert_eq!(law(settle(&mut life)), None);
        edit(&life, |object| {
            let pinned = object.status.as_mut().unwrap().pinned.as_mut().unwrap();
            let intents = json!({"bucket-key": [{"time": time, "nonce": "given-up"}]});
            pinned.abandoned_key_intents = serde_json::from_value(intents).unwrap();
        });
        assert_eq!(law(silent(&mut life)), is, "given up at {time}");
    }
}
