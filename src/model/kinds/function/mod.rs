//! The test publisher: a Lambda function that puts its input on the stream.

mod code;
mod configuration;

use super::{Assessment, Circumstances, Difference, WaitFor, compare};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

pub use code::Code;
pub use configuration::Configuration;

/// What the function is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Everything but its code.
    pub configuration: Configuration,
    /// Its code: a deterministic zip.
    pub code: Code,
    /// Complete tags.
    pub tags: Tags,
}

/// What the function is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `State`: `Pending`, `Active`, `Inactive`, `Failed`.
    pub state: String,
    /// `LastUpdateStatus`: `InProgress`, `Successful`, `Failed`.
    pub last_update: String,
    /// `StateReason` or `LastUpdateStatusReason`.
    pub reason: Option<String>,
    /// `CodeSha256`.
    pub code_sha256: String,
    /// Its configuration.
    pub configuration: Configuration,
    /// Tags.
    pub tags: Tags,
}

/// One call. AWS must be done with one update before the next, so one goes out at a time.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Lambda API reference")]
pub enum Change {
    CreateFunction {
        name: String,
        configuration: Configuration,
        code: Code,
        tags: Tags,
    },
    UpdateFunctionCode {
        name: String,
        code: Code,
    },
    UpdateFunctionConfiguration {
        name: String,
        configuration: Configuration,
    },
    TagResource {
        arn: String,
        tags: Tags,
    },
    UntagResource {
        arn: String,
        keys: Vec<String>,
    },
    DeleteFunction {
        name: String,
    },
}

/// What the function is to be.
pub fn desired(lake: &Lake) -> Desired {
    Desired {
        name: lake.names.publisher.clone(),
        arn: lake.place.function(&lake.names.publisher).to_string(),
        configuration: Configuration {
            description: format!(
                "Puts the event that it is invoked with on the stream {}",
                lake.names.stream
            ),
            runtime: "nodejs22.x".into(),
            handler: "index.handler".into(),
            role_arn: lake.place.role(&lake.names.publisher_role).to_string(),
            timeout_seconds: 30,
            memory_mib: 128,
            environment: Tags::from([("STREAM_NAME".into(), lake.names.stream.clone())]),
        },
        code: Code::publisher(),
        tags: lake.tags.clone(),
    }
}

/// What is to be done so that it is as declared.
///
/// Of code and configuration one is updated at a time: Lambda refuses the second until the first is
/// `Successful` (Lambda developer guide, "Lambda function states").
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Desired {
        name,
        arn,
        configuration,
        code,
        tags,
    } = desired;
    let Some(live) = live else {
        let create = Change::CreateFunction {
            name: name.clone(),
            configuration: configuration.clone(),
            code: code.clone(),
            tags: tags.clone(),
        };
        return apply(vec![create], Vec::new());
    };
    if live.state == "Pending" || live.last_update == "InProgress" {
        return settling(live);
    }
    if live.state == "Failed" {
        // Its creation failed. It holds no data: deleted, it is made anew.
        let change = Change::DeleteFunction { name: name.clone() };
        return apply(vec![change], vec![failure("State", "Active", &live.state, live)]);
    }
    let mut differences = Vec::new();
    let mut changes = Vec::new();
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            let (arn, keys) = (arn.clone(), change.remove);
            changes.push(Change::UntagResource { arn, keys });
        }
        if !change.set.is_empty() {
            let (arn, tags) = (arn.clone(), change.set);
            changes.push(Change::TagResource { arn, tags });
        }
    }
    let mut unlike = configuration::differences(configuration, &live.configuration);
    if live.last_update == "Failed" {
        // It runs on as it was before; the update is tried again, whichever it was.
        unlike.push(failure("LastUpdateStatus", "Successful", &live.last_update, live));
    }
    if code.sha256 != live.code_sha256 {
        differences.push(Difference::new("CodeSha256", &code.sha256, &live.code_sha256));
        let (name, code) = (name.clone(), code.clone());
        changes.push(Change::UpdateFunctionCode { name, code });
    } else if !unlike.is_empty() {
        let (name, configuration) = (name.clone(), configuration.clone());
        changes.push(Change::UpdateFunctionConfiguration { name, configuration });
    }
    differences.extend(unlike);
    apply(changes, differences)
}

/// What is to be done so that it is gone.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    if live.state == "Pending" {
        return settling(live);
    }
    let name = live.name.clone();
    apply(vec![Change::DeleteFunction { name }], Vec::new())
}

fn apply(changes: Vec<Change>, differences: Vec<Difference>) -> Assessment {
    Assessment::of(
        changes.into_iter().map(super::Change::Function).collect(),
        differences,
    )
}

fn failure(property: &str, want: &str, have: &str, live: &Observed) -> Difference {
    let reason = live.reason.as_deref().unwrap_or("AWS gives no reason");
    Difference::new(property, want, format!("{have} ({reason})"))
}

fn settling(live: &Observed) -> Assessment {
    let Observed {
        name,
        state,
        last_update,
        ..
    } = live;
    let what = format!("function {name} to become Active (now {state}, last update {last_update})");
    Assessment::Settling(WaitFor::new(what, 3))
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateFunction { .. } => "CreateFunction",
            Change::UpdateFunctionCode { .. } => "UpdateFunctionCode",
            Change::UpdateFunctionConfiguration { .. } => "UpdateFunctionConfiguration",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
            Change::DeleteFunction { .. } => "DeleteFunction",
        }
    }
}

#[cfg(test)]
mod tests;
