use super::super::testing::{changes, differences, operations, refusal, waits_for};
use super::*;
use crate::model::testing::{edit, lake};

/// The database as Glue shows it once it is as declared, with what Glue fills in and others set.
fn live() -> Observed {
    let desired = desired(&lake());
    Observed {
        input: DatabaseInput {
            name: desired.name,
            description: Some(desired.description),
            location_uri: Some("s3://elsewhere/".into()),
            parameters: Tags::from([("theirs".into(), "1".into())]),
            default_permissions: Some(vec![(Some("IAM_ALLOWED_PRINCIPALS".into()), vec!["ALL".into()])]),
        },
        tags: desired.tags,
        held: None,
    }
}

fn assessed(live: Option<&Observed>) -> Assessment {
    assess(&desired(&lake()), live, &edit(&lake()))
}

fn holding(held: &[&str]) -> Observed {
    let held = held.iter().map(|name| (*name).to_owned()).collect();
    Observed {
        held: Some(held),
        ..live()
    }
}

#[test]
fn a_missing_database_is_created_with_its_tags() {
    let assessment = assessed(None);
    let [AnyChange::Database(Change::CreateDatabase { input, tags })] = changes(&assessment) else {
        panic!("{assessment:?}");
    };
    assert_eq!(input.name, lake().names.database);
    assert_eq!(tags, &lake().tags);
    assert_eq!(input.default_permissions, None, "the account's own defaults");
}

#[test]
fn only_what_is_declared_is_compared() {
    assert_eq!(assessed(Some(&live())), Assessment::InSync);
}

#[test]
fn an_update_sends_back_what_others_set() {
    for description in [None, Some("another".to_owned())] {
        let mut live = live();
        live.input.description = description;
        let assessment = assessed(Some(&live));
        let [AnyChange::Database(Change::UpdateDatabase { input })] = changes(&assessment) else {
            panic!("{assessment:?}");
        };
        assert_eq!(input, &self::live().input);
        assert!(differences(&assessment)[0].starts_with("Description: "));
    }
}

#[test]
fn tags_are_mended_by_arn() {
    let mut live = live();
    live.tags.remove("team");
    let assessment = assessed(Some(&live));
    let [AnyChange::Database(Change::TagResource { arn, tags })] = changes(&assessment) else {
        panic!("{assessment:?}");
    };
    assert!(
        arn.ends_with(&format!(":database/{}", lake().names.database)),
        "{arn}"
    );
    assert_eq!(tags, &Tags::from([("team".into(), "data".into())]));
    live.tags = lake().owner.tags(&Tags::from([("cost".into(), "1".into())]));
    assert_eq!(
        operations(&assessed(Some(&live))),
        ["UntagResource", "TagResource"]
    );
}

#[test]
fn an_empty_database_is_deleted_and_one_that_was_not_looked_into_is_looked_into() {
    let lake = lake();
    assert_eq!(
        operations(&removal(&holding(&[]), &edit(&lake))),
        ["DeleteDatabase"]
    );
    assert!(waits_for(&removal(&live(), &edit(&lake))).contains(&lake.names.database));
}

#[test]
fn tables_of_others_stop_the_removal_and_five_of_them_are_named() {
    let lake = lake();
    let few = removal(&holding(&["a", "b"]), &edit(&lake));
    assert_eq!(refusal(&few).reason, reasons::DATABASE_NOT_EMPTY);
    assert!(
        refusal(&few).message.contains("(a, b)"),
        "{}",
        refusal(&few).message
    );
    let many = removal(&holding(&["a", "b", "c", "d", "e", "f"]), &edit(&lake));
    assert!(
        refusal(&many).message.contains("(a, b, c, d, e and others)"),
        "{}",
        refusal(&many).message
    );
}
