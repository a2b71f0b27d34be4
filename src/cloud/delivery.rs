//! (see `model::kinds::delivery`)

use super::Aws;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::delivery::{Change, Observed};

pub(super) async fn observe(_aws: &Aws, _place: &Scope, _name: &str) -> Result<Option<Observed>, CallError> {
    Ok(None)
}

pub(super) async fn apply(_aws: &Aws, _place: &Scope, _change: &Change) -> Result<(), CallError> {
    Ok(())
}
