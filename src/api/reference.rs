//! The API reference, `docs/reference.md`, written from the definition: a table for each object.

use std::fmt::Write;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

use super::crd::crd;

const HEAD: &str = "\
<!-- Generated from src/api; do not edit. -->

# API reference: `datalake-operator.io/v1alpha1`, kind `Datalake`

Namespaced, short name `dl`. Under each table stands what the API server refuses beside the bounds, in the words that
the user reads.
";

/// The reference as Markdown.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for version in crd().spec.versions {
        if let Some(root) = version.schema.and_then(|schema| schema.open_api_v3_schema) {
            object(&mut page, "", &root);
        }
    }
    page
}

/// The table of an object, then those of the objects in it.
fn object(page: &mut String, path: &str, schema: &JSONSchemaProps) {
    let fields = schema
        .properties
        .iter()
        .flatten()
        .filter(|(_, field)| field.description.is_some());
    if path.is_empty() {
        write(page, format_args!("\n## The object\n"));
    } else {
        write(
            page,
            format_args!(
                "\n## {path}\n\n{}\n",
                schema.description.as_deref().unwrap_or_default()
            ),
        );
    }
    write(
        page,
        format_args!("\n| field | type | default | bounds | what it is |\n|---|---|---|---|---|\n"),
    );
    for (name, field) in fields.clone() {
        let required = schema.required.iter().flatten().any(|required| required == name);
        let default = match &field.default {
            Some(default) => format!("`{}`", default.0),
            None if required => "required".to_owned(),
            None => String::new(),
        };
        write(
            page,
            format_args!(
                "| `{name}` | {} | {default} | {} | {} |\n",
                type_of(field),
                bounds(field),
                cell(field.description.as_deref().unwrap_or_default())
            ),
        );
    }
    rules(page, schema);
    for (name, field) in fields {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match (&field.properties, &field.items) {
            (Some(_), _) => object(page, &path, field),
            (None, Some(JSONSchemaPropsOrArray::Schema(item))) if item.properties.is_some() => {
                object(page, &format!("{path}[]"), item);
            }
            _ => {}
        }
    }
}

/// What the rules on this object, and on the lists and maps right in it, refuse.
fn rules(page: &mut String, schema: &JSONSchemaProps) {
    let plain = schema
        .properties
        .iter()
        .flatten()
        .filter(|(_, field)| field.properties.is_none());
    let inner = plain.flat_map(|(name, field)| {
        field
            .x_kubernetes_validations
            .iter()
            .flatten()
            .map(move |rule| (format!(".{name}"), rule))
    });
    let own = schema.x_kubernetes_validations.iter().flatten();
    let own = own.map(|rule| (rule.field_path.clone().unwrap_or_default(), rule));
    let mut refused: Vec<(String, Vec<String>)> = Vec::new();
    for (field, rule) in own.chain(inner) {
        let message = cell(rule.message.as_deref().unwrap_or_default());
        let field = format!("`{}`", field.trim_start_matches('.'));
        match refused.iter_mut().find(|(known, _)| *known == message) {
            Some((_, fields)) => fields.push(field),
            None => refused.push((message, vec![field])),
        }
    }
    if !refused.is_empty() {
        write(page, format_args!("\nRefused:\n\n"));
    }
    for (message, fields) in refused {
        write(page, format_args!("* {}: {message}\n", fields.join(", ")));
    }
}

fn type_of(field: &JSONSchemaProps) -> String {
    let own = field.type_.as_deref().unwrap_or("object");
    match (&field.items, &field.additional_properties) {
        (Some(JSONSchemaPropsOrArray::Schema(item)), _) => format!("list of {}", type_of(item)),
        (_, Some(JSONSchemaPropsOrBool::Schema(value))) => format!("map of {}", type_of(value)),
        _ => own.to_owned(),
    }
}

fn bounds(field: &JSONSchemaProps) -> String {
    let keys = field.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
    let words = field
        .enum_
        .iter()
        .flatten()
        .filter_map(|word| word.0.as_str())
        .map(|word| format!("`{word}`"));
    let bounds = [
        Some(words.collect::<Vec<_>>().join(", ")),
        range(field.minimum, field.maximum),
        range(field.min_length, field.max_length).map(|range| format!("{range} characters")),
        field.max_items.map(|max| format!("at most {max}")),
        field.max_properties.map(|max| format!("at most {max}")),
        keys.first().map(|key| format!("keyed by `{key}`")),
    ];
    bounds
        .into_iter()
        .flatten()
        .filter(|bound| !bound.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn range(min: Option<impl ToString>, max: Option<impl ToString>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) => Some(format!("{} to {}", min.to_string(), max.to_string())),
        (None, Some(max)) => Some(format!("at most {}", max.to_string())),
        (Some(min), None) => Some(format!("at least {}", min.to_string())),
        (None, None) => None,
    }
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}

fn write(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a String does not fail");
}
