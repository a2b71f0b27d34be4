//! The data's way: from the stream to rows.

use aws_sdk_athena::types::{QueryExecutionContext, QueryExecutionState};
use aws_sdk_glue::types::{CrawlerState, LastCrawlStatus};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use datalake_operator::api::Connection;
use serde_json::{Value, json};

use crate::lake::Lake;

#[tokio::test]
async fn events_become_rows_and_raw_copies() {
    let lake = Lake::ready("e2e-data", json!({"testPublisher": {"enabled": true}})).await;
    let connection = lake.status().await.connection.unwrap();
    publish(&lake, &connection).await;

    let parquet = objects(&lake, &connection.lake_location, "data/", ".parquet", 3).await;
    assert!(
        parquet
            .iter()
            .all(|key| key.starts_with("data/year=") && key.contains("/hour=")),
        "{parquet:?}"
    );
    for key in objects(&lake, &connection.raw_location, "raw/", ".gz", 3).await {
        let copy = lake
            .aws
            .s3
            .get_object()
            .bucket(bucket(&connection.raw_location))
            .key(&key);
        let bytes = copy
            .send()
            .await
            .unwrap()
            .body
            .collect()
            .await
            .unwrap()
            .into_bytes();
        assert_eq!(bytes[..2], [0x1f, 0x8b], "{key} is zipped");
    }
    crawl(&lake, &connection).await;
    let sql = format!(
        "SELECT event.staffid, event.staffname, metadata.appname FROM {} ORDER BY 1",
        connection.table
    );
    let rows = query(&lake, &connection, &sql).await;
    let expected: Vec<[String; 3]> = (1..=3)
        .map(|id| [id.to_string(), format!("Staff {id}"), "staff-portal".to_owned()])
        .collect();
    assert_eq!(rows, expected);
}

fn event(id: i32) -> Value {
    json!({
        "event": {"staffName": format!("Staff {id}"), "staffId": id, "emailId": "staff@example.com", "status": "joined"},
        "metadata": {"appName": "staff-portal", "eventType": "StaffChanged", "sourceTimestamp": "2026-01-02T03:04:05Z"},
    })
}

/// Two straight to the stream, one through the function.
async fn publish(lake: &Lake, connection: &Connection) {
    let entry = |id: i32| {
        let data = Blob::new(event(id).to_string() + "\n");
        PutRecordsRequestEntry::builder()
            .data(data)
            .partition_key(id.to_string())
            .build()
            .unwrap()
    };
    let put = lake
        .aws
        .kinesis
        .put_records()
        .stream_name(&connection.stream_name);
    let answer = put.records(entry(1)).records(entry(2)).send().await.unwrap();
    assert_eq!(answer.failed_record_count, Some(0));
    let invoke = lake
        .aws
        .lambda
        .invoke()
        .function_name(connection.publisher.as_deref().unwrap());
    let payload = aws_sdk_lambda::primitives::Blob::new(event(3).to_string());
    let answer = invoke.payload(payload).send().await.unwrap();
    assert_eq!(
        answer.function_error,
        None,
        "{:?}",
        answer.payload.map(|p| String::from_utf8(p.into_inner()))
    );
}

fn bucket(location: &str) -> &str {
    location.trim_start_matches("s3://").split('/').next().unwrap()
}

/// Waits for objects whose keys begin and end so, one an event, since the stand's Firehose delivers each at once.
async fn objects(lake: &Lake, location: &str, prefix: &str, suffix: &str, count: usize) -> Vec<String> {
    let ask = async || {
        let list = lake
            .aws
            .s3
            .list_objects_v2()
            .bucket(bucket(location))
            .prefix(prefix);
        let objects = list.send().await.unwrap().contents.unwrap_or_default();
        let keys: Vec<String> = objects.into_iter().filter_map(|object| object.key).collect();
        let whole = keys.len() == count && keys.iter().all(|key| key.ends_with(suffix));
        if whole { Ok(keys) } else { Err(format!("{keys:?}")) }
    };
    lake.until(&format!("{count} objects in {location}"), ask).await
}

async fn crawl(lake: &Lake, connection: &Connection) {
    let crawler = connection.crawler.as_deref().unwrap();
    lake.aws.glue.start_crawler().name(crawler).send().await.unwrap();
    let ask = async || {
        let found = lake
            .aws
            .glue
            .get_crawler()
            .name(crawler)
            .send()
            .await
            .unwrap()
            .crawler
            .unwrap();
        let ended = found.state == Some(CrawlerState::Ready) && found.last_crawl.is_some();
        if ended {
            Ok(found.last_crawl.unwrap())
        } else {
            Err(format!("{:?}", found.state))
        }
    };
    let crawl = lake.until("the crawl ends", ask).await;
    assert_eq!(
        crawl.status.as_ref().map(LastCrawlStatus::as_str),
        Some("SUCCEEDED"),
        "{crawl:?}"
    );
    let partitions = lake.aws.glue.get_partitions().database_name(&connection.database);
    let partitions = partitions.table_name(&connection.table).send().await.unwrap();
    // Events of one moment; two where the hour turns.
    assert!((1..=2).contains(&partitions.partitions().len()), "{partitions:?}");
    // A crawl is no drift: its partitions are to stay, and so is the table.
    lake.until_passes(2).await;
    let drift = lake.condition("DriftDetected").await;
    assert_eq!(drift.unwrap().0, "False", "{}", lake.story().await);
}

/// The rows without their head.
async fn query(lake: &Lake, connection: &Connection, sql: &str) -> Vec<[String; 3]> {
    let athena = &lake.aws.athena;
    let context = QueryExecutionContext::builder()
        .database(&connection.database)
        .build();
    let start = athena
        .start_query_execution()
        .query_string(sql)
        .query_execution_context(context);
    let started = start
        .work_group(connection.workgroup.as_deref().unwrap())
        .send()
        .await
        .unwrap();
    let id = started.query_execution_id.unwrap();
    let ask = async || {
        let answer = athena
            .get_query_execution()
            .query_execution_id(&id)
            .send()
            .await
            .unwrap();
        let status = answer.query_execution.unwrap().status.unwrap();
        let ended = status.state == Some(QueryExecutionState::Succeeded);
        if ended { Ok(()) } else { Err(format!("{status:?}")) }
    };
    lake.until("the query succeeds", ask).await;
    let results = athena
        .get_query_results()
        .query_execution_id(&id)
        .send()
        .await
        .unwrap();
    let rows = results.result_set.unwrap().rows.unwrap();
    let text = |cell: &aws_sdk_athena::types::Datum| cell.var_char_value.clone().unwrap_or_default();
    let row = |row: &aws_sdk_athena::types::Row| {
        let cells: Vec<String> = row.data().iter().map(text).collect();
        cells.try_into().unwrap()
    };
    rows.iter().skip(1).map(row).collect()
}
