//! What is remembered, forgotten and believed.

use super::*;
use crate::api::vocabulary::TAG_INTENT;
use crate::model::kinds::{bucket, delivery, key, table};
use crate::model::owner::Tags;
use crate::model::testing::{facts, lake};

#[test]
fn the_same_update_of_another_version_is_the_same_update() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let update = |version: &str| {
        Change::Table(table::Change::UpdateTable {
            database: "d".into(),
            input: table::TableInput::default(),
            version: Some(version.into()),
        })
    };
    let mut memory = Memory::default();
    memory.wrote(Id::Table, update("1"), now);
    assert!(memory.recently(Id::Table, &update("2")));
    assert!(!memory.recently(Id::Database, &update("2")));
    let update = |version: &str| {
        Change::Delivery(delivery::Change::UpdateDestination {
            name: "f".into(),
            version: version.into(),
            destination_id: "destinationId-000000000001".into(),
            destination: delivery::desired(&lake(), &facts()).unwrap().destination,
        })
    };
    memory.wrote(Id::Delivery, update("1"), now);
    assert!(memory.recently(Id::Delivery, &update("2")));
}

#[test]
fn the_same_creation_of_a_key_with_another_nonce_is_the_same_creation() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let create = |nonce: &str, description: &str| {
        Change::Key(key::Change::CreateKey {
            description: description.into(),
            policy: String::new(),
            tags: Tags::from([(TAG_INTENT.into(), nonce.into())]),
        })
    };
    let mut memory = Memory::default();
    memory.wrote(Id::BucketKey, create("1", "a"), now);
    assert!(memory.recently(Id::BucketKey, &create("2", "a")));
    assert!(!memory.recently(Id::BucketKey, &create("2", "b")));
}

#[test]
fn a_page_of_objects_that_was_deleted_is_not_remembered() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let page = Change::Bucket(bucket::Change::DeleteObjects {
        bucket: "b".into(),
        objects: Vec::new(),
    });
    let mut memory = Memory::default();
    memory.wrote(Id::LakeBucket, page, now);
    assert_eq!(memory.writes, []);
    assert_eq!(memory.written.get(&Id::LakeBucket), Some(&now));
}

#[test]
fn a_call_that_fails_on_is_not_forgiven_because_another_went_through() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let error = CallError {
        service: "kms",
        operation: "EnableKey",
        code: "Any".into(),
        message: String::new(),
        status: None,
    };
    let attempts = |memory: &Memory| {
        let failure = memory.failures.get(&(Id::StreamKey, Attempt::Write));
        failure.map(|failure| failure.attempts)
    };
    let key_id = || "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned();
    let (another, the_same) = (
        key::Change::EnableKeyRotation { key_id: key_id() },
        key::Change::EnableKey { key_id: key_id() },
    );
    let mut memory = Memory::default();
    memory.failed(Id::StreamKey, Attempt::Write, error.clone(), 1, now);
    memory.wrote(Id::StreamKey, Change::Key(another), now);
    memory.failed(Id::StreamKey, Attempt::Write, error.clone(), 1, now);
    assert_eq!(attempts(&memory), Some(2));
    let later = now + FORGIVEN;
    memory.failed(Id::StreamKey, Attempt::Write, error, 1, later);
    assert_eq!(attempts(&memory), Some(1), "long ago");
    memory.wrote(Id::StreamKey, Change::Key(the_same), later);
    assert_eq!(attempts(&memory), None);
}

#[test]
fn a_look_that_fails_says_nothing_against_an_absence() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let (lake, mut memory) = (lake(), Memory::default());
    let unreadable = || {
        Sight::Unreadable(CallError {
            service: "kms",
            operation: "ListKeys",
            code: "Timeout".into(),
            message: String::new(),
            status: None,
        })
    };
    for (second, sight) in [(0, Sight::Absent), (10, unreadable()), (20, Sight::Absent)] {
        let now = start + SignedDuration::from_secs(second);
        memory.saw(&lake, Id::StreamKey, Depth::Properties, sight, now);
    }
    assert_eq!(memory.seen[&Id::StreamKey].absent_since, Some(start));
}

#[test]
fn an_absence_of_what_was_just_made_says_nothing_against_a_look_that_failed() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let timeout = || CallError {
        service: "logs",
        operation: "DescribeLogStreams",
        code: "Timeout".into(),
        message: String::new(),
        status: None,
    };
    for (made, attempts, why) in [
        (true, 2, "an answer from before it was made"),
        (false, 0, "it is gone"),
    ] {
        let (lake, mut memory) = (lake(), Memory::default());
        if made {
            let create = Change::Key(key::Change::CreateKey {
                description: String::new(),
                policy: String::new(),
                tags: Tags::default(),
            });
            memory.wrote(Id::StreamKey, create, start);
        }
        let depth = Depth::Properties;
        memory.saw(&lake, Id::StreamKey, depth, Sight::Unreadable(timeout()), start);
        let later = start + SignedDuration::from_secs(5);
        memory.saw(&lake, Id::StreamKey, depth, Sight::Absent, later);
        let failure = memory.failures.get(&(Id::StreamKey, Attempt::Look));
        assert_eq!(failure.map_or(0, |failure| failure.attempts), attempts, "{why}");
        assert!(failure.is_none_or(|failure| failure.at == later), "{why}");
        assert_eq!(memory.seen[&Id::StreamKey].sight == Sight::Absent, !made, "{why}");
    }
}

#[test]
fn an_absence_is_not_believed_after_an_edit_in_which_another_process_may_have_made_it() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let (mut lake, mut memory) = (lake(), Memory::default());
    memory.saw(&lake, Id::Publisher, Depth::Contents, Sight::Absent, now);
    memory.removed.insert(Id::Publisher, lake.generation);
    memory.forget_others(&lake);
    assert!(memory.seen.contains_key(&Id::Publisher));
    assert!(memory.removed.contains_key(&Id::Publisher));
    let unreadable = Sight::Unreadable(CallError {
        service: "lambda",
        operation: "GetFunction",
        code: "Timeout".into(),
        message: String::new(),
        status: None,
    });
    memory.saw(&lake, Id::PublisherRole, Depth::Contents, Sight::Absent, now);
    memory.saw(&lake, Id::PublisherRole, Depth::Contents, unreadable, now);
    lake.generation += 2;
    memory.forget_others(&lake);
    assert_eq!(memory.seen.get(&Id::Publisher), None);
    assert_eq!(memory.removed.get(&Id::Publisher), None);
    let later = now + SignedDuration::from_mins(10);
    memory.saw(&lake, Id::PublisherRole, Depth::Contents, Sight::Absent, later);
    assert_eq!(memory.seen[&Id::PublisherRole].absent_since, Some(later));
}

#[test]
fn a_write_to_iam_that_may_have_been_carried_out_may_be_on_its_way_to_other_services() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let error = |service, status| CallError {
        service,
        operation: "PutRolePolicy",
        code: "Any".into(),
        message: String::new(),
        status,
    };
    for (service, status, attempt, is, why) in [
        ("iam", None, Attempt::Write, true, "no answer"),
        ("kms", Some(500), Attempt::Write, true, "an error within"),
        ("iam", Some(400), Attempt::Write, false, "refused"),
        ("s3", None, Attempt::Write, false, "nobody is told of"),
        ("iam", None, Attempt::Look, false, "changes nothing"),
    ] {
        let mut memory = Memory::default();
        memory.failed(Id::DeliveryRole, attempt, error(service, status), 1, now);
        assert_eq!(memory.propagating, is.then_some(now), "{why}");
    }
}

#[test]
fn what_was_just_written_is_looked_at_soon_and_then_ever_more_seldom() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut memory = Memory::default();
    let ten = SignedDuration::from_secs(10);
    assert_eq!(
        memory.patience(Id::Stream, ten, start),
        ten,
        "nothing is known of it"
    );
    memory.written.insert(Id::Stream, start);
    for (after, patience) in [(0, 1), (2, 1), (8, 4), (20, 10), (600, 10)] {
        let now = start + SignedDuration::from_secs(after);
        assert_eq!(
            memory.patience(Id::Stream, ten, now).as_secs(),
            patience,
            "after {after} s"
        );
    }
}
