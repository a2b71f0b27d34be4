//! What stands against taking over a bucket that is nobody's: a lifecycle that objects in it would not survive.

use super::{Desired, Observed, Rule};
use crate::model::kinds::WaitFor;

/// Why the bucket can't be taken over, with the way out; an error while it is not known what the bucket holds.
pub fn adoptable(desired: &Desired, live: &Observed) -> Result<Option<String>, WaitFor> {
    let name = &live.name;
    let Some(occupied) = &live.occupied else {
        return Err(WaitFor::new(format!("a look at what bucket {name} holds"), 1));
    };
    let shortened = desired.lifecycle.iter().filter_map(|rule| {
        let (prefix, days) = (rule.prefix.as_ref()?, rule.expire_days?);
        let lost = occupied.contains(prefix) && !live.lifecycle.iter().any(|have| covers(have, prefix, days));
        lost.then(|| format!("{prefix} after {days} days"))
    });
    let shortened: Vec<_> = shortened.collect();
    Ok((!shortened.is_empty()).then(|| {
        format!(
            "bucket {name} holds objects that its lifecycle keeps longer than the lake's would (objects under {}), so they \
             would be lost: raise the days in spec.retention or spec.query.resultDays, move the objects, or give the bucket \
             such a rule yourself, for noncurrent versions too",
            shortened.join(", ")
        )
    }))
}

/// Whether the objects under the prefix go by this rule as early anyhow, with their versions.
fn covers(have: &Rule, prefix: &str, days: i32) -> bool {
    let by = |limit: Option<i32>| limit.is_some_and(|limit| limit <= days);
    have.enabled
        && have.others.is_empty()
        && have
            .prefix
            .as_ref()
            .is_some_and(|broad| prefix.starts_with(broad))
        && by(have.expire_days)
        && by(have.noncurrent_days)
}

#[cfg(test)]
mod tests {
    use super::super::desired;
    use super::*;
    use crate::model::testing::{facts, lake};
    use crate::model::topology::Id;

    /// Whether the raw bucket with an object under that prefix and that rule can be taken over.
    fn can(prefix: &str, rule: Rule) -> bool {
        let live = Observed {
            lifecycle: vec![rule],
            occupied: Some([prefix.to_owned()].into()),
            ..Observed::default()
        };
        let desired = desired(&lake(), &facts(), Id::RawBucket).unwrap();
        adoptable(&desired, &live).unwrap().is_none()
    }

    #[test]
    fn objects_may_go_as_early_as_they_go_anyhow() {
        let rule = |prefix: &str, days: i32, noncurrent: Option<i32>| Rule {
            enabled: true,
            prefix: Some(prefix.into()),
            expire_days: Some(days),
            noncurrent_days: noncurrent,
            ..Rule::default()
        };
        let good = || rule("raw/", 30, Some(30));
        let rows = [
            ("the same", "raw/", good(), true),
            ("earlier, and everything", "raw/", rule("", 1, Some(1)), true),
            ("a day later", "raw/", rule("raw/", 31, Some(30)), false),
            ("versions a day later", "raw/", rule("raw/", 30, Some(31)), false),
            ("versions for ever", "raw/", rule("raw/", 30, None), false),
            ("another prefix", "raw/", rule("raw/2020/", 30, Some(30)), false),
            (
                "switched off",
                "raw/",
                Rule {
                    enabled: false,
                    ..good()
                },
                false,
            ),
            (
                "a filter",
                "raw/",
                Rule {
                    prefix: None,
                    ..good()
                },
                false,
            ),
            (
                "something else besides",
                "raw/",
                Rule {
                    others: "Filter".into(),
                    ..good()
                },
                false,
            ),
            ("errors are kept", "errors/", good(), false),
            ("what the lake has no rule for", "data/", Rule::default(), true),
        ];
        for (what, prefix, rule, expected) in rows {
            assert_eq!(can(prefix, rule), expected, "{what}");
        }
        let desired = desired(&lake(), &facts(), Id::RawBucket).unwrap();
        assert!(
            adoptable(&desired, &Observed::default()).is_err(),
            "not known yet"
        );
    }
}
