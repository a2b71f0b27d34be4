//! The table of errors: a row says what one means, who can mend it, and what to do.

use super::{CallError, Class, NOT_SENT};
use crate::api::vocabulary::reasons;

/// What a row of the table says of an error.
#[derive(Clone, Copy)]
pub(super) enum Says {
    Is(Class),
    /// [`Class::Soon`] within [`super::PROPAGATION`] of the lake's last write to IAM or KMS, then [`Class::User`].
    Propagates,
    /// A rate or a quota, which AWS does not tell apart: [`Class::Slow`] until the call has failed so many times in a
    /// row, then [`Class::User`].
    Until(u32),
}

pub(super) struct Row {
    /// Service, or `*`.
    pub service: &'static str,
    /// Operation, or several with `|` between, or `*`.
    pub operation: &'static str,
    pub codes: &'static [&'static str],
    /// A part of the message, or empty.
    pub fragment: &'static str,
    pub says: Says,
    pub reason: &'static str,
    pub meaning: &'static str,
    pub remedy: &'static str,
}

impl Row {
    pub fn matches(&self, error: &CallError) -> bool {
        (self.service == "*" || self.service == error.service)
            && (self.operation == "*" || self.operation.split('|').any(|one| one == error.operation))
            && self.codes.contains(&error.code.as_str())
            && error.message.contains(self.fragment)
    }
}

macro_rules! rows {
    ($($service:literal $operation:literal [$($code:expr),+] $fragment:literal => $says:expr, $reason:ident, $meaning:literal, $remedy:literal;)*) => {
        &[$(Row {
            service: $service, operation: $operation, codes: &[$($code),+], fragment: $fragment,
            says: $says, reason: reasons::$reason, meaning: $meaning, remedy: $remedy,
        }),*]
    };
}

use Class::{Exists, Gone, Soon, User, Wait};
use Says::{Is, Propagates, Until};

/// First match wins. Codes are wire codes: IAM and S3 have no `Exception` at their end.
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = rows![
    // Every service.
    "*" "*" ["Timeout", "Connection", "RequestTimeout", "RequestTimeoutException"] "" => Is(Soon), WAITING, "no answer from AWS", "check the operator's network if this lasts";
    "kms" "*" ["LimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a KMS quota or the size of the key policy is exceeded", "ask for a higher quota in Service Quotas";
    "iam" "*" ["LimitExceeded"] "" => Is(User), LIMIT_EXCEEDED, "an IAM quota is reached", "ask for a higher quota in Service Quotas, or remove what is not used";
    "*" "*" ["ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "KMSThrottlingException", "ProvisionedThroughputExceededException", "429", "503", "ServiceUnavailable", "ServiceUnavailableException", NOT_SENT] "" => Is(Soon), THROTTLED, "AWS asks to slow down", "";
    "*" "*" ["InternalError", "InternalFailure", "InternalServiceException", "InternalServiceError", "InternalServerException", "InternalServiceErrorException", "ServiceException", "ServiceFailure", "KMSInternalException", "DependencyTimeoutException", "OperationTimeoutException", "500", "502", "504"] "" => Is(Soon), WAITING, "AWS had an internal error", "";
    "*" "*" ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "InvalidAccessKeyId", "MissingAuthenticationToken", "MissingAuthenticationTokenException"] "" => Is(User), ACCESS_DENIED, "AWS does not accept the operator's credentials", "give the operator valid credentials (IRSA, EKS Pod Identity or a secret)";
    "glue" "*" ["AccessDeniedException"] "Lake Formation" => Is(User), ACCESS_DENIED, "Lake Formation guards the catalog of this account", "make the operator's role a data lake administrator, or grant it CREATE_DATABASE";
    "s3" "*" ["AccessDenied", "403"] "" => Is(User), ACCESS_DENIED, "the bucket belongs to another account, or the operator may not do this", "choose another name in spec.names, or allow the action in the operator's IAM policy";
    // Rights to these depend on the key's tags, and KMS lets up to five minutes go by before tags count for them (KMS
    // developer guide, "ABAC for AWS KMS").
    "kms" "CreateAlias|UpdateAlias|DeleteAlias|EnableKey|EnableKeyRotation|DisableKeyRotation|PutKeyPolicy|UpdateKeyDescription|ScheduleKeyDeletion|CancelKeyDeletion" ["AccessDeniedException"] "" => Propagates, ACCESS_DENIED, "the operator may not do this, or not yet", "allow the action in the operator's IAM policy for keys with the lake's tags";
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
    "s3" "*" ["NoSuchUpload"] "" => Is(Gone), WAITING, "the upload was completed or aborted meanwhile", "";
    "s3" "*" ["MalformedPolicy"] "Invalid principal" => Propagates, WAITING, "S3 does not know a principal of the policy yet", "check the bucket policy";
    "s3" "*" ["NoSuchBucketPolicy", "NoSuchLifecycleConfiguration", "NoSuchTagSet", "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError", "ServerSideEncryptionConfigurationNotFoundError"] "" => Is(Gone), WAITING, "this was never set on the bucket", "";
    "s3" "*" ["InvalidBucketName", "InvalidNamespaceHeader"] "" => Is(User), AWS_ERROR, "S3 takes no bucket of that name", "choose another name in spec.names";
    "s3" "*" ["KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"] "" => Is(User), AWS_ERROR, "the key that the data is encrypted with can't be used", "enable the key, or cancel its deletion: without it the data can't be read";
    "s3" "*" ["MethodNotAllowed", "NotImplemented", "XNotImplemented", "UnsupportedOperation", "501"] "" => Is(User), AWS_ERROR, "this S3 does not know the call", "use an endpoint that does; AWS's own knows them all";
    "s3" "*" ["TooManyBuckets"] "" => Is(User), LIMIT_EXCEEDED, "the account's quota of buckets is reached", "ask for a higher quota in Service Quotas";
    "s3" "*" ["BucketNotEmpty"] "" => Is(Soon), BUCKET_NOT_EMPTY, "something was written to the bucket meanwhile", "";
    "s3" "*" ["301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "InvalidLocationConstraint"] "" => Is(User), NOT_OWNED, "the bucket exists in another region", "choose another name in spec.names";
    // Kinesis: one code for "exists" and "busy"; the next look tells which.
    "kinesis" "CreateStream" ["ResourceInUseException"] "" => Is(Exists), WAITING, "the stream exists already", "";
    "kinesis" "*" ["ResourceInUseException"] "" => Is(Wait), WAITING, "the stream is not ACTIVE", "";
    "kinesis" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such stream", "";
    "kinesis" "*" ["LimitExceededException"] "Rate exceeded" => Is(Soon), THROTTLED, "AWS asks to slow down", "";
    "kinesis" "*" ["LimitExceededException"] "" => Until(3), LIMIT_EXCEEDED, "a rate or a quota of Kinesis is reached (5 streams at a time in CREATING, 10 reshardings a day, 2 mode switches a day, shards of the account)", "wait, or ask for a higher quota in Service Quotas";
    "kinesis" "*" ["KMSAccessDeniedException", "KMSNotFoundException", "KMSDisabledException", "KMSInvalidStateException"] "" => Propagates, AWS_ERROR, "Kinesis can't use the stream's key", "check that the key is enabled and that its policy allows the account to use it";
    // Firehose, Glue and Lambda report IAM propagation with the code of a user's mistake.
    "firehose" "CreateDeliveryStream" ["ResourceInUseException"] "" => Is(Exists), WAITING, "the delivery stream exists already", "";
    "firehose" "*" ["ResourceInUseException"] "" => Is(Wait), WAITING, "the delivery stream is not ACTIVE", "";
    "firehose" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such delivery stream", "";
    "firehose" "*" ["ConcurrentModificationException"] "" => Is(Soon), WAITING, "another change of the delivery stream came first", "";
    "firehose" "*" ["LimitExceededException"] "" => Until(2), LIMIT_EXCEEDED, "the account's quota of delivery streams is reached", "ask for a higher quota in Service Quotas";
    "firehose" "*" ["InvalidArgumentException"] "unable to assume role" => Propagates, ACCESS_DENIED, "Firehose can't assume the delivery role", "check the role's trust policy and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "is not authorized to" => Propagates, ACCESS_DENIED, "the delivery role lacks a permission", "check the role's permissions boundary and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "Access was denied" => Propagates, ACCESS_DENIED, "the delivery role may not read the table", "check the role's permissions boundary, Lake Formation and any service control policy";
    "firehose" "*" ["InvalidArgumentException"] "Lake Formation" => Propagates, ACCESS_DENIED, "Lake Formation guards the catalog of this account", "grant the delivery role DESCRIBE and SELECT on the table";
    "firehose" "*" ["InvalidArgumentException"] "specified in VpcConfiguration has permissions" => Propagates, ACCESS_DENIED, "the delivery role lacks a permission", "check the role's permissions boundary and any service control policy";
    "firehose" "*" ["InvalidKMSResourceException"] "" => Is(User), AWS_ERROR, "Firehose can't use the key", "check that the key is enabled and that its policy allows the account to use it";
    "firehose" "*" ["InvalidArgumentException"] "Verify that the IAM role has access" => Propagates, ACCESS_DENIED, "the delivery role lacks a permission", "check the role's permissions boundary and any service control policy";
    "glue" "*" ["InvalidInputException"] "unable to assume provided role" => Propagates, ACCESS_DENIED, "Glue can't assume the crawler's role", "check the role's trust policy and any service control policy";
    "glue" "*" ["InvalidInputException"] "verify the role's TrustPolicy" => Propagates, ACCESS_DENIED, "Glue can't assume the crawler's role", "check the role's trust policy and any service control policy";
    "glue" "*" ["InvalidInputException"] "is not authorized" => Propagates, ACCESS_DENIED, "the crawler's role lacks a permission", "check the role's permissions boundary and any service control policy";
    "glue" "*" ["InvalidInputException"] "role provided does not have access to it" => Propagates, ACCESS_DENIED, "the crawler's role lacks a permission", "check the role's permissions boundary and any service control policy";
    "glue" "*" ["InvalidInputException"] "Lake Formation" => Propagates, ACCESS_DENIED, "Lake Formation guards the catalog of this account", "grant the crawler's role DESCRIBE and ALTER on the table";
    "lambda" "*" ["InvalidParameterValueException"] "cannot be assumed by Lambda" => Propagates, ACCESS_DENIED, "Lambda can't assume the publisher's role", "check the role's trust policy and any service control policy";
    "lambda" "*" ["InvalidParameterValueException"] "does not have permissions" => Propagates, ACCESS_DENIED, "the publisher's role lacks a permission", "check the role's permissions boundary and any service control policy";
    "lambda" "*" ["InvalidParameterValueException"] "invalid for CreateGrant" => Propagates, AWS_ERROR, "Lambda can't use the key yet", "check the key's policy";
    "lambda" "*" ["InvalidParameterValueException"] "throttled by EC2" => Is(Soon), THROTTLED, "AWS asks to slow down", "";
    // Glue.
    "glue" "*" ["AlreadyExistsException"] "" => Is(Exists), WAITING, "it exists already", "";
    "glue" "*" ["EntityNotFoundException"] "" => Is(Gone), WAITING, "there is nothing of that name", "";
    "glue" "*" ["ConcurrentModificationException", "VersionMismatchException", "ResourceNotReadyException", "SchedulerNotRunningException", "SchedulerRunningException", "NoScheduleException", "FederationSourceRetryableException"] "" => Is(Soon), WAITING, "another change came first", "";
    "glue" "*" ["CrawlerRunningException", "CrawlerStoppingException", "CrawlerNotRunningException", "SchedulerTransitioningException"] "" => Is(Wait), WAITING, "the crawler is at work", "";
    "glue" "*" ["ResourceNumberLimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a Glue quota is reached", "ask for a higher quota in Service Quotas";
    "glue" "*" ["GlueEncryptionException"] "" => Is(User), AWS_ERROR, "the key that encrypts the catalog can't be used", "check the key in the settings of the Data Catalog, and allow the operator to use it";
    // CloudWatch Logs.
    "logs" "*" ["ResourceAlreadyExistsException"] "" => Is(Exists), WAITING, "it exists already", "";
    "logs" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such log group", "";
    "logs" "*" ["OperationAbortedException"] "" => Is(Soon), WAITING, "another change of the log group is under way", "";
    "logs" "*" ["LimitExceededException"] "" => Is(User), LIMIT_EXCEEDED, "a CloudWatch Logs quota is reached", "ask for a higher quota in Service Quotas";
    "logs" "*" ["InvalidParameterException"] "KMS key" => Propagates, AWS_ERROR, "CloudWatch Logs can't use the key", "check that the key is enabled and that its policy allows CloudWatch Logs to use it";
    // Lambda.
    "lambda" "CreateFunction" ["ResourceConflictException"] "" => Is(Exists), WAITING, "the function exists already", "";
    "lambda" "*" ["ResourceConflictException"] "" => Is(Wait), WAITING, "an update of the function is under way", "";
    "lambda" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such function", "";
    "lambda" "*" ["EC2ThrottledException"] "" => Is(Soon), THROTTLED, "AWS asks to slow down", "";
    "lambda" "*" ["CodeStorageExceededException"] "" => Is(User), LIMIT_EXCEEDED, "the account's storage for functions is full", "remove functions that are not used";
    // Athena: nearly everything is one code.
    "athena" "*" ["InvalidRequestException"] "already created" => Is(Exists), WAITING, "the workgroup exists already", "";
    "athena" "*" ["InvalidRequestException"] "is not found" => Is(Gone), WAITING, "there is no such workgroup", "";
    "athena" "*" ["ResourceNotFoundException"] "" => Is(Gone), WAITING, "there is no such workgroup", "";
];
