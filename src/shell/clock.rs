//! The clock: the only place that reads it. Everybody else takes the time as an argument.

use std::time::Instant;

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
