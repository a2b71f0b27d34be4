//! Columns and their types.

use serde_json::json;

use super::{all_are_refused, is_refused};
use crate::objects::{columns, lake_of_type, with};
use crate::server::Server;

#[tokio::test]
async fn bad_columns_are_refused() {
    let one = |name: &str| columns(json!([{"name": name, "type": "int"}]));
    let name = "spec.schema.columns[0].name";
    #[rustfmt::skip]
    let rows = vec![
        ("no columns", columns(json!([])), "spec.schema.columns", "write at least one"),
        ("columns left out", json!({"spec": {"schema": {"columns": null}}}), "spec.schema.columns", "Required value"),
        ("one column twice", columns(json!([{"name": "a", "type": "int"}, {"name": "a", "type": "int"}])), "spec.schema.columns[1]", "Duplicate value"),
        ("a twin in upper case", columns(json!([{"name": "a", "type": "int"}, {"name": "A", "type": "int"}])), "spec.schema.columns[1].name", "lower-case"),
        ("a hyphen", one("staff-id"), name, "lower-case letters, digits and _"),
        ("an underscore in front", one("_id"), name, "starting with a letter"),
        ("a digit in front", one("2nd"), name, "starting with a letter"),
        ("a dot", one("a.b"), name, "lower-case letters, digits and _"),
        ("another script", one("größe"), name, "lower-case letters, digits and _"),
        ("an empty name", one(""), name, "starting with a letter"),
        ("a name of 256 characters", one(&"a".repeat(256)), name, "255"),
        ("a partition key", one("hour"), name, "\"hour\" is a partition key"),
        ("a line break in a comment", columns(json!([{"name": "a", "type": "int", "comment": "a\nb"}])), "spec.schema.columns[0].comment", "one line"),
        ("a blank jsonKey", columns(json!([{"name": "a", "type": "int", "jsonKey": " "}])), "spec.schema.columns[0].jsonKey", "write the key as it is in the JSON"),
        ("a jsonKey of two lines", columns(json!([{"name": "a", "type": "int", "jsonKey": "a\nb"}])), "spec.schema.columns[0].jsonKey", "without line breaks"),
        ("a timestamp format of two lines", json!({"spec": {"schema": {"timestampFormats": ["millis\n"]}}}), "spec.schema.timestampFormats", "a line break"),
        ("jsonKey with timestampFormats", with(columns(json!([{"name": "a", "type": "int", "jsonKey": "A"}])), &json!({"spec": {"schema": {"timestampFormats": ["millis"]}}})), "spec.schema.timestampFormats", "remove timestampFormats"),
        ("a timestamp format of blanks", json!({"spec": {"schema": {"timestampFormats": ["  "]}}}), "spec.schema.timestampFormats", "write a Joda pattern"),
        ("a timestamp format twice", json!({"spec": {"schema": {"timestampFormats": ["millis", "millis"]}}}), "spec.schema.timestampFormats[1]", "Duplicate value"),
        ("1001 columns", columns((0..1_001) .map(|n| json!({"name": format!("c{n}"), "type": "int"})) .collect()), "spec.schema.columns", "1000"),
    ];
    all_are_refused(rows).await;
}

#[tokio::test]
async fn bad_types_are_refused() {
    let server = Server::shared().await;
    #[rustfmt::skip]
    let rows = [
        ("strct<a:int>", "\"strct<\" is not a Hive type"),
        ("struct<a:int", "1 \"<\" but 0 \">\""),
        ("array<int>>", "1 \"<\" but 2 \">\""),
        ("varchar", "write varchar(n) with n 1..65535"),
        ("varchar(0)", "write varchar(n) with n 1..65535"),
        ("varchar(65536)", "write varchar(n) with n 1..65535"),
        ("char(256)", "write char(n) with n 1..255"),
        ("decimal", "write decimal(p,s) with p 1..38 and s 0..p"),
        ("decimal(39,2)", "write decimal(p,s) with p 1..38 and s 0..p"),
        ("decimal(5,)", "write decimal(p,s) with p 1..38 and s 0..p"),
        ("decimal(5,2,)", "write decimal(p,s) with p 1..38 and s 0..p"),
        ("char(5,)", "write char(n) with n 1..255"),
        ("varchar(5,6)", "write varchar(n) with n 1..65535"),
        ("decimal(5,6)", "write decimal(p,s) with p 1..38 and s 0..p"),
        ("decimal(99999999999999999999)", "not a Hive type"),
        ("int64", "write bigint"),
        ("Bool", "write boolean"),
        ("array<json>", "write string"),
        ("row(a int)", "write struct<name:type>"),
        ("array", "write array<type>"),
        ("set<int>", "write array<type>"),
        ("struct<a>", "\"a\" is not a Hive type"),
        ("struct<int>", "a struct field needs a name and a type"),
        ("struct<>", "a struct field needs a name and a type"),
        ("struct<a:int,:int>", "not a Hive type"),
        ("array<>", "array takes one type"),
        ("array<int,int>", "array takes one type"),
        ("array<a:int>", "array takes one type"),
        ("map<string>", "map takes two"),
        ("int; drop table x", "\";\" is not a Hive type"),
        ("struct<größe:int>", "not a Hive type"),
        ("timestamp with time zone", "not a Hive type"),
        ("", "not a Hive type"),
        (" \n", "not a Hive type"),
    ];
    for (r#type, says) in rows {
        is_refused(
            &server,
            r#type,
            lake_of_type(r#type),
            "spec.schema.columns[0].type",
            says,
        )
        .await;
    }
    let deep = format!("{}int{}", "array<".repeat(16), ">".repeat(16));
    is_refused(
        &server,
        "16 levels",
        lake_of_type(&deep),
        "spec.schema.columns[0].type",
        "deeper than 15",
    )
    .await;
    let odd = "x".repeat(300);
    is_refused(
        &server,
        "a long odd word",
        lake_of_type(&odd),
        "spec.schema.columns[0].type",
        "…\" is not a Hive type",
    )
    .await;
    let long = format!("struct<{}:int>", "a".repeat(16_384));
    is_refused(
        &server,
        "16 KiB and more",
        lake_of_type(&long),
        "spec.schema.columns[0].type",
        "16384",
    )
    .await;
}
