//! What the kinds share: how a difference is noted and shown, and how things are described.

use super::Difference;
use crate::model::lake::Lake;
use crate::model::owner::{TagChange, Tags, tag_change};

/// Notes the property if it is not as declared, and says whether that was so.
pub(super) fn note(found: &mut Vec<Difference>, property: &str, want: &str, have: &str) -> bool {
    let differs = want != have;
    if differs {
        found.push(Difference::new(property, shown(want), shown(have)));
    }
    differs
}

/// Notes the tags that are not as declared, and says what mends them.
pub(super) fn note_tags(found: &mut Vec<Difference>, declared: &Tags, live: &Tags) -> Option<TagChange> {
    let change = tag_change(declared, live)?;
    let value = |tags: &Tags, key: &String| tags.get(key).map_or(String::new(), |v| format!("{key}={v}"));
    let keys = || change.set.keys().chain(&change.remove);
    let list = |tags: &Tags| {
        let values: Vec<String> = keys().map(|k| value(tags, k)).filter(|v| !v.is_empty()).collect();
        shown(&values.join(", "))
    };
    found.push(Difference::new("tags", list(declared), list(live)));
    Some(change)
}

/// An empty text as a person can see it.
fn shown(text: &str) -> String {
    if text.is_empty() { "none" } else { text }.to_owned()
}

/// The description of a resource: `Crawler of the lake analytics/events`.
pub(super) fn description(lake: &Lake, what: &str) -> String {
    format!("{what} of the lake {}/{}", lake.owner.namespace, lake.owner.name)
}
