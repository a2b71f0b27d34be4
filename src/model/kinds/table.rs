//! A Glue table: the declared schema.

use super::{Assessment, Circumstances};
use crate::model::lake::Lake;
use crate::model::owner::Tags;

/// What the table is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Database.
    pub database: String,
    /// The whole table; of its parameters, the ones that are declared (the owner's among them).
    pub input: TableInput,
}

/// What the table is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Database.
    pub database: String,
    /// The whole table.
    pub input: TableInput,
    /// `VersionId`, for optimistic locking.
    pub version: Option<String>,
}

/// `TableInput`: an update replaces all of it, so what is not declared is sent back as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TableInput {
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// `Owner`.
    pub owner: Option<String>,
    /// `TableType`.
    pub table_type: Option<String>,
    /// Parameters.
    pub parameters: Tags,
    /// Columns: name, type, comment, as strings.
    pub columns: Vec<Column>,
    /// Partition keys.
    pub partition_keys: Vec<Column>,
    /// Location.
    pub location: String,
    /// `InputFormat`.
    pub input_format: String,
    /// `OutputFormat`.
    pub output_format: String,
    /// `SerializationLibrary`.
    pub serde: String,
    /// `SerdeInfo.Parameters`.
    pub serde_parameters: Tags,
    /// `StorageDescriptor.Parameters`.
    pub storage_parameters: Tags,
    /// `Retention`.
    pub retention: i32,
    /// `NumberOfBuckets`.
    pub buckets: i32,
    /// `Compressed`.
    pub compressed: bool,
    /// `StoredAsSubDirectories`.
    pub sub_directories: bool,
}

/// A column as Glue stores it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Hive type, verbatim.
    pub r#type: String,
    /// Comment.
    pub comment: Option<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Glue API reference")]
pub enum Change {
    CreateTable {
        database: String,
        input: TableInput,
    },
    /// With `SkipArchive`; `version` is the one that was read.
    UpdateTable {
        database: String,
        input: TableInput,
        version: Option<String>,
    },
    DeleteTable {
        database: String,
        name: String,
    },
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

/// What the table is to be.
pub fn desired(_lake: &Lake) -> Desired {
    Desired {
        database: String::new(),
        input: TableInput::default(),
    }
}
