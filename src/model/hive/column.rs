//! A column of the table.

use super::Type;

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub r#type: Type,
    /// Comment.
    pub comment: Option<String>,
}
