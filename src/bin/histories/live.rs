//! Lives a script out, and checks every law.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diary::Diary;
use crate::laws::{Broken, Law, end};
use crate::life::Life;
use crate::script::Script;

/// What came of a history.
pub struct Outcome {
    /// The law that it broke.
    pub broken: Option<Broken>,
    /// How many passes the operator made.
    pub passes: u64,
}

/// Lives a script out.
pub fn out(script: &Script, diary: Diary) -> Outcome {
    let mut passes = 0;
    let life = catch_unwind(AssertUnwindSafe(|| {
        let mut life = Life::new(script, diary);
        let result = script
            .steps
            .iter()
            .try_for_each(|step| life.step(step))
            .and_then(|()| end::check(&mut life));
        passes = life.passes;
        result.err()
    }));
    let broken = life.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Some(Broken {
            law: Law::Calm,
            how: format!("a panic: {}", text.unwrap_or_default()),
        })
    });
    Outcome { broken, passes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author;

    /// Every call, and how it ended.
    fn journal(seed: u64) -> Vec<String> {
        let script = author::write(seed);
        let mut life = Life::new(&script, Diary::closed());
        let steps = script.steps.iter().try_for_each(|step| life.step(step));
        let end = steps.and_then(|()| end::check(&mut life));
        let calls = life.sim.alter(|cloud| {
            cloud
                .journal
                .iter()
                .map(|call| format!("{call:?}"))
                .collect::<Vec<_>>()
        });
        calls.into_iter().chain([format!("{end:?}")]).collect()
    }

    #[test]
    fn a_seed_gives_the_same_history_each_time() {
        let mut calls = 0;
        for seed in 1..=30 {
            let first = journal(seed);
            assert_eq!(first, journal(seed), "{seed}");
            calls += first.len() - 1;
        }
        assert!(calls > 1000, "{calls}");
        assert_ne!(journal(1), journal(2));
    }
}
