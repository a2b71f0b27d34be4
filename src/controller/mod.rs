//! The Kubernetes side: which object, when, and what is written back.

pub mod pass;
mod reconcile;
mod run;
pub mod settings;
#[cfg(test)]
mod tests;

pub use run::{Failure, run};
