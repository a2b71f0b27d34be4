//! The Kubernetes side: which object, when, and what is written back.

pub mod election;
#[cfg(feature = "operator")]
mod leadership;
#[cfg(feature = "operator")]
mod lease;
#[cfg(feature = "operator")]
mod ledger;
pub mod pass;
#[cfg(feature = "operator")]
mod reconcile;
#[cfg(feature = "operator")]
mod run;
pub mod settings;
#[cfg(test)]
mod tests;
#[cfg(feature = "operator")]
mod turns;

#[cfg(feature = "operator")]
pub use run::{Failure, run};
