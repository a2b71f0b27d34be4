//! CloudWatch Logs calls of a log group (see `model::kinds::log_group`).

use aws_sdk_cloudwatchlogs::types::LogGroup;
use futures::try_join;

use super::Aws;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::log_group::{Change, Observed, Target};
use crate::model::owner::Tags;

const LOGS: &str = "logs";

pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<Observed>, CallError> {
    let Some(group) = find(aws, place, &target.name).await? else {
        return Ok(None);
    };
    let arn = arn(place, &target.name, &group);
    let (tags, streams) = try_join!(tags(aws, place, &arn), streams(aws, place, target))?;
    Ok(Some(Observed {
        name: target.name.clone(),
        arn,
        retention_days: group.retention_in_days,
        overridden_by: group.retention_policy_name,
        streams,
        tags,
    }))
}

/// The group of exactly that name: what is found by prefix comes in order of name, so it is the first of them.
async fn find(aws: &Aws, place: &Scope, name: &str) -> Result<Option<LogGroup>, CallError> {
    let logs = &aws.region(&place.region).logs;
    let answer = logs.describe_log_groups().log_group_name_prefix(name).send();
    let groups = aws.call(LOGS, "DescribeLogGroups", answer).await?.log_groups;
    let mut groups = groups.unwrap_or_default().into_iter();
    Ok(groups.find(|group| group.log_group_name.as_deref() == Some(name)))
}

/// `arn` ends in `:*`, which the tagging calls do not take; `logGroupArn` does not.
fn arn(place: &Scope, name: &str, group: &LogGroup) -> String {
    match (&group.log_group_arn, &group.arn) {
        (Some(arn), _) => arn.clone(),
        (None, Some(arn)) => arn.trim_end_matches(":*").to_owned(),
        (None, None) => place.log_group(name).to_string(),
    }
}

async fn tags(aws: &Aws, place: &Scope, arn: &str) -> Result<Tags, CallError> {
    let logs = &aws.region(&place.region).logs;
    let answer = logs.list_tags_for_resource().resource_arn(arn).send();
    let tags = aws.call(LOGS, "ListTagsForResource", answer).await?.tags;
    Ok(tags.unwrap_or_default().into_iter().collect())
}

/// Which of the wanted streams exist: page after page, but no more pages than it takes to see them all.
async fn streams(aws: &Aws, place: &Scope, target: &Target) -> Result<Vec<String>, CallError> {
    let logs = &aws.region(&place.region).logs;
    let mut found = Vec::new();
    let mut next = None;
    while found.len() < target.streams.len() {
        let page = logs
            .describe_log_streams()
            .log_group_name(&target.name)
            .set_next_token(next);
        let page = aws.call(LOGS, "DescribeLogStreams", page.send()).await?;
        let names = page.log_streams.unwrap_or_default().into_iter();
        let names = names.filter_map(|stream| stream.log_stream_name);
        found.extend(names.filter(|name| target.streams.contains(name)));
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    Ok(found)
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let logs = &aws.region(&place.region).logs;
    let name = change.operation();
    match change {
        Change::CreateLogGroup { name: group, tags } => {
            let call = logs.create_log_group().log_group_name(group);
            let call = call.set_tags(Some(tags.clone().into_iter().collect()));
            aws.call(LOGS, name, call.send()).await.map(drop)
        }
        Change::PutRetentionPolicy { name: group, days } => {
            let call = logs.put_retention_policy().log_group_name(group);
            aws.call(LOGS, name, call.retention_in_days(*days).send())
                .await
                .map(drop)
        }
        Change::CreateLogStream { group, stream } => {
            let call = logs.create_log_stream().log_group_name(group);
            aws.call(LOGS, name, call.log_stream_name(stream).send())
                .await
                .map(drop)
        }
        Change::TagResource { arn, tags } => {
            let call = logs.tag_resource().resource_arn(arn);
            let call = call.set_tags(Some(tags.clone().into_iter().collect()));
            aws.call(LOGS, name, call.send()).await.map(drop)
        }
        Change::UntagResource { arn, keys } => {
            let call = logs.untag_resource().resource_arn(arn);
            aws.call(LOGS, name, call.set_tag_keys(Some(keys.clone())).send())
                .await
                .map(drop)
        }
        Change::DeleteLogGroup { name: group } => {
            let call = logs.delete_log_group().log_group_name(group);
            aws.call(LOGS, name, call.send()).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests;
