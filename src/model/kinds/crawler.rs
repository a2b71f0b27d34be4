//! A Glue crawler: it registers partitions, and nothing else.

use super::{Assessment, Circumstances};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

/// What the crawler is to be.
#[derive(Clone, Debug, PartialEq)]
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

/// What is to be done so that it is as declared.
pub fn assess(_desired: &Desired, _live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

/// What is to be done so that it is gone.
pub fn removal(_live: &Observed, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        "?"
    }
}

/// What the crawler is to be.
pub fn desired(_lake: &Lake) -> Desired {
    Desired {
        name: String::new(),
        arn: String::new(),
        role: String::new(),
        description: String::new(),
        database: String::new(),
        table: String::new(),
        schedule: String::new(),
        configuration: String::new(),
        tags: Tags::new(),
    }
}
