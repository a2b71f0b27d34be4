//! Policy documents: as values, as JSON, and compared by what they say.
//!
//! [`documents`] holds those of a lake.

pub mod documents;
mod equal;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer};

pub use equal::equivalent;

/// A policy document. `Display` writes it as compact JSON, the same for the same value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    version: Version,
    statement: Vec<Statement>,
}

/// The version of the policy language (IAM user guide, "IAM JSON policy elements: Version").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Version {
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    sid: &'static str,
    effect: Effect,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    #[serde(serialize_with = "one_or_many")]
    action: Vec<String>,
    #[serde(serialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, Values>>,
}

/// Whether the statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// Allows what nothing denies.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

/// Whom a trust, key or bucket policy is about.
///
/// There is no form for a role: AWS checks at the write that it exists, and turns it into a dead unique
/// id when it is deleted (IAM user guide, "AWS JSON policy elements: Principal").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// An account, by the ARN of its root.
    Account(String),
    /// An AWS service, by its principal: `firehose.amazonaws.com`.
    Service(&'static str),
    /// Anyone at all: for `Deny` only.
    Anyone,
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Account(root) => BTreeMap::from([("AWS", root.as_str())]).serialize(serializer),
            Self::Service(name) => BTreeMap::from([("Service", *name)]).serialize(serializer),
            Self::Anyone => "*".serialize(serializer),
        }
    }
}

/// The values that a condition compares with; any of them will do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Values(Vec<String>);

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        one_or_many(&self.0, serializer)
    }
}

/// One value is written without the brackets of a list, as AWS writes it.
fn one_or_many<S: Serializer>(values: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match values {
        [one] => one.serialize(serializer),
        many => many.serialize(serializer),
    }
}

impl Document {
    /// As JSON on many lines, for people.
    ///
    /// # Panics
    /// Never: the keys of its maps are strings.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings, lists and maps of strings are JSON")
    }

    /// A policy of these statements; one that is about nobody and nothing is left out.
    pub fn new(statements: impl Into<Vec<Statement>>) -> Self {
        let mut statement = statements.into();
        statement.retain(|one| one.principal.is_some() || !one.resource.is_empty());
        Self {
            version: Version::V2012,
            statement,
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Statement {
    /// A statement that allows the actions.
    pub fn allow<T: ToString>(sid: &'static str, actions: impl IntoIterator<Item = T>) -> Self {
        Self::new(sid, Effect::Allow, actions)
    }

    /// A statement that denies the actions.
    pub fn deny<T: ToString>(sid: &'static str, actions: impl IntoIterator<Item = T>) -> Self {
        Self::new(sid, Effect::Deny, actions)
    }

    fn new<T: ToString>(sid: &'static str, effect: Effect, actions: impl IntoIterator<Item = T>) -> Self {
        let action = strings(actions);
        Self {
            sid,
            effect,
            principal: None,
            action,
            resource: Vec::new(),
            condition: BTreeMap::new(),
        }
    }

    /// Whom it is about.
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// What it is about; none at all in a trust policy.
    #[must_use]
    pub fn on<T: ToString>(mut self, resources: impl IntoIterator<Item = T>) -> Self {
        self.resource.extend(strings(resources));
        self
    }

    /// Adds a condition; all of them must hold.
    #[must_use]
    pub fn when<T: ToString>(
        mut self,
        operator: &'static str,
        key: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.condition
            .entry(operator)
            .or_default()
            .insert(key, Values(strings(values)));
        self
    }
}

fn strings<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

/// A policy document as IAM's read calls return it: percent-encoded once (IAM API reference, `GetRole`,
/// `GetRolePolicy`: RFC 3986, so a plus sign is a plus sign). Plain JSON is left as it is.
pub fn decode_iam(document: &str) -> String {
    if document.trim_start().starts_with(['{', '[']) {
        return document.to_owned();
    }
    percent_decode_str(document)
        .decode_utf8()
        .map_or_else(|_| document.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_document_is_compact_json_in_the_order_it_was_built() {
        let document = Document::new([
            Statement::allow("One", ["s3:GetObject"])
                .principal(Principal::Service("glue.amazonaws.com"))
                .on(["arn:aws:s3:::b/*"])
                .when("StringEquals", "aws:x", ["1"])
                .when("Bool", "aws:y", [true]),
            Statement::deny("Two", ["s3:*", "kms:*"])
                .principal(Principal::Anyone)
                .on(["*"]),
        ]);
        let json = r#"{"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:y":"true"},"StringEquals":{"aws:x":"1"}}},{"Sid":"Two","Effect":"Deny","Principal":"*","Action":["s3:*","kms:*"],"Resource":"*"}]}"#;
        assert_eq!(document.to_string(), json);
    }

    #[test]
    fn iam_documents_are_decoded_once_and_no_further() {
        for (wire, plain, why) in [
            ("%7B%22a%22%3A%22b%22%7D", r#"{"a":"b"}"#, "as IAM sends it"),
            (
                "%7B%22a%22%3A%22x%253Ay%22%7D",
                r#"{"a":"x%3Ay"}"#,
                "an escape inside the document survives",
            ),
            (
                "%7B%22a%22%3A%22x+y%22%7D",
                r#"{"a":"x+y"}"#,
                "a plus sign is no blank",
            ),
            (
                r#"{"a":"x%3Ay"}"#,
                r#"{"a":"x%3Ay"}"#,
                "plain JSON is not decoded",
            ),
            (r#" [{"a":"%41"}]"#, r#" [{"a":"%41"}]"#, "nor is a list"),
            ("%FF", "%FF", "what is no text stays as it came"),
        ] {
            assert_eq!(decode_iam(wire), plain, "{why}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_once_comes_back(inner in "[ -~é]{0,40}") {
            let document = format!("{{{inner}}}");
            let wire = utf8_percent_encode(&document, NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(decode_iam(&wire), document);
        }
    }
}
