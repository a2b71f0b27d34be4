//! What terminals want: colour, width, something that moves while one waits.

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Columns of an output that is no terminal.
const WIDTH: usize = 100;

/// How something is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours may be used.
    pub colour: bool,
    /// Columns to keep within.
    pub width: usize,
}

impl Look {
    /// What standard output can show; no colour when `NO_COLOR` is set (no-color.org).
    pub fn of_stdout() -> Self {
        let terminal = stdout().is_terminal();
        let wished = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let width = comfy_table::Table::new().width().map_or(WIDTH, usize::from);
        Self {
            colour: terminal && wished,
            width: if terminal { width } else { WIDTH },
        }
    }

    /// The text in a colour, where there are colours.
    pub fn paint(self, colour: Colour, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{}m{text}\u{1b}[0m", colour as u8)
        } else {
            text.to_owned()
        }
    }
}

/// A colour or weight, by its ANSI code (ECMA-48, "Select Graphic Rendition").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Bold = 1,
    Faint = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// The text in lines of at most `width` characters, broken at blanks; a longer word has a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Rows under each other, each column as wide as its widest cell, three blanks between.
pub fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells.map(|(cell, &width)| format!("{cell:width$}")).collect();
        text.push_str(line.join("   ").trim_end());
        text.push('\n');
    }
    text
}

/// Text that others wrote, safe for a terminal: control characters are shown, not obeyed.
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Bytes in the largest unit that keeps a number above 1, as `12.3 MiB`.
pub fn bytes(count: u64) -> String {
    indicatif::BinaryBytes(count).to_string()
}

/// `1 event`, `2 events`.
pub fn many(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Something that turns on stderr until it is dropped; nothing where that is no terminal.
pub fn spinner(message: String) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner().with_message(message);
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner.with_finish(indicatif::ProgressFinish::AndClear)
}

/// A bar on stderr that fills up to `length`; nothing where that is no terminal.
pub fn bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events ({per_sec}, {eta} left)");
    ProgressBar::new(length as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_finish(indicatif::ProgressFinish::AndClear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks_and_keeps_its_own_lines() {
        for (text, width, lines, why) in [
            ("one two three", 7, &["one two", "three"][..], "at the blank"),
            ("one two", 7, &["one two"], "just fits"),
            (
                "arn:aws:kms:x is long",
                5,
                &["arn:aws:kms:x", "is", "long"],
                "a long word stays whole",
            ),
            ("a\nb", 10, &["a", "b"], "a line break stays"),
            ("", 10, &[], "nothing"),
        ] {
            assert_eq!(wrap(text, width), lines, "{why}");
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(
            columns(&[row(["NAME", "READY"]), row(["ünï-x", "True"]), row(["a", ""])]),
            "NAME    READY\nünï-x   True\na\n"
        );
    }

    #[test]
    fn escape_sequences_in_data_are_shown_and_not_obeyed() {
        assert_eq!(
            printable("a\u{1b}[31mb\tc\nd\u{9b}"),
            "a\\u{1b}[31mb\\tc\nd\\u{9b}"
        );
    }

    #[test]
    fn without_colour_nothing_is_added() {
        let look = |colour| Look { colour, width: 80 };
        assert_eq!(look(false).paint(Colour::Red, "x"), "x");
        assert_eq!(look(true).paint(Colour::Red, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
