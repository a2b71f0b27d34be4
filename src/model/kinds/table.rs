//! A Glue table: the declared schema.

mod compare;
mod declare;
#[cfg(test)]
mod tests;

use super::{Assessment, Change as AnyChange, Circumstances};
use crate::model::owner::Tags;

pub use compare::{assess, remark};
pub use declare::desired;

/// What the table is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
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
///
/// What Glue can hold besides these fields makes no sense on an external Parquet or ORC table by name (views,
/// skew, a reference to a schema registry) and is not sent back.
#[derive(Clone, Debug, PartialEq, Eq, Default, Hash)]
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
    /// `SerdeInfo.Name`.
    pub serde_name: Option<String>,
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
    /// `BucketColumns`.
    pub bucket_columns: Vec<String>,
    /// `SortColumns`: name, and 1 for ascending, 0 for descending.
    pub sort_columns: Vec<(String, i32)>,
    /// `Compressed`.
    pub compressed: bool,
    /// `StoredAsSubDirectories`.
    pub sub_directories: bool,
}

/// A column as Glue stores it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Hash)]
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

/// The update that makes a table which is nobody's the lake's: it adds the owner's parameters, and sends everything
/// else back as it was read.
pub fn mark(owner: &Tags, desired: &Desired, live: &Observed) -> Change {
    let mut input = live.input.clone();
    let declared = desired.input.parameters.iter();
    let marks = declared.filter(|(key, _)| owner.contains_key(*key));
    input
        .parameters
        .extend(marks.map(|(key, value)| (key.clone(), value.clone())));
    Change::UpdateTable {
        database: live.database.clone(),
        input,
        version: live.version.clone(),
    }
}

/// What is to be done so that it is gone. Its partitions go with it, its data stays in S3.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let delete = Change::DeleteTable {
        database: live.database.clone(),
        name: live.input.name.clone(),
    };
    Assessment::of(vec![AnyChange::Table(delete)], Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateTable { .. } => "CreateTable",
            Change::UpdateTable { .. } => "UpdateTable",
            Change::DeleteTable { .. } => "DeleteTable",
        }
    }
}
