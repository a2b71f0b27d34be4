//! Glue, Athena.

use super::*;
use crate::model::kinds::crawler::{self, CrawlerInput};
use crate::model::kinds::table::{self, TableInput};
use crate::model::kinds::workgroup;

fn table(stage: &Stage, version: Option<&str>, edit: fn(&mut TableInput)) -> Change {
    let mut change = stage.creation(Id::Table);
    if let Change::Table(table::Change::CreateTable { database, input }) = &mut change {
        edit(input);
        if let Some(version) = version {
            return Change::Table(table::Change::UpdateTable {
                database: database.clone(),
                input: input.clone(),
                version: Some(version.to_owned()),
            });
        }
    }
    change
}

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

#[test]
fn glue_answers_as_its_reference_says_of_databases_and_tables() {
    check(&[
        Row {
            situation: "the database exists",
            outside: nothing,
            call: |stage| stage.creation(Id::Database),
            code: "AlreadyExistsException",
            says: "already exists",
            source: "Glue API reference, CreateDatabase",
        },
        Row {
            situation: "there is no database for the table",
            outside: |cloud, stage| {
                cloud.databases.remove(&place().database(&stage.lake.names.database).to_string());
            },
            call: |stage| stage.creation(Id::Table),
            code: "EntityNotFoundException",
            says: "not found",
            source: "Glue API reference, CreateTable",
        },
        Row {
            situation: "the table exists",
            outside: nothing,
            call: |stage| stage.creation(Id::Table),
            code: "AlreadyExistsException",
            says: "already exists",
            source: "Glue API reference, CreateTable",
        },
        Row {
            situation: "somebody updated the table meanwhile",
            outside: nothing,
            call: |stage| table(stage, Some("7"), |_| ()),
            code: "ConcurrentModificationException",
            says: "concurrent modifications",
            source: "Glue API reference, UpdateTable, VersionId",
        },
        Row {
            situation: "a column that is a partition key",
            outside: nothing,
            call: |stage| table(stage, Some("0"), |input| input.columns.push(input.partition_keys[0].clone())),
            code: "InvalidInputException",
            says: "Duplicate",
            source: "Glue API reference, TableInput",
        },
    ]);
}

#[test]
fn glue_answers_as_its_reference_says_of_crawlers() {
    check(&[
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
            call: |stage| Change::Crawler(crawler::Change::DeleteCrawler { name: crawler_name(stage) }),
            code: "CrawlerRunningException",
            says: "running",
            source: "Glue API reference, DeleteCrawler",
        },
        Row {
            situation: "it is not running, and is stopped",
            outside: nothing,
            call: |stage| Change::Crawler(crawler::Change::StopCrawler { name: crawler_name(stage) }),
            code: "CrawlerNotRunningException",
            says: "isn't running",
            source: "Glue API reference, StopCrawler",
        },
        Row {
            situation: "its schedule is on already",
            outside: nothing,
            call: |stage| Change::Crawler(crawler::Change::StartCrawlerSchedule { name: crawler_name(stage) }),
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
                cloud.roles.remove(&place().role(&stage.lake.names.crawler_role).to_string());
            },
            call: |stage| crawler(stage, |_| ()),
            code: "InvalidInputException",
            says: "Service is unable to assume provided role",
            source: "Glue developer guide, \"Crawler prerequisites\"",
        },
    ]);
}

#[test]
fn athena_answers_as_its_reference_says() {
    check(&[
        Row {
            situation: "the workgroup exists",
            outside: nothing,
            call: |stage| stage.creation(Id::Workgroup),
            code: "InvalidRequestException",
            says: "already created",
            source: "Athena API reference, CreateWorkGroup",
        },
        Row {
            situation: "there is no such workgroup",
            outside: nothing,
            call: |_| Change::Workgroup(workgroup::Change::DeleteWorkGroup { name: "none".into() }),
            code: "InvalidRequestException",
            says: "is not found",
            source: "Athena API reference, DeleteWorkGroup",
        },
        Row {
            situation: "too low a limit of bytes",
            outside: nothing,
            call: |stage| {
                let mut change = stage.creation(Id::Workgroup);
                if let Change::Workgroup(workgroup::Change::CreateWorkGroup { configuration, .. }) = &mut change {
                    configuration.cutoff_bytes = Some(9_999_999);
                }
                change
            },
            code: "InvalidRequestException",
            says: "at least 10000000",
            source: "Athena API reference, WorkGroupConfiguration",
        },
    ]);
}
