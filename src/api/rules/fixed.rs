//! Rules on the object as a whole: its name, and what is fixed once it exists on AWS. What exists is recorded in
//! `status.pinned`, so that a mistyped region can be mended as long as nothing was made.

use super::Rule;

/// CEL: something was made in a region.
const PINNED: &str = "has(oldSelf.status) && has(oldSelf.status.pinned)";
/// CEL: the table, and with it the layout of the bucket, was made.
pub(super) const TABLE_EXISTS: &str =
    "has(oldSelf.status) && has(oldSelf.status.pinned) && has(oldSelf.status.pinned.granularity)";

/// Each field of `spec.names` and the resource id under which `status.pinned.names` records it.
const NAMES: [(&str, &str); 15] = [
    ("bucketKeyAlias", "bucket-key"),
    ("streamKeyAlias", "stream-key"),
    ("lakeBucket", "lake-bucket"),
    ("rawBucket", "raw-bucket"),
    ("stream", "stream"),
    ("deliveryStream", "delivery-stream"),
    ("database", "database"),
    ("table", "table"),
    ("crawler", "crawler"),
    ("workgroup", "workgroup"),
    ("deliveryRole", "delivery-role"),
    ("crawlerRole", "crawler-role"),
    ("publisherRole", "publisher-role"),
    ("publisher", "publisher"),
    ("logGroup", "log-group"),
];

pub(super) fn rules() -> Vec<Rule> {
    let mut rules = vec![
        // Labels, and names derived from it, take 63 characters.
        Rule::new(
            "",
            "self.metadata.name.size() <= 63 && !self.metadata.name.contains('.')",
            "the name of a Datalake has at most 63 characters and no dot: write it with hyphens, for example staff-events",
        )
        .field(".metadata.name"),
        region(),
    ];
    rules.extend(
        [
            ("partitioning.granularity", "granularity"),
            ("partitioning.timeZone", "timeZone"),
            ("format.type", "format"),
        ]
        .map(|(field, pinned)| table_layout(field, pinned)),
    );
    rules.extend(NAMES.map(|(field, id)| name(field, id)));
    rules
}

fn region() -> Rule {
    Rule::new(
        "",
        format!(
            "!({PINNED}) || !has(oldSelf.status.pinned.region) || oldSelf.status.pinned.region == '' \
             || (has(self.spec.region) \
             ? self.spec.region == oldSelf.status.pinned.region || has(oldSelf.spec.region) && self.spec.region == oldSelf.spec.region \
             : !has(oldSelf.spec.region))"
        ),
        "the lake exists, and a lake does not move to another region: put the region back, or make a new Datalake",
    )
    .explain("'the lake exists in ' + oldSelf.status.pinned.region + ', and a lake does not move: write region: ' + oldSelf.status.pinned.region + ', or make a new Datalake'")
    .field(".spec.region")
}

fn table_layout(field: &str, pinned: &str) -> Rule {
    let was = format!("oldSelf.status.pinned.{pinned}");
    Rule::new(
        "",
        format!(
            "!({PINNED}) || !has({was}) || self.spec.{field} == oldSelf.spec.{field} || self.spec.{field} == {was}"
        ),
        "fixed since the table exists, for the objects already written: put it back, or make a new Datalake",
    )
    .explain(format!(
        "'fixed since the table exists, for the objects already written: write ' + {was} + ', or make a new Datalake'"
    ))
    .field(format!(".spec.{field}"))
}

/// An override may be set until its resource exists, and after that to the name it has.
fn name(field: &str, id: &str) -> Rule {
    let (new, old) = (
        format!("self.spec.names.{field}"),
        format!("oldSelf.spec.names.{field}"),
    );
    let was = format!("oldSelf.status.pinned.names['{id}']");
    Rule::new(
        "",
        format!(
            "!({PINNED}) || !has(oldSelf.status.pinned.names) || !('{id}' in oldSelf.status.pinned.names) \
             || (has({new}) ? {new} == {was} || has({old}) && {new} == {old} : !has({old}) || {old} != {was})"
        ),
        "a resource of this name exists, and AWS renames none: put the name back, or make a new Datalake",
    )
    .explain(format!(
        "'fixed since the resource exists, and AWS renames none: write ' + {was} + ', or make a new Datalake'"
    ))
    .field(format!(".spec.names.{field}"))
}
