//! A KMS key with its alias.

use super::{Assessment, Circumstances, Difference, WaitFor, compare};
use crate::model::arn::KeyArn;
use crate::model::lake::Lake;
use crate::model::owner::{Owner, TagChange, Tags};
use crate::model::policy::{documents, equivalent};
use crate::model::topology::Id;

/// What the key is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Alias, with `alias/` in front.
    pub alias: String,
    /// Description, at most 8192 characters.
    pub description: String,
    /// Whether AWS rotates it each year.
    pub rotation: bool,
    /// Key policy, JSON.
    pub policy: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the key is.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The key's ARN; its id is the part after `key/`.
    pub arn: KeyArn,
    /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion`, `Creating`, …
    pub state: String,
    /// Description.
    pub description: String,
    /// Whether rotation is on; `None` where it could not be read (a key that is not enabled).
    pub rotation: Option<bool>,
    /// Key policy as AWS returns it.
    pub policy: String,
    /// Tags.
    pub tags: Tags,
    /// The alias that was looked for, with `alias/` in front.
    pub alias: String,
    /// Key id that this alias names; `None`: there is no such alias.
    pub alias_target: Option<String>,
}

/// Where to look: at the alias, at the id of an earlier pass, else among all keys by the owner's tags and description.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Which of the two.
    pub id: Id,
    /// Alias, with `alias/` in front.
    pub alias: String,
    /// Key id that an earlier pass recorded.
    pub known: Option<String>,
    /// Whose tags to search for.
    pub owner: Owner,
    /// The description, which tells the lake's two keys apart in the search.
    pub description: String,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the KMS API reference")]
pub enum Change {
    CreateKey {
        description: String,
        policy: String,
        tags: Tags,
    },
    CreateAlias {
        alias: String,
        key_id: String,
    },
    UpdateAlias {
        alias: String,
        key_id: String,
    },
    DeleteAlias {
        alias: String,
    },
    EnableKey {
        key_id: String,
    },
    CancelKeyDeletion {
        key_id: String,
    },
    ScheduleKeyDeletion {
        key_id: String,
        days: i32,
    },
    EnableKeyRotation {
        key_id: String,
    },
    DisableKeyRotation {
        key_id: String,
    },
    PutKeyPolicy {
        key_id: String,
        policy: String,
    },
    UpdateKeyDescription {
        key_id: String,
        description: String,
    },
    TagResource {
        key_id: String,
        tags: Tags,
    },
    UntagResource {
        key_id: String,
        keys: Vec<String>,
    },
}

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Some(live) = live else {
        // AWS picks the id, so whatever needs it comes with the next look.
        let create = Change::CreateKey {
            description: desired.description.clone(),
            policy: desired.policy.clone(),
            tags: desired.tags.clone(),
        };
        return Assessment::of(vec![super::Change::Key(create)], Vec::new());
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
    let changes = found.changes.into_iter().map(super::Change::Key).collect();
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
        alias,
        description,
        rotation,
        policy,
        tags,
    } = desired;
    let key_id = live.arn.key_id().to_owned();
    let alias_change = match live.alias_target.as_deref() {
        Some(target) if target == key_id => None,
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

/// `Creating`, `Updating`, `Unavailable` pass; the states of imported and replica keys are none of ours.
fn settling(live: &Observed) -> Assessment {
    let what = format!("key {} to become Enabled (now {})", live.arn.key_id(), live.state);
    Assessment::Settling(WaitFor::new(what, 10))
}

/// What is to be done so that it is gone. A key can't be deleted at once: pending deletion counts as gone, and is not
/// waited for. The alias goes last, so that a crash between leaves the key to be found.
pub fn removal(lake: &Lake, live: &Observed, _cx: &Circumstances) -> Assessment {
    let key_id = live.arn.key_id();
    let schedule = Change::ScheduleKeyDeletion {
        key_id: key_id.to_owned(),
        days: lake.deletion_window_days,
    };
    let mut changes = match live.state.as_str() {
        "Enabled" | "Disabled" => vec![schedule],
        "PendingDeletion" => Vec::new(),
        _ => return settling(live),
    };
    if live.alias_target.as_deref() == Some(key_id) {
        changes.push(Change::DeleteAlias {
            alias: live.alias.clone(),
        });
    }
    Assessment::of(changes.into_iter().map(super::Change::Key).collect(), Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateKey { .. } => "CreateKey",
            Change::CreateAlias { .. } => "CreateAlias",
            Change::UpdateAlias { .. } => "UpdateAlias",
            Change::DeleteAlias { .. } => "DeleteAlias",
            Change::EnableKey { .. } => "EnableKey",
            Change::CancelKeyDeletion { .. } => "CancelKeyDeletion",
            Change::ScheduleKeyDeletion { .. } => "ScheduleKeyDeletion",
            Change::EnableKeyRotation { .. } => "EnableKeyRotation",
            Change::DisableKeyRotation { .. } => "DisableKeyRotation",
            Change::PutKeyPolicy { .. } => "PutKeyPolicy",
            Change::UpdateKeyDescription { .. } => "UpdateKeyDescription",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
        }
    }
}

/// What the key is to be.
pub fn desired(lake: &Lake, id: Id) -> Desired {
    let Target {
        alias, description, ..
    } = target(lake, id);
    Desired {
        alias,
        description,
        rotation: lake.rotation,
        policy: documents::key(&lake.place).to_string(),
        tags: lake.tags.clone(),
    }
}

/// Where to look for it.
pub fn target(lake: &Lake, id: Id) -> Target {
    let (alias, of) = match id {
        Id::StreamKey => (&lake.names.stream_key_alias, "Stream"),
        _ => (&lake.names.bucket_key_alias, "Bucket"),
    };
    let Owner { namespace, name, .. } = &lake.owner;
    Target {
        id,
        alias: alias.clone(),
        known: lake.record.keys.get(&id).cloned(),
        owner: lake.owner.clone(),
        description: format!("{of} key of data lake {namespace}/{name}"),
    }
}

#[cfg(test)]
mod tests;
