//! A Glue crawler: it registers partitions, and nothing else.

mod compare;
#[cfg(test)]
mod tests;

use super::compare::description;
use super::{Assessment, Change as AnyChange, Circumstances, WaitFor};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

pub use compare::assess;

/// What the crawler is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Name of its role (AWS returns the name, never the ARN).
    pub role: String,
    /// Description.
    pub description: String,
    /// Database of the catalog target.
    pub database: String,
    /// Table of the catalog target.
    pub table: String,
    /// `cron(…)`.
    pub schedule: String,
    /// `Configuration`, JSON.
    pub configuration: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the crawler is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// `READY`, `RUNNING`, `STOPPING`.
    pub state: String,
    /// Role as AWS returns it: a name, with its path.
    pub role: String,
    /// Description.
    pub description: String,
    /// `DatabaseName`, which a crawler with catalog targets may leave out.
    pub database: Option<String>,
    /// Catalog targets: database and tables.
    pub catalog_targets: Vec<(String, Vec<String>)>,
    /// How many targets of other kinds there are; ours has none.
    pub other_targets: usize,
    /// `ScheduleExpression`.
    pub schedule: Option<String>,
    /// State of the schedule: `SCHEDULED`, `NOT_SCHEDULED`, `TRANSITIONING`.
    pub schedule_state: Option<String>,
    /// `UpdateBehavior`.
    pub update_behavior: Option<String>,
    /// `DeleteBehavior`.
    pub delete_behavior: Option<String>,
    /// `RecrawlBehavior`.
    pub recrawl_behavior: Option<String>,
    /// `Configuration`, JSON.
    pub configuration: Option<String>,
    /// Status and message of the last crawl.
    pub last_crawl: Option<(String, Option<String>)>,
    /// Tags.
    pub tags: Tags,
}

/// Everything that creation and update send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the Glue API reference")]
pub struct CrawlerInput {
    pub name: String,
    pub role: String,
    pub description: String,
    pub database: String,
    pub table: String,
    pub schedule: String,
    pub configuration: String,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Glue API reference")]
pub enum Change {
    CreateCrawler { input: CrawlerInput, tags: Tags },
    UpdateCrawler { input: CrawlerInput },
    StartCrawlerSchedule { name: String },
    StopCrawler { name: String },
    TagResource { arn: String, tags: Tags },
    UntagResource { arn: String, keys: Vec<String> },
    DeleteCrawler { name: String },
}

/// Partitions take the table's schema, never their files' (Glue developer guide, "Setting crawler configuration
/// options"). With both behaviours `LOG`, a crawl never rewrites the declared schema nor deletes from it.
const CONFIGURATION: &str =
    r#"{"Version":1.0,"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"InheritFromTable"}}}"#;

/// What is to be done so that it is gone. The partitions that it registered stay.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let name = live.name.clone();
    let change = match live.state.as_str() {
        "RUNNING" => Change::StopCrawler { name },
        "STOPPING" => {
            return Assessment::Settling(WaitFor::new(format!("crawler {name} to stop (now STOPPING)"), 15));
        }
        _ => Change::DeleteCrawler { name },
    };
    Assessment::of(vec![AnyChange::Crawler(change)], Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateCrawler { .. } => "CreateCrawler",
            Change::UpdateCrawler { .. } => "UpdateCrawler",
            Change::StartCrawlerSchedule { .. } => "StartCrawlerSchedule",
            Change::StopCrawler { .. } => "StopCrawler",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
            Change::DeleteCrawler { .. } => "DeleteCrawler",
        }
    }
}

impl Desired {
    fn input(&self) -> CrawlerInput {
        CrawlerInput {
            name: self.name.clone(),
            role: self.role.clone(),
            description: self.description.clone(),
            database: self.database.clone(),
            table: self.table.clone(),
            schedule: self.schedule.clone(),
            configuration: self.configuration.clone(),
        }
    }
}

/// What the crawler is to be.
pub fn desired(lake: &Lake) -> Desired {
    let names = &lake.names;
    Desired {
        name: names.crawler.clone(),
        arn: lake.place.crawler(&names.crawler).to_string(),
        role: names.crawler_role.clone(),
        description: description(lake, "Crawler"),
        database: names.database.clone(),
        table: names.table.clone(),
        schedule: lake.schedule.clone(),
        configuration: CONFIGURATION.to_owned(),
        tags: lake.tags.clone(),
    }
}
