use super::Class::{Exists, Gone, Slow, Soon, User, Wait};
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
        let operations = row
            .operation
            .split('|')
            .map(|one| if one == "*" { "Other" } else { one });
        for (operation, code) in operations.flat_map(|one| row.codes.iter().map(move |code| (one, code))) {
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

/// What an error is within five minutes of a write to IAM or KMS, later, and after three failures in a row.
type Expected = (Class, Class, Class);

/// It is the same at any time.
const fn always(class: Class) -> Expected {
    (class, class, class)
}

/// A change of IAM or of a key that other services do not know of yet; later, somebody's mistake.
const SPREADS: Expected = (Soon, User, User);

/// Every error that the API references and developer guides of the services name for the calls that are made, with the
/// words of AWS where the code alone does not tell.
#[rustfmt::skip]
const ERRORS: &[(&str, &str, &str, &str, Expected)] = &[
    // Every service: slow down.
    ("firehose", "DescribeDeliveryStream", "ThrottlingException", "Rate exceeded", always(Soon)),
    ("iam", "GetRole", "Throttling", "Rate exceeded", always(Soon)),
    ("glue", "GetTable", "ThrottledException", "", always(Soon)),
    ("lambda", "GetFunction", "TooManyRequestsException", "", always(Soon)),
    ("athena", "GetWorkGroup", "TooManyRequestsException", "", always(Soon)),
    ("iam", "GetRole", "RequestLimitExceeded", "", always(Soon)),
    ("s3", "GetBucketTagging", "SlowDown", "", always(Soon)),
    ("s3", "GetBucketTagging", "ServiceUnavailable", "", always(Soon)),
    ("logs", "DescribeLogGroups", "ServiceUnavailableException", "", always(Soon)),
    ("kms", "DescribeKey", "KMSThrottlingException", "", always(Soon)),
    ("kinesis", "StartStreamEncryption", "KMSThrottlingException", "", always(Soon)),
    ("kinesis", "DescribeStreamSummary", "ProvisionedThroughputExceededException", "", always(Soon)),
    ("glue", "GetTable", "429", "", always(Soon)),
    ("glue", "GetTable", "503", "", always(Soon)),
    // Every service: no answer, or a broken one.
    ("kms", "CreateKey", "Timeout", "", always(Soon)),
    ("kms", "CreateKey", "Connection", "", always(Soon)),
    ("s3", "PutBucketPolicy", "RequestTimeout", "", always(Soon)),
    ("s3", "PutBucketPolicy", "InternalError", "", always(Soon)),
    ("kms", "CreateKey", "DependencyTimeoutException", "", always(Soon)),
    ("kms", "CreateKey", "KMSInternalException", "", always(Soon)),
    ("iam", "CreateRole", "ServiceFailure", "", always(Soon)),
    ("glue", "CreateTable", "OperationTimeoutException", "", always(Soon)),
    ("glue", "CreateTable", "InternalServiceException", "", always(Soon)),
    ("lambda", "CreateFunction", "ServiceException", "", always(Soon)),
    ("athena", "CreateWorkGroup", "InternalServerException", "", always(Soon)),
    // Every service: not allowed.
    ("kms", "CreateKey", "AccessDeniedException", "", always(User)),
    ("kms", "DescribeKey", "AccessDeniedException", "", always(User)),
    ("kms", "CreateAlias", "AccessDeniedException", "", SPREADS),
    ("kms", "UpdateAlias", "AccessDeniedException", "", SPREADS),
    ("kms", "DeleteAlias", "AccessDeniedException", "", SPREADS),
    ("kms", "EnableKey", "AccessDeniedException", "", SPREADS),
    ("kms", "EnableKeyRotation", "AccessDeniedException", "", SPREADS),
    ("kms", "DisableKeyRotation", "AccessDeniedException", "", SPREADS),
    ("kms", "PutKeyPolicy", "AccessDeniedException", "", SPREADS),
    ("kms", "UpdateKeyDescription", "AccessDeniedException", "", SPREADS),
    ("kms", "ScheduleKeyDeletion", "AccessDeniedException", "", SPREADS),
    ("kms", "CancelKeyDeletion", "AccessDeniedException", "", SPREADS),
    ("iam", "CreateRole", "AccessDenied", "", always(User)),
    ("s3", "GetBucketTagging", "AccessDenied", "", always(User)),
    ("s3", "HeadBucket", "403", "", always(User)),
    ("glue", "CreateDatabase", "AccessDeniedException", "Insufficient Lake Formation permission(s): Required Create Database on Catalog", always(User)),
    ("sts", "GetCallerIdentity", "ExpiredTokenException", "", always(User)),
    ("kinesis", "StartStreamEncryption", "KMSOptInRequired", "", always(User)),
    // KMS.
    ("kms", "PutKeyPolicy", "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.", SPREADS),
    ("kms", "PutKeyPolicy", "MalformedPolicyDocumentException", "The policy is not valid JSON", always(User)),
    ("kms", "EnableKeyRotation", "NotFoundException", "", always(Gone)),
    ("kms", "EnableKeyRotation", "DisabledException", "arn:… is disabled.", SPREADS),
    ("kms", "ScheduleKeyDeletion", "KMSInvalidStateException", "arn:… is pending deletion.", always(Wait)),
    ("kms", "CreateAlias", "AlreadyExistsException", "", always(Exists)),
    ("kms", "CreateKey", "LimitExceededException", "", always(User)),
    ("kms", "TagResource", "TagException", "Duplicate tag keys", always(User)),
    ("kms", "CreateAlias", "InvalidAliasNameException", "", always(User)),
    ("kms", "DescribeKey", "InvalidArnException", "", always(User)),
    ("kms", "EnableKeyRotation", "UnsupportedOperationException", "", always(User)),
    ("kms", "CreateAlias", "ValidationException", "Alias must start with the prefix \"alias/\"", always(User)),
    // IAM: its codes have no `Exception` at their end.
    ("iam", "CreateRole", "EntityAlreadyExists", "", always(Exists)),
    ("iam", "CreateRole", "EntityAlreadyExistsException", "", always(User)),
    ("iam", "GetRole", "NoSuchEntity", "", always(Gone)),
    ("iam", "UpdateAssumeRolePolicy", "MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"AROA…\"", SPREADS),
    ("iam", "PutRolePolicy", "MalformedPolicyDocument", "This policy contains invalid Json", always(User)),
    ("iam", "TagRole", "ConcurrentModification", "", always(Soon)),
    ("iam", "DeleteRole", "EntityTemporarilyUnmodifiable", "", always(Soon)),
    ("iam", "DeleteRole", "DeleteConflict", "Cannot delete entity, must detach all policies first.", SPREADS),
    ("iam", "CreateRole", "LimitExceeded", "", always(User)),
    ("iam", "UpdateRole", "UnmodifiableEntity", "", always(User)),
    ("iam", "CreateRole", "InvalidInput", "", always(User)),
    ("iam", "CreateRole", "ValidationError", "", always(User)),
    // S3.
    ("s3", "PutBucketPolicy", "OperationAborted", "A conflicting conditional operation is currently in progress against this resource.", always(Soon)),
    ("s3", "PutPublicAccessBlock", "NoSuchBucket", "", always(Gone)),
    ("s3", "HeadBucket", "404", "", always(Gone)),
    ("s3", "CreateBucket", "BucketAlreadyOwnedByYou", "", always(Exists)),
    ("s3", "CreateBucket", "BucketAlreadyExists", "", always(User)),
    ("s3", "CreateBucket", "InvalidBucketName", "", always(User)),
    ("s3", "CreateBucket", "IllegalLocationConstraintException", "", always(User)),
    ("s3", "CreateBucket", "InvalidLocationConstraint", "", always(User)),
    ("s3", "CreateBucket", "InvalidNamespaceHeader", "", always(User)),
    ("s3", "CreateBucket", "TooManyBuckets", "", always(User)),
    ("s3", "HeadBucket", "301", "", always(User)),
    ("s3", "PutBucketPolicy", "MalformedPolicy", "Invalid principal in policy", SPREADS),
    ("s3", "PutBucketPolicy", "MalformedPolicy", "Policies must be valid JSON", always(User)),
    ("s3", "PutBucketLifecycleConfiguration", "MalformedXML", "", always(User)),
    ("s3", "PutBucketLifecycleConfiguration", "InvalidArgument", "'Date' must be at midnight GMT", always(User)),
    ("s3", "PutBucketTagging", "InvalidRequest", "Duplicate Tag Keys are not allowed.", always(User)),
    ("s3", "PutBucketTagging", "InvalidTag", "System tags cannot be added/updated by requester", always(User)),
    ("s3", "PutBucketTagging", "InvalidBucketState", "", always(User)),
    ("s3", "GetBucketPolicy", "NoSuchBucketPolicy", "", always(Gone)),
    ("s3", "GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration", "", always(Gone)),
    ("s3", "GetBucketTagging", "NoSuchTagSet", "", always(Gone)),
    ("s3", "GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "", always(Gone)),
    ("s3", "GetBucketOwnershipControls", "OwnershipControlsNotFoundError", "", always(Gone)),
    ("s3", "GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError", "", always(Gone)),
    ("s3", "PutPublicAccessBlock", "NotImplemented", "", always(User)),
    ("s3", "PutPublicAccessBlock", "MethodNotAllowed", "", always(User)),
    ("s3", "AbortMultipartUpload", "NoSuchUpload", "The specified multipart upload does not exist.", always(Gone)),
    ("s3", "DeleteObjects", "KMS.DisabledException", "", always(User)),
    ("s3", "DeleteBucket", "BucketNotEmpty", "The bucket you tried to delete is not empty", always(Soon)),
    // Kinesis: one code for "exists" and "busy", one for a rate and a quota.
    ("kinesis", "CreateStream", "ResourceInUseException", "Stream … already exists.", always(Exists)),
    ("kinesis", "UpdateShardCount", "ResourceInUseException", "Stream … not ACTIVE, instead in state CREATING", always(Wait)),
    ("kinesis", "CreateStream", "LimitExceededException", "This request would exceed the shard limit", (Slow, Slow, User)),
    ("kinesis", "UpdateStreamMode", "LimitExceededException", "", (Slow, Slow, User)),
    ("kinesis", "ListTagsForStream", "LimitExceededException", "Rate exceeded for stream x under account 123456789012.", always(Soon)),
    ("kinesis", "DescribeStreamSummary", "ResourceNotFoundException", "", always(Gone)),
    ("kinesis", "StartStreamEncryption", "KMSAccessDeniedException", "", SPREADS),
    ("kinesis", "StartStreamEncryption", "KMSNotFoundException", "", SPREADS),
    ("kinesis", "StartStreamEncryption", "KMSDisabledException", "", SPREADS),
    ("kinesis", "StartStreamEncryption", "KMSInvalidStateException", "", SPREADS),
    ("kinesis", "CreateStream", "InvalidArgumentException", "", always(User)),
    ("kinesis", "CreateStream", "ValidationException", "", always(User)),
    // CloudWatch Logs.
    ("logs", "CreateLogGroup", "ResourceAlreadyExistsException", "The specified log group already exists", always(Exists)),
    ("logs", "PutRetentionPolicy", "ResourceNotFoundException", "", always(Gone)),
    ("logs", "CreateLogGroup", "OperationAbortedException", "", always(Soon)),
    ("logs", "CreateLogGroup", "LimitExceededException", "", always(User)),
    ("logs", "PutRetentionPolicy", "InvalidParameterException", "", always(User)),
    ("logs", "CreateLogGroup", "InvalidParameterException", "The specified KMS key does not exist or is not allowed to be used", SPREADS),
    // Firehose: propagation with the code of a user's mistake.
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role arn:…", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Role arn:… is not authorized to perform: glue:GetTableVersions", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Access was denied when calling Glue.", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Verify that the IAM role has access to the source stream", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Please make sure the role specified in VpcConfiguration has permissions", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Insufficient Lake Formation permission(s): Required Describe on t", SPREADS),
    ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "SizeInMBs must be at least 64", always(User)),
    ("firehose", "CreateDeliveryStream", "ValidationException", "1 validation error detected", always(User)),
    ("firehose", "CreateDeliveryStream", "ResourceInUseException", "", always(Exists)),
    ("firehose", "UpdateDestination", "ResourceInUseException", "", always(Wait)),
    ("firehose", "UpdateDestination", "ConcurrentModificationException", "Cannot update firehose: … since the current version id: 2 and specified version id: 1 do not match", always(Soon)),
    ("firehose", "CreateDeliveryStream", "LimitExceededException", "", (Slow, Slow, User)),
    ("firehose", "DescribeDeliveryStream", "ResourceNotFoundException", "", always(Gone)),
    ("firehose", "CreateDeliveryStream", "InvalidKMSResourceException", "", always(User)),
    // Glue: databases, tables and crawlers.
    ("glue", "CreateDatabase", "AlreadyExistsException", "", always(Exists)),
    ("glue", "GetTable", "EntityNotFoundException", "", always(Gone)),
    ("glue", "UpdateTable", "ConcurrentModificationException", "", always(Soon)),
    ("glue", "UpdateTable", "VersionMismatchException", "", always(Soon)),
    ("glue", "CreateTable", "ResourceNotReadyException", "", always(Soon)),
    ("glue", "CreateTable", "FederationSourceRetryableException", "", always(Soon)),
    ("glue", "CreateTable", "FederationSourceException", "", always(User)),
    ("glue", "CreateTable", "InvalidInputException", "", always(User)),
    ("glue", "CreateTable", "ResourceNumberLimitExceededException", "", always(User)),
    ("glue", "CreateTable", "GlueEncryptionException", "", always(User)),
    ("glue", "CreateCrawler", "InvalidInputException", "Service is unable to assume provided role. Please verify the role's TrustPolicy", SPREADS),
    ("glue", "CreateCrawler", "InvalidInputException", "Please verify the role's TrustPolicy", SPREADS),
    ("glue", "CreateCrawler", "InvalidInputException", "arn:… is not authorized to perform: glue:GetTable", SPREADS),
    ("glue", "CreateCrawler", "InvalidInputException", "Insufficient Lake Formation permission(s) on t", SPREADS),
    ("glue", "CreateCrawler", "InvalidInputException", "SQS queue q does not exist or the role provided does not have access to it", SPREADS),
    ("glue", "UpdateCrawler", "CrawlerRunningException", "", always(Wait)),
    ("glue", "UpdateCrawler", "CrawlerStoppingException", "", always(Wait)),
    ("glue", "StartCrawlerSchedule", "SchedulerTransitioningException", "", always(Wait)),
    ("glue", "StartCrawlerSchedule", "SchedulerRunningException", "", always(Soon)),
    ("glue", "StartCrawlerSchedule", "SchedulerNotRunningException", "", always(Soon)),
    ("glue", "StartCrawlerSchedule", "NoScheduleException", "", always(Soon)),
    // Lambda.
    ("lambda", "CreateFunction", "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.", SPREADS),
    ("lambda", "CreateFunction", "InvalidParameterValueException", "The provided execution role does not have permissions to call …", SPREADS),
    ("lambda", "CreateFunction", "InvalidParameterValueException", "Lambda was unable to configure access: KMS key is invalid for CreateGrant", SPREADS),
    ("lambda", "CreateFunction", "InvalidParameterValueException", "Your request has been throttled by EC2", always(Soon)),
    ("lambda", "CreateFunction", "InvalidParameterValueException", "The runtime parameter of nodejs12.x is no longer supported", always(User)),
    ("lambda", "UpdateFunctionCode", "ResourceConflictException", "An update is in progress for resource: …", always(Wait)),
    ("lambda", "CreateFunction", "ResourceConflictException", "Function already exist: x", always(Exists)),
    ("lambda", "CreateFunction", "CodeStorageExceededException", "", always(User)),
    ("lambda", "CreateFunction", "InvalidRuntimeException", "", always(User)),
    ("lambda", "CreateFunction", "RequestEntityTooLargeException", "", always(User)),
    ("lambda", "CreateFunction", "EC2ThrottledException", "", always(Soon)),
    ("lambda", "GetFunction", "ResourceNotFoundException", "", always(Gone)),
    // Athena: nearly everything is one code.
    ("athena", "CreateWorkGroup", "InvalidRequestException", "WorkGroup is already created", always(Exists)),
    ("athena", "GetWorkGroup", "InvalidRequestException", "WorkGroup x is not found.", always(Gone)),
    ("athena", "ListTagsForResource", "ResourceNotFoundException", "", always(Gone)),
    ("athena", "CreateWorkGroup", "InvalidRequestException", "BytesScannedCutoffPerQuery must be …", always(User)),
];

#[test]
fn every_error_that_the_services_document_has_its_answer() {
    let minute = Some(SignedDuration::from_mins(1));
    let later = Some(SignedDuration::from_mins(6));
    for (service, operation, code, message, (fresh, old, again)) in ERRORS {
        let error = error(service, operation, code, message);
        let class = |age, attempts| classify(&error, age, attempts).class;
        let found = (class(minute, 1), class(later, 1), class(None, 3));
        assert_eq!(
            found,
            (*fresh, *old, *again),
            "{service} {operation} {code} {message}"
        );
        assert_eq!(
            class(None, 1),
            *old,
            "{code}: without a known write it is as long after one"
        );
    }
}

#[test]
fn what_somebody_must_mend_says_what_to_do() {
    for (service, operation, code, message, _) in ERRORS {
        let fault = classify(&error(service, operation, code, message), None, 3);
        assert!(
            fault.class != User || !fault.remedy.is_empty(),
            "{code} {message}"
        );
    }
}

#[test]
fn a_row_is_there_for_some_documented_error() {
    let mut reached = Vec::new();
    for (service, operation, code, message, _) in ERRORS {
        let error = error(service, operation, code, message);
        reached.extend(TABLE.iter().position(|row| row.matches(&error)));
    }
    for (index, row) in TABLE.iter().enumerate() {
        assert!(
            reached.contains(&index),
            "no test speaks of {} {} {:?} {}",
            row.service,
            row.operation,
            row.codes,
            row.fragment
        );
    }
}

#[test]
fn propagation_ends_after_five_minutes_to_the_second() {
    let error = error(
        "firehose",
        "CreateDeliveryStream",
        "InvalidArgumentException",
        "unable to assume role",
    );
    let class = |seconds| classify(&error, Some(SignedDuration::from_secs(seconds)), 9).class;
    assert_eq!((class(299), class(300)), (Soon, User));
}

#[test]
fn a_real_limit_is_told_at_the_third_try_of_kinesis_and_the_second_of_firehose() {
    for (service, operation, last) in [
        ("kinesis", "CreateStream", 2),
        ("firehose", "CreateDeliveryStream", 1),
    ] {
        let error = error(service, operation, "LimitExceededException", "");
        assert_eq!(classify(&error, None, last).class, Slow, "{service}");
        assert_eq!(classify(&error, None, last + 1).class, User, "{service}");
    }
}

#[test]
fn an_unknown_code_is_the_users_unless_the_server_failed_or_asks_for_patience() {
    let mut unknown = error("glue", "CreateTable", "Novelty", "");
    assert_eq!(classify(&unknown, None, 1).class, User);
    for (status, reason) in [
        (429, reasons::THROTTLED),
        (503, reasons::THROTTLED),
        (500, reasons::WAITING),
    ] {
        unknown.status = Some(status);
        let fault = classify(&unknown, None, 1);
        assert_eq!((fault.class, fault.reason), (Soon, reason), "{status}");
    }
}

#[test]
fn back_off_grows_and_is_capped() {
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let seconds = |class: Class| -> Vec<i64> { (1..8).map(|n| class.retry_in(n, at).as_secs()).collect() };
    assert_eq!(seconds(Soon), [1, 2, 4, 8, 16, 30, 30]);
    assert_eq!(seconds(Wait), seconds(Soon));
    assert_eq!(seconds(Slow), [15, 30, 30, 30, 30, 30, 30]);
    assert_eq!(seconds(User), [300; 7]);
    assert_eq!(Soon.retry_in(u32::MAX, at).as_secs(), 30);
}

#[test]
fn lakes_that_failed_together_come_back_one_after_another() {
    let whole: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let half = whole + SignedDuration::from_micros(500);
    let last = whole + SignedDuration::from_micros(999);
    assert_eq!(Soon.retry_in(4, half).as_millis(), 7000);
    assert_eq!(User.retry_in(1, half).as_secs(), 337);
    for class in [Soon, Slow, User] {
        let times = [whole, half, last].map(|at| class.retry_in(6, at));
        assert!(times[0] != times[1] && times[1] != times[2], "{class:?}");
        let most = if class == User { 375 } else { 30 };
        let soonest = if class == User { 300_000 } else { 22_500 };
        assert!(
            times
                .iter()
                .all(|t| t.as_secs() <= most && t.as_millis() >= soonest),
            "{class:?} {times:?}"
        );
    }
}

#[test]
fn the_message_names_service_operation_code_meaning_and_remedy_without_request_ids() {
    let error = error(
        "kms",
        "CreateKey",
        "AccessDeniedException",
        "no\n way (Service: Kms, Request ID: 1)",
    );
    let text = classify(&error, None, 1).to_string();
    assert_eq!(
        text,
        "kms:CreateKey answered AccessDeniedException: the operator may not do this; allow the action in the \
         operator's IAM policy (AWS says: no way)"
    );
}
