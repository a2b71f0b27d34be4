//! An S3 bucket with its sub-resources.

mod lifecycle;

use super::{Assessment, Circumstances, Depth, Difference, Refusal, WaitFor, compare};
use crate::api::vocabulary::{self, reasons};
use crate::model::arn::{KeyArn, Region};
use crate::model::lake::{Facts, Lake};
use crate::model::owner::{Tags, merged};
use crate::model::policy::{documents, equivalent};
use crate::model::topology::Id;

/// What the bucket is to be.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
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

/// Uploads that one pass aborts: each is a call of its own, and a pass is to end soon.
const ABORTS: usize = 50;
/// What a bucket's `BlockedEncryptionTypes` is to name: objects under a customer's key can't be read by the lake.
pub const BLOCKED: &str = "SSE-C";
/// `ObjectOwnership` of our buckets: no ACL counts.
pub const OWNERSHIP: &str = "BucketOwnerEnforced";
/// The default encryption of our buckets.
pub const ALGORITHM: &str = "aws:kms";

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let mut found = Found::default();
    let Some(live) = live else {
        // The whole of it, in one pass: new buckets on AWS have some of this already, but not everywhere.
        let nothing = Observed {
            tags: desired.tags.clone(),
            ..Observed::default()
        };
        compare_properties(desired, &nothing, &mut found);
        let create = Change::CreateBucket {
            bucket: desired.name.clone(),
            region: desired.region.clone(),
            tags: desired.tags.clone(),
        };
        let changes = std::iter::once(create).chain(found.changes);
        return Assessment::of(changes.map(super::Change::Bucket).collect(), Vec::new());
    };
    compare_properties(desired, live, &mut found);
    let changes = found.changes.into_iter().map(super::Change::Bucket).collect();
    Assessment::of(changes, found.differences)
}

#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    differences: Vec<Difference>,
}

impl Found {
    fn note(&mut self, difference: Difference, change: Change) {
        self.differences.push(difference);
        self.changes.push(change);
    }
}

/// One write a sub-resource, one after another: S3 refuses some side by side (`OperationAborted`).
fn compare_properties(desired: &Desired, live: &Observed, found: &mut Found) {
    let Desired {
        name,
        region: _, // A bucket can't move, and one of another region answers no call made here.
        key,
        lifecycle,
        policy,
        tags,
    } = desired;
    let bucket = || name.clone();
    if live.public_access_block != Some([true; 4]) {
        let have = live.public_access_block.map(|blocks| format!("{blocks:?}"));
        found.note(
            Difference::new("PublicAccessBlock", "all four", have.unwrap_or("none".to_owned())),
            Change::PutPublicAccessBlock { bucket: bucket() },
        );
    }
    if live.ownership.as_deref() != Some(OWNERSHIP) {
        let have = live.ownership.as_deref().unwrap_or("none");
        found.note(
            Difference::new("ObjectOwnership", OWNERSHIP, have),
            Change::PutBucketOwnershipControls { bucket: bucket() },
        );
    }
    if let Some(difference) = encryption_difference(key, live.encryption.as_ref()) {
        let key = key.clone();
        found.note(
            difference,
            Change::PutBucketEncryption {
                bucket: bucket(),
                key,
            },
        );
    }
    if let Some(difference) = lifecycle::difference(lifecycle, &live.lifecycle) {
        let rules = lifecycle.clone();
        found.note(
            difference,
            Change::PutBucketLifecycleConfiguration {
                bucket: bucket(),
                rules,
            },
        );
    }
    if !live.policy.as_ref().is_some_and(|have| equivalent(policy, have)) {
        let have = live.policy.as_deref().unwrap_or_default();
        let difference = compare::policy("BucketPolicy", policy, have);
        let policy = policy.clone();
        found.note(
            difference,
            Change::PutBucketPolicy {
                bucket: bucket(),
                policy,
            },
        );
    }
    if let Some((_, difference)) = compare::tags(tags, &live.tags) {
        // The call replaces the whole set, so it carries the tags of others as well.
        let tags = merged(tags, &live.tags);
        found.note(
            difference,
            Change::PutBucketTagging {
                bucket: bucket(),
                tags,
            },
        );
    }
}

/// The key must be named by its full ARN: services that write to the bucket need it, and S3 returns what was written
/// (S3 API reference, `PutBucketEncryption`).
fn encryption_difference(key: &KeyArn, live: Option<&Encryption>) -> Option<Difference> {
    let want = key.to_string();
    let holds = live.is_some_and(|have| {
        let Encryption {
            algorithm,
            key,
            bucket_key,
            blocked,
        } = have;
        // Where S3 says nothing of what is blocked, that can't be compared.
        let blocks = blocked
            .as_ref()
            .is_none_or(|types| types.iter().any(|t| t == BLOCKED));
        algorithm == ALGORITHM && key.as_ref() == Some(&want) && *bucket_key && blocks
    });
    let say = |have: &Encryption| {
        let key = have.key.as_deref().unwrap_or("the default key");
        let bucket_key = if have.bucket_key { "with" } else { "without" };
        let blocked = have.blocked.as_ref().map(|types| types.join("+"));
        let blocked = blocked.unwrap_or_else(|| "unknown".to_owned());
        format!(
            "{} by {key}, {bucket_key} bucket key, blocked {blocked}",
            have.algorithm
        )
    };
    (!holds).then(|| {
        let want = format!("{ALGORITHM} by {want}, with bucket key, blocked {BLOCKED}");
        Difference::new(
            "ServerSideEncryption",
            want,
            live.map_or("AES256".to_owned(), say),
        )
    })
}

/// What is to be done so that it is gone. Objects go only when the user said so.
pub fn removal(live: &Observed, cx: &Circumstances) -> Assessment {
    let Some(contents) = &live.contents else {
        let what = format!("a listing of what bucket {} holds", live.name);
        return Assessment::Settling(WaitFor::new(what, 1));
    };
    let bucket = || live.name.clone();
    if contents.objects.is_empty() && contents.uploads.is_empty() {
        let delete = Change::DeleteBucket { bucket: bucket() };
        return Assessment::of(vec![super::Change::Bucket(delete)], Vec::new());
    }
    if !cx.consent.empty_buckets {
        return Assessment::Refused(Refusal {
            reason: reasons::BUCKET_NOT_EMPTY,
            message: not_empty(&live.name, contents),
        });
    }
    let objects = (!contents.objects.is_empty()).then(|| Change::DeleteObjects {
        bucket: bucket(),
        objects: contents.objects.clone(),
    });
    let uploads = contents.uploads.iter().take(ABORTS);
    let aborts = uploads.map(|(key, upload_id)| Change::AbortMultipartUpload {
        bucket: bucket(),
        key: key.clone(),
        upload_id: upload_id.clone(),
    });
    let changes = objects.into_iter().chain(aborts);
    Assessment::of(changes.map(super::Change::Bucket).collect(), Vec::new())
}

fn not_empty(bucket: &str, contents: &Contents) -> String {
    let at_least = if contents.more { "at least " } else { "" };
    let (objects, uploads) = (contents.objects.len(), contents.uploads.len());
    let keys = contents.objects.iter().map(|(key, _)| key);
    let keys = keys.chain(contents.uploads.iter().map(|(key, _)| key));
    let examples: Vec<&str> = keys.take(2).map(String::as_str).collect();
    format!(
        "bucket {bucket} holds {at_least}{objects} object versions and {uploads} uploads in progress (such as {}), \
         and is not deleted: to delete them for ever, annotate the object with {}: \"true\"; to keep the bucket, \
         change spec.deletionPolicy to RetainData or Retain",
        examples.join(", "),
        vocabulary::EMPTY_BUCKETS,
    )
}

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
