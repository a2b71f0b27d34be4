//! What stops a deletion, and what does not.

use super::*;
use crate::cloud::sim::Timing;

#[test]
fn a_bucket_that_holds_objects_stops_delete_until_the_user_says_so() {
    let mut stage = leaving("Delete");
    let arn = stage.arn(Id::LakeBucket);
    stage.sim.alter(|cloud| {
        for n in 0..2500 {
            cloud
                .buckets
                .get_mut(&arn)
                .unwrap()
                .put_object(&format!("data/year=2026/{n}.parquet"));
        }
    });
    stage.settle();
    assert!(!stage.released);
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "BucketNotEmpty", "{}", stage.story());
    for word in [
        stage.lake().names.lake_bucket.as_str(),
        "datalake-operator.io/empty-buckets",
    ] {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert!(!stage.operations().contains(&"DeleteObjects"));
    stage.annotate("datalake-operator.io/empty-buckets");
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    let operations = stage.operations();
    let first = operations.iter().position(|o| *o == "DeleteObjects").unwrap();
    let delivery = operations
        .iter()
        .position(|o| *o == "DeleteDeliveryStream")
        .unwrap();
    assert!(delivery < first, "objects go only after delivery");
    assert_eq!(
        operations.iter().filter(|o| **o == "DeleteObjects").count(),
        3,
        "a page at a time"
    );
}

#[test]
fn a_versioned_bucket_goes_with_its_old_versions_and_delete_markers() {
    let mut stage = leaving("Delete");
    let arn = stage.arn(Id::RawBucket);
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&arn).unwrap();
        // From before it was versioned, twice since, and a marker that hides them all; and a marker of nothing.
        bucket.put_object("raw/1");
        bucket.versioned = true;
        bucket.put_object("raw/1");
        bucket.put_object("raw/1");
        let markers = [("raw/1", "m1"), ("raw/2", "m2")];
        let marker = |(key, id): (&str, &str)| (key.to_owned(), Some(id.to_owned()));
        bucket.objects.extend(markers.map(marker));
        assert_eq!(bucket.objects.len(), 5);
    });
    stage.settle();
    assert!(!stage.released, "what is hidden counts: {}", stage.story());
    assert_eq!(stage.condition("Ready").1, "BucketNotEmpty");
    assert!(!stage.operations().contains(&"DeleteObjects"));
    stage.annotate("datalake-operator.io/empty-buckets");
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert!(stage.sim.alter(|cloud| cloud.buckets.get(&arn).is_none()));
}

#[test]
fn an_upload_that_is_gone_before_it_is_aborted_stops_nothing() {
    let mut stage = leaving("Delete");
    let arn = stage.arn(Id::LakeBucket);
    stage.sim.alter(|cloud| {
        let bucket = cloud.buckets.get_mut(&arn).unwrap();
        bucket.uploads.insert(("data/1".into(), "u-1".into()));
    });
    stage.annotate("datalake-operator.io/empty-buckets");
    // It is aborted, or completed, by somebody else meanwhile.
    let gone = Refused {
        code: "NoSuchUpload".into(),
        message: "The specified multipart upload does not exist.".into(),
        status: Some(404),
    };
    let rule = Rule::next("s3", "AbortMultipartUpload", Fault::Refuse(gone));
    stage.sim.fault(rule);
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(stage.condition("Stalled").0, "", "{}", stage.story());
    let failed = stage.events.iter().filter(|e| e.note.contains("NoSuchUpload"));
    assert_eq!(failed.count(), 0, "{}", stage.story());
}

#[test]
fn a_stream_that_consumers_are_registered_with_goes_with_them() {
    let mut stage = leaving("Delete");
    let arn = stage.arn(Id::Stream);
    stage.sim.alter(|cloud| {
        let stream = cloud.streams.get_mut(&arn).unwrap();
        stream.consumers.extend(["billing".into(), "search".into()]);
    });
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert!(stage.sim.alter(|cloud| cloud.streams.is_empty()));
    let operations = stage.operations();
    let deletes = operations.iter().filter(|o| **o == "DeleteStream");
    assert_eq!(deletes.count(), 1, "{}", stage.story());
}

#[test]
fn a_database_that_holds_tables_of_others_stops_delete() {
    let mut stage = leaving("Delete");
    let (database, table) = (stage.lake().names.database, stage.arn(Id::Table));
    stage.sim.alter(|cloud| {
        let mut other = cloud.tables.get(&table).unwrap().clone();
        other.input.name = "others".into();
        let arn = table.rsplit_once('/').unwrap().0.to_owned() + "/others";
        cloud.tables.put(&arn, other);
    });
    stage.settle();
    assert!(!stage.released);
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "DatabaseNotEmpty", "{}", stage.story());
    assert!(message.contains("others"), "{message}");
    stage
        .sim
        .alter(|cloud| assert!(cloud.databases.iter().any(|(_, db)| db.input.name == database)));
}

#[test]
fn a_database_that_holds_functions_of_others_stops_delete() {
    let mut stage = leaving("Delete");
    let database = stage.lake().names.database;
    let held = vec!["mask_email".to_owned()];
    stage
        .sim
        .alter(|cloud| cloud.user_functions.insert(database.clone(), held));
    stage.settle();
    assert!(!stage.released);
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "DatabaseNotEmpty", "{}", stage.story());
    assert!(message.contains("function mask_email"), "{message}");
    stage.sim.alter(|cloud| cloud.user_functions.clear());
    stage.settle();
    assert!(stage.released, "{}", stage.story());
}

#[test]
fn what_others_attached_to_a_role_stops_its_removal() {
    let mut stage = leaving("RetainData");
    let arn = stage.arn(Id::DeliveryRole);
    stage.sim.alter(|cloud| {
        cloud
            .roles
            .get_mut(&arn)
            .unwrap()
            .seen
            .attached
            .push("arn:aws:iam::aws:policy/ReadOnlyAccess".into());
    });
    stage.settle();
    assert!(!stage.released);
    assert!(
        stage.condition("Ready").2.contains("ReadOnlyAccess"),
        "{}",
        stage.story()
    );
}

#[test]
fn delete_waits_while_aws_is_out_of_reach() {
    let mut stage = leaving("Delete");
    stage
        .sim
        .fault(Rule::every("", "", Fault::Refuse(Refused::timeout())));
    for _ in 0..10 {
        stage.pass();
        assert!(!stage.released);
        stage.sim.advance(jiff::SignedDuration::from_secs(30));
    }
    stage.sim.calm();
    stage.sim.advance(jiff::SignedDuration::from_mins(5));
    stage.settle();
    assert!(stage.released, "{}", stage.story());
}

#[test]
fn what_arrives_after_it_was_removed_is_removed_before_the_object_goes() {
    let mut stage = leaving("RetainData");
    let arn = stage.arn(Id::LogGroup);
    let there = |stage: &Stage| stage.sim.alter(|cloud| cloud.log_groups.get(&arn).cloned());
    let before = there(&stage).unwrap();
    // Something else holds the object up until well after it is gone.
    let slow = Rule::every("athena", "DeleteWorkGroup", Fault::Refuse(Refused::timeout()));
    stage.sim.fault(slow);
    for _ in 0..20 {
        stage.pass();
        stage.sim.advance(SignedDuration::from_secs(10));
    }
    assert!(there(&stage).is_none() && !stage.released, "{}", stage.story());
    stage.sim.calm();
    // A call that a process made before it died.
    stage.sim.alter(|cloud| cloud.log_groups.put(&arn, before));
    stage.settle();
    assert!(stage.released && there(&stage).is_none(), "{}", stage.story());
}

#[test]
fn a_crawl_is_stopped_and_its_end_waited_for_before_the_crawler_goes() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    let arn = stage.arn(Id::Crawler);
    stage.sim.alter(|cloud| {
        cloud.timing = Timing::real();
        cloud.start_crawl(&arn);
    });
    stage.delete();
    let mut states = Vec::new();
    for _ in 0..200 {
        let now = stage
            .sim
            .alter(|cloud| cloud.crawlers.get(&arn).map(|live| live.state.clone()));
        if states.last() != Some(&now) {
            states.push(now);
        }
        let next = stage.pass().next.unwrap_or_default();
        if stage.released {
            break;
        }
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    assert!(stage.released, "{}", stage.story());
    let states: Vec<_> = states
        .iter()
        .map(|state| state.as_deref().unwrap_or("gone"))
        .collect();
    assert_eq!(states, ["RUNNING", "STOPPING", "READY", "gone"]);
    let of_crawler: Vec<_> = stage
        .operations()
        .into_iter()
        .filter(|o| o.ends_with("Crawler"))
        .collect();
    assert_eq!(of_crawler, ["StopCrawler", "DeleteCrawler"]);
}
