//! The whole truth about a spec: every fault at once, each with its path and what to write instead.
//!
//! The CRD refuses most of these at apply; this also guards what was stored under an older rule, and knows what a
//! schema can't.

mod columns;
mod existing;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::vocabulary as words;
use crate::api::{
    Compression, Datalake, DatalakeSpec, Discovery, FormatType, StorageClass, StreamMode, Transition,
};
use crate::model::arn::{KeyArn, Region};
use crate::model::names::NameKind;
use crate::model::schedule::Schedule;

/// One fault of a spec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpecFault {
    /// Where, as `spec.schema.columns[0].type`.
    pub path: String,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl std::fmt::Display for SpecFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The most tags of the user's own: services take 50, and the owner's tags are beside them.
const MAX_TAGS: usize = 40;

struct Faults(Vec<SpecFault>);

impl Faults {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(SpecFault {
            path: path.into(),
            message: message.into(),
        });
    }

    fn within(&mut self, path: &str, unit: &str, value: i32, bounds: std::ops::RangeInclusive<i32>) {
        if !bounds.contains(&value) {
            let (low, high) = bounds.into_inner();
            self.add(path, format!("must be {low} to {high} {unit}, got {value}"));
        }
    }

    fn check<E: std::fmt::Display>(&mut self, path: &str, result: Result<(), E>) {
        if let Err(error) = result {
            self.add(path, error.to_string());
        }
    }
}

/// Every fault of the object's spec; `default_region` is the operator's own, for the region of keys.
pub fn faults(object: &Datalake, default_region: Option<&Region>) -> Vec<SpecFault> {
    let spec = &object.spec;
    let mut faults = Faults(Vec::new());
    name(object, &mut faults);
    region(spec, default_region, &mut faults);
    columns::columns(&spec.schema, &mut faults);
    columns::timestamp_formats(&spec.schema, &mut faults);
    numbers(spec, &mut faults);
    format_and_partitions(spec, &mut faults);
    transitions(spec, &mut faults);
    keys(spec, default_region, &mut faults);
    tags(&spec.tags, &mut faults);
    names(spec, &mut faults);
    existing::check(spec, &mut faults);
    faults.0
}

fn name(object: &Datalake, faults: &mut Faults) {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    if name.contains('.') || name.len() > 63 {
        faults.add(
            "metadata.name",
            "a lake's name has at most 63 characters and no dot: AWS names are made of it",
        );
    }
}

fn region(spec: &DatalakeSpec, default_region: Option<&Region>, faults: &mut Faults) {
    match &spec.region {
        Some(region) => faults.check("spec.region", Region::parse(region).map(drop)),
        None if default_region.is_none() => {
            faults.add(
                "spec.region",
                "write a region, for example eu-west-1: the operator has none of its own",
            );
        }
        None => {}
    }
}

fn numbers(spec: &DatalakeSpec, faults: &mut Faults) {
    match (spec.stream.mode, spec.stream.shards) {
        (StreamMode::OnDemand, Some(_)) => faults.add(
            "spec.stream.shards",
            "an OnDemand stream has no shards: remove shards, or write mode: Provisioned",
        ),
        (StreamMode::Provisioned, Some(shards)) => {
            faults.within("spec.stream.shards", "shards", shards, 1..=10_000);
        }
        _ => {}
    }
    let (buffering, retention) = (&spec.buffering, &spec.retention);
    faults.within(
        "spec.buffering.intervalSeconds",
        "seconds",
        buffering.interval_seconds,
        60..=900,
    );
    faults.within(
        "spec.buffering.sizeMiB",
        "MiB (Parquet and ORC conversion)",
        buffering.size_mib,
        64..=128,
    );
    faults.within(
        "spec.retention.streamHours",
        "hours",
        retention.stream_hours,
        24..=8760,
    );
    faults.within("spec.retention.rawDays", "days", retention.raw_days, 1..=36_500);
    faults.within(
        "spec.retention.errorDays",
        "days",
        retention.error_days,
        1..=36_500,
    );
    if let Some(days) = retention.lake_days {
        faults.within("spec.retention.lakeDays", "days", days, 1..=36_500);
    }
    faults.within(
        "spec.query.resultDays",
        "days",
        spec.query.result_days,
        1..=36_500,
    );
    if spec
        .query
        .bytes_scanned_limit_mib
        .is_some_and(|limit| !(10..=8_000_000_000).contains(&limit))
    {
        faults.add(
            "spec.query.bytesScannedLimitMiB",
            "Athena takes a limit of 10 MiB or more",
        );
    }
    let window = spec.encryption.deletion_window_days;
    faults.within("spec.encryption.deletionWindowDays", "days", window, 7..=30);
}

fn format_and_partitions(spec: &DatalakeSpec, faults: &mut Faults) {
    let known = match spec.format.r#type {
        FormatType::Parquet => [Compression::Snappy, Compression::Gzip, Compression::Uncompressed],
        FormatType::Orc => [Compression::Snappy, Compression::Zlib, Compression::Uncompressed],
    };
    if !known.contains(&spec.format.compression) {
        let message = format!(
            "{:?} files take {known:?}, not {:?}",
            spec.format.r#type, spec.format.compression
        );
        faults.add("spec.format.compression", message);
    }
    let zone = &spec.partitioning.time_zone;
    // Firehose API reference, ExtendedS3DestinationConfiguration, CustomTimeZone: letters, `/` and `_`, at most 50.
    let letters = zone
        .chars()
        .all(|c| c.is_ascii_alphabetic() || c == '/' || c == '_');
    if zone.is_empty() || zone.len() > 50 || !letters {
        let message = "write an IANA time zone of letters, / and _, for example UTC or Europe/Madrid";
        faults.add("spec.partitioning.timeZone", message);
    }
    match (spec.partitioning.discovery, &spec.crawler) {
        (Discovery::Projection, Some(_)) => faults.add(
            "spec.crawler",
            "with discovery: Projection there is no crawler: remove it, or write discovery: Crawler",
        ),
        (Discovery::Crawler, Some(crawler)) => {
            faults.check(
                "spec.crawler.schedule",
                Schedule::parse(&crawler.schedule).map(drop),
            );
        }
        _ => {}
    }
}

fn transitions(spec: &DatalakeSpec, faults: &mut Faults) {
    let transitions = &spec.storage.transitions;
    let moves_to = |class| {
        transitions
            .iter()
            .any(|transition| transition.storage_class == class)
    };
    // S3 user guide, "Transitioning objects using Amazon S3 Lifecycle", unsupported transitions.
    if moves_to(StorageClass::OneZoneIA) && moves_to(StorageClass::GlacierIR) {
        let message = "S3 does not move objects from OneZoneIA to GlacierIR: write one of the two";
        faults.add("spec.storage.transitions", message);
    }
    for (index, transition) in transitions.iter().enumerate() {
        let path = format!("spec.storage.transitions[{index}]");
        let least = if is_infrequent(transition) { 30 } else { 1 };
        faults.within(
            &format!("{path}.afterDays"),
            "days",
            transition.after_days,
            least..=36_500,
        );
        if spec
            .retention
            .lake_days
            .is_some_and(|days| days <= transition.after_days)
        {
            let message = "objects expire before they would move: write fewer days than retention.lakeDays";
            faults.add(format!("{path}.afterDays"), message);
        }
        let before = index.checked_sub(1).and_then(|i| transitions.get(i));
        if before.is_some_and(|b| {
            b.after_days >= transition.after_days || b.storage_class >= transition.storage_class
        }) {
            let message = "transitions go by age, and only StandardIA, IntelligentTiering, OneZoneIA, GlacierIR in this order";
            faults.add(path.clone(), message);
        }
        // S3 user guide, "Transitioning objects using Amazon S3 Lifecycle", minimum 30-day storage charge.
        if before.is_some_and(|b| is_infrequent(b) && transition.after_days < b.after_days + 30) {
            let message = "S3 keeps objects in StandardIA and OneZoneIA for 30 days: move them on 30 days later or more";
            faults.add(format!("{path}.afterDays"), message);
        }
    }
}

fn is_infrequent(to: &Transition) -> bool {
    matches!(
        to.storage_class,
        StorageClass::StandardIA | StorageClass::OneZoneIA
    )
}

fn keys(spec: &DatalakeSpec, default_region: Option<&Region>, faults: &mut Faults) {
    let region = spec.region.as_deref().or(default_region.map(Region::as_str));
    let of_users = [
        ("spec.encryption.bucketKeyArn", &spec.encryption.bucket_key_arn),
        ("spec.encryption.streamKeyArn", &spec.encryption.stream_key_arn),
    ];
    for (path, arn) in of_users {
        match arn.as_deref().map(KeyArn::parse) {
            Some(Ok(key)) if region.is_some_and(|region| region != key.region()) => {
                let (there, here) = (key.region(), region.unwrap_or_default());
                faults.add(
                    path,
                    format!("the key is in {there}, the lake in {here}: use a key of {here}"),
                );
            }
            Some(Err(error)) => faults.add(path, error.to_string()),
            _ => {}
        }
    }
}

fn tags(tags: &BTreeMap<String, String>, faults: &mut Faults) {
    if tags.len() > MAX_TAGS {
        faults.add(
            "spec.tags",
            format!("at most {MAX_TAGS} tags of your own, got {}", tags.len()),
        );
    }
    let allowed = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
    let mut seen = BTreeSet::new();
    for (key, value) in tags {
        let lower = key.to_ascii_lowercase();
        // IAM API reference, TagRole: keys of a role that differ only in case are one key.
        let message = if !seen.insert(lower.clone()) {
            "IAM does not tell upper from lower case in tag keys: write each key once"
        } else if lower.starts_with("aws:") {
            "keys that begin with aws: are AWS's own"
        } else if lower == words::TAG_MANAGED_BY || lower.starts_with("datalake-operator.io/") {
            "this key is the operator's own"
        } else if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            "a tag's key has 1 to 128 characters, its value at most 256"
        } else if !key.chars().all(allowed) || !value.chars().all(allowed) {
            "tags hold letters, digits, spaces and _ . : / = + - @"
        } else {
            continue;
        };
        faults.add(format!("spec.tags[{key}]"), message);
    }
}

fn names(spec: &DatalakeSpec, faults: &mut Faults) {
    let names = &spec.names;
    let all = [
        ("bucketKeyAlias", &names.bucket_key_alias, NameKind::KeyAlias),
        ("streamKeyAlias", &names.stream_key_alias, NameKind::KeyAlias),
        ("lakeBucket", &names.lake_bucket, NameKind::Bucket),
        ("rawBucket", &names.raw_bucket, NameKind::Bucket),
        ("stream", &names.stream, NameKind::Stream),
        ("deliveryStream", &names.delivery_stream, NameKind::DeliveryStream),
        ("database", &names.database, NameKind::Database),
        ("table", &names.table, NameKind::Table),
        ("crawler", &names.crawler, NameKind::Crawler),
        ("workgroup", &names.workgroup, NameKind::Workgroup),
        ("deliveryRole", &names.delivery_role, NameKind::Role),
        ("crawlerRole", &names.crawler_role, NameKind::Role),
        ("publisherRole", &names.publisher_role, NameKind::Role),
        ("publisher", &names.publisher, NameKind::Function),
        ("logGroup", &names.log_group, NameKind::LogGroup),
    ];
    let mut seen = BTreeMap::new();
    for (field, name, kind) in all {
        let Some(name) = name else { continue };
        let path = format!("spec.names.{field}");
        faults.check(&path, kind.check(name));
        // Role names are one name space whatever their case (IAM user guide, "IAM and AWS STS quotas").
        let folded = if kind == NameKind::Role {
            name.to_ascii_lowercase()
        } else {
            name.clone()
        };
        if let Some(other) = seen.insert((format!("{kind:?}"), folded), field) {
            faults.add(
                path,
                format!("\"{name}\" is also spec.names.{other}: each resource has a name of its own"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
