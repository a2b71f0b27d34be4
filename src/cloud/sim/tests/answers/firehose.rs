//! Firehose.

use super::*;
use crate::model::kinds::delivery::{self, Destination};

fn delivery<'a>(cloud: &'a mut Cloud, stage: &Stage) -> &'a mut Delivery {
    let arn = place().delivery_stream(&stage.lake.names.delivery).to_string();
    cloud.deliveries.get_mut(&arn).unwrap()
}

fn no_delivery(cloud: &mut Cloud, stage: &Stage) {
    cloud
        .deliveries
        .remove(&place().delivery_stream(&stage.lake.names.delivery).to_string());
}

/// The creation of the delivery stream with another destination.
fn create_with(stage: &Stage, edit: fn(&mut Destination)) -> Change {
    let mut change = stage.creation(Id::Delivery);
    if let Change::Delivery(delivery::Change::CreateDeliveryStream { destination, .. }) = &mut change {
        edit(destination);
    }
    change
}

fn update_with(stage: &Stage, version: &str, edit: fn(&mut Destination)) -> Change {
    match create_with(stage, edit) {
        Change::Delivery(delivery::Change::CreateDeliveryStream {
            name, destination, ..
        }) => Change::Delivery(delivery::Change::UpdateDestination {
            name,
            version: version.into(),
            destination_id: "destinationId-000000000001".into(),
            destination,
        }),
        other => other,
    }
}

fn same(_: &mut Destination) {}

const FIREHOSE: &[Row] = &[
    Row {
        situation: "the delivery stream exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Delivery),
        code: "ResourceInUseException",
        says: "already exists",
        source: "Firehose API reference, CreateDeliveryStream",
    },
    Row {
        situation: "it is not there yet",
        outside: |cloud, stage| delivery(cloud, stage).seen.status = "CREATING".into(),
        call: |stage| update_with(stage, "1", same),
        code: "ResourceInUseException",
        says: "CREATING",
        source: "Firehose API reference, UpdateDestination",
    },
    Row {
        situation: "it is deleted before it is there",
        outside: |cloud, stage| delivery(cloud, stage).seen.status = "CREATING".into(),
        call: |stage| {
            let (name, force) = (stage.lake.names.delivery.clone(), false);
            Change::Delivery(delivery::Change::DeleteDeliveryStream { name, force })
        },
        code: "ResourceInUseException",
        says: "CREATING",
        source: "Firehose API reference, DeleteDeliveryStream",
    },
    Row {
        situation: "somebody updated it meanwhile",
        outside: |cloud, stage| delivery(cloud, stage).seen.version = "2".into(),
        call: |stage| update_with(stage, "1", same),
        code: "ConcurrentModificationException",
        says: "do not match",
        source: "Firehose API reference, UpdateDestination, CurrentDeliveryStreamVersionId",
    },
    Row {
        situation: "the backup is to end",
        outside: nothing,
        call: |stage| update_with(stage, "1", |to| to.backup = None),
        code: "InvalidArgumentException",
        says: "S3BackupMode",
        source: "Firehose API reference, ExtendedS3DestinationUpdate, S3BackupMode",
    },
    Row {
        situation: "the role is not there",
        outside: |cloud, stage| {
            no_delivery(cloud, stage);
            cloud
                .roles
                .remove(&place().role(&stage.lake.names.delivery_role).to_string());
        },
        call: |stage| stage.creation(Id::Delivery),
        code: "InvalidArgumentException",
        says: "Firehose is unable to assume role",
        source: "Firehose developer guide, \"Controlling access\"",
    },
    Row {
        situation: "the role's policy is not there",
        outside: |cloud, stage| {
            no_delivery(cloud, stage);
            cloud.roles.iter_mut().for_each(|(_, role)| role.policies.clear());
        },
        call: |stage| stage.creation(Id::Delivery),
        code: "InvalidArgumentException",
        says: "Access was denied when calling Glue",
        source: "Firehose developer guide, \"Controlling access\"",
    },
    Row {
        situation: "the table is not there",
        outside: |cloud, stage| {
            no_delivery(cloud, stage);
            cloud.tables.remove(
                &place()
                    .table(&stage.lake.names.database, &stage.lake.names.table)
                    .to_string(),
            );
        },
        call: |stage| stage.creation(Id::Delivery),
        code: "InvalidArgumentException",
        says: "was not found",
        source: "Firehose developer guide, \"Convert input data format\"",
    },
    Row {
        situation: "compressed twice",
        outside: no_delivery,
        call: |stage| create_with(stage, |to| to.compression = Some("GZIP".into())),
        code: "InvalidArgumentException",
        says: "UNCOMPRESSED",
        source: "Firehose developer guide, \"Convert input data format\"",
    },
    Row {
        situation: "too small a buffer for conversion",
        outside: no_delivery,
        call: |stage| create_with(stage, |to| to.buffering = Some((60, 63))),
        code: "InvalidArgumentException",
        says: "at least 64",
        source: "Firehose developer guide, \"Convert input data format\"",
    },
    Row {
        situation: "too long an interval",
        outside: no_delivery,
        call: |stage| create_with(stage, |to| to.buffering = Some((901, 64))),
        code: "ValidationException",
        says: "bufferingHints",
        source: "Firehose API reference, BufferingHints",
    },
    Row {
        situation: "expressions without a place for errors",
        outside: no_delivery,
        call: |stage| create_with(stage, |to| to.error_prefix = String::new()),
        code: "InvalidArgumentException",
        says: "ErrorOutputPrefix can't be null",
        source: "Firehose developer guide, \"Custom prefixes\"",
    },
    Row {
        situation: "a time zone that is an offset",
        outside: no_delivery,
        call: |stage| create_with(stage, |to| to.time_zone = Some("Etc/GMT+9".into())),
        code: "ValidationException",
        says: "customTimeZone",
        source: "Firehose API reference, ExtendedS3DestinationConfiguration, CustomTimeZone",
    },
];

#[test]
fn firehose_answers_as_its_reference_says() {
    check(FIREHOSE);
}

fn tagged(stage: &Stage, tags: Tags) -> Change {
    let name = stage.lake.names.delivery.clone();
    Change::Delivery(delivery::Change::TagDeliveryStream { name, tags })
}

fn codec(to: &mut Destination, word: &str) {
    if let Some(conversion) = &mut to.conversion {
        conversion.serializer = delivery::Serializer::Parquet {
            compression: Some(word.into()),
        };
    }
}

fn backup(to: &mut Destination) -> &mut Destination {
    to.backup.as_mut().unwrap()
}

const DESTINATION: &str = "Firehose API reference, ExtendedS3DestinationConfiguration";
const PREFIXES: &str = "Firehose developer guide, \"Custom prefixes\"";

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a role that is no ARN of one", no_delivery, |stage| create_with(stage, |to| to.role_arn = "arn:aws:iam::12:role/a".into()),
        "ValidationException", "roleARN", DESTINATION),
    row("a bucket that is no ARN of one", no_delivery, |stage| create_with(stage, |to| to.bucket_arn = "arn:aws:s3:::a/b".into()),
        "ValidationException", "bucketARN", DESTINATION),
    row("too long a prefix", no_delivery, |stage| create_with(stage, |to| to.prefix = "x".repeat(1025)),
        "ValidationException", "prefix", DESTINATION),
    row("too long a prefix once it is filled in", no_delivery, |stage| create_with(stage, |to| to.prefix = "x".repeat(510) + "!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}"),
        "InvalidArgumentException", "512", "Firehose developer guide, \"Quota\""),
    row("a format in other letters", no_delivery, |stage| create_with(stage, |to| backup(to).compression = Some("gzip".into())),
        "ValidationException", "compressionFormat", DESTINATION),
    row("too small a buffer", no_delivery, |stage| create_with(stage, |to| backup(to).buffering = Some((300, 0))),
        "ValidationException", "bufferingHints", "Firehose API reference, BufferingHints"),
    row("an extension without a dot", no_delivery, |stage| create_with(stage, |to| to.file_extension = Some("parquet".into())),
        "ValidationException", "fileExtension", DESTINATION),
    row("a codec of ORC for Parquet", no_delivery, |stage| create_with(stage, |to| codec(to, "ZLIB")),
        "ValidationException", "parquetSerDe", "Firehose API reference, ParquetSerDe"),
    row("no deserializer", no_delivery, |stage| create_with(stage, |to| to.conversion.as_mut().unwrap().deserializer = delivery::Deserializer::Unknown),
        "InvalidArgumentException", "Exactly one deserializer", "Firehose API reference, Deserializer"),
    row("no role for the schema", no_delivery, |stage| create_with(stage, |to| to.conversion.as_mut().unwrap().schema.role_arn.clear()),
        "InvalidArgumentException", "RoleARN", "Firehose API reference, SchemaConfiguration"),
    row("a table with a blank in its name", no_delivery, |stage| create_with(stage, |to| to.conversion.as_mut().unwrap().schema.table = "a b".into()),
        "InvalidArgumentException", "TableName", "Firehose API reference, SchemaConfiguration"),
    row("an expression that is not closed", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{timestamp:yyyy".into()),
        "InvalidArgumentException", "not closed", PREFIXES),
    row("a namespace that there is not", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{date:yyyy}/".into()),
        "InvalidArgumentException", "not supported", PREFIXES),
    row("a value that firehose has not", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{firehose:name}/".into()),
        "InvalidArgumentException", "not supported", PREFIXES),
    row("a literal that is not closed", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{timestamp:'year}/".into()),
        "InvalidArgumentException", "not supported", PREFIXES),
    row("partition keys without dynamic partitioning", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{partitionKeyFromQuery:a}/".into()),
        "InvalidArgumentException", "Dynamic Partitioning", "Firehose developer guide, \"Dynamic partitioning\""),
    row("the type of the error in the prefix of data", no_delivery, |stage| create_with(stage, |to| to.prefix = "a/!{firehose:error-output-type}/".into()),
        "InvalidArgumentException", "must not contain", PREFIXES),
    row("a prefix of errors without their type", no_delivery, |stage| create_with(stage, |to| to.error_prefix = "e/!{timestamp:yyyy}/".into()),
        "InvalidArgumentException", "must contain", PREFIXES),
    row("a prefix of raw copies without a place for errors", no_delivery, |stage| create_with(stage, |to| {
            backup(to).prefix = "raw/!{timestamp:yyyy}/".into();
            backup(to).error_prefix.clear();
        }),
        "InvalidArgumentException", "ErrorOutputPrefix can't be null", PREFIXES),
    row("the log stream is not there", |cloud, stage| {
            no_delivery(cloud, stage);
            cloud.log_groups.iter_mut().for_each(|(_, live)| live.streams.clear());
        }, |stage| stage.creation(Id::Delivery),
        "InvalidArgumentException", "Log stream", "Firehose API reference, CloudWatchLoggingOptions"),
    row("the source is not there", |cloud, stage| {
            no_delivery(cloud, stage);
            cloud.streams.remove(&place().stream(&stage.lake.names.stream).to_string());
        }, |stage| stage.creation(Id::Delivery),
        "InvalidArgumentException", "does not exist", "Firehose API reference, KinesisStreamSourceConfiguration"),
    row("the role may not look at the source", |cloud, stage| {
            no_delivery(cloud, stage);
            for (_, role) in cloud.roles.iter_mut() {
                role.policies.values_mut().for_each(|text| *text = text.replace("kinesis:", "none:"));
            }
        }, |stage| stage.creation(Id::Delivery),
        "InvalidArgumentException", "is not authorized to perform: kinesis:", "Firehose developer guide, \"Controlling access\""),
    row("Lake Formation guards the table", |cloud, stage| { no_delivery(cloud, stage); cloud.lake_formation = true; }, |stage| stage.creation(Id::Delivery),
        "InvalidArgumentException", "Access was denied when calling Glue", "Lake Formation developer guide, \"Changing the default settings\""),
    row("another destination", nothing, |stage| match update_with(stage, "1", same) {
            Change::Delivery(delivery::Change::UpdateDestination { name, version, destination, .. }) => {
                let destination_id = "destinationId-000000000002".into();
                Change::Delivery(delivery::Change::UpdateDestination { name, version, destination_id, destination })
            }
            other => other,
        },
        "InvalidArgumentException", "not found", "Firehose API reference, UpdateDestination, DestinationId"),
    row("the role is gone, and the destination is updated", |cloud, stage| drop(cloud.roles.remove(&place().role(&stage.lake.names.delivery_role).to_string())),
        |stage| update_with(stage, "1", same),
        "InvalidArgumentException", "Firehose is unable to assume role", "Firehose developer guide, \"Controlling access\""),
    row("tagged before it is there", |cloud, stage| delivery(cloud, stage).seen.status = "CREATING".into(), |stage| tagged(stage, many_tags(1)),
        "ResourceInUseException", "CREATING", "Firehose API reference, TagDeliveryStream"),
    row("untagged before it is there", |cloud, stage| delivery(cloud, stage).seen.status = "CREATING".into(), |stage| {
            let (name, keys) = (stage.lake.names.delivery.clone(), vec!["a".into()]);
            Change::Delivery(delivery::Change::UntagDeliveryStream { name, keys })
        },
        "ResourceInUseException", "CREATING", "Firehose API reference, UntagDeliveryStream"),
    row("a tag of AWS's own", nothing, |stage| tagged(stage, aws_tags()),
        "InvalidArgumentException", "aws: are reserved", "Firehose API reference, TagDeliveryStream"),
    row("a name that is still being deleted", |cloud, stage| delivery(cloud, stage).seen.status = "DELETING".into(), |stage| stage.creation(Id::Delivery),
        "ResourceInUseException", "already exists", "Firehose API reference, CreateDeliveryStream"),
    row("the account's delivery streams are used up", |cloud, stage| { no_delivery(cloud, stage); cloud.quotas.delivery_streams = 0; }, |stage| stage.creation(Id::Delivery),
        "LimitExceededException", "quota", "Firehose developer guide, \"Quota\""),
];

#[test]
fn firehose_keeps_its_bounds() {
    check(BOUNDS);
}

/// Firehose API reference, `UpdateDestination`: what is left out keeps its value; an empty text takes it away.
#[test]
fn what_an_update_leaves_out_stays_and_what_it_empties_goes() {
    let (sim, lake) = finished();
    let arn = place().delivery_stream(&lake.names.delivery).to_string();
    let live = || sim.alter(|cloud| cloud.deliveries.get(&arn).unwrap().seen.clone());
    let before = live().destination.unwrap();
    let mut to = before.clone();
    to.buffering = None;
    to.file_extension = Some(".a".into());
    backup(&mut to).compression = None;
    let update = |destination: &Destination| {
        let change = delivery::Change::UpdateDestination {
            name: lake.names.delivery.clone(),
            version: live().version,
            destination_id: live().destination_id,
            destination: destination.clone(),
        };
        apply(&sim, &Change::Delivery(change)).unwrap();
        live().destination.unwrap()
    };
    let mut after = update(&to);
    assert_eq!(after.file_extension.take().as_deref(), Some(".a"));
    assert_eq!(after, before, "buffering and compression stay");
    to.file_extension = Some(String::new());
    to.prefix.clear();
    let after = update(&to);
    assert_eq!((after.file_extension, after.prefix.as_str()), (None, ""));
    assert_eq!(live().version, "3", "every update counts");
}
