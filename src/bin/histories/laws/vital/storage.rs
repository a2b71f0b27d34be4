//! Keys, buckets and the stream.

use datalake_operator::api::{DatalakeSpec, StorageClass, StreamMode};
use datalake_operator::cloud::sim::{Bucket, Cloud};
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;

use super::{Keys, same, says, wanted};
use crate::home::{self, ACCOUNT};

/// Days after which the parts of an unfinished upload go.
const ABORT_DAYS: i32 = 7;

/// A lifecycle rule: prefix, days until objects and their old versions expire and until uploads are given up, and where
/// objects move when.
type Rule<'a> = (&'a str, [Option<i32>; 2], Option<i32>, Vec<(i32, &'a str)>);

pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, keys: &Keys) -> Result<(), String> {
    let own = [Id::BucketKey, Id::StreamKey].into_iter();
    own.filter(|id| wanted(spec, *id))
        .try_for_each(|id| key(cloud, home, spec, id))?;
    let lifecycles = [
        (&home.names.lake_bucket, lake_rules(spec)),
        (&home.names.raw_bucket, raw_rules(spec)),
    ];
    for (name, rules) in lifecycles {
        let live = cloud.buckets.get(&home.place.bucket(name).to_string());
        let live = live.ok_or_else(|| format!("{name} is missing"))?;
        bucket(name, live, keys)?;
        lifecycle(name, live, rules)?;
    }
    stream(cloud, home, spec, keys)
}

fn key(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, id: Id) -> Result<(), String> {
    let arn = home::arn(home, cloud, id).unwrap_or_default();
    let live = cloud.keys.get(&arn);
    let live = &live.ok_or_else(|| format!("the {id} is missing"))?.seen;
    same(
        &format!("the state of the {id}"),
        &live.state.as_str(),
        &"Enabled",
    )?;
    same(
        &format!("the rotation of the {id}"),
        &live.rotation,
        &Some(spec.encryption.rotation),
    )?;
    // Else nobody could ever use or delete it.
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    says(
        &format!("the policy of the {id}"),
        Some(&live.policy),
        &[&root, "kms:*"],
    )
}

fn bucket(name: &str, live: &Bucket, keys: &Keys) -> Result<(), String> {
    let seen = &live.seen;
    let encryption = seen.encryption.as_ref();
    let encryption = encryption.ok_or_else(|| format!("{name} is not encrypted"))?;
    same(
        &format!("the encryption of {name}"),
        &encryption.algorithm.as_str(),
        &"aws:kms",
    )?;
    same(&format!("the key of {name}"), &encryption.key, &keys.bucket)?;
    same(
        &format!("the bucket key of {name}"),
        &encryption.bucket_key,
        &true,
    )?;
    same(
        &format!("the public access block of {name}"),
        &seen.public_access_block,
        &Some([true; 4]),
    )?;
    same(
        &format!("the ownership of {name}"),
        &seen.ownership.as_deref(),
        &Some("BucketOwnerEnforced"),
    )?;
    says(
        &format!("the policy of {name}"),
        seen.policy.as_deref(),
        &["aws:SecureTransport", "Deny"],
    )
}

fn lake_rules(spec: &DatalakeSpec) -> Vec<Rule<'static>> {
    let moves = spec.storage.transitions.iter().map(|transition| {
        let class = match transition.storage_class {
            StorageClass::StandardIA => "STANDARD_IA",
            StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
            StorageClass::OneZoneIA => "ONEZONE_IA",
            StorageClass::GlacierIR => "GLACIER_IR",
        };
        (transition.after_days, class)
    });
    let data = ("data/", [spec.retention.lake_days; 2], None, moves.collect());
    let mut rules = vec![
        expiry("errors/", spec.retention.error_days),
        expiry("query-results/", spec.query.result_days),
        UPLOADS,
    ];
    if data != ("data/", [None; 2], None, Vec::new()) {
        rules.push(data);
    }
    rules
}

fn raw_rules(spec: &DatalakeSpec) -> Vec<Rule<'static>> {
    vec![
        expiry("errors/", spec.retention.error_days),
        expiry("raw/", spec.retention.raw_days),
        UPLOADS,
    ]
}

const UPLOADS: Rule<'static> = ("", [None; 2], Some(ABORT_DAYS), Vec::new());

const fn expiry(prefix: &str, days: i32) -> Rule<'_> {
    (prefix, [Some(days); 2], None, Vec::new())
}

/// Exactly these rules, in any order.
fn lifecycle(name: &str, live: &Bucket, mut rules: Vec<Rule<'_>>) -> Result<(), String> {
    let all = &live.seen.lifecycle;
    if let Some(rule) = all.iter().find(|rule| !rule.enabled || !rule.others.is_empty()) {
        return Err(format!("{name} has a rule that is none of its own: {rule:?}"));
    }
    let have = all.iter().map(|rule| {
        let moves = rule
            .transitions
            .iter()
            .map(|(days, class)| (*days, class.as_str()));
        let expiry = [rule.expire_days, rule.noncurrent_days];
        let prefix = rule.prefix.as_deref().unwrap_or("no prefix");
        (prefix, expiry, rule.abort_days, moves.collect::<Vec<_>>())
    });
    let mut have: Vec<_> = have.collect();
    have.sort();
    rules.sort();
    same(&format!("the lifecycle of {name}"), &have, &rules)
}

fn stream(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, keys: &Keys) -> Result<(), String> {
    let arn = home.place.stream(&home.names.stream).to_string();
    let live = &cloud.streams.get(&arn).ok_or("the stream is missing")?.seen;
    same("the key of the stream", &live.key, &keys.stream)?;
    same("the stream's state", &live.status.as_str(), &"ACTIVE")?;
    same("streamHours", &live.retention_hours, &spec.retention.stream_hours)?;
    let on_demand = spec.stream.mode == StreamMode::OnDemand;
    same("on demand", &live.on_demand, &on_demand)?;
    if !on_demand {
        same("shards", &live.open_shards, &spec.stream.shards.unwrap_or(1))?;
    }
    Ok(())
}
