//! Rules on the user's tags. The schema bounds their number and the length of values; keys have no schema of their own.

use super::Rule;
use crate::api::vocabulary::TAG_MANAGED_BY;

pub(super) fn rules() -> Vec<Rule> {
    // Tagging AWS Resources and Tag Editor User Guide, "Tag naming limits and requirements".
    const CHARACTERS: &str = r"'^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$'";
    vec![
        Rule::new(
            "spec.tags",
            "self.all(k, k.size() >= 1 && k.size() <= 128)",
            "a tag key has 1 to 128 characters: write a shorter one",
        ),
        Rule::new(
            "spec.tags",
            "!self.exists(k, k.lowerAscii().startsWith('aws:'))",
            "AWS keeps tag keys that start with aws: to itself: write another key",
        ),
        Rule::new(
            "spec.tags",
            format!(
                "!self.exists(k, k.lowerAscii() == '{TAG_MANAGED_BY}' || k.lowerAscii().startsWith('datalake-operator.io/'))"
            ),
            format!(
                "the operator marks its resources with {TAG_MANAGED_BY} and datalake-operator.io/…: write another key"
            ),
        ),
        Rule::new(
            "spec.tags",
            format!("self.all(k, k.matches({CHARACTERS}) && self[k].matches({CHARACTERS}))"),
            "tags take letters, digits, blanks and _ . : / = + - @ only",
        ),
        // IAM API reference, TagRole: keys of a role that differ only in case are one key.
        Rule::new(
            "spec.tags",
            "self.all(k, self.exists_one(j, j.lowerAscii() == k.lowerAscii()))",
            "IAM does not tell upper from lower case in tag keys: write each key once",
        ),
    ]
}
