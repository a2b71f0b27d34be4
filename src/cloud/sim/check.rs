//! What several services check alike.

use super::{Answer, refuse};
use crate::model::owner::Tags;

/// Whether `text` has 1..=`max` characters, all ASCII letters, digits or of `others`.
pub(super) fn name(text: &str, max: usize, others: &str) -> bool {
    (1..=max).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// The rules that hold for tags everywhere (AWS General Reference, "Tag naming limits and requirements"): at most 50,
/// keys of at most 128 and values of at most 256 characters, none that begins with `aws:`. Refused with `code`.
pub(super) fn tags(tags: &Tags, code: &str) -> Answer<()> {
    if tags.keys().filter(|key| !key.starts_with("aws:")).count() > 50 {
        return refuse(400, code, "Too many tags");
    }
    if tags.keys().any(|key| key.starts_with("aws:")) {
        return refuse(400, code, "Tags beginning with aws: are reserved");
    }
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    for (key, value) in tags {
        let lengths = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !lengths || !key.chars().chain(value.chars()).all(allowed) {
            return refuse(400, code, format!("Tag {key} is not valid"));
        }
    }
    Ok(())
}

/// Adds tags to those that are there, within the rules for the sum of them.
pub(super) fn add_tags(live: &mut Tags, more: &Tags, code: &str) -> Answer<()> {
    tags(more, code)?;
    let mut sum = live.clone();
    sum.extend(more.clone());
    if sum.keys().filter(|key| !key.starts_with("aws:")).count() > 50 {
        return refuse(400, code, "Too many tags");
    }
    *live = sum;
    Ok(())
}
