//! The tables of `docs/iam.md`.

use std::fmt::Write;

use super::grants::GRANTS;
use super::{Grant, calls};

/// The grants as a table, and the calls that need anything but the action of their name as another.
pub fn page() -> String {
    let mut page = String::from("| what for | actions | resource | condition |\n|---|---|---|---|\n");
    for grant in GRANTS {
        let on = grant
            .on
            .iter()
            .map(|pattern| code(&pattern.replace("PARTITION", "aws")));
        let row = [
            grant.what.to_owned(),
            actions(grant),
            on.collect::<Vec<_>>().join(", "),
            conditions(grant),
        ];
        push(&mut page, &row);
    }
    page.push_str("\nCalls that need more than the action of their name, or another:\n\n");
    page.push_str("| call | actions |\n|---|---|\n");
    for (call, needs) in calls() {
        if needs.iter().any(|action| *action != call) {
            let needs: Vec<String> = needs.iter().map(|action| code(action)).collect();
            push(&mut page, &[code(call), needs.join(", ")]);
        }
    }
    page
}

fn push(page: &mut String, cells: &[String]) {
    // Writing to a string can't fail.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Each service is named once.
fn actions(grant: &Grant) -> String {
    let mut service = "";
    let words = grant.actions().into_iter().map(|action| {
        let (its, name) = action.split_once(':').unwrap_or_default();
        let said = if its == service { name } else { action };
        service = its;
        code(said)
    });
    words.collect::<Vec<_>>().join(", ")
}

fn conditions(grant: &Grant) -> String {
    let one = |(operator, key, values): &(&str, &str, &[&str])| {
        let said = format!("{}: {} {}", code(key), operator, code(&values.join(", ")));
        if values.contains(&"BOUNDARY") {
            format!("with `--permissions-boundary`: {said}")
        } else {
            said
        }
    };
    let all: Vec<String> = grant.when.iter().map(one).collect();
    all.join("; ")
}
