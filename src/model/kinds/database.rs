//! A Glue database.

use super::{Assessment, Circumstances, Depth};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

/// What the database is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Description.
    pub description: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the database is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Everything that an update replaces.
    pub input: DatabaseInput,
    /// Tags.
    pub tags: Tags,
    /// Names of its tables; only with [`Depth::Contents`].
    pub tables: Option<Vec<String>>,
}

/// `DatabaseInput`: an update replaces all of it, so what is not declared is sent back as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DatabaseInput {
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Location.
    pub location_uri: Option<String>,
    /// Parameters.
    pub parameters: Tags,
    /// `CreateTableDefaultPermissions`: principal and permissions; `None`: not said.
    pub default_permissions: Option<Vec<(Option<String>, Vec<String>)>>,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name.
    pub name: String,
    /// How deep.
    pub depth: Depth,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Glue API reference")]
pub enum Change {
    CreateDatabase { input: DatabaseInput, tags: Tags },
    UpdateDatabase { input: DatabaseInput },
    TagResource { arn: String, tags: Tags },
    UntagResource { arn: String, keys: Vec<String> },
    DeleteDatabase { name: String },
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

/// What the database is to be.
pub fn desired(_lake: &Lake) -> Desired {
    Desired {
        name: String::new(),
        arn: String::new(),
        description: String::new(),
        tags: Tags::new(),
    }
}
