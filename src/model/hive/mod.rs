//! Column types in Hive's own words, as Glue stores them and Athena and Firehose read them.
//!
//! Glue checks nothing but the length of a type; the first complaint about a bad one comes from
//! Firehose or Athena, when data is already being lost to the error prefix. So types are parsed here,
//! and always compared as trees.

mod column;
mod error;
mod evolve;
mod parse;
mod reserved;
mod token;

use std::fmt;

pub use column::{Column, ColumnChange, NameFault, column_name, evolve_columns};
pub use error::TypeError;
pub use evolve::{Compatibility, Reason, Refusal, evolve};
pub use reserved::reserved_word;

/// How deep `array`, `map` and `struct` may be nested.
pub const MAX_DEPTH: usize = 15;

/// The most characters that a type may have as it is written. (Glue itself takes 131,072.)
pub const MAX_LENGTH: usize = 16 * 1024;

/// The type of a column. `Display` writes it canonically: lower case, without white space, `decimal`
/// always with its scale.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A type without parameters.
    Primitive(Primitive),
    /// An exact number of `precision` digits (1 to 38), `scale` of them (0 to `precision`) after the point.
    Decimal {
        /// All digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Text of exactly so many characters, 1 to 255.
    Char(u8),
    /// Text of at most so many characters, 1 to 65,535.
    Varchar(u16),
    /// A list of values of one type.
    Array(Box<Type>),
    /// Values by key.
    Map(Primitive, Box<Type>),
    /// Named fields, at least one, no two of one name.
    Struct(Vec<Field>),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Lower-case letters, digits and `_`; as upper case is folded, `OpenX` finds `staffName` for `staffname`.
    pub name: String,
    /// What the field holds.
    pub r#type: Type,
}

/// A type without parameters (Athena user guide, "Data types in Amazon Athena").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Primitive {
    /// `true` or `false`.
    Boolean,
    /// 8-bit signed integer.
    Tinyint,
    /// 16-bit signed integer.
    Smallint,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    Bigint,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Text of any length.
    String,
    /// Bytes.
    Binary,
    /// A day.
    Date,
    /// A point in time, without a zone.
    Timestamp,
}

impl Primitive {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Boolean,
        Self::Tinyint,
        Self::Smallint,
        Self::Int,
        Self::Bigint,
        Self::Float,
        Self::Double,
        Self::String,
        Self::Binary,
        Self::Date,
        Self::Timestamp,
    ];

    /// The word that Glue takes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Tinyint => "tinyint",
            Self::Smallint => "smallint",
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }
}

impl Type {
    /// Reads a type. Upper case and white space between words are folded away, and `integer` is `int`.
    ///
    /// # Errors
    /// [`TypeError`] names the first word that is wrong, and the one to write instead.
    pub fn parse(text: &str) -> Result<Self, TypeError> {
        parse::parse(text)
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primitive(primitive) => primitive.fmt(f),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::Varchar(length) => write!(f, "varchar({length})"),
            Self::Array(item) => write!(f, "array<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, Field { name, r#type }) in fields.iter().enumerate() {
                    write!(f, "{}{name}:{type}", if index == 0 { "" } else { "," })?;
                }
                f.write_str(">")
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
