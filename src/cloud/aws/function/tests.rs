use serde_json::{Value, json};

use super::*;
use crate::cloud::aws::testing::{place, replay, sent};
use crate::model::kinds::function::Code;

const DESCRIBED: &str = r#"{"Configuration": {
    "FunctionName": "f", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Runtime": "nodejs22.x",
    "Role": "arn:aws:iam::123456789012:role/r", "Handler": "index.handler", "Description": "", "Timeout": 30,
    "MemorySize": 128, "CodeSha256": "abc=", "Environment": {"Variables": {"STREAM_NAME": "s"}}, "State": "Active",
    "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no such key", "Architectures": ["x86_64"]},
    "Code": {"RepositoryType": "S3", "Location": "https://example.com/"}, "Tags": {"a": "1"}}"#;

fn configuration() -> Configuration {
    Configuration {
        description: String::new(),
        runtime: "nodejs22.x".into(),
        handler: "index.handler".into(),
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        timeout_seconds: 30,
        memory_mib: 128,
        environment: Tags::from([("STREAM_NAME".into(), "s".into())]),
    }
}

#[tokio::test]
async fn a_look_is_one_call_and_tells_what_aws_says() {
    let (aws, client) = replay(vec![(200, DESCRIBED)]);
    let seen = observe(&aws, &place(), "f").await.unwrap().unwrap();
    let expected = Observed {
        name: "f".into(),
        arn: "arn:aws:lambda:eu-west-1:123456789012:function:f".into(),
        state: "Active".into(),
        last_update: "Failed".into(),
        reason: Some("no such key".into()),
        code_sha256: "abc=".into(),
        configuration: configuration(),
        tags: Tags::from([("a".into(), "1".into())]),
    };
    assert_eq!(seen, expected);
    assert_eq!(sent(&client)[0].line, "GET /2015-03-31/functions/f");
}

#[tokio::test]
async fn a_function_that_does_not_exist_is_absent() {
    let (aws, _) = replay(vec![(
        404,
        r#"{"Type": "User", "Message": "Function not found", "__type": "ResourceNotFoundException"}"#,
    )]);
    assert_eq!(observe(&aws, &place(), "f").await, Ok(None));
}

#[tokio::test]
async fn each_change_is_one_request() {
    let (name, arn) = (
        "f".to_owned(),
        "arn:aws:lambda:eu-west-1:123456789012:function:f".to_owned(),
    );
    let code = Code {
        zip: b"zip".to_vec(),
        sha256: String::new(),
    };
    let tags = Tags::from([("a".into(), "1".into())]);
    let settings = json!({
        "Description": "", "Runtime": "nodejs22.x", "Handler": "index.handler", "Timeout": 30, "MemorySize": 128,
        "Role": "arn:aws:iam::123456789012:role/r", "Environment": {"Variables": {"STREAM_NAME": "s"}},
    });
    let mut whole = settings.clone();
    whole["FunctionName"] = json!("f");
    whole["Code"] = json!({"ZipFile": "emlw"});
    whole["Tags"] = json!({"a": "1"});
    let of = "/2015-03-31/functions";
    let escaped = arn.replace(':', "%3A");
    for (change, line, body) in [
        (
            Change::CreateFunction {
                name: name.clone(),
                configuration: configuration(),
                code: code.clone(),
                tags: tags.clone(),
            },
            format!("POST {of}"),
            whole,
        ),
        (
            Change::UpdateFunctionCode {
                name: name.clone(),
                code,
            },
            format!("PUT {of}/f/code"),
            json!({"ZipFile": "emlw"}),
        ),
        (
            Change::UpdateFunctionConfiguration {
                name: name.clone(),
                configuration: configuration(),
            },
            format!("PUT {of}/f/configuration"),
            settings,
        ),
        (
            Change::TagResource {
                arn: arn.clone(),
                tags,
            },
            format!("POST /2017-03-31/tags/{escaped}"),
            json!({"Tags": {"a": "1"}}),
        ),
        (
            Change::UntagResource {
                arn,
                keys: vec!["a".into()],
            },
            format!("DELETE /2017-03-31/tags/{escaped}?tagKeys=a"),
            Value::Null,
        ),
        (
            Change::DeleteFunction { name },
            format!("DELETE {of}/f"),
            Value::Null,
        ),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        let request = &sent(&client)[0];
        assert_eq!(request.line, line);
        let said = if request.body.is_empty() {
            Value::Null
        } else {
            request.json()
        };
        assert_eq!(said, body, "{line}");
    }
}

#[tokio::test]
async fn an_error_is_told_by_its_code() {
    let busy =
        r#"{"Type": "User", "message": "An update is in progress", "__type": "ResourceConflictException"}"#;
    let (aws, _) = replay(vec![(409, busy)]);
    let error = apply(&aws, &place(), &Change::DeleteFunction { name: "f".into() })
        .await
        .unwrap_err();
    assert_eq!(
        (&*error.code, error.status),
        ("ResourceConflictException", Some(409))
    );
}
