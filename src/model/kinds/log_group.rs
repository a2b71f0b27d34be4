//! A CloudWatch log group with its streams.

use super::{Assessment, Circumstances, Difference, compare};
use crate::model::lake::Lake;
use crate::model::owner::{TagChange, Tags};
use crate::model::topology::Id;

/// Log stream for errors of delivery to the lake bucket, named as the AWS console names it.
pub const DELIVERY_LOG_STREAM: &str = "DestinationDelivery";
/// Log stream for errors of the raw copies, named as the AWS console names it.
pub const BACKUP_LOG_STREAM: &str = "BackupDelivery";
/// Days that log events are kept; CloudWatch Logs takes certain numbers only (its API reference, `PutRetentionPolicy`).
const RETENTION_DAYS: i32 = 30;

/// What the log group is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// Retention in days.
    pub retention_days: i32,
    /// Log streams that must exist in it.
    pub streams: Vec<String>,
    /// Complete tags.
    pub tags: Tags,
}

/// What the log group is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN without `:*` at its end.
    pub arn: String,
    /// Retention in days; `None`: for ever.
    pub retention_days: Option<i32>,
    /// Name of an account-level retention policy that overrides the group's own.
    pub overridden_by: Option<String>,
    /// Which of the wanted log streams exist.
    pub streams: Vec<String>,
    /// Tags.
    pub tags: Tags,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name.
    pub name: String,
    /// Log streams to look for; empty: none is looked for.
    pub streams: Vec<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the CloudWatch Logs API reference")]
pub enum Change {
    CreateLogGroup { name: String, tags: Tags },
    PutRetentionPolicy { name: String, days: i32 },
    CreateLogStream { group: String, stream: String },
    TagResource { arn: String, tags: Tags },
    UntagResource { arn: String, keys: Vec<String> },
    DeleteLogGroup { name: String },
}

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        return Assessment::Apply {
            changes: creation(desired)
                .into_iter()
                .map(super::Change::LogGroup)
                .collect(),
            differences: Vec::new(),
        };
    };
    let Desired {
        name,
        retention_days,
        streams,
        tags,
    } = desired;
    let (mut changes, mut differences) = (Vec::new(), Vec::new());
    // A policy of the account overrides the group's own retention, whatever is written
    // (CloudWatch Logs API reference, PutRetentionPolicy).
    if live.overridden_by.is_none() && live.retention_days != Some(*retention_days) {
        let have = live
            .retention_days
            .map_or("for ever".to_owned(), |days| days.to_string());
        differences.push(Difference::new(
            "retentionInDays",
            retention_days.to_string(),
            have,
        ));
        changes.push(Change::PutRetentionPolicy {
            name: name.clone(),
            days: *retention_days,
        });
    }
    for stream in streams.iter().filter(|stream| !live.streams.contains(stream)) {
        differences.push(Difference::new("log stream", stream.as_str(), "none"));
        changes.push(Change::CreateLogStream {
            group: name.clone(),
            stream: stream.clone(),
        });
    }
    if let Some((TagChange { set, remove }, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        let arn = || live.arn.clone();
        if !remove.is_empty() {
            changes.push(Change::UntagResource {
                arn: arn(),
                keys: remove,
            });
        }
        if !set.is_empty() {
            changes.push(Change::TagResource {
                arn: arn(),
                tags: set,
            });
        }
    }
    Assessment::of(
        changes.into_iter().map(super::Change::LogGroup).collect(),
        differences,
    )
}

/// What stands against taking over a log group that is nobody's: a shorter retention deletes what is older.
pub fn adoptable(desired: &Desired, live: &Observed) -> Option<String> {
    let (days, name) = (desired.retention_days, &live.name);
    let shorter = live.overridden_by.is_none() && live.retention_days.is_none_or(|have| have > days);
    shorter.then(|| {
        let have = live
            .retention_days
            .map_or("for ever".to_owned(), |days| format!("for {days} days"));
        format!(
            "log group {name} keeps its events {have}, the lake's for {days} days, so older ones would be lost: set its \
             retention to {days} days or less yourself, or delete it"
        )
    })
}

/// The whole creation: a group keeps its events for ever until it is told otherwise, and Firehose makes no streams.
fn creation(desired: &Desired) -> Vec<Change> {
    let Desired {
        name,
        retention_days,
        streams,
        tags,
    } = desired;
    let group = Change::CreateLogGroup {
        name: name.clone(),
        tags: tags.clone(),
    };
    let retention = Change::PutRetentionPolicy {
        name: name.clone(),
        days: *retention_days,
    };
    let streams = streams.iter().map(|stream| Change::CreateLogStream {
        group: name.clone(),
        stream: stream.clone(),
    });
    [group, retention].into_iter().chain(streams).collect()
}

/// What is to be done so that it is gone: its events go with it.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let change = Change::DeleteLogGroup {
        name: live.name.clone(),
    };
    Assessment::of(vec![super::Change::LogGroup(change)], Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateLogGroup { .. } => "CreateLogGroup",
            Change::PutRetentionPolicy { .. } => "PutRetentionPolicy",
            Change::CreateLogStream { .. } => "CreateLogStream",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
            Change::DeleteLogGroup { .. } => "DeleteLogGroup",
        }
    }
}

/// What the log group is to be.
pub fn desired(lake: &Lake, id: Id) -> Desired {
    let Target { name, streams } = target(lake, id);
    Desired {
        name,
        retention_days: RETENTION_DAYS,
        streams,
        tags: lake.tags.clone(),
    }
}

/// Where to look for it. Lambda makes the streams of its own group; Firehose makes none.
pub fn target(lake: &Lake, id: Id) -> Target {
    match id {
        Id::PublisherLogGroup => Target {
            name: lake.names.publisher_log_group.clone(),
            streams: Vec::new(),
        },
        _ => Target {
            name: lake.names.log_group.clone(),
            streams: [DELIVERY_LOG_STREAM, BACKUP_LOG_STREAM]
                .map(str::to_owned)
                .to_vec(),
        },
    }
}

#[cfg(test)]
mod tests;
