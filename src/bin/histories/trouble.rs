//! What goes wrong on AWS's side, and on the way there.

use std::fmt;

use datalake_operator::cloud::sim::{Chaos, Fault, Refused, Rule};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// So many calls of a thousand are refused, and so many writes of a thousand lose their answer.
    Chance { refused: u64, lost: u64 },
    /// The next calls of an operation fail so.
    Some {
        call: (&'static str, &'static str),
        how: How,
        times: usize,
    },
    /// Every call of an operation fails so.
    Every {
        call: (&'static str, &'static str),
        how: How,
    },
    /// Every call fails so.
    All(How),
    /// The so-manieth write from now is carried out, and its answer is lost.
    Lost(usize),
    /// A quota is reached, and stays so.
    Quota(&'static str, &'static str),
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Throttled,
    Broken,
    NoAnswer,
    AnswerLost,
    Denied,
    Expired,
}

/// Each way for a call to fail.
pub const HOW: [How; 6] = [
    How::Throttled,
    How::Broken,
    How::NoAnswer,
    How::AnswerLost,
    How::Denied,
    How::Expired,
];

/// Calls that may go wrong: writes, and the reads that looks begin with.
#[rustfmt::skip]
pub const CALLS: &[(&str, &str)] = &[
    ("sts", "GetCallerIdentity"),
    ("kms", "CreateKey"), ("kms", "CreateAlias"), ("kms", "EnableKeyRotation"), ("kms", "PutKeyPolicy"), ("kms", "ScheduleKeyDeletion"),
    ("kms", "DeleteAlias"), ("kms", "TagResource"), ("kms", "DescribeKey"), ("kms", "ListKeys"), ("kms", "GetKeyPolicy"), ("kms", "ListResourceTags"),
    ("s3", "CreateBucket"), ("s3", "PutPublicAccessBlock"), ("s3", "PutBucketEncryption"), ("s3", "PutBucketPolicy"), ("s3", "PutBucketTagging"),
    ("s3", "PutBucketLifecycleConfiguration"), ("s3", "DeleteBucket"), ("s3", "DeleteObjects"), ("s3", "GetBucketTagging"), ("s3", "GetBucketPolicy"),
    ("s3", "ListObjectVersions"),
    ("logs", "CreateLogGroup"), ("logs", "PutRetentionPolicy"), ("logs", "CreateLogStream"), ("logs", "DeleteLogGroup"), ("logs", "DescribeLogGroups"),
    ("kinesis", "CreateStream"), ("kinesis", "StartStreamEncryption"), ("kinesis", "UpdateShardCount"), ("kinesis", "IncreaseStreamRetentionPeriod"),
    ("kinesis", "AddTagsToStream"), ("kinesis", "DeleteStream"), ("kinesis", "DescribeStreamSummary"),
    ("glue", "CreateDatabase"), ("glue", "CreateTable"), ("glue", "UpdateTable"), ("glue", "CreateCrawler"), ("glue", "UpdateCrawler"),
    ("glue", "DeleteCrawler"), ("glue", "DeleteTable"), ("glue", "DeleteDatabase"), ("glue", "GetTable"), ("glue", "GetCrawler"),
    ("iam", "CreateRole"), ("iam", "PutRolePolicy"), ("iam", "UpdateAssumeRolePolicy"), ("iam", "DeleteRolePolicy"), ("iam", "DeleteRole"),
    ("iam", "GetRole"), ("iam", "GetRolePolicy"),
    ("firehose", "CreateDeliveryStream"), ("firehose", "UpdateDestination"), ("firehose", "DeleteDeliveryStream"), ("firehose", "DescribeDeliveryStream"),
    ("athena", "CreateWorkGroup"), ("athena", "UpdateWorkGroup"), ("athena", "DeleteWorkGroup"), ("athena", "GetWorkGroup"),
    ("lambda", "CreateFunction"), ("lambda", "UpdateFunctionConfiguration"), ("lambda", "DeleteFunction"), ("lambda", "GetFunction"),
];

/// Quotas that stay: the operation, and the code that it is refused with.
pub const QUOTAS: &[(&str, &str, &str)] = &[
    ("kms", "CreateKey", "LimitExceededException"),
    ("s3", "CreateBucket", "TooManyBuckets"),
    ("iam", "CreateRole", "LimitExceeded"),
    ("firehose", "CreateDeliveryStream", "LimitExceededException"),
];

impl Trouble {
    /// The rules by which calls go wrong.
    pub fn rule(&self) -> Option<Rule> {
        Some(match self {
            Self::Chance { .. } => return None,
            Self::Some {
                call: (service, operation),
                how,
                times,
            } => Rule {
                times: *times,
                ..Rule::every(service, operation, how.fault(service))
            },
            Self::Every {
                call: (service, operation),
                how,
            } => Rule::every(service, operation, how.fault(service)),
            Self::All(how) => Rule::every("", "", how.fault("")),
            Self::Lost(k) => Rule::write(*k, Fault::LoseAnswer),
            Self::Quota(service, operation) => {
                let (.., code) = QUOTAS.iter().find(|(s, o, _)| (s, o) == (service, operation))?;
                Rule::every(
                    service,
                    operation,
                    Fault::Refuse(Refused::new(400, code, "the quota is reached")),
                )
            }
        })
    }

    /// Chance, where it is that.
    pub fn chaos(&self) -> Option<Chaos> {
        match self {
            Self::Chance { refused, lost } => Some(Chaos {
                refused: *refused,
                lost: *lost,
            }),
            _ => None,
        }
    }

    /// Whether it stays when calm comes.
    pub fn stays(&self) -> bool {
        matches!(self, Self::Quota(..))
    }

    pub fn lesser(&self) -> Option<Self> {
        Some(match self {
            Self::Some {
                call,
                how,
                times: n @ 2..,
            } => Self::Some {
                call: *call,
                how: *how,
                times: n - 1,
            },
            Self::Every { call, how } => Self::Some {
                call: *call,
                how: *how,
                times: 5,
            },
            Self::Lost(k @ 2..) => Self::Lost(k - 1),
            _ => return None,
        })
    }
}

impl How {
    fn fault(self, service: &str) -> Fault {
        let s3 = service == "s3";
        let refuse = |status, code: &str| Fault::Refuse(Refused::new(status, code, "no"));
        match self {
            Self::Throttled if s3 => refuse(503, "SlowDown"),
            Self::Throttled => refuse(400, "ThrottlingException"),
            Self::Broken => refuse(500, "InternalError"),
            Self::NoAnswer => Fault::Refuse(Refused::timeout()),
            Self::AnswerLost => Fault::LoseAnswer,
            Self::Denied => refuse(
                403,
                if s3 {
                    "AccessDenied"
                } else {
                    "AccessDeniedException"
                },
            ),
            Self::Expired => refuse(403, "ExpiredTokenException"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chance { refused, lost } => {
                write!(
                    f,
                    "of 1000 calls {refused} are refused, of 1000 writes {lost} lose their answer"
                )
            }
            Self::Some {
                call: (service, operation),
                how,
                times,
            } => {
                write!(f, "the next {times} of {service}:{operation} are {how:?}")
            }
            Self::Every {
                call: (service, operation),
                how,
            } => write!(f, "every {service}:{operation} is {how:?}"),
            Self::All(how) => write!(f, "every call is {how:?}"),
            Self::Lost(k) => write!(f, "write {k} from now is carried out, and its answer lost"),
            Self::Quota(service, operation) => {
                write!(f, "the quota of {service}:{operation} is reached for good")
            }
        }
    }
}
