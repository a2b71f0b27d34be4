use serde_json::json;

use super::super::testing::{operations, place, replay, sent};
use super::*;

const DATABASE: &str = r#"{"Database":{"Name":"d","Description":"D","LocationUri":"s3://b/","CatalogId":"1",
    "Parameters":{"k":"v"},"CreateTableDefaultPermissions":[
    {"Principal":{"DataLakePrincipalIdentifier":"IAM_ALLOWED_PRINCIPALS"},"Permissions":["ALL"]}]}}"#;
const TAGS: &str = r#"{"Tags":{"team":"data"}}"#;
const MISSING: &str = r#"{"__type":"EntityNotFoundException","Message":"Database d not found."}"#;

fn target(depth: Depth) -> Target {
    Target {
        name: "d".into(),
        depth,
    }
}

fn input() -> DatabaseInput {
    DatabaseInput {
        name: "d".into(),
        description: Some("D".into()),
        location_uri: Some("s3://b/".into()),
        parameters: Tags::from([("k".into(), "v".into())]),
        default_permissions: Some(vec![(Some("IAM_ALLOWED_PRINCIPALS".into()), vec!["ALL".into()])]),
    }
}

#[tokio::test]
async fn a_database_is_read_with_its_tags_and_its_tables_only_when_asked() {
    let (aws, client) = replay(vec![(200, DATABASE), (200, TAGS)]);
    let seen = observe(&aws, &place(), &target(Depth::Properties))
        .await
        .unwrap()
        .unwrap();
    let tags = Tags::from([("team".into(), "data".into())]);
    assert_eq!(
        seen,
        Observed {
            input: input(),
            tags,
            held: None
        }
    );
    assert_eq!(operations(&client), ["GetDatabase", "GetTags"]);
    let arn = &sent(&client)[1].json()["ResourceArn"];
    assert_eq!(arn, "arn:aws:glue:eu-west-1:123456789012:database/d");
}

#[tokio::test]
async fn the_tables_and_functions_of_every_page_are_read() {
    let (aws, client) = replay(vec![
        (200, DATABASE),
        (200, TAGS),
        (200, r#"{"TableList":[],"NextToken":"n"}"#),
        (200, r#"{"TableList":[{"Name":"a"},{"Name":"b"}]}"#),
        (200, r#"{"UserDefinedFunctions":[],"NextToken":"m"}"#),
        (200, r#"{"UserDefinedFunctions":[{"FunctionName":"c"}]}"#),
    ]);
    let seen = observe(&aws, &place(), &target(Depth::Contents))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.held,
        Some(vec!["a".into(), "b".into(), "function c".into()]),
        "an empty page need not be the last"
    );
    let functions = "GetUserDefinedFunctions";
    assert_eq!(
        operations(&client)[2..],
        ["GetTables", "GetTables", functions, functions]
    );
    let sent = sent(&client);
    assert_eq!(sent[3].json()["NextToken"], "n");
    assert_eq!(sent[4].json()["Pattern"], ".*");
    assert_eq!(sent[5].json()["NextToken"], "m");
}

#[tokio::test]
async fn a_hundred_tables_are_enough() {
    let tables: Vec<_> = (0..100).map(|i| json!({"Name": format!("t{i}")})).collect();
    let page = json!({"TableList": tables, "NextToken": "n"}).to_string();
    let none = r#"{"UserDefinedFunctions":[]}"#;
    let (aws, client) = replay(vec![(200, DATABASE), (200, TAGS), (200, &page), (200, none)]);
    observe(&aws, &place(), &target(Depth::Contents)).await.unwrap();
    assert_eq!(operations(&client).len(), 4);
}

#[tokio::test]
async fn a_missing_database_is_none_and_another_error_is_told_by_its_code() {
    let (aws, _) = replay(vec![(400, MISSING)]);
    assert_eq!(observe(&aws, &place(), &target(Depth::Contents)).await, Ok(None));
    let denied = MISSING.replace("EntityNotFoundException", "AccessDeniedException");
    let (aws, _) = replay(vec![(400, &denied)]);
    let error = observe(&aws, &place(), &target(Depth::Contents))
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("GetDatabase", "AccessDeniedException")
    );
}

#[tokio::test]
async fn each_change_is_one_call_with_all_that_was_decided() {
    let whole = json!({"Name": "d", "Description": "D", "LocationUri": "s3://b/", "Parameters": {"k": "v"},
        "CreateTableDefaultPermissions": [
            {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]});
    let tags = Tags::from([("a".into(), "1".into())]);
    let arn = || "arn:d".to_owned();
    for (change, body) in [
        (
            Change::CreateDatabase {
                input: input(),
                tags: tags.clone(),
            },
            json!({"DatabaseInput": whole, "Tags": {"a": "1"}}),
        ),
        (
            Change::UpdateDatabase { input: input() },
            json!({"Name": "d", "DatabaseInput": whole}),
        ),
        (
            Change::TagResource { arn: arn(), tags },
            json!({"ResourceArn": "arn:d", "TagsToAdd": {"a": "1"}}),
        ),
        (
            Change::UntagResource {
                arn: arn(),
                keys: vec!["a".into()],
            },
            json!({"ResourceArn": "arn:d", "TagsToRemove": ["a"]}),
        ),
        (Change::DeleteDatabase { name: "d".into() }, json!({"Name": "d"})),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}

#[tokio::test]
async fn no_permissions_are_sent_where_none_were_read_and_an_empty_list_stays_one() {
    for (permissions, sends) in [(None, json!(null)), (Some(vec![]), json!([]))] {
        let (aws, client) = replay(vec![(200, "{}")]);
        let input = DatabaseInput {
            default_permissions: permissions,
            ..input()
        };
        apply(&aws, &place(), &Change::UpdateDatabase { input })
            .await
            .unwrap();
        assert_eq!(
            sent(&client)[0].json()["DatabaseInput"]["CreateTableDefaultPermissions"],
            sends
        );
    }
}
