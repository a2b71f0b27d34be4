//! Whether two policy documents say the same.
//!
//! AWS returns a document re-ordered, with lists of one as scalars and accounts as ARNs; comparing text
//! would rewrite it for ever.

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
    // What AWS returns is mostly what it was sent.
    a == b || meaning(a).zip(meaning(b)).is_some_and(|(a, b)| a == b)
}

/// The one form that all documents of one meaning share.
fn meaning(text: &str) -> Option<Value> {
    if text.trim().is_empty() {
        return Some(document(Map::new()));
    }
    Some(match serde_json::from_str(text).ok()? {
        Value::Array(mut list) if list.len() == 1 => match list.remove(0) {
            Value::Object(map) => document(map),
            other => other,
        },
        Value::Object(map) => document(map),
        other => other,
    })
}

fn document(mut map: Map<String, Value>) -> Value {
    let statements = match map.remove("Statement") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
    };
    map.retain(|_, value| !is_nothing(value));
    let statements = in_one_order(statements.into_iter().map(statement).collect());
    map.insert("Statement".to_owned(), statements);
    Value::Object(map)
}

/// Values in the order of their text, each once.
fn in_one_order(mut values: Vec<Value>) -> Value {
    if values.len() > 1 {
        values.sort_by_cached_key(Value::to_string);
        values.dedup();
    }
    Value::Array(values)
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

/// A statement in the one form that all that mean the same share.
fn statement(value: Value) -> Value {
    let Value::Object(mut map) = value else {
        return value;
    };
    for (key, value) in &mut map {
        let given = value.take();
        *value = match key.as_str() {
            "Effect" => lower(given),
            "Action" | "NotAction" => set(given, |text| text.to_ascii_lowercase()),
            "Resource" | "NotResource" => set(given, |text| text),
            "Principal" | "NotPrincipal" => each(given, |ids| set(ids, principal)),
            "Condition" => each(given, |keys| each(keys, |values| set(values, |text| text))),
            _ => given,
        };
    }
    map.retain(|_, value| !is_nothing(value));
    Value::Object(map)
}

/// Applies a rule to each member of an object; members that come to nothing are left out. What is no
/// object stays as it is.
fn each(value: Value, rule: impl Fn(Value) -> Value) -> Value {
    let Value::Object(mut map) = value else {
        return value;
    };
    for value in map.values_mut() {
        *value = rule(value.take());
    }
    map.retain(|_, value| !is_nothing(value));
    Value::Object(map)
}

/// A scalar or a list as a list in one order, without repetitions. A list that holds lists or objects is
/// no list of a policy and stays as it is.
fn set(value: Value, rule: impl Fn(String) -> String) -> Value {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(_) => return value,
        one => vec![one],
    };
    if items
        .iter()
        .any(|item| matches!(item, Value::Array(_) | Value::Object(_)))
    {
        return Value::Array(items);
    }
    let mut texts: Vec<String> = items
        .into_iter()
        .filter_map(|item| match item {
            Value::String(text) => Some(rule(text)),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Value::String).collect()
}

fn lower(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.to_ascii_lowercase()),
        other => other,
    }
}

/// The id of an account for the ARN of its root; anything else as it is.
fn principal(id: String) -> String {
    match Arn::parse(&id) {
        Ok(arn)
            if arn.service == "iam" && arn.resource == "root" && AccountId::parse(&arn.account).is_ok() =>
        {
            arn.account
        }
        _ => id,
    }
}

#[cfg(test)]
mod tests;
