//! What a process needs around the work: clock, logs, metrics, health.

pub mod clock;
pub mod health;
pub mod logs;
pub mod metrics;
