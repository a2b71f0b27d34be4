//! Glue databases and tables.

use super::*;
use crate::model::kinds::database::{self, DatabaseInput};
use crate::model::kinds::table::{self, TableInput};

fn table(stage: &Stage, version: Option<&str>, edit: fn(&mut TableInput)) -> Change {
    let mut change = stage.creation(Id::Table);
    if let Change::Table(table::Change::CreateTable { database, input }) = &mut change {
        edit(input);
        if let Some(version) = version {
            return Change::Table(table::Change::UpdateTable {
                database: database.clone(),
                input: input.clone(),
                version: Some(version.to_owned()),
            });
        }
    }
    change
}

const CATALOG: &[Row] = &[
    Row {
        situation: "the database exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Database),
        code: "AlreadyExistsException",
        says: "already exists",
        source: "Glue API reference, CreateDatabase",
    },
    Row {
        situation: "there is no database for the table",
        outside: |cloud, stage| {
            cloud
                .databases
                .remove(&place().database(&stage.lake.names.database).to_string());
        },
        call: |stage| stage.creation(Id::Table),
        code: "EntityNotFoundException",
        says: "not found",
        source: "Glue API reference, CreateTable",
    },
    Row {
        situation: "the table exists",
        outside: nothing,
        call: |stage| stage.creation(Id::Table),
        code: "AlreadyExistsException",
        says: "already exists",
        source: "Glue API reference, CreateTable",
    },
    Row {
        situation: "somebody updated the table meanwhile",
        outside: nothing,
        call: |stage| table(stage, Some("7"), |_| ()),
        code: "ConcurrentModificationException",
        says: "concurrent modifications",
        source: "Glue API reference, UpdateTable, VersionId",
    },
    Row {
        situation: "a column that is a partition key",
        outside: nothing,
        call: |stage| {
            table(stage, Some("0"), |input| {
                input.columns.push(input.partition_keys[0].clone());
            })
        },
        code: "InvalidInputException",
        says: "Duplicate",
        source: "Glue API reference, TableInput",
    },
];

#[test]
fn glue_answers_as_its_reference_says_of_databases_and_tables() {
    check(CATALOG);
}

fn database(edit: fn(&mut DatabaseInput)) -> Change {
    let mut input = DatabaseInput {
        name: "another".into(),
        ..DatabaseInput::default()
    };
    edit(&mut input);
    let tags = Tags::new();
    Change::Database(database::Change::CreateDatabase { input, tags })
}

fn another(stage: &Stage) -> Change {
    let mut change = table(stage, None, |_| ());
    if let Change::Table(table::Change::CreateTable { input, .. }) = &mut change {
        input.name.push_str("_more");
    }
    change
}

#[rustfmt::skip]
const BOUNDS: &[Row] = &[
    row("a name that is too long", nothing, |_| database(|input| input.name = "x".repeat(256)),
        "InvalidInputException", "not valid", "Glue API reference, DatabaseInput"),
    row("a description that is too long", nothing, |_| database(|input| input.description = Some("x".repeat(2049))),
        "InvalidInputException", "2048", "Glue API reference, DatabaseInput"),
    row("a location that is too long", nothing, |_| database(|input| input.location_uri = Some("x".repeat(1025))),
        "InvalidInputException", "1024", "Glue API reference, DatabaseInput"),
    row("a parameter's key that is too long", nothing, |_| database(|input| drop(input.parameters.insert("x".repeat(256), String::new()))),
        "InvalidInputException", "parameter", "Glue API reference, DatabaseInput"),
    row("a tag of AWS's own", nothing, |stage| {
            let arn = place().database(&stage.lake.names.database).to_string();
            Change::Database(database::Change::TagResource { arn, tags: aws_tags() })
        },
        "InvalidInputException", "aws: are reserved", "Glue API reference, TagResource"),
    row("there is no such database", nothing, |_| Change::Database(database::Change::DeleteDatabase { name: "none".into() }),
        "EntityNotFoundException", "not found", "Glue API reference, DeleteDatabase"),
    row("the account's databases are used up", |cloud, _| cloud.quotas.databases = 1, |_| database(|_| ()),
        "ResourceNumberLimitExceededException", "databases", "AWS Glue endpoints and quotas"),
    row("the database's tables are used up", |cloud, _| cloud.quotas.tables = 1, another,
        "ResourceNumberLimitExceededException", "tables", "AWS Glue endpoints and quotas"),
    row("Lake Formation guards the catalog", |cloud, _| cloud.lake_formation = true, |_| database(|_| ()),
        "AccessDeniedException", "Insufficient Lake Formation permission(s): Required Create Database", "Lake Formation developer guide, \"Changing the default settings\""),
    row("Lake Formation guards the database", |cloud, _| cloud.lake_formation = true, another,
        "AccessDeniedException", "Insufficient Lake Formation permission(s): Required Create Table", "Lake Formation developer guide, \"Changing the default settings\""),
    row("a column's name that is too long", nothing, |stage| table(stage, Some("0"), |input| input.columns[0].name = "x".repeat(256)),
        "InvalidInputException", "too long", "Glue API reference, Column"),
    row("a column's type that is too long", nothing, |stage| table(stage, Some("0"), |input| input.columns[0].r#type = "x".repeat(131_073)),
        "InvalidInputException", "too long", "Glue API reference, Column"),
    row("a comment that is too long", nothing, |stage| table(stage, Some("0"), |input| input.columns[0].comment = Some("x".repeat(256))),
        "InvalidInputException", "255", "Glue API reference, Column"),
    row("a table's location that is too long", nothing, |stage| table(stage, Some("0"), |input| input.location = "x".repeat(2057)),
        "InvalidInputException", "2056", "Glue API reference, StorageDescriptor"),
    row("a table's parameter that is too long", nothing, |stage| table(stage, Some("0"), |input| drop(input.parameters.insert("a".into(), "x".repeat(512_001)))),
        "InvalidInputException", "parameter", "Glue API reference, TableInput"),
    row("there is no such table", |cloud, _| cloud.tables.iter_mut().for_each(|(_, live)| live.version = None), |stage| {
            let database = stage.lake.names.database.clone();
            Change::Table(table::Change::DeleteTable { database, name: "none".into() })
        },
        "EntityNotFoundException", "not found", "Glue API reference, DeleteTable"),
];

#[test]
fn glue_keeps_its_bounds() {
    check(BOUNDS);
}

/// Glue API reference, `UpdateDatabase` and `UpdateTable`: what is not sent is gone, and names are in lower case.
#[test]
fn an_update_replaces_everything() {
    let sim = sim(Timing::none());
    let arn = place().database("another").to_string();
    let live = || sim.alter(|cloud| cloud.databases.get(&arn).unwrap().input.clone());
    let create = database(|input| {
        input.name = "Another".into();
        input.parameters.insert("a".into(), "b".into());
    });
    apply(&sim, &create).unwrap();
    let everybody = Some(vec![(
        Some("IAM_ALLOWED_PRINCIPALS".to_owned()),
        vec!["ALL".to_owned()],
    )]);
    assert_eq!(live().default_permissions, everybody, "filled in");
    let input = DatabaseInput {
        name: "another".into(),
        ..DatabaseInput::default()
    };
    apply(
        &sim,
        &Change::Database(database::Change::UpdateDatabase { input: input.clone() }),
    )
    .unwrap();
    assert_eq!(live(), input);

    let table = |parameters: &Tags| TableInput {
        name: "one".into(),
        parameters: parameters.clone(),
        ..TableInput::default()
    };
    let database = "another".to_owned();
    let input = table(&many_tags(1));
    apply(
        &sim,
        &Change::Table(table::Change::CreateTable {
            database: database.clone(),
            input,
        }),
    )
    .unwrap();
    let (input, version) = (table(&Tags::new()), Some("0".to_owned()));
    apply(
        &sim,
        &Change::Table(table::Change::UpdateTable {
            database,
            input: input.clone(),
            version,
        }),
    )
    .unwrap();
    let arn = place().table("another", "one").to_string();
    let live = sim.alter(|cloud| cloud.tables.get(&arn).unwrap().clone());
    assert_eq!((live.input, live.version.as_deref()), (input, Some("1")));
}
