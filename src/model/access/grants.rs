//! The one table of what the operator may do on AWS.
//!
//! Which action a call needs, on which kind of resource, and which conditions it knows: Service Authorization
//! Reference, "Actions, resources, and condition keys for …" of each service.

use super::Grant;

/// One of the tags that say whose a resource is, in the request: every create call carries them.
const TAGGED: (&str, &str, &[&str]) = (
    "StringLike",
    "aws:RequestTag/datalake-operator.io/cluster",
    &["CLUSTER"],
);
/// The same tag on the resource. Where it is missing nothing is written anyway; `managed-by` is put back when it is.
const OURS: (&str, &str, &[&str]) = (
    "StringLike",
    "aws:ResourceTag/datalake-operator.io/cluster",
    &["CLUSTER"],
);
/// Not a key of another cluster's. (KMS can't tell the tags of a key that is being made from those of one that is there.)
const NOT_ANOTHERS: (&str, &str, &[&str]) = (
    "StringLikeIfExists",
    "aws:ResourceTag/datalake-operator.io/cluster",
    &["CLUSTER"],
);
/// Buckets of the account alone: a bucket's ARN names none.
const ACCOUNT: (&str, &str, &[&str]) = ("StringEquals", "s3:ResourceAccount", &["ACCOUNT"]);

const KEYS: &str = "arn:PARTITION:kms:REGION:ACCOUNT:key/*";
const ALIASES: &str = "arn:PARTITION:kms:REGION:ACCOUNT:alias/PFX-*";
const ROLES: &str = "arn:PARTITION:iam::ACCOUNT:role/PFX-*";
const BUCKETS: &str = "arn:PARTITION:s3:::PFX-*";
const STREAMS: &str = "arn:PARTITION:kinesis:REGION:ACCOUNT:stream/PFX-*";
const DELIVERY_STREAMS: &str = "arn:PARTITION:firehose:REGION:ACCOUNT:deliverystream/PFX-*";
const DATABASES: &str = "arn:PARTITION:glue:REGION:ACCOUNT:database/PFX_*";
const CRAWLERS: &str = "arn:PARTITION:glue:REGION:ACCOUNT:crawler/PFX-*";

/// Every action that any call of the operator needs, and none besides.
pub(super) const GRANTS: &[Grant] = &[
    Grant {
        sid: "Unscoped",
        what: "who it is; finding keys and log groups; what IAM can't limit to a resource",
        own: &[
            "glue:StartCrawlerSchedule",
            "kinesis:UpdateShardCount",
            "kinesis:UpdateStreamMode",
            "kms:ListAliases",
            "kms:ListKeys",
            "logs:DescribeLogGroups",
            "sts:GetCallerIdentity",
        ],
        others: &[],
        on: &["*"],
        when: &[],
    },
    Grant {
        sid: "KeyCreate",
        what: "keys, create",
        own: &["kms:CreateKey"],
        others: &[],
        on: &["*"],
        // Left out of the request they are what is asked for here, and KMS may then not tell them.
        when: &[
            TAGGED,
            ("StringEqualsIfExists", "kms:KeySpec", &["SYMMETRIC_DEFAULT"]),
            ("BoolIfExists", "kms:BypassPolicyLockoutSafetyCheck", &["false"]),
        ],
    },
    Grant {
        sid: "KeyTag",
        what: "keys, tag at creation",
        own: &[],
        others: &[("kms:TagResource", &["kms:CreateKey"])],
        on: &[KEYS],
        when: &[TAGGED, NOT_ANOTHERS],
    },
    Grant {
        sid: "KeyRead",
        what: "keys, look",
        own: &[
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ],
        others: &[],
        on: &[KEYS],
        when: &[],
    },
    Grant {
        sid: "KeyWrite",
        what: "keys, change",
        own: &[
            "kms:CancelKeyDeletion",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:PutKeyPolicy",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateKeyDescription",
        ],
        others: &[("kms:PutKeyPolicy", &["kms:CreateKey"])],
        on: &[KEYS],
        when: &[OURS],
    },
    Grant {
        sid: "KeyDelete",
        what: "keys, delete (only for `deletionPolicy: Delete`)",
        own: &["kms:ScheduleKeyDeletion"],
        others: &[],
        on: &[KEYS],
        when: &[
            OURS,
            (
                "NumericGreaterThanEquals",
                "kms:ScheduleKeyDeletionPendingWindowInDays",
                &["7"],
            ),
        ],
    },
    Grant {
        sid: "Alias",
        what: "aliases: the alias",
        own: &["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
        others: &[],
        on: &[ALIASES],
        when: &[],
    },
    Grant {
        sid: "AliasKey",
        // KMS wants the right to point an alias elsewhere on both keys: only from one key of the lake to its other.
        what: "aliases: the key that one is for",
        own: &["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
        others: &[],
        on: &[KEYS],
        when: &[OURS],
    },
    Grant {
        sid: "Role",
        what: "roles",
        own: &[
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateRole",
        ],
        others: &[("iam:TagRole", &["iam:CreateRole"])],
        on: &[ROLES],
        when: &[],
    },
    Grant {
        sid: "RoleGrant",
        what: "roles, what they may do",
        own: &[
            "iam:CreateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
        ],
        others: &[],
        on: &[ROLES],
        when: &[("StringEquals", "iam:PermissionsBoundary", &["BOUNDARY"])],
    },
    Grant {
        sid: "RolePass",
        what: "roles, hand to the services",
        own: &[],
        others: &[(
            "iam:PassRole",
            &[
                "firehose:CreateDeliveryStream",
                "firehose:UpdateDestination",
                "glue:CreateCrawler",
                "glue:UpdateCrawler",
                "lambda:CreateFunction",
                "lambda:UpdateFunctionConfiguration",
            ],
        )],
        on: &[ROLES],
        when: &[(
            "StringEquals",
            "iam:PassedToService",
            &[
                "firehose.amazonaws.com",
                "glue.amazonaws.com",
                "lambda.amazonaws.com",
            ],
        )],
    },
    Grant {
        sid: "Bucket",
        what: "buckets",
        own: &[
            "s3:CreateBucket",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketTagging",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketTagging",
        ],
        others: &[
            ("s3:GetBucketPublicAccessBlock", &["s3:GetPublicAccessBlock"]),
            ("s3:GetEncryptionConfiguration", &["s3:GetBucketEncryption"]),
            (
                "s3:GetLifecycleConfiguration",
                &["s3:GetBucketLifecycleConfiguration"],
            ),
            // What a bucket holds is looked at before it is taken over, and before it is emptied.
            ("s3:ListBucketVersions", &["s3:ListObjectVersions"]),
            ("s3:PutBucketPublicAccessBlock", &["s3:PutPublicAccessBlock"]),
            ("s3:PutEncryptionConfiguration", &["s3:PutBucketEncryption"]),
            (
                "s3:PutLifecycleConfiguration",
                &["s3:PutBucketLifecycleConfiguration"],
            ),
            ("s3:TagResource", &["s3:CreateBucket"]),
        ],
        on: &[BUCKETS],
        when: &[ACCOUNT],
    },
    Grant {
        sid: "BucketDelete",
        what: "buckets, empty and delete (only for `deletionPolicy: Delete`)",
        own: &["s3:AbortMultipartUpload", "s3:DeleteBucket"],
        others: &[
            ("s3:DeleteObject", &["s3:DeleteObjects"]),
            ("s3:DeleteObjectVersion", &["s3:DeleteObjects"]),
            ("s3:ListBucketMultipartUploads", &["s3:ListMultipartUploads"]),
        ],
        // The pattern takes in the objects: `*` goes on after a slash.
        on: &[BUCKETS],
        when: &[ACCOUNT],
    },
    Grant {
        sid: "Stream",
        what: "stream",
        own: &[
            "kinesis:AddTagsToStream",
            "kinesis:CreateStream",
            "kinesis:DecreaseStreamRetentionPeriod",
            "kinesis:DeleteStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:IncreaseStreamRetentionPeriod",
            "kinesis:ListTagsForStream",
            "kinesis:RemoveTagsFromStream",
        ],
        others: &[("kinesis:AddTagsToStream", &["kinesis:CreateStream"])],
        on: &[STREAMS],
        when: &[],
    },
    Grant {
        sid: "StreamKey",
        what: "stream, encryption: the stream and the key",
        own: &["kinesis:StartStreamEncryption"],
        others: &[],
        on: &[STREAMS, KEYS],
        when: &[],
    },
    Grant {
        sid: "DeliveryCreate",
        what: "delivery stream, create",
        own: &["firehose:CreateDeliveryStream"],
        others: &[],
        on: &[DELIVERY_STREAMS],
        when: &[TAGGED],
    },
    Grant {
        sid: "Delivery",
        what: "delivery stream",
        own: &[
            "firehose:DeleteDeliveryStream",
            "firehose:DescribeDeliveryStream",
            "firehose:ListTagsForDeliveryStream",
            "firehose:TagDeliveryStream",
            "firehose:UntagDeliveryStream",
            "firehose:UpdateDestination",
        ],
        others: &[("firehose:TagDeliveryStream", &["firehose:CreateDeliveryStream"])],
        on: &[DELIVERY_STREAMS],
        when: &[],
    },
    Grant {
        sid: "Catalog",
        what: "database and table",
        own: &[
            "glue:CreateDatabase",
            "glue:CreateTable",
            "glue:DeleteDatabase",
            "glue:DeleteTable",
            "glue:GetDatabase",
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetUserDefinedFunctions",
            "glue:UpdateDatabase",
            "glue:UpdateTable",
        ],
        others: &[],
        on: &[
            "arn:PARTITION:glue:REGION:ACCOUNT:catalog",
            DATABASES,
            "arn:PARTITION:glue:REGION:ACCOUNT:table/PFX_*/*",
            "arn:PARTITION:glue:REGION:ACCOUNT:userDefinedFunction/PFX_*/*",
        ],
        when: &[],
    },
    Grant {
        sid: "CrawlerCreate",
        what: "crawler, create",
        own: &["glue:CreateCrawler"],
        others: &[],
        on: &["*"],
        when: &[TAGGED],
    },
    Grant {
        sid: "Crawler",
        what: "crawler",
        own: &[
            "glue:DeleteCrawler",
            "glue:GetCrawler",
            "glue:StopCrawler",
            "glue:UpdateCrawler",
        ],
        others: &[],
        on: &[CRAWLERS],
        when: &[],
    },
    Grant {
        sid: "GlueTags",
        what: "tags of database and crawler",
        own: &["glue:GetTags", "glue:TagResource", "glue:UntagResource"],
        others: &[("glue:TagResource", &["glue:CreateCrawler", "glue:CreateDatabase"])],
        on: &[DATABASES, CRAWLERS],
        when: &[],
    },
    Grant {
        sid: "Logs",
        what: "log groups",
        own: &[
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DeleteLogGroup",
            "logs:DescribeLogStreams",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        others: &[("logs:TagResource", &["logs:CreateLogGroup"])],
        // With the `:*` and `:log-stream:…` that some of the calls want at the end: `*` takes them in.
        on: &[
            "arn:PARTITION:logs:REGION:ACCOUNT:log-group:/aws/kinesisfirehose/PFX-*",
            "arn:PARTITION:logs:REGION:ACCOUNT:log-group:/aws/lambda/PFX-*",
        ],
        when: &[],
    },
    Grant {
        sid: "Workgroup",
        what: "workgroup",
        own: &[
            "athena:CreateWorkGroup",
            "athena:DeleteWorkGroup",
            "athena:GetWorkGroup",
            "athena:ListTagsForResource",
            "athena:TagResource",
            "athena:UntagResource",
            "athena:UpdateWorkGroup",
        ],
        others: &[("athena:TagResource", &["athena:CreateWorkGroup"])],
        on: &["arn:PARTITION:athena:REGION:ACCOUNT:workgroup/PFX-*"],
        when: &[],
    },
    Grant {
        sid: "Function",
        what: "test publisher",
        own: &[
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:GetFunction",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
        others: &[
            // Lambda leaves the tags out of its answer where they may not be listed.
            ("lambda:ListTags", &["lambda:GetFunction"]),
            ("lambda:TagResource", &["lambda:CreateFunction"]),
        ],
        on: &["arn:PARTITION:lambda:REGION:ACCOUNT:function:PFX-*"],
        when: &[],
    },
];
