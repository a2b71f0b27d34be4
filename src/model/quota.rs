//! How many calls a second each service takes from an account in a region, and how the operator keeps below that.
//!
//! Sources: Firehose developer guide ("Quota"), Kinesis developer guide ("Quotas and limits"), KMS developer guide
//! ("Request quotas"), CloudWatch Logs user guide ("Quotas"), Lambda developer guide ("Quotas"), Athena user guide
//! ("Service Quotas"), S3 user guide ("Optimizing performance"). IAM, Glue, STS and the configuration calls of S3 publish
//! none: what is here for them is cautious, and less when they ask to slow down.

mod bucket;
mod period;
#[cfg(test)]
mod tests;

pub use bucket::{Full, Service, Ticket};
pub use period::{IDLE, Load, drift_period};

/// The calls that AWS takes in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What is counted together: an operation, or several.
    pub counted: &'static str,
    /// How many a second.
    pub per_second: u32,
}

/// The quota that a call counts against.
#[expect(clippy::match_same_arms, reason = "a row a quota")]
pub fn quota(service: &str, operation: &'static str) -> Quota {
    let read = operation.starts_with("Get") || operation.starts_with("List") || operation.starts_with("Head");
    let per_second = match (service, operation) {
        ("kinesis", "PutRecords") => 1000,
        ("kinesis", "DescribeStreamSummary") => 20,
        ("kinesis", "UpdateShardCount") => 10,
        ("kms", "DescribeKey" | "ListResourceTags") => 2000,
        ("kms", "GetKeyPolicy" | "GetKeyRotationStatus") => 1000,
        ("kms", "ListAliases" | "ListKeys") => 500,
        ("kms", "PutKeyPolicy" | "EnableKeyRotation" | "ScheduleKeyDeletion" | "DeleteAlias") => 15,
        ("kms", "TagResource") => 10,
        ("logs", "CreateLogStream") => 50,
        ("lambda", "GetFunction") => 100,
        ("lambda", "Invoke") => 1000,
        // All other calls to the control plane of Lambda together.
        ("lambda", _) => {
            return Quota {
                counted: "the control plane",
                per_second: 15,
            };
        }
        ("athena", "GetQueryExecution" | "GetQueryResults") => 100,
        ("athena", "StartQueryExecution") => 20,
        ("s3", "DeleteObjects" | "AbortMultipartUpload" | "ListObjectVersions" | "ListMultipartUploads") => {
            3500
        }
        ("s3", _) if read => 100,
        ("s3", _) => 20,
        ("iam" | "glue", _) if read => 20,
        ("iam" | "glue", _) => 10,
        ("sts", _) => 100,
        // Firehose: each operation, and no more on request. Kinesis, KMS, CloudWatch Logs: the others.
        _ => 5,
    };
    Quota {
        counted: operation,
        per_second,
    }
}

impl Quota {
    /// Calls a second that the operator makes for long: four fifths, the rest is for everybody else in the account.
    pub fn rate(self) -> f64 {
        f64::from(self.per_second) * 0.8
    }

    /// Calls that it makes at once. A second begins with them and has, with those that follow at [`Quota::rate`] until
    /// the next one begins, no more than AWS takes; at least two, since a lake has two of many things.
    pub fn burst(self) -> u32 {
        self.per_second / 5 + 1
    }
}
