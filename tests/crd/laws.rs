//! The rules of the server against the parsers of the pass, on generated strings: a rule may let through what the
//! parser refuses, never the other way round.

use std::collections::BTreeSet;

use datalake_operator::model::hive::Type;
use datalake_operator::model::schedule::Schedule;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::objects::{columns, lake, spec, with};
use crate::server::Server;

/// `count` values, the same in every run.
fn generated<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// The text as it is, or with a character or two put in, taken out or replaced.
fn nearly(text: impl Strategy<Value = String>, alphabet: &'static str) -> impl Strategy<Value = String> {
    let slip = (
        any::<prop::sample::Index>(),
        prop::sample::select(alphabet.chars().collect::<Vec<_>>()),
        0..3,
    );
    let slips = prop_oneof![Just(Vec::new()), prop::collection::vec(slip, 1..3)];
    (text, slips).prop_map(|(text, slips)| {
        let mut text: Vec<char> = text.chars().collect();
        for (index, character, kind) in slips {
            let at = index.index(text.len() + 1);
            match kind {
                0 => text.insert(at, character),
                1 if at < text.len() => text[at] = character,
                _ if at < text.len() => drop(text.remove(at)),
                _ => {}
            }
        }
        text.into_iter().collect()
    })
}

fn hive_type() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "boolean",
        "tinyint",
        "Smallint",
        "INT",
        "integer",
        "bigint",
        "float",
        "double",
        "string",
        "binary",
        "date",
        "timestamp",
        "string",
        "int",
        "char(255)",
        "varchar(65535)",
        "decimal(38,38)",
    ]);
    let wrong = prop::sample::select(vec![
        "int64",
        "text",
        "decimal",
        "char(0)",
        "varchar(65536)",
        "strct",
        "",
    ]);
    let sized = (
        prop::sample::select(vec!["decimal", "char", "varchar"]),
        0..50_u32,
        prop::option::of(0..40_u32),
    )
        .prop_map(|(word, n, m)| match m {
            Some(m) => format!("{word}({n}, {m})"),
            None => format!("{word}( 0{n})"),
        });
    let leaf =
        prop_oneof![20 => word.prop_map(str::to_owned), 3 => sized, 1 => wrong.prop_map(str::to_owned)];
    leaf.prop_recursive(6, 24, 4, |inner| {
        let field = (
            prop::sample::select(vec!["id", "Name", "_x", "2nd", "int", "at", "by", "of"]),
            inner.clone(),
        )
            .prop_map(|(name, inner)| format!("{name} : {inner}"));
        prop_oneof![
            inner.clone().prop_map(|inner| format!("array<{inner}>")),
            (inner.clone(), inner).prop_map(|(key, value)| format!("map< {key},\t{value}>")),
            prop::collection::vec(field, 1..4)
                .prop_map(|fields| format!("Struct<{}>", fields.join(",\u{a0}"))),
        ]
    })
}

fn schedule() -> impl Strategy<Value = String> {
    let minutes = prop_oneof![
        Just("15,45".to_owned()),
        (0..60_u32, prop::sample::select(vec![5_u32, 10, 20, 30]))
            .prop_map(|(from, step)| format!("{}/{step}", from % 5)),
        (0..62_u32, 1..40_u32).prop_map(|(from, step)| format!("{from}/{step}")),
        (0..60_u32, 0..60_u32, 1..12_u32).prop_map(|(from, to, step)| format!("{from}-{to}/{step}")),
        prop::collection::vec(0..60_u32, 1..5).prop_map(|list| list
            .iter()
            .map(|n| format!("{n:02}"))
            .collect::<Vec<_>>()
            .join(",")),
        (1..30_u32).prop_map(|step| format!("*/{step}")),
    ];
    let of = |words: &[&'static str]| prop::sample::select(words.to_vec());
    let days = prop_oneof![
        9 => (of(&["*", "1", "L", "LW", "15W", "031", "1/5", "1-31/2", "*/7", "32"]), Just("?")),
        9 => (Just("?"), of(&["*", "MON-FRI", "L", "6L", "FRIL", "1,7", "SUN/2", "8", "MON#2", "*/2"])),
        1 => (of(&["*", "1", "?"]), of(&["*", "2", "?"])),
    ];
    let hours = of(&["*", "0", "8-18/2", "023", "6,18", "1/4", "24"]);
    let months = of(&["*", "JAN-MAR,DEC", "1/3", "012", "FEB", "2-4", "13"]);
    let years = of(&[
        "*",
        "2026",
        "1970-2199/2",
        "2026,2030",
        "*/3",
        "2026-2030",
        "2200",
    ]);
    (minutes, hours, days, months, years).prop_map(|(minutes, hours, (of_month, of_week), months, years)| {
        format!("cron({minutes} {hours} {of_month} {months} {of_week} {years})")
    })
}

#[tokio::test]
async fn the_server_lets_every_type_through_that_the_parser_takes() {
    let server = Server::shared().await;
    let types = generated(nearly(hive_type(), "<>(),:;_ a1é\u{2009}"), 2_000);
    let (mut taken, mut refused) = (0, 0);
    for batch in types.chunks(250) {
        let list = batch
            .iter()
            .enumerate()
            .map(|(n, r#type)| json!({"name": format!("c{n}"), "type": r#type}));
        let answer = match server
            .try_create(&with(lake("types"), &columns(list.collect())))
            .await
        {
            Ok(_) => Vec::new(),
            Err(refusal) => refusal.faults(),
        };
        let refusals: BTreeSet<String> = answer
            .into_iter()
            .map(|(field, message)| {
                assert!(field.starts_with("spec.schema.columns["), "{field}: {message}");
                field.trim_end_matches(".type").to_owned()
            })
            .collect();
        refused += refusals.len();
        for (n, text) in batch
            .iter()
            .enumerate()
            .filter(|(_, text)| Type::parse(text).is_ok())
        {
            taken += 1;
            assert!(
                !refusals.contains(&format!("spec.schema.columns[{n}]")),
                "the parser takes {text:?}"
            );
        }
    }
    assert!(
        taken > 500 && refused > 500,
        "{taken} taken by the parser, {refused} refused by the server"
    );
}

#[tokio::test]
async fn the_server_lets_every_schedule_through_that_the_parser_takes() {
    let server = Server::shared().await;
    let (mut taken, mut refused) = (0, 0);
    for text in generated(nearly(schedule(), "0159*,-/?LW ()M#"), 600) {
        let answer = server
            .try_create(&with(
                lake("schedules"),
                &spec(json!({"crawler": {"schedule": text}})),
            ))
            .await;
        refused += usize::from(answer.is_err());
        if Schedule::parse(&text).is_ok() {
            taken += 1;
            assert!(
                answer.is_ok(),
                "the parser takes {text:?}: {:#?}",
                answer.unwrap_err().faults()
            );
        }
    }
    assert!(
        taken > 100 && refused > 100,
        "{taken} taken by the parser, {refused} refused by the server"
    );
}
