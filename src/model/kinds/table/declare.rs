//! The table that a lake declares.

use super::super::compare::description;
use super::{Column, Desired, TableInput};
use crate::api::{Discovery, FormatType, Granularity};
use crate::model::lake::{DATA, Lake};
use crate::model::owner::Tags;

/// Where partition projection is switched on and described; all other keys of it start with [`PROJECTION`].
const TEMPLATE: &str = "storage.location.template";
const PROJECTION: &str = "projection.";

/// Before the first year of any lake, so that a table that is made anew still finds every folder.
const FIRST_YEAR: &str = "2015";

/// What the table is to be.
pub fn desired(lake: &Lake) -> Desired {
    let columns = lake.columns.iter().map(|column| Column {
        name: column.name.clone(),
        r#type: column.r#type.to_string(),
        comment: column.comment.clone(),
    });
    let keys = partition_keys(lake.granularity).iter().map(|key| Column {
        name: (*key).to_owned(),
        // Zero-padded text: numbers would drop the zeros of the folders' names.
        r#type: "string".to_owned(),
        comment: None,
    });
    let format = format(lake.format);
    Desired {
        database: lake.names.database.clone(),
        input: TableInput {
            name: lake.names.table.clone(),
            description: Some(description(lake, "Events")),
            table_type: Some("EXTERNAL_TABLE".to_owned()),
            parameters: parameters(lake, format.classification),
            columns: columns.collect(),
            partition_keys: keys.collect(),
            location: location(lake),
            input_format: format.input.to_owned(),
            output_format: format.output.to_owned(),
            serde: format.serde.to_owned(),
            serde_parameters: strings(&[("serialization.format", "1"), (format.by_index, "false")]),
            ..TableInput::default()
        },
    }
}

/// Whether a parameter belongs to partition projection, which is declared as a whole.
pub(super) fn is_projection(key: &str) -> bool {
    key.starts_with(PROJECTION) || key == TEMPLATE
}

fn location(lake: &Lake) -> String {
    format!("s3://{}/{DATA}", lake.names.lake_bucket)
}

fn partition_keys(granularity: Granularity) -> &'static [&'static str] {
    const KEYS: [&str; 4] = ["year", "month", "day", "hour"];
    match granularity {
        Granularity::Year => &KEYS[..1],
        Granularity::Month => &KEYS[..2],
        Granularity::Day => &KEYS[..3],
        Granularity::Hour => &KEYS,
    }
}

/// The owner's and the user's tags, since a table takes none (Service Authorization Reference, AWS Glue:
/// `TagResource`), and what Athena and the crawler read.
fn parameters(lake: &Lake, classification: &str) -> Tags {
    let mut parameters = lake.tags.clone();
    // A tag of that name must not switch projection on.
    parameters.retain(|key, _| !is_projection(key));
    parameters.extend(strings(&[
        ("EXTERNAL", "TRUE"),
        ("classification", classification),
    ]));
    if lake.discovery == Discovery::Projection {
        parameters.extend(projection(lake));
    }
    parameters
}

/// Athena user guide, "Supported types for partition projection".
///
/// The year ends a year from now: where the lake's time zone is ahead of UTC, its newest folder is ahead of `NOW`.
fn projection(lake: &Lake) -> Tags {
    let mut parameters = strings(&[("projection.enabled", "true")]);
    let mut template = location(lake);
    for key in partition_keys(lake.granularity) {
        let (kind, range) = match *key {
            "year" => ("date", format!("{FIRST_YEAR},NOW+1YEARS")),
            "month" => ("integer", "1,12".to_owned()),
            "day" => ("integer", "1,31".to_owned()),
            _ => ("integer", "0,23".to_owned()),
        };
        let mut set = |property: &str, value: &str| {
            parameters.insert(format!("{PROJECTION}{key}.{property}"), value.to_owned());
        };
        set("type", kind);
        set("range", &range);
        if kind == "date" {
            set("format", "yyyy");
            set("interval", "1");
            set("interval.unit", "YEARS");
        } else {
            set("digits", "2");
        }
        template.extend([key, "=${", key, "}/"]);
    }
    parameters.insert(TEMPLATE.to_owned(), template);
    parameters
}

/// The Hive classes of a file format.
struct Format {
    classification: &'static str,
    input: &'static str,
    output: &'static str,
    serde: &'static str,
    /// Athena reads ORC by index unless told otherwise, and Parquet by name unless told otherwise; only by name do
    /// old files survive a new schema (Athena user guide, "Handle schema updates").
    by_index: &'static str,
}

fn format(format: FormatType) -> Format {
    match format {
        FormatType::Parquet => Format {
            classification: "parquet",
            input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            serde: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            by_index: "parquet.column.index.access",
        },
        FormatType::Orc => Format {
            classification: "orc",
            input: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
            output: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
            serde: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
            by_index: "orc.column.index.access",
        },
    }
}

fn strings(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
