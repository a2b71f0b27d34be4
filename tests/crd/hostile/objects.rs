//! The objects: hostile text in every field that takes text, and every field beside its bounds and of another type.

use datalake_operator::api::crd;
use serde_json::{Map, Value, json};

use crate::objects::{lake, with};

/// Whether what is written there may be any text: such text must reach no name, policy or prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takes {
    /// Text of a form of its own.
    Form,
    /// Any text at all, for people or for the data's own words.
    Anything,
    /// Nothing of what is tried here.
    Nothing,
}

/// One object, and what was done to it.
pub struct Hostile {
    pub what: String,
    pub takes: Takes,
    /// The text that was put in; empty where it is no text.
    pub text: String,
    pub object: Value,
}

/// What would mean something to Firehose, IAM, a shell, SQL, a path, a template, a terminal or a reader.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "*",
        "?",
        "a*",
        "dl-????",
        "!{firehose:error-output-type}",
        "!{timestamp:yyyy}/x",
        "!{partitionKeyFromQuery:x}",
        "a!{firehose:random-string}",
        "${aws:username}",
        "a${aws:PrincipalTag/x}b",
        "${AWS::AccountId}",
        "{{ .Values.image }}",
        "$(id)",
        "`id`",
        "'; DROP TABLE x; --",
        "\"",
        "a\",\"Effect\":\"Allow",
        "a'b",
        "a\\",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}atad",
        "a\u{200b}b",
        "\u{feff}a",
        "d\u{0430}ta",
        "größe",
        "🪣",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws:s3:::*",
        "arn:aws:kms:eu-west-1:123456789012:key/*",
        "arn:aws:kms:eu-west-1:123456789012:key/${aws:username}",
        "../../etc",
        "a/../b",
        "%2e%2e%2f",
        "a b",
        "-",
        "<script>",
    ]
    .map(str::to_owned)
    .into();
    texts.push("a".repeat(20_000));
    texts.push("é".repeat(300));
    texts
}

/// A merge patch that puts a value at a path of fields; `columns` is of one column.
fn put(path: &[&str], value: Value) -> Value {
    path.iter().rev().fold(value, |inner, field| {
        Value::Object(Map::from_iter([((*field).to_owned(), inner)]))
    })
}

fn column(patch: &Value) -> Value {
    let one = with(json!({"name": "event", "type": "string"}), patch);
    put(&["spec", "schema", "columns"], json!([one]))
}

const NAMES: [&str; 15] = [
    "bucketKeyAlias",
    "streamKeyAlias",
    "lakeBucket",
    "rawBucket",
    "stream",
    "deliveryStream",
    "database",
    "table",
    "crawler",
    "workgroup",
    "deliveryRole",
    "crawlerRole",
    "publisherRole",
    "publisher",
    "logGroup",
];

const EXISTING: [&str; 4] = ["lakeBucket", "rawBucket", "stream", "database"];

/// Every field that takes text, with the merge patch that puts a text there.
fn patches(text: &str) -> Vec<(String, Takes, Value)> {
    use Takes::{Anything, Form};
    let mut all = vec![
        ("metadata.name", Form, json!({"metadata": {"name": text}})),
        ("region", Form, put(&["spec", "region"], json!(text))),
        ("a column's name", Form, column(&json!({"name": text}))),
        ("a column's type", Form, column(&json!({"type": text}))),
        (
            "a field's name",
            Form,
            column(&json!({"type": format!("struct<{text}:int>")})),
        ),
        (
            "timeZone",
            Form,
            put(&["spec", "partitioning", "timeZone"], json!(text)),
        ),
        (
            "schedule",
            Form,
            put(&["spec", "crawler", "schedule"], json!(text)),
        ),
        (
            "a schedule's minute",
            Form,
            put(
                &["spec", "crawler", "schedule"],
                json!(format!("cron({text} * * * ? *)")),
            ),
        ),
        (
            "bucketKeyArn",
            Form,
            put(&["spec", "encryption", "bucketKeyArn"], json!(text)),
        ),
        (
            "streamKeyArn",
            Form,
            put(&["spec", "encryption", "streamKeyArn"], json!(text)),
        ),
        ("a tag's key", Anything, put(&["spec", "tags", text], json!("a"))),
        (
            "a tag's value",
            Anything,
            put(&["spec", "tags", "team"], json!(text)),
        ),
        ("a comment", Anything, column(&json!({"comment": text}))),
        ("a JSON key", Anything, column(&json!({"jsonKey": text}))),
        (
            "a timestamp format",
            Anything,
            put(&["spec", "schema", "timestampFormats"], json!([text])),
        ),
    ]
    .into_iter()
    .map(|(what, takes, patch)| (what.to_owned(), takes, patch))
    .collect::<Vec<_>>();
    all.extend(NAMES.map(|name| {
        let text = if name.ends_with("Alias") {
            format!("alias/{text}")
        } else {
            text.to_owned()
        };
        (
            format!("names.{name}"),
            Form,
            put(&["spec", "names", name], json!(text)),
        )
    }));
    all.extend(EXISTING.map(|name| {
        (
            format!("existing.{name}"),
            Form,
            put(&["spec", "existing", name], json!(text)),
        )
    }));
    all
}

/// Hostile text in each field that takes text.
pub fn of_text() -> Vec<Hostile> {
    let mut all = Vec::new();
    for text in texts() {
        for (what, takes, patch) in patches(&text) {
            all.push(Hostile {
                what: format!("{what} {:?}", text.chars().take(40).collect::<String>()),
                takes,
                text: text.clone(),
                object: with(lake("hostile"), &patch),
            });
        }
    }
    all
}

/// Each field of the definition with a value of another type, beside its bounds, or without its like.
pub fn of_schema() -> Vec<Hostile> {
    let definition = serde_json::to_value(crd()).unwrap();
    let spec = definition
        .pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec")
        .unwrap();
    let mut all = Vec::new();
    walk(&["spec"], spec, &mut |path, value| {
        all.push(Hostile {
            what: format!("{} {:.60}", path.join("."), value.to_string()),
            takes: Takes::Nothing,
            text: String::new(),
            object: with(lake("hostile"), &put(path, value)),
        });
    });
    all
}

fn walk(path: &[&str], schema: &Value, see: &mut dyn FnMut(&[&str], Value)) {
    for value in others(schema) {
        see(path, value);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        walk(&[path, &[name]].concat(), field, see);
    }
    match &schema["additionalProperties"] {
        Value::Null if schema["type"] == "object" => see(&[path, &["unheardOf"]].concat(), json!(1)),
        Value::Null => {}
        any => walk(&[path, &["any"]].concat(), any, see),
    }
    if let Some(item) = schema.get("items") {
        walk(&[], item, &mut |inside, value| {
            see(path, json!([with(whole(item), &put(inside, value))]));
        });
    }
}

/// An item that the schema takes: a column, or nothing that stays.
fn whole(item: &Value) -> Value {
    if item["type"] == "object" {
        json!({"name": "event", "type": "string"})
    } else {
        Value::Null
    }
}

/// Values that the schema of a field does not take.
fn others(schema: &Value) -> Vec<Value> {
    let kind = schema["type"].as_str().unwrap();
    let mut values: Vec<Value> = [
        ("integer", json!(1)),
        ("string", json!("text")),
        ("boolean", json!(true)),
        ("array", json!([1])),
        ("object", json!({"a": {"b": 1}})),
    ]
    .into_iter()
    .filter(|(of, _)| *of != kind)
    .map(|(_, value)| value)
    .collect();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bounds are whole numbers below 2^53"
    )]
    let number = |name: &str| schema[name].as_f64().map(|number| number as i64);
    if let (Some(low), Some(high)) = (number("minimum"), number("maximum")) {
        let beyond = [low - 1, high + 1, -1, 0, i64::MIN, i64::MAX];
        values.extend(
            beyond
                .into_iter()
                .filter(|n| !(low..=high).contains(n))
                .map(Value::from),
        );
        values.push(json!(1.5));
    }
    if let Some(length) = schema["maxLength"].as_u64() {
        values.push(json!("a".repeat(usize::try_from(length).unwrap() + 1)));
    }
    if let Some(most) = schema["maxItems"].as_u64() {
        values.push((0..=most).map(|n| json!(format!("text {n}"))).collect());
    }
    if schema.get("enum").is_some() {
        values.extend([json!(""), json!("other"), json!("parquet\n")]);
    }
    values
}
