//! Columns: their names, and what a list of them may become.

use super::{Compatibility, Refusal, Type, evolve};

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    /// As [`column_name`] takes it.
    pub name: String,
    /// What it holds.
    pub r#type: Type,
    /// For people; at most 255 characters.
    pub comment: Option<String>,
}

/// A column name that Athena or Glue would refuse, fold or need quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{name}\" can't name a column: write 1 to 255 lower-case letters, digits and underscores, a letter first, for \
     example {example}"
)]
pub struct NameFault {
    /// The name as it was given.
    pub name: String,
    /// A name near it that is allowed.
    pub example: String,
}

/// Checks the name of a column: `^[a-z][a-z0-9_]{0,254}$` (Athena user guide, "Name databases, tables,
/// and columns"; a leading digit or underscore would need quotes in every query).
///
/// # Errors
/// [`NameFault`] says what to write.
pub fn column_name(name: &str) -> Result<(), NameFault> {
    let rest_ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let ok =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 255 && name.chars().all(rest_ok);
    if ok {
        Ok(())
    } else {
        Err(NameFault {
            name: name.to_owned(),
            example: nearest(name),
        })
    }
}

/// The name with every other character as an underscore, and those at its start left out.
fn nearest(name: &str) -> String {
    let folded: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    let start = folded.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let mut nearest = if start.is_empty() {
        format!("c{}", folded.trim_start_matches('_'))
    } else {
        start.to_owned()
    };
    nearest.truncate(255);
    nearest
}

/// One difference between the columns of the table and those that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnChange {
    /// A column that the table lacks; old files read as null.
    Added {
        /// The column.
        name: String,
        /// Its type.
        r#type: Type,
    },
    /// The same column with a wider type.
    Widened {
        /// The column.
        name: String,
        /// The type of the table.
        from: Type,
        /// The type that is wanted.
        to: Type,
    },
    /// The same column with another comment.
    Commented {
        /// The column.
        name: String,
    },
    /// Refused: the table has a column that is not wanted (dropped, or renamed).
    Dropped {
        /// The column.
        name: String,
    },
    /// Refused: a type that old files can't be read with.
    Incompatible {
        /// The column.
        name: String,
        /// Where in the type, and why.
        refusal: Refusal,
    },
}

impl ColumnChange {
    /// Why the change can't be made and what to do instead; `None` for one that can be made.
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Added { .. } | Self::Widened { .. } | Self::Commented { .. } => None,
            Self::Dropped { name } => Some(format!(
                "column {name} is in the table and not in the schema: dropping or renaming a column hides its data; \
                 keep {name}, and add the new name beside it"
            )),
            Self::Incompatible { name, refusal } => Some(format!("column {name}: {refusal}")),
        }
    }
}

/// Compares the table's columns (`old`) with those that are wanted (`new`), by name; order is no difference.
///
/// Changes come in the order of `new`, then the dropped ones in the order of `old`.
pub fn evolve_columns(old: &[Column], new: &[Column]) -> Vec<ColumnChange> {
    let mut changes = Vec::new();
    for Column {
        name,
        r#type,
        comment,
    } in new
    {
        let Some(live) = find(old, name) else {
            changes.push(ColumnChange::Added {
                name: name.clone(),
                r#type: r#type.clone(),
            });
            continue;
        };
        match evolve(&live.r#type, r#type) {
            Ok(Compatibility::Same) => {}
            Ok(Compatibility::Widened) => changes.push(ColumnChange::Widened {
                name: name.clone(),
                from: live.r#type.clone(),
                to: r#type.clone(),
            }),
            Err(refusal) => changes.push(ColumnChange::Incompatible {
                name: name.clone(),
                refusal,
            }),
        }
        // Glue leaves out a comment that is empty.
        if live.comment.as_deref().unwrap_or_default() != comment.as_deref().unwrap_or_default() {
            changes.push(ColumnChange::Commented { name: name.clone() });
        }
    }
    let dropped = old.iter().filter(|column| find(new, &column.name).is_none());
    changes.extend(dropped.map(|column| ColumnChange::Dropped {
        name: column.name.clone(),
    }));
    changes
}

fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| column.name == name)
}

#[cfg(test)]
mod tests;
