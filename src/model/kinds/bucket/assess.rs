//! What is to be done about a bucket that is wanted.

use super::{ALGORITHM, BLOCKED, Change, Desired, Encryption, OWNERSHIP, Observed, lifecycle};
use crate::model::arn::KeyArn;
use crate::model::kinds::{self, Assessment, Circumstances, Difference, compare, own_key};
use crate::model::owner::merged;
use crate::model::policy::equivalent;

/// Where the spec names the user's own key.
const FIELD: &str = "spec.encryption.bucketKeyArn";

/// What is to be done so that it is as declared. Nothing is, while the user's own key can't be used.
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
        return Assessment::of(changes.map(kinds::Change::Bucket).collect(), Vec::new());
    };
    if let Some(refused) = own_key::refusal(FIELD, &desired.key, live.own_key.as_ref()) {
        return refused;
    }
    compare_properties(desired, live, &mut found);
    let changes = found.changes.into_iter().map(kinds::Change::Bucket).collect();
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
    if let Some((_, difference)) = compare::tags(tags, &live.tags) {
        // The call replaces the whole set, so it carries the tags of others and of AWS as well.
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
