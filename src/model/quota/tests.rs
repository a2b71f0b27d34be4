use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// When so many calls that are all wanted at once may go, in seconds.
fn times(service: &mut Service, operation: &'static str, calls: usize, now: f64) -> Vec<f64> {
    let turn = |_| service.turn(operation, at(now)).unwrap().at.as_secs_f64();
    (0..calls).map(turn).collect()
}

#[test]
fn each_call_counts_against_the_quota_that_aws_publishes() {
    for (service, operation, counted, per_second) in [
        ("firehose", "DescribeDeliveryStream", "DescribeDeliveryStream", 5),
        ("firehose", "UpdateDestination", "UpdateDestination", 5),
        ("kinesis", "DescribeStreamSummary", "DescribeStreamSummary", 20),
        ("kinesis", "CreateStream", "CreateStream", 5),
        ("kinesis", "UpdateShardCount", "UpdateShardCount", 10),
        ("kms", "CreateKey", "CreateKey", 5),
        ("kms", "EnableKeyRotation", "EnableKeyRotation", 15),
        ("kms", "DescribeKey", "DescribeKey", 2000),
        ("logs", "DescribeLogGroups", "DescribeLogGroups", 5),
        ("lambda", "GetFunction", "GetFunction", 100),
        ("lambda", "CreateFunction", "the control plane", 15),
        ("lambda", "ListTags", "the control plane", 15),
        ("iam", "GetRole", "GetRole", 20),
        ("iam", "PutRolePolicy", "PutRolePolicy", 10),
        ("glue", "GetTable", "GetTable", 20),
        ("s3", "PutBucketPolicy", "PutBucketPolicy", 20),
    ] {
        assert_eq!(
            quota(service, operation),
            Quota { counted, per_second },
            "{service} {operation}"
        );
    }
}

#[test]
fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
    let mut kinesis = Service::new("kinesis");
    let found = times(&mut kinesis, "DescribeStreamSummary", 9, 0.0);
    assert_eq!(found[..5], [0.0; 5]);
    for (n, time) in found[5..].iter().enumerate() {
        let expected = f64::from(u32::try_from(n + 1).unwrap()) / 16.0;
        assert!((time - expected).abs() < 1e-6, "{found:?}");
    }
    assert_eq!(
        times(&mut kinesis, "ListTagsForStream", 1, 0.0),
        [0.0],
        "another quota"
    );
    assert_eq!(
        times(&mut kinesis, "DescribeStreamSummary", 5, 60.0),
        [60.0; 5],
        "it fills again"
    );
}

#[test]
fn calls_that_aws_counts_together_wait_for_each_other() {
    let mut lambda = Service::new("lambda");
    times(&mut lambda, "ListTags", 4, 0.0);
    assert!(lambda.turn("CreateFunction", at(0.0)).unwrap().at > at(0.0));
}

#[test]
fn nobody_waits_for_more_than_ten_seconds_and_what_is_not_given_is_not_taken() {
    let mut firehose = Service::new("firehose");
    let given = (0..1000)
        .map_while(|_| firehose.turn("DescribeDeliveryStream", at(0.0)).ok())
        .count();
    assert_eq!(given, 42, "two, and 4 a second");
    let Full { wait } = firehose.turn("DescribeDeliveryStream", at(0.0)).unwrap_err();
    assert!(wait > at(10.0) && wait < at(10.5), "{wait:?}");
    let next = firehose.turn("DescribeDeliveryStream", at(1.0)).unwrap();
    assert_eq!(next.at.as_millis(), 10_250);
}

#[test]
fn a_service_that_asks_to_slow_down_gets_a_pause_and_half_as_many_calls_and_then_more_again() {
    let mut kms = Service::new("kms");
    let before = kms.turn("CreateKey", at(0.0)).unwrap();
    kms.slow_down(at(0.1));
    assert!(!kms.still_holds(before), "it takes another turn");
    let found = times(&mut kms, "CreateKey", 3, 0.1);
    assert!((found[0] - 1.1).abs() < 1e-6, "after a second: {found:?}");
    assert!(
        (found[2] - found[1] - 0.5).abs() < 1e-3,
        "two a second: {found:?}"
    );
    assert!(
        kms.turn("DescribeKey", at(0.1)).unwrap().at >= at(1.1),
        "its other calls as well"
    );
    kms.slow_down(at(0.2));
    assert!(
        kms.pace(at(0.2)) > 0.49,
        "calls that were under way together are one refusal"
    );
    kms.slow_down(at(2.0));
    assert!(kms.pace(at(2.0)) < 0.27);
    assert!(
        (kms.pace(at(32.0)) - kms.pace(at(2.0)) - 0.25).abs() < 1e-6,
        "a quarter in half a minute"
    );
    assert_eq!(kms.pace(at(200.0)).to_bits(), 1.0f64.to_bits());
}

#[test]
fn it_never_stands_still() {
    let mut glue = Service::new("glue");
    for second in 0..1000 {
        glue.slow_down(at(f64::from(second) * 1.1));
    }
    let now = 1100.0;
    let found = times(&mut glue, "UpdateTable", 3, now);
    assert!(found[2] - now < 10.0, "{found:?}");
}

proptest! {
    /// Whatever is asked when, no second has more calls than AWS takes.
    #[test]
    fn no_second_has_more_calls_than_aws_takes(
        gaps in prop::collection::vec(0.0..0.4f64, 1..300),
        operation in prop::sample::select(vec![
            ("firehose", "DescribeDeliveryStream"), ("kinesis", "DescribeStreamSummary"), ("kinesis", "UpdateShardCount"),
            ("kms", "EnableKeyRotation"), ("kms", "CreateKey"), ("lambda", "GetFunction"), ("iam", "GetRole"),
        ]),
        refused in prop::collection::btree_set(0usize..300, 0..4),
    ) {
        let mut service = Service::new(operation.0);
        let (mut now, mut went) = (0.0, Vec::<Duration>::new());
        for (n, gap) in gaps.into_iter().enumerate() {
            now += gap;
            if refused.contains(&n) {
                went.retain(|time| *time <= at(now));
                service.slow_down(at(now));
            }
            if let Ok(ticket) = service.turn(operation.1, at(now)) {
                prop_assert!(ticket.at >= at(now));
                went.push(ticket.at);
            }
        }
        went.sort();
        let most = usize::try_from(quota(operation.0, operation.1).per_second).unwrap();
        for window in went.windows(most + 1) {
            prop_assert!(window[most] >= window[0] + at(0.999), "{window:?}");
        }
    }
}

fn minutes(period: SignedDuration) -> i64 {
    period.as_secs() / 60
}

fn lakes(lakes: usize) -> Load {
    Load {
        region: lakes,
        account: lakes,
    }
}

const FIVE: SignedDuration = SignedDuration::from_mins(5);

#[test]
fn lakes_are_looked_at_as_declared_until_the_quotas_bind() {
    let whole = |_: &'static str| 1.0;
    for (count, expected) in [
        (0, 5),
        (1, 5),
        (200, 5),
        (300, 5),
        (600, 10),
        (1000, 16),
        (2000, 33),
    ] {
        assert_eq!(
            minutes(drift_period(FIVE, lakes(count), whole)),
            expected,
            "{count}"
        );
    }
    let hour = SignedDuration::from_hours(1);
    assert_eq!(
        drift_period(hour, lakes(1000), whole),
        hour,
        "never more often than declared"
    );
}

#[test]
fn a_slow_service_makes_looks_rarer() {
    let slow = |service: &'static str| if service == "firehose" { 0.25 } else { 1.0 };
    assert_eq!(minutes(drift_period(FIVE, lakes(200), slow)), 6);
    assert_eq!(minutes(drift_period(FIVE, lakes(1), slow)), 5);
}

#[test]
fn lakes_of_other_regions_count_for_iam_alone() {
    let whole = |_: &'static str| 1.0;
    let load = Load {
        region: 10,
        account: 2000,
    };
    assert_eq!(drift_period(FIVE, load, whole).as_secs(), 375);
}

#[test]
fn looking_at_every_lake_takes_half_of_the_rates_at_most() {
    let whole = |_: &'static str| 1.0;
    for count in [100, 1000, 10_000] {
        let period = drift_period(FIVE, lakes(count), whole).as_secs_f64();
        for (service, operation, calls) in IDLE {
            let calls = f64::from(*calls) / 2.0 * f64::from(u32::try_from(count).unwrap());
            let rate = quota(service, operation).rate();
            assert!(
                calls / period <= rate / 2.0 + 1e-6,
                "{count} lakes, {service} {operation}"
            );
        }
    }
}
