//! Athena.

use super::*;
use crate::model::kinds::workgroup;
const ATHENA: &[Row] = &[
    Row {
        situation: "the workgroup exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Workgroup),
        code: "InvalidRequestException",
        says: "already created",
        source: "Athena API reference, CreateWorkGroup",
    },
    Row {
        situation: "there is no such workgroup",
        outside: nothing,
        call: |_| Change::Workgroup(workgroup::Change::DeleteWorkGroup { name: "none".into() }),
        code: "InvalidRequestException",
        says: "is not found",
        source: "Athena API reference, DeleteWorkGroup",
    },
    Row {
        situation: "too low a limit of bytes",
        outside: nothing,
        call: |stage| {
            let mut change = stage.creation(Id::Workgroup);
            if let Change::Workgroup(workgroup::Change::CreateWorkGroup { configuration, .. }) = &mut change {
                configuration.cutoff_bytes = Some(9_999_999);
            }
            change
        },
        code: "InvalidRequestException",
        says: "at least 10000000",
        source: "Athena API reference, WorkGroupConfiguration",
    },
];

#[test]
fn athena_answers_as_its_reference_says() {
    check(ATHENA);
}

fn create_with(stage: &Stage, edit: fn(&mut String, &mut String, &mut workgroup::Configuration)) -> Change {
    let mut change = stage.creation(Id::Workgroup);
    if let Change::Workgroup(workgroup::Change::CreateWorkGroup {
        name,
        description,
        configuration,
        ..
    }) = &mut change
    {
        "another".clone_into(name);
        edit(name, description, configuration);
    }
    change
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name with a blank", nothing, |stage| create_with(stage, |name, _, _| *name = "a b".into()),
        "InvalidRequestException", "name", "Athena API reference, CreateWorkGroup"),
    row("a description that is too long", nothing, |stage| create_with(stage, |_, description, _| *description = "x".repeat(1025)),
        "InvalidRequestException", "1024", "Athena API reference, CreateWorkGroup"),
    row("a place of results that is no path", nothing, |stage| create_with(stage, |_, _, c| c.output_location = "results/".into()),
        "InvalidRequestException", "S3 path", "Athena API reference, ResultConfiguration"),
    row("the primary workgroup is deleted", nothing, |_| Change::Workgroup(workgroup::Change::DeleteWorkGroup { name: "primary".into() }),
        "InvalidRequestException", "primary", "Athena API reference, DeleteWorkGroup"),
    row("a tag for what is not there", nothing, |_| {
            let arn = place().workgroup("none").to_string();
            Change::Workgroup(workgroup::Change::TagResource { arn, tags: many_tags(1) })
        },
        "ResourceNotFoundException", "is not found", "Athena API reference, TagResource"),
    row("a tag of AWS's own", nothing, |stage| {
            let arn = place().workgroup(&stage.lake.names.workgroup).to_string();
            Change::Workgroup(workgroup::Change::TagResource { arn, tags: aws_tags() })
        },
        "InvalidRequestException", "aws: are reserved", "Athena API reference, TagResource"),
];

#[test]
fn athena_keeps_its_bounds() {
    check(BOUNDS);
}
