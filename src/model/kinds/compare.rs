//! What several kinds compare alike: plain properties, tags and policies; and how they are described.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Difference;
use crate::model::lake::Lake;
use crate::model::owner::{TagChange, Tags, tag_change};

/// Characters of a policy that a message shows.
const SHOWN: usize = 300;

/// Notes a property if it is not as declared, and says whether that was so; an empty text reads as `none`.
pub fn note(found: &mut Vec<Difference>, property: &str, want: &str, have: &str) -> bool {
    let text = |text: &str| if text.is_empty() { "none" } else { text }.to_owned();
    let differs = want != have;
    if differs {
        found.push(Difference::new(property, text(want), text(have)));
    }
    differs
}

/// The description of a resource: `Crawler of the lake analytics/events`.
pub fn description(lake: &Lake, what: &str) -> String {
    format!("{what} of the lake {}/{}", lake.owner.namespace, lake.owner.name)
}

/// What must be called to bring tags to what is declared, and how to say it; `None` when there is nothing to do.
pub fn tags(declared: &Tags, live: &Tags) -> Option<(TagChange, Difference)> {
    let change = tag_change(declared, live)?;
    let concerned = || change.set.keys().chain(&change.remove);
    let say = |tags: &Tags| {
        let each = concerned().map(|key| match tags.get(key) {
            Some(value) => format!("{key}={value}"),
            None => format!("no {key}"),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    let difference = Difference::new("Tags", say(declared), say(live));
    Some((change, difference))
}

/// A policy that does not say what is declared; `property` in the service's words.
pub fn policy(property: &str, want: &str, have: &str) -> Difference {
    Difference::new(property, shown(want), shown(have))
}

/// The document on one line; where it is long, its start and a digest of the whole, so that two that differ only
/// further on are told apart.
fn shown(document: &str) -> String {
    let line = document.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.chars();
    let start: String = characters.by_ref().take(SHOWN).collect();
    match (start.is_empty(), characters.next()) {
        (true, _) => "none".to_owned(),
        (_, None) => start,
        (_, Some(_)) => {
            let mut digest = HEXLOWER.encode(&Sha256::digest(&line));
            digest.truncate(8);
            format!("{start}… (SHA-256 {digest}…)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    #[test]
    fn a_difference_of_tags_names_those_that_differ_and_no_others() {
        let declared = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let live = of(&[("a", "1"), ("b", "x"), ("d", "4")]);
        let (change, difference) = tags(&declared, &live).unwrap();
        assert_eq!(change.set, of(&[("b", "2"), ("c", "3")]));
        assert_eq!(difference.to_string(), "Tags: b=x, no c instead of b=2, c=3");
        assert_eq!(tags(&declared, &declared), None);
    }

    #[test]
    fn a_policy_is_shown_on_one_line_and_not_for_ever() {
        let long = "x".repeat(SHOWN + 1);
        let difference = policy("Policy", "{\n  \"a\": 1\n}", "");
        assert_eq!(difference.to_string(), "Policy: none instead of { \"a\": 1 }");
        let want = policy("Policy", &long, &long[1..]).want;
        assert!(want.starts_with(&format!("{}… (SHA-256 ", &long[1..])), "{want}");
        let longer = policy("Policy", &format!("{long}y"), "").want;
        assert_ne!(longer, want, "what is not shown counts");
        assert_eq!(
            policy("Policy", &long, &long[1..]).have,
            &long[1..],
            "it just fits"
        );
    }
}
