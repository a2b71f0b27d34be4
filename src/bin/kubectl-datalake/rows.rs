//! The rows of a query: a table for people, JSON or CSV for programs.

use std::collections::BTreeSet;
use std::io::{self, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde_json::{Number, Value};

use crate::output::printable;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// A table.
    #[default]
    Table,
    /// An array of objects.
    Json,
    /// Comma-separated values with a header (RFC 4180).
    Csv,
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, or alias.
    pub name: String,
    /// Its type in Athena's words: `varchar`, `bigint`, …
    pub r#type: String,
}

/// A row: `None` is NULL.
pub type Row = Vec<Option<String>>;

/// Writes rows as they come; only the table waits for the last, to know how wide its columns are.
pub struct Printer<W> {
    columns: Vec<Column>,
    out: W,
    sink: Sink,
}

enum Sink {
    Table(Box<Table>),
    Json { first: bool },
    Csv,
}

impl<W: Write> Printer<W> {
    /// Writes what comes before the rows.
    pub fn begin(format: Format, columns: Vec<Column>, mut out: W) -> io::Result<Self> {
        let names = columns.iter().map(|column| column.name.as_str());
        let sink = match format {
            Format::Table => Sink::Table(Box::new(table(&columns))),
            Format::Json => {
                out.write_all(b"[")?;
                Sink::Json { first: true }
            }
            Format::Csv => {
                out.write_all(csv(names.map(Some)).as_bytes())?;
                Sink::Csv
            }
        };
        let columns = distinct(columns);
        Ok(Self { columns, out, sink })
    }

    /// Writes a row.
    pub fn row(&mut self, row: Row) -> io::Result<()> {
        match &mut self.sink {
            Sink::Table(table) => {
                table.add_row(
                    row.iter()
                        .map(|cell| printable(cell.as_deref().unwrap_or_default())),
                );
                Ok(())
            }
            Sink::Json { first } => {
                let comma = if std::mem::take(first) { "\n" } else { ",\n" };
                let cells = self.columns.iter().zip(row);
                // In the order of the columns, which a map may not keep.
                let members: Vec<String> = cells
                    .map(|(column, cell)| {
                        let name = Value::from(column.name.as_str());
                        format!("{name}:{}", value(&column.r#type, cell))
                    })
                    .collect();
                write!(self.out, "{comma}{{{}}}", members.join(","))
            }
            Sink::Csv => {
                let cells = row.iter().map(Option::as_deref);
                self.out.write_all(csv(cells).as_bytes())
            }
        }
    }

    /// Writes what comes after the rows.
    pub fn end(mut self) -> io::Result<()> {
        match self.sink {
            Sink::Table(_) if self.columns.is_empty() => {}
            Sink::Table(table) => writeln!(self.out, "{table}")?,
            Sink::Json { first: true } => self.out.write_all(b"]\n")?,
            Sink::Json { first: false } => self.out.write_all(b"\n]\n")?,
            Sink::Csv => {}
        }
        self.out.flush()
    }
}

fn table(columns: &[Column]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(columns.iter().map(|column| printable(&column.name)));
    for (index, column) in columns.iter().enumerate() {
        if let (true, Some(shown)) = (is_number(&column.r#type), table.column_mut(index)) {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn is_number(kind: &str) -> bool {
    is_integer(kind) || is_float(kind) || kind.starts_with("decimal")
}

fn is_integer(kind: &str) -> bool {
    matches!(kind, "tinyint" | "smallint" | "integer" | "int" | "bigint")
}

fn is_float(kind: &str) -> bool {
    matches!(kind, "float" | "real" | "double")
}

/// Columns of one name get a number, since an object has each key once.
fn distinct(mut columns: Vec<Column>) -> Vec<Column> {
    let mut seen = BTreeSet::new();
    for column in &mut columns {
        let name = column.name.clone();
        let mut number = 2;
        while !seen.insert(column.name.clone()) {
            column.name = format!("{name}_{number}");
            number += 1;
        }
    }
    columns
}

/// A cell as JSON. Decimals stay text, since a JSON number may lose digits; so does all that JSON has no word for.
fn value(kind: &str, cell: Option<String>) -> Value {
    let Some(text) = cell else {
        return Value::Null;
    };
    let read = match kind {
        "boolean" => text.parse().ok().map(Value::Bool),
        _ if is_integer(kind) => text.parse::<i64>().ok().map(Value::from),
        _ if is_float(kind) => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        _ => None,
    };
    read.unwrap_or(Value::String(text))
}

/// A line of CSV. NULL is nothing, an empty text is `""`.
fn csv<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> String {
    let quoted = |cell: Option<&str>| match cell {
        None => String::new(),
        Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => text.to_owned(),
    };
    let cells: Vec<String> = cells.map(quoted).collect();
    cells.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: Format, columns: &[(&str, &str)], rows: &[&[Option<&str>]]) -> String {
        let columns = columns.iter().map(|(name, kind)| Column {
            name: (*name).into(),
            r#type: (*kind).into(),
        });
        let mut out = Vec::new();
        let mut printer = Printer::begin(format, columns.collect(), &mut out).unwrap();
        for row in rows {
            printer
                .row(row.iter().map(|cell| cell.map(str::to_owned)).collect())
                .unwrap();
        }
        printer.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_an_array_of_objects_with_numbers_where_nothing_is_lost() {
        let columns = [
            ("name", "varchar"),
            ("id", "bigint"),
            ("ok", "boolean"),
            ("x", "double"),
            ("price", "decimal(10,2)"),
        ];
        let text = printed(
            Format::Json,
            &columns,
            &[
                &[
                    Some("a\"b"),
                    Some("9223372036854775807"),
                    Some("true"),
                    Some("1.5"),
                    Some("1.10"),
                ],
                &[Some(""), None, Some("false"), Some("NaN"), None],
            ],
        );
        assert_eq!(
            text,
            "[\n{\"name\":\"a\\\"b\",\"id\":9223372036854775807,\"ok\":true,\"x\":1.5,\"price\":\"1.10\"},\n\
             {\"name\":\"\",\"id\":null,\"ok\":false,\"x\":\"NaN\",\"price\":null}\n]\n"
        );
        assert_eq!(printed(Format::Json, &columns, &[]), "[]\n", "no rows");
    }

    #[test]
    fn columns_of_one_name_all_reach_the_object() {
        let columns = [("a", "integer"), ("a", "integer"), ("a_2", "integer")];
        let text = printed(Format::Json, &columns, &[&[Some("1"), Some("2"), Some("3")]]);
        assert_eq!(text, "[\n{\"a\":1,\"a_2\":2,\"a_2_2\":3}\n]\n");
    }

    #[test]
    fn csv_quotes_what_needs_it_and_tells_null_from_empty() {
        let text = printed(
            Format::Csv,
            &[("a", "varchar"), ("b,c", "varchar")],
            &[
                &[Some("x"), Some("say \"hi\"")],
                &[None, Some("")],
                &[Some("two\nlines"), Some("1")],
            ],
        );
        assert_eq!(text, "a,\"b,c\"\nx,\"say \"\"hi\"\"\"\n,\"\"\n\"two\nlines\",1\n");
    }

    #[test]
    fn a_table_has_a_header_and_numbers_at_the_right_and_obeys_no_escape_sequence() {
        let text = printed(
            Format::Table,
            &[("name", "varchar"), ("n", "bigint")],
            &[&[Some("a\u{1b}[2J"), Some("1")], &[None, Some("100")]],
        );
        insta::assert_snapshot!(text, @r#"
        ┌────────────┬─────┐
        │ name       ┆   n │
        ╞════════════╪═════╡
        │ a\u{1b}[2J ┆   1 │
        │            ┆ 100 │
        └────────────┴─────┘
        "#);
    }

    #[test]
    fn a_statement_without_result_prints_no_table() {
        assert_eq!(printed(Format::Table, &[], &[]), "");
    }
}
