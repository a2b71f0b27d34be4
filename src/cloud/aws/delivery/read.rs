//! A destination as Firehose describes it.

use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, DataFormatConversionConfiguration,
    Deserializer as SdkDeserializer, DynamicPartitioningConfiguration, EncryptionConfiguration,
    ExtendedS3DestinationDescription, OrcCompression, ParquetCompression, ProcessingConfiguration,
    S3BackupMode, S3DestinationDescription, SchemaConfiguration, Serializer as SdkSerializer,
};

use crate::model::kinds::delivery::{Conversion, Deserializer, Destination, SchemaSource, Serializer};

pub(super) fn destination(from: &ExtendedS3DestinationDescription) -> Destination {
    let backup = from.s3_backup_description().map(backup).unwrap_or_default();
    let backed_up = from.s3_backup_mode() == Some(&S3BackupMode::Enabled);
    let processing = from.processing_configuration();
    Destination {
        role_arn: from.role_arn().to_owned(),
        bucket_arn: from.bucket_arn().to_owned(),
        prefix: text(from.prefix()),
        error_prefix: text(from.error_output_prefix()),
        buffering: from.buffering_hints().and_then(buffering),
        compression: Some(from.compression_format().as_str().to_owned()),
        key_arn: from.encryption_configuration().and_then(key),
        logging: from.cloud_watch_logging_options().and_then(logging),
        time_zone: from.custom_time_zone().map(str::to_owned),
        file_extension: from.file_extension().map(str::to_owned),
        conversion: from.data_format_conversion_configuration().and_then(conversion),
        backup: backed_up.then(|| Box::new(backup)),
        processing: processing.and_then(ProcessingConfiguration::enabled) == Some(true),
    }
}

pub(super) fn dynamic_partitioning(from: &ExtendedS3DestinationDescription) -> bool {
    let configuration = from.dynamic_partitioning_configuration();
    configuration.and_then(DynamicPartitioningConfiguration::enabled) == Some(true)
}

fn backup(from: &S3DestinationDescription) -> Destination {
    Destination {
        role_arn: from.role_arn().to_owned(),
        bucket_arn: from.bucket_arn().to_owned(),
        prefix: text(from.prefix()),
        error_prefix: text(from.error_output_prefix()),
        buffering: from.buffering_hints().and_then(buffering),
        compression: Some(from.compression_format().as_str().to_owned()),
        key_arn: from.encryption_configuration().and_then(key),
        logging: from.cloud_watch_logging_options().and_then(logging),
        ..Destination::default()
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn buffering(from: &BufferingHints) -> Option<(i32, i32)> {
    from.interval_in_seconds().zip(from.size_in_mbs())
}

fn key(from: &EncryptionConfiguration) -> Option<String> {
    from.kms_encryption_config()
        .map(|key| key.awskms_key_arn().to_owned())
}

fn logging(from: &CloudWatchLoggingOptions) -> Option<(String, String)> {
    let names = (text(from.log_group_name()), text(from.log_stream_name()));
    (from.enabled() == Some(true)).then_some(names)
}

/// Where `Enabled` is left out it is true.
fn conversion(from: &DataFormatConversionConfiguration) -> Option<Conversion> {
    let input = from
        .input_format_configuration()
        .and_then(|input| input.deserializer());
    let output = from
        .output_format_configuration()
        .and_then(|output| output.serializer());
    (from.enabled() != Some(false)).then(|| Conversion {
        deserializer: input.map_or(Deserializer::Unknown, deserializer),
        serializer: output.map_or(Serializer::Unknown, serializer),
        schema: from.schema_configuration().map(schema).unwrap_or_default(),
    })
}

fn deserializer(from: &SdkDeserializer) -> Deserializer {
    if let Some(serde) = from.open_x_json_ser_de() {
        let mappings = serde.column_to_json_key_mappings().cloned().unwrap_or_default();
        return Deserializer::OpenX {
            mappings: mappings.into_iter().collect(),
            case_insensitive: serde.case_insensitive(),
            dots_to_underscores: serde.convert_dots_in_json_keys_to_underscores(),
        };
    }
    let hive = from.hive_json_ser_de();
    hive.map_or(Deserializer::Unknown, |serde| {
        Deserializer::Hive(serde.timestamp_formats().to_vec())
    })
}

fn serializer(from: &SdkSerializer) -> Serializer {
    if let Some(serde) = from.parquet_ser_de() {
        let compression = serde.compression().map(ParquetCompression::as_str);
        return Serializer::Parquet {
            compression: compression.map(str::to_owned),
        };
    }
    if let Some(serde) = from.orc_ser_de() {
        let compression = serde.compression().map(OrcCompression::as_str);
        return Serializer::Orc {
            compression: compression.map(str::to_owned),
        };
    }
    Serializer::Unknown
}

fn schema(from: &SchemaConfiguration) -> SchemaSource {
    SchemaSource {
        role_arn: text(from.role_arn()),
        catalog_id: from.catalog_id().map(str::to_owned),
        database: text(from.database_name()),
        table: text(from.table_name()),
        region: from.region().map(str::to_owned),
        version: from.version_id().map(str::to_owned),
    }
}
