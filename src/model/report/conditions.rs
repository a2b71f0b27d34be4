//! Conditions by the rules of kstatus: `Ready` always, `Reconciling` and `Stalled` only while true.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::{Obstacle, Outcomes, in_one_line, reason_of};
use crate::api::vocabulary::{conditions as types, reasons};
use crate::api::{ResourceState, ResourceStatus};
use crate::model::fault::Class;
use crate::model::kinds::Cause;
use crate::model::lake::Lake;
use crate::model::plan::{Plan, Step, Work};
use crate::model::topology::Id;

/// How one condition stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// Its type.
    pub r#type: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// In one word.
    pub reason: String,
    /// For people.
    pub message: String,
}

impl Stand {
    fn new(r#type: &'static str, status: &'static str, reason: &str, message: impl Into<String>) -> Self {
        Self {
            r#type,
            status,
            reason: reason.to_owned(),
            message: message.into(),
        }
    }
}

/// The parts of a lake, each with a condition of its own.
const PARTS: [(&str, &[Id]); 5] = [
    (types::ENCRYPTION, &[Id::BucketKey, Id::StreamKey]),
    (types::STORAGE, &[Id::LakeBucket, Id::RawBucket]),
    (
        types::INGESTION,
        &[
            Id::Stream,
            Id::Delivery,
            Id::LogGroup,
            Id::Publisher,
            Id::PublisherLogGroup,
        ],
    ),
    (
        types::CATALOG,
        &[Id::Database, Id::Table, Id::Crawler, Id::Workgroup],
    ),
    (
        types::ACCESS,
        &[Id::DeliveryRole, Id::CrawlerRole, Id::PublisherRole],
    ),
];

/// How much a state needs somebody, most first; `None`: nobody waits for it.
fn weight(state: ResourceState) -> Option<u8> {
    match state {
        ResourceState::NotOwned => Some(0),
        ResourceState::Refused => Some(1),
        ResourceState::Failed => Some(2),
        ResourceState::Drifted => Some(3),
        ResourceState::Updating | ResourceState::Deleting => Some(4),
        ResourceState::Creating => Some(5),
        ResourceState::Pending | ResourceState::Unknown => Some(6),
        ResourceState::Ready | ResourceState::Kept => None,
    }
}

/// Resources that are not as the lake wants them, those that need somebody first.
fn unsettled(resources: &[ResourceStatus]) -> Vec<&ResourceStatus> {
    let mut rows: Vec<_> = resources
        .iter()
        .filter_map(|r| Some((weight(r.state)?, r)))
        .collect();
    rows.sort_by_key(|(weight, _)| *weight);
    rows.into_iter().map(|(_, r)| r).collect()
}

/// The conditions of a pass that planned.
pub(super) fn of_plan(
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    resources: &[ResourceStatus],
) -> Vec<Stand> {
    let open = unsettled(resources);
    let mut stands = vec![ready(lake, &open)];
    let stalled: Vec<_> = open
        .iter()
        .copied()
        .filter(|r| needs_somebody(plan, outcomes, r))
        .collect();
    if let Some(first) = stalled.first() {
        stands.push(Stand::new(
            types::STALLED,
            "True",
            reason_of(first),
            in_one_line(&stalled),
        ));
    }
    let moving: Vec<_> = open
        .iter()
        .copied()
        .filter(|r| !stalled.contains(r) && r.state != ResourceState::Drifted)
        .collect();
    if let Some(first) = moving.first() {
        stands.push(Stand::new(
            types::RECONCILING,
            "True",
            reason_of(first),
            in_one_line(&moving),
        ));
    }
    for (r#type, ids) in PARTS {
        let open: Vec<_> = open
            .iter()
            .copied()
            .filter(|r| r.id.parse().is_ok_and(|id| ids.contains(&id)))
            .collect();
        stands.push(match open.first() {
            None => Stand::new(r#type, "True", reasons::READY, ""),
            Some(first) => Stand::new(r#type, "False", reason_of(first), in_one_line(&open)),
        });
    }
    stands.push(drift(plan));
    stands
}

fn ready(lake: &Lake, open: &[&ResourceStatus]) -> Stand {
    let deleting = lake.leaving.is_some();
    match open.first() {
        _ if deleting && open.iter().all(|r| r.state == ResourceState::Deleting) => {
            Stand::new(types::READY, "False", reasons::DELETING, in_one_line(open))
        }
        None => Stand::new(
            types::READY,
            "True",
            reasons::READY,
            "every resource is as declared",
        ),
        Some(first) => {
            let making = open
                .iter()
                .all(|r| matches!(r.state, ResourceState::Creating | ResourceState::Pending));
            let reason = if making {
                reasons::CREATING
            } else {
                reason_of(first)
            };
            Stand::new(types::READY, "False", reason, in_one_line(open))
        }
    }
}

/// Whether nothing goes on with a resource unless somebody does something.
fn needs_somebody(plan: &Plan, outcomes: &Outcomes, resource: &ResourceStatus) -> bool {
    match resource.state {
        ResourceState::NotOwned | ResourceState::Refused => true,
        ResourceState::Failed => {
            let id = resource.id.parse().ok();
            let failed = match id.and_then(|id| plan.step(id)) {
                Some(Step::Failed(fault, _)) => Some(fault),
                // It failed just now.
                _ => id
                    .and_then(|id| outcomes.get(&id))
                    .and_then(|outcome| outcome.fault.as_ref()),
            };
            failed.is_some_and(|fault| fault.class == Class::User)
        }
        _ => false,
    }
}

fn drift(plan: &Plan) -> Stand {
    let mut reported = Vec::new();
    let mut corrected = Vec::new();
    for (id, planned) in &plan.steps {
        match &planned.step {
            Step::Report(differences) => {
                reported.push(format!("{id}: {}", super::resource::list(differences)));
            }
            Step::Refuse(refusal) if refusal.reason == reasons::DRIFT_DETECTED => {
                reported.push(format!("{id}: {}", refusal.message));
            }
            Step::Apply(Work {
                cause: Cause::Drift,
                differences,
                ..
            }) => {
                corrected.push(format!("{id}: {}", super::resource::list(differences)));
            }
            _ => {}
        }
    }
    if !reported.is_empty() {
        Stand::new(types::DRIFT, "True", reasons::DRIFT_DETECTED, reported.join("; "))
    } else if !corrected.is_empty() {
        Stand::new(
            types::DRIFT,
            "True",
            reasons::DRIFT_CORRECTED,
            corrected.join("; "),
        )
    } else {
        Stand::new(types::DRIFT, "False", reasons::IN_SYNC, "")
    }
}

/// The conditions of a pass that could not plan; those of the parts stay as they were.
pub(super) fn of_obstacle(obstacle: &Obstacle, before: &[Condition]) -> Vec<Stand> {
    let (status, reason, message) = match obstacle {
        Obstacle::Suspended => (
            "Unknown",
            reasons::SUSPENDED,
            "spec.suspend is true: AWS is neither read nor written".to_owned(),
        ),
        Obstacle::InvalidSpec(faults) => ("False", reasons::INVALID_SPEC, faults.join("; ")),
        Obstacle::Changed(what) => (
            "False",
            reasons::IDENTITY_CHANGED,
            format!("{}: put it back; nothing is written until then", what.join("; ")),
        ),
        Obstacle::Unidentified(fault) => ("False", fault.reason, fault.to_string()),
    };
    let mut stands = vec![Stand::new(types::READY, status, reason, message.clone())];
    if !matches!(obstacle, Obstacle::Suspended) {
        stands.push(Stand::new(types::STALLED, "True", reason, message));
    }
    let parts = PARTS.iter().map(|(part, _)| *part).chain([types::DRIFT]);
    for part in parts {
        if let Some(condition) = super::condition(before, part) {
            let status = match condition.status.as_str() {
                "True" => "True",
                "False" => "False",
                _ => "Unknown",
            };
            stands.push(Stand::new(
                part,
                status,
                &condition.reason,
                condition.message.clone(),
            ));
        }
    }
    stands
}

/// Turns stands into conditions. A transition time changes only with the status of its condition.
pub(super) fn merge(
    before: &[Condition],
    stands: Vec<Stand>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let conditions = stands.into_iter().map(|stand| {
        let earlier = super::condition(before, stand.r#type).filter(|c| c.status == stand.status);
        Condition {
            type_: stand.r#type.to_owned(),
            status: stand.status.to_owned(),
            reason: stand.reason,
            message: cut(stand.message),
            observed_generation: Some(generation),
            last_transition_time: earlier.map_or(Time(now), |c| c.last_transition_time.clone()),
        }
    });
    conditions.collect()
}

/// The API allows a condition 32,768 characters.
fn cut(message: String) -> String {
    const MOST: usize = 4000;
    if message.chars().count() <= MOST {
        message
    } else {
        message.chars().take(MOST).chain("…".chars()).collect()
    }
}
