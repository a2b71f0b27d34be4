//! The Kubernetes side.

pub mod settings;
