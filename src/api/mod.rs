//! What users write (`spec`) and read (`status`).

mod spec;
mod status;
pub mod vocabulary;

pub use spec::*;
pub use status::*;
