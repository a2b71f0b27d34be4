//! What a process needs around the work: clock, logs, metrics, health.

pub mod clock;
#[cfg(feature = "operator")]
pub mod health;
#[cfg(feature = "operator")]
pub mod logs;
#[cfg(feature = "operator")]
pub mod metrics;
