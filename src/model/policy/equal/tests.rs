use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A document of one statement, with what is given put in or replaced.
fn with(change: &Value) -> String {
    let mut statement = json!({
        "Sid": "Read", "Effect": "Allow", "Principal": {"AWS": "123456789012"},
        "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"s3:prefix": ["x", "y"]}}
    });
    for (key, value) in change.as_object().unwrap() {
        statement[key] = value.clone();
    }
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[test]
fn different_texts_of_one_meaning_are_equivalent() {
    let base = with(&json!({}));
    for (change, why) in [
        (
            json!({"Action": ["s3:ListBucket", "s3:GetObject"]}),
            "order of actions",
        ),
        (
            json!({"Action": ["S3:getobject", "s3:ListBucket"]}),
            "case of actions",
        ),
        (
            json!({"Action": ["s3:GetObject", "s3:ListBucket", "s3:GetObject"]}),
            "repetition",
        ),
        (
            json!({"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::a"]}),
            "order of resources",
        ),
        (json!({"Effect": "allow"}), "case of the effect"),
        (
            json!({"Principal": {"AWS": ["123456789012"]}}),
            "a list of one principal",
        ),
        (
            json!({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}),
            "an account is its root",
        ),
        (
            json!({"Principal": {"AWS": "123456789012", "Service": []}}),
            "an empty set of principals",
        ),
        (
            json!({"Condition": {"Bool": {"aws:SecureTransport": true}, "StringLike": {"s3:prefix": ["y", "x"]}}}),
            "a boolean, and the order of values",
        ),
        (
            json!({"Condition": {"StringLike": {"s3:prefix": ["x", "y"]}, "Bool": {"aws:SecureTransport": ["true"]}}}),
            "order of operators, and a list of one value",
        ),
        (
            json!({"NotAction": null, "NotPrincipal": {}}),
            "null and empty are missing",
        ),
    ] {
        assert!(equivalent(&base, &with(&change)), "{why}");
    }
}

#[test]
fn any_changed_value_is_a_difference() {
    let base = with(&json!({}));
    for (change, why) in [
        (json!({"Sid": "read"}), "the Sid is compared exactly"),
        (json!({"Effect": "Deny"}), "effect"),
        (json!({"Action": ["s3:GetObject"]}), "an action less"),
        (
            json!({"Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]}),
            "an action more",
        ),
        (
            json!({"Resource": ["arn:aws:s3:::a", "arn:aws:s3:::B"]}),
            "resources are case-sensitive",
        ),
        (json!({"Principal": {"AWS": "123456789013"}}), "another account"),
        (
            json!({"Principal": {"AWS": "arn:aws:iam::123456789012:role/root"}}),
            "a role of that name",
        ),
        (
            json!({"Principal": {"Federated": "123456789012"}}),
            "another type of principal",
        ),
        (json!({"Principal": "*"}), "anyone"),
        (json!({"Principal": null}), "no principal"),
        (json!({"Condition": {}}), "no condition"),
        (
            json!({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
            "a condition less",
        ),
        (
            json!({"Condition": {"Bool": {"aws:SecureTransport": false}, "StringLike": {"s3:prefix": ["x", "y"]}}}),
            "another value of a condition",
        ),
        (
            json!({"Condition": {"Bool": {"aws:SecureTransport": true}, "StringEquals": {"s3:prefix": ["x", "y"]}}}),
            "another operator",
        ),
        (json!({"NotAction": "s3:PutObject"}), "one element more"),
    ] {
        assert!(!equivalent(&base, &with(&change)), "{why}");
    }
}

#[test]
fn whole_documents_are_compared_beyond_their_statements() {
    let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    for (other, same, why) in [
        (format!("[{one}]"), true, "wrapped in a list of one"),
        (
            one.replace(":{\"E", ":[{\"E").replace("\"*\"}", "\"*\"}]"),
            true,
            "one statement as a list",
        ),
        (
            one.replace("2012-10-17", "2008-10-17"),
            false,
            "another version of the language",
        ),
        (one.replace("{\"V", "{\"Id\":\"x\",\"V"), false, "an id"),
        (
            one.replace("{\"V", "{\"Id\":\"\",\"V"),
            true,
            "an empty id is none",
        ),
        (String::new(), false, "nothing at all"),
        (one[1..].to_owned(), false, "not JSON"),
    ] {
        assert_eq!(equivalent(one, &other), same, "{why}");
        assert_eq!(equivalent(&other, one), same, "{why}, the other way round");
    }
    assert!(equivalent("", "{}"), "an empty document");
    assert!(equivalent("no json", "no json"), "text equals itself");
    assert!(!equivalent("\"*\"", "{}"), "anything else is compared as it is");
    let anyone = |principal: &str| format!(r#"{{"Statement":{{"Principal":{principal}}}}}"#);
    assert!(
        !equivalent(&anyone("\"*\""), &anyone(r#"{"AWS":"*"}"#)),
        "anonymous is not any account"
    );
}

/// A statement as data, to write in several ways.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    sid: String,
    allow: bool,
    account: u8,
    actions: BTreeSet<String>,
    resources: BTreeSet<String>,
    values: BTreeSet<String>,
}

fn parts() -> impl Strategy<Value = Parts> {
    let words = || prop::collection::btree_set("[a-z]{1,3}", 1..4);
    ("[A-Z]{0,2}", any::<bool>(), 0u8..3, words(), words(), words()).prop_map(
        |(sid, allow, account, actions, resources, values)| Parts {
            sid,
            allow,
            account,
            actions,
            resources,
            values,
        },
    )
}

/// Writes the statements, with every list in the one or the other order and form.
fn write(statements: &[Parts], turned: bool) -> String {
    let list = |words: &BTreeSet<String>| {
        let mut words: Vec<_> = words.iter().cloned().collect();
        if turned {
            words.reverse();
        }
        match words.as_slice() {
            [one] if turned => json!(one),
            many => json!(many),
        }
    };
    let mut statements: Vec<Value> = statements
        .iter()
        .map(|parts| {
            let account = format!("12345678901{}", parts.account);
            let account = if turned { format!("arn:aws:iam::{account}:root") } else { account };
            json!({
                "Sid": parts.sid, "Effect": if parts.allow { "Allow" } else { "Deny" }, "Principal": {"AWS": account},
                "Action": list(&parts.actions), "Resource": list(&parts.resources),
                "Condition": {"StringLike": {"aws:x": list(&parts.values)}}
            })
        })
        .collect();
    if turned {
        statements.reverse();
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

proptest! {
    #[test]
    fn every_document_is_equivalent_to_itself_however_it_is_written(s in prop::collection::vec(parts(), 0..4)) {
        prop_assert!(equivalent(&write(&s, false), &write(&s, false)));
        prop_assert!(equivalent(&write(&s, false), &write(&s, true)));
    }

    #[test]
    fn equivalence_is_exactly_equality_of_the_sets_of_statements(
        a in prop::collection::vec(parts(), 0..3),
        b in prop::collection::vec(parts(), 0..3),
    ) {
        let equal = a.iter().all(|s| b.contains(s)) && b.iter().all(|s| a.contains(s));
        prop_assert_eq!(equivalent(&write(&a, false), &write(&b, true)), equal);
        prop_assert_eq!(equivalent(&write(&b, true), &write(&a, false)), equal);
    }

    #[test]
    fn one_changed_word_is_always_seen(s in parts(), at in 0usize..5) {
        let mut changed = s.clone();
        match at {
            0 => changed.sid.push('X'),
            1 => changed.allow = !s.allow,
            2 => _ = changed.actions.insert("extra".to_owned()),
            3 => _ = changed.resources.insert("extra".to_owned()),
            _ => _ = changed.values.insert("extra".to_owned()),
        }
        prop_assert!(!equivalent(&write(&[s], false), &write(&[changed], true)));
    }

    #[test]
    fn no_text_makes_the_comparison_panic(a in "[\\[\\]{}\":,a-z0-9]{0,30}", b in "[\\[\\]{}\":,a-z0-9]{0,30}") {
        prop_assert!(equivalent(&a, &a));
        prop_assert_eq!(equivalent(&a, &b), equivalent(&b, &a));
    }
}
