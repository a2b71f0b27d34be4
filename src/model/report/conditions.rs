//! Conditions by the rules of kstatus: `Ready` always, `Reconciling` and `Stalled` only while true.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::{Obstacle, Outcomes, in_one_line, reason_of};
use crate::api::vocabulary::{ADOPT, conditions as types, reasons};
use crate::api::{DriftPolicy, ResourceState, ResourceStatus};
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
    let question = question(lake, plan);
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
    for stand in stands
        .iter_mut()
        .filter(|stand| stand.r#type != types::RECONCILING)
    {
        stand.message.insert_str(0, &question);
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
    stands.push(drift(plan, outcomes));
    stands
}

/// What the user is asked to agree to, for all resources at once; empty where nothing is.
fn question(lake: &Lake, plan: &Plan) -> String {
    let asked = || plan.proposals().filter(|_| lake.drift == DriftPolicy::Correct);
    let (ids, hashes): (Vec<_>, Vec<_>) = asked().map(|(id, of)| (id.as_str(), of.hash.as_str())).unzip();
    if ids.is_empty() {
        return String::new();
    }
    let (ids, hashes) = (ids.join(", "), hashes.join(","));
    format!("to take over {ids}, annotate the object with {ADOPT}: \"{hashes}\"; ")
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
        ResourceState::Failed => resource.id.parse().is_ok_and(|id: Id| {
            let fault = match plan.step(id) {
                Some(Step::Failed(fault, _)) => Some(fault),
                _ => outcomes.get(&id).and_then(|outcome| outcome.fault.as_ref()),
            };
            fault.is_some_and(|fault| fault.class == Class::User)
        }),
        _ => false,
    }
}

fn drift(plan: &Plan, outcomes: &Outcomes) -> Stand {
    let mut contested = Vec::new();
    let mut reported = Vec::new();
    let mut corrected = Vec::new();
    for (id, planned) in &plan.steps {
        if let Some(remark) = &planned.remark {
            reported.push(format!("{id}: {remark}"));
        }
        match &planned.step {
            Step::Contested { fought, besides } => {
                contested.push(format!("{id}: {}", super::resource::contested(fought, besides)));
            }
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
                // What fails is not corrected; the resource's line says why, also until it is tried again.
                if outcomes.get(id).is_some_and(|outcome| outcome.fault.is_some()) {
                    continue;
                }
                corrected.push(format!("{id}: {}", super::resource::list(differences)));
            }
            _ => {}
        }
    }
    let sorts = [
        (reasons::CONTESTED, contested),
        (reasons::DRIFT_DETECTED, reported),
        (reasons::DRIFT_CORRECTED, corrected),
    ];
    match sorts.iter().find(|(_, found)| !found.is_empty()) {
        Some((reason, _)) => {
            let found: Vec<_> = sorts.iter().flat_map(|(_, found)| found).cloned().collect();
            Stand::new(types::DRIFT, "True", reason, found.join("; "))
        }
        None => Stand::new(types::DRIFT, "False", reasons::IN_SYNC, ""),
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
    if *obstacle != Obstacle::Suspended {
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

/// Of an object that was just seen.
pub(super) fn seen_first() -> Vec<Stand> {
    let message = "the operator looks at AWS first";
    vec![Stand::new(types::READY, "Unknown", reasons::WAITING, message)]
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
