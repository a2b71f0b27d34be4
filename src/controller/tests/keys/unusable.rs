//! A key of the user's own that nothing can be encrypted with.

use super::*;
use crate::api::vocabulary::reasons;
use crate::cloud::sim::Key;
use crate::controller::tests::stage::OWN_KEY;
use crate::model::arn::KeyArn;

const FIELDS: [&str; 2] = ["bucketKeyArn", "streamKeyArn"];

/// What the user does to the key, and what the lake says of it.
type Row = (fn(&Stage), &'static str, &'static str);

const HANDS: [Row; 6] = [
    (
        |stage| drop(stage.sim.alter(|cloud| cloud.keys.remove(OWN_KEY))),
        "does not exist",
        "correct the ARN",
    ),
    (|stage| stage.own_key("Disabled"), "is Disabled", "enable it"),
    (
        |stage| stage.own_key("PendingDeletion"),
        "is PendingDeletion",
        "cancel its deletion",
    ),
    (
        |stage| stage.own_key("PendingImport"),
        "is PendingImport",
        "import its key material",
    ),
    (
        |stage| stage.own_key("Unavailable"),
        "is Unavailable",
        "connect its key store",
    ),
    (asymmetric, "is of spec RSA_2048", "write the ARN of such a key"),
];

fn asymmetric(stage: &Stage) {
    stage.own_key("Enabled");
    stage.sim.alter(|cloud| {
        let key = cloud.keys.get_mut(OWN_KEY).unwrap();
        key.seen.spec = "RSA_2048".into();
    });
}

fn with(field: &str) -> serde_json::Value {
    json!({"encryption": {field: OWN_KEY}})
}

/// The lake is not Ready, and says which key it is and what to do, once.
fn assert_told(stage: &Stage, what: &str, way: &str) {
    let (status, reason, message) = stage.condition("Ready");
    assert_eq!(
        (status.as_str(), reason.as_str()),
        ("False", reasons::EXISTING_NOT_USABLE),
        "{what}: {}",
        stage.story()
    );
    for part in [OWN_KEY, what, way] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(stage.condition("Stalled").0, "True", "{what}");
}

/// The key as AWS has it.
fn own(stage: &Stage) -> Option<Key> {
    stage.sim.alter(|cloud| cloud.keys.get(OWN_KEY).cloned())
}

#[test]
fn a_new_lake_waits_for_its_key_and_goes_on_by_itself_once_that_can_be_used() {
    for (field, (hand, what, way)) in FIELDS.into_iter().flat_map(|f| HANDS.map(|row| (f, row))) {
        let mut stage = Stage::new(with(field));
        hand(&stage);
        let before = own(&stage);
        stage.settle();
        assert_told(&stage, what, way);
        assert_eq!(stage.arn(Id::Delivery), "", "{field}, {what}");
        stage.sim.forget_calls();
        stage.next_looks();
        assert_told(&stage, what, way);
        assert_eq!(stage.writes(), Vec::<String>::new(), "{field}, {what}");
        assert_eq!(own(&stage), before, "{field}, {what}");
        let told = stage
            .events
            .iter()
            .filter(|e| e.reason == reasons::EXISTING_NOT_USABLE);
        let lines = if field == FIELDS[0] { 2 } else { 1 };
        assert_eq!(told.count(), lines, "{field}, {what}: {}", stage.story());
        stage.own_key("Enabled");
        stage.next_looks();
        assert!(stage.is_ready(), "{field}, {what}: {}", stage.story());
    }
}

#[test]
fn a_lake_whose_key_goes_out_of_use_later_is_not_ready_until_that_is_back_and_is_not_written_to() {
    for (field, (hand, what, way)) in FIELDS.into_iter().flat_map(|f| HANDS.map(|row| (f, row))) {
        let mut stage = Stage::beside_own_key(with(field));
        stage.settle();
        assert!(stage.is_ready(), "{field}: {}", stage.story());
        stage.sim.forget_calls();
        hand(&stage);
        let before = own(&stage);
        stage.next_looks();
        assert_told(&stage, what, way);
        assert_eq!(own(&stage), before, "{field}, {what}");
        stage.own_key("Enabled");
        stage.next_looks();
        assert!(stage.is_ready(), "{field}, {what}: {}", stage.story());
        assert_eq!(stage.writes(), Vec::<String>::new(), "{field}, {what}");
    }
}

#[test]
fn a_key_that_tells_nothing_stands_in_nobodys_way() {
    for field in FIELDS {
        // The operator may not look.
        let mut stage = Stage::beside_own_key(with(field));
        stage.settle();
        stage.own_key("Disabled");
        stage.sim.fault(Rule::every(
            "kms",
            "DescribeKey",
            Fault::Refuse(Refused::denied("kms")),
        ));
        // The lake's other key can't be looked at either.
        let id = [Id::LakeBucket, Id::Stream][usize::from(field == FIELDS[1])];
        stage.next_looks();
        let status = stage.object.status.clone().unwrap();
        let line = status.resources.iter().find(|r| r.id == id.as_str()).unwrap();
        assert_eq!(line.reason.as_deref(), Some("Ready"), "{}", stage.story());
        // The key is another account's.
        let theirs = OWN_KEY.replace("123456789012", "210987654321");
        let mut stage = Stage::beside_own_key(json!({"encryption": {field: theirs}}));
        let mut key = own(&stage).unwrap();
        key.seen.arn = KeyArn::parse(&theirs).unwrap();
        stage.sim.alter(|cloud| cloud.keys.put(&theirs, key));
        stage.settle();
        assert!(stage.is_ready(), "{field}: {}", stage.story());
    }
}

#[test]
fn an_edit_to_a_key_that_can_not_be_used_leaves_the_whole_lake_as_it_was() {
    for (field, (hand, what, way)) in FIELDS.into_iter().flat_map(|f| HANDS.map(|row| (f, row))) {
        let mut stage = Stage::ready(json!({}));
        hand(&stage);
        stage.edit(json!({"tags": {"team": "data"}, "encryption": {field: OWN_KEY}}));
        stage.settle();
        assert_told(&stage, what, way);
        let written = stage.writes();
        assert_eq!(written, Vec::<String>::new(), "{field}, {what}");
        stage.edit(json!({"tags": null, "encryption": {field: null}}));
        stage.settle();
        assert!(stage.is_ready(), "{field}, {what}: {}", stage.story());
        assert_eq!(stage.writes(), Vec::<String>::new(), "{field}, {what}");
    }
}

#[test]
fn a_lake_whose_key_can_not_be_used_takes_another_and_goes_when_it_is_deleted() {
    for field in FIELDS {
        let mut stage = Stage::beside_own_key(with(field));
        stage.settle();
        stage.own_key("Disabled");
        stage.next_looks();
        stage.edit(json!({"encryption": {field: null}}));
        stage.settle();
        assert!(stage.is_ready(), "{field}: {}", stage.story());

        let mut stage = Stage::beside_own_key(with(field));
        stage.settle();
        stage.own_key("Disabled");
        let before = own(&stage);
        stage.next_looks();
        stage.edit(json!({"deletionPolicy": "Delete"}));
        stage.sim.forget_calls();
        stage.delete();
        stage.settle();
        assert!(stage.released, "{field}: {}", stage.story());
        assert_eq!(own(&stage), before, "{field}");
        let asked = stage
            .sim
            .calls()
            .iter()
            .filter(|call| call.subject == OWN_KEY)
            .count();
        assert_eq!(asked, 0, "{field}: what goes needs no key");
        assert_eq!(
            stage.sim.alter(|cloud| cloud.buckets.len() + cloud.streams.len()),
            0
        );
    }
}
