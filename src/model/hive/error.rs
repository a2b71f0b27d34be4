//! Why a type is refused, and what to write instead.

use super::{MAX_DEPTH, MAX_LENGTH};

/// What is wrong with a type, at the first word that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// Nothing but white space.
    #[error("the type is empty: write one, for example string")]
    Empty,
    /// More than [`MAX_LENGTH`] characters.
    #[error("the type has {0} characters: write at most {MAX_LENGTH}")]
    TooLong(usize),
    /// More than [`MAX_DEPTH`] brackets inside each other.
    #[error(
        "the type is nested deeper than {MAX_DEPTH} levels: write a flatter one, or keep the inner part as string"
    )]
    TooDeep,
    /// A character that no type has.
    #[error("'{0}' does not belong in a type: names are letters, digits and _")]
    Character(char),
    /// A word that is not a type, but it is known what is meant.
    #[error("\"{word}\" is not a Hive type, write {instead}")]
    Foreign {
        /// The word.
        word: String,
        /// What to write.
        instead: &'static str,
    },
    /// A word that is not a type.
    #[error(
        "\"{0}\" is not a Hive type; known: boolean, tinyint, smallint, int, bigint, float, double, string, binary, \
         date, timestamp, decimal(p,s), char(n), varchar(n), array<t>, map<key,t>, struct<name:t>"
    )]
    Unknown(String),
    /// Parameters that are missing, not numbers, or out of bounds.
    #[error("{word}: write {rule}")]
    Parameters {
        /// The type, with what was given.
        word: String,
        /// What is allowed.
        rule: &'static str,
    },
    /// A primitive type with brackets or parentheses.
    #[error("{word} takes no parameters: write {word}")]
    NoParameters {
        /// The type.
        word: &'static str,
    },
    /// `array`, `map` or `struct` whose brackets hold something else than they must.
    #[error("{found} in {within}: {rule}")]
    Inside {
        /// `array`, `map` or `struct`.
        within: &'static str,
        /// The first word that is wrong.
        found: String,
        /// What to write.
        rule: &'static str,
    },
    /// A map key that is not a primitive type.
    #[error("a map key must be a primitive type, not {0}: write map<string,...>")]
    MapKey(String),
    /// A struct with two fields whose names differ in nothing but case.
    #[error("a struct may use a field name once (upper and lower case are the same): \"{0}\" stands twice")]
    TwinFields(String),
    /// A field name that is too long.
    #[error("the field name \"{0}\" is too long: write at most 255 characters")]
    FieldName(String),
    /// A bracket that is not closed.
    #[error("{0} is not closed: close each bracket once")]
    Unclosed(&'static str),
    /// A complete type, and then more.
    #[error("{0} after a complete type: close each bracket once and write nothing behind")]
    Trailing(String),
    /// A type with a time zone.
    #[error("Hive's timestamp has no zone: write timestamp, and send times in UTC")]
    Zone,
}

/// What to write for a word that is a type elsewhere.
pub(super) fn instead_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "bool" => "boolean",
        "byte" | "int8" => "tinyint",
        "short" | "int16" | "uint8" => "smallint",
        "int32" | "uint16" | "mediumint" => "int",
        "long" | "int64" | "uint32" => "bigint",
        "uint64" => "decimal(20,0)",
        "real" | "float32" => "float",
        "float64" => "double",
        "number" | "numeric" | "dec" => "decimal(p,s), or double",
        "text" | "json" | "jsonb" | "uuid" | "str" | "enum" | "clob" | "time" | "interval" => "string",
        "datetime" | "timestamptz" => "timestamp",
        "bytes" | "blob" | "varbinary" | "bytea" => "binary",
        "character" => "char(n), or string",
        "nvarchar" | "varchar2" => "varchar(n), or string",
        "uniontype" | "union" => "a struct with one field for each type",
        // Hive's own words without their parameters come here too.
        "char" => "char(n)",
        "varchar" => "varchar(n)",
        "decimal" => "decimal(p,s)",
        "array" | "set" | "list" => "array<type>",
        "map" | "dict" | "hash" => "map<string,type>",
        "struct" | "row" | "record" | "object" => "struct<name:type>",
        _ => return None,
    })
}
