//! The name of every resource of a lake.
//!
//! A name is the operator's prefix, a readable part (namespace and name), where two of a kind exist
//! which one it is, and always a hash of what makes the lake itself. So IAM policies can be written
//! on the prefix, a lake that is applied again finds its resources, and two lakes never share one.

mod check;

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::arn::Region;
pub use check::{NameError, NameKind};

/// Characters of the hash: 50 bits.
const HASH_LENGTH: usize = 10;

/// What every name that the operator picks begins with: 1 to 12 lower-case letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// Reads a prefix.
    ///
    /// # Errors
    /// [`NameError`] for another shape, and for `amzn` and `sthree`, with which S3 lets no bucket begin
    /// (S3 user guide, "General purpose bucket naming rules").
    pub fn parse(text: &str) -> Result<Self, NameError> {
        NameKind::Prefix.check(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The prefix, without the separator that follows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of each resource of one lake, within its service's limits and characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Alias of the key of both buckets, `alias/` included.
    pub bucket_key_alias: String,
    /// Alias of the key of the stream, `alias/` included.
    pub stream_key_alias: String,
    /// Bucket of the Parquet or ORC files, of what could not be delivered, and of query results.
    pub lake_bucket: String,
    /// Bucket of the events as they came.
    pub raw_bucket: String,
    /// Kinesis data stream.
    pub stream: String,
    /// Firehose delivery stream.
    pub delivery: String,
    /// Log group of the delivery stream.
    pub log_group: String,
    /// Glue database.
    pub database: String,
    /// Glue table.
    pub table: String,
    /// Glue crawler.
    pub crawler: String,
    /// IAM role that Firehose assumes.
    pub delivery_role: String,
    /// IAM role that the crawler assumes.
    pub crawler_role: String,
    /// IAM role of the test publisher.
    pub publisher_role: String,
    /// Athena workgroup.
    pub workgroup: String,
    /// Lambda function of the test publisher.
    pub publisher: String,
    /// Log group of the test publisher.
    pub publisher_log_group: String,
}

impl Names {
    /// Derives the names of the lake `namespace`/`name` of a cluster in a region.
    ///
    /// The region is part of the hash, because roles and buckets share one name space over all
    /// regions: the same lake in another region has other names.
    pub fn derive(prefix: &Prefix, cluster_id: &str, region: &Region, namespace: &str, name: &str) -> Self {
        let hash = hash(&[cluster_id, namespace, name, region.as_str()]);
        let readable = readable(&format!("{namespace}-{name}"));
        let of = |kind: NameKind, part: &str| compose(kind, [prefix.as_str(), &readable, part, &hash]);
        let delivery = of(NameKind::DeliveryStream, "");
        let publisher = of(NameKind::Function, "");
        Self {
            bucket_key_alias: of(NameKind::KeyAlias, "bucket"),
            stream_key_alias: of(NameKind::KeyAlias, "stream"),
            lake_bucket: of(NameKind::Bucket, "lake"),
            raw_bucket: of(NameKind::Bucket, "raw"),
            stream: of(NameKind::Stream, ""),
            log_group: delivery_log_group(&delivery),
            delivery,
            database: of(NameKind::Database, ""),
            table: of(NameKind::Table, ""),
            crawler: of(NameKind::Crawler, ""),
            delivery_role: of(NameKind::Role, "delivery"),
            crawler_role: of(NameKind::Role, "crawler"),
            publisher_role: of(NameKind::Role, "publisher"),
            workgroup: of(NameKind::Workgroup, ""),
            publisher_log_group: function_log_group(&publisher),
            publisher,
        }
    }
}

/// The log group of a delivery stream, named as the AWS console names it.
pub fn delivery_log_group(delivery_stream: &str) -> String {
    format!("/aws/kinesisfirehose/{delivery_stream}")
}

/// The log group that Lambda writes a function's output to (Lambda developer guide, "Log group names").
pub fn function_log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

/// Lower-case base32 of SHA-256 over the parts, each with its length in front: no two lists of parts
/// give the same input, however the text is divided among them.
fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part.as_bytes());
    }
    let mut text = BASE32_NOPAD.encode(&sha.finalize()).to_ascii_lowercase();
    text.truncate(HASH_LENGTH);
    text
}

/// The words of a text, joined by single hyphens: lower-case ASCII letters and digits only.
fn readable(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Joins prefix, readable part, part suffix and hash; what is too long is cut from the readable part.
fn compose(kind: NameKind, [prefix, readable, part, hash]: [&str; 4]) -> String {
    let start = if kind == NameKind::KeyAlias { "alias/" } else { "" };
    let words_beside = [prefix, part, hash].into_iter().filter(|word| !word.is_empty());
    let fixed = start.len() + words_beside.map(|word| word.len() + 1).sum::<usize>();
    let room = kind.max_length().saturating_sub(fixed).min(readable.len());
    // ASCII only, so every length is a boundary.
    let readable = readable.get(..room).unwrap_or_default().trim_end_matches('-');
    let words: Vec<&str> = [prefix, readable, part, hash]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    let name = format!("{start}{}", words.join("-"));
    // Athena takes no hyphen in the names of databases and tables.
    if matches!(kind, NameKind::Database | NameKind::Table) {
        name.replace('-', "_")
    } else {
        name
    }
}

#[cfg(test)]
mod tests;
