mod compare;
mod declare;

use super::super::Cause;
use super::super::testing::{changes, differences, operations, refusal};
use super::*;
use crate::api::vocabulary::{TAG_KEYS, reasons};
use crate::api::{Discovery, FormatType, Granularity};
use crate::model::hive::{self, Type};
use crate::model::lake::Lake;
use crate::model::testing::{edit, lake as any_lake};

/// A lake with these columns: name and type.
fn lake(columns: &[(&str, &str)]) -> Lake {
    let columns = columns.iter().map(|(name, r#type)| hive::Column {
        name: (*name).into(),
        r#type: Type::parse(r#type).unwrap(),
        comment: None,
    });
    Lake {
        columns: columns.collect(),
        ..any_lake()
    }
}

fn usual() -> Lake {
    lake(&[("id", "int"), ("event", "struct<name:string,at:timestamp>")])
}

fn projected() -> Lake {
    Lake {
        discovery: Discovery::Projection,
        ..usual()
    }
}

/// The table as Glue shows it once it is as declared, with what crawlers and people add to it.
fn live(lake: &Lake) -> Observed {
    let Desired { database, mut input } = desired(lake);
    input.owner = Some("hadoop".into());
    input.parameters.insert("averageRecordSize".into(), "12".into());
    input.serde_parameters.insert("theirs".into(), "1".into());
    input
        .storage_parameters
        .insert("typeOfData".into(), "file".into());
    input.buckets = -1;
    Observed {
        database,
        input,
        version: Some("7".into()),
    }
}

fn assessed(lake: &Lake, live: &Observed, cause: Cause) -> Assessment {
    assess(&desired(lake), Some(live), &Circumstances { cause, ..edit(lake) })
}

/// What an update would write.
fn update(assessment: &Assessment) -> &TableInput {
    match changes(assessment) {
        [AnyChange::Table(Change::UpdateTable { input, version, .. })] => {
            assert_eq!(version.as_deref(), Some("7"), "the version that was read");
            input
        }
        _ => panic!("not an update: {assessment:?}"),
    }
}

fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}
