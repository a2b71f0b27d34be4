//! Makes a history that breaks a law as short as it can be.

use crate::diary::Diary;
use crate::laws::Broken;
use crate::live;
use crate::script::{Pace, Script};

/// The shortest history found that breaks the same law, and how it does.
pub fn shrink(script: &Script, found: &Broken) -> (Script, Broken) {
    shrink_by(script, found, |script| {
        live::out(script, Diary::closed()).end.err()
    })
}

/// `out` says which law a history breaks.
fn shrink_by(script: &Script, found: &Broken, out: impl Fn(&Script) -> Option<Broken>) -> (Script, Broken) {
    let mut best = (script.clone(), found.clone());
    let breaks = |script: &Script| out(script).filter(|broken| broken.law == found.law);
    let mut again = true;
    while again {
        again = false;
        for candidate in shorter(&best.0) {
            if let Some(broken) = breaks(&candidate) {
                best = (candidate, broken);
                again = true;
                break;
            }
        }
    }
    best
}

/// Histories that are less of the same, the most shortened first.
fn shorter(script: &Script) -> Vec<Script> {
    let mut all = Vec::new();
    let count = script.steps.len();
    let mut chunk = count.div_ceil(2);
    while chunk > 0 {
        for start in (0..count).step_by(chunk) {
            let mut steps = script.steps.clone();
            steps.drain(start..count.min(start + chunk));
            all.push(Script {
                steps,
                ..script.clone()
            });
        }
        chunk /= 2;
    }
    for pace in [Pace::AtOnce, Pace::Steady]
        .into_iter()
        .filter(|pace| *pace < script.pace)
    {
        all.push(Script {
            pace,
            ..script.clone()
        });
    }
    if script.side_by_side {
        all.push(Script {
            side_by_side: false,
            ..script.clone()
        });
    }
    if script.base != 0 {
        all.push(Script {
            base: 0,
            ..script.clone()
        });
    }
    if !script.ready {
        all.push(Script {
            ready: true,
            ..script.clone()
        });
    }
    for (index, step) in script.steps.iter().enumerate() {
        if let Some(lesser) = step.lesser() {
            let mut steps = script.steps.clone();
            steps[index] = lesser;
            all.push(Script {
                steps,
                ..script.clone()
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::Law;
    use crate::script::Step;

    #[test]
    fn a_history_made_short_breaks_the_same_law_and_not_another_that_is_broken_by_less() {
        let out = |script: &Script| {
            let deletes = script.steps.contains(&Step::Delete);
            let stores = script.steps.iter().any(|step| matches!(step, Step::Store(_)));
            let law = if stores { Law::Data } else { Law::Calm };
            deletes.then(|| Broken {
                law,
                how: format!("{} steps", script.steps.len()),
            })
        };
        let script = Script {
            name: "long".to_owned(),
            seed: 1,
            base: 2,
            pace: Pace::Lagging,
            ready: false,
            side_by_side: true,
            steps: vec![
                Step::Wait(5),
                Step::Store(4),
                Step::Restart,
                Step::Delete,
                Step::Pass(3),
            ],
        };
        let (short, broken) = shrink_by(&script, &out(&script).unwrap(), out);
        assert_eq!(short.steps, [Step::Store(1), Step::Delete]);
        assert_eq!((short.base, short.pace, short.ready), (0, Pace::AtOnce, true));
        assert!(!short.side_by_side);
        assert_eq!((broken.law, broken.how.as_str()), (Law::Data, "2 steps"));
    }
}
