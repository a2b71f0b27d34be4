//! A plan as text, a line a resource: for people, and for the plan book.

use std::fmt::Write;

use super::kinds::Cause;
use super::lake::Wish;
use super::plan::{Plan, Step, Verb, Work};

/// The plan in lines, `id  what is to be done`. What is in sync is told by its name alone.
pub fn render(plan: &Plan) -> String {
    let mut text = String::new();
    for (id, planned) in &plan.steps {
        let line = match &planned.step {
            Step::InSync if planned.wish == Wish::Gone => "gone".to_owned(),
            Step::InSync => "in sync".to_owned(),
            Step::Kept => "kept".to_owned(),
            Step::Used(warnings) => format!("used as it is{}", lines(warnings)),
            Step::Wait(wait) => format!("waits for {}", wait.what),
            Step::Refuse(refusal) => format!("refused ({}): {}", refusal.reason, refusal.message),
            Step::Report(differences) => format!("differs, left so{}", lines(differences)),
            Step::Contested { fought, besides } => {
                format!("contested, left so{}{}", lines(fought), lines(besides))
            }
            Step::Blocked(by) => format!("waits for {by}"),
            Step::Foreign(whose) => format!("exists, and is {whose}"),
            Step::Propose(proposal) => {
                let (hash, changes) = (&proposal.hash, lines(&proposal.differences));
                format!("exists, and is nobody's; {hash} takes it over{changes}")
            }
            Step::Failed(fault, _) => format!("failed: {fault}"),
            Step::Apply(work) => apply(work),
        };
        // Writing to a String can't fail.
        let _ = writeln!(text, "{id:<20} {line}");
    }
    text
}

fn apply(work: &Work) -> String {
    let verb = match work.verb {
        Verb::Create => "create",
        Verb::Adopt => "take over",
        Verb::Update => "update",
        Verb::Delete => "delete",
    };
    let calls: Vec<_> = work.changes.iter().map(|change| change.operation().1).collect();
    let cause = if work.cause == Cause::Drift {
        " (drift)"
    } else {
        ""
    };
    format!(
        "{verb}{cause} by {}{}",
        calls.join(", "),
        lines(&work.differences)
    )
}

fn lines<T: std::fmt::Display>(items: &[T]) -> String {
    items.iter().fold(String::new(), |mut text, item| {
        // Writing to a String can't fail.
        let _ = write!(text, "\n{:20}   {item}", "");
        text
    })
}
