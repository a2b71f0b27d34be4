use super::*;
use crate::api::{Compression, Granularity};
use crate::model::lake::Facts;
use crate::model::testing::key;

#[test]
fn the_default_lake_is_delivered_as_parquet_with_raw_copies() {
    let lake = lake();
    let Destination {
        conversion, backup, ..
    } = of(&lake).destination.clone();
    let (destination, conversion, backup) = (of(&lake).destination, conversion.unwrap(), backup.unwrap());
    assert_eq!(
        destination.prefix,
        "data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
    );
    let errors = "errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/";
    assert_eq!(
        (&*destination.error_prefix, &*backup.error_prefix),
        (errors, errors)
    );
    assert_eq!(destination.buffering, Some((60, 64)));
    assert_eq!(destination.compression.as_deref(), Some("UNCOMPRESSED"));
    assert_eq!(
        conversion.serializer,
        Serializer::Parquet {
            compression: Some("SNAPPY".into())
        }
    );
    assert_eq!((&*backup.prefix, backup.buffering), ("raw/", Some((300, 64))));
    assert_eq!(backup.compression.as_deref(), Some("GZIP"));
    assert_ne!(backup.bucket_arn, destination.bucket_arn);
    let key = facts().bucket_key.map(|key| key.to_string());
    assert_eq!((&destination.key_arn, &backup.key_arn), (&key, &key));
    let stream = |name: &str| Some((lake.names.log_group.clone(), name.to_owned()));
    assert_eq!(
        (destination.logging, backup.logging),
        (stream("DestinationDelivery"), stream("BackupDelivery"))
    );
}

#[test]
fn it_waits_for_its_key_and_prefers_the_users_own() {
    let mut lake = lake();
    assert_eq!(desired(&lake, &Facts::default()), None);
    lake.own_bucket_key = Some(key("own"));
    assert_eq!(of(&lake).destination.key_arn, Some(key("own").to_string()));
}

#[test]
fn folders_go_down_to_the_granularity() {
    for (granularity, last) in [
        (Granularity::Year, "data/year=!{timestamp:yyyy}/"),
        (Granularity::Month, "/month=!{timestamp:MM}/"),
        (Granularity::Day, "/day=!{timestamp:dd}/"),
        (Granularity::Hour, "/hour=!{timestamp:HH}/"),
    ] {
        let prefix = of(&Lake {
            granularity,
            ..lake()
        })
        .destination
        .prefix;
        assert!(prefix.ends_with(last), "{granularity:?}: {prefix}");
    }
}

#[test]
fn each_format_has_its_own_word_for_its_compression() {
    for (format, compression, word) in [
        (FormatType::Parquet, Compression::Uncompressed, "UNCOMPRESSED"),
        (FormatType::Parquet, Compression::Gzip, "GZIP"),
        (FormatType::Orc, Compression::Uncompressed, "NONE"),
        (FormatType::Orc, Compression::Zlib, "ZLIB"),
        (FormatType::Orc, Compression::Snappy, "SNAPPY"),
    ] {
        let conversion = of(&Lake {
            format,
            compression,
            ..lake()
        })
        .destination
        .conversion
        .unwrap();
        let compression = Some(word.to_owned());
        let expected = match format {
            FormatType::Parquet => Serializer::Parquet { compression },
            FormatType::Orc => Serializer::Orc { compression },
        };
        assert_eq!(conversion.serializer, expected);
    }
}

#[test]
fn json_keys_are_mapped_in_lower_case_and_timestamp_formats_bring_the_hive_serde() {
    let mut lake = lake();
    lake.json_keys.insert("ts".into(), "eventTime".into());
    let Deserializer::OpenX { mappings, .. } = of(&lake).destination.conversion.unwrap().deserializer else {
        panic!("not the OpenX SerDe");
    };
    assert_eq!(mappings["ts"], "eventtime");
    lake.timestamp_formats = vec!["millis".into()];
    let deserializer = of(&lake).destination.conversion.unwrap().deserializer;
    assert_eq!(deserializer, Deserializer::Hive(vec!["millis".into()]));
}
