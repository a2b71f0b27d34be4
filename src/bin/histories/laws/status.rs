//! Honest: what every status must be, as it is written.

use datalake_operator::api::vocabulary::reasons;
use datalake_operator::api::{Datalake, DatalakeStatus, ResourceState, ResourceStatus};
use datalake_operator::model::report::condition;
use jiff::Timestamp;

use super::{Broken, Law, broken};

/// How many of those that stand in the way Ready names, and counts the others.
const TOLD: usize = 3;
/// Reasons for which nothing is planned, so that no resource is named.
pub const UNPLANNED: [&str; 3] = [
    reasons::SUSPENDED,
    reasons::INVALID_SPEC,
    reasons::IDENTITY_CHANGED,
];

/// The status that a pass over this object writes.
pub fn written(object: &Datalake, after: &DatalakeStatus) -> Result<(), Broken> {
    let generation = object.metadata.generation.unwrap_or_default();
    let leaves_unmade = object.metadata.deletion_timestamp.is_some() && Some(after) == object.status.as_ref();
    if after.observed_generation != generation && !leaves_unmade && *after != DatalakeStatus::default() {
        let said = after.observed_generation;
        return broken(
            Law::Honest,
            format!("observedGeneration is {said} after a look at generation {generation}"),
        );
    }
    named(after)
}

/// One status was written over the other, whoever had written that.
pub fn overwritten(
    before: Option<&Datalake>,
    after: Option<&Datalake>,
    now: Timestamp,
) -> Result<(), Broken> {
    let before = before.and_then(|object| object.status.as_ref());
    let after = after.and_then(|object| object.status.as_ref());
    match before.zip(after) {
        Some((before, after)) => forward(before, after, now),
        None => Ok(()),
    }
}

/// Neither the generation nor a transition time goes back, and a time changes only with what it is of.
fn forward(before: &DatalakeStatus, after: &DatalakeStatus, now: Timestamp) -> Result<(), Broken> {
    if after.observed_generation < before.observed_generation {
        return broken(
            Law::Honest,
            format!("observedGeneration goes back to {}", after.observed_generation),
        );
    }
    if after.applied_generation < before.applied_generation {
        return broken(
            Law::Honest,
            format!("appliedGeneration goes back to {:?}", after.applied_generation),
        );
    }
    for condition_after in &after.conditions {
        let Some(was) = condition(&before.conditions, &condition_after.type_) else {
            continue;
        };
        let (then, since) = (was.last_transition_time.0, condition_after.last_transition_time.0);
        let expected = if was.status == condition_after.status {
            then
        } else {
            now
        };
        if since != expected {
            let r#type = &condition_after.type_;
            return broken(
                Law::Honest,
                format!(
                    "{type} is {} since {since}, was {} since {then}",
                    condition_after.status, was.status
                ),
            );
        }
    }
    Ok(())
}

/// Whether somebody is told why it is not as declared. What is just being done to it is said by the state alone.
fn explained(resource: &ResourceStatus) -> bool {
    let at_work = [reasons::CREATING, reasons::UPDATING, reasons::DELETING];
    let says = resource
        .message
        .as_ref()
        .is_some_and(|message| !message.is_empty());
    says || resource
        .reason
        .as_ref()
        .is_some_and(|reason| at_work.contains(&reason.as_str()))
}

/// Ready is true only if every resource is; else it says why, and names who stands in the way.
fn named(after: &DatalakeStatus) -> Result<(), Broken> {
    let open: Vec<_> = after
        .resources
        .iter()
        .filter(|resource| !matches!(resource.state, ResourceState::Ready | ResourceState::Kept))
        .collect();
    let Some(ready) = condition(&after.conditions, "Ready") else {
        return Ok(());
    };
    if ready.status == "True" {
        return match open.first() {
            Some(first) => broken(
                Law::Honest,
                format!("Ready is true although {} is {:?}", first.id, first.state),
            ),
            None => Ok(()),
        };
    }
    if ready.reason.is_empty() || after.resources.is_empty() || UNPLANNED.contains(&ready.reason.as_str()) {
        return Ok(());
    }
    if let Some(resource) = open.iter().find(|resource| !explained(resource)) {
        let (id, state) = (&resource.id, resource.state);
        return broken(Law::Honest, format!("{id} is {state:?}, and nothing says why"));
    }
    let somebody = open
        .iter()
        .filter(|resource| ready.message.contains(&format!("{}: ", resource.id)));
    let of_the_account = ready.message.contains("sts:GetCallerIdentity");
    if of_the_account || somebody.count() >= open.len().min(TOLD) {
        return Ok(());
    }
    broken(
        Law::Honest,
        format!(
            "Ready is {} and does not name who is in the way: {}",
            ready.status, ready.message
        ),
    )
}

#[cfg(test)]
mod tests;
