//! What a person wants to be told as it happens. Nothing is told again in the next pass.

use super::resource::list;
use super::{Outcome, Outcomes, condition};
use crate::api::vocabulary::{conditions as types, reasons};
use crate::api::{DatalakeStatus, DeletionPolicy, ResourceState, ResourceStatus};
use crate::model::kinds::{Cause, Change, key};
use crate::model::lake::Lake;
use crate::model::plan::{Plan, Step, Verb, Work};
use crate::model::topology::Id;

/// One Kubernetes Event on the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `Warning`, else `Normal`.
    pub warning: bool,
    /// One of [`reasons`].
    pub reason: String,
    /// What was done, as a verb: `Create`, `Update`, `Delete`, `Reconcile`.
    pub action: &'static str,
    /// For people.
    pub note: String,
}

impl Event {
    fn normal(reason: &str, action: &'static str, note: String) -> Self {
        Self {
            warning: false,
            reason: reason.to_owned(),
            action,
            note,
        }
    }

    fn warning(reason: &str, note: String) -> Self {
        Self {
            warning: true,
            reason: reason.to_owned(),
            action: "Reconcile",
            note,
        }
    }
}

/// The Events of a pass that planned.
pub(super) fn of_pass(
    lake: &Lake,
    plan: &Plan,
    outcomes: &Outcomes,
    before: &DatalakeStatus,
    after: &DatalakeStatus,
    released: bool,
) -> Vec<Event> {
    let mut events: Vec<Event> = outcomes
        .iter()
        .filter_map(|(id, outcome)| match plan.step(*id) {
            Some(Step::Apply(work)) => of_work(lake, *id, work, outcome),
            _ => None,
        })
        .flatten()
        .collect();
    events.extend(of_trouble(before, after));
    if lake.leaving.is_none() {
        events.extend(of_ready(before, after));
    }
    if released {
        events.extend(farewell(lake, after));
    }
    events
}

fn of_work(lake: &Lake, id: Id, work: &Work, outcome: &Outcome) -> Option<Vec<Event>> {
    if outcome.done.is_empty() {
        return None;
    }
    if let Some(event) = of_leftovers(lake, id, work, outcome) {
        return Some(vec![event]);
    }
    let thing = format!("{} {} ({id})", id.kind(), lake.name(id));
    let restored = outcome
        .done
        .iter()
        .any(|c| matches!(c, Change::Key(key::Change::CancelKeyDeletion { .. })));
    let creating = lake.record.unfinished.contains(&id) || !lake.record.applied.contains_key(&id);
    let what = if work.differences.is_empty() {
        String::new()
    } else {
        format!(": {}", list(&work.differences))
    };
    Some(vec![match (work.verb, work.cause) {
        _ if work.came_out_failed() => return None,
        _ if restored => Event::normal(
            reasons::RESTORED,
            "Update",
            format!("took back the deletion of {thing}"),
        ),
        (Verb::Adopt, _) => Event::normal(reasons::ADOPTED, "Update", format!("took over {thing}{what}")),
        (Verb::Create, Cause::Drift) => Event::normal(
            reasons::DRIFT_CORRECTED,
            "Create",
            format!("made {thing} again, which was missing"),
        ),
        (Verb::Create, Cause::Edit) => Event::normal(reasons::CREATED, "Create", format!("created {thing}")),
        (Verb::Update, Cause::Drift) => Event::normal(
            reasons::DRIFT_CORRECTED,
            "Update",
            format!("corrected {thing}{what}"),
        ),
        // A creation in several calls is one thing to tell.
        (Verb::Update, Cause::Edit) if creating => return None,
        (Verb::Update, Cause::Edit) => {
            Event::normal(reasons::UPDATED, "Update", format!("updated {thing}{what}"))
        }
        (Verb::Delete, _) => Event::normal(reasons::DELETED, "Delete", format!("removed {thing}")),
    }])
}

/// Keys beside the lake's own that are to go.
fn of_leftovers(lake: &Lake, id: Id, work: &Work, outcome: &Outcome) -> Option<Event> {
    let scheduled = |change: &Change| match change {
        Change::Key(key::Change::ScheduleKeyDeletion { key_id, .. }) => Some(key_id.clone()),
        _ => None,
    };
    let keys: Vec<_> = outcome.done.iter().filter_map(scheduled).collect();
    (work.verb == Verb::Update && !keys.is_empty()).then(|| {
        let note = format!(
            "scheduled the deletion of KMS key {}: a call whose answer was lost made it beside the one of {} ({id}), and \
             nothing names it",
            keys.join(", "),
            lake.name(id)
        );
        Event::normal(reasons::DELETED, "Delete", note)
    })
}

/// Resources that came into trouble, or into another, and keys that the lake does not use.
fn of_trouble(before: &DatalakeStatus, after: &DatalakeStatus) -> Vec<Event> {
    let troubled = |r: &ResourceStatus| match r.state {
        ResourceState::Failed | ResourceState::Refused | ResourceState::NotOwned | ResourceState::Drifted => {
            true
        }
        // What others put on it.
        ResourceState::Ready => r.message.is_some(),
        _ => false,
    };
    let lines = after
        .resources
        .iter()
        .filter(|r| troubled(r) || r.reason.as_deref() == Some(reasons::SPARE_KEY))
        .filter(|now| {
            let then = before.resources.iter().find(|then| then.id == now.id);
            then.is_none_or(|then| (then.state, &then.message) != (now.state, &now.message))
        });
    lines
        .map(|r| {
            let reason = r.reason.as_deref().unwrap_or(reasons::AWS_ERROR);
            Event::warning(
                reason,
                format!("{} {}: {}", r.kind, r.name, r.message.clone().unwrap_or_default()),
            )
        })
        .collect()
}

fn of_ready(before: &DatalakeStatus, after: &DatalakeStatus) -> Option<Event> {
    let ready = |status: &DatalakeStatus| {
        condition(&status.conditions, types::READY).is_some_and(|c| c.status == "True")
    };
    let count = after.resources_ready.as_deref().unwrap_or_default();
    (ready(after) && !ready(before)).then(|| {
        Event::normal(
            reasons::READY,
            "Reconcile",
            format!("the lake is ready ({count} resources)"),
        )
    })
}

fn farewell(lake: &Lake, after: &DatalakeStatus) -> Option<Event> {
    // An Event has room for about a thousand characters: what holds data by name, the rest by number.
    let kept = || {
        let all: Vec<_> = after
            .resources
            .iter()
            .filter(|r| r.state == ResourceState::Kept)
            .collect();
        let data = all
            .iter()
            .filter(|r| r.id.parse().is_ok_and(|id: Id| id.holds_data()));
        let told: Vec<_> = data.map(|r| format!("{} {}", r.id, r.name)).collect();
        match all.len().saturating_sub(told.len()) {
            0 => told.join(", "),
            others => format!("{}, and {others} more", told.join(", ")),
        }
    };
    let place = format!("account {}, region {}", lake.place.account, lake.place.region);
    let note = match lake.leaving? {
        DeletionPolicy::Retain => format!(
            "deletionPolicy Retain: the whole lake stays and runs on, nothing was touched ({place}): {}",
            kept()
        ),
        DeletionPolicy::RetainData => format!(
            "deletionPolicy RetainData: the pipeline is gone; records that were not delivered yet stay in the stream \
             and won't reach the lake; these stay ({place}): {}",
            kept()
        ),
        DeletionPolicy::Delete => {
            "deletionPolicy Delete: everything is gone; KMS keys end after their window".into()
        }
    };
    Some(Event::normal(reasons::DELETED, "Delete", note))
}

/// The farewell of a lake of which nothing is recorded.
pub(super) fn unmade() -> Event {
    let note = "nothing of this lake is recorded as made, and nothing was touched";
    Event::normal(reasons::DELETED, "Delete", note.to_owned())
}

/// The Event of a pass that could not plan: once for each reason and message.
pub(super) fn of_obstacle(before: &DatalakeStatus, after: &DatalakeStatus) -> Vec<Event> {
    let tell = |status: &DatalakeStatus| {
        condition(&status.conditions, types::READY).map(|c| (c.reason.clone(), c.message.clone()))
    };
    match tell(after) {
        Some((reason, message)) if tell(before) != Some((reason.clone(), message.clone())) => {
            if reason == reasons::SUSPENDED {
                vec![Event::normal(&reason, "Reconcile", message)]
            } else {
                vec![Event::warning(&reason, message)]
            }
        }
        _ => Vec::new(),
    }
}
