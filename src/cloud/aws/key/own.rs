//! Asking for a key of the user's own.

use super::{Aws, KeyMetadata, SPEC, describe};
use crate::model::arn::{KeyArn, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::{OwnKey, Said};

/// What KMS says of the key, if one is asked for.
pub async fn own(aws: &Aws, place: &Scope, key: Option<&KeyArn>) -> Result<Option<OwnKey>, CallError> {
    let Some(arn) = key else { return Ok(None) };
    // By its ARN: an id is looked for in the account of who asks (KMS API reference, DescribeKey).
    let key = describe(aws, place, &arn.to_string()).await;
    let there = |key: KeyMetadata| Said::There {
        state: key
            .key_state
            .map_or_else(String::new, |state| state.as_str().to_owned()),
        spec: key
            .key_spec
            .map_or_else(|| SPEC.to_owned(), |spec| spec.as_str().to_owned()),
    };
    OwnKey::told(arn, key.map(|key| key.map(there))).map(Some)
}
