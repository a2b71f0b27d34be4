//! A destination as Firehose takes it, at creation and at update.

use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, CompressionFormat, DataFormatConversionConfiguration,
    Deserializer as SdkDeserializer, EncryptionConfiguration, ExtendedS3DestinationConfiguration,
    ExtendedS3DestinationUpdate, HiveJsonSerDe, InputFormatConfiguration, KmsEncryptionConfig,
    NoEncryptionConfig, OpenXJsonSerDe, OrcCompression, OrcSerDe, OutputFormatConfiguration,
    ParquetCompression, ParquetSerDe, ProcessingConfiguration, S3BackupMode, S3DestinationConfiguration,
    S3DestinationUpdate, SchemaConfiguration, Serializer as SdkSerializer,
};
use aws_smithy_types::error::operation::BuildError;

use crate::model::kinds::delivery::{Conversion, Deserializer, Destination, SchemaSource, Serializer};

/// For `CreateDeliveryStream`.
pub(super) fn create(to: &Destination) -> Result<ExtendedS3DestinationConfiguration, BuildError> {
    let backup = to.backup.as_deref().map(create_backup).transpose()?;
    ExtendedS3DestinationConfiguration::builder()
        .role_arn(&to.role_arn)
        .bucket_arn(&to.bucket_arn)
        .prefix(&to.prefix)
        .error_output_prefix(&to.error_prefix)
        .set_buffering_hints(buffering(to))
        .set_compression_format(compression(to))
        .encryption_configuration(encryption(to)?)
        .cloud_watch_logging_options(logging(to))
        .set_custom_time_zone(to.time_zone.clone())
        .set_file_extension(to.file_extension.clone())
        .processing_configuration(ProcessingConfiguration::builder().enabled(to.processing).build())
        .data_format_conversion_configuration(conversion(to.conversion.as_ref()))
        .s3_backup_mode(backup_mode(to))
        .set_s3_backup_configuration(backup)
        .build()
}

fn create_backup(to: &Destination) -> Result<S3DestinationConfiguration, BuildError> {
    S3DestinationConfiguration::builder()
        .role_arn(&to.role_arn)
        .bucket_arn(&to.bucket_arn)
        .prefix(&to.prefix)
        .error_output_prefix(&to.error_prefix)
        .set_buffering_hints(buffering(to))
        .set_compression_format(compression(to))
        .encryption_configuration(encryption(to)?)
        .cloud_watch_logging_options(logging(to))
        .build()
}

/// For `UpdateDestination`, which keeps the old value of what is left out: so nothing is, and what is off is
/// said to be.
pub(super) fn update(to: &Destination) -> Result<ExtendedS3DestinationUpdate, BuildError> {
    let backup = to.backup.as_deref().map(update_backup).transpose()?;
    let update = ExtendedS3DestinationUpdate::builder()
        .role_arn(&to.role_arn)
        .bucket_arn(&to.bucket_arn)
        .prefix(&to.prefix)
        .error_output_prefix(&to.error_prefix)
        .set_buffering_hints(buffering(to))
        .set_compression_format(compression(to))
        .encryption_configuration(encryption(to)?)
        .cloud_watch_logging_options(logging(to))
        .custom_time_zone(to.time_zone.as_deref().unwrap_or_default())
        .file_extension(to.file_extension.as_deref().unwrap_or_default())
        .processing_configuration(ProcessingConfiguration::builder().enabled(to.processing).build())
        .data_format_conversion_configuration(conversion(to.conversion.as_ref()))
        .s3_backup_mode(backup_mode(to))
        .set_s3_backup_update(backup);
    Ok(update.build())
}

fn update_backup(to: &Destination) -> Result<S3DestinationUpdate, BuildError> {
    let update = S3DestinationUpdate::builder()
        .role_arn(&to.role_arn)
        .bucket_arn(&to.bucket_arn)
        .prefix(&to.prefix)
        .error_output_prefix(&to.error_prefix)
        .set_buffering_hints(buffering(to))
        .set_compression_format(compression(to))
        .encryption_configuration(encryption(to)?)
        .cloud_watch_logging_options(logging(to));
    Ok(update.build())
}

fn buffering(to: &Destination) -> Option<BufferingHints> {
    let (seconds, mib) = to.buffering?;
    Some(
        BufferingHints::builder()
            .interval_in_seconds(seconds)
            .size_in_mbs(mib)
            .build(),
    )
}

fn compression(to: &Destination) -> Option<CompressionFormat> {
    to.compression.as_deref().map(CompressionFormat::from)
}

fn encryption(to: &Destination) -> Result<EncryptionConfiguration, BuildError> {
    let encryption = EncryptionConfiguration::builder();
    let encryption = match &to.key_arn {
        Some(key) => {
            let key = KmsEncryptionConfig::builder().awskms_key_arn(key).build()?;
            encryption.kms_encryption_config(key)
        }
        None => encryption.no_encryption_config(NoEncryptionConfig::NoEncryption),
    };
    Ok(encryption.build())
}

fn logging(to: &Destination) -> CloudWatchLoggingOptions {
    let options = CloudWatchLoggingOptions::builder().enabled(to.logging.is_some());
    match &to.logging {
        Some((group, stream)) => options.log_group_name(group).log_stream_name(stream).build(),
        None => options.build(),
    }
}

fn backup_mode(to: &Destination) -> S3BackupMode {
    if to.backup.is_some() {
        S3BackupMode::Enabled
    } else {
        S3BackupMode::Disabled
    }
}

/// `Enabled` is always said: left out, it is true.
fn conversion(conversion: Option<&Conversion>) -> DataFormatConversionConfiguration {
    let configuration = DataFormatConversionConfiguration::builder().enabled(conversion.is_some());
    let Some(Conversion {
        deserializer,
        serializer,
        schema,
    }) = conversion
    else {
        return configuration.build();
    };
    let input = InputFormatConfiguration::builder().deserializer(deserializer_of(deserializer));
    let output = OutputFormatConfiguration::builder().serializer(serializer_of(serializer));
    let configuration = configuration.input_format_configuration(input.build());
    let configuration = configuration.output_format_configuration(output.build());
    configuration.schema_configuration(schema_of(schema)).build()
}

fn deserializer_of(deserializer: &Deserializer) -> SdkDeserializer {
    let builder = SdkDeserializer::builder();
    match deserializer {
        Deserializer::OpenX {
            mappings,
            case_insensitive,
            dots_to_underscores,
        } => {
            let serde = OpenXJsonSerDe::builder()
                .set_column_to_json_key_mappings(Some(mappings.clone().into_iter().collect()))
                .set_case_insensitive(*case_insensitive)
                .set_convert_dots_in_json_keys_to_underscores(*dots_to_underscores);
            builder.open_x_json_ser_de(serde.build()).build()
        }
        Deserializer::Hive(formats) => {
            let serde = HiveJsonSerDe::builder().set_timestamp_formats(Some(formats.clone()));
            builder.hive_json_ser_de(serde.build()).build()
        }
        Deserializer::Unknown => builder.build(),
    }
}

fn serializer_of(serializer: &Serializer) -> SdkSerializer {
    let builder = SdkSerializer::builder();
    match serializer {
        Serializer::Parquet { compression } => {
            let compression = compression.as_deref().map(ParquetCompression::from);
            let serde = ParquetSerDe::builder().set_compression(compression);
            builder.parquet_ser_de(serde.build()).build()
        }
        Serializer::Orc { compression } => {
            let compression = compression.as_deref().map(OrcCompression::from);
            let serde = OrcSerDe::builder().set_compression(compression);
            builder.orc_ser_de(serde.build()).build()
        }
        Serializer::Unknown => builder.build(),
    }
}

fn schema_of(schema: &SchemaSource) -> SchemaConfiguration {
    SchemaConfiguration::builder()
        .role_arn(&schema.role_arn)
        .set_catalog_id(schema.catalog_id.clone())
        .database_name(&schema.database)
        .table_name(&schema.table)
        .set_region(schema.region.clone())
        .set_version_id(schema.version.clone())
        .build()
}
