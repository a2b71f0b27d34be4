//! How long things take.

use jiff::{SignedDuration, Timestamp};

/// How long something takes: from `least` to `most`, drawn each time that it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// At the least.
    pub least: SignedDuration,
    /// At the most.
    pub most: SignedDuration,
}

/// How long things take. All zero but the states' durations, unless a test says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Stream CREATING.
    pub stream_creating: Span,
    /// Stream UPDATING.
    pub stream_updating: Span,
    /// Stream DELETING.
    pub stream_deleting: Span,
    /// Delivery stream CREATING.
    pub delivery_creating: Span,
    /// Delivery stream DELETING.
    pub delivery_deleting: Span,
    /// Crawler RUNNING.
    pub crawl: Span,
    /// Crawler STOPPING.
    pub crawl_stopping: Span,
    /// Crawler's schedule TRANSITIONING.
    pub schedule_transition: Span,
    /// Function Pending.
    pub function_pending: Span,
    /// Function's `LastUpdateStatus` `InProgress`.
    pub function_updating: Span,
    /// How much later than its date a key is deleted.
    pub key_deletion_late: Span,
    /// How far reads of IAM lag behind, and how late its writes learn of others.
    pub iam_lag: SignedDuration,
    /// How late Firehose, Glue and Lambda learn of roles and policies, KMS and S3 of principals.
    pub iam_propagation: SignedDuration,
    /// How far KMS lags behind, in reads and in whether a key exists.
    pub kms_lag: SignedDuration,
    /// How far lists of keys and aliases lag behind.
    pub kms_list_lag: SignedDuration,
    /// How far reads of a bucket's sub-resources lag behind.
    pub s3_lag: SignedDuration,
    /// How long after its deletion a bucket's name is not available.
    pub bucket_name_held: SignedDuration,
    /// How long after its deletion a log group's name is not available.
    pub log_group_name_held: SignedDuration,
    /// The times above are the longest: each change is known after some part of them, mostly a small one, and meanwhile
    /// reads see the new and the old by turns. Else they are exact.
    pub flapping: bool,
    /// Whether each service's calls a second are kept; see [`super::Meters`].
    pub rates: bool,
}

/// What is known to somebody who learns late of each change.
#[derive(Clone, Copy)]
pub(super) struct View {
    now: Timestamp,
    lag: SignedDuration,
    /// Where each change's delay is drawn from; `None`: it is all of `lag`.
    salt: Option<u64>,
}

impl Span {
    /// From so many seconds to so many.
    pub const fn seconds(least: i64, most: i64) -> Self {
        Self {
            least: SignedDuration::from_secs(least),
            most: SignedDuration::from_secs(most),
        }
    }

    /// Exactly so many seconds.
    const fn just(seconds: i64) -> Self {
        Self::seconds(seconds, seconds)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            stream_creating: Span::just(30),
            stream_updating: Span::just(20),
            stream_deleting: Span::just(30),
            delivery_creating: Span::just(60),
            delivery_deleting: Span::just(120),
            crawl: Span::just(120),
            crawl_stopping: Span::just(10),
            function_pending: Span::just(5),
            function_updating: Span::just(3),
            ..Self::none()
        }
    }
}

impl Timing {
    /// Everything at once.
    pub fn none() -> Self {
        let zero = SignedDuration::ZERO;
        Self {
            stream_creating: Span::just(0),
            stream_updating: Span::just(0),
            stream_deleting: Span::just(0),
            delivery_creating: Span::just(0),
            delivery_deleting: Span::just(0),
            crawl: Span::just(0),
            crawl_stopping: Span::just(0),
            schedule_transition: Span::just(0),
            function_pending: Span::just(0),
            function_updating: Span::just(0),
            key_deletion_late: Span::just(0),
            iam_lag: zero,
            iam_propagation: zero,
            kms_lag: zero,
            kms_list_lag: zero,
            s3_lag: zero,
            bucket_name_held: zero,
            log_group_name_held: zero,
            flapping: false,
            rates: false,
        }
    }

    /// States take their time, reads lag and flap, IAM propagates late, each service counts calls.
    pub fn real() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            stream_creating: Span::seconds(10, 60),
            stream_updating: Span::seconds(5, 180),
            stream_deleting: Span::seconds(30, 90),
            delivery_creating: Span::seconds(30, 120),
            delivery_deleting: Span::seconds(60, 300),
            crawl: Span::seconds(60, 600),
            crawl_stopping: Span::seconds(5, 60),
            schedule_transition: Span::seconds(0, 10),
            function_pending: Span::seconds(1, 10),
            function_updating: Span::seconds(1, 10),
            key_deletion_late: Span::seconds(0, 24 * 3600),
            iam_lag: seconds(15),
            iam_propagation: seconds(120),
            kms_lag: seconds(60),
            kms_list_lag: seconds(120),
            s3_lag: seconds(90),
            bucket_name_held: seconds(120),
            log_group_name_held: seconds(30),
            flapping: true,
            rates: true,
        }
    }
}

impl View {
    /// Of somebody who knows what was true `lag` ago.
    pub(super) fn exact(now: Timestamp, lag: SignedDuration) -> Self {
        Self { now, lag, salt: None }
    }

    /// Of somebody to whom most changes come soon, and some after as much as `lag`.
    pub(super) fn drawn(now: Timestamp, lag: SignedDuration, salt: u64) -> Self {
        let salt = Some(salt);
        Self { now, lag, salt }
    }

    /// Whether everything that happened at `at` or before is known.
    pub(super) fn knows_all(&self, at: Timestamp) -> bool {
        at + self.lag <= self.now
    }

    /// Whether a change of `what` at `at` is known.
    pub(super) fn knows(&self, what: &str, at: Timestamp) -> bool {
        if self.knows_all(at) {
            return true;
        }
        let Some(salt) = self.salt else {
            return false;
        };
        // Of a cube, most values are small: a delay of a lag of 2 minutes is under 15 seconds half of the time.
        let part = i64::try_from(mixed(salt, what, at) % 1024).unwrap_or_default();
        let delay = (self.lag.as_millis() * i128::from(part * part * part)) >> 30;
        let delay = SignedDuration::from_millis(i64::try_from(delay).unwrap_or(i64::MAX));
        at + delay <= self.now
    }
}

/// The same number for the same three (FNV-1a).
fn mixed(salt: u64, what: &str, at: Timestamp) -> u64 {
    let bytes = what.bytes().chain(at.as_millisecond().to_le_bytes());
    let sum = bytes.fold(salt ^ 0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    sum ^ (sum >> 32)
}
