//! Lifecycle of the two buckets: what expires, and where the table's objects move as they age.

use super::Rule;
use crate::api::StorageClass;
use crate::model::kinds::Difference;
use crate::model::lake::{DATA, ERRORS, Lake, RAW, RESULTS};

/// Days after which the parts of an unfinished upload go; they are billed, and nobody sees them.
const ABORT_DAYS: i32 = 7;

/// Rules of the lake bucket.
pub(super) fn lake(lake: &Lake) -> Vec<Rule> {
    let moves = lake.transitions.iter();
    let data = Rule {
        transitions: moves
            .map(|(days, class)| (*days, word(*class).to_owned()))
            .collect(),
        ..expiry("data", DATA, lake.lake_days)
    };
    let errors = expiry("errors", ERRORS, Some(lake.error_days));
    let results = expiry("query-results", RESULTS, Some(lake.result_days));
    // S3 refuses a rule that does nothing (S3 API reference, LifecycleRule).
    let acts = data.expire_days.is_some() || !data.transitions.is_empty();
    let data = acts.then_some(data);
    data.into_iter().chain([errors, results, unfinished()]).collect()
}

/// Rules of the raw bucket.
pub(super) fn raw(lake: &Lake) -> Vec<Rule> {
    vec![
        expiry("raw", RAW, Some(lake.raw_days)),
        expiry("errors", ERRORS, Some(lake.error_days)),
        unfinished(),
    ]
}

/// Objects under the prefix go after so many days. Where somebody turned versioning on, expiry only hides an object;
/// so the hidden version goes after as many days more: what is to go does go, and until then what was deleted by
/// mistake can be had back. What is kept for ever is kept with all its versions.
fn expiry(id: &str, prefix: &str, days: Option<i32>) -> Rule {
    Rule {
        id: id.to_owned(),
        enabled: true,
        prefix: Some(prefix.to_owned()),
        expire_days: days,
        noncurrent_days: days,
        ..Rule::default()
    }
}

fn unfinished() -> Rule {
    Rule {
        id: "abort-uploads".to_owned(),
        enabled: true,
        prefix: Some(String::new()),
        abort_days: Some(ABORT_DAYS),
        ..Rule::default()
    }
}

/// The class in S3's words.
const fn word(class: StorageClass) -> &'static str {
    match class {
        StorageClass::StandardIA => "STANDARD_IA",
        StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
        StorageClass::OneZoneIA => "ONEZONE_IA",
        StorageClass::GlacierIR => "GLACIER_IR",
    }
}

/// The rules that differ. Their order does not count, and the whole configuration is ours: a rule more is a difference.
pub(super) fn difference(want: &[Rule], have: &[Rule]) -> Option<Difference> {
    if want == have {
        return None;
    }
    let (want, have) = (sorted(want), sorted(have));
    let only = |these: &[Rule], those: &[Rule]| {
        let rules = these.iter().filter(|rule| !those.contains(rule)).map(describe);
        rules.collect::<Vec<_>>().join("; ")
    };
    let or_none = |text: String| {
        if text.is_empty() {
            "no such rule".to_owned()
        } else {
            text
        }
    };
    (want != have).then(|| {
        Difference::new(
            "Lifecycle",
            or_none(only(&want, &have)),
            or_none(only(&have, &want)),
        )
    })
}

fn sorted(rules: &[Rule]) -> Vec<Rule> {
    let mut rules = rules.to_vec();
    for rule in &mut rules {
        rule.transitions.sort();
    }
    rules.sort();
    rules
}

/// `errors (errors/): expire 30 d`.
fn describe(rule: &Rule) -> String {
    let Rule {
        id,
        enabled,
        prefix,
        expire_days,
        abort_days,
        noncurrent_days,
        transitions,
        others,
    } = rule;
    let days = |what: &str, days: &Option<i32>| days.map(|days| format!("{what} {days} d"));
    let mut acts: Vec<String> = [
        days("expire", expire_days),
        days("expire noncurrent", noncurrent_days),
        days("abort uploads", abort_days),
        (!enabled).then(|| "disabled".to_owned()),
        (!others.is_empty()).then(|| others.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    acts.extend(
        transitions
            .iter()
            .map(|(days, class)| format!("{class} {days} d")),
    );
    let prefix = prefix.as_deref().unwrap_or("a filter");
    format!("{id} ({prefix}): {}", acts.join(", "))
}
