//! The line of each resource in status.

use super::{Outcome, Outcomes};
use crate::api::vocabulary::{ADOPT, reasons};
use crate::api::{DatalakeStatus, DriftPolicy, ResourceState, ResourceStatus};
use crate::model::arn::KeyArn;
use crate::model::fault::Fault;
use crate::model::kinds::Difference;
use crate::model::lake::{Lake, Wish};
use crate::model::plan::{Plan, Planned, Proposal, Step, Verb};
use crate::model::topology::Id;

/// One line for every resource that the lake wants, still has to remove, or leaves behind.
pub(super) fn statuses(
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    before: &DatalakeStatus,
) -> Vec<ResourceStatus> {
    let lines = plan.steps.iter().filter_map(|(id, planned)| {
        let pinned = before
            .pinned
            .as_ref()
            .is_some_and(|pinned| pinned.names.contains_key(id.as_str()));
        let never_made = planned.step == Step::Kept && lake.leaving.is_some() && !pinned;
        let used = matches!(planned.step, Step::Used(_)) && lake.leaving.is_some();
        let gone = planned.wish == Wish::Gone && planned.step == Step::InSync || never_made || used;
        (!gone).then(|| {
            let earlier = before.resources.iter().find(|r| r.id == id.as_str());
            status(lake, plan, *id, planned, outcomes.get(id), earlier)
        })
    });
    lines.collect()
}

fn status(
    lake: &Lake,
    plan: &Plan,
    id: Id,
    planned: &Planned,
    outcome: Option<&Outcome>,
    earlier: Option<&ResourceStatus>,
) -> ResourceStatus {
    let was_applied = earlier.and_then(|r| r.applied.clone());
    let (state, mut reason, mut message) = match plan.keys.get(&id).map(|stand| stand.spare.as_slice()) {
        Some(spare @ [_, ..]) if planned.step == Step::InSync => (
            ResourceState::Ready,
            reasons::SPARE_KEY,
            tell_spare(spare, plan.facts.key(id)),
        ),
        _ => tell(lake, planned, outcome, was_applied.is_some()),
    };
    // What others put on a resource that is as declared keeps nobody from using it.
    if let (ResourceState::Ready, Some(remark)) = (state, &planned.remark) {
        (reason, message) = (reasons::DRIFT_DETECTED, remark.clone());
    }
    let made = outcome.is_some_and(|outcome| !outcome.done.is_empty());
    let exists = planned.exists || made;
    let removed = removed(planned, outcome);
    let applied = match planned.step {
        Step::InSync if planned.wish == Wish::Wanted => planned.digest.clone(),
        _ => was_applied.filter(|_| !removed),
    };
    ResourceStatus {
        id: id.to_string(),
        kind: id.kind().to_owned(),
        name: lake.name(id).to_owned(),
        arn: if exists { lake.arn(id, &plan.facts) } else { None },
        state,
        reason: Some(reason.to_owned()),
        message: (!message.is_empty()).then_some(message),
        adopt: match &planned.step {
            Step::Propose(proposal) => Some(proposal.hash.clone()),
            _ => None,
        },
        unfinished: applied.is_none()
            && !removed
            && (earlier.is_some_and(|r| r.unfinished) || seen_absent(planned)),
        applied,
    }
}

/// Whether AWS took it away, as it says: the next process need not wonder whether it was just made and is not shown yet.
fn removed(planned: &Planned, outcome: Option<&Outcome>) -> bool {
    let answered = outcome.is_some_and(|outcome| outcome.fault.is_none());
    matches!(&planned.step, Step::Apply(work) if answered && work.removes())
}

/// Whether the last look said that there is nothing of that name; of what is to go, that this is not believed yet. (Once
/// the status was lost, this alone tells the next pass so.)
fn seen_absent(planned: &Planned) -> bool {
    let doubted = match planned.wish {
        Wish::Wanted => matches!(planned.step, Step::Apply(_) | Step::Blocked(_)),
        Wish::Gone => matches!(planned.step, Step::Wait(_)),
        _ => false,
    };
    doubted && !planned.exists
}

/// What would change is told in full: the user is asked to agree to it.
fn propose(lake: &Lake, proposal: &Proposal) -> (ResourceState, &'static str, String) {
    let Proposal { hash, differences } = proposal;
    let all: Vec<_> = differences.iter().map(ToString::to_string).collect();
    let way = match lake.drift {
        DriftPolicy::Correct => format!("annotate the object with {ADOPT}: \"{hash}\""),
        DriftPolicy::Report => {
            format!("write driftPolicy: Correct (nothing is written under Report), then agree to {hash}")
        }
    };
    let message = format!(
        "it exists and is nobody's; to let the lake take it over, {way}; then this changes: {}",
        all.join("; ")
    );
    (ResourceState::NotOwned, reasons::ADOPTION_PENDING, message)
}

fn tell(
    lake: &Lake,
    planned: &Planned,
    outcome: Option<&Outcome>,
    was_applied: bool,
) -> (ResourceState, &'static str, String) {
    let (at_work, reason) = match (planned.wish, was_applied) {
        (Wish::Gone | Wish::Kept, _) => (ResourceState::Deleting, reasons::DELETING),
        (_, true) => (ResourceState::Updating, reasons::UPDATING),
        (_, false) => (ResourceState::Creating, reasons::CREATING),
    };
    let failed = |fault: &Fault| (ResourceState::Failed, fault.reason, fault.to_string());
    match &planned.step {
        Step::Apply(work) if work.came_out_failed() => (
            ResourceState::Failed,
            reasons::RESOURCE_FAILED,
            list(&work.differences),
        ),
        Step::InSync => (ResourceState::Ready, reasons::READY, String::new()),
        Step::Kept => (
            ResourceState::Kept,
            reasons::KEPT,
            "stays on AWS, untouched".into(),
        ),
        Step::Used(warnings) => {
            let text = ["used as it is, never changed"]
                .into_iter()
                .chain(warnings.iter().map(String::as_str));
            (
                ResourceState::Ready,
                reasons::EXISTING,
                text.collect::<Vec<_>>().join("; "),
            )
        }
        Step::Wait(wait) => (at_work, reasons::WAITING, format!("waiting for {}", wait.what)),
        Step::Refuse(refusal) if refusal.reason == reasons::DRIFT_DETECTED => {
            (ResourceState::Drifted, refusal.reason, refusal.message.clone())
        }
        Step::Refuse(refusal) => (ResourceState::Refused, refusal.reason, refusal.message.clone()),
        Step::Report(differences) => (ResourceState::Drifted, reasons::DRIFT_DETECTED, list(differences)),
        Step::Contested { fought, besides } => (
            ResourceState::Drifted,
            reasons::CONTESTED,
            contested(fought, besides),
        ),
        Step::Foreign(whose) => (
            ResourceState::NotOwned,
            reasons::NOT_OWNED,
            format!("it exists and is {whose}; choose another name in spec.names, or remove it"),
        ),
        Step::Blocked(by) => {
            let state = if planned.exists {
                at_work
            } else {
                ResourceState::Pending
            };
            let state = if planned.wish == Wish::Gone {
                ResourceState::Deleting
            } else {
                state
            };
            (state, reasons::BLOCKED, format!("waiting for {by}"))
        }
        Step::Propose(proposal) => propose(lake, proposal),
        Step::Failed(fault, _) => failed(fault),
        Step::Apply(work) => match outcome.and_then(|outcome| outcome.fault.as_ref()) {
            Some(fault) => failed(fault),
            None if work.verb == Verb::Update && was_applied => (at_work, reason, list(&work.differences)),
            None => (at_work, reason, String::new()),
        },
    }
}

/// Other keys of the lake are the user's to remove: something may be encrypted with them.
fn tell_spare(spare: &[KeyArn], key: Option<&KeyArn>) -> String {
    let ids = |keys: &[KeyArn]| {
        let ids: Vec<_> = keys.iter().map(KeyArn::key_id).collect();
        ids.join(", ")
    };
    format!(
        "KMS key {} carries this lake's tags too, and the lake uses {}: if nothing is encrypted with it, schedule its \
         deletion",
        ids(spare),
        key.map_or("another", KeyArn::key_id),
    )
}

/// Without what is there now: that may go on changing, and is no news.
pub(super) fn contested(fought: &[Difference], besides: &[Difference]) -> String {
    let names = |list: &[Difference]| {
        list.iter()
            .map(|d| d.property.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let and = if besides.is_empty() {
        String::new()
    } else {
        format!(", and with it {}, which the same call writes", names(besides))
    };
    format!(
        "{} was changed back three times within an hour, so it is left as it is{and}: find out who changes it. It is put \
         right again when the spec changes, or when it has been left alone for an hour",
        names(fought)
    )
}

/// Differences in one line, the first five of them.
pub(super) fn list(differences: &[Difference]) -> String {
    let mut text = differences
        .iter()
        .take(5)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ");
    if let Some(more @ 1..) = differences.len().checked_sub(5) {
        text = format!("{text}; and {more} more");
    }
    text
}
