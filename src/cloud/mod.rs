//! Doing: two verbs to the world, deliberately dull. A look is a handful of reads; a [`Change`] is one call.
//!
//! Nothing here decides anything: if a file under `cloud/` needs an `if` about policy, the `Change` lacks a field.

#[cfg(feature = "operator")]
pub mod aws;
#[cfg(any(test, feature = "sim"))]
pub mod sim;

use std::future::Future;

use crate::model::arn::{Region, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::{Change, Observed, Target};

/// What came of a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Done {
    /// Id of a key that was created: AWS picks it, so it is recorded at once.
    pub key_id: Option<String>,
}

/// AWS, or a simulation of it.
pub trait World: Send + Sync + 'static {
    /// Account and partition of the credentials in use, seen from `region`.
    fn identify(&self, region: &Region) -> impl Future<Output = Result<Scope, CallError>> + Send;

    /// Looks; never changes anything. `Ok(None)`: there is nothing of that name.
    fn observe(
        &self,
        place: &Scope,
        target: &Target,
    ) -> impl Future<Output = Result<Option<Observed>, CallError>> + Send;

    /// The share of its rates, 0 to 1, that a service takes now: less than 1 after it has asked to slow down.
    fn pace(&self, region: &Region, service: &'static str) -> f64 {
        let _ = (region, service);
        1.0
    }

    /// Makes one call. It may have had its effect even when the answer is an error.
    fn apply(&self, place: &Scope, change: &Change) -> impl Future<Output = Result<Done, CallError>> + Send;
}

/// `Ok(None)` when the error says that there is nothing of that name.
fn absent<T>(result: Result<T, CallError>, codes: &[&str]) -> Result<Option<T>, CallError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if codes.contains(&error.code.as_str()) => Ok(None),
        Err(error) => Err(error),
    }
}
