//! The definition as data; what the API server makes of it is in `tests/crd`.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, ValidationRule,
};
use serde_json::Value;

use super::{crd, crd_yaml, reference, rules};
use crate::generated::up_to_date;

#[test]
fn the_definition_in_crds_is_up_to_date() {
    up_to_date("crds/datalakes.datalake-operator.io.yaml", &crd_yaml());
}

#[test]
fn the_definition_in_the_chart_is_up_to_date() {
    up_to_date("charts/datalake-operator/files/crd.yaml", &crd_yaml());
}

#[test]
fn the_api_reference_is_up_to_date() {
    up_to_date("docs/reference.md", &reference());
}

#[test]
fn the_yaml_is_the_definition_and_fits_in_an_annotation() {
    let yaml = crd_yaml();
    let read: CustomResourceDefinition = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(read, crd());
    // `kubectl apply` keeps the whole object in an annotation of at most 262144 bytes.
    assert!(yaml.len() < 200_000, "{} bytes", yaml.len());
}

/// Every value in a JSON document with the path to it.
fn walk<'a>(path: &str, value: &'a Value, see: &mut impl FnMut(&str, &'a Value)) {
    see(path, value);
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, value)| walk(&format!("{path}.{key}"), value, see)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, item)| walk(&format!("{path}[{i}]"), item, see)),
        _ => {}
    }
}

/// Every schema in the definition.
fn schemas(see: &mut impl FnMut(&str, &serde_json::Map<String, Value>)) {
    let crd = serde_json::to_value(crd()).unwrap();
    walk("", &crd["spec"]["versions"][0]["schema"], &mut |path, value| {
        if let Some(schema) = value
            .as_object()
            .filter(|schema| schema.get("type").is_some_and(Value::is_string))
        {
            see(path, schema);
        }
    });
}

#[test]
fn nothing_is_nullable_and_no_default_is_null() {
    let crd = serde_json::to_value(crd()).unwrap();
    walk("", &crd, &mut |path, value| {
        assert!(!value.is_null(), "{path} is null");
        assert!(!path.ends_with(".nullable"), "{path}");
    });
}

#[test]
fn every_field_says_what_it_is() {
    schemas(&mut |path, schema| {
        let is_field = path.rsplit('.').nth(1) == Some("properties") && !path.contains(".metadata");
        assert!(
            !is_field || schema.contains_key("description"),
            "{path} has no description"
        );
    });
}

#[test]
fn everything_in_the_spec_has_a_bound_that_the_estimate_of_rules_can_count_on() {
    schemas(&mut |path, schema| {
        let bound = match schema["type"].as_str().unwrap() {
            _ if !path.starts_with(".openAPIV3Schema.properties.spec") => return,
            "string" if schema.contains_key("enum") => return,
            "string" => "maxLength",
            "array" => "maxItems",
            "object" if schema.contains_key("additionalProperties") => "maxProperties",
            "integer" => "maximum",
            _ => return,
        };
        assert!(schema.contains_key(bound), "{path} has no {bound}");
    });
}

#[test]
fn what_holds_in_one_mode_only_has_no_default() {
    let spec = serde_json::to_value(crd()).unwrap();
    let fields = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    for field in [
        "stream/properties/shards",
        "crawler",
        "retention/properties/lakeDays",
    ] {
        let schema = spec.pointer(&format!("{fields}/{field}")).unwrap();
        assert!(schema.get("default").is_none(), "{field}: {schema}");
    }
    let schedule = spec
        .pointer(&format!("{fields}/crawler/properties/schedule/default"))
        .unwrap();
    assert_eq!(schedule, "cron(15,45 * * * ? *)");
}

#[test]
fn every_rule_says_in_plain_words_what_to_write_instead() {
    for rule in rules::all() {
        let ValidationRule {
            message,
            message_expression,
            rule,
            ..
        } = rule.cel;
        let message = message.expect("every rule has a message");
        assert!((20..=250).contains(&message.len()), "{message}");
        for sign in ["^", "[a-z", "\\", "matches("] {
            assert!(!message.contains(sign), "a regular expression in: {message}");
        }
        // The server shows no message with a line break, and says nothing about it.
        assert!(
            !message.contains('\n') && !message_expression.unwrap_or_default().contains('\n'),
            "{message}"
        );
        for macro_of_1_33 in ["transformMap", "transformList", ".all(i, "] {
            assert!(!rule.contains(macro_of_1_33), "{rule}");
        }
    }
}
