//! Glue databases (see `model::kinds::database`).

use aws_sdk_glue::types::{DataLakePrincipal, DatabaseInput as Input, PrincipalPermissions};
use futures::try_join;

use super::Aws;
use super::clients::built;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::Depth;
use crate::model::kinds::database::{Change, DatabaseInput, Observed, Target};
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

const GLUE: &str = "glue";

pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    target: &Target,
) -> Result<Option<Observed>, CallError> {
    let glue = &aws.region(&place.region).glue;
    let get = glue.get_database().name(&target.name).send();
    let found = absent(
        aws.call(GLUE, "GetDatabase", get).await,
        &["EntityNotFoundException"],
    )?;
    let Some(database) = found.and_then(|answer| answer.database) else {
        return Ok(None);
    };
    let (tags, held) = try_join!(
        get_tags(aws, place, place.database(&target.name).to_string()),
        held(aws, place, target),
    )?;
    let permissions = database.create_table_default_permissions.map(|all| {
        let one = |given: PrincipalPermissions| {
            let principal = given.principal.and_then(|p| p.data_lake_principal_identifier);
            let permissions = given.permissions.unwrap_or_default();
            (
                principal,
                permissions.iter().map(|p| p.as_str().to_owned()).collect(),
            )
        };
        all.into_iter().map(one).collect()
    });
    let input = DatabaseInput {
        name: database.name,
        description: database.description,
        location_uri: database.location_uri,
        parameters: database.parameters.unwrap_or_default().into_iter().collect(),
        default_permissions: permissions,
    };
    Ok(Some(Observed { input, tags, held }))
}

/// The tags of a Glue resource; a table has none.
pub(super) async fn get_tags(aws: &Aws, place: &Scope, arn: String) -> Result<Tags, CallError> {
    let get = aws.region(&place.region).glue.get_tags().resource_arn(arn).send();
    let answer = aws.call(GLUE, "GetTags", get).await?;
    Ok(answer.tags.unwrap_or_default().into_iter().collect())
}

/// So many names are enough to say that a database is not empty.
const ENOUGH: usize = 100;

/// The tables and the functions.
async fn held(aws: &Aws, place: &Scope, target: &Target) -> Result<Option<Vec<String>>, CallError> {
    if target.depth != Depth::Contents {
        return Ok(None);
    }
    let mut names = tables(aws, place, target).await?;
    let functions = functions(aws, place, target).await?;
    names.extend(functions.into_iter().map(|name| format!("function {name}")));
    Ok(Some(names))
}

async fn functions(aws: &Aws, place: &Scope, target: &Target) -> Result<Vec<String>, CallError> {
    let glue = &aws.region(&place.region).glue;
    let (mut names, mut next) = (Vec::new(), None);
    loop {
        let page = glue
            .get_user_defined_functions()
            .database_name(&target.name)
            // A regular expression; an asterisk alone is none.
            .pattern(".*")
            .max_results(100)
            .set_next_token(next)
            .send();
        let answer = aws.call(GLUE, "GetUserDefinedFunctions", page).await?;
        let functions = answer.user_defined_functions.unwrap_or_default();
        names.extend(
            functions
                .into_iter()
                .filter_map(|function| function.function_name),
        );
        next = answer.next_token;
        if next.is_none() || names.len() >= ENOUGH {
            return Ok(names);
        }
    }
}

async fn tables(aws: &Aws, place: &Scope, target: &Target) -> Result<Vec<String>, CallError> {
    let glue = &aws.region(&place.region).glue;
    let (mut names, mut next) = (Vec::new(), None);
    loop {
        let page = glue
            .get_tables()
            .database_name(&target.name)
            .max_results(100)
            .set_next_token(next)
            .send();
        let answer = aws.call(GLUE, "GetTables", page).await?;
        names.extend(
            answer
                .table_list
                .unwrap_or_default()
                .into_iter()
                .map(|table| table.name),
        );
        next = answer.next_token;
        // A page may be empty and yet not be the last one.
        if next.is_none() || names.len() >= ENOUGH {
            return Ok(names);
        }
    }
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let glue = &aws.region(&place.region).glue;
    let operation = change.operation();
    match change {
        Change::CreateDatabase { input, tags } => {
            let call = glue
                .create_database()
                .database_input(sent(operation, input)?)
                .set_tags(Some(tags.clone().into_iter().collect()));
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::UpdateDatabase { input } => {
            let call = glue
                .update_database()
                .name(&input.name)
                .database_input(sent(operation, input)?);
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::TagResource { arn, tags } => tag(aws, place, arn, tags).await?,
        Change::UntagResource { arn, keys } => untag(aws, place, arn, keys).await?,
        Change::DeleteDatabase { name } => {
            aws.call(GLUE, operation, glue.delete_database().name(name).send())
                .await?;
        }
    }
    Ok(())
}

/// Sets tags of a Glue resource.
pub(super) async fn tag(aws: &Aws, place: &Scope, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let glue = &aws.region(&place.region).glue;
    let call = glue
        .tag_resource()
        .resource_arn(arn)
        .set_tags_to_add(Some(tags.clone().into_iter().collect()));
    aws.call(GLUE, "TagResource", call.send()).await.map(|_| ())
}

/// Removes tags of a Glue resource.
pub(super) async fn untag(aws: &Aws, place: &Scope, arn: &str, keys: &[String]) -> Result<(), CallError> {
    let glue = &aws.region(&place.region).glue;
    let call = glue
        .untag_resource()
        .resource_arn(arn)
        .set_tags_to_remove(Some(keys.to_vec()));
    aws.call(GLUE, "UntagResource", call.send()).await.map(|_| ())
}

fn sent(operation: &'static str, input: &DatabaseInput) -> Result<Input, CallError> {
    let DatabaseInput {
        name,
        description,
        location_uri,
        parameters,
        default_permissions,
    } = input;
    let permissions = default_permissions.as_ref().map(|all| {
        let one = |(principal, permissions): &(Option<String>, Vec<String>)| {
            let principal = DataLakePrincipal::builder()
                .set_data_lake_principal_identifier(principal.clone())
                .build();
            let permissions = permissions.iter().map(|p| p.as_str().into()).collect();
            PrincipalPermissions::builder()
                .principal(principal)
                .set_permissions(Some(permissions))
                .build()
        };
        all.iter().map(one).collect()
    });
    let input = Input::builder()
        .name(name)
        .set_description(description.clone())
        .set_location_uri(location_uri.clone())
        .set_parameters(Some(parameters.clone().into_iter().collect()))
        .set_create_table_default_permissions(permissions);
    built(GLUE, operation, input.build())
}
