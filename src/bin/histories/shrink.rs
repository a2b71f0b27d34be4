//! Makes a history that breaks a law as short as it can be.

use crate::diary::Diary;
use crate::laws::Broken;
use crate::live;
use crate::script::{Pace, Script};

/// The shortest history found that breaks the same law, and how it does.
pub fn shrink(script: &Script, found: &Broken) -> (Script, Broken) {
    let mut best = (script.clone(), found.clone());
    let breaks = |script: &Script| {
        live::out(script, Diary::closed())
            .broken
            .filter(|broken| broken.law == found.law)
    };
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
