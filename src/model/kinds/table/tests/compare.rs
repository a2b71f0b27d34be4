use super::*;

#[test]
fn a_missing_table_is_created_whole() {
    let assessment = assess(&desired(&usual()), None, &edit(&usual()));
    let [AnyChange::Table(Change::CreateTable { database, input })] = changes(&assessment) else {
        panic!("{assessment:?}");
    };
    assert_eq!(
        (database, input),
        (&usual().names.database, &desired(&usual()).input)
    );
}

#[test]
fn only_what_is_declared_is_compared_and_types_as_trees() {
    for lake in [usual(), projected()] {
        let mut live = live(&lake);
        live.input.columns[1].r#type = "STRUCT<Name: string, at: timestamp>".into();
        live.input.columns[0].comment = Some(String::new());
        live.input.columns.reverse();
        for cause in [Cause::Edit, Cause::Drift] {
            assert_eq!(
                assessed(&lake, &live, cause),
                Assessment::InSync,
                "order is no difference either"
            );
        }
    }
}

type Spoil = fn(&mut TableInput);

#[test]
fn each_property_changed_outside_is_named_and_put_back_while_the_rest_is_carried_through() {
    let table: [(Spoil, &str); 12] = [
        (|t| t.description = None, "Description: none instead of "),
        (
            |t| t.table_type = Some("VIRTUAL_VIEW".into()),
            "TableType: VIRTUAL_VIEW instead of ",
        ),
        (
            |t| _ = t.parameters.remove("EXTERNAL"),
            "parameter EXTERNAL: none instead of \"TRUE\"",
        ),
        (
            |t| _ = t.parameters.insert("team".into(), String::new()),
            "parameter team: \"\" instead of \"data\"",
        ),
        (
            |t| _ = t.parameters.insert("projection.enabled".into(), "true".into()),
            "parameter projection.enabled: \"true\" instead of none",
        ),
        (
            |t| t.columns[0].r#type = "string".into(),
            "column id: string instead of int",
        ),
        (
            |t| t.columns[0].r#type = "strct<".into(),
            "column id: strct< instead of int",
        ),
        (|t| _ = t.columns.remove(0), "column id: none instead of int"),
        (|t| t.location.push_str("else/"), "Location: s3://"),
        (|t| t.input_format.clear(), "InputFormat: none instead of "),
        (|t| t.serde.clear(), "SerializationLibrary: none instead of "),
        (
            |t| {
                _ = t
                    .serde_parameters
                    .insert("parquet.column.index.access".into(), "true".into());
            },
            "SerDe parameter parquet.column.index.access: \"true\" instead of \"false\"",
        ),
    ];
    let lake = usual();
    for (spoil, says) in table {
        let mut spoilt = live(&lake);
        spoil(&mut spoilt.input);
        let assessment = assessed(&lake, &spoilt, Cause::Drift);
        let said = differences(&assessment);
        assert!(said.len() == 1 && said[0].starts_with(says), "{says}: {said:?}");
        let mut written = update(&assessment).clone();
        written.columns.sort_by(|a, b| b.name.cmp(&a.name));
        assert_eq!(written, live(&lake).input, "{says}");
    }
}

#[test]
fn a_comment_that_is_not_declared_is_theirs_until_an_edit_takes_it_out() {
    let lake = usual();
    let mut spoilt = live(&lake);
    spoilt.input.columns[0].comment = Some("by hand".into());
    assert_eq!(assessed(&lake, &spoilt, Cause::Drift), Assessment::InSync);
    let removed = assessed(&lake, &spoilt, Cause::Edit);
    assert_eq!(
        differences(&removed),
        ["comment of column id: by hand instead of none"]
    );
    assert_eq!(update(&removed).columns[0].comment, None);
    spoilt.input.location.push_str("else/");
    let kept = assessed(&lake, &spoilt, Cause::Drift);
    assert_eq!(
        update(&kept).columns[0].comment,
        spoilt.input.columns[0].comment,
        "sent back as it was read"
    );
    let mut declared = desired(&lake);
    declared.input.columns[0].comment = Some("declared".into());
    let drift = Circumstances {
        cause: Cause::Drift,
        ..edit(&lake)
    };
    let said = differences(&assess(&declared, Some(&spoilt), &drift));
    assert!(
        said.iter()
            .any(|d| d.starts_with("comment of column id: by hand instead of declared")),
        "{said:?}"
    );
}

#[test]
fn the_output_format_is_compared_too() {
    let mut spoilt = live(&usual());
    spoilt.input.output_format = "x".into();
    assert!(differences(&assessed(&usual(), &spoilt, Cause::Drift))[0].starts_with("OutputFormat: x"));
}

#[test]
fn an_edit_that_old_files_survive_is_made_and_the_table_appends() {
    let before = live(&lake(&[("b", "int"), ("a", "struct<x:int>")]));
    let after = lake(&[("new", "date"), ("a", "struct<y:string,x:int>"), ("b", "bigint")]);
    let assessment = assessed(&after, &before, Cause::Edit);
    let written = update(&assessment);
    assert_eq!(names(&written.columns), ["b", "a", "new"]);
    assert_eq!(written.columns[0].r#type, "bigint");
    let again = Observed {
        input: written.clone(),
        ..before
    };
    assert_eq!(assessed(&after, &again, Cause::Edit), Assessment::InSync);
}

#[test]
fn an_edit_that_would_hide_or_break_data_is_refused_with_the_way_out() {
    let before = live(&lake(&[("a", "bigint"), ("b", "int")]));
    for (columns, says, why) in [
        (
            &[("a", "int"), ("b", "int")][..],
            "column a: bigint can't become int",
            "narrowed",
        ),
        (
            &[("a", "bigint")],
            "column b is in the table and not in the schema",
            "dropped",
        ),
        (
            &[("a", "bigint"), ("c", "int")],
            "column b is in the table",
            "renamed",
        ),
        (
            &[("a", "bigint"), ("b", "string")],
            "column b: int can't become string",
            "another kind",
        ),
    ] {
        let assessment = assessed(&lake(columns), &before, Cause::Edit);
        let refusal = refusal(&assessment);
        assert_eq!(refusal.reason, reasons::CHANGE_REFUSED, "{why}");
        assert!(refusal.message.contains(says), "{why}: {}", refusal.message);
    }
    let both = assessed(&lake(&[("a", "int")]), &before, Cause::Edit);
    let message = &refusal(&both).message;
    assert!(
        message.contains("column a:") && message.contains("column b "),
        "each is named: {message}"
    );
}

#[test]
fn a_type_that_is_not_hives_is_refused_under_an_edit() {
    let lake = lake(&[("a", "int")]);
    let mut live = live(&lake);
    live.input.columns[0].r#type = "strct<".into();
    let assessment = assessed(&lake, &live, Cause::Edit);
    assert!(
        refusal(&assessment)
            .message
            .contains("column a has the type strct<")
    );
}

#[test]
fn what_is_fixed_is_refused_under_an_edit() {
    let live = live(&usual());
    let mut elsewhere = usual();
    elsewhere.names.lake_bucket = "another".into();
    for (lake, says) in [
        (
            Lake {
                format: FormatType::Orc,
                ..usual()
            },
            "its SerializationLibrary is ",
        ),
        (elsewhere, "its Location is s3://"),
        (
            Lake {
                granularity: Granularity::Day,
                ..usual()
            },
            "its partition keys are year string, month string, ",
        ),
    ] {
        let assessment = assessed(&lake, &live, Cause::Edit);
        assert!(refusal(&assessment).message.contains(says), "{assessment:?}");
    }
}

#[test]
fn partition_keys_changed_outside_are_not_improvised_either() {
    let mut live = live(&usual());
    live.input.partition_keys.pop();
    let assessment = assessed(&usual(), &live, Cause::Drift);
    assert!(
        refusal(&assessment).message.contains("delete it in Glue"),
        "{assessment:?}"
    );
}

#[test]
fn switching_discovery_sets_and_clears_the_projection_and_nothing_else() {
    let on = assessed(&projected(), &live(&usual()), Cause::Edit);
    assert_eq!(update(&on), &live(&projected()).input);
    let off = assessed(&usual(), &live(&projected()), Cause::Edit);
    assert_eq!(update(&off), &live(&usual()).input);
}

#[test]
fn a_tag_that_is_declared_no_more_leaves_the_parameters() {
    let lake = usual();
    let mut live = live(&lake);
    let had = lake.owner.tags(&Tags::from([
        ("team".into(), "data".into()),
        ("cost".into(), "1".into()),
    ]));
    live.input.parameters.extend(had);
    let assessment = assessed(&lake, &live, Cause::Edit);
    let written = &update(&assessment).parameters;
    assert!(!written.contains_key("cost") && written.contains_key("averageRecordSize"));
    assert_eq!(written[TAG_KEYS], lake.tags[TAG_KEYS]);
}

#[test]
fn a_parameter_that_aws_keeps_to_itself_is_no_difference_and_is_carried_through() {
    let lake = usual();
    let mut live = live(&lake);
    let key = "aws:cloudformation:stack-name";
    live.input.parameters.insert(key.into(), "x".into());
    assert_eq!(assessed(&lake, &live, Cause::Drift), Assessment::InSync);
    live.input.location.push_str("else/");
    let assessment = assessed(&lake, &live, Cause::Drift);
    assert_eq!(update(&assessment).parameters[key], "x");
}

#[test]
fn a_column_that_others_added_is_told_and_carried_through() {
    let lake = usual();
    let mut spoilt = live(&lake);
    let added = Column {
        name: "more".into(),
        r#type: "date".into(),
        comment: Some("theirs".into()),
    };
    spoilt.input.columns.insert(0, added.clone());
    assert_eq!(assessed(&lake, &spoilt, Cause::Drift), Assessment::InSync);
    let told = remark(&desired(&lake), &spoilt).unwrap();
    assert!(
        told.contains("more date") && told.contains("spec.schema.columns"),
        "{told}"
    );
    assert_eq!(remark(&desired(&lake), &live(&lake)), None);
    // What is put right beside it does not drop it, nor does it count as declared.
    spoilt.input.columns.retain(|column| column.name != "id");
    let assessment = assessed(&lake, &spoilt, Cause::Drift);
    assert_eq!(differences(&assessment), ["column id: none instead of int"]);
    assert_eq!(update(&assessment).columns[0], added);
    assert_eq!(
        update(&assessment).columns.len(),
        live(&lake).input.columns.len() + 1
    );
    // An edit can't be told from a column that was taken out of the spec.
    let edited = assessed(&lake, &spoilt, Cause::Edit);
    assert!(
        refusal(&edited).message.contains("column more is in the table"),
        "{edited:?}"
    );
}

#[test]
fn a_table_is_removed_by_one_call() {
    assert_eq!(
        operations(&removal(&live(&usual()), &edit(&usual()))),
        ["DeleteTable"]
    );
}
