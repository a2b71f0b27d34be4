//! Glue crawlers (API reference; developer guide, "Defining a crawler").

mod valid;

use std::sync::Arc;

use valid::valid;

use super::quotas::room;
use super::shelf::Then;
use super::{Answer, Cloud, Refused, Sim, Span, check, glue, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::crawler::{Change, CrawlerInput, Observed};

impl Cloud {
    /// Starts a crawl, as the schedule or a person would.
    pub fn start_crawl(&mut self, arn: &str) {
        let (now, crawl) = (self.now, self.timing.crawl);
        self.crawlers.edit(now, arn, |live| {
            live.state = "RUNNING".into();
            scheduled(live);
        });
        self.ready_in(arn, crawl, "SUCCEEDED");
    }

    fn ready_in(&mut self, arn: &str, after: Span, outcome: &'static str) {
        let turn = move |live: &mut Observed| {
            live.state = "READY".into();
            live.last_crawl = Some((outcome.into(), None));
        };
        let due = self.after(after);
        self.crawlers.later(due, arn, Then::Turn(Arc::new(turn)));
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
    let live = sim.read("glue", "GetCrawler", name, |cloud| {
        let arn = cloud.here(place).crawler(name).to_string();
        found(cloud, &arn).cloned()
    });
    let Some(mut seen) = absent(live.await, &["EntityNotFoundException"])? else {
        return Ok(None);
    };
    let tags = sim.read("glue", "GetTags", name, |cloud| {
        let arn = cloud.here(place).crawler(name).to_string();
        found(cloud, &arn).map(|live| live.tags.clone())
    });
    seen.tags = tags.await?;
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
            let full = (
                400,
                "ResourceNumberLimitExceededException",
                "Number of crawlers exceeds the limit of the account",
            );
            room(&cloud.crawlers, cloud.quotas.crawlers, full)?;
            let mut live = Observed {
                name: input.name.clone(),
                state: "READY".into(),
                tags: tags.clone(),
                ..Observed::default()
            };
            configure(&mut live, input);
            cloud.crawlers.write(cloud.now, &arn, live);
            transition(cloud, &arn);
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
            let live = found(cloud, &arn)?;
            still(live)?;
            match live.schedule_state.as_deref() {
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
            transition(cloud, &arn);
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
            let live = found(cloud, &arn)?;
            idle(live)?;
            still(live)?;
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

/// A schedule that was on its way has arrived.
fn scheduled(live: &mut Observed) {
    if let Some(state) = live
        .schedule_state
        .as_mut()
        .filter(|state| *state == "TRANSITIONING")
    {
        "SCHEDULED".clone_into(state);
    }
}

/// The schedule is on its way to SCHEDULED for a while. (A shelf keeps one time to come: that of a crawl comes first.)
fn transition(cloud: &mut Cloud, arn: &str) {
    let span = cloud.timing.schedule_transition;
    let crawls = cloud.crawlers.get(arn).is_some_and(|live| live.state != "READY");
    if span.most.is_zero() || crawls {
        return;
    }
    let due = cloud.after(span);
    cloud.crawlers.edit(cloud.now, arn, |live| {
        if let Some(state) = &mut live.schedule_state {
            "TRANSITIONING".clone_into(state);
        }
    });
    cloud.crawlers.later(due, arn, Then::Turn(Arc::new(scheduled)));
}

fn still(live: &Observed) -> Answer<()> {
    if live.schedule_state.as_deref() != Some("TRANSITIONING") {
        return Ok(());
    }
    let message = format!("The schedule of crawler {} is transitioning", live.name);
    refuse(400, "SchedulerTransitioningException", message)
}

fn idle(live: &Observed) -> Answer<()> {
    if live.state == "READY" {
        return Ok(());
    }
    let message = format!("Crawler with name {} is currently running", live.name);
    refuse(400, "CrawlerRunningException", message)
}
