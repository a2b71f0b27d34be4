//! Whether two policy documents say the same.
//!
//! AWS returns a document re-ordered, with lists of one as scalars and accounts as ARNs; comparing text
//! would rewrite it for ever.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::arn::{AccountId, Arn};

/// Whether `a` and `b` mean the same to AWS.
///
/// * Order never matters, nor whether a list of one is written as a list; equal statements count once.
/// * `Version`, `Id` and `Sid` must be equal; empty, `null` and missing are the same.
/// * `Effect` and actions ignore case.
/// * An account id as principal is its root's ARN; `"*"` is not `{"AWS": "*"}`.
/// * In conditions, numbers and booleans are their text.
///
/// Text that is not JSON equals only itself.
pub fn equivalent(a: &str, b: &str) -> bool {
    // What AWS returns is mostly what it was sent, and this is compared in every pass.
    a == b || parse(a).zip(parse(b)).is_some_and(|(a, b)| same(&a, &b))
}

fn parse(text: &str) -> Option<Value> {
    if text.trim().is_empty() {
        return Some(Value::Object(Map::new()));
    }
    serde_json::from_str(text).ok()
}

fn same(a: &Value, b: &Value) -> bool {
    let (a, b) = (unwrap(a), unwrap(b));
    let (Value::Object(a), Value::Object(b)) = (a, b) else {
        return a == b;
    };
    let rest = |document: &Map<String, Value>| {
        let mut rest = document.clone();
        rest.remove("Statement");
        rest.retain(|_, value| !is_nothing(value));
        rest
    };
    let (left, right) = (statements(a), statements(b));
    rest(a) == rest(b)
        && left.iter().all(|statement| right.contains(statement))
        && right.iter().all(|statement| left.contains(statement))
}

/// The document itself, where it is the one element of a list.
fn unwrap(document: &Value) -> &Value {
    static NONE: Value = Value::Null;
    match document {
        Value::Array(list) if list.len() == 1 => list.first().unwrap_or(&NONE),
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn statements(document: &Map<String, Value>) -> Vec<Value> {
    match document.get("Statement") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(statement).collect(),
        Some(one) => vec![statement(one)],
    }
}

/// A statement in the one form that all that mean the same share.
fn statement(value: &Value) -> Value {
    let Value::Object(map) = value else {
        return value.clone();
    };
    let canonical = map.iter().map(|(key, value)| {
        let value = match key.as_str() {
            "Effect" => lower(value),
            "Action" | "NotAction" => set(value, &|text| text.to_ascii_lowercase()),
            "Resource" | "NotResource" => set(value, &ToOwned::to_owned),
            "Principal" | "NotPrincipal" => each(value, &|ids| set(ids, &principal)),
            "Condition" => each(value, &|keys| {
                each(keys, &|values| set(values, &ToOwned::to_owned))
            }),
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    Value::Object(canonical.filter(|(_, value)| !is_nothing(value)).collect())
}

/// Applies a rule to each member of an object; members that come to nothing are left out. What is no
/// object stays as it is.
fn each(value: &Value, rule: &dyn Fn(&Value) -> Value) -> Value {
    let Value::Object(map) = value else {
        return value.clone();
    };
    let members = map.iter().map(|(key, value)| (key.clone(), rule(value)));
    Value::Object(members.filter(|(_, value)| !is_nothing(value)).collect())
}

/// A scalar or a list as a list in one order, without repetitions. A list that holds lists or objects is
/// no list of a policy and stays as it is.
fn set(value: &Value, rule: &dyn Fn(&str) -> String) -> Value {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let texts: Option<BTreeSet<String>> = items
        .iter()
        .filter(|item| !item.is_null())
        .map(|item| match item {
            Value::String(text) => Some(rule(text)),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    texts.map_or_else(
        || value.clone(),
        |texts| texts.into_iter().map(Value::String).collect(),
    )
}

fn lower(value: &Value) -> Value {
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| Value::String(text.to_ascii_lowercase()))
}

/// The id of an account for the ARN of its root; anything else as it is.
fn principal(id: &str) -> String {
    match Arn::parse(id) {
        Ok(arn)
            if arn.service == "iam" && arn.resource == "root" && AccountId::parse(&arn.account).is_ok() =>
        {
            arn.account
        }
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
