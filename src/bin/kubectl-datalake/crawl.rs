//! `crawl`: the lake's crawler, now instead of by its schedule.

use std::time::Duration;

use aws_sdk_glue::types::{Crawler, CrawlerState, LastCrawlInfo, LastCrawlStatus};
use datalake_operator::api::{Connection, Datalake};
use kube::ResourceExt;

use crate::failure::Failure;
use crate::lake::{LakeAws, connection};
use crate::output::{many, spinner};
use crate::partitions;

/// Between two looks at a running crawler; a crawl takes a minute or more.
const LOOK: Duration = Duration::from_secs(2);

/// Starts the crawler, and waits for its end if asked to.
pub async fn run(lake: &Datalake, wait: bool) -> Result<(), Failure> {
    let connection = connection(lake)?;
    if !partitions::are_crawled(lake) {
        println!("No crawl is needed: with discovery Projection, queries compute the partitions.");
        return Ok(());
    }
    let name = lake.name_any();
    let crawler = connection.crawler.as_deref().ok_or_else(|| {
        Failure::Told(format!(
            "datalake \"{name}\" has no crawler yet; `kubectl datalake status {name}` shows why"
        ))
    })?;
    let aws = LakeAws::of(connection).await?;
    let start = aws.clients.glue.start_crawler().name(crawler).send();
    match aws.call("glue", "StartCrawler", start).await {
        Ok(_) => println!("Crawler {crawler} started."),
        Err(error) if error.code == "CrawlerRunningException" => {
            println!("Crawler {crawler} is already running; it may miss what arrived since it began.");
        }
        Err(error) => return Err(error.into()),
    }
    if !wait {
        println!("`kubectl datalake crawl {name} --wait` waits for its end.");
        return Ok(());
    }
    let last = ended(&aws, crawler).await?;
    let result = outcome(last.as_ref())?;
    println!("{result}; {}.", registered(&aws, connection).await?);
    Ok(())
}

/// Waits till the crawler rests, and gives what came of its last crawl.
async fn ended(aws: &LakeAws, name: &str) -> Result<Option<LastCrawlInfo>, Failure> {
    let spinner = spinner(format!("crawler {name} is starting"));
    loop {
        let look = aws.clients.glue.get_crawler().name(name).send();
        let found = aws.call("glue", "GetCrawler", look).await?.crawler;
        let Crawler {
            state, last_crawl, ..
        } = found
            .ok_or_else(|| Failure::Told(format!("crawler {name} is gone; the operator makes it again")))?;
        match state {
            Some(CrawlerState::Ready) | None => return Ok(last_crawl),
            Some(state) => {
                spinner.set_message(format!("crawler {name} is {}", state.as_str().to_lowercase()));
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What came of the last crawl; one that failed is a failure.
fn outcome(last: Option<&LastCrawlInfo>) -> Result<String, Failure> {
    let Some(last) = last else {
        return Err(Failure::new(
            "the crawler says nothing of its last crawl; start it again",
        ));
    };
    match &last.status {
        Some(LastCrawlStatus::Succeeded) => Ok("The crawl succeeded".into()),
        status => {
            let status = status.as_ref().map_or("UNKNOWN", LastCrawlStatus::as_str);
            let why = last
                .error_message()
                .map(|why| format!(": {why}"))
                .unwrap_or_default();
            let logs = last.log_group().map(|group| {
                format!(
                    "\nIts log is in log group {group}, stream {}.",
                    last.log_stream().unwrap_or("?")
                )
            });
            Err(Failure::Told(format!(
                "the crawl ended as {status}{why}{}",
                logs.unwrap_or_default()
            )))
        }
    }
}

async fn registered(aws: &LakeAws, connection: &Connection) -> Result<String, Failure> {
    let count = partitions::count(aws, connection, usize::MAX).await?;
    Ok(format!(
        "{} has {} now",
        connection.table,
        many(count, "partition")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_crawl_that_succeeded_is_a_success() {
        let info = |status| LastCrawlInfo::builder().status(status);
        assert!(outcome(Some(&info(LastCrawlStatus::Succeeded).build())).is_ok());
        let failed = info(LastCrawlStatus::Failed)
            .error_message("no access")
            .log_group("/aws-glue/crawlers")
            .log_stream("x")
            .build();
        for (last, says) in [
            (
                Some(failed),
                "FAILED: no access\nIts log is in log group /aws-glue/crawlers, stream x",
            ),
            (Some(info(LastCrawlStatus::Cancelled).build()), "CANCELLED"),
            (None, "says nothing"),
        ] {
            let Err(Failure::Told(message)) = outcome(last.as_ref()) else {
                panic!("a failure: {says}");
            };
            assert!(message.contains(says), "{message}");
        }
    }
}
