//! Glue crawlers (API reference; developer guide, "Defining a crawler").

use std::sync::Arc;

use jiff::SignedDuration;

use super::shelf::Then;
use super::{Answer, Cloud, Refused, Sim, check, glue, iam, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::crawler::{Change, CrawlerInput, Observed};

const SERVICE: &str = "glue.amazonaws.com";

impl Cloud {
    /// Starts a crawl, as the schedule or a person would.
    pub fn start_crawl(&mut self, arn: &str) {
        let (now, crawl) = (self.now, self.timing.crawl);
        self.crawlers.edit(now, arn, |live| live.state = "RUNNING".into());
        self.ready_in(arn, crawl, "SUCCEEDED");
    }

    fn ready_in(&mut self, arn: &str, after: SignedDuration, outcome: &'static str) {
        let turn = move |live: &mut Observed| {
            live.state = "READY".into();
            live.last_crawl = Some((outcome.into(), None));
        };
        self.crawlers
            .later(self.now + after, arn, Then::Turn(Arc::new(turn)));
    }
}

/// A crawl has ended: the crawler leaves its own parameters on the tables that it looked at.
pub(super) fn ended(cloud: &mut Cloud, arn: &str) {
    let Some(live) = cloud.crawlers.get(arn).cloned() else {
        return;
    };
    if live
        .last_crawl
        .as_ref()
        .is_none_or(|(outcome, _)| outcome != "SUCCEEDED")
    {
        return;
    }
    let name = live.name;
    let targets = live.catalog_targets.iter();
    for (database, table) in targets.flat_map(|(database, tables)| tables.iter().map(move |t| (database, t)))
    {
        let tables = arn.replace(&format!(":crawler/{name}"), &format!(":table/{database}/{table}"));
        cloud.tables.edit(cloud.now, &tables, |live| {
            for (key, value) in [
                ("UPDATED_BY_CRAWLER", name.as_str()),
                ("CrawlerSchemaSerializerVersion", "1.0"),
                ("CrawlerSchemaDeserializerVersion", "1.0"),
                ("recordCount", "20"),
                ("objectCount", "1"),
                ("averageRecordSize", "100"),
                ("typeOfData", "file"),
            ] {
                live.input.parameters.insert(key.into(), value.into());
                live.input.storage_parameters.insert(key.into(), value.into());
            }
            glue::next_version(live);
        });
    }
}

pub(super) async fn observe(sim: &Sim, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let look = |operation| {
        sim.read("glue", operation, name, |cloud| {
            let arn = cloud.here(place).crawler(name).to_string();
            found(cloud, &arn).cloned()
        })
    };
    let Some(seen) = absent(look("GetCrawler").await, &["EntityNotFoundException"])? else {
        return Ok(None);
    };
    look("GetTags").await?;
    Ok(Some(seen))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateCrawler { input, .. } | Change::UpdateCrawler { input } => &input.name,
        Change::StartCrawlerSchedule { name }
        | Change::StopCrawler { name }
        | Change::DeleteCrawler { name } => name,
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let arn = match change {
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn.clone(),
        other => here.crawler(subject(other)).to_string(),
    };
    match change {
        Change::CreateCrawler { input, tags } => {
            valid(cloud, here, input)?;
            check::tags(tags, "InvalidInputException")?;
            if cloud.crawlers.get(&arn).is_some() {
                let message = format!("Crawler with name {} already exists", input.name);
                return refuse(400, "AlreadyExistsException", message);
            }
            let mut live = Observed {
                name: input.name.clone(),
                state: "READY".into(),
                tags: tags.clone(),
                ..Observed::default()
            };
            configure(&mut live, input);
            cloud.crawlers.write(cloud.now, &arn, live);
            Ok(())
        }
        Change::UpdateCrawler { input } => {
            idle(found(cloud, &arn)?)?;
            valid(cloud, here, input)?;
            cloud
                .crawlers
                .edit(cloud.now, &arn, |live| configure(live, input));
            Ok(())
        }
        Change::StartCrawlerSchedule { .. } => {
            match found(cloud, &arn)?.schedule_state.as_deref() {
                Some("SCHEDULED") => {
                    let message = "Schedule is already running";
                    return refuse(400, "SchedulerRunningException", message);
                }
                None => return refuse(400, "NoScheduleException", "The crawler has no schedule"),
                Some(_) => {}
            }
            cloud.crawlers.edit(cloud.now, &arn, |live| {
                live.schedule_state = Some("SCHEDULED".into());
            });
            Ok(())
        }
        Change::StopCrawler { name } => stop(cloud, &arn, name),
        Change::TagResource { tags, .. } => {
            let mut sum = found(cloud, &arn)?.tags.clone();
            check::add_tags(&mut sum, tags, "InvalidInputException")?;
            cloud.crawlers.edit(cloud.now, &arn, |live| live.tags = sum);
            Ok(())
        }
        Change::UntagResource { keys, .. } => {
            found(cloud, &arn)?;
            cloud
                .crawlers
                .edit(cloud.now, &arn, |live| super::untag(&mut live.tags, keys));
            Ok(())
        }
        Change::DeleteCrawler { .. } => {
            idle(found(cloud, &arn)?)?;
            cloud.crawlers.erase(cloud.now, &arn);
            Ok(())
        }
    }
}

fn stop(cloud: &mut Cloud, arn: &str, name: &str) -> Answer<()> {
    match found(cloud, arn)?.state.as_str() {
        "RUNNING" => {}
        "STOPPING" => {
            let message = format!("Crawler with name {name} is stopping");
            return refuse(400, "CrawlerStoppingException", message);
        }
        _ => {
            let message = format!("Crawler with name {name} isn't running");
            return refuse(400, "CrawlerNotRunningException", message);
        }
    }
    cloud
        .crawlers
        .edit(cloud.now, arn, |live| live.state = "STOPPING".into());
    let stopping = cloud.timing.crawl_stopping;
    cloud.ready_in(arn, stopping, "CANCELLED");
    Ok(())
}

/// A role is given by name or ARN and read back as a name. An empty schedule takes the schedule away.
fn configure(live: &mut Observed, input: &CrawlerInput) {
    let role = input
        .role
        .split_once(":role/")
        .map_or(input.role.as_str(), |(_, name)| name);
    role.clone_into(&mut live.role);
    live.description.clone_from(&input.description);
    live.database = Some(input.database.clone());
    live.catalog_targets = vec![(input.database.clone(), vec![input.table.clone()])];
    live.other_targets = 0;
    live.schedule = Some(input.schedule.clone()).filter(|text| !text.is_empty());
    live.schedule_state = live.schedule.as_ref().map(|_| "SCHEDULED".to_owned());
    live.update_behavior = Some("LOG".into());
    live.delete_behavior = Some("LOG".into());
    live.recrawl_behavior = Some("CRAWL_EVERYTHING".into());
    live.configuration = Some(input.configuration.clone()).filter(|text| !text.is_empty());
}

fn valid(cloud: &Cloud, here: &Scope, input: &CrawlerInput) -> Answer<()> {
    let invalid = |message: String| refuse(400, "InvalidInputException", message);
    if !(1..=255).contains(&input.name.chars().count()) || input.description.chars().count() > 2048 {
        return invalid("Name or description is too long".to_owned());
    }
    let cron = input
        .schedule
        .strip_prefix("cron(")
        .and_then(|text| text.strip_suffix(')'));
    let fields = |text: &str| text.split_whitespace().count() == 6 && text.contains('?');
    if !input.schedule.is_empty() && !cron.is_some_and(fields) {
        return invalid(format!("Schedule expression {} is invalid", input.schedule));
    }
    valid_configuration(&input.configuration)?;
    if cloud
        .tables
        .get(&here.table(&input.database, &input.table).to_string())
        .is_none()
    {
        let message = format!("Table {} not found in database {}.", input.table, input.database);
        return refuse(400, "EntityNotFoundException", message);
    }
    let role = if input.role.starts_with("arn:") {
        input.role.clone()
    } else {
        here.role(&input.role).to_string()
    };
    let table = here.table(&input.database, &input.table);
    let needs = [iam::Need::new("glue:GetTable", &table)];
    match iam::usable(cloud, &role, SERVICE, &needs) {
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

/// Developer guide, "Setting crawler configuration options".
fn valid_configuration(text: &str) -> Answer<()> {
    let invalid = |message: String| refuse(400, "InvalidInputException", message);
    if text.is_empty() {
        return Ok(());
    }
    let Ok(configuration) = serde_json::from_str::<serde_json::Value>(text) else {
        return invalid("Configuration is not valid JSON".to_owned());
    };
    if configuration["Version"] != 1.0 && configuration["Version"] != 1 {
        return invalid("Configuration needs Version 1.0".to_owned());
    }
    let partitions = configuration["CrawlerOutput"]["Partitions"].as_object();
    let mut others = partitions
        .into_iter()
        .flat_map(|p| p.keys())
        .filter(|key| *key != "AddOrUpdateBehavior");
    match others.next() {
        Some(key) => invalid(format!(
            "CrawlerOutput.Partitions contains unsupported keys: {key}"
        )),
        None => Ok(()),
    }
}

fn found<'a>(cloud: &'a Cloud, arn: &str) -> Answer<&'a Observed> {
    let none = || {
        let name = arn.rsplit('/').next().unwrap_or_default();
        Refused::new(
            400,
            "EntityNotFoundException",
            format!("Crawler entry with name {name} does not exist"),
        )
    };
    cloud.crawlers.get(arn).ok_or_else(none)
}

fn idle(live: &Observed) -> Answer<()> {
    if live.state == "READY" {
        return Ok(());
    }
    let message = format!("Crawler with name {} is currently running", live.name);
    refuse(400, "CrawlerRunningException", message)
}
