//! Lives a script out, and checks every law.

use std::panic::{AssertUnwindSafe, catch_unwind};

use datalake_operator::model::report::{condition, is_ready};

use crate::diary::Diary;
use crate::laws::{Broken, Law, end};
use crate::life::Life;
use crate::script::Script;

/// What came of a history.
pub struct Outcome {
    /// How it ended, or the law that it broke.
    pub end: Result<End, Broken>,
    /// How many passes the operator made.
    pub passes: u64,
}

/// How the lake stands once all is calm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It is Ready.
    Ready,
    /// The object was let go.
    Gone,
    /// It is not, for the reason that Ready gives: one of those that `laws::obstacles` found to stand in the way.
    NotReady(String),
}

impl End {
    fn of(life: &Life) -> Self {
        let Some(object) = life.object() else {
            return Self::Gone;
        };
        let status = object.status.as_ref();
        if is_ready(status, object.metadata.generation.unwrap_or_default()) {
            return Self::Ready;
        }
        let ready = status.and_then(|status| condition(&status.conditions, "Ready"));
        Self::NotReady(ready.map(|ready| ready.reason.clone()).unwrap_or_default())
    }
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
        result.map(|()| End::of(&life))
    }));
    let end = life.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Err(Broken {
            law: Law::Calm,
            how: format!("a panic: {}", text.unwrap_or_default()),
        })
    });
    Outcome { end, passes }
}

#[cfg(test)]
mod tests {
    use datalake_operator::api::vocabulary::reasons;
    use datalake_operator::model::topology::Id;

    use super::*;
    use crate::author;
    use crate::edits::EDITS;
    use crate::script::{Pace, Step, Whose};

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
    #[test]
    fn what_is_told_is_how_the_lake_stands_in_the_end() {
        let refused = EDITS.iter().position(|edit| edit.refused).unwrap();
        let not = |reason: &str| End::NotReady(reason.to_owned());
        let taken = Step::Plant(Id::Database, Whose::AnotherLakes);
        for (ready, steps, end) in [
            (false, vec![], End::Ready),
            (true, vec![Step::Delete, Step::Wait(10)], End::Gone),
            (true, vec![Step::Edit(refused)], not(reasons::CHANGE_REFUSED)),
            (false, vec![taken], not(reasons::NOT_OWNED)),
        ] {
            let script = Script {
                name: "told".into(),
                seed: 1,
                base: 0,
                pace: Pace::AtOnce,
                ready,
                side_by_side: false,
                steps,
            };
            assert_eq!(out(&script, Diary::closed()).end.unwrap(), end, "{script}");
        }
    }
}
