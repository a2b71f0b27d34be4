//! Lambda.

use super::*;
use crate::model::kinds::function;
fn create_function_with(stage: &Stage, edit: fn(&mut function::Configuration)) -> Change {
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

const LAMBDA: &[Row] = &[
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
        call: |stage| create_function_with(stage, |c| c.runtime = "nodejs12.x".into()),
        code: "InvalidParameterValueException",
        says: "no longer supported",
        source: "Lambda developer guide, \"Lambda runtimes\"",
    },
    Row {
        situation: "a role that trusts another service",
        outside: nothing,
        call: |stage| {
            create_function_with(stage, |c| {
                c.role_arn = c.role_arn.replace("publisher", "crawler");
            })
        },
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
];

#[test]
fn lambda_answers_as_its_reference_says() {
    check(LAMBDA);
}

fn create_with_code(stage: &Stage, zip: &[u8]) -> Change {
    let mut change = create_function_with(stage, |_| ());
    if let Change::Function(function::Change::CreateFunction { code, .. }) = &mut change {
        code.zip = zip.to_vec();
    }
    change
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name with a blank", nothing, |stage| match create_function_with(stage, |_| ()) {
            Change::Function(function::Change::CreateFunction { configuration, code, tags, .. }) => {
                Change::Function(function::Change::CreateFunction { name: "a b".into(), configuration, code, tags })
            }
            other => other,
        },
        "ValidationException", "functionName", "Lambda API reference, CreateFunction"),
    row("a handler with a blank", nothing, |stage| create_function_with(stage, |c| c.handler = "a b".into()),
        "ValidationException", "constraint", "Lambda API reference, CreateFunction, Handler"),
    row("a timeout of more than 15 minutes", nothing, |stage| create_function_with(stage, |c| c.timeout_seconds = 901),
        "ValidationException", "constraint", "Lambda developer guide, \"Lambda quotas\""),
    row("too little memory", nothing, |stage| create_function_with(stage, |c| c.memory_mib = 127),
        "ValidationException", "constraint", "Lambda developer guide, \"Lambda quotas\""),
    row("a description that is too long", nothing, |stage| create_function_with(stage, |c| c.description = "x".repeat(257)),
        "ValidationException", "constraint", "Lambda API reference, CreateFunction, Description"),
    row("too large an environment", nothing, |stage| create_function_with(stage, |c| drop(c.environment.insert("LARGE".into(), "x".repeat(4096)))),
        "InvalidParameterValueException", "exceeded the 4KB limit", "Lambda developer guide, \"Lambda quotas\""),
    row("a variable that begins with a digit", nothing, |stage| create_function_with(stage, |c| drop(c.environment.insert("1A".into(), String::new()))),
        "ValidationException", "environment", "Lambda API reference, Environment"),
    row("a variable of Lambda's own", nothing, |stage| create_function_with(stage, |c| drop(c.environment.insert("AWS_REGION".into(), String::new()))),
        "InvalidParameterValueException", "reserved keys", "Lambda developer guide, \"Defined runtime environment variables\""),
    row("no zip", nothing, |stage| create_with_code(stage, b"code"),
        "InvalidParameterValueException", "Could not unzip", "Lambda API reference, FunctionCode"),
    row("too large a zip", nothing, |stage| create_with_code(stage, &vec![0; 52_428_800]),
        "RequestEntityTooLargeException", "smaller than 52428800", "Lambda developer guide, \"Lambda quotas\""),
    row("the function is not there yet", |cloud, _| cloud.functions.iter_mut().for_each(|(_, live)| live.seen.state = "Pending".into()),
        |stage| match stage.creation(Id::Publisher) {
            Change::Function(function::Change::CreateFunction { name, configuration, .. }) => {
                Change::Function(function::Change::UpdateFunctionConfiguration { name, configuration })
            }
            other => other,
        },
        "ResourceConflictException", "Pending", "Lambda developer guide, \"Function states\""),
    row("a tag of AWS's own", nothing, |stage| {
            let arn = place().function(&stage.lake.names.publisher).to_string();
            Change::Function(function::Change::TagResource { arn, tags: aws_tags() })
        },
        "InvalidParameterValueException", "aws: are reserved", "Lambda API reference, TagResource"),
];

#[test]
fn lambda_keeps_its_bounds() {
    check(BOUNDS);
}
