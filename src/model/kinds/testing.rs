//! For the tests of the kinds: what an assessment says, in short.

use super::{Assessment, Change, Refusal};

/// The operations of its calls, in order; none where it makes no call.
pub fn operations(assessment: &Assessment) -> Vec<&'static str> {
    changes(assessment)
        .iter()
        .map(|change| change.operation().1)
        .collect()
}

/// Its calls, in order.
pub fn changes(assessment: &Assessment) -> &[Change] {
    match assessment {
        Assessment::Apply { changes, .. } => changes,
        _ => &[],
    }
}

/// Its differences, as people read them.
pub fn differences(assessment: &Assessment) -> Vec<String> {
    match assessment {
        Assessment::Apply { differences, .. } => differences.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The refusal that it is.
pub fn refusal(assessment: &Assessment) -> &Refusal {
    match assessment {
        Assessment::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// What it waits for; empty where it doesn't.
pub fn waits_for(assessment: &Assessment) -> &str {
    match assessment {
        Assessment::Settling(wait) => &wait.what,
        _ => "",
    }
}
