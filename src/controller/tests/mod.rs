//! Lakes in a simulated AWS: the pass, from the object to the status and back.

mod adoption;
mod adversaries;
mod book;
mod deletion;
mod drift;
mod existing;
mod histories;
mod keys;
mod life;
mod refusals;
mod server;
mod stage;
