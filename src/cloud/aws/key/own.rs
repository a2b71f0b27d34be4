//! Asking for a key of the user's own.

use super::{Aws, SPEC, describe};
use crate::model::arn::{KeyArn, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::{OwnKey, Said};

/// What KMS says of the key, if one is asked for.
pub async fn own(aws: &Aws, place: &Scope, key: Option<&KeyArn>) -> Result<Option<OwnKey>, CallError> {
    let Some(arn) = key else { return Ok(None) };
    // By its ARN: an id is looked for in the account of who asks (KMS API reference, DescribeKey).
    let said = match describe(aws, place, &arn.to_string()).await {
        Ok(Some(key)) => Said::There {
            state: key
                .key_state
                .map_or_else(String::new, |state| state.as_str().to_owned()),
            spec: key
                .key_spec
                .map_or_else(|| SPEC.to_owned(), |spec| spec.as_str().to_owned()),
        },
        Ok(None) => Said::Absent,
        Err(error) if error.code == "AccessDeniedException" => Said::Nothing,
        Err(error) => return Err(error),
    };
    Ok(Some(OwnKey {
        arn: arn.clone(),
        said,
    }))
}
