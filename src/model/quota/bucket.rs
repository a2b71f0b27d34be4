//! When a call may go: a token bucket for each quota of a service, all of them slower for a while once the service has
//! asked to slow down. Times are since any one point in time.

use std::collections::BTreeMap;
use std::time::Duration;

use super::quota;

/// Nobody waits longer for a turn: then it is better to look again later, and to do something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nothing goes to a service for so long after it asked to slow down.
const PAUSE: Duration = Duration::from_secs(1);
/// The pace comes back from nothing to the whole in so many seconds.
const RECOVERY: f64 = 120.0;
/// The pace never gets slower than this.
const SLOWEST: f64 = 1.0 / 32.0;

/// The calls to one service, of one account in one region.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    name: &'static str,
    /// When the bucket of each quota is full again.
    full_at: BTreeMap<&'static str, Duration>,
    /// The share of [`Quota::rate`] that the service was last seen to take, and when that was.
    pace: (f64, Duration),
    /// Nothing goes before.
    paused_until: Duration,
    /// How often it asked to slow down: turns that were given before are given anew.
    refusals: u32,
}

/// A turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// When the call may go.
    pub at: Duration,
    refusals: u32,
}

/// There is no turn soon enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// How long it would take.
    pub wait: Duration,
}

impl Service {
    /// A service that nothing was asked of.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            full_at: BTreeMap::new(),
            pace: (1.0, Duration::ZERO),
            paused_until: Duration::ZERO,
            refusals: 0,
        }
    }

    /// Takes the next turn for a call; nothing is taken where there is none within ten seconds.
    pub fn turn(&mut self, operation: &'static str, now: Duration) -> Result<Ticket, Full> {
        let quota = quota(self.name, operation);
        let each = Duration::from_secs_f64(1.0 / (quota.rate() * self.pace(now)));
        let full_at = self.full_at.get(quota.counted).copied().unwrap_or_default();
        let earliest = now.max(self.paused_until);
        let full_at = full_at.max(earliest);
        let at = full_at.saturating_sub(each * (quota.burst() - 1)).max(earliest);
        let wait = at.saturating_sub(now);
        if wait > PATIENCE {
            return Err(Full { wait });
        }
        self.full_at.insert(quota.counted, full_at + each);
        Ok(Ticket {
            at,
            refusals: self.refusals,
        })
    }

    /// Whether the call may go now that its time has come; else it takes another turn, since the service has asked to
    /// slow down meanwhile.
    pub fn still_holds(&self, ticket: Ticket) -> bool {
        self.refusals == ticket.refusals
    }

    /// The service asked to slow down: nothing goes for a second, then half as much as before. Calls that were under
    /// way together are one refusal.
    pub fn slow_down(&mut self, now: Duration) {
        if now < self.paused_until {
            return;
        }
        self.pace = ((self.pace(now) / 2.0).max(SLOWEST), now);
        self.paused_until = now + PAUSE;
        self.refusals += 1;
        // What was given is given anew.
        self.full_at.clear();
    }

    /// The share of its rates that it takes now, 1 when it has not complained lately.
    pub fn pace(&self, now: Duration) -> f64 {
        let (pace, since) = self.pace;
        (pace + now.saturating_sub(since).as_secs_f64() / RECOVERY).min(1.0)
    }
}
