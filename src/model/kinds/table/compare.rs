//! How a live table is compared with the declared one, and what may be done about a difference.

use super::super::compare::note;
use super::super::{Assessment, Cause, Change as AnyChange, Circumstances, Difference, Refusal};
use super::declare::is_projection;
use super::{Change, Column, Desired, Observed, TableInput};
use crate::api::vocabulary::reasons;
use crate::model::hive::{self, Type, evolve_columns};
use crate::model::owner::{Tags, merged};

/// What is to be done so that it is as declared.
///
/// An edit may only do what the files in the lake survive; what was changed outside is put back, as that is only
/// the catalog's word and never the files. Columns that others added stay: Firehose may have written to them by now.
pub fn assess(desired: &Desired, live: Option<&Observed>, cx: &Circumstances) -> Assessment {
    let Desired { database, input } = desired;
    let Some(live) = live else {
        let create = Change::CreateTable {
            database: database.clone(),
            input: input.clone(),
        };
        return Assessment::of(vec![AnyChange::Table(create)], Vec::new());
    };
    let differences = differences(input, &live.input, cx.cause);
    if differences.is_empty() {
        return Assessment::InSync;
    }
    let refused = refusals(input, &live.input, cx.cause);
    if !refused.is_empty() {
        return Assessment::Refused(Refusal {
            reason: reasons::CHANGE_REFUSED,
            message: format!("table {} stays as it is: {}", input.name, refused.join("; ")),
        });
    }
    let update = Change::UpdateTable {
        database: database.clone(),
        input: updated(input, &live.input, cx.cause),
        version: live.version.clone(),
    };
    Assessment::of(vec![AnyChange::Table(update)], differences)
}

/// Columns that others added, and that are left.
pub fn remark(desired: &Desired, live: &Observed) -> Option<String> {
    let theirs: Vec<_> = undeclared(&desired.input.columns, &live.input.columns)
        .cloned()
        .collect();
    (!theirs.is_empty()).then(|| {
        format!(
            "table {} has columns that this lake did not put there, and they are left alone: {}. Add them to \
             spec.schema.columns, or drop them in Glue: until then no edit of the table is made",
            live.input.name,
            listed(&theirs)
        )
    })
}

/// The whole table to write: what is declared, and everything else as it was read.
fn updated(want: &TableInput, live: &TableInput, cause: Cause) -> TableInput {
    TableInput {
        description: want.description.clone(),
        table_type: want.table_type.clone(),
        parameters: merged_parameters(&want.parameters, &live.parameters),
        columns: merged_columns(&want.columns, &live.columns, cause),
        location: want.location.clone(),
        input_format: want.input_format.clone(),
        output_format: want.output_format.clone(),
        serde: want.serde.clone(),
        serde_parameters: merged_all(&want.serde_parameters, &live.serde_parameters),
        ..live.clone()
    }
}

/// Parameters of others stay, except those of partition projection, which is declared as a whole.
fn merged_parameters(want: &Tags, live: &Tags) -> Tags {
    let mut parameters = merged(want, live);
    parameters.retain(|key, _| want.contains_key(key) || !is_projection(key));
    parameters
}

fn merged_all(want: &Tags, live: &Tags) -> Tags {
    let mut all = live.clone();
    all.extend(want.clone());
    all
}

/// The table appends: columns that it has keep their order, new ones come last; one that is not declared stays as it is
/// (an edit that would drop one was refused before).
fn merged_columns(want: &[Column], live: &[Column], cause: Cause) -> Vec<Column> {
    let kept = live.iter().map(|have| {
        let Some(column) = find(want, &have.name).cloned() else {
            return have.clone();
        };
        let theirs = is_theirs(&column, cause).then(|| have.comment.clone()).flatten();
        Column {
            comment: column.comment.or(theirs),
            ..column
        }
    });
    let added = want.iter().filter(|column| find(live, &column.name).is_none());
    kept.chain(added.cloned()).collect()
}

/// Whether the column's comment is whatever somebody wrote: none is declared, and none was taken out of the spec just
/// now (Athena's DDL writes comments).
fn is_theirs(column: &Column, cause: Cause) -> bool {
    column.comment.is_none() && cause == Cause::Drift
}

fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| column.name == name)
}

/// Every declared property that is not as declared.
fn differences(want: &TableInput, live: &TableInput, cause: Cause) -> Vec<Difference> {
    // Named one by one, so that a new field asks here whether it is declared.
    let TableInput {
        name: _,
        description,
        owner: _,
        table_type,
        parameters,
        columns,
        partition_keys,
        location,
        input_format,
        output_format,
        serde_name: _,
        serde,
        serde_parameters,
        storage_parameters: _,
        retention: _,
        buckets: _,
        bucket_columns: _,
        sort_columns: _,
        compressed: _,
        sub_directories: _,
    } = want;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut found = Vec::new();
    note(
        &mut found,
        "Description",
        &text(description),
        &text(&live.description),
    );
    note(
        &mut found,
        "TableType",
        &text(table_type),
        &text(&live.table_type),
    );
    let after = merged_parameters(parameters, &live.parameters);
    note_keys(&mut found, "parameter", &after, &live.parameters);
    note_columns(&mut found, columns, &live.columns, cause);
    if !same_keys(partition_keys, &live.partition_keys) {
        let (want, have) = (listed(partition_keys), listed(&live.partition_keys));
        note(&mut found, "PartitionKeys", &want, &have);
    }
    note(&mut found, "Location", location, &live.location);
    note(&mut found, "InputFormat", input_format, &live.input_format);
    note(&mut found, "OutputFormat", output_format, &live.output_format);
    note(&mut found, "SerializationLibrary", serde, &live.serde);
    let after = merged_all(serde_parameters, &live.serde_parameters);
    note_keys(&mut found, "SerDe parameter", &after, &live.serde_parameters);
    found
}

/// Notes each key whose value changes from `live` to `after`.
fn note_keys(found: &mut Vec<Difference>, what: &str, after: &Tags, live: &Tags) {
    let gone = live.keys().filter(|key| !after.contains_key(*key));
    let differ = |key: &&String| after.get(*key) != live.get(*key);
    for key in after.keys().chain(gone).filter(differ) {
        // A value may be empty, and that is not the same as no such key.
        let value = |tags: &Tags| {
            tags.get(key)
                .map_or(String::new(), |value| format!("\"{value}\""))
        };
        note(found, &format!("{what} {key}"), &value(after), &value(live));
    }
}

fn note_columns(found: &mut Vec<Difference>, want: &[Column], live: &[Column], cause: Cause) {
    if want == live {
        return;
    }
    for column in want {
        let property = format!("column {}", column.name);
        let Some(have) = find(live, &column.name) else {
            note(found, &property, &column.r#type, "");
            continue;
        };
        if !same_type(&column.r#type, &have.r#type) {
            note(found, &property, &column.r#type, &have.r#type);
        }
        if !is_theirs(column, cause) {
            let (want, have) = (comment(column), comment(have));
            note(found, &format!("comment of {property}"), want, have);
        }
    }
    // Under drift they are others' and stay; an edit may have taken them out of the spec.
    for column in undeclared(want, live).filter(|_| cause == Cause::Edit) {
        note(found, &format!("column {}", column.name), "", &column.r#type);
    }
}

fn undeclared<'a>(want: &'a [Column], live: &'a [Column]) -> impl Iterator<Item = &'a Column> {
    live.iter().filter(|column| find(want, &column.name).is_none())
}

/// Glue leaves out a comment that is empty.
fn comment(column: &Column) -> &str {
    column.comment.as_deref().unwrap_or_default()
}

/// Glue stores a type as it was written, so types are compared as trees.
fn same_type(a: &str, b: &str) -> bool {
    a == b || Type::parse(a).is_ok_and(|a| Type::parse(b).is_ok_and(|b| a == b))
}

fn same_keys(a: &[Column], b: &[Column]) -> bool {
    let same = |(a, b): (&Column, &Column)| a.name == b.name && same_type(&a.r#type, &b.r#type);
    a.len() == b.len() && a.iter().zip(b).all(same)
}

fn listed(columns: &[Column]) -> String {
    let each = columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.r#type));
    each.collect::<Vec<_>>().join(", ")
}

/// Why the table is not changed, each with the way out; empty when it may be.
fn refusals(want: &TableInput, live: &TableInput, cause: Cause) -> Vec<String> {
    let mut refused = Vec::new();
    if !same_keys(&want.partition_keys, &live.partition_keys) {
        refused.push(format!(
            "its partition keys are {} and can't become {}, since the partitions that exist keep the old keys: put \
             partitioning.granularity back, or make a new lake; if the table was changed outside, delete it in Glue \
             (the data stays in S3) and it is made again as declared",
            listed(&live.partition_keys),
            listed(&want.partition_keys)
        ));
    }
    if cause == Cause::Drift {
        return refused;
    }
    for (property, want, have) in [
        ("Location", &want.location, &live.location),
        ("InputFormat", &want.input_format, &live.input_format),
        ("OutputFormat", &want.output_format, &live.output_format),
        ("SerializationLibrary", &want.serde, &live.serde),
    ] {
        if want != have {
            refused.push(format!(
                "its {property} is {have} and can't become {want}, since the files in the lake could not be read any \
                 more: put format and names back, or make a new lake; if the table was changed outside, put {want} \
                 back in Glue"
            ));
        }
    }
    refused.extend(refused_columns(&want.columns, &live.columns));
    refused
}

fn refused_columns(want: &[Column], live: &[Column]) -> Vec<String> {
    let parsed = |columns: &[Column]| -> Vec<hive::Column> { columns.iter().filter_map(parse).collect() };
    let unknown = live.iter().filter(|column| parse(column).is_none()).map(|column| {
        format!(
            "column {} has the type {}, which Hive doesn't know, so whether the files in the lake can still be read \
             can't be told: correct it in Glue, or make a new lake",
            column.name, column.r#type
        )
    });
    let changes = evolve_columns(&parsed(live), &parsed(want));
    changes
        .iter()
        .filter_map(hive::ColumnChange::refusal)
        .chain(unknown)
        .collect()
}

fn parse(column: &Column) -> Option<hive::Column> {
    Some(hive::Column {
        name: column.name.clone(),
        r#type: Type::parse(&column.r#type).ok()?,
        comment: column.comment.clone(),
    })
}
