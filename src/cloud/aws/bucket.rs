//! S3 calls of a bucket and its sub-resources (see `model::kinds::bucket`).
//!
//! Every call but `CreateBucket` says whose the bucket must be: one of that name in another account answers
//! `AccessDenied` instead of being read or written.

mod read;
mod write;

use super::{Aws, key};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::Depth;
use crate::model::kinds::bucket::{Observed, Target};
use crate::model::lake::PREFIXES;
use futures::try_join;

pub(super) use write::apply;

const S3: &str = "s3";

/// The tags tell whether there is a bucket; only then is the rest read, side by side.
pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<Observed>, CallError> {
    let from = read::Bucket {
        aws,
        clients: aws.region(&place.region),
        owner: place.account.as_str(),
        name: &target.name,
    };
    let Some(tags) = absent(from.tags().await, &["NoSuchBucket"])? else {
        return Ok(None);
    };
    let contents = async {
        match target.depth {
            Depth::Contents => from.contents().await.map(Some),
            Depth::Properties | Depth::Prefixes => Ok(None),
        }
    };
    let occupied = async {
        match target.depth {
            Depth::Prefixes => from.occupied(&PREFIXES).await.map(Some),
            Depth::Properties | Depth::Contents => Ok(None),
        }
    };
    let (encryption, public_access_block, ownership, lifecycle, policy, own_key, contents, occupied) = try_join!(
        from.encryption(),
        from.public_access_block(),
        from.ownership(),
        from.lifecycle(),
        from.policy(),
        key::own(aws, place, target.own_key.as_ref()),
        contents,
        occupied,
    )?;
    Ok(Some(Observed {
        name: target.name.clone(),
        tags,
        encryption,
        public_access_block,
        ownership,
        lifecycle,
        policy,
        own_key,
        occupied,
        contents,
    }))
}

#[cfg(test)]
mod tests;
