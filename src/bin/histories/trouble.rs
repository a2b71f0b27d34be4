//! What goes wrong on AWS's side, and on the way there.

use std::fmt;

use datalake_operator::cloud::sim::{Chaos, Fault, Refused, Rule};
use datalake_operator::model::topology::Id;

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
    /// The so-manieth write from now is carried out, and its answer is lost; `retried`: the SDK makes it again at once.
    Lost { write: usize, retried: bool },
    /// A quota is reached, and stays so.
    Quota(&'static str, &'static str),
    /// AWS takes the call and then fails: so many of the next creations of the delivery stream, or so many of the next
    /// creations and updates of the publisher.
    Failing(Id, usize),
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Throttled,
    Broken,
    NoAnswer,
    AnswerLost,
    AnswerLostAndRetried,
    Denied,
    Expired,
}

/// Each way for a call to fail.
pub const HOW: [How; 7] = [
    How::Throttled,
    How::Broken,
    How::NoAnswer,
    How::AnswerLost,
    How::AnswerLostAndRetried,
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

/// Every service that is called.
const SERVICES: [&str; 10] = [
    "sts", "kms", "s3", "logs", "kinesis", "glue", "iam", "firehose", "athena", "lambda",
];

/// Quotas that stay: the operation, and the status, code and message that it is refused with.
#[rustfmt::skip]
pub const QUOTAS: &[(&str, &str, (u16, &str, &str))] = &[
    ("kms", "CreateKey", (400, "LimitExceededException", "The account has as many KMS keys as it may have")),
    ("s3", "CreateBucket", (400, "TooManyBuckets", "You have attempted to create more buckets than allowed")),
    ("iam", "CreateRole", (409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000")),
    ("firehose", "CreateDeliveryStream", (400, "LimitExceededException", "You have already consumed your quota of Firehose streams")),
    ("kinesis", "CreateStream", (400, "LimitExceededException", "This request would exceed the shard limit for the account")),
    ("kinesis", "UpdateShardCount", (400, "LimitExceededException", "This request would exceed the shard limit for the account")),
    ("glue", "CreateDatabase", (400, "ResourceNumberLimitExceededException", "Number of databases exceeds the limit of the account")),
    ("glue", "CreateTable", (400, "ResourceNumberLimitExceededException", "Number of tables exceeds the limit of the database")),
    ("glue", "CreateCrawler", (400, "ResourceNumberLimitExceededException", "Number of crawlers exceeds the limit of the account")),
    ("logs", "CreateLogGroup", (400, "LimitExceededException", "Resource limit exceeded.")),
];

impl Trouble {
    /// The rules by which calls go wrong.
    pub fn rules(&self) -> Vec<Rule> {
        vec![match self {
            Self::Chance { .. } | Self::Failing(..) => return Vec::new(),
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
            // Each service fails in its own words.
            Self::All(how) => {
                let each = SERVICES.map(|service| Rule::every(service, "", how.fault(service)));
                return each.to_vec();
            }
            Self::Lost { write, retried } => Rule::write(*write, lost(*retried)),
            Self::Quota(service, operation) => {
                let quota = QUOTAS.iter().find(|(s, o, _)| (s, o) == (service, operation));
                let Some((.., (status, code, message))) = quota else {
                    return Vec::new();
                };
                let refused = Refused::new(*status, code, *message);
                Rule::every(service, operation, Fault::Refuse(refused))
            }
        }]
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
            Self::Lost {
                write: k @ 2..,
                retried,
            } => Self::Lost {
                write: k - 1,
                retried: *retried,
            },
            Self::Failing(id, times @ 2..) => Self::Failing(*id, times - 1),
            _ => return None,
        })
    }
}

/// An answer is lost; `retried`: the SDK makes the call again.
fn lost(retried: bool) -> Fault {
    if retried {
        Fault::LoseAnswerAndRetry
    } else {
        Fault::LoseAnswer
    }
}

impl How {
    fn fault(self, service: &str) -> Fault {
        Fault::Refuse(match self {
            Self::Throttled => Refused::throttled(service),
            Self::Broken => Refused::broken(service),
            Self::NoAnswer => Refused::timeout(),
            Self::AnswerLost => return lost(false),
            Self::AnswerLostAndRetried => return lost(true),
            Self::Denied => Refused::denied(service),
            Self::Expired => Refused::expired(service),
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chance { refused, lost } => {
                write!(
                    f,
                    "of 1000 calls {refused} are refused, of 1000 writes {lost} lose their answer (the SDK makes half of these again)"
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
            Self::Lost { write, retried } => {
                let again = if *retried {
                    ", and the SDK makes it again"
                } else {
                    ""
                };
                write!(
                    f,
                    "write {write} from now is carried out, and its answer lost{again}"
                )
            }
            Self::Quota(service, operation) => {
                write!(f, "the quota of {service}:{operation} is reached for good")
            }
            Self::Failing(id, times) => {
                write!(f, "of the {id}, AWS takes the next {times} calls, and fails then")
            }
        }
    }
}
