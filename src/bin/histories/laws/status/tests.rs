//! A status that is honest, and the same one with one lie.

use datalake_operator::api::vocabulary::conditions::READY;

use super::*;
use crate::home;
use crate::laws::scene::{condition as condition_of, law, ready};

const LIES: Option<Law> = Some(Law::Honest);

fn honest() -> Datalake {
    Datalake::clone(&ready(0).object().unwrap())
}

/// The law that the object's own status breaks, with one alteration.
fn of(act: impl FnOnce(&mut DatalakeStatus)) -> Option<Law> {
    let object = honest();
    let mut after = object.status.clone().unwrap();
    act(&mut after);
    law(written(&object, &after))
}

/// The law that it breaks to write the altered status over the one that is there, an hour after the start.
fn over(act: impl FnOnce(&mut DatalakeStatus)) -> Option<Law> {
    let before = honest();
    let mut after = before.clone();
    act(after.status.as_mut().unwrap());
    law(overwritten(Some(&before), Some(&after), later()))
}

fn later() -> Timestamp {
    home::start() + jiff::SignedDuration::from_hours(1)
}

fn wait(status: &mut DatalakeStatus, count: usize) {
    for resource in status.resources.iter_mut().take(count) {
        resource.state = ResourceState::Pending;
        resource.message = Some("it waits".into());
    }
}

/// Ready is false, and its message names so many resources.
fn not_ready(status: &mut DatalakeStatus, named: usize) {
    let told = status.resources.iter().take(named);
    let told = told.map(|resource| resource.id.clone() + ": it waits; ");
    let message: String = told.collect();
    let ready = condition_of(status, READY);
    (ready.status, ready.reason, ready.message) = ("False".into(), "Waiting".into(), message);
}

#[test]
fn a_status_tells_of_the_generation_that_was_looked_at() {
    assert_eq!(of(|_| ()), None);
    assert_eq!(of(|status| status.observed_generation = 0), LIES, "an older one");
    assert_eq!(of(|status| status.observed_generation = 2), LIES, "a later one");
}

#[test]
fn ready_is_true_only_if_every_resource_is() {
    assert_eq!(of(|status| wait(status, 1)), LIES);
    assert_eq!(
        of(|status| status.resources[0].state = ResourceState::Kept),
        None,
        "the lake does not use it"
    );
}

#[test]
fn ready_names_those_in_the_way_or_three_of_them() {
    for (waiting, named, is, why) in [
        (1, 1, None, "the one"),
        (1, 0, LIES, "none"),
        (3, 2, LIES, "two of three"),
        (5, 3, None, "three of five"),
        (5, 2, LIES, "two of five"),
    ] {
        let said = of(|status| {
            wait(status, waiting);
            not_ready(status, named);
        });
        assert_eq!(said, is, "{why}");
    }
    let unexplained = of(|status| {
        wait(status, 1);
        not_ready(status, 1);
        status.resources[0].message = None;
        status.resources[0].reason = None;
    });
    assert_eq!(unexplained, LIES, "nothing says why it waits");
}

#[test]
fn neither_generation_nor_transition_goes_back() {
    assert_eq!(over(|_| ()), None);
    assert_eq!(
        over(|status| status.observed_generation -= 1),
        LIES,
        "observedGeneration"
    );
    assert_eq!(
        over(|status| status.applied_generation = None),
        LIES,
        "appliedGeneration"
    );
    let since = |time: Timestamp, is: &'static str| {
        over(move |status| {
            let ready = condition_of(status, READY);
            ready.status = is.into();
            ready.last_transition_time.0 = time;
        })
    };
    let before = home::start() - jiff::SignedDuration::from_hours(1);
    assert_eq!(since(before, "True"), LIES, "the time goes back");
    assert_eq!(since(later(), "True"), LIES, "the time without the state");
    assert_eq!(since(before, "False"), LIES, "the state and an old time");
    assert_eq!(since(later(), "False"), None, "the state with the time");
}
