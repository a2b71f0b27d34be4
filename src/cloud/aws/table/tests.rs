use serde_json::{Value, json};

use super::super::testing::{operations, place, replay, sent};
use super::*;

/// The table as Glue takes it.
fn wire() -> Value {
    json!({
        "Name": "t", "Description": "T", "Owner": "o", "Retention": 3, "TableType": "EXTERNAL_TABLE",
        "Parameters": {"k": "v"},
        "PartitionKeys": [{"Name": "year", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "int", "Comment": "c"}], "Location": "s3://b/data/",
            "InputFormat": "in", "OutputFormat": "out", "Compressed": true, "NumberOfBuckets": 2,
            "SerdeInfo": {"Name": "n", "SerializationLibrary": "lib", "Parameters": {"s": "1"}},
            "BucketColumns": ["a"], "SortColumns": [{"Column": "a", "SortOrder": 1}],
            "Parameters": {"p": "2"}, "StoredAsSubDirectories": true,
        },
    })
}

fn input() -> TableInput {
    let one = |key: &str, value: &str| Tags::from([(key.into(), value.into())]);
    let column = |name: &str, r#type: &str, comment: Option<&str>| Column {
        name: name.into(),
        r#type: r#type.into(),
        comment: comment.map(str::to_owned),
    };
    TableInput {
        name: "t".into(),
        description: Some("T".into()),
        owner: Some("o".into()),
        table_type: Some("EXTERNAL_TABLE".into()),
        parameters: one("k", "v"),
        columns: vec![column("a", "int", Some("c"))],
        partition_keys: vec![column("year", "string", None)],
        location: "s3://b/data/".into(),
        input_format: "in".into(),
        output_format: "out".into(),
        serde_name: Some("n".into()),
        serde: "lib".into(),
        serde_parameters: one("s", "1"),
        storage_parameters: one("p", "2"),
        retention: 3,
        buckets: 2,
        bucket_columns: vec!["a".into()],
        sort_columns: vec![("a".into(), 1)],
        compressed: true,
        sub_directories: true,
    }
}

#[tokio::test]
async fn a_table_is_read_whole_without_what_glue_adds() {
    let mut table = wire();
    table["VersionId"] = json!("7");
    table["CreateTime"] = json!(1.7e9);
    table["CatalogId"] = json!("123456789012");
    let answer = json!({ "Table": table }).to_string();
    let (aws, client) = replay(vec![(200, &answer)]);
    let seen = observe(&aws, &place(), "d", "t").await.unwrap().unwrap();
    let expected = Observed {
        database: "d".into(),
        input: input(),
        version: Some("7".into()),
    };
    assert_eq!(seen, expected);
    assert_eq!(sent(&client)[0].json(), json!({"DatabaseName": "d", "Name": "t"}));
}

#[tokio::test]
async fn a_table_of_nothing_but_a_name_is_read_too() {
    let (aws, _) = replay(vec![(200, r#"{"Table":{"Name":"t"}}"#)]);
    let seen = observe(&aws, &place(), "d", "t").await.unwrap().unwrap();
    assert_eq!(
        seen.input,
        TableInput {
            name: "t".into(),
            ..TableInput::default()
        }
    );
}

#[tokio::test]
async fn a_missing_table_is_none_and_another_error_is_told_by_its_code() {
    let (aws, _) = replay(vec![(
        400,
        r#"{"__type":"EntityNotFoundException","Message":"x"}"#,
    )]);
    assert_eq!(observe(&aws, &place(), "d", "t").await, Ok(None));
    let (aws, _) = replay(vec![(400, r#"{"__type":"InvalidInputException","Message":"x"}"#)]);
    let error = observe(&aws, &place(), "d", "t").await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("GetTable", "InvalidInputException")
    );
}

#[tokio::test]
async fn each_change_is_one_call_and_an_update_archives_nothing_and_names_the_version_it_read() {
    let (database, name) = (|| "d".to_owned(), "t".to_owned());
    for (change, body) in [
        (
            Change::CreateTable {
                database: database(),
                input: input(),
            },
            json!({"DatabaseName": "d", "TableInput": wire()}),
        ),
        (
            Change::UpdateTable {
                database: database(),
                input: input(),
                version: Some("7".into()),
            },
            json!({"DatabaseName": "d", "TableInput": wire(), "SkipArchive": true, "VersionId": "7"}),
        ),
        (
            Change::UpdateTable {
                database: database(),
                input: input(),
                version: None,
            },
            json!({"DatabaseName": "d", "TableInput": wire(), "SkipArchive": true}),
        ),
        (
            Change::DeleteTable {
                database: database(),
                name,
            },
            json!({"DatabaseName": "d", "Name": "t"}),
        ),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}
