//! What goes wrong: by rule, or by chance from a seed.

use super::{Op, Refused};

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service refuses; nothing happens.
    Refuse(Refused),
    /// The call is carried out, its answer never arrives (`Timeout`).
    LoseAnswer,
    /// The call is carried out and its answer never arrives; the SDK makes it again at once, and the caller gets the
    /// answer to that. Of the operator's calls `CreateKey` is none of these: its answer is lost.
    LoseAnswerAndRetry,
    /// The operator dies before the call goes out. No call comes back any more, until [`super::Sim::restart`].
    CrashBefore,
    /// The operator dies after the call was carried out.
    CrashAfter,
}

/// Which calls go wrong, and how. The first rule that fits is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `kms`; empty: any.
    pub service: &'static str,
    /// `CreateKey`; empty: any.
    pub operation: &'static str,
    /// Name, id or ARN that the call is about; empty: any.
    pub subject: String,
    /// Only calls that change something.
    pub writes: bool,
    /// How many fitting calls pass first.
    pub skip: usize,
    /// How many fitting calls then go wrong.
    pub times: usize,
    /// What happens to them.
    pub fault: Fault,
}

/// Faults by chance, the same ones for the same seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Chaos {
    /// Calls of a thousand that come to nothing: throttled, broken inside, unanswered, or beside another change.
    pub refused: u64,
    /// Writes of a thousand that are carried out and whose answer is lost; half of them are made again by the SDK.
    pub lost: u64,
}

/// What is to go wrong, and whether the operator is dead.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Rules, in order.
    pub rules: Vec<Rule>,
    /// Chance.
    pub chaos: Chaos,
    /// So many of the next delivery streams come out `CREATING_FAILED`.
    pub failing_deliveries: usize,
    /// So many of the next creations and updates of a function come out `Failed`.
    pub failing_functions: usize,
    /// Whether the operator died; see [`super::Sim::restart`].
    pub crashed: bool,
}

impl Fault {
    /// What becomes of it where it befalls that call: the operator has the SDK make `CreateKey` once only.
    fn of(self, op: &Op) -> Self {
        match self {
            Self::LoseAnswerAndRetry if (op.service, op.operation) == ("kms", "CreateKey") => {
                Self::LoseAnswer
            }
            _ => self,
        }
    }
}

impl Rule {
    /// Every call of this operation goes wrong, from now on.
    pub fn every(service: &'static str, operation: &'static str, fault: Fault) -> Self {
        Self {
            service,
            operation,
            subject: String::new(),
            writes: false,
            skip: 0,
            times: usize::MAX,
            fault,
        }
    }

    /// The next call of this operation goes wrong, once.
    pub fn next(service: &'static str, operation: &'static str, fault: Fault) -> Self {
        Self {
            times: 1,
            ..Self::every(service, operation, fault)
        }
    }

    /// The `k`-th write from now goes wrong (`k` counts from 1).
    pub fn write(k: usize, fault: Fault) -> Self {
        Self {
            writes: true,
            skip: k.saturating_sub(1),
            ..Self::next("", "", fault)
        }
    }

    fn fits(&self, op: &Op) -> bool {
        let any = |want: &str, have: &str| want.is_empty() || want == have;
        any(self.service, op.service)
            && any(self.operation, op.operation)
            && any(&self.subject, &op.subject)
            && (op.write || !self.writes)
            && self.times > 0
    }
}

impl Faults {
    /// Whether the delivery stream that is created now comes out failed, and why.
    pub(super) fn delivery(&mut self) -> Option<String> {
        // Firehose API reference, FailureDescription: a type, and details.
        one_of(&mut self.failing_deliveries).then(|| "UNKNOWN_ERROR: it could not be created".to_owned())
    }

    /// Whether the creation or the update of a function that begins now comes out failed, and why.
    pub(super) fn function(&mut self) -> Option<String> {
        // Lambda API reference, GetFunction: StateReasonCode, LastUpdateStatusReasonCode.
        one_of(&mut self.failing_functions).then(|| "InternalError".to_owned())
    }

    /// What happens to this call; `chance` gives a number below its argument.
    pub(super) fn pick(&mut self, op: &Op, mut chance: impl FnMut(u64) -> u64) -> Option<Fault> {
        if let Some(rule) = self.rules.iter_mut().find(|rule| rule.fits(op)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else {
                rule.times -= 1;
                return Some(rule.fault.clone().of(op));
            }
        }
        if self.chaos == Chaos::default() {
            return None;
        }
        let drawn = chance(1000);
        if drawn < self.chaos.refused {
            let kinds = hiccups(op.service);
            let conflict = conflict(op.service).filter(|_| op.write);
            let count = kinds.len() + 1 + usize::from(conflict.is_some());
            let index = usize::try_from(chance(count as u64)).unwrap_or_default();
            // What comes after the hiccups and the conflict is a call that is lost on its way.
            let kind = kinds
                .get(index)
                .copied()
                .or(conflict.filter(|_| index == kinds.len()));
            let refused = kind.map_or_else(Refused::timeout, |(status, code, message)| {
                Refused::new(status, code, message)
            });
            return Some(Fault::Refuse(refused));
        }
        let lost = op.write && drawn < self.chaos.refused + self.chaos.lost;
        lost.then(|| match chance(2) {
            0 => Fault::LoseAnswer,
            _ => Fault::LoseAnswerAndRetry.of(op),
        })
    }
}

/// Whether it is one of so many, which are one less then.
fn one_of(left: &mut usize) -> bool {
    let fewer = left.checked_sub(1);
    *left = fewer.unwrap_or_default();
    fewer.is_some()
}

/// Status, wire code and message.
type Words = (u16, &'static str, &'static str);

impl Refused {
    /// How the service says that calls come too fast.
    pub fn throttled(service: &str) -> Self {
        let first = hiccups(service).first().copied();
        let (status, code, message) = first.unwrap_or((400, "ThrottlingException", "Rate exceeded"));
        Self::new(status, code, message)
    }

    /// How the service says that it is broken inside.
    pub fn broken(service: &str) -> Self {
        let mut words = hiccups(service).iter().skip(1);
        let (status, code, message) = words.find(|(status, ..)| *status >= 500).copied().unwrap_or((
            500,
            "InternalFailure",
            "The request processing has failed.",
        ));
        Self::new(status, code, message)
    }

    /// How the service says that the caller may not do this.
    pub fn denied(service: &str) -> Self {
        let (code, message) = match service {
            "s3" => ("AccessDenied", "Access Denied"),
            "iam" | "sts" => ("AccessDenied", "User is not authorized to perform this action"),
            _ => (
                "AccessDeniedException",
                "User is not authorized to perform this action",
            ),
        };
        Self::new(403, code, message)
    }

    /// How the service says that the credentials are of the past.
    pub fn expired(service: &str) -> Self {
        match service {
            "s3" => Self::new(400, "ExpiredToken", "The provided token has expired."),
            "iam" | "sts" => Self::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            _ => Self::new(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
        }
    }
}

/// How a service says that another change of the resource is under way.
fn conflict(service: &str) -> Option<Words> {
    Some(match service {
        "s3" => (
            409,
            "OperationAborted",
            "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        ),
        "iam" => (
            409,
            "ConcurrentModification",
            "The request was rejected because multiple requests to change this object were submitted simultaneously.",
        ),
        "glue" => (
            400,
            "ConcurrentModificationException",
            "Two processes are trying to modify a resource simultaneously.",
        ),
        "logs" => (
            400,
            "OperationAbortedException",
            "A conflicting operation is currently in progress against this resource. Please try again.",
        ),
        _ => return None,
    })
}

/// How each service asks to slow down, or says that it is broken (the "Common Errors" page of each API reference). The
/// first one asks to slow down.
fn hiccups(service: &str) -> &'static [Words] {
    match service {
        "s3" => &[
            (503, "SlowDown", "Please reduce your request rate."),
            (
                500,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
        ],
        "iam" | "sts" => &[
            (400, "Throttling", "Rate exceeded"),
            (
                500,
                "ServiceFailure",
                "The request processing has failed because of an unknown error.",
            ),
        ],
        "lambda" | "athena" => &[
            (429, "TooManyRequestsException", "Rate exceeded"),
            (500, "InternalServerException", "An internal error occurred."),
        ],
        "kinesis" => &[
            (400, "LimitExceededException", "Rate exceeded"),
            (
                500,
                "InternalFailure",
                "The request processing has failed because of an unknown error.",
            ),
        ],
        "kms" => &[
            (400, "ThrottlingException", "Rate exceeded"),
            (
                500,
                "KMSInternalException",
                "The request was rejected because an internal exception occurred.",
            ),
            (
                503,
                "DependencyTimeoutException",
                "The system timed out while trying to fulfill the request.",
            ),
        ],
        "glue" => &[
            (400, "ThrottlingException", "Rate exceeded"),
            (400, "OperationTimeoutException", "The operation timed out."),
            (
                500,
                "InternalServiceException",
                "An internal service error occurred.",
            ),
        ],
        _ => &[
            (400, "ThrottlingException", "Rate exceeded"),
            (503, "ServiceUnavailableException", "The service is unavailable."),
        ],
    }
}
