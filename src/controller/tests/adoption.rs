//! Resources that were there before the lake, and are nobody's.

mod late;
mod losses;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::adversaries::tags;
use super::stage::Stage;
use crate::api::vocabulary::ADOPT;
use crate::api::{Datalake, ResourceStatus};
use crate::cloud::sim::{Cloud, HANDS, Hand, Sim};
use crate::model::topology::Id;

pub(super) fn base() -> Value {
    json!({"testPublisher": {"enabled": true}, "adoption": "Unowned"})
}

/// A lake with everything on, made once for all tests.
static MADE: LazyLock<(Cloud, Datalake)> = LazyLock::new(|| {
    let stage = Stage::ready(json!({"testPublisher": {"enabled": true}}));
    (stage.sim.alter(|cloud| cloud.clone()), stage.object)
});

/// A lake of which these resources are nobody's, after the operator has looked at it.
pub(super) fn found(extra: Value, ids: &[Id], hand: impl FnOnce(&mut Stage)) -> Stage {
    let (cloud, object) = MADE.clone();
    let mut stage = Stage::in_world(Sim::of(cloud), object);
    hand(&mut stage);
    stage.edit(extra);
    stage.disown(ids);
    stage.settle();
    stage
}

fn line(stage: &Stage, id: Id) -> ResourceStatus {
    let status = stage.object.status.as_ref().unwrap();
    let line = status.resources.iter().find(|r| r.id == id.as_str());
    line.cloned().unwrap_or_default()
}

/// What the ARN of a resource is, whether it is the lake's or not.
fn arn(stage: &Stage, id: Id) -> String {
    let lake = stage.lake();
    let alias = lake.place.key_alias(lake.name(id)).to_string();
    match id {
        Id::BucketKey | Id::StreamKey => stage
            .sim
            .alter(|cloud| lake.place.key(cloud.aliases.get(&alias).unwrap()).to_string()),
        _ => lake.arn(id, &crate::model::lake::Facts::default()).unwrap(),
    }
}

/// Agreed to, the resource becomes the lake's by its tags and then as declared, and that is all.
pub(super) fn is_taken_over(stage: &mut Stage, ids: &[Id], what: &str) {
    let untouched: Vec<_> = ids
        .iter()
        .map(|id| stage.writes_to(*id, &arn(stage, *id)))
        .collect();
    assert!(untouched.iter().all(Vec::is_empty), "{what}: {untouched:?}");
    stage.agree();
    stage.settle();
    assert!(stage.is_ready(), "{what}: {}", stage.story());
    for id in ids {
        let arn = arn(stage, *id);
        let first = stage.writes_to(*id, &arn).first().copied().unwrap_or_default();
        assert!(
            first.contains("Tag") || (*id, first) == (Id::Table, "UpdateTable"),
            "{what} {id}: {first}"
        );
        let kept = stage
            .sim
            .alter(|cloud| tags(cloud, *id, &arn).get("team").cloned());
        assert_eq!(
            kept.as_deref(),
            Some("others"),
            "{what} {id}: the tags of others stay"
        );
        let told = stage
            .events
            .iter()
            .filter(|e| e.reason == "Adopted" && e.note.contains(&format!("({id})")));
        assert_eq!(told.count(), 1, "{what} {id}: {}", stage.story());
    }
    stage.sim.forget_calls();
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "{what}");
}

/// Rows of [`HANDS`] that nobody may agree to: they would lose data, or cannot change.
const REFUSED: [(Id, &str); 8] = [
    (Id::BucketKey, "pending deletion"),
    (Id::StreamKey, "pending deletion"),
    (Id::LogGroup, "retention"),
    (Id::Table, "a column more"),
    (Id::Table, "a type"),
    (Id::Table, "the SerDe"),
    (Id::Table, "location"),
    (Id::PublisherLogGroup, "retention"),
];

#[test]
fn each_kind_is_taken_over_whatever_differs_and_its_first_write_is_the_tag() {
    let mut others = Vec::new();
    for Hand { id, what, act } in HANDS {
        let (id, hand) = (*id, *act);
        // A key that is nobody's is found by its alias alone.
        if what.starts_with("alias") {
            continue;
        }
        let mut stage = found(base(), &[id], |stage| {
            let arn = stage.arn(id);
            stage.sim.alter(|cloud| hand(cloud, &arn)).unwrap();
        });
        let (line, what) = (line(&stage, id), format!("{id} {what}"));
        if REFUSED
            .iter()
            .any(|(refused, how)| format!("{refused} {how}") == what)
        {
            assert_eq!(
                line.reason.as_deref(),
                Some("AdoptionRefused"),
                "{what}: {}",
                stage.story()
            );
            assert_eq!(line.adopt, None, "{what}");
            assert_eq!(
                stage.writes_to(id, &arn(&stage, id)),
                Vec::<&str>::new(),
                "{what}"
            );
            continue;
        }
        if line.reason.as_deref() == Some("AdoptionPending") {
            is_taken_over(&mut stage, &[id], &what);
        } else {
            others.push(format!("{what}: {:?} {:?}", line.reason, line.message));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn a_whole_lake_is_taken_over_by_one_consent() {
    let mut stage = found(base(), &Id::ALL, |_| {});
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "AdoptionPending", "{}", stage.story());
    assert_eq!(stage.condition("Stalled").1, "AdoptionPending");
    let hashes: Vec<_> = Id::ALL
        .iter()
        .map(|id| line(&stage, *id).adopt.unwrap())
        .collect();
    assert!(
        message.contains(&format!("{ADOPT}: \"{}\"", hashes.join(","))),
        "{message}"
    );
    is_taken_over(&mut stage, &Id::ALL, "the whole lake");
}

#[test]
fn what_would_change_is_told_once_with_its_hash() {
    let mut stage = found(base(), &[Id::Stream], |stage| {
        let arn = stage.arn(Id::Stream);
        stage
            .sim
            .alter(|cloud| cloud.streams.get_mut(&arn).unwrap().seen.open_shards = 2);
    });
    for _ in 0..3 {
        stage.next_looks();
    }
    let line = line(&stage, Id::Stream);
    let message = line.message.unwrap();
    for part in [
        "Tags: ",
        "ShardCount: 2 instead of 1",
        line.adopt.as_deref().unwrap(),
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let told: Vec<_> = stage
        .events
        .iter()
        .filter(|e| e.reason == "AdoptionPending")
        .collect();
    assert_eq!(told.len(), 1, "{}", stage.story());
    assert!(
        told[0].note.contains(line.adopt.as_deref().unwrap()),
        "{}",
        told[0].note
    );
}

#[test]
fn a_difference_that_is_not_the_one_agreed_to_waits_again() {
    let mut stage = found(base(), &[Id::Workgroup], |_| {});
    let asked = line(&stage, Id::Workgroup).adopt;
    stage.agree();
    let arn = arn(&stage, Id::Workgroup);
    stage
        .sim
        .alter(|cloud| cloud.workgroups.get_mut(&arn).unwrap().cutoff_bytes = Some(10_000_000));
    stage.settle();
    assert_ne!(line(&stage, Id::Workgroup).adopt, asked);
    assert_eq!(stage.condition("Ready").1, "AdoptionPending");
    assert_eq!(
        stage.writes_to(Id::Workgroup, &arn),
        Vec::<&str>::new(),
        "{}",
        stage.story()
    );
    // A policy is shown only so far.
    let mut stage = found(base(), &[Id::LakeBucket], |_| {});
    let arn = self::arn(&stage, Id::LakeBucket);
    let policy = |end: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Id":"{}{end}","Statement":[]}}"#,
            "x".repeat(400)
        )
    };
    let put = |stage: &Stage, end| {
        stage
            .sim
            .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.policy = Some(policy(end)));
    };
    put(&stage, "1");
    stage.settle();
    stage.agree();
    put(&stage, "2");
    stage.settle();
    assert_eq!(
        stage.writes_to(Id::LakeBucket, &arn),
        Vec::<&str>::new(),
        "{}",
        stage.story()
    );
}

#[test]
fn a_table_gets_the_owners_parameters_and_keeps_everything_else() {
    let mut stage = found(base(), &[Id::Table], |stage| {
        let arn = stage.arn(Id::Table);
        stage.sim.alter(|cloud| {
            let input = &mut cloud.tables.get_mut(&arn).unwrap().input;
            input.description = Some("mine".into());
            input.parameters.insert("classification".into(), "mine".into());
            input.owner = Some("me".into());
        });
    });
    let arn = arn(&stage, Id::Table);
    let table = |stage: &Stage| {
        stage
            .sim
            .alter(|cloud| cloud.tables.get(&arn).unwrap().input.clone())
    };
    let mut before = table(&stage);
    stage.agree();
    stage.pass();
    let owner = stage.lake().owner;
    before
        .parameters
        .extend(owner.tags(&std::collections::BTreeMap::new()));
    assert_eq!(table(&stage), before);
    stage.settle();
    assert_eq!(stage.writes_to(Id::Table, &arn), ["UpdateTable", "UpdateTable"]);
    assert_eq!(table(&stage).owner.as_deref(), Some("me"));
    assert!(stage.is_ready(), "{}", stage.story());
}

#[test]
fn what_is_anothers_is_never_taken_over() {
    for id in Id::ALL {
        let mut stage = found(base(), &[id], |_| {});
        let asked = line(&stage, id).adopt;
        assert!(asked.is_some(), "{id}");
        stage.agree();
        let arn = arn(&stage, id);
        stage.sim.alter(|cloud| {
            tags(cloud, id, &arn).insert("datalake-operator.io/name".into(), "another".into())
        });
        stage.settle();
        assert_eq!(stage.condition("Ready").1, "NotOwned", "{id}: {}", stage.story());
        assert_eq!(stage.writes_to(id, &arn), Vec::<&str>::new(), "{id}");
    }
}

#[test]
fn nothing_is_taken_over_where_nothing_may_be_written() {
    let never = json!({"adoption": "Never"});
    let report = json!({"adoption": "Unowned", "driftPolicy": "Report"});
    for (extra, reason) in [(never, "NotOwned"), (report, "AdoptionPending")] {
        let mut stage = found(base(), &[Id::RawBucket], |_| {});
        stage.agree();
        stage.edit(extra.clone());
        stage.settle();
        assert_eq!(stage.condition("Ready").1, reason, "{extra}: {}", stage.story());
        assert_eq!(stage.writes(), Vec::<String>::new(), "{extra}");
    }
    let mut stage = found(base(), &[Id::RawBucket], |_| {});
    stage.agree();
    stage.edit(json!({"suspend": true}));
    stage.settle();
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[test]
fn a_lake_that_goes_leaves_what_it_has_not_taken_over() {
    for policy in ["Retain", "RetainData", "Delete"] {
        for id in Id::ALL {
            let mut stage = found(base(), &[id], |_| {});
            let arn = arn(&stage, id);
            stage.agree();
            stage.edit(json!({"deletionPolicy": policy}));
            stage.delete();
            stage.settle();
            // What it needs to be read or written stays as well.
            let held = match id {
                _ if policy != "Delete" => None,
                Id::Table => Some("DatabaseNotEmpty"),
                id if id.is_encrypted() => Some("KeyInUse"),
                _ => None,
            };
            assert_eq!(stage.released, held.is_none(), "{policy} {id}: {}", stage.story());
            if let Some(reason) = held {
                assert_eq!(stage.condition("Ready").1, reason, "{id}: {}", stage.story());
            }
            assert_eq!(stage.writes_to(id, &arn), Vec::<&str>::new(), "{policy} {id}");
        }
    }
}

#[test]
fn a_crash_at_any_point_of_it_is_made_good() {
    let start = found(base(), &Id::ALL, |stage| {
        let arn = stage.arn(Id::RawBucket);
        stage
            .sim
            .alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.policy = None);
    });
    let fresh = || {
        let sim = Sim::of(start.sim.alter(|cloud| cloud.clone()));
        let mut stage = Stage::in_world(sim, start.object.clone());
        stage.agree();
        stage
    };
    let mut whole = fresh();
    whole.settle();
    let writes = whole.writes().len();
    assert!(writes > Id::ALL.len());
    for k in 1..=writes {
        let mut stage = fresh();
        stage.crash_after_write(k);
        stage.settle();
        assert!(stage.is_ready(), "after write {k}: {}", stage.story());
    }
}
