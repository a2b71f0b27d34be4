//! What the server answered, and what it should have.

use kube::core::Status;
use serde_json::Value;

/// The server refused.
#[derive(Debug)]
pub struct Refusal(pub Box<Status>);

impl Refusal {
    /// Each fault: the field's path, and what the user reads.
    pub fn faults(&self) -> Vec<(String, String)> {
        let causes = self.0.details.iter().flat_map(|details| details.causes.clone());
        let faults: Vec<_> = causes.map(|cause| (cause.field, cause.message)).collect();
        if faults.is_empty() {
            vec![(String::new(), self.0.message.clone())]
        } else {
            faults
        }
    }
}

/// The object, as the server would keep it.
#[track_caller]
pub fn assert_accepted(what: &str, answer: Result<Value, Refusal>) -> Value {
    answer.unwrap_or_else(|refusal| panic!("{what}: {:#?}", refusal.faults()))
}

/// The refusal names this field with these words, and nothing in it is a page of regular expression.
#[track_caller]
pub fn assert_refused(what: &str, answer: Result<Value, Refusal>, path: &str, says: &str) {
    let faults = match answer {
        Ok(object) => panic!("{what}: was let through: {object:#}"),
        Err(refusal) => refusal.faults(),
    };
    assert!(
        faults
            .iter()
            .any(|(field, message)| field == path && message.contains(says)),
        "{what}: no fault at {path} that says {says:?}: {faults:#?}"
    );
    for (_, message) in &faults {
        let regular_expression = ["^[", "(?", "[a-z0-9", ")?", "\\"]
            .iter()
            .any(|sign| message.contains(sign));
        assert!(
            !regular_expression && message.len() < 400,
            "{what}: not for people: {message}"
        );
    }
}
