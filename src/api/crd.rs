//! The `CustomResourceDefinition`: the schema derived from the types, made fit for the API server, with the rules.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray,
    JSONSchemaPropsOrBool,
};
use kube::CustomResourceExt;
use serde_json::{Value, json};

use super::{Datalake, rules};

/// The definition of `Datalake`, complete.
///
/// # Panics
/// Never: what it relies on is in the types of this module, and a test builds it.
pub fn crd() -> CustomResourceDefinition {
    let mut crd = Datalake::crd();
    for version in &mut crd.spec.versions {
        version.additional_printer_columns = Some(PRINTED.map(column).into());
        let root = version
            .schema
            .as_mut()
            .and_then(|schema| schema.open_api_v3_schema.as_mut());
        let root = root.expect("the derive gives every version a schema");
        plain_options(root);
        root.description = Some("A streaming data lake on AWS: one object is the whole lake.".into());
        bounds(root);
        status(at(root, "status"));
        for rule in rules::all() {
            at(root, rule.on)
                .x_kubernetes_validations
                .get_or_insert_default()
                .push(rule.cel);
        }
    }
    crd
}

/// What `kubectl get` prints: title, type, description, and where it is. Those with an asterisk need `-o wide`.
const PRINTED: [[&str; 4]; 11] = [
    [
        "Ready",
        "string",
        "Whether the lake is as declared",
        r#".status.conditions[?(@.type=="Ready")].status"#,
    ],
    [
        "Reason",
        "string",
        "Why",
        r#".status.conditions[?(@.type=="Ready")].reason"#,
    ],
    [
        "Resources",
        "string",
        "How many are ready, of how many",
        ".status.resourcesReady",
    ],
    [
        "Stream",
        "string",
        "The Kinesis data stream to write to",
        ".status.connection.streamName",
    ],
    [
        "Table",
        "string",
        "The Glue table to read",
        ".status.connection.table",
    ],
    [
        "Database*",
        "string",
        "The Glue database",
        ".status.connection.database",
    ],
    [
        "Workgroup*",
        "string",
        "The Athena workgroup to query in",
        ".status.connection.workgroup",
    ],
    ["Region*", "string", "The AWS region", ".status.connection.region"],
    [
        "Policy*",
        "string",
        "What happens to the lake when the object is deleted",
        ".spec.deletionPolicy",
    ],
    [
        "Message*",
        "string",
        "Why, and what to do",
        r#".status.conditions[?(@.type=="Ready")].message"#,
    ],
    [
        "Age",
        "date",
        "Since when there is the object",
        ".metadata.creationTimestamp",
    ],
];

fn column([title, type_, description, path]: [&str; 4]) -> CustomResourceColumnDefinition {
    CustomResourceColumnDefinition {
        name: title.trim_end_matches('*').into(),
        type_: type_.into(),
        description: Some(description.into()),
        json_path: path.into(),
        priority: title.ends_with('*').then_some(1),
        format: None,
    }
}

/// The definition as YAML, as it stands in `crds/`.
///
/// # Panics
/// Never: the definition is plain data, and a test writes it.
pub fn crd_yaml() -> String {
    let mut value = serde_json::to_value(crd()).expect("the definition is plain data");
    whole_numbers(&mut value);
    let yaml = serde_saphyr::to_string(&value).expect("JSON can be written as YAML");
    format!("# Generated from src/api by `datalake-operator crd`; do not edit.\n{yaml}")
}

/// The part of the schema at a path such as `spec.schema.columns[]`.
pub(super) fn at<'a>(root: &'a mut JSONSchemaProps, path: &str) -> &'a mut JSONSchemaProps {
    path.split('.')
        .filter(|part| !part.is_empty())
        .fold(root, |schema, part| {
            let name = part.trim_end_matches("[]");
            let field = schema.properties.as_mut().and_then(|fields| fields.get_mut(name));
            let field = field
                .expect("paths of rules and bounds are those of the types; a test builds the definition");
            if !part.ends_with("[]") {
                return field;
            }
            match field.items.as_mut() {
                Some(JSONSchemaPropsOrArray::Schema(item)) => item,
                _ => unreachable!(
                    "only lists are indexed, and a structural schema has one schema for all items"
                ),
            }
        })
}

/// Absent is the one way to leave a field out: no `null`, neither allowed nor as a default.
fn plain_options(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    schema.default.take_if(|default| default.0.is_null());
    for field in schema
        .properties
        .iter_mut()
        .flat_map(|fields| fields.values_mut())
    {
        plain_options(field);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &mut schema.items {
        plain_options(item);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut schema.additional_properties {
        plain_options(value);
    }
}

/// Bounds that have no attribute: of the values of maps.
fn bounds(root: &mut JSONSchemaProps) {
    for (map, max_length) in [("spec.tags", 256), ("status.pinned.names", 512)] {
        if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut at(root, map).additional_properties {
            value.max_length = Some(max_length);
        }
    }
    // Named here so that a rule's message can point at it.
    let name = JSONSchemaProps {
        type_: Some("string".into()),
        ..Default::default()
    };
    let metadata = JSONSchemaProps {
        type_: Some("object".into()),
        properties: Some([("name".to_owned(), name)].into()),
        ..Default::default()
    };
    root.properties
        .get_or_insert_default()
        .insert("metadata".into(), metadata);
}

/// Status is written by the operator alone: nothing in it has a default but the generation, which says "not looked at
/// yet" from the first moment (kstatus reads it).
fn status(status: &mut JSONSchemaProps) {
    no_defaults(status);
    status.default = Some(JSON(json!({"observedGeneration": -1})));
    at(status, "observedGeneration").default = Some(JSON(json!(-1)));
    at(status, "conditions[]").description = None;
    for (list, key) in [("conditions", "type"), ("resources", "id")] {
        let schema = at(status, list);
        schema.x_kubernetes_list_type = Some("map".into());
        schema.x_kubernetes_list_map_keys = Some(vec![key.into()]);
    }
    at(status, "resources[]").required = Some(vec!["id".into()]);
    at(status, "conditions[].status").enum_ =
        Some(["True", "False", "Unknown"].map(|word| JSON(json!(word))).into());
}

fn no_defaults(schema: &mut JSONSchemaProps) {
    schema.default = None;
    for field in schema
        .properties
        .iter_mut()
        .flat_map(|fields| fields.values_mut())
    {
        no_defaults(field);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &mut schema.items {
        no_defaults(item);
    }
}

/// Bounds are floats in the Rust type; in the file `60` reads better than `60.0`.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0);
            if let Some(whole) = whole.and_then(|float| float.to_string().parse::<i64>().ok()) {
                *number = whole.into();
            }
        }
        _ => {}
    }
}
