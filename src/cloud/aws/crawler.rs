//! Glue crawlers (see `model::kinds::crawler`).

use aws_sdk_glue::types::{
    CatalogTarget, Crawler, CrawlerTargets, DeleteBehavior, RecrawlBehavior, RecrawlPolicy,
    SchemaChangePolicy, UpdateBehavior,
};

use super::Aws;
use super::clients::built;
use super::database::{get_tags, tag, untag};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::crawler::{Change, CrawlerInput, Observed};
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

const GLUE: &str = "glue";

pub(super) async fn observe(aws: &Aws, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let glue = &aws.region(&place.region).glue;
    let get = glue.get_crawler().name(name).send();
    let found = absent(
        aws.call(GLUE, "GetCrawler", get).await,
        &["EntityNotFoundException"],
    )?;
    let Some(crawler) = found.and_then(|answer| answer.crawler) else {
        return Ok(None);
    };
    let tags = get_tags(aws, place, place.crawler(name).to_string()).await?;
    Ok(Some(seen(crawler, tags)))
}

fn seen(crawler: Crawler, tags: Tags) -> Observed {
    let targets = crawler
        .targets
        .unwrap_or_else(|| CrawlerTargets::builder().build());
    let other_targets = targets.s3_targets().len()
        + targets.jdbc_targets().len()
        + targets.mongo_db_targets().len()
        + targets.dynamo_db_targets().len()
        + targets.delta_targets().len()
        + targets.iceberg_targets().len()
        + targets.hudi_targets().len();
    let catalog = targets.catalog_targets.unwrap_or_default();
    let schedule = crawler.schedule.as_ref();
    let behaviour = crawler.schema_change_policy.as_ref();
    Observed {
        name: crawler.name.unwrap_or_default(),
        state: crawler
            .state
            .map(|state| state.as_str().to_owned())
            .unwrap_or_default(),
        role: crawler.role.unwrap_or_default(),
        description: crawler.description.unwrap_or_default(),
        database: crawler.database_name,
        catalog_targets: catalog
            .into_iter()
            .map(|target| (target.database_name, target.tables))
            .collect(),
        other_targets,
        schedule: schedule.and_then(|s| s.schedule_expression.clone()),
        schedule_state: schedule
            .and_then(|s| s.state.as_ref())
            .map(|state| state.as_str().to_owned()),
        update_behavior: behaviour
            .and_then(|b| b.update_behavior.as_ref())
            .map(|b| b.as_str().to_owned()),
        delete_behavior: behaviour
            .and_then(|b| b.delete_behavior.as_ref())
            .map(|b| b.as_str().to_owned()),
        recrawl_behavior: crawler
            .recrawl_policy
            .and_then(|policy| policy.recrawl_behavior)
            .map(|behaviour| behaviour.as_str().to_owned()),
        configuration: crawler.configuration,
        last_crawl: crawler.last_crawl.map(|crawl| {
            let status = crawl.status.map(|status| status.as_str().to_owned());
            (status.unwrap_or_default(), crawl.error_message)
        }),
        tags,
    }
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let glue = &aws.region(&place.region).glue;
    let operation = change.operation();
    match change {
        Change::CreateCrawler { input, tags } => {
            let call = glue
                .create_crawler()
                .name(&input.name)
                .role(place.role(&input.role).to_string())
                .description(&input.description)
                .database_name(&input.database)
                .targets(targets(operation, input)?)
                .schedule(&input.schedule)
                .schema_change_policy(schema_change_policy())
                .recrawl_policy(recrawl_policy())
                .configuration(&input.configuration)
                .set_tags(Some(tags.clone().into_iter().collect()));
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::UpdateCrawler { input } => {
            let call = glue
                .update_crawler()
                .name(&input.name)
                .role(place.role(&input.role).to_string())
                .description(&input.description)
                .database_name(&input.database)
                .targets(targets(operation, input)?)
                .schedule(&input.schedule)
                .schema_change_policy(schema_change_policy())
                .recrawl_policy(recrawl_policy())
                .configuration(&input.configuration);
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::StartCrawlerSchedule { name } => {
            let call = glue.start_crawler_schedule().crawler_name(name);
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::StopCrawler { name } => {
            aws.call(GLUE, operation, glue.stop_crawler().name(name).send())
                .await?;
        }
        Change::TagResource { arn, tags } => tag(aws, place, arn, tags).await?,
        Change::UntagResource { arn, keys } => untag(aws, place, arn, keys).await?,
        Change::DeleteCrawler { name } => {
            aws.call(GLUE, operation, glue.delete_crawler().name(name).send())
                .await?;
        }
    }
    Ok(())
}

fn targets(operation: &'static str, input: &CrawlerInput) -> Result<CrawlerTargets, CallError> {
    let target = CatalogTarget::builder()
        .database_name(&input.database)
        .tables(&input.table)
        .build();
    Ok(CrawlerTargets::builder()
        .catalog_targets(built(GLUE, operation, target)?)
        .build())
}

fn schema_change_policy() -> SchemaChangePolicy {
    SchemaChangePolicy::builder()
        .update_behavior(UpdateBehavior::Log)
        .delete_behavior(DeleteBehavior::Log)
        .build()
}

fn recrawl_policy() -> RecrawlPolicy {
    RecrawlPolicy::builder()
        .recrawl_behavior(RecrawlBehavior::CrawlEverything)
        .build()
}
