//! What an AWS error means, who can mend it, and when to look again: one table.

mod table;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::api::vocabulary::reasons;

use table::{Says, TABLE};

/// An error as AWS gave it, before anybody judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Service, as in its endpoint: `kms`, `s3`, `kinesis`, `firehose`, `glue`, `iam`, `logs`, `athena`, `lambda`, `sts`.
    pub service: &'static str,
    /// Operation, as in the API reference: `CreateKey`.
    pub operation: &'static str,
    /// The wire code: `NoSuchEntity`, `LimitExceededException`; `Timeout` or `Connection` when no answer came; [`NOT_SENT`].
    pub code: String,
    /// The message of AWS.
    pub message: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
}

impl CallError {
    /// Whether the service answered that it won't do it: then the call had no effect. (Status 408 says that no whole
    /// request came in time, and may come from something between.)
    pub fn is_refusal(&self) -> bool {
        self.status
            .is_some_and(|status| (400..500).contains(&status) && status != 408)
    }

    /// Whether the call may have had its effect all the same: it went out, and no refusal came back.
    pub fn may_have_worked(&self) -> bool {
        !self.is_refusal() && self.code != NOT_SENT
    }
}

/// The code of a call that the operator itself did not send: its turn would have come too late.
pub const NOT_SENT: &str = "NotSent";

/// A classified AWS error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What AWS said.
    pub error: CallError,
    /// Who can mend it.
    pub class: Class,
    /// Reason for conditions.
    pub reason: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What the user should do; empty: nothing.
    pub remedy: &'static str,
}

/// Who can mend a fault, and so when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It mends itself: propagation, throttling, a lost race, no answer.
    Soon,
    /// A rate or a quota is reached, and AWS does not say which: asked again later than [`Class::Soon`].
    Slow,
    /// AWS is at work on the resource.
    Wait,
    /// It exists already: the next look tells whose it is.
    Exists,
    /// There is nothing of that name.
    Gone,
    /// The user, or whoever runs the account.
    User,
}

/// How long a change of IAM or of a key policy may take to reach other services (IAM user guide, "Changes that I make
/// are not always immediately visible"); within this time of a write their refusals are taken for propagation.
pub const PROPAGATION: SignedDuration = SignedDuration::from_mins(5);
/// What somebody must mend is tried again no sooner than this.
pub const USER_RETRY: SignedDuration = SignedDuration::from_mins(5);

/// Whether AWS asks to slow down.
pub fn is_throttling(error: &CallError) -> bool {
    classify(error, None, 1).reason == reasons::THROTTLED
}

/// Judges an error. `age` is the time since the lake's last write to IAM or KMS, if it is known; `attempts` is how many
/// times in a row the call has failed (the first is 1).
pub fn classify(error: &CallError, age: Option<SignedDuration>, attempts: u32) -> Fault {
    let row = TABLE.iter().find(|row| row.matches(error));
    let fresh = age.is_some_and(|age| age < PROPAGATION);
    let (class, reason, meaning, remedy) = match row {
        Some(row) => match row.says {
            Says::Is(class) => (class, row.reason, row.meaning, row.remedy),
            Says::Propagates if fresh => (Class::Soon, reasons::WAITING, row.meaning, ""),
            Says::Until(tries) if attempts < tries => (Class::Slow, row.reason, row.meaning, row.remedy),
            Says::Propagates | Says::Until(_) => (Class::User, row.reason, row.meaning, row.remedy),
        },
        None if matches!(error.status, Some(429 | 503)) => {
            (Class::Soon, reasons::THROTTLED, "AWS asks to slow down", "")
        }
        None if error.status.is_some_and(|status| status >= 500) => {
            (Class::Soon, reasons::WAITING, "AWS had an internal error", "")
        }
        None => (
            Class::User,
            reasons::AWS_ERROR,
            "AWS refuses the request",
            "read AWS's message; edit the spec, or report a defect",
        ),
    };
    Fault {
        error: error.clone(),
        class,
        reason,
        meaning,
        remedy,
    }
}

impl Class {
    /// When to try again after `attempts` failures in a row (the first is 1), the last of them at `at`: doubling from
    /// a second to half a minute for what mends itself, from a quarter of a minute for a rate or a quota, five
    /// minutes for what somebody must mend.
    ///
    /// Lakes that failed together do not come back together: what mends itself comes up to a quarter sooner, what
    /// somebody must mend up to a quarter later, by the microseconds of `at`.
    pub fn retry_in(self, attempts: u32, at: Timestamp) -> SignedDuration {
        let doubled =
            |first: i64| SignedDuration::from_secs((first << attempts.saturating_sub(1).min(10)).min(30));
        let spread =
            |base: SignedDuration| base / 4 * (at.subsec_nanosecond() / 1000).rem_euclid(1000) / 1000;
        match self {
            Class::Soon | Class::Wait | Class::Exists | Class::Gone => {
                let base = doubled(1);
                base - spread(base)
            }
            Class::Slow => {
                let base = doubled(15);
                base - spread(base)
            }
            Class::User => USER_RETRY + spread(USER_RETRY),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let CallError {
            service,
            operation,
            code,
            message,
            status: _,
        } = &self.error;
        write!(f, "{service}:{operation} answered {code}: {}", self.meaning)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        if !message.is_empty() {
            write!(f, " (AWS says: {})", one_line(message))?;
        }
        Ok(())
    }
}

/// At most 500 characters, without request ids, which change with every answer and would change the status with them.
fn one_line(message: &str) -> String {
    let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.split(" (Service:").next().unwrap_or_default();
    let text = text.split(", Request ID").next().unwrap_or_default();
    text.chars().take(500).collect()
}
