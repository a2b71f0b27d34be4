use super::*;

#[test]
fn each_metric_shows_what_was_told() {
    let metrics = Metrics::default();
    let (meter, waits) = (metrics.meter(), metrics.waits());
    meter("kms", "CreateKey", Ok(()));
    meter("kms", "CreateKey", Err("ThrottlingException"));
    waits("kms", Duration::from_millis(250));
    waits("kms", Duration::from_millis(250));
    metrics.drift_period(&Region::parse("eu-west-1").unwrap(), Duration::from_mins(6));
    metrics.pass("applied", Duration::from_millis(20));
    metrics.became_ready(Duration::from_secs(90));
    metrics.drifted("stream");
    metrics.lake("a", "one", true, vec![ResourceState::Ready, ResourceState::Ready]);
    metrics.lake(
        "a",
        "two",
        false,
        vec![ResourceState::Ready, ResourceState::Failed],
    );
    metrics.leads(true);
    let text = metrics.text();
    for line in [
        "datalake_aws_calls_total{service=\"kms\",operation=\"CreateKey\",outcome=\"ok\"} 1",
        "datalake_aws_calls_total{service=\"kms\",operation=\"CreateKey\",outcome=\"throttled\"} 1",
        "datalake_throttle_wait_seconds_total{service=\"kms\"} 0.5",
        "datalake_drift_period_seconds{region=\"eu-west-1\"} 360.0",
        "datalake_passes_total{outcome=\"applied\"} 1",
        "datalake_pass_seconds_count 1",
        "datalake_time_to_ready_seconds_sum 90.0",
        "datalake_drift_total{resource=\"stream\"} 1",
        "datalake_resources{state=\"Ready\"} 3",
        "datalake_resources{state=\"Failed\"} 1",
        "datalake_lakes{ready=\"true\"} 1",
        "datalake_lakes{ready=\"false\"} 1",
        "datalake_leader 1",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line}\nis not in\n{text}"
        );
    }
}

#[test]
fn gauges_follow_a_lake_that_changes_and_one_that_goes() {
    let metrics = Metrics::default();
    metrics.lake("a", "one", false, vec![ResourceState::Failed]);
    metrics.text();
    metrics.lake("a", "one", true, vec![ResourceState::Ready]);
    let text = metrics.text();
    assert!(text.contains("resources{state=\"Failed\"} 0"), "{text}");
    assert!(text.contains("resources{state=\"Ready\"} 1"), "{text}");
    metrics.gone("a", "one");
    let text = metrics.text();
    assert!(text.contains("resources{state=\"Ready\"} 0"), "{text}");
    assert!(text.contains("lakes{ready=\"true\"} 0"), "{text}");
}

#[test]
fn error_codes_are_told_by_class() {
    for (code, expected) in [
        ("Timeout", "timeout"),
        ("Connection", "connection"),
        ("ExpiredToken", "credentials"),
        ("ThrottlingException", "throttled"),
        ("ProvisionedThroughputExceededException", "throttled"),
        ("SlowDown", "throttled"),
        ("AccessDeniedException", "access-denied"),
        ("LimitExceededException", "limit"),
        ("TooManyBuckets", "limit"),
        ("EntityNotFoundException", "not-found"),
        ("NoSuchBucket", "not-found"),
        ("ResourceInUseException", "conflict"),
        ("CrawlerRunningException", "conflict"),
        ("BucketAlreadyOwnedByYou", "conflict"),
        ("InvalidArgumentException", "invalid"),
        ("MalformedPolicyDocument", "invalid"),
        ("InternalFailure", "server"),
        ("503", "server"),
        ("SomethingNeverSeen", "other"),
    ] {
        assert_eq!(class(code), expected, "{code}");
    }
}
