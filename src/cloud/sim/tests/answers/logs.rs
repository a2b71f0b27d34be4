//! CloudWatch Logs.

use super::*;
use crate::model::kinds::log_group;

const LOGS: &[Row] = &[
    Row {
        situation: "the log group exists",
        outside: nothing,
        call: |stage| stage.creation(Id::LogGroup),
        code: "ResourceAlreadyExistsException",
        says: "log group already exists",
        source: "CloudWatch Logs API reference, CreateLogGroup",
    },
    Row {
        situation: "there is no such log group",
        outside: nothing,
        call: |_| Change::LogGroup(log_group::Change::DeleteLogGroup { name: "none".into() }),
        code: "ResourceNotFoundException",
        says: "does not exist",
        source: "CloudWatch Logs API reference, DeleteLogGroup",
    },
    Row {
        situation: "a retention that is not one of those offered",
        outside: nothing,
        call: |stage| {
            let (name, days) = (stage.lake.names.log_group.clone(), 31);
            Change::LogGroup(log_group::Change::PutRetentionPolicy { name, days })
        },
        code: "InvalidParameterException",
        says: "retentionInDays",
        source: "CloudWatch Logs API reference, PutRetentionPolicy",
    },
];

#[test]
fn logs_answers_as_its_reference_says() {
    check(LOGS);
}

fn create(name: &str) -> Change {
    let (name, tags) = (name.to_owned(), Tags::new());
    Change::LogGroup(log_group::Change::CreateLogGroup { name, tags })
}

fn create_stream_named(stage: &Stage, stream: &str) -> Change {
    let (group, stream) = (stage.lake.names.log_group.clone(), stream.to_owned());
    Change::LogGroup(log_group::Change::CreateLogStream { group, stream })
}

fn tag(stage: &Stage, tags: Tags) -> Change {
    let arn = place().log_group(&stage.lake.names.log_group).to_string();
    Change::LogGroup(log_group::Change::TagResource { arn, tags })
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name with a blank", nothing, |_| create("a b"),
        "InvalidParameterException", "logGroupName", "CloudWatch Logs API reference, CreateLogGroup"),
    row("a name of AWS", nothing, |_| create("aws/mine"),
        "InvalidParameterException", "logGroupName", "CloudWatch Logs API reference, CreateLogGroup"),
    row("the group was deleted a moment ago", |cloud, stage| {
            cloud.timing.log_group_name_held = seconds(30);
            cloud.log_groups.erase(cloud.now, &place().log_group(&stage.lake.names.log_group).to_string());
        }, |stage| stage.creation(Id::LogGroup),
        "OperationAbortedException", "conflicting operation", "CloudWatch Logs API reference, CreateLogGroup"),
    row("the account's groups are used up", |cloud, _| cloud.quotas.log_groups = cloud.log_groups.len(), |_| create("another"),
        "LimitExceededException", "limit exceeded", "CloudWatch Logs user guide, \"CloudWatch Logs quotas\""),
    row("a stream's name with a colon", nothing, |stage| create_stream_named(stage, "a:b"),
        "InvalidParameterException", "logStreamName", "CloudWatch Logs API reference, CreateLogStream"),
    row("a stream's name that is too long", nothing, |stage| create_stream_named(stage, &"x".repeat(513)),
        "InvalidParameterException", "logStreamName", "CloudWatch Logs API reference, CreateLogStream"),
    row("the log stream exists", nothing, |stage| create_stream_named(stage, "DestinationDelivery"),
        "ResourceAlreadyExistsException", "log stream already exists", "CloudWatch Logs API reference, CreateLogStream"),
    row("a tag of AWS's own", nothing, |stage| tag(stage, aws_tags()),
        "InvalidParameterException", "aws: are reserved", "CloudWatch Logs API reference, TagResource"),
    row("more than 50 tags with those that are there", nothing, |stage| tag(stage, many_tags(50)),
        "TooManyTagsException", "Too many tags", "CloudWatch Logs API reference, TagResource"),
    row("the ARN as it is read, with :* at its end", nothing, |stage| {
            let arn = place().log_group(&stage.lake.names.log_group).to_string() + ":*";
            Change::LogGroup(log_group::Change::TagResource { arn, tags: many_tags(1) })
        },
        "ResourceNotFoundException", "does not exist", "CloudWatch Logs API reference, TagResource"),
];

#[test]
fn logs_keeps_its_bounds() {
    check(BOUNDS);
}
