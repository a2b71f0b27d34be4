//! S3 buckets (API reference).

mod valid;

use std::collections::BTreeSet;

use jiff::SignedDuration;

use valid::{malformed_xml, valid_lifecycle, valid_name, valid_policy, valid_tags};

use super::quotas::room;
use super::timing::View;
use super::{Answer, Cloud, Refused, Sim, kms, policy, refuse};
use crate::cloud::absent;
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::Depth;
use crate::model::kinds::bucket::{Change, Contents, Encryption, Observed, Target};
use crate::model::lake::PREFIXES;
use crate::model::owner::Tags;

/// A bucket with what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// What reads say of it; `contents` stays `None`.
    pub seen: Observed,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// Whether it was ever versioned: then a delete without version leaves a marker.
    pub versioned: bool,
    /// Objects, versions and delete markers.
    pub objects: BTreeSet<Object>,
    /// Multipart uploads in progress: key and upload id.
    pub uploads: BTreeSet<(String, String)>,
}

/// An object, a version of one, or a delete marker: key and version id.
pub type Object = (String, Option<String>);

impl Bucket {
    /// A bucket as `CreateBucket` makes it (user guide, "Default settings for new buckets").
    pub fn new(name: &str, account: AccountId, region: Region, tags: Tags) -> Self {
        let seen = Observed {
            name: name.to_owned(),
            tags,
            encryption: Some(Encryption {
                algorithm: "AES256".into(),
                key: None,
                bucket_key: false,
                blocked: Some(vec!["SSE-C".into()]),
            }),
            public_access_block: Some([true; 4]),
            ownership: Some("BucketOwnerEnforced".into()),
            ..Observed::default()
        };
        Self {
            seen,
            account,
            region,
            versioned: false,
            objects: BTreeSet::new(),
            uploads: BTreeSet::new(),
        }
    }

    /// Puts an object of that key into it.
    pub fn put_object(&mut self, key: &str) {
        // Without versioning, the one version has the id "null" (user guide, "How S3 Versioning works").
        let version = if self.versioned {
            format!("v{}", self.objects.len())
        } else {
            "null".to_owned()
        };
        self.objects.insert((key.to_owned(), Some(version)));
    }
}

pub(super) async fn observe(sim: &Sim, place: &Scope, t: &Target) -> Result<Option<Observed>, CallError> {
    let Some(tags) = absent(
        look(sim, place, t, "GetBucketTagging", |live| live.tags.clone()).await,
        &["NoSuchBucket"],
    )?
    else {
        return Ok(None);
    };
    let mut seen = Observed {
        name: t.name.clone(),
        tags,
        encryption: look(sim, place, t, "GetBucketEncryption", |live| {
            live.encryption.clone()
        })
        .await?,
        public_access_block: look(sim, place, t, "GetPublicAccessBlock", |live| {
            live.public_access_block
        })
        .await?,
        ownership: look(sim, place, t, "GetBucketOwnershipControls", |live| {
            live.ownership.clone()
        })
        .await?,
        lifecycle: look(sim, place, t, "GetBucketLifecycleConfiguration", |live| {
            live.lifecycle.clone()
        })
        .await?,
        policy: look(sim, place, t, "GetBucketPolicy", |live| live.policy.clone()).await?,
        own_key: kms::own(sim, t.own_key.as_ref()).await?,
        contents: None,
        occupied: None,
    };
    if t.depth == Depth::Prefixes {
        let objects = sim.read("s3", "ListObjectVersions", &t.name, |cloud| {
            owned(cloud, place, &t.name, cloud.late(SignedDuration::ZERO))
                .map(|bucket| bucket.objects.clone())
        });
        let objects = objects.await?;
        let holds = |prefix: &&str| objects.iter().any(|(key, _)| key.starts_with(prefix));
        seen.occupied = Some(PREFIXES.into_iter().filter(holds).map(str::to_owned).collect());
    }
    if t.depth == Depth::Contents {
        let objects = sim.read("s3", "ListObjectVersions", &t.name, |cloud| {
            let bucket = owned(cloud, place, &t.name, cloud.late(SignedDuration::ZERO))?;
            Ok(page(&bucket.objects))
        });
        let uploads = sim.read("s3", "ListMultipartUploads", &t.name, |cloud| {
            let bucket = owned(cloud, place, &t.name, cloud.late(SignedDuration::ZERO))?;
            Ok(page(&bucket.uploads))
        });
        let ((objects, more_objects), (uploads, more_uploads)) = (objects.await?, uploads.await?);
        seen.contents = Some(Contents {
            more: more_objects || more_uploads,
            objects,
            uploads,
        });
    }
    Ok(Some(seen))
}

/// The first page of a list, and whether there is more.
fn page<T: Clone>(all: &BTreeSet<T>) -> (Vec<T>, bool) {
    (all.iter().take(1000).cloned().collect(), all.len() > 1000)
}

/// Each read lags by itself, so that together they can show a bucket that never was.
async fn look<T>(
    sim: &Sim,
    place: &Scope,
    t: &Target,
    operation: &'static str,
    what: fn(&Observed) -> T,
) -> Result<T, CallError> {
    let read = sim.read("s3", operation, &t.name, |cloud| {
        let view = cloud.view(cloud.timing.s3_lag);
        owned(cloud, place, &t.name, view).map(|bucket| what(&bucket.seen))
    });
    read.await
}

/// The bucket, for a call that goes out with `ExpectedBucketOwner`.
fn owned<'a>(cloud: &'a Cloud, place: &Scope, name: &str, view: View) -> Answer<&'a Bucket> {
    let arn = place.bucket(name).to_string();
    let none = || Refused::new(404, "NoSuchBucket", "The specified bucket does not exist");
    let bucket = cloud.buckets.seen(&arn, view).ok_or_else(none)?;
    if bucket.account != place.account || bucket.account != cloud.account {
        return refuse(403, "AccessDenied", "Access Denied");
    }
    if bucket.region != place.region {
        let message =
            "The bucket you are attempting to access must be addressed using the specified endpoint.";
        return refuse(301, "PermanentRedirect", message);
    }
    Ok(bucket)
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateBucket { bucket, .. }
        | Change::PutPublicAccessBlock { bucket }
        | Change::PutBucketOwnershipControls { bucket }
        | Change::PutBucketEncryption { bucket, .. }
        | Change::PutBucketLifecycleConfiguration { bucket, .. }
        | Change::PutBucketPolicy { bucket, .. }
        | Change::PutBucketTagging { bucket, .. }
        | Change::DeleteObjects { bucket, .. }
        | Change::AbortMultipartUpload { bucket, .. }
        | Change::DeleteBucket { bucket } => bucket,
    }
}

pub(super) fn apply(cloud: &mut Cloud, place: &Scope, change: &Change) -> Answer<()> {
    if let Change::CreateBucket { bucket, region, tags } = change {
        return create(cloud, place, bucket, region, tags);
    }
    let name = subject(change);
    let arn = place.bucket(name).to_string();
    // A bucket that is new may not be known everywhere yet.
    let view = cloud.view(cloud.timing.s3_lag);
    owned(cloud, place, name, view)?;
    let live = owned(cloud, place, name, cloud.late(SignedDuration::ZERO))?;
    match change {
        Change::PutBucketLifecycleConfiguration { rules, .. } => valid_lifecycle(rules)?,
        Change::PutBucketPolicy { policy, .. } => valid_policy(cloud, live, &arn, policy)?,
        Change::PutBucketTagging { tags, .. } => valid_tags(tags, &live.seen.tags)?,
        Change::DeleteObjects { objects, .. } if !(1..=1000).contains(&objects.len()) => {
            return malformed_xml();
        }
        Change::AbortMultipartUpload { key, upload_id, .. }
            if !live.uploads.contains(&(key.clone(), upload_id.clone())) =>
        {
            return refuse(
                404,
                "NoSuchUpload",
                "The specified multipart upload does not exist.",
            );
        }
        Change::DeleteBucket { .. } if !live.objects.is_empty() => {
            let message = if live.versioned {
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            } else {
                "The bucket you tried to delete is not empty"
            };
            return refuse(409, "BucketNotEmpty", message);
        }
        _ => {}
    }
    match change {
        Change::DeleteBucket { .. } => cloud.buckets.erase(cloud.now, &arn),
        // What a bucket holds is listed as it is (user guide, "Amazon S3 data consistency model").
        Change::DeleteObjects { .. } | Change::AbortMultipartUpload { .. } => {
            cloud.buckets.edit_at_once(&arn, |bucket| put(bucket, change));
        }
        _ => {
            cloud.buckets.edit(cloud.now, &arn, |bucket| put(bucket, change));
        }
    }
    Ok(())
}

/// The effect of a call that was found right.
fn put(bucket: &mut Bucket, change: &Change) {
    let seen = &mut bucket.seen;
    match change {
        Change::PutPublicAccessBlock { .. } => seen.public_access_block = Some([true; 4]),
        Change::PutBucketOwnershipControls { .. } => seen.ownership = Some("BucketOwnerEnforced".into()),
        // The key is neither checked nor rewritten (API reference, PutBucketEncryption).
        Change::PutBucketEncryption { key, .. } => {
            seen.encryption = Some(Encryption {
                algorithm: "aws:kms".into(),
                key: Some(key.to_string()),
                bucket_key: true,
                blocked: Some(vec!["SSE-C".into()]),
            });
        }
        Change::PutBucketLifecycleConfiguration { rules, .. } => {
            seen.lifecycle = rules.iter().rev().cloned().collect();
        }
        Change::PutBucketPolicy { policy, .. } => {
            seen.policy = policy::parse(policy).map(|parsed| policy::stored(&parsed));
        }
        Change::PutBucketTagging { tags, .. } => seen.tags.clone_from(tags),
        Change::DeleteObjects { objects, .. } => objects.iter().for_each(|object| delete(bucket, object)),
        Change::AbortMultipartUpload { key, upload_id, .. } => {
            bucket.uploads.remove(&(key.clone(), upload_id.clone()));
        }
        Change::CreateBucket { .. } | Change::DeleteBucket { .. } => {}
    }
}

/// An object that is not there is no error. Without a version, a versioned bucket gets a marker.
fn delete(bucket: &mut Bucket, object: &Object) {
    match &object.1 {
        Some(_) => {
            bucket.objects.remove(object);
        }
        None if bucket.versioned => {
            let marker = format!("m{}", bucket.objects.len());
            bucket.objects.insert((object.0.clone(), Some(marker)));
        }
        None => bucket.objects.retain(|(key, _)| *key != object.0),
    }
}

fn create(cloud: &mut Cloud, place: &Scope, name: &str, region: &Region, tags: &Tags) -> Answer<()> {
    if !valid_name(name) {
        return refuse(400, "InvalidBucketName", "The specified bucket is not valid.");
    }
    if *region != place.region {
        let message = format!(
            "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        return refuse(400, "IllegalLocationConstraintException", message);
    }
    valid_tags(tags, &Tags::new())?;
    let arn = place.bucket(name).to_string();
    match cloud.buckets.get(&arn) {
        // us-east-1 says yes to the owner of a bucket there (API reference, CreateBucket, Errors).
        Some(live)
            if live.account == cloud.account && live.region == *region && region.as_str() == "us-east-1" =>
        {
            return Ok(());
        }
        Some(live) if live.account == cloud.account => {
            let message =
                "Your previous request to create the named bucket succeeded and you already own it.";
            return refuse(409, "BucketAlreadyOwnedByYou", message);
        }
        Some(_) => {
            let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
            return refuse(409, "BucketAlreadyExists", message);
        }
        None => {}
    }
    if cloud
        .buckets
        .lingers(&arn, cloud.late(cloud.timing.bucket_name_held))
    {
        let message = "A conflicting conditional operation is currently in progress against this resource. Please try again.";
        return refuse(409, "OperationAborted", message);
    }
    let full = (
        400,
        "TooManyBuckets",
        "You have attempted to create more buckets than allowed",
    );
    room(&cloud.buckets, cloud.quotas.buckets, full)?;
    let bucket = Bucket::new(name, cloud.account.clone(), region.clone(), tags.clone());
    cloud.buckets.write(cloud.now, &arn, bucket);
    Ok(())
}
