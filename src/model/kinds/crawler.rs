//! A Glue crawler: it registers partitions, and nothing else.

use super::compare::{self, description, note};
use super::{Assessment, Change as AnyChange, Circumstances, Difference, WaitFor};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

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

/// Partitions take the table's schema, never their files' (Glue developer guide, "Setting crawler configuration
/// options"). With both behaviours `LOG`, a crawl never rewrites the declared schema nor deletes from it.
const CONFIGURATION: &str =
    r#"{"Version":1.0,"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"InheritFromTable"}}}"#;
/// `UpdateBehavior` and `DeleteBehavior`.
const LOG: &str = "LOG";
/// `RecrawlBehavior`.
const RECRAWL: &str = "CRAWL_EVERYTHING";

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        let create = Change::CreateCrawler {
            input: desired.input(),
            tags: desired.tags.clone(),
        };
        return Assessment::of(vec![AnyChange::Crawler(create)], Vec::new());
    };
    let (mut changes, mut differences) = (Vec::new(), Vec::new());
    note_definition(&mut differences, desired, live);
    if !differences.is_empty() {
        changes.push(Change::UpdateCrawler {
            input: desired.input(),
        });
    } else if live.schedule_state.as_deref() == Some("NOT_SCHEDULED") {
        // Only on its own: whether an update starts the schedule too, the next look tells.
        note(&mut differences, "Schedule.State", "SCHEDULED", "NOT_SCHEDULED");
        changes.push(Change::StartCrawlerSchedule {
            name: desired.name.clone(),
        });
    }
    if let Some(busy) = busy(live).filter(|_| !changes.is_empty()) {
        return Assessment::Settling(busy);
    }
    if let Some((change, difference)) = compare::tags(&desired.tags, &live.tags) {
        differences.push(difference);
        let arn = || desired.arn.clone();
        if !change.remove.is_empty() {
            changes.push(Change::UntagResource {
                arn: arn(),
                keys: change.remove,
            });
        }
        if !change.set.is_empty() {
            changes.push(Change::TagResource {
                arn: arn(),
                tags: change.set,
            });
        }
    }
    Assessment::of(changes.into_iter().map(AnyChange::Crawler).collect(), differences)
}

/// A crawler is changed only while it is READY, and a run is not stopped for it (Glue API reference,
/// `UpdateCrawler`: `CrawlerRunningException`).
fn busy(live: &Observed) -> Option<WaitFor> {
    let name = &live.name;
    match (live.state.as_str(), live.schedule_state.as_deref()) {
        (state @ ("RUNNING" | "STOPPING"), _) => Some(WaitFor::new(
            format!("crawler {name} to become READY (now {state})"),
            30,
        )),
        (_, Some(state @ "TRANSITIONING")) => Some(WaitFor::new(
            format!("the schedule of crawler {name} to settle (now {state})"),
            10,
        )),
        _ => None,
    }
}

/// Everything that one `UpdateCrawler` mends.
fn note_definition(found: &mut Vec<Difference>, desired: &Desired, live: &Observed) {
    let Desired {
        name: _,
        arn: _,
        role,
        description,
        database,
        table,
        schedule,
        configuration,
        tags: _,
    } = desired;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    // Glue returns the name with the role's path before it.
    let live_role = live.role.rsplit('/').next().unwrap_or_default();
    note(found, "Role", role, live_role);
    note(found, "Description", description, &live.description);
    if let Some(live_database) = live.database.as_deref().filter(|name| !name.is_empty()) {
        note(found, "DatabaseName", database, live_database);
    }
    note(found, "Targets", &format!("{database}.{table}"), &targets(live));
    note(found, "Schedule", schedule, &text(&live.schedule));
    note(found, "UpdateBehavior", LOG, &text(&live.update_behavior));
    note(found, "DeleteBehavior", LOG, &text(&live.delete_behavior));
    note(found, "RecrawlBehavior", RECRAWL, &text(&live.recrawl_behavior));
    let live_configuration = text(&live.configuration);
    if !same_json(configuration, &live_configuration) {
        note(found, "Configuration", configuration, &live_configuration);
    }
}

/// The targets, for comparing and for people.
fn targets(live: &Observed) -> String {
    let tables = live
        .catalog_targets
        .iter()
        .flat_map(|(database, tables)| tables.iter().map(move |table| format!("{database}.{table}")));
    let others = (live.other_targets > 0).then(|| format!("{} of other kinds", live.other_targets));
    tables.chain(others).collect::<Vec<_>>().join(", ")
}

fn same_json(a: &str, b: &str) -> bool {
    let parse = |text| serde_json::from_str::<serde_json::Value>(text).ok();
    a == b || parse(a).is_some_and(|a| parse(b) == Some(a))
}

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
