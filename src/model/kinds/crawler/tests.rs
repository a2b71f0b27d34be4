use super::super::testing::{changes, differences, operations, waits_for};
use super::*;
use crate::model::testing::{edit, lake};

/// The crawler as Glue shows it once it is as declared.
fn live() -> Observed {
    let desired = desired(&lake());
    Observed {
        name: desired.name,
        state: "READY".into(),
        role: desired.role,
        description: desired.description,
        database: Some(desired.database.clone()),
        catalog_targets: vec![(desired.database, vec![desired.table])],
        other_targets: 0,
        schedule: Some(desired.schedule),
        schedule_state: Some("SCHEDULED".into()),
        update_behavior: Some("LOG".into()),
        delete_behavior: Some("LOG".into()),
        recrawl_behavior: Some("CRAWL_EVERYTHING".into()),
        configuration: Some(desired.configuration),
        last_crawl: None,
        tags: desired.tags,
    }
}

fn assessed(live: Option<&Observed>) -> Assessment {
    assess(&desired(&lake()), live, &edit(&lake()))
}

type Spoil = fn(&mut Observed);

/// Each property that one `UpdateCrawler` mends.
const SPOILT: [(Spoil, &str); 11] = [
    (
        |live| live.role = "another".into(),
        "Role: another instead of dl-",
    ),
    (|live| live.description.clear(), "Description: none instead of "),
    (
        |live| live.database = Some("other".into()),
        "DatabaseName: other instead of ",
    ),
    (|live| live.catalog_targets[0].1.push("more".into()), "Targets: "),
    (|live| live.catalog_targets.clear(), "Targets: none instead of "),
    (|live| live.other_targets = 1, "Targets: "),
    (|live| live.schedule = None, "Schedule: none instead of cron("),
    (
        |live| live.update_behavior = Some("UPDATE_IN_DATABASE".into()),
        "UpdateBehavior: ",
    ),
    (
        |live| live.delete_behavior = Some("DEPRECATE_IN_DATABASE".into()),
        "DeleteBehavior: ",
    ),
    (
        |live| live.recrawl_behavior = Some("CRAWL_NEW_FOLDERS_ONLY".into()),
        "RecrawlBehavior: ",
    ),
    (
        |live| live.configuration = Some(r#"{"Version":1.0}"#.into()),
        "Configuration: ",
    ),
];

#[test]
fn a_missing_crawler_is_created_with_its_tags() {
    let assessment = assessed(None);
    let [AnyChange::Crawler(Change::CreateCrawler { input, tags })] = changes(&assessment) else {
        panic!("{assessment:?}");
    };
    assert_eq!((&input.table, tags), (&lake().names.table, &lake().tags));
}

#[test]
fn glues_own_way_of_saying_the_same_is_no_difference() {
    assert_eq!(assessed(Some(&live())), Assessment::InSync);
    let table: [(Spoil, &str); 7] = [
        (
            |live| live.role = format!("arn:aws:iam::123456789012:role/{}", live.role),
            "or its ARN",
        ),
        (
            |live| live.recrawl_behavior = None,
            "left out, it is CRAWL_EVERYTHING",
        ),
        (
            |live| live.role = format!("some/path/{}", live.role),
            "the role's path stands before its name",
        ),
        (
            |live| live.database = None,
            "catalog targets need no DatabaseName",
        ),
        (
            |live| live.database = Some(String::new()),
            "nor is an empty one said",
        ),
        (
            |live| {
                let inner = r#"{"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}"#;
                live.configuration = Some(format!(r#"{{"CrawlerOutput": {inner}, "Version": 1.0}}"#));
            },
            "compared as JSON",
        ),
        (|live| live.schedule_state = None, "not said"),
    ];
    for (spoil, why) in table {
        let mut live = live();
        spoil(&mut live);
        assert_eq!(assessed(Some(&live)), Assessment::InSync, "{why}");
    }
}

#[test]
fn each_property_that_differs_is_named_and_mended_by_one_update() {
    for (spoil, says) in SPOILT {
        let mut live = live();
        spoil(&mut live);
        let assessment = assessed(Some(&live));
        assert_eq!(operations(&assessment), ["UpdateCrawler"], "{says}");
        let said = differences(&assessment);
        assert!(said.len() == 1 && said[0].starts_with(says), "{said:?}");
    }
}

#[test]
fn a_run_is_not_disturbed_a_difference_waits_for_its_end() {
    for state in ["RUNNING", "STOPPING"] {
        let running = Observed {
            state: state.into(),
            ..live()
        };
        assert_eq!(
            assessed(Some(&running)),
            Assessment::InSync,
            "{state} and as declared"
        );
        for (spoil, says) in SPOILT {
            let mut live = running.clone();
            spoil(&mut live);
            assert!(waits_for(&assessed(Some(&live))).contains(state), "{says}");
        }
    }
    let settling = Observed {
        schedule_state: Some("TRANSITIONING".into()),
        description: String::new(),
        ..live()
    };
    assert!(waits_for(&assessed(Some(&settling))).contains("TRANSITIONING"));
}

#[test]
fn a_schedule_that_was_stopped_is_started_again() {
    let stopped = Observed {
        schedule_state: Some("NOT_SCHEDULED".into()),
        ..live()
    };
    assert_eq!(operations(&assessed(Some(&stopped))), ["StartCrawlerSchedule"]);
    let both = Observed {
        description: String::new(),
        ..stopped
    };
    assert_eq!(
        operations(&assessed(Some(&both))),
        ["UpdateCrawler"],
        "the update first, alone"
    );
}

#[test]
fn tags_are_mended_by_arn_even_while_it_runs() {
    let mut live = Observed {
        state: "RUNNING".into(),
        ..live()
    };
    live.tags = lake().owner.tags(&Tags::from([("cost".into(), "1".into())]));
    let assessment = assessed(Some(&live));
    assert_eq!(operations(&assessment), ["UntagResource", "TagResource"]);
    let AnyChange::Crawler(Change::UntagResource { arn, keys }) = &changes(&assessment)[0] else {
        panic!("{assessment:?}");
    };
    assert!(arn.ends_with(&format!(":crawler/{}", live.name)), "{arn}");
    assert_eq!(keys, &["cost"]);
}

#[test]
fn a_crawler_is_stopped_then_deleted() {
    let lake = lake();
    let in_state = |state: &str| {
        removal(
            &Observed {
                state: state.into(),
                ..live()
            },
            &edit(&lake),
        )
    };
    assert_eq!(operations(&in_state("RUNNING")), ["StopCrawler"]);
    assert!(waits_for(&in_state("STOPPING")).contains("STOPPING"));
    assert_eq!(operations(&in_state("READY")), ["DeleteCrawler"]);
}
