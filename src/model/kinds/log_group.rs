//! A CloudWatch log group with its streams.

use super::{Assessment, Circumstances};
use crate::model::lake::Lake;
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// What the log group is to be.
#[derive(Clone, Debug, PartialEq)]
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
pub fn assess(_desired: &Desired, _live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

/// What is to be done so that it is gone.
pub fn removal(_live: &Observed, _cx: &Circumstances) -> Assessment {
    Assessment::InSync
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        "?"
    }
}

/// What the log group is to be.
pub fn desired(_lake: &Lake, _id: Id) -> Desired {
    Desired {
        name: String::new(),
        retention_days: 30,
        streams: Vec::new(),
        tags: Tags::new(),
    }
}

/// Where to look for it.
pub fn target(_lake: &Lake, _id: Id) -> Target {
    Target {
        name: String::new(),
        streams: Vec::new(),
    }
}
