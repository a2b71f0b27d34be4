//! The rules (CEL) that the API server runs at every write of a `Datalake`, each with a message that says what to
//! write instead. They refuse what people get wrong most; the truth about a spec is the pure validation of the pass,
//! so a rule may let something through that the pass refuses, never the other way round.
//!
//! Three facts about the API server shape them (Kubernetes documentation, "Validation rules", and its source):
//! * A rule's cost is *estimated* when the CRD is applied, with strings at 4 × `maxLength` bytes. A value bound again
//!   through a list, `[self.type].all(t, …)` on an object, is estimated with length 0, so that rules with regular
//!   expressions on 1000 columns fit. What a rule really costs is limited at run time.
//! * Macros with two variables need Kubernetes 1.33; none is used.
//! * A rule that reads `oldSelf` is never forgiven, not even on the write that takes a finalizer off. So each of them
//!   lets an unchanged value pass, whatever it is.

mod columns;
mod existing;
mod fixed;
mod names;
mod parts;
mod schedule;
mod tags;
mod types;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::ValidationRule;

/// A rule and the object of the schema that it sits on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    /// The object, as `spec.schema.columns[]`; empty for the root.
    pub(super) on: &'static str,
    pub(super) cel: ValidationRule,
}

impl Rule {
    /// `cel` must hold of the object at `on`; if not, the user reads `message`.
    fn new(on: &'static str, cel: impl Into<String>, message: impl Into<String>) -> Self {
        let cel = ValidationRule {
            rule: cel.into(),
            message: Some(message.into()),
            ..Default::default()
        };
        Self { on, cel }
    }

    /// The field that the message is about, relative to the object, as `.type`.
    fn field(mut self, path: impl Into<String>) -> Self {
        self.cel.field_path = Some(path.into());
        self
    }

    /// The field must not be there at all.
    fn forbidden(mut self) -> Self {
        self.cel.reason = Some("FieldValueForbidden".into());
        self
    }

    /// A CEL expression that gives a message closer to the fault; where it fails, the plain message is shown.
    fn explain(mut self, expression: impl Into<String>) -> Self {
        self.cel.message_expression = Some(expression.into());
        self
    }

    /// `oldSelf` is an optional, absent when the object is new.
    fn old_is_optional(mut self) -> Self {
        self.cel.optional_old_self = Some(true);
        self
    }
}

/// Every rule of the API.
pub(super) fn all() -> Vec<Rule> {
    [
        fixed::rules(),
        parts::rules(),
        columns::rules(),
        types::rules(),
        schedule::rules(),
        tags::rules(),
        names::rules(),
        existing::rules(),
    ]
    .concat()
}

/// A CEL list of strings.
fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    format!("[{}]", quoted.join(","))
}

/// A CEL map of strings.
fn map(pairs: &[(&str, &str)]) -> String {
    let quoted: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("'{key}':'{value}'"))
        .collect();
    format!("{{{}}}", quoted.join(","))
}
