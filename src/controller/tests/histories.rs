//! Histories that went wrong once.

use jiff::SignedDuration;
use serde_json::json;

use super::stage::{OWN_KEY, Stage};
use crate::cloud::sim::{Fault, Refused, Rule};
use crate::model::topology::Id;

#[test]
fn a_bucket_of_somebody_else_in_us_east_1_is_never_touched_when_a_name_is_edited() {
    let mut stage = Stage::new(json!({"region": "us-east-1"}));
    // A bucket of the same account that no lake owns.
    let mut donor = Stage::new(json!({"region": "us-east-1"}));
    donor.settle();
    let theirs = donor.sim.alter(|c| c.buckets.iter().next().unwrap().1.clone());
    stage.sim.alter(|cloud| {
        let mut bucket = theirs;
        bucket.seen.name = "company-archive".into();
        bucket.seen.tags.clear();
        bucket.seen.lifecycle.clear();
        bucket.seen.policy = Some(r#"{"Version":"2012-10-17","Statement":[]}"#.into());
        cloud.buckets.put("arn:aws:s3:::company-archive", bucket);
    });
    // The lake's bucket can't be made for a while: quota.
    stage.sim.fault(Rule::every(
        "s3",
        "CreateBucket",
        Fault::Refuse(Refused::new(400, "TooManyBuckets", "quota")),
    ));
    stage.settle();
    stage.sim.calm();
    stage.edit(json!({"names": {"rawBucket": "company-archive"}}));
    stage.sim.forget_calls();
    stage.settle();
    let touched: Vec<_> = stage
        .writes()
        .into_iter()
        .filter(|w| w.contains("company-archive"))
        .collect();
    assert_eq!(touched, Vec::<String>::new(), "{}", stage.story());
}

#[test]
fn a_bucket_that_comes_to_exist_before_ours_is_made_in_us_east_1_is_left_alone() {
    let mut donor = Stage::new(json!({"region": "us-east-1"}));
    donor.settle();
    let mut stage = Stage::new(json!({"region": "us-east-1"}));
    // The first look has shown no bucket, and none can be made before there is a key.
    stage.pass();
    let seen = stage.object.status.clone().unwrap().resources;
    let name = seen.iter().find(|r| r.id == "raw-bucket").unwrap().name.clone();
    let arn = format!("arn:aws:s3:::{name}");
    let mut theirs = donor.sim.alter(|c| c.buckets.iter().next().unwrap().1.clone());
    theirs.seen.name.clone_from(&name);
    theirs.seen.tags.clear();
    stage.sim.alter(|cloud| cloud.buckets.put(&arn, theirs));
    stage.settle();
    let touched: Vec<_> = stage
        .writes()
        .into_iter()
        .filter(|write| write.contains(&name))
        .collect();
    assert_eq!(touched, Vec::<String>::new(), "{}", stage.story());
    assert_eq!(stage.condition("Ready").1, "NotOwned");
}

#[test]
fn records_and_files_under_the_old_keys_stay_readable_for_the_roles() {
    let mut stage = Stage::ready(json!({}));
    let (stream_key, bucket_key) = (stage.arn(Id::StreamKey), stage.arn(Id::BucketKey));
    let (delivery, crawler) = (stage.arn(Id::DeliveryRole), stage.arn(Id::CrawlerRole));
    stage.own_key("Enabled");
    stage.edit(json!({"encryption": {"streamKeyArn": OWN_KEY, "bucketKeyArn": OWN_KEY}}));
    stage.settle();
    let policies = |arn: &str| {
        stage
            .sim
            .alter(|c| format!("{:?}", c.roles.get(arn).unwrap().policies))
    };
    assert!(
        policies(&delivery).contains(&stream_key),
        "Firehose can't decrypt what is in the stream: {}",
        policies(&delivery)
    );
    assert!(
        policies(&delivery).contains(&bucket_key),
        "Firehose writes with it until it has taken the new one: {}",
        policies(&delivery)
    );
    assert!(
        policies(&crawler).contains(&bucket_key),
        "the crawler can't read old files: {}",
        policies(&crawler)
    );
}

#[test]
fn a_refused_edit_of_the_stream_leaves_the_whole_lake_as_it_was() {
    let mut stage = Stage::ready(json!({"retention": {"streamHours": 48}}));
    stage.edit(json!({
        "stream": {"shards": 2}, "retention": {"streamHours": 24, "rawDays": 7}, "tags": {"a": "b"},
    }));
    stage.settle();
    assert_eq!(stage.condition("Ready").1, "ChangeRefused");
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[test]
fn report_names_a_retention_that_was_raised_outside_as_drift() {
    let mut stage = Stage::ready(json!({"driftPolicy": "Report"}));
    let arn = stage.arn(Id::Stream);
    stage
        .sim
        .alter(|c| c.streams.get_mut(&arn).unwrap().seen.retention_hours = 168);
    stage.next_looks();
    assert_eq!(stage.condition("DriftDetected").0, "True", "{}", stage.story());
}

#[test]
fn retain_names_only_what_exists() {
    let mut stage = Stage::ready(json!({"query": {"workgroup": false}}));
    stage.delete();
    stage.pass();
    let said = stage.events.last().unwrap().note.clone();
    assert!(!said.contains("Lambda") && !said.contains("workgroup"), "{said}");
}

#[test]
fn report_without_a_record_overwrites_nothing_when_the_first_look_failed_once() {
    let mut stage = Stage::ready(json!({"driftPolicy": "Report"}));
    let arn = stage.arn(Id::Delivery);
    stage.sim.alter(|c| {
        c.deliveries
            .get_mut(&arn)
            .unwrap()
            .seen
            .destination
            .as_mut()
            .unwrap()
            .buffering = Some((900, 128));
    });
    stage.object.status = None;
    stage.restart();
    stage.sim.forget_calls();
    stage.sim.fault(Rule::next(
        "firehose",
        "DescribeDeliveryStream",
        Fault::Refuse(Refused::timeout()),
    ));
    stage.settle();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
}

#[test]
fn two_buckets_of_one_name_are_refused() {
    let plain = Stage::new(json!({}));
    let name = plain.lake().names.lake_bucket;
    let mut stage = Stage::new(json!({"names": {"rawBucket": name}}));
    for _ in 0..60 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_secs(1)));
    }
    stage.sim.forget_calls();
    for _ in 0..5 {
        stage.sim.advance(SignedDuration::from_mins(5));
        stage.pass();
        stage.pass();
        stage.pass();
    }
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(stage.condition("Ready").1, "InvalidSpec");
}

#[test]
fn a_crawler_whose_configuration_aws_completes_is_in_sync() {
    // Glue may say what a crawler with catalog targets does anyhow.
    let mut stage = Stage::ready(json!({}));
    let arn = stage.arn(Id::Crawler);
    stage.sim.alter(|c| {
        let crawler = c.crawlers.get_mut(&arn).unwrap();
        crawler.configuration = Some(r#"{"Version":1.0,"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"InheritFromTable"}},"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}"#.into());
    });
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{}", stage.story());
}

#[test]
fn why_a_new_delivery_stream_failed_is_told() {
    let mut stage = Stage::ready(json!({}));
    let arn = stage.arn(Id::Delivery);
    stage.object.status = None;
    stage.restart();
    stage.sim.alter(|c| {
        let d = c.deliveries.get_mut(&arn).unwrap();
        d.seen.status = "CREATING_FAILED".into();
        d.seen.failure = Some("KMS_ACCESS_DENIED: no grant".into());
    });
    let mut told = false;
    for _ in 0..20 {
        let next = stage.pass().next.unwrap_or_default();
        let status = serde_json::to_string(&stage.object.status).unwrap();
        told |= status.contains("KMS_ACCESS_DENIED")
            || stage.events.iter().any(|e| e.note.contains("KMS_ACCESS_DENIED"));
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    assert!(told, "{}", stage.story());
}

#[test]
fn a_create_whose_answer_is_lost_is_found_by_the_next_look() {
    let mut stuck = Vec::new();
    for (service, operation) in [
        ("s3", "CreateBucket"),
        ("logs", "CreateLogGroup"),
        ("kinesis", "CreateStream"),
        ("glue", "CreateDatabase"),
        ("glue", "CreateTable"),
        ("iam", "CreateRole"),
        ("firehose", "CreateDeliveryStream"),
        ("glue", "CreateCrawler"),
        ("athena", "CreateWorkGroup"),
        ("lambda", "CreateFunction"),
    ] {
        let mut stage = Stage::new(json!({"testPublisher": {"enabled": true}}));
        stage.sim.fault(Rule::next(service, operation, Fault::LoseAnswer));
        for _ in 0..80 {
            let next = stage.pass().next.unwrap_or_default();
            if stage.is_ready() {
                break;
            }
            stage.sim.advance(next.max(SignedDuration::from_millis(10)));
        }
        if !stage.is_ready() {
            let calls = stage.operations().iter().filter(|o| **o == operation).count();
            stuck.push(format!(
                "{service}:{operation} called {calls} times until {}: {:?}",
                stage.sim.now(),
                stage.condition("Ready")
            ));
        }
    }
    assert!(stuck.is_empty(), "{stuck:#?}");
}

#[test]
fn a_bucket_name_that_is_taken_can_be_replaced_as_the_message_says() {
    let mut stage = Stage::new(json!({}));
    stage.sim.fault(Rule::every(
        "s3",
        "CreateBucket",
        Fault::Refuse(Refused::new(409, "BucketAlreadyExists", "taken")),
    ));
    stage.settle();
    assert!(
        stage
            .condition("Ready")
            .2
            .contains("choose another name in spec.names"),
        "{}",
        stage.story()
    );
    stage.sim.calm();
    stage.edit(json!({"names": {"lakeBucket": "example-lake-1", "rawBucket": "example-raw-1"}}));
    stage.settle();
    assert!(stage.is_ready(), "{:?}", stage.condition("Ready"));
}

#[test]
fn an_object_without_any_region_can_be_deleted_under_every_policy() {
    let mut stage = Stage::new(json!({"deletionPolicy": "Delete"}));
    stage.operator.origin.region = None;
    stage.pass();
    stage.delete();
    let verdict = stage.pass();
    assert!(
        stage.released,
        "next {:?} {:?}",
        verdict.next,
        stage.condition("Ready")
    );
}

#[test]
fn a_delivery_stream_that_gets_a_name_after_its_log_group_was_made_keeps_the_log_group() {
    let mut stage = Stage::new(json!({}));
    stage.sim.fault(Rule::every(
        "firehose",
        "CreateDeliveryStream",
        Fault::Refuse(Refused::new(400, "LimitExceededException", "50 delivery streams")),
    ));
    stage.settle();
    let made = stage.lake().names.log_group;
    stage.sim.calm();
    stage.edit(json!({"names": {"deliveryStream": "example-delivery"}}));
    stage.settle();
    assert!(stage.is_ready(), "{:?}", stage.condition("Ready"));
    assert_eq!(stage.lake().names.log_group, made);
    assert!(
        stage.arn(Id::LogGroup).ends_with(&made),
        "{}",
        stage.arn(Id::LogGroup)
    );
}

#[test]
fn a_quota_that_stays_reached_is_told_once() {
    let mut stage = Stage::new(json!({}));
    stage.sim.fault(Rule::every(
        "firehose",
        "CreateDeliveryStream",
        Fault::Refuse(Refused::new(400, "LimitExceededException", "quota")),
    ));
    let mut told = Vec::new();
    for pass in 0..60 {
        let next = stage.pass().next.unwrap_or_default();
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
        if pass >= 30 {
            told.push((stage.condition("Stalled"), stage.condition("Reconciling")));
        }
    }
    assert!(
        told.iter().all(|said| *said == told[0] && said.0.0 == "True"),
        "{told:#?}"
    );
}

#[test]
fn what_a_dead_process_made_goes_with_the_lake_even_while_aws_does_not_show_it_yet() {
    for seed in 0..20 {
        let sim = crate::cloud::sim::Sim::new(super::stage::account(), super::stage::start(), seed);
        sim.alter(|cloud| cloud.timing.s3_lag = SignedDuration::from_secs(60));
        sim.alter(|cloud| cloud.timing.flapping = true);
        let mut stage = Stage::in_world(sim, super::stage::datalake(json!({"deletionPolicy": "Delete"})));
        for _ in 0..4 {
            let next = stage.pass().next.unwrap_or_default();
            stage.sim.advance(next.max(SignedDuration::from_millis(10)));
        }
        stage.delete();
        stage.restart();
        stage.settle();
        assert!(stage.released, "{}", stage.story());
        assert_eq!(
            stage.sim.alter(|cloud| cloud.buckets.len()),
            0,
            "seed {seed}: {}",
            stage.story()
        );
    }
}

#[test]
fn a_write_that_is_refused_is_made_ever_more_seldom_although_looks_fail_between() {
    let mut stage = Stage::new(json!({}));
    let name = stage.lake().names.raw_bucket;
    let fails = |code: &str| Fault::Refuse(Refused::new(404, code, "no"));
    stage.sim.fault(Rule {
        subject: name.clone(),
        ..Rule::every("s3", "CreateBucket", fails("BucketAlreadyOwnedByYou"))
    });
    let (start, mut tries) = (stage.sim.now(), 0);
    while stage.sim.now().duration_since(start) < SignedDuration::from_mins(1) {
        let next = stage.pass().next.unwrap_or_default();
        let calls = stage.sim.calls().into_iter();
        let made = calls.filter(|call| call.operation == "CreateBucket" && call.subject == name);
        let made = made.count();
        if made > tries {
            // What was shown absent a moment ago is half there now.
            stage.sim.fault(Rule {
                subject: name.clone(),
                ..Rule::next("s3", "GetBucketTagging", fails("InternalError"))
            });
        }
        tries = made;
        stage.sim.advance(next.max(SignedDuration::from_millis(10)));
    }
    assert!((3..=8).contains(&tries), "{tries}: {}", stage.story());
}

#[test]
fn where_many_things_fail_each_at_its_own_times_a_pass_takes_those_of_a_second_together() {
    let mut stage = Stage::ready(json!({}));
    let failing = || Fault::Refuse(Refused::new(500, "InternalError", "an internal error"));
    for (service, operation) in [
        ("s3", "GetBucketTagging"),
        ("iam", "GetRole"),
        ("glue", "GetTable"),
        ("kinesis", "DescribeStreamSummary"),
        ("athena", "GetWorkGroup"),
    ] {
        stage.sim.fault(Rule::every(service, operation, failing()));
    }
    stage.sim.advance(SignedDuration::from_mins(10));
    for _ in 0..20 {
        let next = stage.pass().next.unwrap();
        assert!(
            next >= SignedDuration::from_secs(1),
            "{next:#}: {}",
            stage.story()
        );
        stage.sim.advance(next);
    }
}
