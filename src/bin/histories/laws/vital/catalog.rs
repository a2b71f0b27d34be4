//! The table and the crawler.

use datalake_operator::api::{DatalakeSpec, Discovery, FormatType, Granularity};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::kinds::table::{Column, TableInput};
use datalake_operator::model::lake::Lake;
use datalake_operator::model::topology::Id;

use super::{same, says, wanted};

pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let (place, names) = (&home.place, &home.names);
    let arn = place.table(&names.database, &names.table).to_string();
    let table = &cloud.tables.get(&arn).ok_or("the table is missing")?.input;
    columns(table, spec)?;
    let location = format!("s3://{}/data/", names.lake_bucket);
    same("the table's location", &table.location, &location)?;
    same(
        "the table's type",
        &table.table_type.as_deref(),
        &Some("EXTERNAL_TABLE"),
    )?;
    classes(table, spec)?;
    let projects = table
        .parameters
        .get("projection.enabled")
        .is_some_and(|is| is == "true");
    let declared = spec.partitioning.discovery == Discovery::Projection;
    same("partition projection", &projects, &declared)?;
    if projects {
        let template = table.parameters.get("storage.location.template");
        let folders = keys(spec).map(|key| format!("{key}=${{{key}}}/"));
        let want = location + &folders.collect::<String>();
        same("the template of the locations", &template, &Some(&want))?;
    }
    if wanted(spec, Id::Crawler) {
        crawler(cloud, home, spec)
    } else {
        Ok(())
    }
}

/// Every declared column, of its type; those that others added stay. Glue has types in small letters.
fn columns(table: &TableInput, spec: &DatalakeSpec) -> Result<(), String> {
    for declared in &spec.schema.columns {
        let live = table.columns.iter().find(|column| column.name == declared.name);
        // A comment that others wrote stays where none is declared.
        let theirs = live.and_then(|live| live.comment.clone());
        let want = Column {
            name: declared.name.clone(),
            r#type: declared.r#type.to_lowercase().replace(' ', ""),
            comment: declared.comment.clone().or(theirs),
        };
        same(&format!("the column {}", declared.name), &live, &Some(&want))?;
    }
    let have: Vec<_> = table
        .partition_keys
        .iter()
        .map(|key| (key.name.as_str(), key.r#type.as_str()))
        .collect();
    let want: Vec<_> = keys(spec).map(|key| (key, "string")).collect();
    same("the partition keys", &have, &want)
}

/// Names of the partition keys.
fn keys(spec: &DatalakeSpec) -> impl Iterator<Item = &'static str> {
    let all = [
        (Granularity::Year, "year"),
        (Granularity::Month, "month"),
        (Granularity::Day, "day"),
        (Granularity::Hour, "hour"),
    ];
    let finest = spec.partitioning.granularity;
    all.into_iter()
        .filter(move |(key, _)| *key <= finest)
        .map(|(_, name)| name)
}

/// The classes that read the files.
fn classes(table: &TableInput, spec: &DatalakeSpec) -> Result<(), String> {
    let (word, serde) = match spec.format.r#type {
        FormatType::Parquet => (
            "parquet",
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        ),
        FormatType::Orc => ("orc", "org.apache.hadoop.hive.ql.io.orc.OrcSerde"),
    };
    same("the SerDe", &table.serde.as_str(), &serde)?;
    let classification = table.parameters.get("classification").map(String::as_str);
    same("the classification", &classification, &Some(word))?;
    let package = format!("org.apache.hadoop.hive.ql.io.{word}.");
    says(
        "the input format",
        Some(&table.input_format),
        &[&package, "InputFormat"],
    )?;
    says(
        "the output format",
        Some(&table.output_format),
        &[&package, "OutputFormat"],
    )
}

fn crawler(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let (place, names) = (&home.place, &home.names);
    let live = cloud.crawlers.get(&place.crawler(&names.crawler).to_string());
    let live = live.ok_or("the crawler is missing")?;
    same("the crawler's role", &live.role, &names.crawler_role)?;
    let target = (names.database.clone(), vec![names.table.clone()]);
    same("the crawler's targets", &live.catalog_targets, &vec![target])?;
    same("the crawler's other targets", &live.other_targets, &0)?;
    let schedule = spec.crawler.clone().unwrap_or_default().schedule;
    same("the crawler's schedule", &live.schedule, &Some(schedule))?;
    // A schedule that was just set is on its way for some seconds (Glue API reference, Schedule).
    let state = live.schedule_state.as_deref();
    let on = matches!(state, Some("SCHEDULED" | "TRANSITIONING"));
    same("whether the schedule is on", &(on, state), &(true, state))?;
    let update = live.update_behavior.as_deref();
    same("the crawler's updates", &update, &Some("LOG"))?;
    says(
        "the crawler's configuration",
        live.configuration.as_deref(),
        &["InheritFromTable"],
    )
}
