//! What a type may become while files of the old type are in the lake.
//!
//! Parquet is read by name (Athena user guide, "Handle schema updates"): a field that is added reads as
//! null in old files, an integer or float may be read as a wider one, and everything else breaks queries.

use std::fmt;

use super::{Field, Primitive, Type};

/// A change of type that old files can be read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// The same tree: nothing to write.
    Same,
    /// Numbers are wider, or struct fields were added or reordered.
    Widened,
}

/// A change of type that old files can't be read with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct Refusal {
    /// Where in the type, from the outside: `address.zip`, `tags[]` (items of an array or values of a
    /// map), `tags{}` (keys of a map). Empty for the type as a whole.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a type can't become another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// To a type that holds less.
    Narrowed {
        /// The type of the files in the lake.
        from: String,
        /// The type that was asked for.
        to: String,
    },
    /// To a type that the old files can't be read as.
    Unreadable {
        /// The type of the files in the lake.
        from: String,
        /// The type that was asked for.
        to: String,
    },
    /// A struct lost a field: dropped, or renamed.
    FieldDropped(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Narrowed { from, to } => {
                write!(
                    f,
                    "{from} can't become {to}, which holds less: keep {from}, or add a new name of type {to}"
                )
            }
            Self::Unreadable { from, to } => write!(
                f,
                "{from} can't become {to}, since the files in the lake can't be read as that: keep {from}, or add a \
                 new name of type {to}"
            ),
            Self::FieldDropped(name) => write!(
                f,
                "the field {name} is gone, and dropping or renaming one hides its data: keep {name}, and add the new \
                 name beside it"
            ),
        }
    }
}

/// Compares what is (`old`) with what is wanted (`new`).
///
/// # Errors
/// [`Refusal`] at the first place where old files could not be read any more.
pub fn evolve(old: &Type, new: &Type) -> Result<Compatibility, Refusal> {
    if old == new {
        return Ok(Compatibility::Same);
    }
    widens(old, new, "").map(|()| Compatibility::Widened)
}

fn widens(old: &Type, new: &Type, path: &str) -> Result<(), Refusal> {
    match (old, new) {
        (old, new) if old == new => Ok(()),
        (Type::Primitive(from), Type::Primitive(to)) => primitive(*from, *to, path),
        (Type::Array(old), Type::Array(new)) => widens(old, new, &format!("{path}[]")),
        (Type::Map(old_key, old), Type::Map(new_key, new)) => {
            primitive(*old_key, *new_key, &format!("{path}{{}}"))?;
            widens(old, new, &format!("{path}[]"))
        }
        (Type::Struct(old), Type::Struct(new)) => fields(old, new, path),
        (old, new) => {
            let reason = if smaller(old, new) {
                narrowed(old, new)
            } else {
                unreadable(old, new)
            };
            Err(Refusal {
                path: path.to_owned(),
                reason,
            })
        }
    }
}

/// Each old field must still be there; new ones may stand anywhere.
fn fields(old: &[Field], new: &[Field], path: &str) -> Result<(), Refusal> {
    for Field { name, r#type } in old {
        let Some(kept) = new.iter().find(|field| field.name == *name) else {
            return Err(Refusal {
                path: path.to_owned(),
                reason: Reason::FieldDropped(name.clone()),
            });
        };
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        widens(r#type, &kept.r#type, &inner)?;
    }
    Ok(())
}

fn primitive(from: Primitive, to: Primitive, path: &str) -> Result<(), Refusal> {
    if from == to || wider(from, to) {
        return Ok(());
    }
    let reason = if wider(to, from) {
        narrowed(&from, &to)
    } else {
        unreadable(&from, &to)
    };
    Err(Refusal {
        path: path.to_owned(),
        reason,
    })
}

/// Athena user guide, "Updates to the schema: changing a column's data type", less `string` to numbers,
/// where a value may not parse.
fn wider(from: Primitive, to: Primitive) -> bool {
    use Primitive::{Bigint, Double, Float, Int, Smallint, Tinyint};
    matches!(
        (from, to),
        (Tinyint, Smallint | Int | Bigint) | (Smallint, Int | Bigint) | (Int, Bigint) | (Float, Double)
    )
}

/// Fewer digits or characters of the same kind of type.
fn smaller(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (
            Type::Decimal {
                precision: p,
                scale: s,
            },
            Type::Decimal {
                precision: q,
                scale: t,
            },
        ) => q < p || t < s,
        (Type::Char(old), Type::Char(new)) => new < old,
        (Type::Varchar(old), Type::Varchar(new)) => new < old,
        _ => false,
    }
}

fn narrowed(from: &impl ToString, to: &impl ToString) -> Reason {
    Reason::Narrowed {
        from: brief(from),
        to: brief(to),
    }
}

fn unreadable(from: &impl ToString, to: &impl ToString) -> Reason {
    Reason::Unreadable {
        from: brief(from),
        to: brief(to),
    }
}

/// A type as a message shows it: of a long one the beginning tells enough.
fn brief(r#type: &impl ToString) -> String {
    let text = r#type.to_string();
    // A canonical type is ASCII, so every index is a boundary.
    text.get(..60).map_or(text.clone(), |start| format!("{start}…"))
}

#[cfg(test)]
mod tests;
