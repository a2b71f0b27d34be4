use serde_json::{Value, json};

use super::*;
use crate::cloud::aws::testing::{operations, place, replay, sent};
use crate::model::kinds::delivery::{Conversion, Deserializer, Destination, SchemaSource, Serializer};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

fn backup() -> Destination {
    Destination {
        role_arn: ROLE.into(),
        bucket_arn: "arn:aws:s3:::raw".into(),
        prefix: "raw/".into(),
        error_prefix: "errors/!{firehose:error-output-type}/".into(),
        buffering: Some((300, 64)),
        compression: Some("GZIP".into()),
        key_arn: Some("arn:key".into()),
        logging: Some(("/g".into(), "BackupDelivery".into())),
        ..Destination::default()
    }
}

fn destination() -> Destination {
    Destination {
        role_arn: ROLE.into(),
        bucket_arn: "arn:aws:s3:::lake".into(),
        prefix: "data/year=!{timestamp:yyyy}/".into(),
        error_prefix: "errors/!{firehose:error-output-type}/".into(),
        buffering: Some((60, 64)),
        compression: Some("UNCOMPRESSED".into()),
        key_arn: Some("arn:key".into()),
        logging: Some(("/g".into(), "DestinationDelivery".into())),
        time_zone: Some("UTC".into()),
        file_extension: None,
        conversion: Some(Conversion {
            deserializer: Deserializer::OpenX {
                mappings: [("ts".into(), "timestamp".into())].into(),
                case_insensitive: Some(true),
                dots_to_underscores: Some(false),
            },
            serializer: Serializer::Parquet {
                compression: Some("SNAPPY".into()),
            },
            schema: SchemaSource {
                role_arn: ROLE.into(),
                catalog_id: Some("123456789012".into()),
                database: "d".into(),
                table: "t".into(),
                region: Some("eu-west-1".into()),
                version: Some("LATEST".into()),
            },
        }),
        backup: Some(Box::new(backup())),
        processing: false,
    }
}

fn backup_json() -> Value {
    json!({
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::raw", "Prefix": "raw/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "BufferingHints": {"IntervalInSeconds": 300, "SizeInMBs": 64}, "CompressionFormat": "GZIP",
        "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:key"}},
        "CloudWatchLoggingOptions": {"Enabled": true, "LogGroupName": "/g", "LogStreamName": "BackupDelivery"},
    })
}

/// What all of `CreateDeliveryStream`, `UpdateDestination` and `DescribeDeliveryStream` say alike.
fn destination_json() -> Value {
    json!({
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": "data/year=!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 64}, "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:key"}},
        "CloudWatchLoggingOptions": {"Enabled": true, "LogGroupName": "/g", "LogStreamName": "DestinationDelivery"},
        "CustomTimeZone": "UTC",
        "ProcessingConfiguration": {"Enabled": false},
        "DataFormatConversionConfiguration": {
            "Enabled": true,
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {
                "ColumnToJsonKeyMappings": {"ts": "timestamp"}, "CaseInsensitive": true,
                "ConvertDotsInJsonKeysToUnderscores": false}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
            "SchemaConfiguration": {"RoleARN": ROLE, "CatalogId": "123456789012", "DatabaseName": "d",
                "TableName": "t", "Region": "eu-west-1", "VersionId": "LATEST"},
        },
        "S3BackupMode": "Enabled",
    })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn described(status: &str, destination: &Value) -> String {
    json!({"DeliveryStreamDescription": {
        "DeliveryStreamName": "f", "DeliveryStreamARN": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/f",
        "DeliveryStreamStatus": status, "DeliveryStreamType": "KinesisStreamAsSource", "VersionId": "3",
        "FailureDescription": {"Type": "UNKNOWN_ERROR", "Details": "no role"},
        "Source": {"KinesisStreamSourceDescription": {"KinesisStreamARN": "arn:s", "RoleARN": ROLE}},
        "Destinations": [{"DestinationId": "destinationId-000000000001",
            "ExtendedS3DestinationDescription": destination,
            // What AWS repeats for old callers.
            "S3DestinationDescription": backup_json()}],
        "HasMoreDestinations": false}})
    .to_string()
}

const NO_TAGS: &str = r#"{"Tags": [], "HasMoreTags": false}"#;

async fn seen(destination: &Value) -> Observed {
    let (aws, _) = replay(vec![(200, &described("ACTIVE", destination)), (200, NO_TAGS)]);
    observe(&aws, &place(), "f").await.unwrap().unwrap()
}

#[tokio::test]
async fn a_look_tells_what_aws_says_and_reads_every_page_of_the_tags() {
    let answer = described(
        "CREATING_FAILED",
        &with(destination_json(), "S3BackupDescription", backup_json()),
    );
    let (aws, client) = replay(vec![
        (200, &answer),
        (
            200,
            r#"{"Tags": [{"Key": "z", "Value": "1"}, {"Key": "b"}], "HasMoreTags": true}"#,
        ),
        (
            200,
            r#"{"Tags": [{"Key": "c", "Value": "3"}], "HasMoreTags": false}"#,
        ),
    ]);
    let seen = observe(&aws, &place(), "f").await.unwrap().unwrap();
    let tags = [("b", ""), ("c", "3"), ("z", "1")].map(|(key, value)| (key.into(), value.into()));
    let expected = Observed {
        name: "f".into(),
        arn: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/f".into(),
        status: "CREATING_FAILED".into(),
        failure: Some("UNKNOWN_ERROR: no role".into()),
        version: "3".into(),
        destination_id: "destinationId-000000000001".into(),
        stream_arn: "arn:s".into(),
        source_role_arn: ROLE.into(),
        dynamic_partitioning: false,
        destination: Some(destination()),
        tags: tags.into(),
    };
    assert_eq!(seen, expected);
    assert_eq!(
        sent(&client)[2].json()["ExclusiveStartTagKey"],
        "b",
        "after the last that was returned"
    );
}

#[tokio::test]
async fn what_is_off_is_read_as_absent_and_an_omitted_switch_of_the_conversion_as_on() {
    let mut off = destination_json();
    off["S3BackupMode"] = json!("Disabled");
    off["S3BackupDescription"] = backup_json();
    off["CloudWatchLoggingOptions"]["Enabled"] = json!(false);
    off["EncryptionConfiguration"] = json!({"NoEncryptionConfig": "NoEncryption"});
    off["ProcessingConfiguration"] = json!({"Enabled": true, "Processors": []});
    off["DataFormatConversionConfiguration"]["Enabled"] = json!(false);
    let expected = Destination {
        backup: None,
        logging: None,
        key_arn: None,
        processing: true,
        conversion: None,
        ..destination()
    };
    assert_eq!(seen(&off).await.destination, Some(expected));

    let mut omitted = off;
    let conversion = &mut omitted["DataFormatConversionConfiguration"];
    conversion.as_object_mut().unwrap().remove("Enabled");
    conversion["InputFormatConfiguration"] =
        json!({"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["millis"]}}});
    conversion["OutputFormatConfiguration"] = json!({"Serializer": {"OrcSerDe": {}}});
    let conversion = seen(&omitted).await.destination.unwrap().conversion.unwrap();
    assert_eq!(conversion.deserializer, Deserializer::Hive(vec!["millis".into()]));
    assert_eq!(conversion.serializer, Serializer::Orc { compression: None });
}

#[tokio::test]
async fn dynamic_partitioning_is_read() {
    let retry = json!({"DurationInSeconds": 300});
    for (configuration, on) in [
        (json!({"Enabled": true, "RetryOptions": retry}), true),
        (json!({"Enabled": false, "RetryOptions": retry}), false),
        (json!({}), false),
    ] {
        let said = with(
            destination_json(),
            "DynamicPartitioningConfiguration",
            configuration.clone(),
        );
        assert_eq!(seen(&said).await.dynamic_partitioning, on, "{configuration}");
    }
}

#[tokio::test]
async fn a_delivery_stream_that_does_not_exist_is_absent() {
    let (aws, client) = replay(vec![(400, r#"{"__type": "ResourceNotFoundException"}"#)]);
    assert_eq!(observe(&aws, &place(), "f").await, Ok(None));
    assert_eq!(operations(&client), ["DescribeDeliveryStream"], "no further read");
}

#[tokio::test]
async fn each_change_is_one_request() {
    let name = || "f".to_owned();
    let tags = || Tags::from([("a".into(), "1".into())]);
    let create = Change::CreateDeliveryStream {
        name: name(),
        stream_arn: "arn:s".into(),
        role_arn: ROLE.into(),
        destination: destination(),
        tags: tags(),
    };
    let update = Change::UpdateDestination {
        name: name(),
        version: "3".into(),
        destination_id: "destinationId-000000000001".into(),
        destination: destination(),
    };
    let created = with(destination_json(), "S3BackupConfiguration", backup_json());
    let updated = with(destination_json(), "S3BackupUpdate", backup_json());
    let tag_list = json!([{"Key": "a", "Value": "1"}]);
    for (change, body) in [
        (
            create,
            json!({
                "DeliveryStreamName": "f", "DeliveryStreamType": "KinesisStreamAsSource",
                "KinesisStreamSourceConfiguration": {"KinesisStreamARN": "arn:s", "RoleARN": ROLE},
                "ExtendedS3DestinationConfiguration": created, "Tags": tag_list,
            }),
        ),
        (
            update,
            json!({
                "DeliveryStreamName": "f", "CurrentDeliveryStreamVersionId": "3",
                "DestinationId": "destinationId-000000000001",
                // Left out, an extension that somebody set would stay.
                "ExtendedS3DestinationUpdate": with(updated, "FileExtension", json!("")),
            }),
        ),
        (
            Change::TagDeliveryStream {
                name: name(),
                tags: tags(),
            },
            json!({"DeliveryStreamName": "f", "Tags": tag_list}),
        ),
        (
            Change::UntagDeliveryStream {
                name: name(),
                keys: vec!["a".into()],
            },
            json!({"DeliveryStreamName": "f", "TagKeys": ["a"]}),
        ),
        (
            Change::DeleteDeliveryStream {
                name: name(),
                force: true,
            },
            json!({"DeliveryStreamName": "f", "AllowForceDelete": true}),
        ),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}

#[tokio::test]
async fn what_is_off_is_said_at_update_so_that_no_old_value_stays() {
    let plain = Destination {
        role_arn: ROLE.into(),
        bucket_arn: "arn:aws:s3:::lake".into(),
        ..Destination::default()
    };
    let change = Change::UpdateDestination {
        name: "f".into(),
        version: "3".into(),
        destination_id: "d".into(),
        destination: plain,
    };
    let (aws, client) = replay(vec![(200, "{}")]);
    apply(&aws, &place(), &change).await.unwrap();
    let update = &sent(&client)[0].json()["ExtendedS3DestinationUpdate"];
    let expected = json!({
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": "", "ErrorOutputPrefix": "",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": false}, "CustomTimeZone": "", "FileExtension": "",
        "ProcessingConfiguration": {"Enabled": false}, "DataFormatConversionConfiguration": {"Enabled": false},
        "S3BackupMode": "Disabled",
    });
    assert_eq!(update, &expected);
}

#[tokio::test]
async fn an_error_is_told_by_its_code() {
    let stale = r#"{"__type": "ConcurrentModificationException", "message": "versions do not match"}"#;
    let (aws, _) = replay(vec![(400, stale)]);
    let change = Change::DeleteDeliveryStream {
        name: "f".into(),
        force: false,
    };
    let error = apply(&aws, &place(), &change).await.unwrap_err();
    assert_eq!(
        (error.operation, &*error.code),
        ("DeleteDeliveryStream", "ConcurrentModificationException")
    );
}
