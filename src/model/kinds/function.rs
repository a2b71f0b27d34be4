//! The test publisher: a Lambda function that puts its input on the stream.

use super::{Assessment, Circumstances};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

/// What the function is to be.
#[derive(Clone, Debug, PartialEq)]
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

/// What is declared of a function's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "named as in the Lambda API reference")]
pub struct Configuration {
    pub description: String,
    pub runtime: String,
    pub handler: String,
    pub role_arn: String,
    pub timeout_seconds: i32,
    pub memory_mib: i32,
    pub environment: Tags,
}

/// A zip and the base64 SHA-256 that AWS calls `CodeSha256`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The archive.
    pub zip: Vec<u8>,
    /// Its digest.
    pub sha256: String,
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

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} bytes, sha256 {})", self.zip.len(), self.sha256)
    }
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

/// What the function is to be.
pub fn desired(_lake: &Lake) -> Desired {
    Desired {
        name: String::new(),
        arn: String::new(),
        configuration: Configuration::default(),
        code: Code {
            zip: Vec::new(),
            sha256: String::new(),
        },
        tags: Tags::new(),
    }
}
