//! Glue crawlers.

use super::*;
use crate::model::kinds::crawler::{self, CrawlerInput};

fn crawler(stage: &Stage, edit: fn(&mut CrawlerInput)) -> Change {
    match stage.creation(Id::Crawler) {
        Change::Crawler(crawler::Change::CreateCrawler { mut input, .. }) => {
            edit(&mut input);
            Change::Crawler(crawler::Change::UpdateCrawler { input })
        }
        other => other,
    }
}

fn crawl(cloud: &mut Cloud, stage: &Stage) {
    cloud.start_crawl(&place().crawler(&stage.lake.names.crawler).to_string());
}

fn crawler_name(stage: &Stage) -> String {
    stage.lake.names.crawler.clone()
}

const CRAWLERS: &[Row] = &[
    Row {
        situation: "the crawler exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Crawler),
        code: "AlreadyExistsException",
        says: "already exists",
        source: "Glue API reference, CreateCrawler",
    },
    Row {
        situation: "it is running, and is changed",
        outside: crawl,
        call: |stage| crawler(stage, |_| ()),
        code: "CrawlerRunningException",
        says: "running",
        source: "Glue API reference, UpdateCrawler",
    },
    Row {
        situation: "it is running, and is deleted",
        outside: crawl,
        call: |stage| {
            Change::Crawler(crawler::Change::DeleteCrawler {
                name: crawler_name(stage),
            })
        },
        code: "CrawlerRunningException",
        says: "running",
        source: "Glue API reference, DeleteCrawler",
    },
    Row {
        situation: "it is not running, and is stopped",
        outside: nothing,
        call: |stage| {
            Change::Crawler(crawler::Change::StopCrawler {
                name: crawler_name(stage),
            })
        },
        code: "CrawlerNotRunningException",
        says: "isn't running",
        source: "Glue API reference, StopCrawler",
    },
    Row {
        situation: "its schedule is on already",
        outside: nothing,
        call: |stage| {
            Change::Crawler(crawler::Change::StartCrawlerSchedule {
                name: crawler_name(stage),
            })
        },
        code: "SchedulerRunningException",
        says: "already running",
        source: "Glue API reference, StartCrawlerSchedule",
    },
    Row {
        situation: "five fields where six belong",
        outside: nothing,
        call: |stage| crawler(stage, |input| input.schedule = "cron(15 * * * ?)".into()),
        code: "InvalidInputException",
        says: "Schedule expression",
        source: "Glue developer guide, \"Time-based schedules\"",
    },
    Row {
        situation: "an unknown setting of partitions",
        outside: nothing,
        call: |stage| {
            crawler(stage, |input| {
                input.configuration = r#"{"Version":1.0,"CrawlerOutput":{"Partitions":{"Other":1}}}"#.into();
            })
        },
        code: "InvalidInputException",
        says: "unsupported keys",
        source: "Glue developer guide, \"Setting crawler configuration options\"",
    },
    Row {
        situation: "the role is not there",
        outside: |cloud, stage| {
            cloud
                .roles
                .remove(&place().role(&stage.lake.names.crawler_role).to_string());
        },
        call: |stage| crawler(stage, |_| ()),
        code: "InvalidInputException",
        says: "Service is unable to assume provided role",
        source: "Glue developer guide, \"Crawler prerequisites\"",
    },
];

#[test]
fn glue_answers_as_its_reference_says_of_crawlers() {
    check(CRAWLERS);
}

fn start(stage: &Stage) -> Change {
    let name = crawler_name(stage);
    Change::Crawler(crawler::Change::StartCrawlerSchedule { name })
}

fn live<'a>(cloud: &'a mut Cloud, stage: &Stage) -> &'a mut crawler::Observed {
    let arn = place().crawler(&crawler_name(stage)).to_string();
    cloud.crawlers.get_mut(&arn).unwrap()
}

fn schedule_is(cloud: &mut Cloud, stage: &Stage, to: Option<&str>) {
    live(cloud, stage).schedule_state = to.map(str::to_owned);
}

const SCHEDULES: &str = "Glue developer guide, \"Time-based schedules\"";

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name that is too long", nothing, |stage| match stage.creation(Id::Crawler) {
            Change::Crawler(crawler::Change::CreateCrawler { mut input, tags }) => {
                input.name = "x".repeat(256);
                Change::Crawler(crawler::Change::CreateCrawler { input, tags })
            }
            other => other,
        },
        "InvalidInputException", "too long", "Glue API reference, CreateCrawler"),
    row("a rate", nothing, |stage| crawler(stage, |input| input.schedule = "rate(30 minutes)".into()),
        "InvalidInputException", "Schedule expression", SCHEDULES),
    row("every minute", nothing, |stage| crawler(stage, |input| input.schedule = "cron(* * * * ? *)".into()),
        "InvalidInputException", "Schedule expression", SCHEDULES),
    row("four minutes over the full hour", nothing, |stage| crawler(stage, |input| input.schedule = "cron(1,57 * * * ? *)".into()),
        "InvalidInputException", "Schedule expression", SCHEDULES),
    row("a sixtieth minute", nothing, |stage| crawler(stage, |input| input.schedule = "cron(60 * * * ? *)".into()),
        "InvalidInputException", "Schedule expression", SCHEDULES),
    row("both days", nothing, |stage| crawler(stage, |input| input.schedule = "cron(0 * 1 * MON *)".into()),
        "InvalidInputException", "Schedule expression", SCHEDULES),
    row("a configuration that is no JSON", nothing, |stage| crawler(stage, |input| input.configuration = "{".into()),
        "InvalidInputException", "not valid JSON", "Glue developer guide, \"Setting crawler configuration options\""),
    row("a configuration without its version", nothing, |stage| crawler(stage, |input| input.configuration = "{}".into()),
        "InvalidInputException", "Version", "Glue developer guide, \"Setting crawler configuration options\""),
    row("another behavior of partitions", nothing, |stage| crawler(stage, |input| {
            input.configuration = r#"{"Version":1.0,"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"MergeNewColumns"}}}"#.into();
        }),
        "InvalidInputException", "unsupported value", "Glue developer guide, \"Setting crawler configuration options\""),
    row("the table is not there", |cloud, stage| drop(cloud.tables.remove(&place().table(&stage.lake.names.database, &stage.lake.names.table).to_string())),
        |stage| crawler(stage, |_| ()),
        "EntityNotFoundException", "not found", "Glue API reference, CatalogTarget"),
    row("the role may not look at the table", |cloud, _| cloud.roles.iter_mut().for_each(|(_, role)| role.policies.clear()), |stage| crawler(stage, |_| ()),
        "InvalidInputException", "is not authorized", "Glue developer guide, \"Crawler prerequisites\""),
    row("Lake Formation guards the table", |cloud, _| cloud.lake_formation = true, |stage| crawler(stage, |_| ()),
        "InvalidInputException", "Insufficient Lake Formation permission", "Lake Formation developer guide, \"Changing the default settings\""),
    row("its schedule is on its way", |cloud, stage| schedule_is(cloud, stage, Some("TRANSITIONING")), start,
        "SchedulerTransitioningException", "transitioning", "Glue API reference, StartCrawlerSchedule"),
    row("its schedule is on its way, and it is deleted", |cloud, stage| schedule_is(cloud, stage, Some("TRANSITIONING")),
        |stage| Change::Crawler(crawler::Change::DeleteCrawler { name: crawler_name(stage) }),
        "SchedulerTransitioningException", "transitioning", "Glue API reference, DeleteCrawler"),
    row("it has no schedule", |cloud, stage| schedule_is(cloud, stage, None), start,
        "NoScheduleException", "no schedule", "Glue API reference, StartCrawlerSchedule"),
    row("it is stopping already", |cloud, stage| live(cloud, stage).state = "STOPPING".into(),
        |stage| Change::Crawler(crawler::Change::StopCrawler { name: crawler_name(stage) }),
        "CrawlerStoppingException", "is stopping", "Glue API reference, StopCrawler"),
    row("it is stopping, and is changed", |cloud, stage| live(cloud, stage).state = "STOPPING".into(), |stage| crawler(stage, |_| ()),
        "CrawlerRunningException", "running", "Glue API reference, UpdateCrawler"),
    row("a tag of AWS's own", nothing, |stage| {
            let arn = place().crawler(&crawler_name(stage)).to_string();
            Change::Crawler(crawler::Change::TagResource { arn, tags: aws_tags() })
        },
        "InvalidInputException", "aws: are reserved", "Glue API reference, TagResource"),
    row("the account's crawlers are used up", |cloud, stage| {
            cloud.crawlers.remove(&place().crawler(&crawler_name(stage)).to_string());
            cloud.quotas.crawlers = 0;
        }, |stage| stage.creation(Id::Crawler),
        "ResourceNumberLimitExceededException", "crawlers", "AWS Glue endpoints and quotas"),
];

#[test]
fn glue_keeps_the_bounds_of_crawlers() {
    check(BOUNDS);
}

/// A schedule that was set or started is TRANSITIONING for a while.
#[test]
fn a_schedule_takes_a_while_to_start() {
    let (sim, lake) = finished();
    let arn = place().crawler(&lake.names.crawler).to_string();
    let state = || sim.alter(|cloud| cloud.crawlers.get(&arn).unwrap().schedule_state.clone().unwrap());
    sim.alter(|cloud| {
        cloud.timing.schedule_transition = Span::seconds(10, 10);
        cloud.crawlers.get_mut(&arn).unwrap().schedule_state = Some("NOT_SCHEDULED".into());
    });
    let name = lake.names.crawler.clone();
    apply(
        &sim,
        &Change::Crawler(crawler::Change::StartCrawlerSchedule { name }),
    )
    .unwrap();
    assert_eq!(state(), "TRANSITIONING");
    sim.advance(seconds(10));
    assert_eq!(state(), "SCHEDULED");
}
