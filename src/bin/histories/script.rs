//! A history as data, so that it can be written by chance, made shorter, told and lived again.

use std::fmt;

use datalake_operator::cloud::sim::HANDS;
use datalake_operator::model::topology::Id;

use crate::edits::EDITS;
use crate::trouble::Trouble;

/// What happens in one life of a lake.
#[derive(Clone, Debug)]
pub struct Script {
    /// What `--replay` takes.
    pub name: String,
    /// Of what AWS does by chance.
    pub seed: u64,
    /// Index into [`crate::edits::BASES`].
    pub base: usize,
    /// How long AWS takes.
    pub pace: Pace,
    /// Whether the lake is there and Ready when it begins; else the object was just applied.
    pub ready: bool,
    /// Whether calls for several resources are on their way at once; else one resource's come after another's.
    pub side_by_side: bool,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// How long AWS takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// Everything at once.
    AtOnce,
    /// States take their time, and every answer is the truth.
    Steady,
    /// Besides, reads lag and flap, IAM propagates late, names are held, Firehose counts calls.
    Lagging,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The user edits the spec; index into [`EDITS`].
    Edit(usize),
    /// The user takes that edit back.
    Revert(usize),
    /// The user sets or takes away an annotation.
    Consent(Consent, bool),
    /// The user agrees to all that would change of what is to be taken over, as the status tells it.
    Agree,
    /// The user deletes the object.
    Delete,
    /// The user applies the object; one that is still being deleted is made again as soon as it is gone.
    Apply,
    /// The status is lost.
    WipeStatus,
    /// Somebody changes a property; index into [`HANDS`].
    Change(usize),
    /// Somebody makes the stream keep records for longer than the spec says.
    Prolong,
    /// The user enables the key of their own, or disables it.
    OwnKey(bool),
    /// Somebody takes a resource away.
    Remove(Id),
    /// Somebody else has something of a resource's name, where there is nothing yet.
    Plant(Id, Whose),
    /// The owner's tags are taken off a resource.
    Disown(Id),
    /// Objects come into both buckets, and an upload begins.
    Store(usize),
    /// A crawl begins.
    Crawl,
    /// Calls go wrong from now on.
    Trouble(Trouble),
    /// They don't any more.
    Calm,
    /// The operator makes so many passes, each when the one before asked for it.
    Pass(usize),
    /// So many minutes go by, with the passes that are due in them.
    Wait(i64),
    /// The operator dies in one of the next passes.
    Crash(Crash),
    /// The operator starts anew: it remembers nothing.
    Restart,
    /// The other operator leads, with what it remembers, and makes so many passes. `late`: its first pass rests on the
    /// object as it last saw it.
    Lead { passes: usize, late: bool },
    /// The leader stands still before the so-manieth write from now, which it was just making, and the other takes its
    /// place. That write arrives then.
    Stall { write: usize, arrives: Arrival },
}

/// When the call of a leader that stands still arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Before the so-manieth call of the next leader.
    Call(usize),
    /// Before its so-manieth write.
    Write(usize),
}

/// What the user agrees to by annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    EmptyBuckets,
    ShortenRetention,
}

/// Whose a resource is that is not the lake's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Nobodys,
    AnotherLakes,
    /// Of a lake of the same name.
    AnotherNamespaces,
    /// Of a lake of the same name in the same namespace.
    AnotherClusters,
    AnotherAccounts,
}

/// Whoever it may be.
pub const WHOSE: [Whose; 5] = [
    Whose::Nobodys,
    Whose::AnotherLakes,
    Whose::AnotherNamespaces,
    Whose::AnotherClusters,
    Whose::AnotherAccounts,
];

/// When the operator dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the so-manieth write from now goes out.
    Before(usize),
    /// After it was carried out.
    After(usize),
    /// After it was carried out, and the status is lost before another process begins.
    Wiped(usize),
    /// After the pass, before its status is written.
    Status,
}

impl Step {
    /// What kind of step it is, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Edit(index) | Self::Revert(index) => {
                if EDITS.get(*index).is_some_and(|edit| edit.refused) {
                    "refused edit"
                } else {
                    "edit"
                }
            }
            Self::Consent(..) => "annotation",
            Self::Agree => "adoption",
            Self::Delete => "deletion",
            Self::Apply => "apply again",
            Self::WipeStatus => "status lost",
            Self::Change(_) | Self::Prolong | Self::OwnKey(_) => "outside change",
            Self::Remove(_) => "outside deletion",
            Self::Plant(..) | Self::Disown(_) => "foreign resource",
            Self::Store(_) => "data",
            Self::Crawl => "crawl",
            Self::Trouble(_) | Self::Calm => "trouble",
            Self::Pass(_) | Self::Wait(_) => "time",
            Self::Crash(_) => "crash",
            Self::Restart => "memory lost",
            Self::Lead { .. } | Self::Stall { .. } => "change of leader",
        }
    }

    /// Steps that are less of the same, for making a history shorter.
    pub fn lesser(&self) -> Option<Self> {
        Some(match self {
            Self::Pass(n @ 2..) => Self::Pass(n - 1),
            Self::Wait(n @ 2..) => Self::Wait(n / 2),
            Self::Store(n @ 2..) => Self::Store(n / 2),
            Self::Crash(Crash::Before(n @ 2..)) => Self::Crash(Crash::Before(n - 1)),
            Self::Crash(Crash::After(n @ 2..)) => Self::Crash(Crash::After(n - 1)),
            Self::Crash(Crash::Wiped(n @ 2..)) => Self::Crash(Crash::Wiped(n - 1)),
            Self::Lead { passes, late: true } => Self::Lead {
                passes: *passes,
                late: false,
            },
            Self::Lead {
                passes: n @ 2..,
                late,
            } => Self::Lead {
                passes: n - 1,
                late: *late,
            },
            Self::Trouble(trouble) => Self::Trouble(trouble.lesser()?),
            Self::Stall {
                write: n @ 2..,
                arrives,
            } => Self::Stall {
                write: n - 1,
                arrives: *arrives,
            },
            Self::Stall { write, arrives } => Self::Stall {
                write: *write,
                arrives: match arrives {
                    Arrival::Call(n @ 2..) => Arrival::Call(n - 1),
                    Arrival::Write(n @ 2..) => Arrival::Write(n - 1),
                    _ => return None,
                },
            },
            _ => return None,
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edit = |index: &usize| EDITS.get(*index).map_or(("", ""), |edit| (edit.what, edit.patch));
        match self {
            Self::Edit(index) => write!(f, "the user edits {}: {}", edit(index).0, edit(index).1),
            Self::Revert(index) => write!(f, "the user takes back {}", edit(index).0),
            Self::Consent(what, true) => write!(f, "the user annotates {what:?}"),
            Self::Consent(what, false) => write!(f, "the user takes the annotation {what:?} away"),
            Self::Agree => write!(
                f,
                "the user agrees to what would change of what is to be taken over"
            ),
            Self::Delete => write!(f, "the user deletes the object"),
            Self::Apply => write!(f, "the user applies the object"),
            Self::WipeStatus => write!(f, "the status is lost"),
            Self::Change(index) => match HANDS.get(*index) {
                Some(hand) => write!(f, "somebody changes the {}: {}", hand.id, hand.what),
                None => Ok(()),
            },
            Self::Prolong => write!(f, "somebody sets the stream's retention to 168 hours"),
            Self::OwnKey(true) => write!(f, "the user enables the key of their own"),
            Self::OwnKey(false) => write!(f, "the user disables the key of their own"),
            Self::Remove(id) => write!(f, "somebody takes away the {id}"),
            Self::Plant(id, whose) => write!(f, "there is a {id} of the lake's name that is {whose:?}"),
            Self::Disown(id) => write!(f, "somebody takes the owner's tags off the {id}"),
            Self::Store(n) => write!(f, "{n} objects come into each bucket, and an upload begins"),
            Self::Crawl => write!(f, "a crawl begins"),
            Self::Trouble(trouble) => write!(f, "trouble: {trouble}"),
            Self::Calm => write!(f, "the trouble is over"),
            Self::Pass(n) => write!(f, "{n} passes"),
            Self::Wait(n) => write!(f, "{n} minutes go by"),
            Self::Crash(Crash::Before(k)) => write!(f, "the operator will die before write {k} from now"),
            Self::Crash(Crash::After(k)) => write!(f, "the operator will die after write {k} from now"),
            Self::Crash(Crash::Wiped(k)) => {
                write!(
                    f,
                    "the operator will die after write {k} from now, and the status be lost"
                )
            }
            Self::Crash(Crash::Status) => write!(f, "the operator will die before it writes the status"),
            Self::Restart => write!(f, "the operator starts anew"),
            Self::Lead { passes, late } => {
                let late = if *late {
                    ", the first on the object that it saw last"
                } else {
                    ""
                };
                write!(f, "the other operator leads for {passes} passes{late}")
            }
            Self::Stall { write, arrives } => {
                let (n, what) = match arrives {
                    Arrival::Call(n) => (n, "call"),
                    Arrival::Write(n) => (n, "write"),
                };
                write!(
                    f,
                    "the operator will stand still in write {write} from now, which arrives before {what} {n} of the other"
                )
            }
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = if self.ready {
            "a lake that is Ready"
        } else {
            "an object that was just applied"
        };
        let (base, _) = crate::edits::BASES.get(self.base).copied().unwrap_or_default();
        let calls = if self.side_by_side {
            "calls side by side"
        } else {
            "one resource after another"
        };
        writeln!(f, "{}: {begin} ({base}); AWS {:?}; {calls}", self.name, self.pace)?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "  {:>2}. {step}", number + 1)?;
        }
        Ok(())
    }
}
