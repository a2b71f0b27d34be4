//! Policies: what AWS reads in them, and how it gives them back.

use serde_json::{Map, Value};

/// Reads a policy: an object with statements, each with an `Effect`; `None` is what AWS calls malformed.
pub(super) fn parse(text: &str) -> Option<Value> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let effects = ["Allow", "Deny"];
    let sound = |statement: &&Value| statement["Effect"].as_str().is_some_and(|e| effects.contains(&e));
    let all = statements(&policy);
    (!all.is_empty() && all.iter().all(sound)).then_some(policy)
}

/// The statements; a single one may stand without a list.
pub(super) fn statements(policy: &Value) -> Vec<&Value> {
    list(&policy["Statement"])
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).into_iter().filter_map(Value::as_str)
}

/// Every `Principal` of type `kind` (`AWS`, `Service`) that a statement with this effect names; `*` where it stands alone.
pub(super) fn principals<'a>(policy: &'a Value, kind: &str) -> Vec<&'a str> {
    let mut all = Vec::new();
    for statement in statements(policy) {
        match &statement["Principal"] {
            Value::String(text) => all.push(text.as_str()),
            map => all.extend(texts(&map[kind])),
        }
    }
    all
}

/// The roles and users that it names as principals, and the ids of such as are gone.
pub(super) fn named_principals(policy: &Value) -> Vec<&str> {
    let mut all = principals(policy, "AWS");
    all.retain(|p| {
        *p != "*" && !p.ends_with(":root") && !(p.len() == 12 && p.bytes().all(|b| b.is_ascii_digit()))
    });
    all
}

/// Condition keys of a request with their values.
pub(super) type Context<'a> = [(&'a str, String)];

/// Whether `service` may assume a role that trusts by this policy.
pub(super) fn trusts(policy: &Value, service: &str, context: &Context<'_>) -> bool {
    statements(policy).into_iter().any(|statement| {
        let who = texts(&statement["Principal"]["Service"]).any(|p| p == service);
        let what = texts(&statement["Action"]).any(|a| a.eq_ignore_ascii_case("sts:AssumeRole"));
        statement["Effect"] == "Allow" && who && what && holds(&statement["Condition"], context)
    })
}

/// Whether some statement allows it and none denies it.
pub(super) fn allows(policy: &Value, action: &str, resource: &str, context: &Context<'_>) -> bool {
    let hits = |statement: &&Value| {
        let action = action.to_ascii_lowercase();
        texts(&statement["Action"]).any(|p| glob(&p.to_ascii_lowercase(), &action))
            && texts(&statement["Resource"]).any(|p| glob(p, resource))
            && holds(&statement["Condition"], context)
    };
    let hit: Vec<&Value> = statements(policy).into_iter().filter(hits).collect();
    let effect = |effect: &str| hit.iter().any(|statement| statement["Effect"] == effect);
    effect("Allow") && !effect("Deny")
}

/// Whether every condition holds; a key that the request does not have fulfils none (user guide, "Condition operators").
fn holds(conditions: &Value, context: &Context<'_>) -> bool {
    let Some(operators) = conditions.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        let like = matches!(operator.as_str(), "StringLike" | "ArnLike" | "ArnEquals");
        keys.into_iter().all(|(key, wanted)| {
            let have = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            let fits = |want: &str, have: &str| if like { glob(want, have) } else { want == have };
            have.is_some_and(|(_, have)| texts(wanted).any(|want| fits(want, have)))
        })
    })
}

/// Whether anybody at all is allowed something, without a condition: what S3 calls public.
pub(super) fn public(policy: &Value) -> bool {
    statements(policy).into_iter().any(|statement| {
        let everybody =
            statement["Principal"] == "*" || texts(&statement["Principal"]["AWS"]).any(|p| p == "*");
        everybody && statement["Effect"] == "Allow" && statement["Condition"].is_null()
    })
}

/// Whether the root principal of the account, or everybody, may put a new policy on the key.
pub(super) fn keeps_control(policy: &Value, root: &str) -> bool {
    let account = root.split(':').nth(4).unwrap_or_default();
    statements(policy).into_iter().any(|statement| {
        let who = statement["Principal"] == "*"
            || texts(&statement["Principal"]["AWS"]).any(|p| p == root || p == account || p == "*");
        let what = texts(&statement["Action"]).any(|p| glob(&p.to_ascii_lowercase(), "kms:putkeypolicy"));
        statement["Effect"] == "Allow" && who && what
    })
}

/// The resources of every statement.
pub(super) fn resources(policy: &Value) -> Vec<&str> {
    statements(policy)
        .into_iter()
        .flat_map(|s| texts(&s["Resource"]))
        .collect()
}

/// The actions of every statement.
pub(super) fn actions(policy: &Value) -> Vec<&str> {
    statements(policy)
        .into_iter()
        .flat_map(|s| texts(&s["Action"]))
        .collect()
}

/// `*` is any text, `?` any character.
fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = &pattern[1..];
            text.char_indices()
                .map(|(i, _)| i)
                .chain([text.len()])
                .any(|i| glob(rest, &text[i..]))
        }
        (Some(p), Some(t)) if p == '?' || p == t => glob(&pattern[p.len_utf8()..], &text[t.len_utf8()..]),
        _ => false,
    }
}

/// As AWS gives it back: members in another order, one-element lists as scalars, lists sorted, account ids as root
/// principals, laid out over lines.
pub(super) fn stored(policy: &Value) -> String {
    let mut policy = policy.clone();
    if let Some(all) = policy.get_mut("Statement") {
        let list: Vec<Value> = statements(&Value::Object(Map::from_iter([(
            "Statement".to_owned(),
            all.clone(),
        )])))
        .into_iter()
        .map(statement)
        .collect();
        *all = Value::Array(list);
    }
    format!("{:#}", turned(&policy))
}

fn statement(statement: &Value) -> Value {
    let mut statement = statement.clone();
    for member in ["Action", "NotAction", "Resource", "NotResource"] {
        if let Some(value) = statement.get_mut(member) {
            *value = scalar(value);
        }
    }
    for member in ["Principal", "Condition"] {
        let Some(Value::Object(map)) = statement.get_mut(member) else {
            continue;
        };
        for (kind, value) in map.iter_mut() {
            match value {
                Value::Object(keys) => keys.values_mut().for_each(|v| *v = scalar(v)),
                other if kind == "AWS" => *other = scalar(&roots(other)),
                other => *other = scalar(other),
            }
        }
    }
    turned(&statement)
}

fn roots(value: &Value) -> Value {
    let root = |p: &str| {
        let account = p.len() == 12 && p.bytes().all(|b| b.is_ascii_digit());
        Value::from(if account {
            format!("arn:aws:iam::{p}:root")
        } else {
            p.to_owned()
        })
    };
    Value::Array(texts(value).map(root).collect())
}

/// A list sorted, and a scalar if it has one element.
fn scalar(value: &Value) -> Value {
    let Value::Array(values) = value else {
        return value.clone();
    };
    let mut values = values.clone();
    values.sort_by_key(ToString::to_string);
    match values.as_slice() {
        [one] => one.clone(),
        _ => Value::Array(values),
    }
}

/// The members in reverse order.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.iter().rev().map(|(k, v)| (k.clone(), v.clone())).collect()),
        other => other.clone(),
    }
}

/// Replaces a principal wherever a statement names it; what AWS shows once a role is gone.
pub(super) fn rename_principal(text: &str, from: &str, to: &str) -> Option<String> {
    let mut policy = parse(text)?;
    if !named_principals(&policy).contains(&from) {
        return None;
    }
    let swap = |value: &mut Value| {
        if *value == from {
            *value = Value::from(to);
        }
    };
    let all = match policy.get_mut("Statement")? {
        Value::Array(all) => all.iter_mut().collect(),
        one => vec![one],
    };
    for statement in all {
        match statement.get_mut("Principal").and_then(|p| p.get_mut("AWS")) {
            Some(Value::Array(values)) => values.iter_mut().for_each(swap),
            Some(value) => swap(value),
            None => {}
        }
    }
    Some(format!("{policy:#}"))
}
