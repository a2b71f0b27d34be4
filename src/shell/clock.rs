//! The clock: the only place that reads it. Everybody else takes the time as an argument.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What time it is.
#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A point from which to measure how long something takes; never goes back.
#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
pub fn instant() -> Instant {
    Instant::now()
}

/// A point in time by two clocks, of which one never jumps and the other goes on while the machine sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since some point in this process's life; never goes back.
    pub steady: Duration,
    /// What time it is; may be set forward and back.
    pub wall: Timestamp,
}

impl Moment {
    /// The most that either clock says has passed since `earlier`.
    pub fn most_since(self, earlier: Self) -> Duration {
        let wall = self.wall.duration_since(earlier.wall);
        self.steady
            .saturating_sub(earlier.steady)
            .max(Duration::try_from(wall).unwrap_or(Duration::ZERO))
    }
}

/// Now, by both clocks.
pub fn moment() -> Moment {
    static START: OnceLock<Instant> = OnceLock::new();
    Moment {
        steady: START.get_or_init(instant).elapsed(),
        wall: now(),
    }
}
