//! Faults of the columns, of the keys that they are read from, and of the formats of timestamps.

use std::collections::{BTreeMap, BTreeSet};

use super::Faults;
use crate::api::{Column, Schema};
use crate::model::hive;

/// Columns that the table may have.
const MAX_COLUMNS: usize = 1000;

pub(super) fn columns(schema: &Schema, faults: &mut Faults) {
    let columns = &schema.columns;
    if columns.is_empty() || columns.len() > MAX_COLUMNS {
        let message = format!("a table has 1 to {MAX_COLUMNS} columns, got {}", columns.len());
        faults.add("spec.schema.columns", message);
    }
    let mut names = BTreeSet::new();
    for (index, column) in columns.iter().enumerate() {
        let path = |member| format!("spec.schema.columns[{index}].{member}");
        name(&path("name"), &column.name, &mut names, faults);
        if let Err(error) = hive::Type::parse(&column.r#type) {
            faults.add(path("type"), error.to_string());
        }
        if let Some(text) = &column.comment {
            comment(&path("comment"), text, faults);
        }
        if let Some(key) = &column.json_key {
            json_key(&path("jsonKey"), key, faults);
            if !schema.timestamp_formats.is_empty() {
                let message = "the Hive JSON SerDe, which timestampFormats turns on, maps no keys: remove jsonKey, or timestampFormats";
                faults.add(path("jsonKey"), message);
            }
        }
    }
    keys_are_read_once(columns, faults);
}

fn name(path: &str, given: &str, seen: &mut BTreeSet<String>, faults: &mut Faults) {
    let name = given.to_ascii_lowercase();
    if ["year", "month", "day", "hour"].contains(&name.as_str()) {
        let message = format!(
            "\"{given}\" is a partition key of the table: name the column otherwise, for example event_{name}"
        );
        faults.add(path, message);
    } else {
        faults.check(path, hive::column_name(given));
    }
    if !seen.insert(name) {
        faults.add(path, format!("\"{given}\" is there twice: keep one"));
    }
}

fn comment(path: &str, text: &str, faults: &mut Faults) {
    if text.chars().count() > 255 {
        faults.add(path, "a comment has at most 255 characters");
    }
    // Glue API reference, Column: a comment is a single-line string.
    if text.contains(|c: char| c.is_ascii_control() && c != '\t') {
        faults.add(path, "Glue takes comments of one line: remove the line breaks");
    }
}

/// Firehose API reference, `OpenXJsonSerDe`: a key is not blank, and of one line.
fn json_key(path: &str, key: &str, faults: &mut Faults) {
    if key.trim().is_empty() || key.chars().count() > 255 || key.contains(char::is_control) {
        faults.add(
            path,
            "write the key as it is in the JSON: 1 to 255 characters, not all blank, without control characters",
        );
    }
}

/// A column without `jsonKey` is read from the key of its name. Keys are compared without regard to case
/// (Firehose API reference, `OpenXJsonSerDe`, `CaseInsensitive`), and one key fills one column.
fn keys_are_read_once(columns: &[Column], faults: &mut Faults) {
    let mut readers = BTreeMap::<String, &str>::new();
    for (index, column) in columns.iter().enumerate() {
        let key = column.json_key.as_ref().unwrap_or(&column.name).to_lowercase();
        match readers.get(&key) {
            // Two columns of one name are told of as such.
            Some(other) if !other.eq_ignore_ascii_case(&column.name) => {
                let message = format!(
                    "the JSON key \"{key}\" (whatever its case) is that of column \"{other}\" too: write another jsonKey"
                );
                faults.add(format!("spec.schema.columns[{index}].jsonKey"), message);
            }
            Some(_) => {}
            None => drop(readers.insert(key, &column.name)),
        }
    }
}

pub(super) fn timestamp_formats(schema: &Schema, faults: &mut Faults) {
    let path = "spec.schema.timestampFormats";
    let mut seen = BTreeSet::new();
    for format in &schema.timestamp_formats {
        if format.trim().is_empty() || format.contains(char::is_control) {
            faults.add(
                path,
                "an empty format, or one with a line break: write a Joda pattern such as yyyy-MM-dd'T'HH:mm:ss, or millis",
            );
        } else if !seen.insert(format) {
            faults.add(path, format!("\"{format}\" is there twice: keep one"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(schema: serde_json::Value) -> Vec<String> {
        let mut faults = Faults(Vec::new());
        columns(&serde_json::from_value(schema).unwrap(), &mut faults);
        faults.0.into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn one_json_key_fills_one_column_whatever_its_case() {
        let of = |one: serde_json::Value, other: serde_json::Value| {
            let column = |name: &str, key: serde_json::Value| match key {
                serde_json::Value::Null => json!({"name": name, "type": "int"}),
                key => json!({"name": name, "type": "int", "jsonKey": key}),
            };
            found(json!({"columns": [column("a", one), column("b", other)]}))
        };
        let second = ["spec.schema.columns[1].jsonKey"];
        for (one, other, expected, why) in [
            (
                json!("K"),
                json!("k"),
                &second[..],
                "two keys that differ in case",
            ),
            (json!("k"), json!("k"), &second[..], "two keys that do not differ"),
            (
                json!("B"),
                json!(null),
                &second[..],
                "a key and another column's name",
            ),
            (
                json!(null),
                json!("A"),
                &second[..],
                "a column's name and another's key",
            ),
            (
                json!("É"),
                json!("é"),
                &second[..],
                "letters beyond ASCII have case too",
            ),
            (json!("b"), json!("a"), &[][..], "the two change places"),
            (json!("A"), json!(null), &[][..], "its own name in another case"),
        ] {
            assert_eq!(of(one, other), expected, "{why}");
        }
    }

    #[test]
    fn a_json_key_is_a_line_of_text() {
        for key in [" ", "\t", "a\nb", "\u{0}", &"k".repeat(256)] {
            let schema = json!({"columns": [{"name": "a", "type": "int", "jsonKey": key}]});
            assert_eq!(found(schema), ["spec.schema.columns[0].jsonKey"], "{key:?}");
        }
    }
}
