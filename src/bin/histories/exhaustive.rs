//! Each single write of a creation, of each edit and of each deletion, and the process dying before it, after it, after
//! it and the status being lost besides, or its answer being lost.

use crate::diary::Diary;
use crate::edits::EDITS;
use crate::life::Life;
use crate::script::{Consent, Crash, Pace, Script, Step};
use crate::trouble::Trouble;

/// What can befall a write.
const FATES: [&str; 4] = ["before", "after", "lost", "wiped"];

/// Something that the user has done, without trouble.
fn scenes() -> Vec<Script> {
    let scene = |name: String, base, ready, steps| Script {
        name,
        seed: 1,
        base,
        pace: Pace::Steady,
        ready,
        steps,
    };
    let mut all = vec![
        scene("create".to_owned(), 0, false, Vec::new()),
        scene("create-with-publisher".to_owned(), 1, false, Vec::new()),
        scene("create-under-report".to_owned(), 4, false, Vec::new()),
        scene("create-on-demand".to_owned(), 6, false, Vec::new()),
    ];
    for (index, edit) in EDITS.iter().enumerate().filter(|(_, edit)| !edit.refused) {
        let what = edit.what.replace(' ', "-");
        all.push(scene(
            format!("edit-{index}-{what}"),
            0,
            true,
            vec![Step::Edit(index)],
        ));
    }
    let deletion = vec![
        Step::Store(3),
        Step::Consent(Consent::EmptyBuckets, true),
        Step::Delete,
    ];
    all.push(scene("delete".to_owned(), 1, true, deletion));
    all.push(scene(
        "delete-retain-data".to_owned(),
        2,
        true,
        vec![Step::Delete],
    ));
    all.push(scene("delete-retain".to_owned(), 0, true, vec![Step::Delete]));
    all
}

/// Every one of these histories.
pub fn all() -> Vec<Script> {
    let each = scenes().into_iter().flat_map(|scene| {
        let writes = writes(&scene);
        let each = writes.into_iter().zip(1..);
        each.flat_map(move |(minutes, k)| FATES.map(|fate| befallen(&scene, k, minutes, fate)))
    });
    each.collect()
}

/// The one of that name, as `create/12/after`.
pub fn named(name: &str) -> Option<Script> {
    let mut parts = name.split('/');
    let (scene, k, fate): (_, usize, _) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let scene = scenes().into_iter().find(|script| script.name == scene)?;
    let minutes = writes(&scene).get(k.checked_sub(1)?).copied()?;
    FATES.contains(&fate).then(|| befallen(&scene, k, minutes, fate))
}

/// The scene, in which this befalls the `k`-th write, which is made within so many minutes.
fn befallen(scene: &Script, k: usize, minutes: i64, fate: &str) -> Script {
    let what = match fate {
        "before" => Step::Crash(Crash::Before(k)),
        "after" => Step::Crash(Crash::After(k)),
        "wiped" => Step::Crash(Crash::Wiped(k)),
        _ => Step::Trouble(Trouble::Lost(k)),
    };
    let mut steps = vec![what];
    steps.extend(scene.steps.clone());
    steps.push(Step::Wait(minutes));
    Script {
        name: format!("{}/{k}/{fate}", scene.name),
        steps,
        ..scene.clone()
    }
}

/// Within how many minutes each write that it takes is made.
fn writes(scene: &Script) -> Vec<i64> {
    let mut life = Life::new(scene, Diary::closed());
    let begin = life.sim.now();
    let steps = scene.steps.iter().chain([&Step::Wait(20)]);
    for step in steps {
        if life.step(step).is_err() {
            break;
        }
    }
    life.sim.alter(|cloud| {
        let writes = cloud.journal.iter().filter(|call| call.write);
        writes
            .map(|call| call.at.duration_since(begin).as_mins() + 1)
            .collect()
    })
}
