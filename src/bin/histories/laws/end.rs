//! The laws on how a history ends: it converges, is silent then, and there is one of each.

use datalake_operator::api::vocabulary::reasons;
use datalake_operator::api::{Datalake, ResourceState};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::report::{condition, is_ready};
use jiff::SignedDuration;
use serde_json::Value;

use super::status::UNPLANNED;
use super::{Broken, Law, broken, obstacles, patience, things, vital};
use crate::life::Life;

/// Passes until all is quiet.
const PASSES: usize = 250;
/// A pass that asks for the next one no sooner has nothing left to do but to look for drift.
const QUIET: SignedDuration = SignedDuration::from_mins(4);
/// So long without an effect says that nothing will come of a quota that stays reached.
const IN_VAIN: SignedDuration = SignedDuration::from_mins(15);
/// What AWS allows so often a day, it allows again after that.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// After so long, everything was looked at again.
const ROUND: SignedDuration = SignedDuration::from_mins(10);
/// In which everything is looked at, in minutes.
const LOOKS: i64 = 5;
/// How many such rounds it must be silent for.
const ROUNDS: u64 = 3;
/// Rounds of an hour, and some more.
const HOUR: u64 = 15;

/// All laws, once faults have stopped; of a lake that is suspended then also once it goes on.
pub fn check(life: &mut Life) -> Result<(), Broken> {
    life.diary.line(life.sim.now(), "* faults stop");
    life.calm();
    if is_limited(life) {
        life.sim.advance(DAY);
    }
    at_rest(life)?;
    // Nobody looks at a lake that is suspended: what is not to be there is found when it goes on.
    if life.resume() {
        at_rest(life)?;
    }
    patience::patient(life)?;
    life.sim.alter(|cloud| match (life.object(), &life.last_words) {
        (Some(object), _) => {
            let ready = is_ready(
                object.status.as_ref(),
                object.metadata.generation.unwrap_or_default(),
            );
            things::while_it_lives(life, cloud, &object, ready)
        }
        (None, Some(last_words)) => things::afterwards(life, cloud, last_words),
        (None, None) => Ok(()),
    })
}

/// Once all is quiet, it stays so, and is as it is to be.
fn at_rest(life: &mut Life) -> Result<(), Broken> {
    loop {
        let lives = life.kubernetes.lock().lives;
        settle(life)?;
        // Later, AWS would take it no more.
        life.arrive();
        life.sim.advance(ROUND);
        settle(life)?;
        // One that was let go and applied again begins anew.
        if life.kubernetes.lock().lives == lives {
            break;
        }
    }
    silent(life)?;
    converged(life)
}

/// Whether a stream was changed as often as AWS allows in a day.
fn is_limited(life: &Life) -> bool {
    let limited = |cloud: &mut Cloud| cloud.streams.iter().any(|(_, live)| live.is_limited(cloud.now));
    life.sim.alter(limited)
}

/// Passes, each when the one before asked for it, until nothing is left to do but to look for drift.
fn settle(life: &mut Life) -> Result<(), Broken> {
    let (mut effect, mut in_vain) = (life.sim.now(), false);
    for _ in 0..PASSES {
        let uid = |life: &Life| life.object().map(|object| object.metadata.uid.clone());
        let before = uid(life);
        let passed = life.pass(false)?;
        let after = uid(life);
        if after.is_none() {
            return Ok(());
        }
        if after != before {
            // It was let go, and is applied again.
            continue;
        }
        let now = life.sim.now();
        // Of what fails otherwise there is an end.
        if passed.effects > 0 || passed.writes > 0 {
            (effect, in_vain) = (now, false);
        }
        // Calls that came late may have used up what is left of a day.
        if passed.writes > 0 && passed.effects == 0 && is_limited(life) {
            life.sim.advance(DAY);
            continue;
        }
        in_vain |= passed.over_quota > 0;
        match passed.next {
            // Two that a quota refuses, each at its own times.
            Some(_) if now.duration_since(effect) > IN_VAIN && in_vain => return Ok(()),
            Some(next) if next < QUIET => life.sim.advance(next),
            // What a quota refuses is tried again for ever.
            _ if passed.writes == 0 && passed.over_quota == 0 => return Ok(()),
            next => life.sim.advance(next.unwrap_or_default()),
        }
    }
    let status = life.object().and_then(|object| object.status.clone());
    let ready = status
        .as_ref()
        .and_then(|status| condition(&status.conditions, "Ready"));
    let told = ready.map(|ready| format!("{} {}: {}", ready.status, ready.reason, ready.message));
    broken(
        Law::Converges,
        format!("{PASSES} passes were not enough: {}", told.unwrap_or_default()),
    )
}

/// Ready, with all that is declared; or what stands in the way is there, and is named.
fn converged(life: &mut Life) -> Result<(), Broken> {
    let Some(object) = life.object() else {
        return Ok(());
    };
    let status = object.status.clone().unwrap_or_default();
    let Some(ready) = condition(&status.conditions, "Ready") else {
        return broken(Law::Converges, "the status says nothing of Ready");
    };
    let generation = object.metadata.generation.unwrap_or_default();
    if is_ready(Some(&status), generation) {
        return in_force(life, &object);
    }
    let allowed = obstacles::allowed(life, &object);
    if !allowed.contains(ready.reason.as_str()) {
        return broken(
            Law::Converges,
            format!("Ready is {} {}: {}", ready.status, ready.reason, ready.message),
        );
    }
    if UNPLANNED.contains(&ready.reason.as_str()) {
        return Ok(());
    }
    let stuck = status.resources.iter().find(|resource| {
        let reason = resource.reason.as_deref().unwrap_or_default();
        !matches!(resource.state, ResourceState::Ready | ResourceState::Kept)
            && reason != reasons::BLOCKED
            && !allowed.contains(reason)
    });
    match stuck {
        Some(resource) => broken(
            Law::Converges,
            format!(
                "{} is {:?}: {}",
                resource.id,
                resource.state,
                resource.message.clone().unwrap_or_default()
            ),
        ),
        None => Ok(()),
    }
}

/// Everything declared holds: the operator's own comparison, after a fresh look at everything, and ours.
fn in_force(life: &Life, object: &Datalake) -> Result<(), Broken> {
    if object.metadata.deletion_timestamp.is_some() {
        return broken(
            Law::Converges,
            "Ready is true, and the object is still there although it was deleted",
        );
    }
    if let Some(plan) = life.fresh_look(object)
        && !plan.in_sync()
    {
        let rendered = datalake_operator::model::render::render(&plan);
        return broken(
            Law::Converges,
            format!("Ready is true, but a fresh look says\n{rendered}"),
        );
    }
    life.sim.alter(|cloud| {
        if let Err(why) = vital::holds(cloud, &life.home, &object.spec) {
            return broken(Law::Converges, format!("Ready is true, but {why}"));
        }
        vital::works(cloud, &life.home)
    })
}

/// Three more rounds of looks, each pass when the one before asked for it: nothing is written, neither to AWS nor to the object. Only a call that a quota refuses is
/// made again. And for an hour the operator looks out for the key of a call of `CreateKey` that it gave up: that the hour
/// is over is all that it has to write then, once for each.
fn silent(life: &mut Life) -> Result<(), Broken> {
    let calls = life.sim.alter(|cloud| cloud.journal.len());
    let (before, version) = (life.object(), life.kubernetes.lock().version());
    let given_up = searches(before.as_deref());
    for round in 0.. {
        if round >= ROUNDS && (round >= HOUR || searches(life.object().as_deref()) == 0) {
            break;
        }
        life.wait(LOOKS)?;
    }
    let written = life.sim.alter(|cloud| {
        let since = cloud.journal.get(calls..).unwrap_or_default();
        let wrote = since
            .iter()
            .find(|call| call.effect || call.write && !life.is_over_quota(call));
        wrote.map(|call| format!("{}:{} {}", call.service, call.operation, call.subject))
    });
    if let Some(call) = written {
        return broken(Law::Silent, format!("{call} although nothing happened"));
    }
    let (after, writes) = (life.object(), life.kubernetes.lock().version() - version);
    if writes > given_up || settled(before.as_deref()) != settled(after.as_deref()) {
        return broken(Law::Silent, "the object was written although nothing happened");
    }
    match searches(after.as_deref()) {
        0 => Ok(()),
        _ if !is_looked_for(after.as_deref()) => Ok(()),
        _ => broken(
            Law::Silent,
            "the key of a call that was given up is looked out for without end",
        ),
    }
}

/// How many calls of `CreateKey` were given up whose keys are looked out for.
fn searches(object: Option<&Datalake>) -> u64 {
    let pinned = object.and_then(|object| object.status.as_ref()?.pinned.as_ref());
    let all = pinned.map(|pinned| pinned.abandoned_key_intents.values().map(Vec::len).sum());
    u64::try_from(all.unwrap_or(0_usize)).unwrap_or(u64::MAX)
}

/// Whether the operator looks for the lake's keys: not while it is suspended or can't be planned, nor for one that is
/// kept since the user has given another in its place.
fn is_looked_for(object: Option<&Datalake>) -> bool {
    let Some(object) = object else { return false };
    let status = object.status.as_ref();
    let ready = status.and_then(|status| condition(&status.conditions, "Ready"));
    let own = &object.spec.encryption;
    own.bucket_key_arn.is_none()
        && own.stream_key_arn.is_none()
        && ready.is_none_or(|ready| !UNPLANNED.contains(&ready.reason.as_str()))
}

/// The object without what may still be written once all is quiet.
fn settled(object: Option<&Datalake>) -> Option<Value> {
    let mut object = serde_json::to_value(object?).ok()?;
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
    }
    if let Some(pinned) = object
        .pointer_mut("/status/pinned")
        .and_then(Value::as_object_mut)
    {
        pinned.remove("abandonedKeyIntents");
    }
    Some(object)
}

#[cfg(test)]
mod tests;
