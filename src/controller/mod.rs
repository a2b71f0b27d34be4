//! The Kubernetes side: which object, when, and what is written back.

pub mod pass;
mod reconcile;
mod run;
pub mod settings;

pub use run::{Failure, run};
