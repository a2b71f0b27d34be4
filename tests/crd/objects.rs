//! Objects to start from, and how to change them.

use serde_json::{Map, Value, json};

/// A lake with all defaults, of this name.
pub fn lake(name: &str) -> Value {
    json!({
        "apiVersion": "datalake-operator.io/v1alpha1",
        "kind": "Datalake",
        "metadata": {"name": name, "namespace": "analytics"},
        "spec": {"schema": {"columns": [{"name": "event", "type": "string"}, {"name": "amount", "type": "int"}]}},
    })
}

/// A lake with one column of this type.
pub fn lake_of_type(r#type: &str) -> Value {
    with(
        lake("typed"),
        &json!({"spec": {"schema": {"columns": [{"name": "event", "type": r#type}]}}}),
    )
}

/// The object after a merge patch (RFC 7386).
pub fn with(mut object: Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    if !object.is_object() {
        object = Value::Object(Map::new());
    }
    let fields = object.as_object_mut().unwrap();
    for (key, change) in changes {
        if change.is_null() {
            fields.remove(key);
        } else {
            let old = fields.remove(key).unwrap_or_default();
            fields.insert(key.clone(), with(old, change));
        }
    }
    object
}

/// The `spec` that gives the merge patch of an object.
pub fn spec(spec: Value) -> Value {
    Value::Object(Map::from_iter([("spec".to_owned(), spec)]))
}

/// Columns, as a merge patch.
pub fn columns(list: Value) -> Value {
    spec(json!({"schema": Map::from_iter([("columns".to_owned(), list)])}))
}
