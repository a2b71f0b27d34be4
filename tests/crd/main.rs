//! What a real API server makes of the definition: good objects apply, bad ones are refused with a message that says
//! what to write instead.

mod accepted;
mod answers;
mod changed;
mod laws;
mod objects;
mod refused;
mod server;
