//! How a live crawler is compared with the declared one, and the calls that mend it.

use serde_json::json;

use super::super::compare::{self, note};
use super::super::{Assessment, Change as AnyChange, Circumstances, Difference, WaitFor};
use super::{Change, Desired, Observed};

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
    // Left out, it is the default, which is what is declared (Glue API reference, RecrawlPolicy).
    let live_recrawl = live.recrawl_behavior.as_deref().unwrap_or(RECRAWL);
    note(found, "RecrawlBehavior", RECRAWL, live_recrawl);
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

/// As JSON. The grouping that Glue forces on catalog targets is the same said or unsaid (Glue developer guide, "Setting
/// crawler configuration options").
fn same_json(a: &str, b: &str) -> bool {
    let parse = |text| {
        let mut value = serde_json::from_str::<serde_json::Value>(text).ok()?;
        let forced = json!({"TableGroupingPolicy": "CombineCompatibleSchemas"});
        if value.get("Grouping") == Some(&forced) {
            value.as_object_mut()?.remove("Grouping");
        }
        Some(value)
    };
    a == b || parse(a).is_some_and(|a| parse(b) == Some(a))
}
