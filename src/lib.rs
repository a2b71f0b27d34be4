//! datalake-operator: one `Datalake` object is a whole streaming lake on AWS.
//!
//! * [`model`] decides (pure: no I/O, no clock),
//! * [`cloud`] does (one change is one AWS call),
//! * [`controller`] is the Kubernetes side: the pass, the finalizer, status and Events,
//! * [`shell`] is what a process needs: clock, logs, metrics, health,
//! * [`api`] is what users write and read.

pub mod api;
pub mod cloud;
pub mod controller;
pub mod model;
pub mod shell;

#[cfg(test)]
mod facts;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod purity;
