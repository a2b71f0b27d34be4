//! CloudWatch Logs (API reference).

use std::collections::BTreeSet;

use super::quotas::room;
use super::{Answer, Cloud, Refused, Sim, check, refuse};
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::log_group::{Change, Observed, Target};

/// A log group with its log streams.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LogGroup {
    /// What reads say of it; `streams` stays empty.
    pub seen: Observed,
    /// Its log streams.
    pub streams: BTreeSet<String>,
}

/// What `PutRetentionPolicy` takes.
const RETENTION: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

pub(super) async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let live = sim.read("logs", "DescribeLogGroups", &t.name, |cloud| {
        Ok(group(cloud, place, t).map(|live| live.seen.clone()))
    });
    let Some(mut seen) = live.await? else {
        return Ok(None);
    };
    let tags = sim.read("logs", "ListTagsForResource", &t.name, |cloud| {
        let live = group(cloud, place, t).ok_or_else(no_group)?;
        Ok(live.seen.tags.clone())
    });
    seen.tags = tags.await?;
    if !t.streams.is_empty() {
        let streams = sim.read("logs", "DescribeLogStreams", &t.name, |cloud| {
            let live = group(cloud, place, t).ok_or_else(no_group)?;
            let wanted = t.streams.iter().filter(|name| live.streams.contains(*name));
            Ok(wanted.cloned().collect())
        });
        seen.streams = streams.await?;
    }
    Ok(Some(seen))
}

fn group<'a>(cloud: &'a Cloud, place: &Scope, t: &Target) -> Option<&'a LogGroup> {
    cloud
        .log_groups
        .get(&cloud.here(place).log_group(&t.name).to_string())
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateLogGroup { name, .. }
        | Change::PutRetentionPolicy { name, .. }
        | Change::CreateLogStream { group: name, .. }
        | Change::DeleteLogGroup { name } => name,
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let invalid = |message: &str| refuse(400, "InvalidParameterException", message);
    match change {
        Change::CreateLogGroup { name, tags } => {
            if !check::name(name, 512, ".-_/#") || name.starts_with("aws/") {
                return invalid("Value at 'logGroupName' failed to satisfy constraint");
            }
            check::tags(tags, "InvalidParameterException")?;
            let arn = here.log_group(name).to_string();
            if cloud.log_groups.get(&arn).is_some() {
                let message = "The specified log group already exists";
                return refuse(400, "ResourceAlreadyExistsException", message);
            }
            // The name of a group that is gone is not free at once.
            if cloud
                .log_groups
                .lingers(&arn, cloud.late(cloud.timing.log_group_name_held))
            {
                let message = "A conflicting operation is currently in progress against this resource. Please try again.";
                return refuse(400, "OperationAbortedException", message);
            }
            let full = (400, "LimitExceededException", "Resource limit exceeded.");
            room(&cloud.log_groups, cloud.quotas.log_groups, full)?;
            let seen = Observed {
                name: name.clone(),
                arn: arn.clone(),
                tags: tags.clone(),
                ..Observed::default()
            };
            let group = LogGroup {
                seen,
                ..LogGroup::default()
            };
            cloud.log_groups.write(cloud.now, &arn, group);
            Ok(())
        }
        Change::PutRetentionPolicy { days, .. } if !RETENTION.contains(days) => {
            invalid("Value at 'retentionInDays' failed to satisfy constraint")
        }
        Change::PutRetentionPolicy { name, days } => on(cloud, &here.log_group(name).to_string(), |group| {
            // A policy of the account wins over the group's own: the call succeeds and changes nothing to see.
            if group.seen.overridden_by.is_none() {
                group.seen.retention_days = Some(*days);
            }
            Ok(())
        }),
        Change::CreateLogStream { stream, .. }
            if !(1..=512).contains(&stream.chars().count()) || stream.contains([':', '*']) =>
        {
            invalid("Value at 'logStreamName' failed to satisfy constraint")
        }
        Change::CreateLogStream { group, stream } => on(cloud, &here.log_group(group).to_string(), |group| {
            if group.streams.insert(stream.clone()) {
                return Ok(());
            }
            refuse(
                400,
                "ResourceAlreadyExistsException",
                "The specified log stream already exists",
            )
        }),
        Change::TagResource { arn, tags } => on(cloud, arn, |group| {
            check::tags(tags, "InvalidParameterException")?;
            check::add_tags(&mut group.seen.tags, tags, "TooManyTagsException")
        }),
        Change::UntagResource { arn, keys } => on(cloud, arn, |group| {
            super::untag(&mut group.seen.tags, keys);
            Ok(())
        }),
        Change::DeleteLogGroup { name } => {
            let arn = here.log_group(name).to_string();
            on(cloud, &arn, |_| Ok(()))?;
            cloud.log_groups.erase(cloud.now, &arn);
            Ok(())
        }
    }
}

/// Tag calls take the ARN without `:*`.
fn on(cloud: &mut Cloud, arn: &str, edit: impl FnOnce(&mut LogGroup) -> Answer<()>) -> Answer<()> {
    let edited = cloud.log_groups.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(no_group()))
}

fn no_group() -> Refused {
    let message = "The specified log group does not exist.";
    Refused::new(400, "ResourceNotFoundException", message)
}
