//! The laws on how a history ends: it converges, is silent then, and there is one of each.

use std::collections::BTreeMap;

use datalake_operator::api::vocabulary::reasons;
use datalake_operator::api::{Datalake, ResourceState};
use datalake_operator::cloud::sim::Call;
use datalake_operator::model::report::{condition, is_ready};
use jiff::{SignedDuration, Timestamp};

use super::{Broken, Law, broken, obstacles, things, vital};
use crate::diary::is_trouble;
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
/// The same call, failing, within ten minutes: every 30 s and some more, after edits and new starts.
const ATTEMPTS: usize = 80;
/// The same write, whatever came of it, within a minute.
const WRITES: usize = 25;

/// All laws, once faults have stopped.
pub fn check(life: &mut Life) -> Result<(), Broken> {
    life.diary.line(life.sim.now(), "* faults stop");
    life.calm();
    if life
        .sim
        .alter(|cloud| cloud.streams.iter().any(|(_, live)| live.is_limited(cloud.now)))
    {
        life.sim.advance(DAY);
    }
    loop {
        let lives = life.kubernetes.lock().lives;
        settle(life)?;
        life.sim.advance(ROUND);
        settle(life)?;
        // One that was let go and applied again begins anew.
        if life.kubernetes.lock().lives == lives {
            break;
        }
    }
    searched(life)?;
    silent(life)?;
    converged(life)?;
    patient(life)?;
    life.sim.alter(|cloud| match (life.object(), &life.last_words) {
        (Some(object), _) => {
            let ready = is_ready(
                object.status.as_ref(),
                object.metadata.generation.unwrap_or_default(),
            );
            things::while_it_lives(cloud, &life.home, &object, ready)
        }
        (None, Some(last_words)) => things::afterwards(cloud, &life.home, last_words),
        (None, None) => Ok(()),
    })
}

/// Passes, each when the one before asked for it, until nothing is left to do but to look for drift.
fn settle(life: &mut Life) -> Result<(), Broken> {
    let mut effect = life.sim.now();
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
        if passed.effects > 0 {
            effect = now;
        }
        match passed.next {
            // Two that a quota refuses, each at its own times.
            Some(_) if now.duration_since(effect) > IN_VAIN && !life.quotas.is_empty() => return Ok(()),
            Some(next) if next < QUIET => life.sim.advance(next),
            // What a quota refuses is tried again for ever.
            _ if passed.effects == 0 && (passed.writes == 0 || !life.quotas.is_empty()) => return Ok(()),
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

/// For an hour the operator looks out for the key of a call of `CreateKey` that it gave up; that the hour is over is the
/// last that it has to write.
fn searched(life: &mut Life) -> Result<(), Broken> {
    let searches = |life: &Life| {
        let status = life.object().and_then(|object| object.status.clone());
        let pinned = status.and_then(|status| status.pinned);
        pinned.is_some_and(|pinned| !pinned.abandoned_key_intents.is_empty())
    };
    for _ in 0..8 {
        if !searches(life) {
            break;
        }
        life.sim.advance(ROUND);
        settle(life)?;
    }
    Ok(())
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
    if [
        reasons::SUSPENDED,
        reasons::INVALID_SPEC,
        reasons::IDENTITY_CHANGED,
    ]
    .contains(&ready.reason.as_str())
    {
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
    let arn = life
        .home
        .place
        .delivery_stream(&life.home.names.delivery)
        .to_string();
    life.sim.alter(|cloud| {
        if let Err(why) = vital::holds(cloud, &life.home, &object.spec) {
            return broken(Law::Converges, format!("Ready is true, but {why}"));
        }
        match cloud.delivers(&arn) {
            Err(why) => broken(Law::ReadyWorks, why),
            Ok(()) => Ok(()),
        }
    })
}

/// Two more rounds of looks: nothing is written, neither to AWS nor to the object. What a quota refuses is tried again.
fn silent(life: &mut Life) -> Result<(), Broken> {
    let (calls, version) = (
        life.sim.alter(|cloud| cloud.journal.len()),
        life.kubernetes.lock().version(),
    );
    life.sim.advance(ROUND);
    settle(life)?;
    let limited = !life.quotas.is_empty();
    let written = life.sim.alter(|cloud| {
        let since = cloud.journal.get(calls..).unwrap_or_default();
        let wrote = since.iter().find(|call| call.effect || call.write && !limited);
        wrote.map(|call| format!("{}:{} {}", call.service, call.operation, call.subject))
    });
    if let Some(call) = written {
        return broken(Law::Silent, format!("{call} although nothing happened"));
    }
    if life.kubernetes.lock().version() != version {
        return broken(Law::Silent, "the object was written although nothing happened");
    }
    Ok(())
}

/// No call that fails is made too often, and no write at all.
fn patient(life: &Life) -> Result<(), Broken> {
    let impatient = life.sim.alter(|cloud| {
        let failures = cloud.journal.iter().filter(|call| is_trouble(call));
        let writes = cloud.journal.iter().filter(|call| call.write);
        too_often(failures, ATTEMPTS, SignedDuration::from_mins(10))
            .or_else(|| too_often(writes, WRITES, SignedDuration::from_mins(1)))
    });
    impatient.map_or(Ok(()), |how| broken(Law::Calm, how))
}

/// The first call that is made so many times within the window.
fn too_often<'a>(
    calls: impl Iterator<Item = &'a Call>,
    most: usize,
    window: SignedDuration,
) -> Option<String> {
    let mut times: BTreeMap<(&str, &str), Vec<Timestamp>> = BTreeMap::new();
    for call in calls {
        let at = times.entry((call.operation, &call.subject)).or_default();
        at.push(call.at);
        if let Some(earlier) = at.len().checked_sub(most).and_then(|index| at.get(index))
            && call.at.duration_since(*earlier) < window
        {
            return Some(format!(
                "{} {} was made {most} times within {window:#}",
                call.operation, call.subject
            ));
        }
    }
    None
}
