//! What is to be done about a key that is wanted, and about one that is to go.

use super::{Change, Desired, Observed, SPEC};
use crate::api::vocabulary as words;
use crate::model::kinds::{self, Assessment, Circumstances, Difference, WaitFor, compare};
use crate::model::lake::Lake;
use crate::model::owner::TagChange;
use crate::model::policy::equivalent;

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        // AWS picks the id, so whatever needs it comes with the next look.
        let mut tags = desired.tags.clone();
        tags.insert(words::TAG_RESOURCE.into(), desired.id.to_string());
        tags.insert(words::TAG_INTENT.into(), cx.nonce.to_owned());
        let create = Change::CreateKey {
            description: desired.description.clone(),
            policy: desired.policy.clone(),
            tags,
        };
        return Assessment::of(vec![kinds::Change::Key(create)], Vec::new());
    };
    let key_id = || live.arn.key_id().to_owned();
    let enable = || Change::EnableKey { key_id: key_id() };
    // A key that is not enabled refuses most changes, so that comes first. Cancelled, a key is disabled
    // (KMS API reference, CancelKeyDeletion).
    let first = match live.state.as_str() {
        "Enabled" => Vec::new(),
        "Disabled" => vec![enable()],
        "PendingDeletion" => vec![Change::CancelKeyDeletion { key_id: key_id() }, enable()],
        _ => return settling(live),
    };
    let mut found = Found::default();
    if !first.is_empty() {
        found.note(Difference::new("KeyState", "Enabled", live.state.as_str()), first);
    }
    compare_properties(desired, live, &mut found);
    let changes = found.changes.into_iter().map(kinds::Change::Key).collect();
    Assessment::of(changes, found.differences)
}

#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    differences: Vec<Difference>,
}

impl Found {
    fn note(&mut self, difference: Difference, changes: impl IntoIterator<Item = Change>) {
        self.differences.push(difference);
        self.changes.extend(changes);
    }
}

fn compare_properties(desired: &Desired, live: &Observed, found: &mut Found) {
    let Desired {
        // Said once, at creation: a key from before there was a tag for it is told by its description.
        id: _,
        alias,
        description,
        rotation,
        policy,
        tags,
    } = desired;
    let key_id = live.arn.key_id().to_owned();
    let alias_change = match live.alias_target.as_deref() {
        Some(target) if target == key_id || live.alias_taken => None,
        Some(_) => Some(Change::UpdateAlias {
            alias: alias.clone(),
            key_id: key_id.clone(),
        }),
        None => Some(Change::CreateAlias {
            alias: alias.clone(),
            key_id: key_id.clone(),
        }),
    };
    if let Some(change) = alias_change {
        let have = live.alias_target.as_deref().unwrap_or("none");
        found.note(Difference::new(alias, key_id.as_str(), have), [change]);
    }
    // Rotation can be read of an enabled key only: of another, the look after it was enabled tells.
    if live.rotation.is_some_and(|have| have != *rotation) {
        let change = if *rotation {
            Change::EnableKeyRotation {
                key_id: key_id.clone(),
            }
        } else {
            Change::DisableKeyRotation {
                key_id: key_id.clone(),
            }
        };
        let difference = Difference::new(
            "KeyRotationEnabled",
            rotation.to_string(),
            (!rotation).to_string(),
        );
        found.note(difference, [change]);
    }
    if !equivalent(policy, &live.policy) {
        let change = Change::PutKeyPolicy {
            key_id: key_id.clone(),
            policy: policy.clone(),
        };
        found.note(compare::policy("Policy", policy, &live.policy), [change]);
    }
    if *description != live.description {
        let change = Change::UpdateKeyDescription {
            key_id: key_id.clone(),
            description: description.clone(),
        };
        let difference = Difference::new("Description", description.as_str(), live.description.as_str());
        found.note(difference, [change]);
    }
    if let Some((TagChange { set, remove }, difference)) = compare::tags(tags, &live.tags) {
        let untag = (!remove.is_empty()).then(|| Change::UntagResource {
            key_id: key_id.clone(),
            keys: remove,
        });
        let tag = (!set.is_empty()).then(|| Change::TagResource {
            key_id: key_id.clone(),
            tags: set,
        });
        found.note(difference, untag.into_iter().chain(tag));
    }
}

/// What stands against taking over a key that is nobody's.
///
/// It is known by its alias alone: one that is found otherwise is not what the user named.
pub fn adoptable(live: &Observed) -> Option<String> {
    let Observed {
        alias, spec, state, ..
    } = live;
    let id = live.arn.key_id();
    if live.alias_target.as_deref() != Some(id) {
        return Some(format!(
            "key {id} is taken over by its alias only: point {alias} to it"
        ));
    }
    if spec != SPEC {
        return Some(format!(
            "key {id} is a {spec} key, which S3 and Kinesis can't use, and that cannot change: point {alias} to a \
             {SPEC} key"
        ));
    }
    // KMS developer guide, "Key states of KMS keys": such a key can't be tagged.
    (state == "PendingDeletion").then(|| {
        format!(
            "key {id} is about to be deleted: cancel that (aws kms cancel-key-deletion), or point {alias} to another key"
        )
    })
}

/// `Creating`, `Updating`, `Unavailable` pass; the states of imported and replica keys are none of ours.
fn settling(live: &Observed) -> Assessment {
    let what = format!("key {} to become Enabled (now {})", live.arn.key_id(), live.state);
    Assessment::Settling(WaitFor::new(what, 10))
}

/// What is to be done so that it is gone, and others of the lake with it. A key can't be deleted at once: pending deletion
/// counts as gone, and is not waited for. The alias goes last, so that a crash between leaves the key to be found.
pub fn removal(lake: &Lake, live: &Observed, _cx: &Circumstances) -> Assessment {
    let schedule = |key: &Observed| Change::ScheduleKeyDeletion {
        key_id: key.arn.key_id().to_owned(),
        days: lake.deletion_window_days,
    };
    let mut changes = match live.state.as_str() {
        "Enabled" | "Disabled" => vec![schedule(live)],
        "PendingDeletion" => Vec::new(),
        _ => return settling(live),
    };
    changes.extend(live.others.iter().map(schedule));
    // Also where somebody pointed it to another key of the lake's.
    if live.alias_target.is_some() && !live.alias_taken {
        changes.push(Change::DeleteAlias {
            alias: live.alias.clone(),
        });
    }
    Assessment::of(changes.into_iter().map(kinds::Change::Key).collect(), Vec::new())
}
