//! What must hold in every life of every lake. None of it asks the operator's own judgement but where it says so.

pub mod calls;
pub mod end;
pub mod obstacles;
pub mod patience;
#[cfg(test)]
pub mod scene;
pub mod status;
pub mod things;
pub mod vital;

/// A law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// Once faults stop, within bounded passes everything that is declared holds and Ready is true, or what stands in
    /// the way is named in Ready.
    Converges,
    /// Then nothing more is written, to AWS or to the object.
    Silent,
    /// Once calm, exactly one of each resource exists, nothing is orphaned, no key stays enabled unused.
    OneOfEach,
    /// Nothing without our owner's tag is written to or deleted.
    HandsOff,
    /// No stored byte is removed unless policy and annotation said so.
    Data,
    /// Deliveries succeed from Ready on.
    ReadyWorks,
    /// The status never lies about the last look.
    Honest,
    /// No panic, no busy loop, bounded passes, capped back-off.
    Calm,
}

/// A law that was broken, and how.
#[derive(Clone, Debug)]
pub struct Broken {
    pub law: Law,
    pub how: String,
}

/// A broken law.
pub fn broken<T>(law: Law, how: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { law, how: how.into() })
}
