//! Deciding: synchronous functions of data. No I/O, no clock, no randomness.

pub mod access;
pub mod arn;
pub mod contest;
pub mod fault;
pub mod hive;
pub mod intent;
pub mod kinds;
pub mod lake;
pub mod memory;
pub mod names;
pub mod owner;
pub mod plan;
pub mod policy;
pub mod quota;
pub mod render;
pub mod report;
pub mod schedule;
pub mod topology;

#[cfg(test)]
mod testing;
