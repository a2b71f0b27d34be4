//! Faults of what the user names as existing.

use super::Faults;
use crate::api::{DatalakeSpec, Encryption, Query, Retention, StreamMode};
use crate::model::names::NameKind;

/// Names that the services take, no second name, and nothing that would have no effect. A value that is the default
/// can't be told from none.
pub(super) fn check(spec: &DatalakeSpec, faults: &mut Faults) {
    let (existing, names) = (&spec.existing, &spec.names);
    let all = [
        (
            "lakeBucket",
            &existing.lake_bucket,
            &names.lake_bucket,
            NameKind::Bucket,
        ),
        (
            "rawBucket",
            &existing.raw_bucket,
            &names.raw_bucket,
            NameKind::Bucket,
        ),
        ("stream", &existing.stream, &names.stream, NameKind::Stream),
        (
            "database",
            &existing.database,
            &names.database,
            NameKind::Database,
        ),
    ];
    for (field, name, other, kind) in all {
        let Some(name) = name else { continue };
        faults.check(&format!("spec.existing.{field}"), kind.check(name));
        if other.is_some() {
            let message = format!("spec.existing.{field} names it already: remove one of the two");
            faults.add(format!("spec.names.{field}"), message);
        }
    }
    if let (Some(lake), Some(raw)) = (&existing.lake_bucket, &existing.raw_bucket)
        && lake == raw
    {
        let message =
            "the lake and the raw copies need a bucket each: write another name than that of lakeBucket";
        faults.add("spec.existing.rawBucket", message);
    }
    for (path, why) in idle(spec) {
        faults.add(path, format!("{why}, so this has no effect: remove it"));
    }
}

fn idle(spec: &DatalakeSpec) -> Vec<(&'static str, &'static str)> {
    const LIFECYCLE: &str = "an existing bucket keeps its own lifecycle";
    const RETENTION: &str = "an existing stream keeps its own retention";
    const CAPACITY: &str = "an existing stream keeps its own capacity";
    const ENCRYPTION: &str = "what exists keeps its own encryption";
    let (usual, retention) = (Retention::default(), &spec.retention);
    let existing = &spec.existing;
    let (lake, raw) = (existing.lake_bucket.is_some(), existing.raw_bucket.is_some());
    let stream = existing.stream.is_some();
    let Encryption {
        bucket_key_arn,
        stream_key_arn,
        ..
    } = &spec.encryption;
    let capacity = spec.stream.mode != StreamMode::Provisioned || spec.stream.shards.is_some();
    let rows = [
        (
            lake && retention.lake_days.is_some(),
            "spec.retention.lakeDays",
            LIFECYCLE,
        ),
        (
            lake && !spec.storage.transitions.is_empty(),
            "spec.storage.transitions",
            LIFECYCLE,
        ),
        (
            lake && spec.query.result_days != Query::default().result_days,
            "spec.query.resultDays",
            LIFECYCLE,
        ),
        (
            raw && retention.raw_days != usual.raw_days,
            "spec.retention.rawDays",
            LIFECYCLE,
        ),
        (
            lake && raw && retention.error_days != usual.error_days,
            "spec.retention.errorDays",
            LIFECYCLE,
        ),
        (
            stream && retention.stream_hours != usual.stream_hours,
            "spec.retention.streamHours",
            RETENTION,
        ),
        (stream && capacity, "spec.stream", CAPACITY),
        (
            stream && stream_key_arn.is_some(),
            "spec.encryption.streamKeyArn",
            ENCRYPTION,
        ),
        (
            lake && raw && bucket_key_arn.is_some(),
            "spec.encryption.bucketKeyArn",
            ENCRYPTION,
        ),
    ];
    let found = rows.into_iter().filter(|(found, ..)| *found);
    found.map(|(_, path, why)| (path, why)).collect()
}
