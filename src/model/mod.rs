//! Deciding: synchronous functions of data. No I/O, no clock, no randomness.

pub mod arn;
pub mod hive;
pub mod names;
pub mod policy;
pub mod schedule;
