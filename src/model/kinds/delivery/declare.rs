//! What the delivery stream is to be.

use super::{Conversion, Deserializer, Desired, Destination, SchemaSource, Serializer};
use crate::api::{Compression, FormatType, Granularity};
use crate::model::kinds::log_group::{BACKUP_LOG_STREAM, DELIVERY_LOG_STREAM};
use crate::model::lake::{DATA, ERRORS, Facts, Lake, RAW};
use crate::model::topology::Id;

/// Raw copies are for keeping, so their objects are large: seconds and MiB, whichever comes first.
const BACKUP_BUFFERING: (i32, i32) = (300, 64);

/// What the delivery stream is to be; `None` while it is not known what encrypts a bucket.
///
/// It has one role for all that it does.
pub fn desired(lake: &Lake, facts: &Facts) -> Option<Desired> {
    let role_arn = lake.place.role(&lake.names.delivery_role).to_string();
    // What the table's objects and the raw copies have in common.
    let common = |bucket: Id, log_stream: &str| {
        let cipher = facts.cipher(lake, bucket)?;
        Some(Destination {
            role_arn: role_arn.clone(),
            bucket_arn: lake.place.bucket(lake.name(bucket)).to_string(),
            error_prefix: error_prefix(),
            // Without one, S3 encrypts as the bucket says.
            key_arn: cipher.key().map(ToString::to_string),
            logging: Some((lake.names.log_group.clone(), log_stream.to_owned())),
            ..Destination::default()
        })
    };
    let backup = Destination {
        // Without an expression Firehose appends `yyyy/MM/dd/HH/` in UTC (Firehose developer guide, "Custom
        // prefixes for Amazon S3 objects"), so the copies are in folders of hours all the same.
        prefix: RAW.to_owned(),
        buffering: Some(BACKUP_BUFFERING),
        compression: Some("GZIP".into()),
        ..common(Id::RawBucket, BACKUP_LOG_STREAM)?
    };
    let destination = Destination {
        prefix: data_prefix(lake.granularity),
        buffering: Some((lake.interval_seconds, lake.size_mib)),
        // Compression is inside the files.
        compression: Some("UNCOMPRESSED".into()),
        time_zone: Some(lake.time_zone.clone()),
        conversion: Some(conversion(lake, &role_arn)),
        backup: Some(Box::new(backup)),
        ..common(Id::LakeBucket, DELIVERY_LOG_STREAM)?
    };
    Some(Desired {
        name: lake.names.delivery.clone(),
        stream_arn: lake.place.stream(&lake.names.stream).to_string(),
        role_arn,
        destination,
        tags: lake.tags.clone(),
    })
}

/// Down to the granularity. `yyyy`, never `YYYY`: the latter is the year of the week, another one around New
/// Year.
fn data_prefix(granularity: Granularity) -> String {
    let folders = [
        (Granularity::Year, "year=!{timestamp:yyyy}/"),
        (Granularity::Month, "month=!{timestamp:MM}/"),
        (Granularity::Day, "day=!{timestamp:dd}/"),
        (Granularity::Hour, "hour=!{timestamp:HH}/"),
    ];
    let kept = folders.into_iter().filter(|(finest, _)| *finest <= granularity);
    DATA.to_owned() + &kept.map(|(_, folder)| folder).collect::<String>()
}

/// An error prefix with expressions must say the type of the error (Firehose developer guide, "Custom
/// prefixes").
fn error_prefix() -> String {
    format!("{ERRORS}!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd}}/")
}

fn conversion(lake: &Lake, role_arn: &str) -> Conversion {
    let deserializer = if lake.timestamp_formats.is_empty() {
        // CaseInsensitive lower-cases the keys of the JSON before they are looked up (Firehose API reference,
        // OpenXJsonSerDe): a key with capitals is found by its lower-case form only.
        let lower = |(column, key): (&String, &String)| (column.clone(), key.to_lowercase());
        Deserializer::OpenX {
            mappings: lake.json_keys.iter().map(lower).collect(),
            case_insensitive: Some(true),
            dots_to_underscores: Some(false),
        }
    } else {
        Deserializer::Hive(lake.timestamp_formats.clone())
    };
    Conversion {
        deserializer,
        serializer: serializer(lake.format, lake.compression),
        schema: SchemaSource {
            role_arn: role_arn.to_owned(),
            catalog_id: Some(lake.place.account.to_string()),
            database: lake.names.database.clone(),
            table: lake.names.table.clone(),
            region: Some(lake.place.region.to_string()),
            // A column added to the table is written from then on.
            version: Some("LATEST".into()),
        },
    }
}

/// The words differ by format (Firehose API reference, `ParquetSerDe` and `OrcSerDe`). A compression that the
/// format lacks is a fault of the spec and never comes here.
fn serializer(format: FormatType, compression: Compression) -> Serializer {
    let word = match (format, compression) {
        (_, Compression::Snappy) => "SNAPPY",
        (_, Compression::Gzip) => "GZIP",
        (_, Compression::Zlib) => "ZLIB",
        (FormatType::Parquet, Compression::Uncompressed) => "UNCOMPRESSED",
        (FormatType::Orc, Compression::Uncompressed) => "NONE",
    };
    let compression = Some(word.to_owned());
    match format {
        FormatType::Parquet => Serializer::Parquet { compression },
        FormatType::Orc => Serializer::Orc { compression },
    }
}
