//! Lakes in a simulated AWS: the pass, from the object to the status and back.

mod adoption;
mod adversaries;
mod book;
mod contest;
mod deletion;
mod drift;
mod evolution;
mod existing;
mod histories;
mod keys;
mod lagging;
mod life;
mod quota;
mod refusals;
mod roles;
mod server;
mod stage;
mod system_tags;
mod unseen;
