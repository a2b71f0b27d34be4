//! What users write (`spec`) and read (`status`), and the definition (CRD) that tells the API server about it.

mod crd;
mod existing;
mod names;
mod reference;
mod rules;
mod spec;
mod status;
#[cfg(test)]
mod tests;
pub mod vocabulary;

pub use crd::{crd, crd_yaml};
pub use existing::Existing;
pub use names::NameOverrides;
pub use reference::reference;
pub use spec::*;
pub use status::*;
