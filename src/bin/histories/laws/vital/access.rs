//! Roles, the workgroup and the test publisher.

use datalake_operator::api::DatalakeSpec;
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;

use super::pipeline::log_group;
use super::{Keys, same, says, wanted};
use crate::home::{self, ACCOUNT};

pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, keys: &Keys) -> Result<(), String> {
    let place = &home.place;
    let bucket = |name: &str, prefix: &str| format!("{}/{prefix}*", place.bucket(name));
    let (bucket_key, stream_key) = (keys.bucket.as_deref(), keys.stream.as_deref());
    let (bucket_key, stream_key) = (bucket_key.unwrap_or("a key"), stream_key.unwrap_or("a key"));
    let names = &home.names;
    let stream = place.stream(&names.stream).to_string();
    let table = place.table(&names.database, &names.table).to_string();
    let prefixes = [
        bucket(&names.lake_bucket, "data/"),
        bucket(&names.lake_bucket, "errors/"),
        bucket(&names.raw_bucket, "raw/"),
        bucket(&names.raw_bucket, "errors/"),
    ];
    let mut delivery = vec![
        "s3:PutObject",
        "kinesis:GetRecords",
        "glue:GetTableVersions",
        "kms:GenerateDataKey",
    ];
    delivery.extend(prefixes.iter().map(String::as_str));
    delivery.extend([stream.as_str(), &table, bucket_key, stream_key]);
    role(cloud, home, Id::DeliveryRole, "firehose.amazonaws.com", &delivery)?;
    if wanted(spec, Id::CrawlerRole) {
        let words = [
            "s3:GetObject",
            "glue:BatchCreatePartition",
            &prefixes[0],
            &table,
            bucket_key,
        ];
        role(cloud, home, Id::CrawlerRole, "glue.amazonaws.com", &words)?;
    }
    if wanted(spec, Id::Workgroup) {
        workgroup(cloud, home, spec, keys)?;
    }
    if wanted(spec, Id::Publisher) {
        let words = ["kinesis:PutRecord", "kms:GenerateDataKey", &stream, stream_key];
        role(cloud, home, Id::PublisherRole, "lambda.amazonaws.com", &words)?;
        log_group(cloud, home, &names.publisher_log_group, &[])?;
        publisher(cloud, home)?;
    }
    Ok(())
}

/// The service may take on the role, whose one inline policy speaks of all that.
fn role(cloud: &Cloud, home: &Lake, id: Id, service: &str, words: &[&str]) -> Result<(), String> {
    let live = cloud.roles.get(&home.place.role(home.name(id)).to_string());
    let live = live.ok_or_else(|| format!("the {id} is missing"))?;
    let trust = Some(live.seen.trust.as_str());
    says(
        &format!("the trust of the {id}"),
        trust,
        &[service, "sts:AssumeRole"],
    )?;
    let boundary = home::boundary(&home.place.region);
    if boundary.is_some() {
        let have = live.seen.boundary.as_deref();
        same(&format!("the boundary of the {id}"), &have, &boundary)?;
    }
    same(
        &format!("how many inline policies the {id} has"),
        &live.policies.len(),
        &1,
    )?;
    let policy = live.policies.values().next().map(String::as_str);
    says(&format!("the inline policy of the {id}"), policy, words)
}

/// Whoever queries in it writes its results where they expire, encrypted.
fn workgroup(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, keys: &Keys) -> Result<(), String> {
    let live = cloud
        .workgroups
        .get(&home.place.workgroup(&home.names.workgroup).to_string());
    let live = live.ok_or("the workgroup is missing")?;
    same("the workgroup's state", &live.state.as_str(), &"ENABLED")?;
    same("the workgroup's enforcement", &live.enforced, &Some(true))?;
    let results = format!("s3://{}/query-results/", home.names.lake_bucket);
    same("where results go", &live.output_location, &Some(results))?;
    let encryption = Some(("SSE_KMS".to_owned(), keys.bucket.clone()));
    same("the encryption of results", &live.encryption, &encryption)?;
    same(
        "the owner of the results' bucket",
        &live.bucket_owner.as_deref(),
        &Some(ACCOUNT),
    )?;
    let limit = spec.query.bytes_scanned_limit_mib.map(|mib| mib * 1024 * 1024);
    same("bytesScannedLimitMiB", &live.cutoff_bytes, &limit)
}

fn publisher(cloud: &Cloud, home: &Lake) -> Result<(), String> {
    let (place, names) = (&home.place, &home.names);
    let live = cloud.functions.get(&place.function(&names.publisher).to_string());
    let live = &live.ok_or("the publisher is missing")?.seen;
    let configuration = &live.configuration;
    let states = (live.state.as_str(), live.last_update.as_str());
    same("the publisher's states", &states, &("Active", "Successful"))?;
    let role = place.role(&names.publisher_role).to_string();
    same("the publisher's role", &configuration.role_arn, &role)?;
    let stream = configuration.environment.get("STREAM_NAME");
    same("the publisher's stream", &stream, &Some(&names.stream))?;
    same("the publisher's timeout", &configuration.timeout_seconds, &30)
}
