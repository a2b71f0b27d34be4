//! Who works, where several operators run: what one look at the Lease asks of a process. Pure: the time is an argument.
//!
//! As client-go's `leaderelection` does, a process goes by its own clock only: others' times in the Lease are compared
//! with each other and never with the time here, so that clocks may differ between nodes.

#[cfg(test)]
mod tests;

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::shell::clock::Moment;

/// How long a lease lasts, and how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    duration: Duration,
    renew_deadline: Duration,
    retry: Duration,
}

impl Terms {
    /// `duration`: how long a follower sees no renewal before it takes the lease. `renew_deadline`: how long after a
    /// renewal the leader may write. `retry`: the time between two looks.
    ///
    /// # Errors
    /// When they don't leave the leader time to renew, or to fall silent before another takes over.
    pub fn new(duration: Duration, renew_deadline: Duration, retry: Duration) -> Result<Self, String> {
        if renew_deadline >= duration {
            return Err("--lease-renew-deadline: write less than --lease-duration".into());
        }
        if retry.is_zero() || retry.saturating_mul(2) > renew_deadline {
            return Err(
                "--lease-retry: write more than 0s and at most half of --lease-renew-deadline".into(),
            );
        }
        Ok(Self {
            duration,
            renew_deadline,
            retry,
        })
    }

    /// How long a call about the lease may take: one that hangs leaves time for another.
    pub fn call_timeout(&self) -> Duration {
        self.renew_deadline / 2
    }

    /// The time between two looks.
    pub fn retry(&self) -> Duration {
        self.retry
    }

    /// Whether what was renewed at `renewed` may be relied on at `now`: not when either clock says that the deadline
    /// has passed. One stands still while the machine sleeps, the other can be set back.
    pub fn certain(&self, renewed: Moment, now: Moment) -> bool {
        now.most_since(renewed) < self.renew_deadline
    }
}

/// What a look at the Lease asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// Write this, if nobody else has written since the look. Once written, this process leads.
    Write(LeaseSpec),
    /// Another holds the lease: look again.
    Follow,
    /// This process led, and does no longer.
    Lost,
}

/// One process that would lead.
#[derive(Clone, Debug)]
pub struct Candidate {
    identity: String,
    terms: Terms,
    leads: bool,
    /// What another has written, and when it was first seen here by the steady clock.
    seen: Option<(LeaseSpec, Duration)>,
}

impl Candidate {
    /// A process that doesn't lead yet; no other process ever has this identity.
    pub fn new(identity: String, terms: Terms) -> Self {
        Self {
            identity,
            terms,
            leads: false,
            seen: None,
        }
    }

    /// What to do about the Lease as it was found; `now` is when the answer was there. `None`: there is none.
    pub fn look(&mut self, found: Option<&LeaseSpec>, now: Moment) -> Move {
        match (holder(found), found) {
            (Some(holder), Some(ours)) if holder == self.identity => Move::Write(self.renewed(ours, now)),
            _ if self.leads => Move::Lost,
            (Some(_), Some(theirs)) if !self.ran_out(theirs, now) => Move::Follow,
            // Somebody deleted it: who held it learns of that only at the next look.
            (None, None)
                if self
                    .seen
                    .clone()
                    .is_some_and(|(theirs, _)| !self.ran_out(&theirs, now)) =>
            {
                Move::Follow
            }
            _ => Move::Write(self.taken(found, now)),
        }
    }

    /// What [`Self::look`] asked to write was written.
    pub fn wrote(&mut self) {
        self.leads = true;
    }

    /// The Lease set free, if it is this process's.
    pub fn released(&self, found: Option<&LeaseSpec>, now: Moment) -> Option<LeaseSpec> {
        let ours = found.filter(|_| holder(found) == Some(&self.identity))?;
        Some(LeaseSpec {
            holder_identity: None,
            lease_duration_seconds: Some(1),
            ..self.renewed(ours, now)
        })
    }

    /// Whether nothing of the other was seen for as long as either of the two lets a lease last.
    fn ran_out(&mut self, theirs: &LeaseSpec, now: Moment) -> bool {
        match &self.seen {
            Some((seen, at)) if seen == theirs => {
                let named = u64::try_from(theirs.lease_duration_seconds.unwrap_or_default()).unwrap_or(0);
                let lasts = self.terms.duration.max(Duration::from_secs(named));
                now.steady.saturating_sub(*at) >= lasts
            }
            _ => {
                self.seen = Some((theirs.clone(), now.steady));
                false
            }
        }
    }

    fn renewed(&self, ours: &LeaseSpec, now: Moment) -> LeaseSpec {
        // Whole seconds, and never less than it is.
        let seconds = self.terms.duration.as_millis().div_ceil(1000);
        LeaseSpec {
            lease_duration_seconds: Some(i32::try_from(seconds).unwrap_or(i32::MAX)),
            renew_time: Some(MicroTime(now.wall)),
            ..ours.clone()
        }
    }

    fn taken(&self, found: Option<&LeaseSpec>, now: Moment) -> LeaseSpec {
        let before = found.cloned().unwrap_or_default();
        let ours = LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            acquire_time: Some(MicroTime(now.wall)),
            lease_transitions: Some(before.lease_transitions.map_or(0, |n| n.saturating_add(1))),
            ..before
        };
        self.renewed(&ours, now)
    }
}

/// Who holds the lease.
fn holder(found: Option<&LeaseSpec>) -> Option<&str> {
    found?
        .holder_identity
        .as_deref()
        .filter(|holder| !holder.is_empty())
}
