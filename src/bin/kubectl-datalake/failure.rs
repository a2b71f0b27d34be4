//! What ends the plugin before its time.

use std::io;

use datalake_operator::model::fault::CallError;

/// Why the plugin ends without having done what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The message that the user gets: what happened, and what to do.
    Told(String),
    /// The reader of our output has gone (`| head`); there is nobody to tell.
    NobodyReads,
}

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Told(message.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Told(error.to_string()),
        }
    }
}

/// What AWS said, and what the user can do about it.
impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let CallError {
            service,
            operation,
            code,
            message,
            status: _,
        } = &error;
        let hint = hint(&error).map_or_else(String::new, |hint| format!("\n{hint}"));
        Self::Told(format!("{service} {operation}: {code}: {message}{hint}"))
    }
}

fn hint(error: &CallError) -> Option<&'static str> {
    let has = |parts: &[&str]| parts.iter().any(|part| error.code.contains(part));
    if has(&[
        "ExpiredToken",
        "UnrecognizedClient",
        "InvalidClientTokenId",
        "InvalidSignature",
    ]) {
        Some("Your AWS credentials are expired or wrong: sign in again, or set AWS_PROFILE.")
    } else if has(&["AccessDenied", "NotAuthorized"]) {
        Some(
            "Your AWS identity lacks a permission for this: docs/iam.md lists what producers and readers need.",
        )
    } else if has(&["NotFound"]) {
        Some(
            "Was it made yet, and are your AWS credentials of the lake's account? `kubectl datalake status NAME` shows both.",
        )
    } else if has(&["Connection", "Credentials"]) {
        Some(
            "Is AWS reachable, and are there credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID, …)? \
             AWS_ENDPOINT_URL, where set, must answer.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_aws_is_told_with_operation_code_and_what_to_do() {
        for (code, says) in [
            ("ExpiredTokenException", "sign in again"),
            ("AccessDeniedException", "lacks a permission"),
            ("ResourceNotFoundException", "the lake's account"),
            ("Connection", "reachable"),
        ] {
            let error = CallError {
                service: "kinesis",
                operation: "PutRecords",
                code: code.into(),
                message: "no".into(),
                status: None,
            };
            let Failure::Told(message) = Failure::from(error) else {
                panic!("told");
            };
            assert!(
                message.starts_with(&format!("kinesis PutRecords: {code}: no\n")),
                "{message}"
            );
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_closed_pipe_is_nothing_to_tell() {
        let error = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(matches!(Failure::from(error), Failure::NobodyReads));
    }
}
