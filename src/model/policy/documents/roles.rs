//! The inline policies of the three roles, and what each is written on.

use super::{Document, Statement};
use crate::model::arn::{KeyArn, Scope};

/// What the delivery role's policy is written on. Prefixes end with a slash.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Region and account of the lake.
    pub scope: &'a Scope,
    /// Bucket of the converted files.
    pub lake_bucket: &'a str,
    /// Where in it the converted files go: `data/`.
    pub data_prefix: &'a str,
    /// Where in it what could not be converted goes: `errors/`.
    pub error_prefix: &'a str,
    /// Bucket of the events as they came.
    pub raw_bucket: &'a str,
    /// Where in it they go: `raw/`.
    pub raw_prefix: &'a str,
    /// Where in it what could not be backed up goes.
    pub raw_error_prefix: &'a str,
    /// Keys of the two buckets; none where AWS's own encrypt them.
    pub bucket_keys: &'a [KeyArn],
    /// Kinesis stream that is read.
    pub stream: &'a str,
    /// Keys of the records in the stream: today's, and those of older records.
    pub stream_keys: &'a [KeyArn],
    /// Glue database of the table that gives the schema.
    pub database: &'a str,
    /// That table.
    pub table: &'a str,
    /// Log group of the delivery stream.
    pub log_group: &'a str,
}

/// What the crawler role's policy is written on.
#[derive(Clone, Copy, Debug)]
pub struct Crawler<'a> {
    /// Region and account of the lake.
    pub scope: &'a Scope,
    /// Bucket of the converted files.
    pub lake_bucket: &'a str,
    /// Where in it they are, with a slash at the end: `data/`.
    pub data_prefix: &'a str,
    /// Keys of the files in the bucket: today's, and those of older files.
    pub bucket_keys: &'a [KeyArn],
    /// Glue database of the table whose partitions are registered.
    pub database: &'a str,
    /// That table.
    pub table: &'a str,
}

/// What the test publisher role's policy is written on.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    /// Region and account of the lake.
    pub scope: &'a Scope,
    /// Kinesis stream that is written.
    pub stream: &'a str,
    /// Key of the stream; `None` where AWS's own encrypts it.
    pub stream_key: Option<&'a KeyArn>,
    /// Log group of the function.
    pub log_group: &'a str,
}

/// Inline policy of the delivery role (Firehose developer guide, "Controlling access").
pub fn delivery(to: &Delivery<'_>) -> Document {
    let scope = to.scope;
    let (lake, raw) = (scope.bucket(to.lake_bucket), scope.bucket(to.raw_bucket));
    let under = |bucket: &str, prefix: &str| scope.objects(bucket, &format!("{prefix}*"));
    Document::new([
        Statement::allow(
            "Buckets",
            [
                "s3:GetBucketLocation",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
            ],
        )
        .on([&lake, &raw]),
        Statement::allow(
            "Objects",
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
        )
        .on([
            under(to.lake_bucket, to.data_prefix),
            under(to.lake_bucket, to.error_prefix),
            under(to.raw_bucket, to.raw_prefix),
            under(to.raw_bucket, to.raw_error_prefix),
        ]),
        // Without ListShards Firehose falls back to DescribeStream and is throttled.
        Statement::allow(
            "Source",
            [
                "kinesis:DescribeStream",
                "kinesis:GetShardIterator",
                "kinesis:GetRecords",
                "kinesis:ListShards",
            ],
        )
        .on([scope.stream(to.stream)]),
        Statement::allow(
            "Schema",
            ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
        )
        .on(table(scope, to.database, to.table)),
        // With bucket keys the context is the bucket's ARN, without them the object's.
        bucket_key(scope, to.bucket_keys, ["kms:Decrypt", "kms:GenerateDataKey"]).when(
            "StringLike",
            "kms:EncryptionContext:aws:s3:arn",
            [
                &lake,
                &scope.objects(to.lake_bucket, "*"),
                &raw,
                &scope.objects(to.raw_bucket, "*"),
            ],
        ),
        stream_key(scope, to.stream_keys, to.stream, "kms:Decrypt"),
        Statement::allow("Errors", ["logs:PutLogEvents"]).on([scope.log_stream(to.log_group, "*")]),
    ])
}

/// Inline policy of the crawler role: reads the data, registers partitions, writes the log that all
/// crawlers share.
pub fn crawler(to: &Crawler<'_>) -> Document {
    let scope = to.scope;
    let lake = scope.bucket(to.lake_bucket);
    let data = scope.objects(to.lake_bucket, &format!("{}*", to.data_prefix));
    let log_group = "/aws-glue/crawlers";
    Document::new([
        Statement::allow("List", ["s3:ListBucket"]).on([&lake]).when(
            "StringLike",
            "s3:prefix",
            [
                to.data_prefix.trim_end_matches('/').to_owned(),
                format!("{}*", to.data_prefix),
            ],
        ),
        Statement::allow("Location", ["s3:GetBucketLocation"]).on([&lake]),
        Statement::allow("Read", ["s3:GetObject"]).on([&data]),
        bucket_key(scope, to.bucket_keys, ["kms:Decrypt"]).when(
            "StringLike",
            "kms:EncryptionContext:aws:s3:arn",
            [&lake, &data],
        ),
        Statement::allow(
            "Catalog",
            [
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:GetTables",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:BatchGetPartition",
                "glue:CreatePartition",
                "glue:BatchCreatePartition",
                "glue:UpdatePartition",
                "glue:BatchUpdatePartition",
                "glue:UpdateTable",
            ],
        )
        .on(table(scope, to.database, to.table)),
        Statement::allow(
            "Log",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        )
        .on([scope.log_group(log_group), scope.log_stream(log_group, "*")]),
    ])
}

/// Inline policy of the test publisher role: a producer needs `GenerateDataKey` on the stream's key
/// (Kinesis developer guide, "Permissions to use user-generated KMS keys").
pub fn publisher(to: &Publisher<'_>) -> Document {
    let scope = to.scope;
    Document::new([
        Statement::allow("Put", ["kinesis:PutRecord", "kinesis:PutRecords"]).on([scope.stream(to.stream)]),
        stream_key(
            scope,
            to.stream_key.map(std::slice::from_ref).unwrap_or_default(),
            to.stream,
            "kms:GenerateDataKey",
        ),
        Statement::allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"])
            .on([format!("{}:*", scope.log_group(to.log_group))]),
    ])
}

/// Glue checks a right on the table, its database and the catalog (Glue developer guide, "Specifying AWS
/// Glue resource ARNs").
fn table(scope: &Scope, database: &str, table: &str) -> [String; 3] {
    [
        scope.catalog(),
        scope.database(database),
        scope.table(database, table),
    ]
    .map(|arn| arn.to_string())
}

/// The bucket key, by way of S3 only.
fn bucket_key<const N: usize>(scope: &Scope, keys: &[KeyArn], actions: [&str; N]) -> Statement {
    Statement::allow("BucketKey", actions)
        .on(keys)
        .when("StringEquals", "kms:ViaService", [scope.host("s3")])
}

/// The stream key, by way of Kinesis and for this stream only.
fn stream_key(scope: &Scope, keys: &[KeyArn], stream: &str, action: &str) -> Statement {
    Statement::allow("StreamKey", [action])
        .on(keys)
        .when("StringEquals", "kms:ViaService", [scope.host("kinesis")])
        .when(
            "StringEquals",
            "kms:EncryptionContext:aws:kinesis:arn",
            [scope.stream(stream)],
        )
}
