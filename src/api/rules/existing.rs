//! Rules on resources of the user's own that the lake uses: no second name for them, and nothing that would have no
//! effect on them.

use super::Rule;

/// Each field of `spec.existing` and the resource id under which `status.pinned.names` records it.
const FIELDS: [(&str, &str); 4] = [
    ("lakeBucket", "lake-bucket"),
    ("rawBucket", "raw-bucket"),
    ("stream", "stream"),
    ("database", "database"),
];

/// What has no effect: where it may be written, field, and what must hold. A value that is the default can't be told
/// from none.
const IDLE: [(&str, &str, &str, &str); 9] = [
    (
        "lakeBucket",
        ".retention.lakeDays",
        "!has(self.retention.lakeDays)",
        "an existing bucket keeps its own lifecycle",
    ),
    (
        "lakeBucket",
        ".storage.transitions",
        "self.storage.transitions.size() == 0",
        "an existing bucket keeps its own lifecycle",
    ),
    (
        "lakeBucket",
        ".query.resultDays",
        "self.query.resultDays == 7",
        "an existing bucket keeps its own lifecycle",
    ),
    (
        "rawBucket",
        ".retention.rawDays",
        "self.retention.rawDays == 30",
        "an existing bucket keeps its own lifecycle",
    ),
    (
        "stream",
        ".retention.streamHours",
        "self.retention.streamHours == 24",
        "an existing stream keeps its own retention",
    ),
    (
        "stream",
        ".stream",
        "self.stream.mode == 'Provisioned' && !has(self.stream.shards)",
        "an existing stream keeps its own capacity",
    ),
    (
        "stream",
        ".encryption.streamKeyArn",
        "!has(self.encryption.streamKeyArn)",
        "an existing stream keeps its own encryption",
    ),
    (
        "lakeBucket|rawBucket",
        ".encryption.bucketKeyArn",
        "!has(self.encryption.bucketKeyArn)",
        "existing buckets keep their own encryption",
    ),
    (
        "lakeBucket|rawBucket",
        ".retention.errorDays",
        "self.retention.errorDays == 30",
        "existing buckets keep their own lifecycle",
    ),
];

pub(super) fn rules() -> Vec<Rule> {
    let twice = FIELDS.map(|(field, _)| {
        Rule::new(
            "spec",
            format!("!has(self.existing.{field}) || !has(self.names.{field})"),
            format!("existing.{field} names it already: remove names.{field}, or existing.{field} to have one made"),
        )
        .field(format!(".names.{field}"))
        .forbidden()
    });
    let idle = IDLE.map(|(of, path, holds, why)| {
        let used: Vec<_> = of
            .split('|')
            .map(|field| format!("has(self.existing.{field})"))
            .collect();
        Rule::new(
            "spec",
            format!("!({}) || {holds}", used.join(" && ")),
            format!("{why}, so this has no effect: remove it"),
        )
        .field(path)
        .forbidden()
    });
    twice
        .into_iter()
        .chain(idle)
        .chain([one_bucket()])
        .chain(FIELDS.map(|(field, id)| fixed(field, id)))
        .collect()
}

fn one_bucket() -> Rule {
    Rule::new(
        "spec.existing",
        "!has(self.lakeBucket) || !has(self.rawBucket) || self.lakeBucket != self.rawBucket",
        "the lake and the raw copies need a bucket each: write another name than that of lakeBucket",
    )
    .field(".rawBucket")
}

/// Neither from an existing resource to one of the lake's own, nor back, nor to another.
fn fixed(field: &str, id: &str) -> Rule {
    let name = |object: &str| {
        format!(
            "(has({object}.spec.existing) && has({object}.spec.existing.{field}) ? {object}.spec.existing.{field} : '')"
        )
    };
    Rule::new(
        "",
        format!(
            "!has(oldSelf.status) || !has(oldSelf.status.pinned) || !has(oldSelf.status.pinned.names) \
             || !('{id}' in oldSelf.status.pinned.names) || {} == {}",
            name("self"),
            name("oldSelf")
        ),
        "fixed since the lake uses a resource of its own or this one: put it back, or make a new Datalake",
    )
    .field(format!(".spec.existing.{field}"))
}
