//! Words that a query must quote.

/// Whether Athena needs the name quoted in DDL or in queries (Athena user guide, "Escape reserved
/// keywords in queries"; of its lists, the words that people pick). Glue takes them all, so this is for
/// a warning, not for a refusal.
pub fn reserved_word(name: &str) -> bool {
    RESERVED
        .binary_search(&name.to_ascii_lowercase().as_str())
        .is_ok()
}

/// Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 73] = [
    "all", "alter", "and", "array", "as", "between", "bigint", "binary", "boolean", "by", "case", "char",
    "column", "commit", "create", "current", "date", "dayofweek", "decimal", "delete", "double", "end",
    "exists", "external", "false", "float", "for", "from", "function", "group", "grouping", "in", "int",
    "interval", "into", "is", "join", "like", "local", "map", "none", "not", "null", "of", "on", "or",
    "order", "partition", "percent", "precision", "primary", "range", "row", "rows", "select", "set",
    "smallint", "start", "table", "time", "timestamp", "to", "trigger", "true", "union", "update", "user",
    "using", "values", "views", "when", "where", "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_known_in_any_case() {
        assert!(RESERVED.is_sorted(), "the search needs it");
        assert!(RESERVED.into_iter().all(reserved_word));
        assert!(reserved_word("Timestamp"));
        assert!(!reserved_word("event"));
    }
}
