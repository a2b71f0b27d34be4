//! An S3 bucket with its sub-resources.

mod adopt;
mod assess;
mod lifecycle;
mod removal;

use std::collections::BTreeSet;

use super::{Depth, OwnKey};
use crate::model::arn::{KeyArn, Region};
use crate::model::lake::{Facts, Lake};
use crate::model::owner::Tags;
use crate::model::policy::documents;
use crate::model::topology::Id;

pub use adopt::adoptable;
pub use assess::assess;
pub use removal::removal;

/// What the bucket is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// Its region (`CreateBucket` needs it, except in us-east-1).
    pub region: Region,
    /// Key of the default encryption.
    pub key: KeyArn,
    /// Lifecycle rules, the whole of them.
    pub lifecycle: Vec<Rule>,
    /// Bucket policy, JSON.
    pub policy: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the bucket is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// Tags; empty when there are none.
    pub tags: Tags,
    /// Default encryption; `None` reads as AES256.
    pub encryption: Option<Encryption>,
    /// The four public access blocks (`BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy`,
    /// `RestrictPublicBuckets`); `None`: never set.
    pub public_access_block: Option<[bool; 4]>,
    /// `ObjectOwnership`; `None`: never set.
    pub ownership: Option<String>,
    /// Lifecycle rules.
    pub lifecycle: Vec<Rule>,
    /// Bucket policy as AWS returns it; `None`: there is none.
    pub policy: Option<String>,
    /// The key of the user's own that was asked for.
    pub own_key: Option<OwnKey>,
    /// Which of the lake's prefixes objects are under; only with [`Depth::Prefixes`].
    pub occupied: Option<BTreeSet<String>>,
    /// What it holds; only with [`Depth::Contents`].
    pub contents: Option<Contents>,
}

/// Default encryption of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `aws:kms`, `AES256`, …
    pub algorithm: String,
    /// Key as it was written.
    pub key: Option<String>,
    /// Whether S3 Bucket Keys are on.
    pub bucket_key: bool,
    /// `BlockedEncryptionTypes`, if AWS says.
    pub blocked: Option<Vec<String>>,
}

/// A lifecycle rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Rule {
    /// ID.
    pub id: String,
    /// Whether its Status is `Enabled`.
    pub enabled: bool,
    /// Prefix of the objects it is for; empty: all. `None`: a filter that is not a mere prefix.
    pub prefix: Option<String>,
    /// Expiration in days.
    pub expire_days: Option<i32>,
    /// `AbortIncompleteMultipartUpload` in days.
    pub abort_days: Option<i32>,
    /// `NoncurrentVersionExpiration` in days (versions exist only where somebody turned versioning on).
    pub noncurrent_days: Option<i32>,
    /// Days and storage class in S3's words (`STANDARD_IA`).
    pub transitions: Vec<(i32, String)>,
    /// Anything else that a rule can hold and ours never do, for people to read; empty: nothing.
    pub others: String,
}

/// A page of what a bucket holds: at most 1000 of each.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Contents {
    /// Objects: key and version id (`None` on a bucket that never had versioning), delete markers included.
    pub objects: Vec<(String, Option<String>)>,
    /// Multipart uploads in progress: key and upload id.
    pub uploads: Vec<(String, String)>,
    /// Whether there is more.
    pub more: bool,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name.
    pub name: String,
    /// How deep.
    pub depth: Depth,
    /// The user's own key that it is encrypted with, or is to be.
    pub own_key: Option<KeyArn>,
}

/// One call. Every one of them but `CreateBucket` goes out with `ExpectedBucketOwner`.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the S3 API reference")]
pub enum Change {
    CreateBucket {
        bucket: String,
        region: Region,
        tags: Tags,
    },
    PutPublicAccessBlock {
        bucket: String,
    },
    PutBucketOwnershipControls {
        bucket: String,
    },
    PutBucketEncryption {
        bucket: String,
        key: KeyArn,
    },
    PutBucketLifecycleConfiguration {
        bucket: String,
        rules: Vec<Rule>,
    },
    PutBucketPolicy {
        bucket: String,
        policy: String,
    },
    /// Replaces the whole set.
    PutBucketTagging {
        bucket: String,
        tags: Tags,
    },
    DeleteObjects {
        bucket: String,
        objects: Vec<(String, Option<String>)>,
    },
    AbortMultipartUpload {
        bucket: String,
        key: String,
        upload_id: String,
    },
    DeleteBucket {
        bucket: String,
    },
}

/// What a bucket's `BlockedEncryptionTypes` is to name: objects under a customer's key can't be read by the lake.
pub const BLOCKED: &str = "SSE-C";
/// `ObjectOwnership` of our buckets: no ACL counts.
pub const OWNERSHIP: &str = "BucketOwnerEnforced";
/// The default encryption of our buckets.
pub const ALGORITHM: &str = "aws:kms";

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateBucket { .. } => "CreateBucket",
            Change::PutPublicAccessBlock { .. } => "PutPublicAccessBlock",
            Change::PutBucketOwnershipControls { .. } => "PutBucketOwnershipControls",
            Change::PutBucketEncryption { .. } => "PutBucketEncryption",
            Change::PutBucketLifecycleConfiguration { .. } => "PutBucketLifecycleConfiguration",
            Change::PutBucketPolicy { .. } => "PutBucketPolicy",
            Change::PutBucketTagging { .. } => "PutBucketTagging",
            Change::DeleteObjects { .. } => "DeleteObjects",
            Change::AbortMultipartUpload { .. } => "AbortMultipartUpload",
            Change::DeleteBucket { .. } => "DeleteBucket",
        }
    }
}

/// What the bucket is to be; `None` while its key has no ARN.
pub fn desired(lake: &Lake, facts: &Facts, id: Id) -> Option<Desired> {
    let key = lake.own_bucket_key.as_ref().or(facts.bucket_key.as_ref())?;
    let (name, lifecycle) = match id {
        Id::RawBucket => (&lake.names.raw_bucket, lifecycle::raw(lake)),
        _ => (&lake.names.lake_bucket, lifecycle::lake(lake)),
    };
    Some(Desired {
        name: name.clone(),
        region: lake.place.region.clone(),
        key: key.clone(),
        lifecycle,
        policy: documents::bucket(&lake.place, name).to_string(),
        tags: lake.tags.clone(),
    })
}

#[cfg(test)]
mod tests;
