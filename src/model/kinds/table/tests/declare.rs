use super::*;

#[test]
fn the_table_declares_its_columns_in_order_with_canonical_types() {
    let input = desired(&lake(&[("b", "Struct< A : Integer >"), ("a", "DECIMAL(4)")])).input;
    let columns: Vec<String> = input
        .columns
        .iter()
        .map(|c| format!("{} {}", c.name, c.r#type))
        .collect();
    assert_eq!(columns, ["b struct<a:int>", "a decimal(4,0)"]);
    assert_eq!(
        input.location,
        format!("s3://{}/data/", any_lake().names.lake_bucket)
    );
    assert_eq!(input.table_type.as_deref(), Some("EXTERNAL_TABLE"));
    assert_eq!(input.parameters["EXTERNAL"], "TRUE");
}

#[test]
fn the_partition_keys_follow_the_granularity_and_are_strings() {
    for (granularity, keys) in [
        (Granularity::Year, &["year"][..]),
        (Granularity::Month, &["year", "month"]),
        (Granularity::Day, &["year", "month", "day"]),
        (Granularity::Hour, &["year", "month", "day", "hour"]),
    ] {
        let input = desired(&Lake {
            granularity,
            ..projected()
        })
        .input;
        assert_eq!(names(&input.partition_keys), keys);
        assert!(input.partition_keys.iter().all(|key| key.r#type == "string"));
        let projected = |key: &&&str| input.parameters.contains_key(&format!("projection.{key}.type"));
        assert_eq!(
            keys.iter().filter(projected).count(),
            keys.len(),
            "Athena needs each of them"
        );
        let folders: String = keys.iter().flat_map(|key| [key, "=${", key, "}/"]).collect();
        assert_eq!(
            input.parameters["storage.location.template"],
            format!("{}{folders}", input.location)
        );
    }
}

#[test]
fn the_projection_starts_at_a_fixed_year_and_never_ends() {
    let parameters = desired(&projected()).input.parameters;
    for (key, value) in [
        ("projection.enabled", "true"),
        ("projection.year.type", "date"),
        ("projection.year.format", "yyyy"),
        ("projection.year.range", "2015,NOW+1YEARS"),
        ("projection.year.interval", "1"),
        ("projection.year.interval.unit", "YEARS"),
        ("projection.month.type", "integer"),
        ("projection.month.range", "1,12"),
        ("projection.month.digits", "2"),
        ("projection.day.range", "1,31"),
        ("projection.hour.range", "0,23"),
        ("projection.hour.digits", "2"),
    ] {
        assert_eq!(parameters.get(key).map(String::as_str), Some(value), "{key}");
    }
    let without = desired(&usual()).input.parameters;
    assert!(
        !without
            .keys()
            .any(|key| super::super::declare::is_projection(key)),
        "{without:?}"
    );
}

#[test]
fn both_formats_are_read_by_name() {
    for (format, word, class, by_index) in [
        (
            FormatType::Parquet,
            "parquet",
            "Parquet",
            "parquet.column.index.access",
        ),
        (FormatType::Orc, "orc", "Orc", "orc.column.index.access"),
    ] {
        let input = desired(&Lake { format, ..usual() }).input;
        assert_eq!(input.parameters["classification"], word);
        assert_eq!(input.serde_parameters[by_index], "false");
        for class_name in [&input.input_format, &input.output_format, &input.serde] {
            assert!(
                class_name.starts_with(&format!("org.apache.hadoop.hive.ql.io.{word}.")),
                "{class_name}"
            );
            assert!(class_name.contains(class), "{class_name}");
        }
    }
}

#[test]
fn the_parameters_carry_the_tags_but_a_tag_never_steers_queries() {
    let mut lake = usual();
    lake.tags = lake.owner.tags(&Tags::from([
        ("projection.enabled".into(), "true".into()),
        ("classification".into(), "secret".into()),
        ("team".into(), "data".into()),
    ]));
    let parameters = desired(&lake).input.parameters;
    assert_eq!(parameters["team"], "data");
    assert_eq!(parameters["classification"], "parquet");
    assert!(!parameters.contains_key("projection.enabled"));
    assert_eq!(
        lake.owner.judge(&parameters),
        crate::model::owner::Ownership::Ours
    );
    assert_eq!(assessed(&lake, &live(&lake), Cause::Edit), Assessment::InSync);
}
