//! Glue databases and tables (API reference).

mod valid;

use valid::{valid_database, valid_table};

use super::quotas::room;
use super::{Answer, Cloud, Refused, Sim, check, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::Depth;
use crate::model::kinds::database;
use crate::model::kinds::table;

pub(super) async fn observe_database(
    sim: &Sim,
    place: &Scope,
    t: &database::Target,
) -> Result<Option<database::Observed>, CallError> {
    let live = sim.read("glue", "GetDatabase", &t.name, |cloud| {
        found(cloud, place, &t.name).cloned()
    });
    let Some(mut seen) = absent(live.await, &["EntityNotFoundException"])? else {
        return Ok(None);
    };
    let tags = sim.read("glue", "GetTags", &t.name, |cloud| {
        found(cloud, place, &t.name).map(|live| live.tags.clone())
    });
    seen.tags = tags.await?;
    if t.depth == Depth::Contents {
        let tables = sim.read("glue", "GetTables", &t.name, |cloud| {
            let its = cloud.here(place).table(&t.name, "").to_string();
            let all = cloud.tables.iter().filter(|(arn, _)| arn.starts_with(&its));
            Ok(all.map(|(_, table)| table.input.name.clone()).collect())
        });
        let mut held: Vec<String> = tables.await?;
        let functions = sim.read("glue", "GetUserDefinedFunctions", &t.name, |cloud| {
            let all = cloud.user_functions.get(&t.name).into_iter().flatten();
            Ok(all.map(|name| format!("function {name}")).collect::<Vec<_>>())
        });
        held.extend(functions.await?);
        seen.held = Some(held);
    }
    Ok(Some(seen))
}

fn found<'a>(cloud: &'a Cloud, place: &Scope, name: &str) -> Answer<&'a database::Observed> {
    let arn = cloud.here(place).database(name).to_string();
    cloud.databases.get(&arn).ok_or_else(|| no_database(name))
}

pub(super) async fn observe_table(
    sim: &Sim,
    place: &Scope,
    database: &str,
    name: &str,
) -> Result<Option<table::Observed>, CallError> {
    let live = sim.read("glue", "GetTable", name, |cloud| {
        let live = cloud
            .tables
            .get(&cloud.here(place).table(database, name).to_string());
        live.cloned().ok_or_else(|| no_table(name))
    });
    absent(live.await, &["EntityNotFoundException"])
}

pub(super) fn database_subject(change: &database::Change) -> &str {
    use database::Change;
    match change {
        Change::CreateDatabase { input, .. } | Change::UpdateDatabase { input } => &input.name,
        Change::TagResource { arn, .. } | Change::UntagResource { arn, .. } => arn,
        Change::DeleteDatabase { name } => name,
    }
}

pub(super) fn table_subject(change: &table::Change) -> &str {
    use table::Change;
    match change {
        Change::CreateTable { input, .. } | Change::UpdateTable { input, .. } => &input.name,
        Change::DeleteTable { name, .. } => name,
    }
}

pub(super) fn apply_database(cloud: &mut Cloud, here: &Scope, change: &database::Change) -> Answer<()> {
    use database::{Change, Observed};
    match change {
        Change::CreateDatabase { input, tags } => {
            let mut input = valid_database(input)?;
            check::tags(tags, "InvalidInputException")?;
            let arn = here.database(&input.name).to_string();
            if cloud.databases.get(&arn).is_some() {
                return refuse(400, "AlreadyExistsException", "Database already exists.");
            }
            guarded(cloud, "Create Database on Catalog")?;
            let full = (
                400,
                "ResourceNumberLimitExceededException",
                "Number of databases exceeds the limit of the account",
            );
            room(&cloud.databases, cloud.quotas.databases, full)?;
            // Filled in unless Lake Formation's settings were changed.
            let all = (Some("IAM_ALLOWED_PRINCIPALS".to_owned()), vec!["ALL".to_owned()]);
            input.default_permissions.get_or_insert_with(|| vec![all]);
            let tags = tags.clone();
            let database = Observed {
                input,
                tags,
                held: None,
            };
            cloud.databases.write(cloud.now, &arn, database);
            Ok(())
        }
        Change::UpdateDatabase { input } => {
            let input = valid_database(input)?;
            let arn = here.database(&input.name).to_string();
            on_database(cloud, &arn, |live| {
                live.input = input;
                Ok(())
            })
        }
        Change::TagResource { arn, tags } => on_database(cloud, arn, |live| {
            check::add_tags(&mut live.tags, tags, "InvalidInputException")
        }),
        Change::UntagResource { arn, keys } => on_database(cloud, arn, |live| {
            super::untag(&mut live.tags, keys);
            Ok(())
        }),
        Change::DeleteDatabase { name } => {
            let arn = here.database(name).to_string();
            on_database(cloud, &arn, |_| Ok(()))?;
            cloud.databases.erase(cloud.now, &arn);
            // Its tables and functions go with it (API reference, DeleteDatabase).
            cloud.user_functions.remove(name);
            let its = here.table(name, "").to_string();
            let arns: Vec<String> = cloud.tables.iter().map(|(arn, _)| arn.to_owned()).collect();
            for arn in arns.iter().filter(|arn| arn.starts_with(&its)) {
                cloud.tables.erase(cloud.now, arn);
            }
            Ok(())
        }
    }
}

pub(super) fn apply_table(cloud: &mut Cloud, here: &Scope, change: &table::Change) -> Answer<()> {
    use table::{Change, Observed};
    match change {
        Change::CreateTable { database, input } => {
            let input = valid_table(input)?;
            if cloud
                .databases
                .get(&here.database(database).to_string())
                .is_none()
            {
                return Err(no_database(database));
            }
            let arn = here.table(database, &input.name).to_string();
            if cloud.tables.get(&arn).is_some() {
                return refuse(400, "AlreadyExistsException", "Table already exists.");
            }
            guarded(cloud, "Create Table on database")?;
            let its = here.table(database, "").to_string();
            let count = cloud
                .tables
                .iter()
                .filter(|(arn, _)| arn.starts_with(&its))
                .count();
            if count >= cloud.quotas.tables {
                let message = "Number of tables exceeds the limit of the database";
                return refuse(400, "ResourceNumberLimitExceededException", message);
            }
            let table = Observed {
                database: database.clone(),
                input,
                version: Some("0".into()),
            };
            cloud.tables.write(cloud.now, &arn, table);
            Ok(())
        }
        Change::UpdateTable {
            database,
            input,
            version,
        } => {
            let input = valid_table(input)?;
            let arn = here.table(database, &input.name).to_string();
            let live = cloud.tables.get(&arn).ok_or_else(|| no_table(&input.name))?;
            if version.is_some() && *version != live.version {
                let message = "Update table failed due to concurrent modifications.";
                return refuse(400, "ConcurrentModificationException", message);
            }
            cloud.tables.edit(cloud.now, &arn, |live| {
                live.input = input;
                next_version(live);
            });
            Ok(())
        }
        Change::DeleteTable { database, name } => {
            let arn = here.table(database, name).to_string();
            if cloud.tables.get(&arn).is_none() {
                return Err(no_table(name));
            }
            cloud.tables.erase(cloud.now, &arn);
            Ok(())
        }
    }
}

pub(super) fn next_version(live: &mut table::Observed) {
    let version = live.version.as_deref().and_then(|text| text.parse::<u64>().ok());
    live.version = Some(version.map_or(0, |number| number + 1).to_string());
}

fn on_database(
    cloud: &mut Cloud,
    arn: &str,
    edit: impl FnOnce(&mut database::Observed) -> Answer<()>,
) -> Answer<()> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let edited = cloud.databases.edit(cloud.now, arn, edit);
    edited.unwrap_or_else(|| Err(no_database(name)))
}

/// What an account answers in which Lake Formation guards the catalog, to who lacks the permission.
fn guarded(cloud: &Cloud, permission: &str) -> Answer<()> {
    if !cloud.lake_formation {
        return Ok(());
    }
    let message = format!("Insufficient Lake Formation permission(s): Required {permission}");
    refuse(400, "AccessDeniedException", message)
}

fn no_database(name: &str) -> Refused {
    Refused::new(
        400,
        "EntityNotFoundException",
        format!("Database {name} not found."),
    )
}

fn no_table(name: &str) -> Refused {
    Refused::new(400, "EntityNotFoundException", format!("Table {name} not found."))
}
