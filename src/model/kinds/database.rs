//! A Glue database.

use super::compare::{self, description, note};
use super::{Assessment, Change as AnyChange, Circumstances, Depth, Refusal, WaitFor};
use crate::api::vocabulary::reasons;
use crate::model::lake::Lake;
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

/// What the database is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Description.
    pub description: String,
    /// Complete tags.
    pub tags: Tags,
}

/// What the database is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Everything that an update replaces.
    pub input: DatabaseInput,
    /// Tags.
    pub tags: Tags,
    /// Names of its tables, and of its functions with `function` in front; only with [`Depth::Contents`].
    pub held: Option<Vec<String>>,
}

/// `DatabaseInput`: an update replaces all of it, so what is not declared is sent back as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DatabaseInput {
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Location.
    pub location_uri: Option<String>,
    /// Parameters.
    pub parameters: Tags,
    /// `CreateTableDefaultPermissions`: principal and permissions; `None`: not said.
    pub default_permissions: Option<Vec<(Option<String>, Vec<String>)>>,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name.
    pub name: String,
    /// How deep.
    pub depth: Depth,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Glue API reference")]
pub enum Change {
    CreateDatabase { input: DatabaseInput, tags: Tags },
    UpdateDatabase { input: DatabaseInput },
    TagResource { arn: String, tags: Tags },
    UntagResource { arn: String, keys: Vec<String> },
    DeleteDatabase { name: String },
}

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Desired {
        name,
        arn,
        description,
        tags,
    } = desired;
    let Some(live) = live else {
        let input = DatabaseInput {
            name: name.clone(),
            description: Some(description.clone()),
            ..DatabaseInput::default()
        };
        let create = Change::CreateDatabase {
            input,
            tags: tags.clone(),
        };
        return Assessment::of(vec![AnyChange::Database(create)], Vec::new());
    };
    let (mut changes, mut differences) = (Vec::new(), Vec::new());
    let have = live.input.description.as_deref().unwrap_or_default();
    if note(&mut differences, "Description", description, have) {
        // UpdateDatabase replaces everything, so what others set is sent back as it was read.
        let input = DatabaseInput {
            description: Some(description.clone()),
            ..live.input.clone()
        };
        changes.push(Change::UpdateDatabase { input });
    }
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            changes.push(Change::UntagResource {
                arn: arn.clone(),
                keys: change.remove,
            });
        }
        if !change.set.is_empty() {
            changes.push(Change::TagResource {
                arn: arn.clone(),
                tags: change.set,
            });
        }
    }
    Assessment::of(
        changes.into_iter().map(AnyChange::Database).collect(),
        differences,
    )
}

/// How many of those that stop a removal are named.
const NAMED: usize = 5;

/// What is to be done so that it is gone. The lake's own table goes before, so any that is left is another's;
/// `DeleteDatabase` would take it along, and user-defined functions (Glue API reference, `DeleteDatabase`).
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let name = &live.input.name;
    let Some(held) = &live.held else {
        return Assessment::Settling(WaitFor::new(format!("a look at what database {name} holds"), 1));
    };
    if held.is_empty() {
        let delete = Change::DeleteDatabase { name: name.clone() };
        return Assessment::of(vec![AnyChange::Database(delete)], Vec::new());
    }
    let named = held.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if held.len() > NAMED { " and others" } else { "" };
    Assessment::Refused(Refusal {
        reason: reasons::DATABASE_NOT_EMPTY,
        message: format!(
            "database {name} is not deleted: it holds what is not this lake's ({named}{more}). Move or delete that, then \
             the database goes"
        ),
    })
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateDatabase { .. } => "CreateDatabase",
            Change::UpdateDatabase { .. } => "UpdateDatabase",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
            Change::DeleteDatabase { .. } => "DeleteDatabase",
        }
    }
}

/// What the database is to be.
pub fn desired(lake: &Lake) -> Desired {
    let name = &lake.names.database;
    Desired {
        name: name.clone(),
        arn: lake.place.database(name).to_string(),
        description: description(lake, "Database"),
        tags: lake.tags.clone(),
    }
}
