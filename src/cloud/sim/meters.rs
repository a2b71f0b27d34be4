//! How often each operation was called, and how often a second each service takes it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Answer, Refused};

/// The calls of each operation, and the tokens of each rate that is kept.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    calls: BTreeMap<(&'static str, &'static str), u64>,
    tokens: BTreeMap<(&'static str, &'static str), Tokens>,
}

/// Thousandths of calls that are left, and when that was so.
#[derive(Clone, Copy, Debug)]
struct Tokens {
    left: i64,
    at: Timestamp,
}

/// Calls a second, and how many may come at once.
#[derive(Clone, Copy)]
struct Rate {
    /// Whose tokens they are: an operation's, or those of several (empty).
    of: &'static str,
    second: i64,
    burst: i64,
}

impl Meters {
    /// Every operation that was called: service, operation, how often.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let all = self.calls.iter();
        all.map(|(&(service, operation), calls)| (service, operation, *calls))
    }

    /// How often an operation was called; an empty one: all of the service.
    pub fn calls(&self, service: &str, operation: &str) -> u64 {
        self.iter()
            .filter(|(s, o, _)| *s == service && (operation.is_empty() || *o == operation))
            .map(|(.., calls)| calls)
            .sum()
    }

    /// Counts a call and, where rates are kept, refuses the one that is too many.
    pub(super) fn take(
        &mut self,
        service: &'static str,
        operation: &'static str,
        now: Timestamp,
        rates: bool,
    ) -> Answer<()> {
        *self.calls.entry((service, operation)).or_default() += 1;
        let Some(rate) = rates.then(|| rate(service, operation)).flatten() else {
            return Ok(());
        };
        let full = Tokens {
            left: rate.burst * 1000,
            at: now,
        };
        let tokens = self.tokens.entry((service, rate.of)).or_insert(full);
        let passed = i64::try_from(now.duration_since(tokens.at).as_millis()).unwrap_or(i64::MAX);
        let refilled = passed.saturating_mul(rate.second);
        tokens.left = tokens.left.saturating_add(refilled).min(full.left);
        tokens.at = now;
        if tokens.left < 1000 {
            return Err(Refused::throttled(service));
        }
        tokens.left -= 1000;
        Ok(())
    }
}

/// What the guides publish of each service's calls a second for an account in a region; IAM, Glue and Athena publish
/// nothing of these calls: for them what users report, with room for a burst. S3 has no such limit for one bucket.
fn rate(service: &'static str, operation: &'static str) -> Option<Rate> {
    let each = |second| Rate {
        of: operation,
        second,
        burst: second,
    };
    let together = |second, burst| Rate {
        of: "",
        second,
        burst,
    };
    Some(match (service, operation) {
        // Developer guide, "Quota": for each operation, and no more.
        ("firehose", _) => each(5),
        // Developer guide, "Quotas and limits".
        ("kinesis", "DescribeStreamSummary") => each(20),
        ("kinesis", "UpdateShardCount") => each(10),
        ("kinesis", _) => each(5),
        // Developer guide, "Request quotas".
        ("kms", "DescribeKey" | "ListResourceTags") => each(2000),
        ("kms", "GetKeyPolicy" | "GetKeyRotationStatus") => each(1000),
        ("kms", "ListAliases" | "ListKeys") => each(500),
        ("kms", "PutKeyPolicy" | "EnableKeyRotation" | "ScheduleKeyDeletion" | "DeleteAlias") => each(15),
        ("kms", "TagResource") => each(10),
        ("kms", _) => each(5),
        // User guide, "CloudWatch Logs quotas".
        ("logs", "CreateLogStream") => each(50),
        ("logs", "CreateLogGroup" | "DescribeLogGroups" | "DescribeLogStreams") => each(5),
        ("logs", _) => each(10),
        // Developer guide, "Lambda quotas": the remaining control plane together.
        ("lambda", "GetFunction") => each(100),
        ("lambda", _) => together(15, 15),
        ("iam", _) => together(20, 100),
        ("glue", _) => together(50, 200),
        ("athena", _) => together(20, 80),
        _ => return None,
    })
}
