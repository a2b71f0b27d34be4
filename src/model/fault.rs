//! What an AWS error means, who can mend it, and when to look again: one table.

use jiff::SignedDuration;

use crate::api::vocabulary::reasons;

/// An error as AWS gave it, before anybody judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Service, as in its endpoint: `kms`, `s3`, `kinesis`, `firehose`, `glue`, `iam`, `logs`, `athena`, `lambda`, `sts`.
    pub service: &'static str,
    /// Operation, as in the API reference: `CreateKey`.
    pub operation: &'static str,
    /// The wire code: `NoSuchEntity`, `LimitExceededException`; `Timeout` or `Connection` when no answer came.
    pub code: String,
    /// The message of AWS.
    pub message: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
}

impl CallError {
    /// Whether the service answered that it won't do it: then the call had no effect. (Status 408 says that no whole
    /// request came in time, and may come from something between.)
    pub fn is_refusal(&self) -> bool {
        self.status
            .is_some_and(|status| (400..500).contains(&status) && status != 408)
    }
}

/// A classified AWS error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What AWS said.
    pub error: CallError,
    /// Who can mend it.
    pub class: Class,
    /// Reason for conditions.
    pub reason: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What the user should do; empty: nothing.
    pub remedy: &'static str,
}

/// Who can mend a fault, and so when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It mends itself: propagation, throttling, a lost race, no answer.
    Soon,
    /// AWS is at work on the resource.
    Wait,
    /// It exists already: the next look tells whose it is.
    Exists,
    /// There is nothing of that name.
    Gone,
    /// The user, or whoever runs the account.
    User,
}

/// How long a change of IAM or of a key policy may take to reach other services (IAM user guide, "Changes that I make
/// are not always immediately visible"); within this time of a write their refusals are taken for propagation.
pub const PROPAGATION: SignedDuration = SignedDuration::from_mins(5);

/// What a row of the table says of an error.
#[derive(Clone, Copy)]
enum Says {
    Is(Class),
    /// [`Class::Soon`] within [`PROPAGATION`] of the lake's last write to IAM or KMS, then [`Class::User`].
    Propagates,
}

struct Row {
    /// Service, or `*`.
    service: &'static str,
    /// Operation, or `*`.
    operation: &'static str,
    codes: &'static [&'static str],
    /// A part of the message, or empty.
    fragment: &'static str,
    says: Says,
    reason: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

macro_rules! rows {
    ($($service:literal $operation:literal [$($code:literal),+] $fragment:literal => $says:expr, $reason:ident, $meaning:literal, $remedy:literal;)*) => {
        &[$(Row {
            service: $service, operation: $operation, codes: &[$($code),+], fragment: $fragment,
            says: $says, reason: reasons::$reason, meaning: $meaning, remedy: $remedy,
        }),*]
    };
}

use Class::{Exists, Gone, Soon, User, Wait};
use Says::{Is, Propagates};

/// First match wins. Codes are wire codes: IAM and S3 have no `Exception` at their end.
#[rustfmt::skip]
const TABLE: &[Row] = rows![
    // Every service.
    "*" "*" ["Timeout", "Connection", "RequestTimeout", "RequestTimeoutException"] "" => Is(Soon), WAITING, "no answer from AWS", "check the operator's network if this lasts";
    "kms" "*" ["LimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a KMS quota or the size of the key policy is exceeded", "ask for a higher quota in Service Quotas";
    "iam" "*" ["LimitExceeded"] "" => Is(User), LIMIT_EXCEEDED, "an IAM quota is reached", "ask for a higher quota in Service Quotas, or remove what is not used";
    "*" "*" ["ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "KMSThrottlingException", "ProvisionedThroughputExceededException", "429", "503", "ServiceUnavailable", "ServiceUnavailableException"] "" => Is(Soon), THROTTLED, "AWS asks to slow down", "";
    "*" "*" ["InternalError", "InternalFailure", "InternalServiceException", "InternalServiceError", "InternalServerException", "InternalServiceErrorException", "ServiceException", "ServiceFailure", "KMSInternalException", "DependencyTimeoutException", "OperationTimeoutException", "500", "502", "504"] "" => Is(Soon), WAITING, "AWS had an internal error", "";
    "*" "*" ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidAccessKeyId", "MissingAuthenticationToken", "MissingAuthenticationTokenException"] "" => Is(User), ACCESS_DENIED, "AWS does not accept the operator's credentials", "give the operator valid credentials (IRSA, EKS Pod Identity or a secret)";
    "glue" "*" ["AccessDeniedException"] "Lake Formation" => Is(User), ACCESS_DENIED, "Lake Formation guards the catalog of this account", "make the operator's role a data lake administrator, or grant it CREATE_DATABASE";
    "s3" "*" ["AccessDenied", "403"] "" => Is(User), ACCESS_DENIED, "the bucket belongs to another account, or the operator may not do this", "choose another name in spec.names, or allow the action in the operator's IAM policy";
    "*" "*" ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "403"] "" => Is(User), ACCESS_DENIED, "the operator may not do this", "allow the action in the operator's IAM policy";
    "*" "*" ["OptInRequired", "KMSOptInRequired", "SubscriptionRequiredException"] "" => Is(User), ACCESS_DENIED, "the account is not signed up for the service", "sign up for it in this region";
    // KMS.
    "kms" "*" ["MalformedPolicyDocumentException"] "invalid principals" => Propagates, WAITING, "KMS does not know a principal of the key policy yet", "check that the account's root user may be named in key policies";
    "kms" "*" ["NotFoundException"] "" => Is(Gone), WAITING, "there is no such key or alias", "";
    "kms" "*" ["DisabledException"] "" => Propagates, AWS_ERROR, "the key is disabled", "enable the key";
    "kms" "*" ["KMSInvalidStateException"] "" => Is(Wait), WAITING, "the key is in a state that does not allow this", "";
    "kms" "*" ["AlreadyExistsException"] "" => Is(Exists), WAITING, "the alias exists already", "";
    // IAM.
    "iam" "*" ["EntityAlreadyExists"] "" => Is(Exists), WAITING, "a role of that name exists already", "";
    "iam" "*" ["NoSuchEntity"] "" => Is(Gone), WAITING, "there is no such role or policy", "";
    "iam" "*" ["MalformedPolicyDocument"] "Invalid principal" => Propagates, WAITING, "IAM does not know a principal of the policy yet", "check the permissions boundary and the principals";
    "iam" "*" ["DeleteConflict"] "" => Propagates, WAITING, "something is still attached to the role", "detach the policies and instance profiles that others attached to it";
    "iam" "*" ["ConcurrentModification", "EntityTemporarilyUnmodifiable"] "" => Is(Soon), WAITING, "another change of the role is under way", "";
    // S3.
    "s3" "*" ["OperationAborted"] "" => Is(Soon), WAITING, "another change of the bucket is under way", "";
    "s3" "*" ["BucketAlreadyOwnedByYou"] "" => Is(Exists), WAITING, "the bucket exists already", "";
    "s3" "*" ["BucketAlreadyExists"] "" => Is(User), NOT_OWNED, "the name belongs to another account", "choose another name in spec.names";
    "s3" "*" ["NoSuchBucket", "404"] "" => Is(Gone), WAITING, "there is no such bucket (yet)", "";
    "s3" "*" ["MalformedPolicy"] "Invalid principal" => Propagates, WAITING, "S3 does not know a principal of the policy yet", "check the bucket policy";
    "s3" "*" ["TooManyBuckets"] "" => Is(User), LIMIT_EXCEEDED, "the account's quota of buckets is reached", "ask for a higher quota in Service Quotas";
    "s3" "*" ["BucketNotEmpty"] "" => Is(Soon), BUCKET_NOT_EMPTY, "something was written to the bucket meanwhile", "";
    "s3" "*" ["301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "InvalidLocationConstraint"] "" => Is(User), NOT_OWNED, "the bucket exists in another region", "choose another name in spec.names";
    // Kinesis: one code for "exists" and "busy"; the next look tells which.
    "kinesis" "CreateStream" ["ResourceInUseException"] "" => Is(Exists), WAITING, "the stream exists already", "";
    "kinesis" "*" ["ResourceInUseException"] "" => Is(Wait), WAITING, "the stream is not ACTIVE", "";
    "kinesis" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such stream", "";
    "kinesis" "*" ["LimitExceededException"] "" => Is(Soon), LIMIT_EXCEEDED, "a rate or a quota of Kinesis is reached (5 streams at a time in CREATING, 10 reshardings a day, 2 mode switches a day, shards of the account)", "wait, or ask for a higher quota in Service Quotas";
    "kinesis" "*" ["KMSAccessDeniedException", "KMSNotFoundException", "KMSDisabledException", "KMSInvalidStateException"] "" => Propagates, AWS_ERROR, "Kinesis can't use the stream's key", "check that the key is enabled and that its policy allows the account to use it";
    // Firehose, Glue and Lambda report IAM propagation with the code of a user's mistake.
    "firehose" "CreateDeliveryStream" ["ResourceInUseException"] "" => Is(Exists), WAITING, "the delivery stream exists already", "";
    "firehose" "*" ["ResourceInUseException"] "" => Is(Wait), WAITING, "the delivery stream is not ACTIVE", "";
    "firehose" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such delivery stream", "";
    "firehose" "*" ["ConcurrentModificationException"] "" => Is(Soon), WAITING, "another change of the delivery stream came first", "";
    "firehose" "*" ["LimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "the account's quota of delivery streams is reached", "ask for a higher quota in Service Quotas";
    "firehose" "*" ["InvalidArgumentException"] "unable to assume role" => Propagates, ACCESS_DENIED, "Firehose can't assume the delivery role", "check the role's trust policy and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "is not authorized to" => Propagates, ACCESS_DENIED, "the delivery role lacks a permission", "check the role's permissions boundary and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "Access was denied" => Propagates, ACCESS_DENIED, "the delivery role may not read the table", "check the role's permissions boundary, Lake Formation and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "Verify that the IAM role has access" => Propagates, ACCESS_DENIED, "the delivery role lacks a permission", "check the role's permissions boundary and any service control policy";
    "glue" "*" ["InvalidInputException"] "unable to assume provided role" => Propagates, ACCESS_DENIED, "Glue can't assume the crawler's role", "check the role's trust policy and any service control policy";
    "glue" "*" ["InvalidInputException"] "verify the role's TrustPolicy" => Propagates, ACCESS_DENIED, "Glue can't assume the crawler's role", "check the role's trust policy and any service control policy";
    "glue" "*" ["InvalidInputException"] "is not authorized" => Propagates, ACCESS_DENIED, "the crawler's role lacks a permission", "check the role's permissions boundary and any service control policy";
    "glue" "*" ["InvalidInputException"] "Lake Formation" => Propagates, ACCESS_DENIED, "Lake Formation guards the catalog of this account", "grant the crawler's role DESCRIBE and ALTER on the table";
    "lambda" "*" ["InvalidParameterValueException"] "cannot be assumed by Lambda" => Propagates, ACCESS_DENIED, "Lambda can't assume the publisher's role", "check the role's trust policy and any service control policy";
    "lambda" "*" ["InvalidParameterValueException"] "does not have permissions" => Propagates, ACCESS_DENIED, "the publisher's role lacks a permission", "check the role's permissions boundary and any service control policy";
    "lambda" "*" ["InvalidParameterValueException"] "invalid for CreateGrant" => Propagates, AWS_ERROR, "Lambda can't use the key yet", "check the key's policy";
    // Glue.
    "glue" "*" ["AlreadyExistsException"] "" => Is(Exists), WAITING, "it exists already", "";
    "glue" "*" ["EntityNotFoundException"] "" => Is(Gone), WAITING, "there is nothing of that name", "";
    "glue" "*" ["ConcurrentModificationException", "VersionMismatchException", "ResourceNotReadyException", "SchedulerNotRunningException", "SchedulerRunningException"] "" => Is(Soon), WAITING, "another change came first", "";
    "glue" "*" ["CrawlerRunningException", "CrawlerStoppingException", "CrawlerNotRunningException", "SchedulerTransitioningException"] "" => Is(Wait), WAITING, "the crawler is at work", "";
    "glue" "*" ["ResourceNumberLimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a Glue quota is reached", "ask for a higher quota in Service Quotas";
    // CloudWatch Logs.
    "logs" "*" ["ResourceAlreadyExistsException"] "" => Is(Exists), WAITING, "it exists already", "";
    "logs" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such log group", "";
    "logs" "*" ["OperationAbortedException"] "" => Is(Soon), WAITING, "another change of the log group is under way", "";
    "logs" "*" ["LimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a CloudWatch Logs quota is reached", "ask for a higher quota in Service Quotas";
    // Lambda.
    "lambda" "CreateFunction" ["ResourceConflictException"] "" => Is(Exists), WAITING, "the function exists already", "";
    "lambda" "*" ["ResourceConflictException"] "" => Is(Wait), WAITING, "an update of the function is under way", "";
    "lambda" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such function", "";
    "lambda" "*" ["CodeStorageExceededException"] "" => Is(User), LIMIT_EXCEEDED, "the account's storage for functions is full", "remove functions that are not used";
    // Athena: nearly everything is one code.
    "athena" "*" ["InvalidRequestException"] "already created" => Is(Exists), WAITING, "the workgroup exists already", "";
    "athena" "*" ["InvalidRequestException"] "is not found" => Is(Gone), WAITING, "there is no such workgroup", "";
    "athena" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such workgroup", "";
];

/// Judges an error. `age` is the time since the lake's last write to IAM or KMS, if it is known.
pub fn classify(error: &CallError, age: Option<SignedDuration>) -> Fault {
    let row = TABLE.iter().find(|row| row.matches(error));
    let fresh = age.is_some_and(|age| age < PROPAGATION);
    let (class, reason, meaning, remedy) = match row {
        Some(row) => match row.says {
            Is(class) => (class, row.reason, row.meaning, row.remedy),
            Propagates if fresh => (Soon, reasons::WAITING, row.meaning, ""),
            Propagates => (User, row.reason, row.meaning, row.remedy),
        },
        None if error.status.is_some_and(|status| status >= 500) => {
            (Soon, reasons::WAITING, "AWS had an internal error", "")
        }
        None => (
            User,
            reasons::AWS_ERROR,
            "AWS refuses the request",
            "read AWS's message; edit the spec, or report a defect",
        ),
    };
    Fault {
        error: error.clone(),
        class,
        reason,
        meaning,
        remedy,
    }
}

impl Row {
    fn matches(&self, error: &CallError) -> bool {
        (self.service == "*" || self.service == error.service)
            && (self.operation == "*" || self.operation == error.operation)
            && self.codes.contains(&error.code.as_str())
            && error.message.contains(self.fragment)
    }
}

impl Class {
    /// When to try again after `attempts` failures in a row (the first is 1): doubling from a second to half a
    /// minute for what mends itself, five minutes for what somebody must mend.
    pub fn retry_in(self, attempts: u32) -> SignedDuration {
        match self {
            Soon | Wait | Exists | Gone => {
                SignedDuration::from_secs((1i64 << attempts.saturating_sub(1).min(10)).min(30))
            }
            User => SignedDuration::from_mins(5),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let CallError {
            service,
            operation,
            code,
            message,
            status: _,
        } = &self.error;
        write!(f, "{service}:{operation} answered {code}: {}", self.meaning)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        if !message.is_empty() {
            write!(f, " (AWS says: {})", one_line(message))?;
        }
        Ok(())
    }
}

/// At most 500 characters, without request ids, which change with every answer and would change the status with them.
fn one_line(message: &str) -> String {
    let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.split(" (Service:").next().unwrap_or_default();
    let text = text.split(", Request ID").next().unwrap_or_default();
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(service: &'static str, operation: &'static str, code: &str, message: &str) -> CallError {
        CallError {
            service,
            operation,
            code: code.into(),
            message: message.into(),
            status: Some(400),
        }
    }

    #[test]
    fn each_row_is_reached_by_an_error_of_its_own() {
        for (index, row) in TABLE.iter().enumerate() {
            let service = if row.service == "*" { "other" } else { row.service };
            let operation = if row.operation == "*" {
                "Other"
            } else {
                row.operation
            };
            for code in row.codes {
                let error = error(service, operation, code, row.fragment);
                let first = TABLE.iter().position(|row| row.matches(&error));
                assert_eq!(
                    first,
                    Some(index),
                    "{service} {operation} {code} is taken by an earlier row"
                );
            }
        }
    }

    #[test]
    fn errors_mean_what_the_services_document() {
        let minute = Some(SignedDuration::from_mins(1));
        let later = Some(SignedDuration::from_mins(6));
        #[rustfmt::skip]
        let rows = [
            // The same exception as a user's mistake, told apart by fragment and age.
            ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role arn:…", minute, Soon),
            ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role arn:…", later, User),
            ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role arn:…", None, User),
            ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "SizeInMBs must be at least 64", minute, User),
            ("glue", "CreateCrawler", "InvalidInputException", "Service is unable to assume provided role", minute, Soon),
            ("lambda", "CreateFunction", "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.", minute, Soon),
            // One code, two meanings.
            ("kinesis", "CreateStream", "ResourceInUseException", "already exists", None, Exists),
            ("kinesis", "StartStreamEncryption", "ResourceInUseException", "not ACTIVE", None, Wait),
            ("lambda", "CreateFunction", "ResourceConflictException", "Function already exist", None, Exists),
            ("lambda", "UpdateFunctionCode", "ResourceConflictException", "An update is in progress", None, Wait),
            // A limit that is a quota, and one that may be a rate.
            ("kms", "CreateKey", "LimitExceededException", "", None, User),
            ("kinesis", "UpdateShardCount", "LimitExceededException", "", None, Soon),
            // IAM's codes have no `Exception` at their end.
            ("iam", "CreateRole", "EntityAlreadyExists", "", None, Exists),
            ("iam", "CreateRole", "EntityAlreadyExistsException", "", None, User),
            ("iam", "GetRole", "Throttling", "", None, Soon),
            ("athena", "GetWorkGroup", "InvalidRequestException", "WorkGroup x is not found.", None, Gone),
        ];
        for (service, operation, code, message, age, class) in rows {
            let fault = classify(&error(service, operation, code, message), age);
            assert_eq!(
                fault.class, class,
                "{service} {operation} {code} {message} {age:?}"
            );
        }
    }

    #[test]
    fn an_unknown_code_is_the_users_unless_the_server_failed() {
        let mut unknown = error("glue", "CreateTable", "Novelty", "");
        assert_eq!(classify(&unknown, None).class, User);
        unknown.status = Some(500);
        assert_eq!(classify(&unknown, None).class, Soon);
    }

    #[test]
    fn back_off_grows_and_is_capped() {
        let seconds: Vec<i64> = (1..9).map(|n| Soon.retry_in(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(Soon.retry_in(1000).as_secs(), 30);
        assert_eq!(User.retry_in(1).as_secs(), 300);
    }

    #[test]
    fn the_message_names_service_operation_code_meaning_and_remedy_without_request_ids() {
        let error = error(
            "kms",
            "CreateKey",
            "AccessDeniedException",
            "no\n way (Service: Kms, Request ID: 1)",
        );
        let text = classify(&error, None).to_string();
        assert_eq!(
            text,
            "kms:CreateKey answered AccessDeniedException: the operator may not do this; allow the action in the \
             operator's IAM policy (AWS says: no way)"
        );
    }
}
