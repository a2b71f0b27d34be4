//! How often each operation was called, and how often a second each service takes it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Answer, Refused};

/// The calls of each operation, and the tokens of each rate that is kept.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    calls: BTreeMap<(&'static str, &'static str), u64>,
    /// By service and operation; of those that share a rate: no operation.
    tokens: BTreeMap<(&'static str, &'static str), Tokens>,
}

/// Thousandths of calls that are left, and when that was so.
#[derive(Clone, Copy, Debug)]
struct Tokens {
    left: i64,
    at: Timestamp,
}

/// Calls a second, and how many may come at once.
struct Rate {
    service: &'static str,
    /// Empty: all but those of the rows before.
    operations: &'static [&'static str],
    second: i64,
    burst: i64,
    /// Whether the operations share it; else each has it for itself.
    shared: bool,
}

const fn each(service: &'static str, operations: &'static [&'static str], second: i64) -> Rate {
    Rate {
        service,
        operations,
        second,
        burst: second,
        shared: false,
    }
}

const fn shared(service: &'static str, second: i64, burst: i64) -> Rate {
    Rate {
        service,
        operations: &[],
        second,
        burst,
        shared: true,
    }
}

/// What the guides publish of each service's calls a second for an account in a region; IAM, Glue and Athena publish
/// nothing of these calls: for them what users report, with room for a burst. S3 has no such limit for one bucket.
#[rustfmt::skip]
const RATES: &[Rate] = &[
    // Developer guide, "Quota": for each operation, and no more.
    each("firehose", &[], 5),
    // Developer guide, "Quotas and limits".
    each("kinesis", &["DescribeStreamSummary"], 20),
    each("kinesis", &["UpdateShardCount"], 10),
    each("kinesis", &[], 5),
    // Developer guide, "Request quotas".
    each("kms", &["DescribeKey", "ListResourceTags"], 2000),
    each("kms", &["GetKeyPolicy", "GetKeyRotationStatus"], 1000),
    each("kms", &["ListAliases", "ListKeys"], 500),
    each("kms", &["PutKeyPolicy", "EnableKeyRotation", "ScheduleKeyDeletion", "DeleteAlias"], 15),
    each("kms", &["TagResource"], 10),
    each("kms", &[], 5),
    // User guide, "CloudWatch Logs quotas".
    each("logs", &["CreateLogStream"], 50),
    each("logs", &["CreateLogGroup", "DescribeLogGroups", "DescribeLogStreams"], 5),
    each("logs", &[], 10),
    // Developer guide, "Lambda quotas": the rest of the control plane together.
    each("lambda", &["GetFunction"], 100),
    shared("lambda", 15, 15),
    shared("iam", 20, 100),
    shared("glue", 50, 200),
    shared("athena", 20, 80),
];

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
        let whose = if rate.shared { "" } else { operation };
        let tokens = self.tokens.entry((service, whose)).or_insert(full);
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

/// The rate that an operation is under.
fn rate(service: &str, operation: &str) -> Option<&'static Rate> {
    let mut its = RATES.iter().filter(|rate| rate.service == service);
    its.find(|rate| rate.operations.is_empty() || rate.operations.contains(&operation))
}
