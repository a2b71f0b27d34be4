//! Glue tables (see `model::kinds::table`).

use std::collections::HashMap;

use aws_sdk_glue::types::{
    Column as GlueColumn, Order, SerDeInfo, StorageDescriptor, Table, TableInput as Input,
};

use super::Aws;
use super::clients::built;
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::table::{Change, Column, Observed, TableInput};
use crate::model::owner::Tags;

#[cfg(test)]
mod tests;

const GLUE: &str = "glue";

pub(super) async fn observe(
    aws: &Aws,
    place: &Scope,
    database: &str,
    name: &str,
) -> Result<Option<Observed>, CallError> {
    let glue = &aws.region(&place.region).glue;
    let get = glue.get_table().database_name(database).name(name).send();
    let found = absent(
        aws.call(GLUE, "GetTable", get).await,
        &["EntityNotFoundException"],
    )?;
    let seen = found.and_then(|answer| answer.table).map(|table| Observed {
        database: database.to_owned(),
        version: table.version_id.clone(),
        input: seen(table),
    });
    Ok(seen)
}

pub(super) async fn apply(aws: &Aws, place: &Scope, change: &Change) -> Result<(), CallError> {
    let glue = &aws.region(&place.region).glue;
    let operation = change.operation();
    match change {
        Change::CreateTable { database, input } => {
            let call = glue
                .create_table()
                .database_name(database)
                .table_input(sent(operation, input)?);
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::UpdateTable {
            database,
            input,
            version,
        } => {
            let call = glue
                .update_table()
                .database_name(database)
                .table_input(sent(operation, input)?)
                .skip_archive(true)
                .set_version_id(version.clone());
            aws.call(GLUE, operation, call.send()).await?;
        }
        Change::DeleteTable { database, name } => {
            let call = glue.delete_table().database_name(database).name(name);
            aws.call(GLUE, operation, call.send()).await?;
        }
    }
    Ok(())
}

fn seen(table: Table) -> TableInput {
    let storage = table
        .storage_descriptor
        .unwrap_or_else(|| StorageDescriptor::builder().build());
    let serde = storage.serde_info.unwrap_or_else(|| SerDeInfo::builder().build());
    let sort = storage.sort_columns.unwrap_or_default();
    TableInput {
        name: table.name,
        description: table.description,
        owner: table.owner,
        table_type: table.table_type,
        parameters: ordered(table.parameters),
        columns: columns_seen(storage.columns),
        partition_keys: columns_seen(table.partition_keys),
        location: storage.location.unwrap_or_default(),
        input_format: storage.input_format.unwrap_or_default(),
        output_format: storage.output_format.unwrap_or_default(),
        serde_name: serde.name,
        serde: serde.serialization_library.unwrap_or_default(),
        serde_parameters: ordered(serde.parameters),
        storage_parameters: ordered(storage.parameters),
        retention: table.retention,
        buckets: storage.number_of_buckets,
        bucket_columns: storage.bucket_columns.unwrap_or_default(),
        sort_columns: sort
            .into_iter()
            .map(|order| (order.column, order.sort_order))
            .collect(),
        compressed: storage.compressed,
        sub_directories: storage.stored_as_sub_directories,
    }
}

fn ordered(map: Option<HashMap<String, String>>) -> Tags {
    map.unwrap_or_default().into_iter().collect()
}

fn unordered(map: &Tags) -> HashMap<String, String> {
    map.clone().into_iter().collect()
}

fn columns_seen(columns: Option<Vec<GlueColumn>>) -> Vec<Column> {
    let one = |column: GlueColumn| Column {
        name: column.name,
        r#type: column.r#type.unwrap_or_default(),
        comment: column.comment,
    };
    columns.unwrap_or_default().into_iter().map(one).collect()
}

fn sent(operation: &'static str, input: &TableInput) -> Result<Input, CallError> {
    let serde = SerDeInfo::builder()
        .set_name(input.serde_name.clone())
        .serialization_library(&input.serde)
        .set_parameters(Some(unordered(&input.serde_parameters)))
        .build();
    let order = |(column, order): &(String, i32)| {
        built(
            GLUE,
            operation,
            Order::builder().column(column).sort_order(*order).build(),
        )
    };
    let sort: Result<Vec<_>, _> = input.sort_columns.iter().map(order).collect();
    let storage = StorageDescriptor::builder()
        .set_columns(Some(columns_sent(operation, &input.columns)?))
        .location(&input.location)
        .input_format(&input.input_format)
        .output_format(&input.output_format)
        .serde_info(serde)
        .set_parameters(Some(unordered(&input.storage_parameters)))
        .number_of_buckets(input.buckets)
        .set_bucket_columns(Some(input.bucket_columns.clone()))
        .set_sort_columns(Some(sort?))
        .compressed(input.compressed)
        .stored_as_sub_directories(input.sub_directories)
        .build();
    let table = Input::builder()
        .name(&input.name)
        .set_description(input.description.clone())
        .set_owner(input.owner.clone())
        .set_table_type(input.table_type.clone())
        .set_parameters(Some(unordered(&input.parameters)))
        .set_partition_keys(Some(columns_sent(operation, &input.partition_keys)?))
        .retention(input.retention)
        .storage_descriptor(storage);
    built(GLUE, operation, table.build())
}

fn columns_sent(operation: &'static str, columns: &[Column]) -> Result<Vec<GlueColumn>, CallError> {
    let one = |column: &Column| {
        let glue = GlueColumn::builder()
            .name(&column.name)
            .r#type(&column.r#type)
            .set_comment(column.comment.clone());
        built(GLUE, operation, glue.build())
    };
    columns.iter().map(one).collect()
}
