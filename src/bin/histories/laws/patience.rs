//! Calm: no call is made too often, and what fails is tried ever more seldom.

use std::collections::BTreeMap;

use datalake_operator::cloud::sim::Call;
use jiff::{SignedDuration, Timestamp};

use super::{Broken, Law, broken};
use crate::diary::is_trouble;
use crate::life::Life;

/// The same call, failing, within ten minutes: every 30 s and some more, after edits and new starts; and where three
/// calls in ten fail by chance, of those that are made while others are waited for.
const ATTEMPTS: usize = 120;
/// The same write, whatever came of it, within a minute.
const WRITES: usize = 25;
/// From so many failures in a row on, the next attempt keeps its distance.
const IN_A_ROW: usize = 6;
/// Half a minute, up to a quarter sooner, so that lakes do not come back together.
const DISTANCE: SignedDuration = SignedDuration::from_secs(20);
/// Who the credentials are of is asked before anything is known of the lake: from the first failure on a quarter of a
/// minute apart, up to a quarter sooner.
const DISTANCE_OF_IDENTITY: SignedDuration = SignedDuration::from_secs(12);
/// What failed longer ago than this is another row: whoever asks so seldom is in no hurry.
const ANOTHER: SignedDuration = SignedDuration::from_mins(15);
/// The lake has two keys, and whoever looks for one of them among all looks at the other as well: each keeps its own
/// distance.
const ASKERS_OF_KEYS: usize = 2;

/// No call that fails is made too often, and no write at all.
pub fn patient(life: &Life) -> Result<(), Broken> {
    let late = life.late();
    let impatient = life.sim.alter(|cloud| {
        let failures = cloud.journal.iter().filter(|call| is_trouble(call));
        let writes = cloud.journal.iter().filter(|call| call.write);
        too_often(failures, ATTEMPTS, SignedDuration::from_mins(10))
            .or_else(|| too_often(writes, WRITES, SignedDuration::from_mins(1)))
            .or_else(|| too_soon(&cloud.journal, &life.anew, &late))
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

/// The first call that failed again and again and was made again too soon. An edit, another process: then it is tried as
/// if it had not failed before. Nor does a failure count of a call that a former leader had made, and that came late: the
/// leader hears nothing of it.
fn too_soon(journal: &[Call], anew: &[usize], late: &[usize]) -> Option<String> {
    let ends = anew.iter().copied().chain([journal.len()]);
    let begins = [0].into_iter().chain(anew.iter().copied());
    begins.zip(ends).find_map(|(begin, end)| {
        let calls = (begin..end).filter_map(|index| Some((index, journal.get(index)?)));
        let heard = calls.filter(|(index, call)| !(late.contains(index) && is_trouble(call)));
        hasty(heard.map(|(_, call)| call))
    })
}

fn hasty<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Option<String> {
    let mut writes: BTreeMap<(&str, &str), Vec<Timestamp>> = BTreeMap::new();
    let mut looks: BTreeMap<(&str, &str), Vec<Timestamp>> = BTreeMap::new();
    for call in calls {
        let of = (call.operation, call.subject.as_str());
        // Nothing is written before a look that went through: what fails from now on is another row.
        if call.write {
            looks.retain(|(_, subject), _| *subject != call.subject);
        }
        if call.effect && !is_trouble(call) {
            writes.retain(|(_, subject), _| *subject != call.subject);
        }
        let rows = if call.write { &mut writes } else { &mut looks };
        if !is_trouble(call) {
            rows.remove(&of);
            continue;
        }
        let row = rows.entry(of).or_default();
        // Two resources that are looked at together ask the same at one time.
        if row.last() == Some(&call.at) {
            continue;
        }
        if row
            .last()
            .is_some_and(|last| call.at.duration_since(*last) >= ANOTHER)
        {
            row.clear();
        }
        if let Some(gap) = too_near(row, call) {
            return Some(format!(
                "{} {} was made again {gap:#} after it had failed {} times in a row",
                call.operation,
                call.subject,
                row.len()
            ));
        }
        row.push(call.at);
    }
    None
}

/// How soon after the same asker's last failure the call was made, where that is too soon after so many failures.
fn too_near(row: &[Timestamp], call: &Call) -> Option<SignedDuration> {
    let distance = match call.service {
        "sts" => DISTANCE_OF_IDENTITY,
        _ => DISTANCE,
    };
    let askers = match call.service {
        "kms" if !call.write => ASKERS_OF_KEYS,
        _ => 1,
    };
    let before = row.get(row.len().checked_sub(askers)?)?;
    let gap = call.at.duration_since(*before);
    (row.len() >= IN_A_ROW * askers && gap < distance).then_some(gap)
}

#[cfg(test)]
mod tests;
