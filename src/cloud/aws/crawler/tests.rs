use serde_json::{Value, json};

use super::super::testing::{operations, place, replay, sent};
use super::*;

const CRAWLER: &str = r#"{"Crawler":{"Name":"c","Role":"path/r","Description":"C","DatabaseName":"d","State":"RUNNING",
    "Targets":{"S3Targets":[{"Path":"s3://x/"}],"JdbcTargets":[],"CatalogTargets":[{"DatabaseName":"d","Tables":["t"]}]},
    "Schedule":{"ScheduleExpression":"cron(0 0 * * ? *)","State":"NOT_SCHEDULED"},
    "SchemaChangePolicy":{"UpdateBehavior":"LOG","DeleteBehavior":"DEPRECATE_IN_DATABASE"},
    "RecrawlPolicy":{"RecrawlBehavior":"CRAWL_EVERYTHING"},"Configuration":"{}","CrawlElapsedTime":0,"Version":1,
    "LastCrawl":{"Status":"FAILED","ErrorMessage":"m"}}}"#;
const TAGS: &str = r#"{"Tags":{"team":"data"}}"#;

#[tokio::test]
async fn a_crawler_is_read_as_glue_says_it() {
    let (aws, client) = replay(vec![(200, CRAWLER), (200, TAGS)]);
    let seen = observe(&aws, &place(), "c").await.unwrap().unwrap();
    let text = |text: &str| Some(text.to_owned());
    let expected = Observed {
        name: "c".into(),
        state: "RUNNING".into(),
        role: "path/r".into(),
        description: "C".into(),
        database: text("d"),
        catalog_targets: vec![("d".into(), vec!["t".into()])],
        other_targets: 1,
        schedule: text("cron(0 0 * * ? *)"),
        schedule_state: text("NOT_SCHEDULED"),
        update_behavior: text("LOG"),
        delete_behavior: text("DEPRECATE_IN_DATABASE"),
        recrawl_behavior: text("CRAWL_EVERYTHING"),
        configuration: text("{}"),
        last_crawl: Some(("FAILED".into(), text("m"))),
        tags: Tags::from([("team".into(), "data".into())]),
    };
    assert_eq!(seen, expected);
    let arn = &sent(&client)[1].json()["ResourceArn"];
    assert_eq!(arn, "arn:aws:glue:eu-west-1:123456789012:crawler/c");
}

#[tokio::test]
async fn a_missing_crawler_is_none_and_another_error_is_told_by_its_code() {
    let (aws, client) = replay(vec![(
        400,
        r#"{"__type":"EntityNotFoundException","Message":"x"}"#,
    )]);
    assert_eq!(observe(&aws, &place(), "c").await, Ok(None));
    assert_eq!(operations(&client), ["GetCrawler"]);
    let (aws, _) = replay(vec![(
        400,
        r#"{"__type":"OperationTimeoutException","Message":"x"}"#,
    )]);
    let error = observe(&aws, &place(), "c").await.unwrap_err();
    assert_eq!(
        (error.operation, error.code.as_str()),
        ("GetCrawler", "OperationTimeoutException")
    );
}

fn input() -> CrawlerInput {
    CrawlerInput {
        name: "c".into(),
        role: "r".into(),
        description: "C".into(),
        database: "d".into(),
        table: "t".into(),
        schedule: "cron(0 0 * * ? *)".into(),
        configuration: "{}".into(),
    }
}

fn wire() -> Value {
    json!({
        "Name": "c", "Role": "arn:aws:iam::123456789012:role/r", "Description": "C", "DatabaseName": "d",
        "Targets": {"CatalogTargets": [{"DatabaseName": "d", "Tables": ["t"]}]},
        "Schedule": "cron(0 0 * * ? *)", "Configuration": "{}",
        "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    })
}

#[tokio::test]
async fn each_change_is_one_call_and_creation_carries_the_tags() {
    let tags = Tags::from([("a".into(), "1".into())]);
    let (name, arn) = (|| "c".to_owned(), || "arn:c".to_owned());
    let mut created = wire();
    created["Tags"] = json!({"a": "1"});
    for (change, body) in [
        (
            Change::CreateCrawler {
                input: input(),
                tags: tags.clone(),
            },
            created,
        ),
        (Change::UpdateCrawler { input: input() }, wire()),
        (
            Change::StartCrawlerSchedule { name: name() },
            json!({"CrawlerName": "c"}),
        ),
        (Change::StopCrawler { name: name() }, json!({"Name": "c"})),
        (
            Change::TagResource { arn: arn(), tags },
            json!({"ResourceArn": "arn:c", "TagsToAdd": {"a": "1"}}),
        ),
        (
            Change::UntagResource {
                arn: arn(),
                keys: vec!["a".into()],
            },
            json!({"ResourceArn": "arn:c", "TagsToRemove": ["a"]}),
        ),
        (Change::DeleteCrawler { name: name() }, json!({"Name": "c"})),
    ] {
        let (aws, client) = replay(vec![(200, "{}")]);
        apply(&aws, &place(), &change).await.unwrap();
        assert_eq!(operations(&client), [change.operation()]);
        assert_eq!(sent(&client)[0].json(), body);
    }
}
