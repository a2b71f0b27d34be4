//! What the table knows of its partitions, and when it learns of more.

use datalake_operator::api::{Connection, Datalake, Discovery};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::schedule::Schedule;
use jiff::{SignedDuration, SpanRound, Timestamp, Unit};
use kube::ResourceExt;

use crate::lake::LakeAws;

/// How many partitions the table has; stops counting at `enough`.
pub async fn count(aws: &LakeAws, connection: &Connection, enough: usize) -> Result<usize, CallError> {
    let mut count = 0;
    let mut token = None;
    loop {
        let page = aws
            .clients
            .glue
            .get_partitions()
            .database_name(&connection.database)
            .table_name(&connection.table)
            .exclude_column_schema(true)
            .set_next_token(token);
        let page = aws.call("glue", "GetPartitions", page.send()).await?;
        count += page.partitions().len();
        token = page.next_token;
        if token.is_none() || count >= enough {
            return Ok(count);
        }
    }
}

/// When the crawler starts next by itself.
fn next_crawl(lake: &Datalake, now: Timestamp) -> Option<Timestamp> {
    let crawler = lake.spec.crawler.clone().unwrap_or_default();
    Schedule::parse(&crawler.schedule).ok()?.next_after(now)
}

/// Whether the lake's partitions are registered by a crawler.
pub fn are_crawled(lake: &Datalake) -> bool {
    lake.spec.partitioning.discovery == Discovery::Crawler
}

/// What to say when no partition is registered yet.
pub fn none_yet(lake: &Datalake, table: &str, now: Timestamp) -> String {
    let name = lake.name_any();
    let next = next_crawl(lake, now).map_or_else(
        || "No crawl is due".to_owned(),
        |next| {
            let wait = whole_minutes(next.duration_since(now));
            format!("The next crawl is at {next:.0} (in {wait})")
        },
    );
    format!(
        "note: {table} has no partition yet, so queries see no rows. {next}; \
         `kubectl datalake crawl {name} --wait` runs one now."
    )
}

/// Rounded up, and in hours and days where it is long: `12m`, `3h 5m`.
fn whole_minutes(duration: SignedDuration) -> String {
    let minutes = SignedDuration::from_mins((duration.as_secs() + 59) / 60);
    let round = SpanRound::new().largest(Unit::Day).days_are_24_hours();
    jiff::Span::try_from(minutes)
        .and_then(|span| span.round(round))
        .map_or_else(|_| format!("{minutes:#}"), |span| format!("{span:#}"))
}

#[cfg(test)]
mod tests {
    use datalake_operator::api::Crawler;

    use super::*;
    use crate::lake::tests::ready;

    #[test]
    fn without_partitions_the_next_crawl_and_how_to_run_one_are_told() {
        let now = "2026-01-02T03:14:05Z".parse().unwrap();
        let mut lake = ready();
        let note = none_yet(&lake, "dl_table", now);
        assert!(note.contains("2026-01-02T03:15:00Z (in 1m)"), "{note}");
        assert!(
            note.contains("kubectl datalake crawl staff-events --wait"),
            "{note}"
        );
        lake.spec.crawler = Some(Crawler {
            schedule: "cron(0 6 3 1 ? *)".into(),
        });
        let note = none_yet(&lake, "dl_table", now);
        assert!(note.contains("2026-01-03T06:00:00Z (in 1d 2h 46m)"), "{note}");
        lake.spec.crawler = Some(Crawler {
            schedule: "cron(0 6 3 1 ? 2020)".into(),
        });
        let note = none_yet(&lake, "dl_table", now);
        assert!(note.contains("No crawl is due"), "{note}");
    }
}
