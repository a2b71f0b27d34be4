//! Kinesis, Firehose, Lambda.

use super::*;
use crate::model::kinds::delivery::{self, Destination};
use crate::model::kinds::function;

fn name(stage: &Stage) -> String {
    stage.lake.names.stream.clone()
}

fn stream<'a>(cloud: &'a mut Cloud, stage: &Stage) -> &'a mut Stream {
    cloud.streams.get_mut(&place().stream(&name(stage)).to_string()).unwrap()
}

fn delivery<'a>(cloud: &'a mut Cloud, stage: &Stage) -> &'a mut Delivery {
    let arn = place().delivery_stream(&stage.lake.names.delivery).to_string();
    cloud.deliveries.get_mut(&arn).unwrap()
}

fn no_delivery(cloud: &mut Cloud, stage: &Stage) {
    cloud.deliveries.remove(&place().delivery_stream(&stage.lake.names.delivery).to_string());
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
        Change::Delivery(delivery::Change::CreateDeliveryStream { name, destination, .. }) => {
            Change::Delivery(delivery::Change::UpdateDestination {
                name,
                version: version.into(),
                destination_id: "destinationId-000000000001".into(),
                destination,
            })
        }
        other => other,
    }
}

fn same(_: &mut Destination) {}

#[test]
fn kinesis_answers_as_its_reference_says() {
    check(&[
        Row {
            situation: "the stream exists",
            outside: nothing,
            call: |stage| stage.creation(Id::Stream),
            code: "ResourceInUseException",
            says: "already exists",
            source: "Kinesis API reference, CreateStream",
        },
        Row {
            situation: "the stream is busy",
            outside: |cloud, stage| stream(cloud, stage).seen.status = "UPDATING".into(),
            call: |stage| {
                let (name, hours) = (name(stage), 48);
                Change::Stream(stream::Change::IncreaseStreamRetentionPeriod { name, hours })
            },
            code: "ResourceInUseException",
            says: "not ACTIVE, instead in state UPDATING",
            source: "Kinesis API reference, IncreaseStreamRetentionPeriod",
        },
        Row {
            situation: "there is no such stream",
            outside: nothing,
            call: |_| Change::Stream(stream::Change::DeleteStream { name: "none".into() }),
            code: "ResourceNotFoundException",
            says: "not found",
            source: "Kinesis API reference, DeleteStream",
        },
        Row {
            situation: "more than double",
            outside: nothing,
            call: |stage| {
                let (name, target) = (name(stage), 3);
                Change::Stream(stream::Change::UpdateShardCount { name, target })
            },
            code: "InvalidArgumentException",
            says: "at most double",
            source: "Kinesis API reference, UpdateShardCount",
        },
        Row {
            situation: "the eleventh time within a day",
            outside: |cloud, stage| {
                let now = cloud.now;
                stream(cloud, stage).reshards = vec![now; 10];
            },
            call: |stage| {
                let (name, target) = (name(stage), 2);
                Change::Stream(stream::Change::UpdateShardCount { name, target })
            },
            code: "LimitExceededException",
            says: "10 times",
            source: "Kinesis API reference, UpdateShardCount",
        },
        Row {
            situation: "the third switch within a day",
            outside: |cloud, stage| {
                let now = cloud.now;
                stream(cloud, stage).switches = vec![now; 2];
            },
            call: |stage| {
                let (arn, on_demand) = (place().stream(&name(stage)).to_string(), true);
                Change::Stream(stream::Change::UpdateStreamMode { arn, on_demand })
            },
            code: "LimitExceededException",
            says: "2 times",
            source: "Kinesis developer guide, \"Quotas and limits\"",
        },
        Row {
            situation: "shorter by the call that lengthens",
            outside: |cloud, stage| stream(cloud, stage).seen.retention_hours = 48,
            call: |stage| {
                let (name, hours) = (name(stage), 24);
                Change::Stream(stream::Change::IncreaseStreamRetentionPeriod { name, hours })
            },
            code: "InvalidArgumentException",
            says: "must be longer",
            source: "Kinesis API reference, IncreaseStreamRetentionPeriod",
        },
        Row {
            situation: "the key is disabled",
            outside: |cloud, stage| {
                cloud.keys.get_mut(&stage.key().to_string()).unwrap().seen.state = "Disabled".into();
            },
            call: |stage| {
                let (name, key) = (name(stage), stage.key().clone());
                Change::Stream(stream::Change::StartStreamEncryption { name, key })
            },
            code: "KMSDisabledException",
            says: "is disabled",
            source: "Kinesis API reference, StartStreamEncryption",
        },
    ]);
}

#[test]
fn firehose_answers_as_its_reference_says() {
    check(&[
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
                cloud.roles.remove(&place().role(&stage.lake.names.delivery_role).to_string());
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
                cloud.tables.remove(&place().table(&stage.lake.names.database, &stage.lake.names.table).to_string());
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
    ]);
}

#[test]
fn lambda_answers_as_its_reference_says() {
    fn create_with(stage: &Stage, edit: fn(&mut function::Configuration)) -> Change {
        let mut change = stage.creation(Id::Publisher);
        if let Change::Function(function::Change::CreateFunction {
            name, configuration, ..
        }) = &mut change
        {
            "another".clone_into(name);
            edit(configuration);
        }
        change
    }
    check(&[
        Row {
            situation: "the function exists",
            outside: nothing,
            call: |stage| stage.creation(Id::Publisher),
            code: "ResourceConflictException",
            says: "Function already exist",
            source: "Lambda API reference, CreateFunction",
        },
        Row {
            situation: "an update is under way",
            outside: |cloud, _| {
                let all = cloud.functions.iter_mut();
                all.for_each(|(_, function)| function.seen.last_update = "InProgress".into());
            },
            call: |stage| match stage.creation(Id::Publisher) {
                Change::Function(function::Change::CreateFunction { name, code, .. }) => {
                    Change::Function(function::Change::UpdateFunctionCode { name, code })
                }
                other => other,
            },
            code: "ResourceConflictException",
            says: "An update is in progress",
            source: "Lambda developer guide, \"Function states\"",
        },
        Row {
            situation: "a runtime of the past",
            outside: nothing,
            call: |stage| create_with(stage, |c| c.runtime = "nodejs12.x".into()),
            code: "InvalidParameterValueException",
            says: "no longer supported",
            source: "Lambda developer guide, \"Lambda runtimes\"",
        },
        Row {
            situation: "a role that trusts another service",
            outside: nothing,
            call: |stage| create_with(stage, |c| c.role_arn = c.role_arn.replace("publisher", "delivery")),
            code: "InvalidParameterValueException",
            says: "cannot be assumed by Lambda",
            source: "Lambda developer guide, \"Execution role\"",
        },
        Row {
            situation: "there is no such function",
            outside: nothing,
            call: |_| Change::Function(function::Change::DeleteFunction { name: "none".into() }),
            code: "ResourceNotFoundException",
            says: "Function not found",
            source: "Lambda API reference, DeleteFunction",
        },
    ]);
}
