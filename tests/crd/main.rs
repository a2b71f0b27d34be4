//! What a real API server makes of the definition: good objects apply, bad ones are refused with a message that says
//! what to write instead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test that is how it fails")]

mod accepted;
mod answers;
mod changed;
mod hostile;
mod laws;
mod objects;
mod refused;
mod server;
