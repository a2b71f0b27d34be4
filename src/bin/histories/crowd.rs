//! Many histories, side by side.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use datalake_operator::shell::clock;

use crate::author;
use crate::diary::Diary;
use crate::laws::Broken;
use crate::live::{self, End};
use crate::script::Script;

/// Failures that are told.
const TOLD: usize = 20;

/// Histories by number.
pub trait Histories: Sync {
    fn count(&self) -> u64;
    fn get(&self, index: u64) -> Option<Script>;
}

/// Random ones.
pub struct Seeds {
    pub first: u64,
    pub count: u64,
}

impl Histories for Seeds {
    fn count(&self) -> u64 {
        self.count
    }

    fn get(&self, index: u64) -> Option<Script> {
        Some(author::write(self.first.wrapping_add(index)))
    }
}

impl Histories for Vec<Script> {
    fn count(&self) -> u64 {
        u64::try_from(self.len()).unwrap_or(u64::MAX)
    }

    fn get(&self, index: u64) -> Option<Script> {
        self.as_slice().get(usize::try_from(index).ok()?).cloned()
    }
}

#[derive(Default)]
struct Tally {
    passes: u64,
    steps: BTreeMap<&'static str, u64>,
    ends: BTreeMap<End, u64>,
    failures: Vec<(String, Broken)>,
}

/// Lives them all, says what came of it, and whether every law held.
pub fn run(what: &str, histories: &impl Histories, jobs: usize) -> bool {
    let (next, total) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let started = clock::instant();
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let mut mine = Tally::default();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(script) = histories.get(index).filter(|_| index < histories.count()) else {
                        break;
                    };
                    mine.live(&script);
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).add(mine);
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    tell(what, &total, histories.count(), seconds);
    total.failures.is_empty()
}

impl Tally {
    fn live(&mut self, script: &Script) {
        for step in &script.steps {
            *self.steps.entry(step.kind()).or_default() += 1;
        }
        let outcome = live::out(script, Diary::closed());
        self.passes += outcome.passes;
        match outcome.end {
            Ok(end) => *self.ends.entry(end).or_default() += 1,
            Err(broken) => self.failures.push((script.name.clone(), broken)),
        }
    }

    fn add(&mut self, other: Tally) {
        self.passes += other.passes;
        for (kind, count) in other.steps {
            *self.steps.entry(kind).or_default() += count;
        }
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn tell(what: &str, total: &Tally, count: u64, seconds: f64) {
    println!(
        "{what}: {count} histories, {} passes in {seconds:.1} s, {:.0} a second",
        total.passes,
        count as f64 / seconds
    );
    let steps: Vec<_> = total
        .steps
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    println!("  steps: {}", steps.join(", "));
    println!("  ends: {}", ends(&total.ends));
    if total.failures.is_empty() {
        println!("  every law held");
        return;
    }
    let mut laws: BTreeMap<_, u64> = BTreeMap::new();
    for (_, broken) in &total.failures {
        *laws.entry(broken.law).or_default() += 1;
    }
    println!("  {} of them broke a law: {laws:?}", total.failures.len());
    for (name, broken) in total.failures.iter().take(TOLD) {
        println!(
            "  {:?}, in {name}: {}\n    make replay HISTORY=\"{name}\"",
            broken.law, broken.how
        );
    }
}

/// How they ended. A law asks less of a lake that something stands in the way of: so what does is counted, most often first.
fn ends(ends: &BTreeMap<End, u64>) -> String {
    let count = |end| ends.get(&end).copied().unwrap_or_default();
    let mut reasons: Vec<_> = ends
        .iter()
        .filter_map(|(end, count)| match end {
            End::NotReady(reason) => Some((std::cmp::Reverse(*count), reason)),
            End::Ready | End::Gone => None,
        })
        .collect();
    reasons.sort();
    let not: u64 = reasons.iter().map(|(count, _)| count.0).sum();
    let reasons: Vec<_> = reasons
        .iter()
        .map(|(count, reason)| format!("{reason} {}", count.0))
        .collect();
    let why = if reasons.is_empty() {
        String::new()
    } else {
        format!(": {}", reasons.join(", "))
    };
    format!(
        "{} Ready, {} gone, {not} not Ready{why}",
        count(End::Ready),
        count(End::Gone)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_is_counted_by_its_reason_the_most_frequent_first() {
        let not = |reason: &str| End::NotReady(reason.to_owned());
        let all = [
            (End::Ready, 7),
            (End::Gone, 4),
            (not("ChangeRefused"), 2),
            (not("NotOwned"), 3),
        ];
        assert_eq!(
            ends(&all.into()),
            "7 Ready, 4 gone, 5 not Ready: NotOwned 3, ChangeRefused 2"
        );
        assert_eq!(ends(&BTreeMap::new()), "0 Ready, 0 gone, 0 not Ready");
    }
}
