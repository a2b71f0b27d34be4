//! An error as each service writes it on the wire.

use serde_json::json;

use super::Call;

/// Why AWS refuses for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something broke inside.
    Internal,
    /// The service is overloaded.
    Unavailable,
    /// The caller asks too often.
    Throttled,
}

impl Refusal {
    /// The whole answer.
    pub fn answer(self, call: &Call) -> Vec<u8> {
        let (status, code) = self.code(&call.service);
        let words = "refused by the gate";
        let (kind, head, body) = match call.service.as_str() {
            "s3" => (
                "application/xml",
                String::new(),
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{words}</Message>\
                     <RequestId>0</RequestId></Error>"
                ),
            ),
            "iam" | "sts" => (
                "text/xml",
                String::new(),
                format!(
                    "<ErrorResponse><Error><Type>Receiver</Type><Code>{code}</Code><Message>{words}</Message></Error>\
                     <RequestId>0</RequestId></ErrorResponse>"
                ),
            ),
            "lambda" => (
                "application/json",
                format!("x-amzn-ErrorType: {code}\r\n"),
                json!({"Type": "Service", "message": words}).to_string(),
            ),
            _ => (
                "application/x-amz-json-1.1",
                String::new(),
                json!({"__type": code, "message": words}).to_string(),
            ),
        };
        // The answer to a HEAD has no body.
        let body = if call.operation == "HeadBucket" {
            String::new()
        } else {
            body
        };
        let length = body.len();
        format!(
            "HTTP/1.1 {status} Refused\r\nContent-Type: {kind}\r\n{head}Content-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Status and code, by the lists of errors in each service's API reference.
    fn code(self, service: &str) -> (u16, &'static str) {
        match (self, service) {
            (Self::Throttled, "s3") => (503, "SlowDown"),
            (Self::Throttled, "iam" | "sts") => (400, "Throttling"),
            (Self::Throttled, "lambda") => (429, "TooManyRequestsException"),
            (Self::Throttled, _) => (400, "ThrottlingException"),
            (Self::Internal, "s3") => (500, "InternalError"),
            (Self::Internal, "iam") => (500, "ServiceFailure"),
            (Self::Internal, "lambda") => (500, "ServiceException"),
            (Self::Internal, "kms") => (500, "KMSInternalException"),
            (Self::Internal, "glue") => (500, "InternalServiceException"),
            (Self::Internal, "athena") => (500, "InternalServerException"),
            (Self::Internal, _) => (500, "InternalFailure"),
            (Self::Unavailable, "logs" | "firehose") => (503, "ServiceUnavailableException"),
            (Self::Unavailable, _) => (503, "ServiceUnavailable"),
        }
    }
}
