//! Numbers, parts that do not go together, schedules.

use serde_json::json;

use super::all_are_refused;
use crate::objects::{spec, with};

#[tokio::test]
async fn numbers_outside_the_bounds_of_aws_are_refused() {
    let transition = |days: i64, class: &str| json!({"storage": {"transitions": [{"afterDays": days, "storageClass": class}]}});
    #[rustfmt::skip]
    let rows = [
        ("a buffer of 59 s", json!({"buffering": {"intervalSeconds": 59}}), "spec.buffering.intervalSeconds", "greater than or equal to 60"),
        ("a buffer of 901 s", json!({"buffering": {"intervalSeconds": 901}}), "spec.buffering.intervalSeconds", "less than or equal to 900"),
        ("a buffer of 32 MiB", json!({"buffering": {"sizeMiB": 32}}), "spec.buffering.sizeMiB", "greater than or equal to 64"),
        ("a buffer of 129 MiB", json!({"buffering": {"sizeMiB": 129}}), "spec.buffering.sizeMiB", "less than or equal to 128"),
        ("records for 23 hours", json!({"retention": {"streamHours": 23}}), "spec.retention.streamHours", "greater than or equal to 24"),
        ("records for 8761 hours", json!({"retention": {"streamHours": 8_761}}), "spec.retention.streamHours", "less than or equal to 8760"),
        ("raw copies for no day", json!({"retention": {"rawDays": 0}}), "spec.retention.rawDays", "greater than or equal to 1"),
        ("errors for no day", json!({"retention": {"errorDays": 0}}), "spec.retention.errorDays", "greater than or equal to 1"),
        ("the lake for no day", json!({"retention": {"lakeDays": 0}}), "spec.retention.lakeDays", "greater than or equal to 1"),
        ("results for no day", json!({"query": {"resultDays": 0}}), "spec.query.resultDays", "greater than or equal to 1"),
        ("a scan limit of 9 MiB", json!({"query": {"bytesScannedLimitMiB": 9}}), "spec.query.bytesScannedLimitMiB", "greater than or equal to 10"),
        ("no shard", json!({"stream": {"shards": 0}}), "spec.stream.shards", "greater than or equal to 1"),
        ("10001 shards", json!({"stream": {"shards": 10_001}}), "spec.stream.shards", "less than or equal to 10000"),
        ("a window of 6 days", json!({"encryption": {"deletionWindowDays": 6}}), "spec.encryption.deletionWindowDays", "greater than or equal to 7"),
        ("a window of 31 days", json!({"encryption": {"deletionWindowDays": 31}}), "spec.encryption.deletionWindowDays", "less than or equal to 30"),
        ("a transition on day 0", transition(0, "GlacierIR"), "spec.storage.transitions[0].afterDays", "greater than or equal to 1"),
        ("StandardIA on day 29", transition(29, "StandardIA"), "spec.storage.transitions[0].afterDays", "30 or more"),
        ("OneZoneIA on day 29", transition(29, "OneZoneIA"), "spec.storage.transitions[0].afterDays", "30 or more"),
        ("a class that queries cannot read", transition(90, "DeepArchive"), "spec.storage.transitions[0].storageClass", "Unsupported value"),
        ("a word that is no number", json!({"stream": {"shards": "two"}}), "spec.stream.shards", "must be of type integer"),
        ("a number with a fraction", json!({"stream": {"shards": 1.5}}), "spec.stream.shards", "must be of type int32"),
    ];
    all_are_refused(
        rows.map(|(what, change, path, says)| (what, spec(change), path, says))
            .into(),
    )
    .await;
}

#[tokio::test]
async fn parts_that_do_not_go_together_are_refused() {
    let transitions = |list: &[(i64, &str)]| {
        let list: Vec<_> = list
            .iter()
            .map(|(days, class)| json!({"afterDays": days, "storageClass": class}))
            .collect();
        json!({"storage": {"transitions": list}})
    };
    let path = "spec.storage.transitions";
    #[rustfmt::skip]
    let rows = [
        ("shards with OnDemand", json!({"stream": {"mode": "OnDemand", "shards": 2}}), "spec.stream.shards", "remove shards"),
        ("a crawler with Projection", json!({"partitioning": {"discovery": "Projection"}, "crawler": {}}), "spec.crawler", "remove crawler"),
        ("Zlib with Parquet", json!({"format": {"compression": "Zlib"}}), "spec.format.compression", "Parquet takes Snappy"),
        ("Gzip with Orc", json!({"format": {"type": "Orc", "compression": "Gzip"}}), "spec.format.compression", "Orc takes Snappy"),
        ("transitions out of order of age", transitions(&[(90, "StandardIA"), (60, "GlacierIR")]), path, "in order of age"),
        ("two transitions of one age", transitions(&[(90, "StandardIA"), (90, "GlacierIR")]), path, "in order of age"),
        ("a transition back up", transitions(&[(60, "GlacierIR"), (90, "StandardIA")]), path, "only move down"),
        ("one class twice", transitions(&[(60, "StandardIA"), (90, "StandardIA")]), path, "each class once"),
        ("OneZoneIA and then GlacierIR", transitions(&[(60, "OneZoneIA"), (90, "GlacierIR")]), path, "one of the two"),
        ("out of StandardIA after 29 days", transitions(&[(30, "StandardIA"), (59, "OneZoneIA")]), path, "30 days later"),
        ("a transition after expiry", with(transitions(&[(90, "GlacierIR")]), &json!({"retention": {"lakeDays": 90}})), path, "below retention.lakeDays"),
        ("an offset as time zone", json!({"partitioning": {"timeZone": "Etc/GMT+9"}}), "spec.partitioning.timeZone", "Europe/Berlin"),
        ("no time zone", json!({"partitioning": {"timeZone": ""}}), "spec.partitioning.timeZone", "Europe/Berlin"),
        ("a region that is none", json!({"region": "Ireland"}), "spec.region", "eu-west-1"),
        ("an availability zone", json!({"region": "eu-west-1a"}), "spec.region", "eu-west-1"),
    ];
    all_are_refused(
        rows.map(|(what, change, path, says)| (what, spec(change), path, says))
            .into(),
    )
    .await;
}

#[tokio::test]
async fn malformed_schedules_are_refused() {
    #[rustfmt::skip]
    let rows = [
        ("cron(15,45 * * * ?)", "5 fields, AWS wants six"),
        ("15,45 * * * ? *", "not a schedule"),
        ("cron(15,45  * * * ? *)", "one blank between"),
        ("rate(30 minutes)", "not rate(...)"),
        ("", "not a schedule"),
        ("cron(0 0 * * * *)", "one of the two day fields must be ?"),
        ("cron(0 0 1 * 2 *)", "one of the two day fields must be ?"),
        ("cron(0 0 ? * ? *)", "one of the two day fields must be ?"),
        ("cron(* * * * ? *)", "more often than Glue allows"),
        ("cron(0/4 * * * ? *)", "more often than Glue allows"),
        ("cron(0,3 * * * ? *)", "more often than Glue allows"),
        ("cron(0-10 * * * ? *)", "more often than Glue allows"),
        ("cron(0/7 * * * ? *)", "more often than Glue allows"),
        ("cron(2,58 * * * ? *)", "more often than Glue allows"),
        ("cron(50-10 * * * ? *)", "no minute at all"),
        ("cron(60 * * * ? *)", "minutes are 0-59"),
        ("cron(0/0 * * * ? *)", "minutes are 0-59"),
        ("cron(0 24 * * ? *)", "hours are 0-23"),
        ("cron(0 0 32 * ? *)", "the day of the month is 1-31"),
        ("cron(0 0 1 13 ? *)", "months are 1-12"),
        ("cron(0 0 1 FOO ? *)", "months are 1-12"),
        ("cron(0 0 ? * 8 *)", "the day of the week is 1-7"),
        ("cron(0 0 ? * MON#2 *)", "without #"),
        ("cron(0 0 1 * ? 1969)", "years are 1970-2199"),
        ("cron(0 0 1 * ? 2200)", "years are 1970-2199"),
    ];
    let rows = rows.map(|(schedule, says)| {
        (
            schedule,
            spec(json!({"crawler": {"schedule": schedule}})),
            "spec.crawler.schedule",
            says,
        )
    });
    all_are_refused(rows.into()).await;
}
