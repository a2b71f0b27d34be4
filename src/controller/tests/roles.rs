//! What others put on the roles of a lake.

use jiff::SignedDuration;
use serde_json::json;

use super::stage::Stage;
use crate::cloud::sim::{Fault, Role, Rule, Timing};
use crate::model::topology::Id;

fn role(stage: &Stage, act: impl FnOnce(&mut Role)) {
    let arn = stage.arn(Id::DeliveryRole);
    stage.sim.alter(|cloud| act(cloud.roles.get_mut(&arn).unwrap()));
}

type Spoil = fn(&mut Role);

const FOREIGN: [(Spoil, &str); 3] = [
    (
        |role| {
            let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
            role.policies.insert("theirs".into(), policy.into());
        },
        "inline policy theirs",
    ),
    (
        |role| {
            role.seen
                .attached
                .push("arn:aws:iam::aws:policy/ReadOnlyAccess".into());
        },
        "attached policy arn:aws:iam::aws:policy/ReadOnlyAccess",
    ),
    (
        |role| role.seen.boundary = Some("arn:aws:iam::123456789012:policy/limit".into()),
        "permissions boundary arn:aws:iam::123456789012:policy/limit",
    ),
];

#[test]
fn what_others_put_on_a_role_is_told_once_and_left_and_the_lake_stays_ready() {
    for policy in ["Correct", "Report"] {
        for (spoil, says) in FOREIGN {
            let mut stage = Stage::ready(json!({"driftPolicy": policy}));
            role(&stage, spoil);
            stage.next_looks();
            stage.next_looks();
            assert_eq!(stage.writes(), Vec::<String>::new(), "{says}: {}", stage.story());
            assert!(stage.is_ready(), "{says}: {}", stage.story());
            let (status, reason, message) = stage.condition("DriftDetected");
            assert_eq!(
                (status.as_str(), reason.as_str()),
                ("True", "DriftDetected"),
                "{says}"
            );
            assert!(message.contains(says), "{message}");
            let resources = &stage.object.status.as_ref().unwrap().resources;
            let line = resources.iter().find(|r| r.id == "delivery-role").unwrap();
            assert!(line.message.as_ref().unwrap().contains(says), "{line:?}");
            let told: Vec<_> = stage.events.iter().filter(|e| e.note.contains(says)).collect();
            assert_eq!(told.len(), 1, "{says}: {}", stage.story());
            assert_eq!(
                (told[0].reason.as_str(), told[0].warning),
                ("DriftDetected", true)
            );
            // A new process tells nothing again.
            stage.restart();
            stage.settle();
            assert_eq!(stage.events.iter().filter(|e| e.note.contains(says)).count(), 1);
            assert!(stage.is_ready());
        }
    }
}

#[test]
fn when_they_take_it_off_nothing_is_said_any_more() {
    let mut stage = Stage::ready(json!({}));
    role(&stage, FOREIGN[1].0);
    stage.next_looks();
    role(&stage, |role| role.seen.attached.clear());
    stage.next_looks();
    assert_eq!(stage.condition("DriftDetected").0, "False", "{}", stage.story());
    assert_eq!(stage.condition("Ready").2, "every resource is as declared");
}

#[test]
fn a_hand_edited_policy_beside_theirs_is_put_right_and_theirs_stays() {
    let mut stage = Stage::ready(json!({}));
    role(&stage, |role| {
        FOREIGN[0].0(role);
        let ours = role.policies.get_mut("datalake-operator").unwrap();
        *ours = ours.replace("s3:PutObject", "s3:*");
    });
    stage.next_looks();
    assert_eq!(stage.operations(), ["PutRolePolicy"], "{}", stage.story());
    role(&stage, |role| assert!(role.policies.contains_key("theirs")));
    assert!(stage.is_ready(), "{}", stage.story());
    assert!(
        stage
            .condition("DriftDetected")
            .2
            .contains("inline policy theirs")
    );
}

#[test]
fn how_long_sessions_of_a_role_last_stays_as_somebody_set_it() {
    let mut stage = Stage::ready(json!({}));
    role(&stage, |role| {
        role.seen.max_session = Some(43_200);
        role.seen.description = "mine".to_owned();
    });
    stage.next_looks();
    assert_eq!(stage.operations(), ["UpdateRole"], "{}", stage.story());
    role(&stage, |role| {
        assert_ne!(role.seen.description, "mine");
        assert_eq!(role.seen.max_session, Some(43_200));
    });
}

#[test]
fn a_role_that_carries_theirs_is_not_deleted_and_says_what_it_carries_until_that_is_gone() {
    for (spoil, says) in &FOREIGN[..2] {
        let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
        role(&stage, spoil);
        stage.delete();
        stage.settle();
        assert!(!stage.released, "{says}");
        assert!(!stage.operations().contains(&"DetachRolePolicy"));
        for condition in ["Ready", "Stalled"] {
            let (_, reason, message) = stage.condition(condition);
            assert_eq!(reason, "ForeignPolicies", "{condition}: {}", stage.story());
            assert!(message.contains(says), "{condition}: {message}");
        }
        role(&stage, |role| {
            role.policies.remove("theirs");
            role.seen.attached.clear();
        });
        stage.next_looks();
        assert!(stage.released, "{says}: {}", stage.story());
    }
}

#[test]
fn a_boundary_of_theirs_does_not_stop_the_deletion() {
    let mut stage = Stage::ready(json!({"deletionPolicy": "Delete"}));
    role(&stage, FOREIGN[2].0);
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
}

#[test]
fn whatever_write_to_iam_a_crash_follows_a_role_that_is_not_known_yet_is_nobodys_fault() {
    let mut crashes = 0;
    for k in 0.. {
        let mut stage = Stage::new(json!({"testPublisher": {"enabled": true}}));
        stage.sim.alter(|cloud| {
            cloud.timing = Timing {
                iam_propagation: SignedDuration::from_mins(1),
                ..Timing::none()
            };
        });
        let dies = Rule {
            skip: k,
            ..Rule::next("iam", "PutRolePolicy", Fault::CrashAfter)
        };
        stage.sim.fault(dies);
        if !stage.dies() {
            break;
        }
        crashes += 1;
        let start = stage.sim.now();
        loop {
            let next = stage.pass().next.unwrap();
            let fault = stage.condition("Stalled");
            assert_ne!(fault.0, "True", "{fault:?} {}", stage.story());
            if stage.is_ready() {
                break;
            }
            stage.sim.advance(next.max(SignedDuration::from_millis(10)));
        }
        let took = stage.sim.now().duration_since(start);
        assert!(took < SignedDuration::from_mins(3), "{took}: {}", stage.story());
    }
    assert_eq!(crashes, 3, "a policy for each role");
}
