//! What Glue takes for databases and tables: lengths and names, never whether a type is one (API reference,
//! `DatabaseInput` and `TableInput`).

use std::collections::BTreeSet;

use super::super::{Answer, refuse};
use crate::model::kinds::database::DatabaseInput;
use crate::model::kinds::table::TableInput;
use crate::model::owner::Tags;

fn invalid<T>(message: impl Into<String>) -> Answer<T> {
    refuse(400, "InvalidInputException", message)
}

/// The database as Glue keeps it: names are folded to lower case.
pub fn valid_database(input: &DatabaseInput) -> Answer<DatabaseInput> {
    let mut input = input.clone();
    input.name.make_ascii_lowercase();
    valid_name(&input.name)?;
    valid_description(input.description.as_deref())?;
    let location = input.location_uri.as_deref();
    if location.is_some_and(|uri| !(1..=1024).contains(&uri.chars().count())) {
        return invalid("LocationUri has more than 1024 characters");
    }
    valid_parameters(&input.parameters)?;
    Ok(input)
}

/// The table as Glue keeps it.
pub fn valid_table(input: &TableInput) -> Answer<TableInput> {
    let mut input = input.clone();
    input.name.make_ascii_lowercase();
    valid_name(&input.name)?;
    let columns = || input.columns.iter().chain(&input.partition_keys);
    if columns().any(|c| c.name.is_empty() || c.name.chars().count() > 255 || c.r#type.len() > 131_072) {
        return invalid("A column's name or type is too long");
    }
    let comments = columns().filter_map(|c| c.comment.as_deref());
    if comments.into_iter().any(|text| text.chars().count() > 255) {
        return invalid("A column's comment has more than 255 characters");
    }
    let names: BTreeSet<String> = columns().map(|c| c.name.to_ascii_lowercase()).collect();
    if names.len() != columns().count() {
        return invalid("Duplicate column names in table");
    }
    if input.location.chars().count() > 2056 {
        return invalid("Location has more than 2056 characters");
    }
    valid_parameters(&input.parameters)?;
    valid_description(input.description.as_deref())?;
    Ok(input)
}

fn valid_name(name: &str) -> Answer<()> {
    if (1..=255).contains(&name.chars().count()) && !name.contains(['/', '\n', '\t']) {
        return Ok(());
    }
    invalid(format!("Name {name} is not valid"))
}

fn valid_description(text: Option<&str>) -> Answer<()> {
    if text.is_some_and(|text| text.chars().count() > 2048) {
        return invalid("Description has more than 2048 characters");
    }
    Ok(())
}

fn valid_parameters(parameters: &Tags) -> Answer<()> {
    if parameters
        .iter()
        .any(|(k, v)| k.is_empty() || k.len() > 255 || v.len() > 512_000)
    {
        return invalid("A parameter's key or value is too long");
    }
    Ok(())
}
