//! From the object to the [`Lake`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::check::{SpecFault, faults};
use super::naming::{existing, names, shared_names};
use super::{Consent, Lake, Record};
use crate::api::vocabulary as words;
use crate::api::{Datalake, DatalakeStatus, StreamMode};
use crate::model::arn::{KeyArn, Region, Scope};
use crate::model::hive;
use crate::model::names::Prefix;
use crate::model::owner::Owner;
use crate::model::topology::Id;

/// What is the same for every lake of one operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The cluster id.
    pub cluster: String,
    /// What every name begins with.
    pub prefix: Prefix,
    /// The operator's own region.
    pub region: Option<Region>,
    /// ARN of the permissions boundary of every role.
    pub boundary: Option<String>,
}

/// The region of a lake: what is pinned for one that is being deleted, else the spec's, else the operator's.
pub fn region(object: &Datalake, origin: &Origin) -> Option<Region> {
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    let leaving = object.metadata.deletion_timestamp.is_some();
    let pinned = pinned
        .filter(|_| leaving)
        .and_then(|pinned| Region::parse(&pinned.region).ok());
    let named = || {
        object
            .spec
            .region
            .as_deref()
            .and_then(|region| Region::parse(region).ok())
    };
    pinned.or_else(named).or_else(|| origin.region.clone())
}

/// Resolves an object; its faults stop that, unless it is being deleted: then only names and place matter, and what
/// can't be read counts as not written.
pub fn resolve(object: &Datalake, place: &Scope, origin: &Origin) -> Result<Lake, Vec<SpecFault>> {
    let leaving = object
        .metadata
        .deletion_timestamp
        .is_some()
        .then_some(object.spec.deletion_policy);
    let found = faults(object, origin.region.as_ref());
    if leaving.is_none() && !found.is_empty() {
        return Err(found);
    }
    let spec = &object.spec;
    let owner = Owner {
        cluster: origin.cluster.clone(),
        namespace: object.metadata.namespace.clone().unwrap_or_default(),
        name: object.metadata.name.clone().unwrap_or_default(),
    };
    let names = names(object, &owner, place, origin, leaving);
    let shared = shared_names(&names);
    if leaving.is_none() && !shared.is_empty() {
        return Err(shared);
    }
    let own_key = |arn: &Option<String>| arn.as_deref().and_then(|arn| KeyArn::parse(arn).ok());
    Ok(Lake {
        existing: existing(object, leaving),
        names,
        generation: object.metadata.generation.unwrap_or_default(),
        version: version(object),
        columns: columns(object),
        json_keys: json_keys(object),
        timestamp_formats: spec.schema.timestamp_formats.clone(),
        shards: (spec.stream.mode == StreamMode::Provisioned).then(|| spec.stream.shards.unwrap_or(1)),
        interval_seconds: spec.buffering.interval_seconds,
        size_mib: spec.buffering.size_mib,
        stream_hours: spec.retention.stream_hours,
        raw_days: spec.retention.raw_days,
        error_days: spec.retention.error_days,
        lake_days: spec.retention.lake_days,
        transitions: spec
            .storage
            .transitions
            .iter()
            .map(|t| (t.after_days, t.storage_class))
            .collect(),
        granularity: spec.partitioning.granularity,
        time_zone: spec.partitioning.time_zone.clone(),
        discovery: spec.partitioning.discovery,
        format: spec.format.r#type,
        compression: spec.format.compression,
        schedule: spec.crawler.clone().unwrap_or_default().schedule,
        rotation: spec.encryption.rotation,
        deletion_window_days: spec.encryption.deletion_window_days.clamp(7, 30),
        own_bucket_key: own_key(&spec.encryption.bucket_key_arn),
        own_stream_key: own_key(&spec.encryption.stream_key_arn),
        workgroup: spec.query.workgroup,
        result_days: spec.query.result_days,
        scan_limit_mib: spec.query.bytes_scanned_limit_mib,
        publisher: spec.test_publisher.enabled,
        tags: owner.tags(&spec.tags),
        boundary: origin.boundary.clone(),
        drift: spec.drift_policy,
        adoption: spec.adoption,
        agreed: agreed(object),
        leaving,
        leaving_since: object.metadata.deletion_timestamp.as_ref().map(|at| at.0),
        consent: consent(object),
        record: record_of(object),
        place: place.clone(),
        owner,
    })
}

fn version(object: &Datalake) -> String {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let metadata = &object.metadata;
    format!("{}/{}", text(&metadata.uid), text(&metadata.resource_version))
}

fn columns(object: &Datalake) -> Vec<hive::Column> {
    let columns = object.spec.schema.columns.iter();
    columns
        .filter_map(|column| {
            let r#type = hive::Type::parse(&column.r#type).ok()?;
            Some(hive::Column {
                name: column.name.clone(),
                r#type,
                comment: column.comment.clone(),
            })
        })
        .collect()
}

fn json_keys(object: &Datalake) -> BTreeMap<String, String> {
    let columns = object.spec.schema.columns.iter();
    columns
        .filter_map(|column| Some((column.name.clone(), column.json_key.clone()?)))
        .collect()
}

fn consent(object: &Datalake) -> Consent {
    let annotations = object.metadata.annotations.as_ref();
    let says = |key| {
        annotations
            .and_then(|all| all.get(key))
            .is_some_and(|value| value == "true")
    };
    Consent {
        empty_buckets: says(words::EMPTY_BUCKETS),
        shorten_retention: says(words::SHORTEN_RETENTION),
    }
}

/// The hashes that the annotation lists, in whatever way they are set apart.
fn agreed(object: &Datalake) -> BTreeSet<String> {
    let listed = object.metadata.annotations.as_ref();
    let listed = listed
        .and_then(|all| all.get(words::ADOPT))
        .map_or("", String::as_str);
    let hashes = listed.split(|c: char| c == ',' || c.is_whitespace());
    hashes
        .filter(|hash| !hash.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the object had a status once, and has none: the first is written before the object is held.
pub fn status_is_lost(object: &Datalake) -> bool {
    let mut held = object.metadata.finalizers.iter().flatten();
    object.status.is_none() && held.any(|held| held == words::FINALIZER)
}

fn record_of(object: &Datalake) -> Record {
    match &object.status {
        Some(status) => record(status),
        None => Record {
            lost: status_is_lost(object),
            ..Record::default()
        },
    }
}

fn record(status: &DatalakeStatus) -> Record {
    let resources = status
        .resources
        .iter()
        .filter_map(|r| Some((r.id.parse::<Id>().ok()?, r)));
    let mut applied = BTreeMap::new();
    let mut unfinished = BTreeSet::new();
    let mut listed = BTreeSet::new();
    for (id, resource) in resources {
        listed.insert(id);
        if let Some(digest) = &resource.applied {
            applied.insert(id, digest.clone());
        } else if resource.unfinished {
            unfinished.insert(id);
        }
    }
    let pinned = || status.pinned.iter();
    Record {
        generation: status.applied_generation,
        used_keys: used_keys(status),
        seen: !status.resources.is_empty(),
        lost: false,
        applied,
        listed,
        unfinished,
        keys: by_id(pinned().flat_map(|pinned| &pinned.key_ids)),
        intents: by_id(pinned().flat_map(|pinned| &pinned.key_intents)),
        abandoned: by_id(pinned().flat_map(|pinned| &pinned.abandoned_key_intents)),
        spare_keys: by_id(pinned().flat_map(|pinned| &pinned.spare_keys)),
    }
}

fn by_id<'a, T: Clone + 'a>(entries: impl Iterator<Item = (&'a String, &'a T)>) -> BTreeMap<Id, T> {
    entries
        .filter_map(|(id, value)| Some((id.parse().ok()?, value.clone())))
        .collect()
}

fn used_keys(status: &DatalakeStatus) -> BTreeMap<Id, Vec<KeyArn>> {
    let pinned = status.pinned.iter().flat_map(|pinned| &pinned.used_keys);
    let parsed = |arns: &Vec<String>| arns.iter().filter_map(|arn| KeyArn::parse(arn).ok()).collect();
    pinned
        .filter_map(|(id, arns)| Some((id.parse().ok()?, parsed(arns))))
        .collect()
}

/// What is pinned in status and resolves differently now; with any of these nothing may be written.
pub fn contradictions(lake: &Lake, status: Option<&DatalakeStatus>) -> Vec<String> {
    let Some(pinned) = status.and_then(|status| status.pinned.as_ref()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut differs = |what: fmt::Arguments, was: &str, is: &str| {
        if !was.is_empty() && was != is {
            found.push(format!("{what} was {was} when the lake was made and is {is} now"));
        }
    };
    differs(
        format_args!("the AWS account"),
        &pinned.account,
        lake.place.account.as_str(),
    );
    differs(
        format_args!("the region"),
        &pinned.region,
        lake.place.region.as_str(),
    );
    for id in Id::ALL {
        let was = pinned.names.get(id.as_str()).map_or("", String::as_str);
        differs(
            format_args!("the name of the {} ({id})", id.kind()),
            was,
            lake.name(id),
        );
    }
    for id in Id::ALL
        .into_iter()
        .filter(|id| pinned.names.contains_key(id.as_str()))
    {
        let whose = |existing| {
            if existing {
                "in spec.existing"
            } else {
                "the lake's own"
            }
        };
        let was = pinned.existing.iter().any(|other| other == id.as_str());
        differs(
            format_args!("the {} ({id})", id.kind()),
            whose(was),
            whose(lake.existing.contains(&id)),
        );
    }
    let fixed = [
        (
            "partitioning.granularity",
            &pinned.granularity,
            format!("{:?}", lake.granularity),
        ),
        ("partitioning.timeZone", &pinned.time_zone, lake.time_zone.clone()),
        ("format.type", &pinned.format, format!("{:?}", lake.format)),
    ];
    for (what, was, is) in fixed {
        if lake.leaving.is_none() {
            differs(format_args!("{what}"), was.as_deref().unwrap_or_default(), &is);
        }
    }
    found
}
