//! `publish --through-function`: the test publisher is invoked with the events, and puts them on the stream.

use aws_sdk_lambda::primitives::Blob;
use datalake_operator::api::Connection;
use serde_json::Value;

use crate::failure::Failure;
use crate::lake::LakeAws;
use crate::output::{many, spinner};

/// Bytes that a function may be invoked with (Lambda developer guide, "Lambda quotas").
const PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// Invokes the test publisher once, with all events; gives its name.
pub async fn publish<'c>(
    aws: &LakeAws,
    connection: &'c Connection,
    records: &[Vec<u8>],
) -> Result<&'c str, Failure> {
    let function = connection.publisher.as_deref().ok_or_else(|| {
        Failure::new("this lake has no test publisher: set spec.testPublisher.enabled to true, or publish without --through-function")
    })?;
    let payload = payload(records)?;
    let spinner = spinner(format!("invoking {function}"));
    let call = aws
        .clients
        .lambda
        .invoke()
        .function_name(function)
        .payload(Blob::new(payload));
    let answer = aws.call("lambda", "Invoke", call.send()).await?;
    drop(spinner);
    match answer.function_error {
        None => Ok(function),
        Some(_) => Err(failed(
            function,
            answer.payload.as_ref().map_or(&[], |blob| blob.as_ref()),
        )),
    }
}

/// One JSON array of the events, which are objects already.
fn payload(records: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let payload = [b"[", records.join(&b","[..]).as_slice(), b"]"].concat();
    if payload.len() > PAYLOAD_BYTES {
        return Err(Failure::Told(format!(
            "nothing was sent: {} are {} bytes, and a function takes at most {PAYLOAD_BYTES}; publish fewer, or without --through-function",
            many(records.len(), "event"),
            payload.len()
        )));
    }
    Ok(payload)
}

/// What the function says of its failure (Lambda developer guide, "Lambda function errors in Node.js").
fn failed(function: &str, answer: &[u8]) -> Failure {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let why = answer["errorMessage"].as_str().unwrap_or("it does not say why");
    Failure::Told(format!(
        "function {function} failed: {why}\nIts log is in log group /aws/lambda/{function}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_gets_one_array_of_the_events() {
        let sent = payload(&[b"{\"a\":1}\n".to_vec(), b"{}\n".to_vec()]).unwrap();
        let read: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(read, serde_json::json!([{"a": 1}, {}]));
    }

    #[test]
    fn more_than_a_function_takes_is_refused() {
        let Err(Failure::Told(message)) = payload(&[vec![b' '; PAYLOAD_BYTES]]) else {
            panic!("refused");
        };
        assert!(message.starts_with("nothing was sent"), "{message}");
    }

    #[test]
    fn a_failed_function_is_told_in_its_own_words() {
        for (answer, says) in [
            (
                &br#"{"errorType":"Error","errorMessage":"only 1 of 2 records were published"}"#[..],
                "only 1 of 2",
            ),
            (b"", "does not say why"),
        ] {
            let Failure::Told(message) = failed("dl-x", answer) else {
                panic!("told");
            };
            assert!(
                message.contains(says) && message.contains("/aws/lambda/dl-x"),
                "{message}"
            );
        }
    }
}
