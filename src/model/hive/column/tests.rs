use super::*;

fn columns(texts: &[(&str, &str, &str)]) -> Vec<Column> {
    let column = |(name, r#type, comment): &(&str, &str, &str)| Column {
        name: (*name).to_owned(),
        r#type: Type::parse(r#type).unwrap(),
        comment: (!comment.is_empty()).then(|| (*comment).to_owned()),
    };
    texts.iter().map(column).collect()
}

#[test]
fn names_that_athena_takes_pass() {
    for name in ["a", "event", "event_2", &"a".repeat(255)] {
        assert_eq!(column_name(name), Ok(()));
    }
}

#[test]
fn other_names_are_refused_with_one_near_them_that_would_pass() {
    for (name, example, why) in [
        ("", "c", "empty"),
        ("staffName", "staffname", "upper case would be folded"),
        ("staff-name", "staff_name", "a hyphen"),
        ("staff.name", "staff_name", "a dot"),
        ("_hidden", "hidden", "needs quotes"),
        ("1st", "st", "needs quotes"),
        ("42", "c42", "needs quotes"),
        ("größe", "gr__e", "not ASCII"),
        ("a b", "a_b", "a blank"),
        (&"a".repeat(256), &"a".repeat(255), "too long"),
    ] {
        let fault = column_name(name).expect_err(why);
        assert_eq!(fault.example, example, "{why}");
        assert_eq!(
            column_name(&fault.example),
            Ok(()),
            "{why}: what the message proposes must pass"
        );
    }
}

#[test]
fn columns_are_compared_by_name_and_the_change_of_each_is_told() {
    let live = columns(&[
        ("id", "int", ""),
        ("at", "timestamp", "when"),
        ("n", "bigint", ""),
        ("old", "date", ""),
    ]);
    let wanted = columns(&[
        ("at", "timestamp", "time"),
        ("new", "string", ""),
        ("n", "int", ""),
        ("id", "bigint", ""),
    ]);
    let told: Vec<String> = evolve_columns(&live, &wanted)
        .iter()
        .map(|change| match change {
            ColumnChange::Added { name, r#type } => format!("add {name} {type}"),
            ColumnChange::Widened { name, from, to } => format!("widen {name} {from} {to}"),
            ColumnChange::Commented { name } => format!("comment {name}"),
            refused => refused.refusal().unwrap(),
        })
        .collect();
    let expected = [
        "comment at",
        "add new string",
        "column n: bigint can't become int, which holds less: keep bigint, or add a new name of type int",
        "widen id int bigint",
        "column old is in the table and not in the schema: dropping or renaming a column hides its data; keep old, \
         and add the new name beside it",
    ];
    assert_eq!(told, expected);
}

#[test]
fn order_alone_and_an_empty_comment_are_no_change() {
    let live = columns(&[("a", "int", ""), ("b", "int", "")]);
    let mut wanted = columns(&[("b", "int", ""), ("a", "int", "")]);
    wanted[0].comment = Some(String::new());
    assert_eq!(evolve_columns(&live, &wanted), []);
}
