//! Two destinations compared by meaning: each member in the words of the Firehose API reference, with what
//! AWS takes for granted filled in on both sides.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conversion, Deserializer, Destination, SchemaSource, Serializer};
use crate::model::kinds::Difference;

/// Property and value. Whether a part is on, and of which sort, is a property of its own, so that a part
/// which only one side has always shows.
type Members = BTreeMap<String, String>;

/// Every member that differs; none where the two mean the same.
pub(super) fn differences(want: &Destination, have: &Destination) -> Vec<Difference> {
    if want == have {
        return Vec::new();
    }
    let place = want.conversion.as_ref().map(|conversion| &conversion.schema);
    let (want, have) = (members("", want, place), members("", have, place));
    let both = want
        .iter()
        .filter_map(|(property, want)| Some((property, want, have.get(property)?)));
    both.filter(|(_, want, have)| want != have)
        .map(|(property, want, have)| Difference::new(property, want, have))
        .collect()
}

/// `place` says what catalog and region AWS means where it names none: those of the delivery stream.
fn members(at: &str, destination: &Destination, place: Option<&SchemaSource>) -> Members {
    let Destination {
        role_arn,
        bucket_arn,
        prefix,
        error_prefix,
        buffering,
        compression,
        key_arn,
        logging,
        time_zone,
        file_extension,
        conversion,
        backup,
        processing,
    } = destination;
    // Firehose developer guide, "Convert input record format": with conversion, 128 MiB instead of 5.
    let (seconds, mib) = buffering.unwrap_or((300, if conversion.is_some() { 128 } else { 5 }));
    let log = logging
        .as_ref()
        .map_or("off".into(), |(group, stream)| format!("{group} {stream}"));
    let mut members = named(
        at,
        [
            ("RoleARN", role_arn.clone()),
            ("BucketARN", bucket_arn.clone()),
            ("Prefix", prefix.clone()),
            ("ErrorOutputPrefix", error_prefix.clone()),
            ("BufferingHints", format!("{seconds} s or {mib} MiB")),
            ("CompressionFormat", or(compression.as_ref(), "UNCOMPRESSED")),
            ("EncryptionConfiguration", or(key_arn.as_ref(), "NoEncryption")),
            ("CloudWatchLoggingOptions", log),
            ("CustomTimeZone", or(time_zone.as_ref(), "UTC")),
            ("FileExtension", or(file_extension.as_ref(), "the default")),
            ("ProcessingConfiguration", switch(*processing)),
            ("DataFormatConversionConfiguration", switch(conversion.is_some())),
            ("S3BackupMode", switch(backup.is_some())),
        ],
    );
    if let Some(conversion) = conversion {
        members.extend(conversion_members(
            conversion,
            place.unwrap_or(&conversion.schema),
        ));
    }
    if let Some(backup) = backup {
        members.extend(self::members("S3Backup.", backup, None));
    }
    members
}

fn conversion_members(conversion: &Conversion, place: &SchemaSource) -> Members {
    let Conversion {
        deserializer,
        serializer,
        schema,
    } = conversion;
    let SchemaSource {
        role_arn,
        catalog_id,
        database,
        table,
        region,
        version,
    } = schema;
    let given = |value: &Option<String>, default: &Option<String>| {
        or(
            value.as_ref(),
            default.as_deref().unwrap_or("that of the delivery stream"),
        )
    };
    let mut members = named(
        "SchemaConfiguration.",
        [
            ("RoleARN", role_arn.clone()),
            ("CatalogId", given(catalog_id, &place.catalog_id)),
            ("DatabaseName", database.clone()),
            ("TableName", table.clone()),
            ("Region", given(region, &place.region)),
            ("VersionId", or(version.as_ref(), "LATEST")),
        ],
    );
    members.extend(deserializer_members(deserializer));
    let (sort, compression) = match serializer {
        Serializer::Parquet { compression } => ("ParquetSerDe", compression),
        Serializer::Orc { compression } => ("OrcSerDe", compression),
        Serializer::Unknown => ("none", &None),
    };
    members.extend(named(
        "",
        [
            ("Serializer", sort.to_owned()),
            ("Serializer.Compression", or(compression.as_ref(), "SNAPPY")),
        ],
    ));
    members
}

fn deserializer_members(deserializer: &Deserializer) -> Members {
    match deserializer {
        Deserializer::OpenX {
            mappings,
            case_insensitive,
            dots_to_underscores,
        } => {
            let pairs: Vec<_> = mappings
                .iter()
                .map(|(column, key)| format!("{column}={key}"))
                .collect();
            named(
                "",
                [
                    ("Deserializer", "OpenXJsonSerDe".to_owned()),
                    ("OpenXJsonSerDe.ColumnToJsonKeyMappings", listed(pairs)),
                    (
                        "OpenXJsonSerDe.CaseInsensitive",
                        case_insensitive.unwrap_or(true).to_string(),
                    ),
                    (
                        "OpenXJsonSerDe.ConvertDotsInJsonKeysToUnderscores",
                        dots_to_underscores.unwrap_or(false).to_string(),
                    ),
                ],
            )
        }
        // A set: each format is tried.
        Deserializer::Hive(formats) => named(
            "",
            [
                ("Deserializer", "HiveJsonSerDe".to_owned()),
                (
                    "HiveJsonSerDe.TimestampFormats",
                    listed(formats.iter().cloned().collect::<BTreeSet<_>>()),
                ),
            ],
        ),
        Deserializer::Unknown => named("", [("Deserializer", "none".to_owned())]),
    }
}

fn named<const N: usize>(at: &str, members: [(&str, String); N]) -> Members {
    members
        .into_iter()
        .map(|(name, value)| (format!("{at}{name}"), value))
        .collect()
}

/// What AWS leaves out and what it says as `""` mean the same.
fn or(value: Option<&String>, default: &str) -> String {
    value
        .filter(|value| !value.is_empty())
        .map_or(default, String::as_str)
        .to_owned()
}

fn switch(on: bool) -> String {
    if on { "Enabled" } else { "Disabled" }.to_owned()
}

fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<_> = items.into_iter().collect();
    if items.is_empty() {
        "none".into()
    } else {
        items.join(", ")
    }
}
