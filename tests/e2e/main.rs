//! End to end on the stand: the operator as a process with the chart's access, a real API server, an AWS that answers.
//!
//! Each scenario has a namespace, a lake and an operator of its own, so that scenarios run side by side.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test that is how it fails")]

mod abroad;
mod access;
mod adversaries;
mod clusters;
mod data;
mod deletion;
mod drift;
mod edits;
mod existing;
mod gate;
mod hands;
mod idle;
mod keys;
mod lake;
mod leader;
mod life;
mod look;
mod operator;
mod refusals;
mod restarts;
mod stand;
mod storm;
mod until;
