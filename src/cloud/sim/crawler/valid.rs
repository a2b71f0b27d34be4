//! What Glue takes for a crawler (developer guide, "Defining a crawler", "Setting crawler configuration options" and
//! "Time-based schedules for jobs and crawlers").

use super::super::{Answer, Cloud, iam, refuse};
use crate::model::arn::Scope;
use crate::model::kinds::crawler::CrawlerInput;

const SERVICE: &str = "glue.amazonaws.com";

fn invalid<T>(message: impl Into<String>) -> Answer<T> {
    refuse(400, "InvalidInputException", message)
}

pub fn valid(cloud: &Cloud, here: &Scope, input: &CrawlerInput) -> Answer<()> {
    if !(1..=255).contains(&input.name.chars().count()) || input.description.chars().count() > 2048 {
        return invalid("Name or description is too long");
    }
    if !input.schedule.is_empty() && !is_schedule(&input.schedule) {
        return invalid(format!("Schedule expression {} is invalid", input.schedule));
    }
    valid_configuration(&input.configuration)?;
    let table = here.table(&input.database, &input.table);
    if cloud.tables.get(&table.to_string()).is_none() {
        let message = format!("Table {} not found in database {}.", input.table, input.database);
        return refuse(400, "EntityNotFoundException", message);
    }
    let role = if input.role.starts_with("arn:") {
        input.role.clone()
    } else {
        here.role(&input.role).to_string()
    };
    let needs = [iam::Need::new("glue:GetTable", &table)];
    match iam::usable(cloud, &role, SERVICE, &needs) {
        Ok(()) if cloud.lake_formation => {
            invalid("Insufficient Lake Formation permission(s): Required Alter on table")
        }
        Ok(()) => Ok(()),
        Err(iam::Useless::NotAssumable) => {
            let message = "Service is unable to assume provided role. Please verify role's TrustPolicy";
            invalid(format!("{message} ({role})"))
        }
        Err(iam::Useless::NotAllowed) => {
            invalid(format!("Role {role} is not authorized to perform: glue:GetTable"))
        }
    }
}

/// Six fields, one of the two for days being `?`, and no rate faster than five minutes.
fn is_schedule(text: &str) -> bool {
    let Some(inside) = text.strip_prefix("cron(").and_then(|text| text.strip_suffix(')')) else {
        return false;
    };
    let fields: Vec<&str> = inside.split_whitespace().collect();
    let [minutes, _, day, _, weekday, _] = fields.as_slice() else {
        return false;
    };
    let days = (*day == "?") != (*weekday == "?");
    days && minutes_of(minutes).is_some_and(|all| smallest_gap(&all) >= 5)
}

/// The minutes that a field names, in order; `None` if it is none.
fn minutes_of(field: &str) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (0, 59),
            (_, Some((first, last))) => (first.parse().ok()?, last.parse().ok()?),
            (one, None) => {
                let first: u8 = one.parse().ok()?;
                (first, if step.is_some() { 59 } else { first })
            }
        };
        if first > last || last > 59 {
            return None;
        }
        all.extend((first..=last).step_by(step.unwrap_or(1)));
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Between two of them, over the full hour too.
fn smallest_gap(minutes: &[u8]) -> u8 {
    let next = minutes.iter().skip(1).copied();
    let over = minutes.first().map(|first| first + 60);
    let gaps = minutes.iter().zip(next.chain(over)).map(|(from, to)| to - from);
    gaps.min().unwrap_or(60)
}

fn valid_configuration(text: &str) -> Answer<()> {
    if text.is_empty() {
        return Ok(());
    }
    let Ok(configuration) = serde_json::from_str::<serde_json::Value>(text) else {
        return invalid("Configuration is not valid JSON");
    };
    if configuration["Version"] != 1.0 && configuration["Version"] != 1 {
        return invalid("Configuration needs Version 1.0");
    }
    let partitions = configuration["CrawlerOutput"]["Partitions"].as_object();
    for (key, value) in partitions.into_iter().flatten() {
        if key != "AddOrUpdateBehavior" {
            let message = format!("CrawlerOutput.Partitions contains unsupported keys: {key}");
            return invalid(message);
        }
        if value != "InheritFromTable" {
            return invalid("CrawlerOutput.Partitions.AddOrUpdateBehavior has an unsupported value");
        }
    }
    Ok(())
}
