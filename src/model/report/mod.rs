//! What the user is told of a pass: status, Events, and when the next look is. Pure.

mod conditions;
mod events;
mod pinned;
mod resource;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::fault::{Fault, USER_RETRY};
use super::kinds::Change;
use super::lake::{DATA, Lake, RAW, Wish};
use super::memory::{Attempt, Memory, Tempo};
use super::plan::{Plan, Step};
use super::topology::Id;
use crate::api::vocabulary::{conditions as types, reasons};
use crate::api::{Connection, DatalakeStatus, Discovery, KeyIntent, Pinned, ResourceStatus};

pub use conditions::Stand;
pub use events::Event;

/// What came of the work on one resource.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Outcome {
    /// Calls that succeeded, in order.
    pub done: Vec<Change>,
    /// The one that did not; it and those after it are tried again.
    pub fault: Option<Fault>,
    /// The call of `CreateKey` that was written down before it was made.
    pub intent: Option<KeyIntent>,
}

/// What came of the work of a pass, by resource.
pub type Outcomes = BTreeMap<Id, Outcome>;

/// What the user is told, and what happens next.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The whole status.
    pub status: DatalakeStatus,
    /// Events to record.
    pub events: Vec<Event>,
    /// When to look again; `None`: when the object changes.
    pub next: Option<SignedDuration>,
    /// Whether nothing holds the object any more: it was to go, and what was to go with it is gone.
    pub released: bool,
}

/// What keeps a lake from being planned at all.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// `spec.suspend`.
    Suspended,
    /// Faults of the spec.
    InvalidSpec(Vec<String>),
    /// Account, region, a name or another fixed thing resolves differently from when the lake was made.
    Changed(Vec<String>),
    /// AWS does not say who the operator is.
    Unidentified(Box<Fault>),
}

/// Reports a pass that planned.
pub fn report(
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    memory: &Memory,
    previous: Option<&DatalakeStatus>,
    tempo: &Tempo,
    now: Timestamp,
) -> Verdict {
    let empty = DatalakeStatus::default();
    let before = previous.unwrap_or(&empty);
    let resources = resource::statuses(lake, plan, outcomes, before);
    let stands = conditions::of_plan(lake, plan, outcomes, &resources);
    let pinned = pinned::pinned(lake, plan, outcomes, memory, before, now);
    let settled = outcomes.is_empty() && plan.in_sync();
    let status = DatalakeStatus {
        observed_generation: lake.generation,
        applied_generation: if settled {
            Some(lake.generation)
        } else {
            before.applied_generation
        },
        conditions: conditions::merge(&before.conditions, stands, lake.generation, now),
        resources_ready: Some(count(lake, plan, &resources)),
        connection: Some(connection(lake, plan)),
        pinned: (pinned != Pinned::default()).then_some(pinned),
        resources,
    };
    let released = lake.leaving.is_some() && settled;
    let events = events::of_pass(lake, plan, outcomes, before, &status, released);
    Verdict {
        next: next(lake, plan, memory, tempo, now),
        events,
        released,
        status,
    }
}

/// Reports a pass that could not plan. What an earlier pass knew of the resources stays.
pub fn obstacle(
    obstacle: &Obstacle,
    generation: i64,
    previous: Option<&DatalakeStatus>,
    lost: bool,
    now: Timestamp,
) -> Verdict {
    let mut before = previous.cloned().unwrap_or_default();
    if lost {
        pinned::remember_loss(&mut before, now);
    }
    let stands = conditions::of_obstacle(obstacle, &before.conditions);
    let conditions = conditions::merge(&before.conditions, stands, generation, now);
    let status = DatalakeStatus {
        observed_generation: generation,
        conditions,
        ..before.clone()
    };
    let next = match obstacle {
        Obstacle::Suspended | Obstacle::InvalidSpec(_) => None,
        Obstacle::Changed(_) => Some(SignedDuration::from_mins(5)),
        Obstacle::Unidentified(fault) => Some(fault.class.retry_in(5, now)),
    };
    let events = events::of_obstacle(&before, &status);
    Verdict {
        status,
        events,
        next,
        released: false,
    }
}

/// The first status of an object, before AWS is looked at. It is written before the object is held by its finalizer: so
/// one that is held and has none has lost it.
pub fn seen_first(generation: i64, now: Timestamp) -> DatalakeStatus {
    DatalakeStatus {
        observed_generation: generation,
        conditions: conditions::merge(&[], conditions::seen_first(), generation, now),
        ..DatalakeStatus::default()
    }
}

/// Reports an object that goes before an earlier pass has seen anything of its lake, under `Retain` or because nobody
/// ever said where the lake was to be: AWS is not asked.
pub fn unmade(previous: Option<&DatalakeStatus>) -> Verdict {
    let status = previous.cloned().unwrap_or_default();
    Verdict {
        status,
        events: vec![events::unmade()],
        next: None,
        released: true,
    }
}

/// The condition of a type.
pub fn condition<'a>(conditions: &'a [Condition], r#type: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == r#type)
}

/// Whether the status says Ready for this generation.
pub fn is_ready(status: Option<&DatalakeStatus>, generation: i64) -> bool {
    let ready = status.and_then(|status| condition(&status.conditions, types::READY));
    ready.is_some_and(|c| c.status == "True" && c.observed_generation == Some(generation))
}

fn count(lake: &Lake, plan: &Plan, resources: &[ResourceStatus]) -> String {
    let wishes: &[Wish] = if lake.leaving.is_some() {
        &[Wish::Gone]
    } else {
        &[Wish::Wanted, Wish::Used]
    };
    let all = plan
        .steps
        .values()
        .filter(|planned| wishes.contains(&planned.wish));
    let ready = match lake.leaving {
        Some(_) => resources
            .iter()
            .filter(|r| r.state != crate::api::ResourceState::Kept)
            .count(),
        None => all.clone().filter(|planned| planned.settled()).count(),
    };
    format!("{ready}/{}", all.count())
}

fn connection(lake: &Lake, plan: &Plan) -> Connection {
    let key = |of: Id| {
        let cipher = plan.facts.cipher(lake, of)?;
        cipher.key().map(ToString::to_string)
    };
    let when = |on: bool, name: &String| on.then(|| name.clone());
    let names = &lake.names;
    Connection {
        account: lake.place.account.to_string(),
        region: lake.place.region.to_string(),
        stream_name: names.stream.clone(),
        stream_arn: lake.place.stream(&names.stream).to_string(),
        stream_key_arn: key(Id::Stream),
        bucket_key_arn: key(Id::LakeBucket),
        former_bucket_key_arns: plan
            .facts
            .former_bucket_keys
            .iter()
            .map(ToString::to_string)
            .collect(),
        database: names.database.clone(),
        table: names.table.clone(),
        lake_location: format!("s3://{}/{DATA}", names.lake_bucket),
        raw_location: format!("s3://{}/{RAW}", names.raw_bucket),
        workgroup: when(lake.workgroup, &names.workgroup),
        crawler: when(lake.discovery == Discovery::Crawler, &names.crawler),
        publisher: when(lake.publisher, &names.publisher),
    }
}

/// What is to be looked at or tried again within so long is done in one pass. Else, where many things fail, each at its own
/// times, there would be several a second.
const GATHERED: SignedDuration = SignedDuration::from_secs(1);

/// The earliest time at which something can be different.
fn next(lake: &Lake, plan: &Plan, memory: &Memory, tempo: &Tempo, now: Timestamp) -> Option<SignedDuration> {
    let of_step = |(id, planned): (&Id, &super::plan::Planned)| match &planned.step {
        Step::InSync | Step::Used(_) | Step::Report(_) => Some(jittered(lake, tempo.drift_period)),
        Step::Kept | Step::Blocked(_) => None,
        Step::Wait(wait) => Some(memory.patience(*id, wait.look_in, now)),
        Step::Failed(_, at) => Some(now.duration_until(*at)),
        Step::Refuse(_) | Step::Foreign(_) | Step::Contested { .. } | Step::Propose(_) => {
            Some(USER_RETRY.min(tempo.drift_period))
        }
        Step::Apply(_) => match memory.retry_at(*id, Attempt::Write, lake.generation, now) {
            Some((_, at)) => Some(now.duration_until(at)),
            None => Some(SignedDuration::ZERO),
        },
    };
    let soonest = plan.steps.iter().filter_map(of_step).min()?;
    Some(if soonest.is_zero() {
        soonest
    } else {
        soonest.max(GATHERED)
    })
}

/// Between nine tenths and the whole of a period, another for each lake, so that lakes do not look in step.
fn jittered(lake: &Lake, period: SignedDuration) -> SignedDuration {
    let text = [lake.owner.namespace.as_bytes(), lake.owner.name.as_bytes()].concat();
    let spread: u32 = text
        .iter()
        .fold(0, |sum, byte| (sum * 31 + u32::from(*byte)) % 100);
    let tenth = period / 10;
    period
        - tenth
            .as_secs()
            .checked_mul(i64::from(spread))
            .map_or(SignedDuration::ZERO, |s| SignedDuration::from_secs(s / 100))
}

/// The message of conditions: who stands in the way, the first three of them.
fn in_one_line(resources: &[&ResourceStatus]) -> String {
    let told = resources.iter().take(3).map(|r| match &r.message {
        Some(message) => format!("{}: {message}", r.id),
        None => format!("{}: {:?}", r.id, r.state),
    });
    let mut text = told.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = resources.len().checked_sub(3) {
        text = format!("{text}; and {more} more");
    }
    text
}

/// Why a lake that stays stays.
fn reason_of(resource: &ResourceStatus) -> &str {
    resource.reason.as_deref().unwrap_or(reasons::WAITING)
}
