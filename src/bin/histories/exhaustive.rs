//! Each single write of a creation, of each edit and of each deletion, and the process dying before it, after it, after
//! it and the status being lost besides, or its answer being lost, or lost to the SDK, which makes it again; or standing
//! still in it, so that it arrives just before the next process makes its first write. Some of them also where reads lag.

use datalake_operator::model::topology::Id;

use crate::diary::Diary;
use crate::edits::{EDITS, pairs};
use crate::life::Life;
use crate::script::{Arrival, Consent, Crash, Pace, Script, Step};
use crate::trouble::Trouble;

/// What can befall a write.
const FATES: [&str; 6] = ["before", "after", "lost", "retried", "wiped", "late"];

/// Scenes that are there twice: with each resource's calls after another's, and side by side.
const OVERLAPPED: [&str; 2] = ["create-with-publisher", "delete"];

/// Something that the user has done, without trouble.
struct Scene {
    script: Script,
    /// How many of its steps come before the writes that it is about.
    prelude: usize,
}

/// In which an edit is surely applied, in minutes.
const APPLIED: i64 = 20;

/// What is lived also where reads lag: a creation, a deletion, and an edit of each kind of thing whose reads do.
const LAGGING: [&str; 9] = [
    "create-with-publisher",
    "delete",
    "edit-10-lakeDays",
    "edit-11-lakeDays-after-10",
    "edit-16-compression",
    "edit-20-a-bucket-key-of-the-user's-own",
    "edit-28-tags",
    "edit-30-tags-after-28",
    "edit-31-a-new-column",
];

/// The scenes, and those of [`LAGGING`] once more.
fn scenes() -> Vec<Scene> {
    let mut all = steady();
    let lagging = all
        .iter()
        .filter(|scene| LAGGING.contains(&scene.script.name.as_str()));
    let lagging = lagging.map(|scene| Scene {
        script: Script {
            name: format!("lagging-{}", scene.script.name),
            pace: Pace::Lagging,
            ..scene.script.clone()
        },
        prelude: scene.prelude,
    });
    let lagging: Vec<_> = lagging.collect();
    all.extend(lagging);
    all
}

fn steady() -> Vec<Scene> {
    let scene = |name: String, base, ready, steps| Scene {
        script: Script {
            name,
            seed: 1,
            base,
            pace: Pace::Steady,
            ready,
            side_by_side: false,
            steps,
        },
        prelude: 0,
    };
    let mut all = vec![
        scene("create".to_owned(), 0, false, Vec::new()),
        scene("create-with-publisher".to_owned(), 1, false, Vec::new()),
        scene("create-under-report".to_owned(), 4, false, Vec::new()),
        scene("create-on-demand".to_owned(), 6, false, Vec::new()),
        scene("create-in-us-east-1".to_owned(), 7, false, Vec::new()),
    ];
    let failing = [Id::Delivery, Id::Publisher].map(|id| Step::Trouble(Trouble::Failing(id, 1)));
    all.push(Scene {
        prelude: failing.len(),
        ..scene("create-in-vain-first".to_owned(), 1, false, failing.into())
    });
    for (index, edit) in EDITS.iter().enumerate().filter(|(_, edit)| !edit.refused) {
        let what = edit.what.replace(' ', "-");
        all.push(scene(
            format!("edit-{index}-{what}"),
            0,
            true,
            vec![Step::Edit(index)],
        ));
    }
    // An edit that changes nothing of the sample lake undoes another.
    for (first, second) in pairs() {
        let what = EDITS[second].what.replace(' ', "-");
        let consent = Step::Consent(Consent::ShortenRetention, true);
        let steps = vec![
            Step::Edit(first),
            consent,
            Step::Wait(APPLIED),
            Step::Edit(second),
        ];
        let name = format!("edit-{second}-{what}-after-{first}");
        let prelude = steps.len() - 1;
        all.push(Scene {
            prelude,
            ..scene(name, 0, true, steps)
        });
    }
    let deletion = vec![
        Step::Store(3),
        Step::Consent(Consent::EmptyBuckets, true),
        Step::Delete,
    ];
    all.push(scene("delete".to_owned(), 1, true, deletion.clone()));
    all.push(scene("delete-in-us-east-1".to_owned(), 7, true, deletion));
    all.push(scene(
        "delete-retain-data".to_owned(),
        2,
        true,
        vec![Step::Delete],
    ));
    all.push(scene("delete-retain".to_owned(), 0, true, vec![Step::Delete]));
    let overlapped = all
        .iter()
        .filter(|scene| OVERLAPPED.contains(&scene.script.name.as_str()));
    let overlapped: Vec<_> = overlapped.map(side_by_side).collect();
    all.extend(overlapped);
    all
}

/// The same, with the calls for several resources on their way at once.
fn side_by_side(scene: &Scene) -> Scene {
    Scene {
        script: Script {
            name: format!("{}-side-by-side", scene.script.name),
            side_by_side: true,
            ..scene.script.clone()
        },
        ..*scene
    }
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
    let scene = scenes().into_iter().find(|each| each.script.name == scene)?;
    let minutes = writes(&scene).get(k.checked_sub(1)?).copied()?;
    FATES.contains(&fate).then(|| befallen(&scene, k, minutes, fate))
}

/// The scene, in which this befalls the `k`-th write, which is made within so many minutes.
fn befallen(scene: &Scene, k: usize, minutes: i64, fate: &str) -> Script {
    let what = match fate {
        "before" => Step::Crash(Crash::Before(k)),
        "after" => Step::Crash(Crash::After(k)),
        "wiped" => Step::Crash(Crash::Wiped(k)),
        "late" => Step::Stall {
            write: k,
            arrives: Arrival::Write(1),
        },
        _ => Step::Trouble(Trouble::Lost {
            write: k,
            retried: fate == "retried",
        }),
    };
    let Scene { script, prelude } = scene;
    let mut steps = script.steps.clone();
    steps.insert(*prelude, what);
    steps.push(Step::Wait(minutes));
    Script {
        name: format!("{}/{k}/{fate}", script.name),
        steps,
        ..script.clone()
    }
}

/// Within how many minutes each write that it takes is made.
fn writes(scene: &Scene) -> Vec<i64> {
    let (prelude, steps) = scene.script.steps.split_at(scene.prelude);
    let mut life = Life::new(&scene.script, Diary::closed());
    let happens = |life: &mut Life, steps: &[Step]| steps.iter().all(|step| life.step(step).is_ok());
    if !happens(&mut life, prelude) {
        return Vec::new();
    }
    let (begin, before) = (life.sim.now(), life.sim.alter(|cloud| cloud.journal.len()));
    if happens(&mut life, steps) {
        happens(&mut life, &[Step::Wait(APPLIED)]);
    }
    life.sim.alter(|cloud| {
        let since = cloud.journal.get(before..).unwrap_or_default();
        let writes = since.iter().filter(|call| call.write);
        writes
            .map(|call| call.at.duration_since(begin).as_mins() + 1)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edit_that_makes_the_operator_write_has_histories_also_where_it_undoes_another() {
        let names: Vec<_> = all().into_iter().map(|script| script.name).collect();
        for what in [
            "the-publisher-off",
            "tags",
            "the-workgroup-on",
            "discovery",
            "the-lake's-own-keys",
            "rotation",
            "streamHours",
            "buffering",
            "lakeDays",
        ] {
            let some = names.iter().any(|name| name.contains(&format!("-{what}-after-")));
            assert!(some, "{what}");
        }
    }

    #[test]
    fn what_is_lived_where_reads_lag_has_histories() {
        let all = all();
        for what in LAGGING {
            let name = format!("lagging-{what}");
            let some = all.iter().any(|script| {
                script.pace == Pace::Lagging && script.name.split('/').next() == Some(name.as_str())
            });
            assert!(some, "{what}");
        }
    }
}
