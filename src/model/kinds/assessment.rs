//! What comes of comparing what a resource is with what it is to be.

use jiff::SignedDuration;

use super::Change;
use crate::model::lake::Consent;
use crate::model::owner::Owner;

/// One property that is not as declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The property, in the words of the service: `lifecycle`, `tags`, `ShardCount`.
    pub property: String,
    /// What is declared.
    pub want: String,
    /// What is there.
    pub have: String,
}

/// What is to be done about one resource, before anybody asks whether it may be done now.
#[derive(Clone, Debug, PartialEq)]
pub enum Assessment {
    /// Everything that is declared holds.
    InSync,
    /// These calls, in this order, bring it to what is declared (or one step nearer).
    Apply {
        /// The calls; a later one is made only when those before it succeeded.
        changes: Vec<Change>,
        /// What they are for; empty for a creation or a removal.
        differences: Vec<Difference>,
    },
    /// AWS is at work on it, or something must end before it can change.
    Settling(WaitFor),
    /// A change that is not carried out.
    Refused(Refusal),
}

/// What is waited for, by looking again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitFor {
    /// For people: `stream to become ACTIVE (now CREATING)`.
    pub what: String,
    /// When to look again.
    pub look_in: SignedDuration,
}

/// Why a change is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One of [`crate::api::vocabulary::reasons`].
    pub reason: &'static str,
    /// What happened, and what the user should do.
    pub message: String,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The spec changed (or nothing is known of what was applied last).
    Edit,
    /// What was applied last is what is declared now, so AWS was changed outside.
    Drift,
}

/// What `assess` and `removal` may take into account besides the two worlds.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Where a difference comes from.
    pub cause: Cause,
    /// What the user agreed to by annotation.
    pub consent: Consent,
    /// Whose the resource is to be.
    pub owner: &'a Owner,
    /// What a key that is created now is told by.
    pub nonce: &'a str,
}

impl Assessment {
    /// `Apply` when there are calls to make, else `InSync`.
    pub fn of(changes: Vec<Change>, differences: Vec<Difference>) -> Self {
        if changes.is_empty() {
            Self::InSync
        } else {
            Self::Apply { changes, differences }
        }
    }
}

impl Difference {
    /// `want` and `have` rendered by `Debug` unless they are strings already.
    pub fn new(property: &str, want: impl Into<String>, have: impl Into<String>) -> Self {
        Self {
            property: property.to_owned(),
            want: want.into(),
            have: have.into(),
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} instead of {}", self.property, self.have, self.want)
    }
}

impl WaitFor {
    /// Waits for `what`, looking again in `seconds`.
    pub fn new(what: impl Into<String>, seconds: i64) -> Self {
        Self {
            what: what.into(),
            look_in: SignedDuration::from_secs(seconds),
        }
    }
}
