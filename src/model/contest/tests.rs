use std::collections::BTreeMap;

use super::*;
use crate::model::kinds::Change;
use crate::model::kinds::role;
use crate::model::lake::{Facts, Wish};
use crate::model::plan::Planned;

const ROLE: Id = Id::DeliveryRole;

fn difference(property: &str, have: &str) -> Difference {
    Difference::new(property, "declared", have)
}

fn work(properties: &[&str]) -> Work {
    Work {
        changes: vec![Change::Role(role::Change::DeleteRole { name: "r".into() })],
        differences: properties.iter().map(|p| difference(p, "theirs")).collect(),
        verb: Verb::Update,
        cause: Cause::Drift,
    }
}

fn plan(step: Step) -> Plan {
    let planned = Planned {
        wish: Wish::Wanted,
        step,
        exists: true,
        remark: None,
        digest: None,
    };
    Plan {
        steps: BTreeMap::from([(ROLE, planned)]),
        facts: Facts::default(),
        keys: BTreeMap::new(),
        replaced: BTreeMap::new(),
    }
}

/// A life of one resource, told minute by minute.
struct Life {
    contests: Contests,
    now: Timestamp,
}

impl Life {
    fn new() -> Self {
        let mut contests = Contests::default();
        contests.begin(1);
        Self {
            contests,
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn after(&mut self, minutes: i64) -> &mut Self {
        self.now += SignedDuration::from_mins(minutes);
        self
    }

    fn see(&mut self, step: Step) {
        self.contests.see(&plan(step), self.now);
    }

    /// Somebody changed the properties; they are put right, and seen to hold.
    fn mended(&mut self, properties: &[&str]) {
        let work = work(properties);
        self.see(Step::Apply(work.clone()));
        self.contests.mended(ROLE, &work, self.now);
        self.see(Step::InSync);
    }

    fn contested(&self, property: &str) -> bool {
        self.contests.is_contested(ROLE, property, self.now)
    }

    fn left(&mut self, have: &str) {
        self.see(Step::Contested {
            fought: vec![difference("Policy", have)],
            besides: Vec::new(),
        });
    }

    /// Put right three times, and changed back a third time just now.
    fn fought() -> Self {
        let mut life = Self::new();
        for _ in 0..3 {
            assert!(!life.after(5).contested("Policy"));
            life.mended(&["Policy"]);
        }
        life.after(5);
        life
    }
}

#[test]
fn what_is_changed_back_a_third_time_within_an_hour_is_contested_and_nothing_else_is() {
    let mut life = Life::fought();
    assert!(life.contested("Policy"));
    assert!(!life.contested("Tags"));
    assert!(!life.contests.is_contested(Id::CrawlerRole, "Policy", life.now));
    life.left("theirs");
    assert!(life.contested("Policy"), "it stays so");
}

#[test]
fn three_times_in_more_than_an_hour_is_no_fight() {
    let mut life = Life::new();
    for _ in 0..8 {
        life.mended(&["Policy"]);
        life.after(31);
        assert!(!life.contested("Policy"));
    }
}

#[test]
fn what_was_never_seen_to_hold_is_lag_and_no_flip() {
    let mut life = Life::new();
    let work = work(&["Policy"]);
    for _ in 0..10 {
        life.after(2).see(Step::Apply(work.clone()));
        life.contests.mended(ROLE, &work, life.now);
        assert!(!life.contested("Policy"));
    }
}

#[test]
fn an_edit_is_no_flip_and_ends_a_contest() {
    let mut life = Life::new();
    let edit = Work {
        cause: Cause::Edit,
        ..work(&["Policy"])
    };
    for _ in 0..5 {
        life.after(5).see(Step::Apply(edit.clone()));
        life.contests.mended(ROLE, &edit, life.now);
        life.see(Step::InSync);
    }
    assert!(!life.contested("Policy"));
    let mut life = Life::fought();
    life.contests.begin(1);
    assert!(life.contested("Policy"), "the same generation");
    life.contests.begin(2);
    assert!(!life.contested("Policy"));
}

#[test]
fn what_aws_itself_made_fail_is_nobodys_doing() {
    let failed = Work {
        changes: vec![Change::Function(
            crate::model::kinds::function::Change::DeleteFunction { name: "f".into() },
        )],
        ..work(&["State"])
    };
    let mut life = Life::new();
    for _ in 0..5 {
        life.after(5).see(Step::Apply(failed.clone()));
        life.contests.mended(ROLE, &failed, life.now);
        life.see(Step::InSync);
    }
    assert!(!life.contested("State"));
}

#[test]
fn a_contest_ends_when_it_holds_and_begins_anew() {
    let mut life = Life::fought();
    life.left("theirs");
    life.after(5).see(Step::InSync);
    life.after(5);
    assert!(
        life.contested("Policy"),
        "it held, and was changed a fourth time within the hour"
    );
    life.left("theirs");
    life.after(5).see(Step::InSync);
    life.after(60).see(Step::InSync);
    assert!(!life.contested("Policy"));
    assert_eq!(
        life.contests.courses,
        BTreeMap::new(),
        "nothing is remembered for ever"
    );
}

#[test]
fn a_contest_ends_after_a_quiet_hour_and_not_before() {
    let mut life = Life::fought();
    life.left("theirs");
    for _ in 0..5 {
        life.after(10).left("theirs");
        assert!(life.contested("Policy"));
    }
    life.left("another");
    life.after(59);
    assert!(
        life.contested("Policy"),
        "it was changed ten minutes before the hour was over"
    );
    life.after(1);
    assert!(!life.contested("Policy"));
    life.mended(&["Policy"]);
    assert!(!life.after(5).contested("Policy"), "one flip is none too many");
}

#[test]
fn while_one_property_is_left_another_is_mended_and_that_ends_nothing() {
    let mut life = Life::fought();
    life.left("theirs");
    let other = work(&["Tags"]);
    life.see(Step::Apply(other.clone()));
    life.contests.mended(ROLE, &other, life.now);
    assert!(life.contested("Policy"));
}
