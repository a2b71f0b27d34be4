//! What an AWS error means, who can mend it, and when to look again: one table.

/// An error as AWS gave it, before anybody judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Service, as in its endpoint: `kms`, `s3`, `kinesis`, `firehose`, `glue`, `iam`, `logs`, `athena`, `lambda`, `sts`.
    pub service: &'static str,
    /// Operation, as in the API reference: `CreateKey`.
    pub operation: &'static str,
    /// The wire code: `NoSuchEntity`, `LimitExceededException`; `Timeout`, `Connection` or `Credentials` when no answer came.
    pub code: String,
    /// The message of AWS.
    pub message: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
}
