//! The delivery stream, and the log that it writes its errors to.

use datalake_operator::api::{Compression, DatalakeSpec, FormatType, Granularity};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::kinds::delivery::{Conversion, Deserializer, Destination, Serializer};
use datalake_operator::model::lake::Lake;

use super::{Keys, same, says};
use crate::home::ACCOUNT;

/// Where the table's objects go, by partition.
const FOLDERS: [(Granularity, &str); 4] = [
    (Granularity::Year, "data/year=!{timestamp:yyyy}/"),
    (
        Granularity::Month,
        "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
    ),
    (
        Granularity::Day,
        "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/",
    ),
    (
        Granularity::Hour,
        "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
    ),
];
/// Where what could not be delivered goes, in either bucket.
const ERRORS: &str = "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/";
/// Seconds and MiB of a raw copy.
const RAW_BUFFERING: (i32, i32) = (300, 64);
/// Days that logs are kept.
const LOG_DAYS: i32 = 30;
/// Log streams of deliveries and of raw copies.
const LOGS: [&str; 2] = ["DestinationDelivery", "BackupDelivery"];

pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec, keys: &Keys) -> Result<(), String> {
    log_group(cloud, home, &home.names.log_group, &LOGS)?;
    let (place, names) = (&home.place, &home.names);
    let arn = place.delivery_stream(&names.delivery).to_string();
    let live = &cloud
        .deliveries
        .get(&arn)
        .ok_or("there is no delivery stream")?
        .seen;
    let role = place.role(&names.delivery_role).to_string();
    same("the delivery's state", &live.status.as_str(), &"ACTIVE")?;
    same(
        "the delivery's source",
        &live.stream_arn,
        &place.stream(&names.stream).to_string(),
    )?;
    same("the role that reads the source", &live.source_role_arn, &role)?;
    same("dynamic partitioning", &live.dynamic_partitioning, &false)?;
    let to = live.destination.as_ref().ok_or("it delivers nowhere")?;
    let written = |name: &str, to: &Destination, bucket: &str, log: &str| {
        same(
            &format!("the bucket of {name}"),
            &to.bucket_arn,
            &place.bucket(bucket).to_string(),
        )?;
        same(&format!("the key of {name}"), &to.key_arn, &keys.bucket)?;
        same(&format!("the role of {name}"), &to.role_arn, &role)?;
        same(
            &format!("the error prefix of {name}"),
            &to.error_prefix.as_str(),
            &ERRORS,
        )?;
        let logging = Some((names.log_group.clone(), log.to_owned()));
        same(&format!("the log of {name}"), &to.logging, &logging)
    };
    written("the deliveries", to, &names.lake_bucket, LOGS[0])?;
    let folder = FOLDERS
        .iter()
        .find(|(finest, _)| *finest == spec.partitioning.granularity);
    same(
        "the prefix",
        &Some(to.prefix.as_str()),
        &folder.map(|(_, prefix)| *prefix),
    )?;
    let zone = spec.partitioning.time_zone.as_str();
    same("the time zone", &to.time_zone.as_deref().unwrap_or("UTC"), &zone)?;
    let buffering = Some((spec.buffering.interval_seconds, spec.buffering.size_mib));
    same("buffering", &to.buffering, &buffering)?;
    same(
        "compression outside the files",
        &to.compression.as_deref(),
        &Some("UNCOMPRESSED"),
    )?;
    conversion(to.conversion.as_ref().ok_or("it converts nothing")?, home, spec)?;

    let raw = to.backup.as_deref().ok_or("it keeps no raw copies")?;
    written("the raw copies", raw, &names.raw_bucket, LOGS[1])?;
    same("the prefix of the raw copies", &raw.prefix.as_str(), &"raw/")?;
    same(
        "the buffering of the raw copies",
        &raw.buffering,
        &Some(RAW_BUFFERING),
    )?;
    same(
        "the compression of the raw copies",
        &raw.compression.as_deref(),
        &Some("GZIP"),
    )
}

/// The log group is there, with its log streams, and keeps them as long as it is to.
pub fn log_group(cloud: &Cloud, home: &Lake, name: &str, streams: &[&str]) -> Result<(), String> {
    let live = cloud.log_groups.get(&home.place.log_group(name).to_string());
    let live = live.ok_or_else(|| format!("{name} is missing"))?;
    same(
        &format!("the retention of {name}"),
        &live.seen.retention_days,
        &Some(LOG_DAYS),
    )?;
    match streams.iter().find(|stream| !live.streams.contains(**stream)) {
        Some(stream) => Err(format!("{name} lacks the log stream {stream}")),
        None => Ok(()),
    }
}

fn conversion(live: &Conversion, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let (place, names, schema) = (&home.place, &home.names, &live.schema);
    same(
        "the schema",
        &(
            schema.database.as_str(),
            schema.table.as_str(),
            schema.version.as_deref(),
        ),
        &(names.database.as_str(), names.table.as_str(), Some("LATEST")),
    )?;
    same(
        "the role of the schema",
        &schema.role_arn,
        &place.role(&names.delivery_role).to_string(),
    )?;
    let catalog = (schema.region.as_deref(), schema.catalog_id.as_deref());
    same(
        "the catalog",
        &catalog,
        &(Some(place.region.as_str()), Some(ACCOUNT)),
    )?;
    let (is, compression) = match &live.serializer {
        Serializer::Parquet { compression } => (FormatType::Parquet, compression),
        Serializer::Orc { compression } => (FormatType::Orc, compression),
        Serializer::Unknown => return Err("it writes no format of columns".to_owned()),
    };
    same("the format", &is, &spec.format.r#type)?;
    let word = match (spec.format.compression, is) {
        (Compression::Snappy, _) => "SNAPPY",
        (Compression::Gzip, _) => "GZIP",
        (Compression::Zlib, _) => "ZLIB",
        (Compression::Uncompressed, FormatType::Parquet) => "UNCOMPRESSED",
        (Compression::Uncompressed, FormatType::Orc) => "NONE",
    };
    same(
        "the compression",
        &compression.as_deref().unwrap_or("SNAPPY"),
        &word,
    )?;
    reader(&live.deserializer, spec)
}

/// How the JSON is read.
fn reader(live: &Deserializer, spec: &DatalakeSpec) -> Result<(), String> {
    match live {
        Deserializer::Hive(formats) => {
            let (mut have, mut want) = (formats.clone(), spec.schema.timestamp_formats.clone());
            have.sort();
            want.sort();
            same("timestampFormats", &have, &want)
        }
        Deserializer::OpenX { mappings, .. } if spec.schema.timestamp_formats.is_empty() => {
            let keyed = spec.schema.columns.iter().filter_map(|column| {
                let key = column.json_key.as_ref()?.to_lowercase();
                Some((column.name.clone(), key))
            });
            same("the keys of the JSON", mappings, &keyed.collect())
        }
        other => says("the reader", Some(&format!("{other:?}")), &["Hive"]),
    }
}
