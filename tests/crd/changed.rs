//! Edits: free before anything was made, and what is fixed once it exists.

use serde_json::{Value, json};

use crate::answers::{assert_accepted, assert_refused};
use crate::objects::{columns, lake, spec, with};
use crate::server::Server;

/// A lake as it is stored, and what the operator has recorded of it.
async fn stored(server: &Server, name: &str, change: Value, pinned: Value) -> Value {
    let made = assert_accepted(name, server.create(&with(lake(name), &spec(change))).await);
    assert_accepted(name, server.pin(&made, pinned).await)
}

/// `status.pinned` of a lake that exists in full.
fn exists() -> Value {
    json!({"account": "123456789012", "region": "eu-west-1", "granularity": "Hour", "timeZone": "UTC", "format": "Parquet",
           "names": {"stream": "dl-a-stream", "lake-bucket": "example-lake"}, "keyIds": {}})
}

#[tokio::test]
async fn everything_may_change_before_it_exists() {
    let server = Server::shared().await;
    let lake = stored(
        &server,
        "fresh",
        json!({"region": "eu-west-1", "names": {"stream": "one"}}),
        json!({}),
    )
    .await;
    #[rustfmt::skip]
    let edits = [
        json!({"region": "eu-central-1"}),
        json!({"region": null}),
        json!({"partitioning": {"granularity": "Day", "timeZone": "Europe/Berlin"}}),
        json!({"format": {"type": "Orc"}}),
        json!({"names": {"stream": "two"}}),
        json!({"names": {"stream": null, "table": "events"}}),
        json!({"schema": {"columns": [{"name": "other", "type": "string"}, {"name": "amount", "type": "date"}]}}),
    ];
    for edit in edits {
        let answer = server.try_edit(&lake, &spec(edit.clone())).await;
        assert_accepted(&format!("{edit}"), answer);
    }
}

#[tokio::test]
async fn what_exists_is_fixed() {
    let server = Server::shared().await;
    let change = json!({"region": "eu-west-1", "names": {"lakeBucket": "example-lake"}});
    let lake = stored(&server, "fixed", change, exists()).await;
    #[rustfmt::skip]
    let rows = [
        ("another region", json!({"region": "eu-central-1"}), "spec.region", "write region: eu-west-1"),
        ("the region left to the operator", json!({"region": null}), "spec.region", "write region: eu-west-1"),
        ("another granularity", json!({"partitioning": {"granularity": "Day"}}), "spec.partitioning.granularity", "write Hour"),
        ("another time zone", json!({"partitioning": {"timeZone": "Europe/Berlin"}}), "spec.partitioning.timeZone", "write UTC"),
        ("another format", json!({"format": {"type": "Orc"}}), "spec.format.type", "write Parquet"),
        ("another bucket", json!({"names": {"lakeBucket": "example-other"}}), "spec.names.lakeBucket", "write example-lake"),
        ("the bucket's name taken away", json!({"names": {"lakeBucket": null}}), "spec.names.lakeBucket", "write example-lake"),
        ("a name for a stream that has one", json!({"names": {"stream": "events"}}), "spec.names.stream", "write dl-a-stream"),
    ];
    for (what, edit, path, says) in rows {
        assert_refused(what, server.try_edit(&lake, &spec(edit)).await, path, says);
    }
    #[rustfmt::skip]
    let free = [
        ("the name that the stream has", json!({"names": {"stream": "dl-a-stream"}})),
        ("a name for what does not exist yet", json!({"names": {"publisher": "publish"}})),
        ("discovery", json!({"partitioning": {"discovery": "Projection"}})),
        ("compression", json!({"format": {"compression": "Gzip"}})),
        ("a key of one's own", json!({"encryption": {"bucketKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a"}})),
    ];
    for (what, edit) in free {
        let answer = server.try_edit(&lake, &spec(edit)).await;
        assert_accepted(what, answer);
    }
}

#[tokio::test]
async fn the_name_of_each_resource_is_fixed_once_it_exists() {
    let server = Server::shared().await;
    #[rustfmt::skip]
    let rows = [
        ("bucketKeyAlias", "bucket-key", "alias/other"), ("streamKeyAlias", "stream-key", "alias/other"),
        ("lakeBucket", "lake-bucket", "other"), ("rawBucket", "raw-bucket", "other"), ("stream", "stream", "other"),
        ("deliveryStream", "delivery-stream", "other"), ("database", "database", "other"), ("table", "table", "other"),
        ("crawler", "crawler", "other"), ("workgroup", "workgroup", "other"), ("deliveryRole", "delivery-role", "other"),
        ("crawlerRole", "crawler-role", "other"), ("publisherRole", "publisher-role", "other"),
        ("publisher", "publisher", "other"), ("logGroup", "log-group", "other"),
    ];
    let names: serde_json::Map<String, Value> = rows
        .iter()
        .map(|(_, id, _)| ((*id).to_owned(), json!("one")))
        .collect();
    let lake = stored(
        &server,
        "named",
        json!({}),
        with(exists(), &json!({"names": names})),
    )
    .await;
    for (field, _, other) in rows {
        let answer = server
            .try_edit(&lake, &spec(json!({"names": {field: other}})))
            .await;
        assert_refused(
            field,
            answer,
            &format!("spec.names.{field}"),
            "AWS renames none: write one",
        );
    }
}

#[tokio::test]
async fn what_is_used_and_what_is_made_do_not_change_places() {
    let server = Server::shared().await;
    let pinned = with(
        exists(),
        &json!({"names": {"raw-bucket": "their-raw"}, "existing": ["raw-bucket"]}),
    );
    let lake = stored(
        &server,
        "existing",
        json!({"existing": {"rawBucket": "their-raw"}}),
        pinned,
    )
    .await;
    #[rustfmt::skip]
    let rows = [
        ("made instead of used", json!({"existing": {"rawBucket": null}}), "spec.existing.rawBucket"),
        ("another one", json!({"existing": {"rawBucket": "other"}}), "spec.existing.rawBucket"),
        ("used instead of made", json!({"existing": {"stream": "dl-a-stream"}}), "spec.existing.stream"),
    ];
    for (what, edit, path) in rows {
        let answer = server.try_edit(&lake, &spec(edit)).await;
        assert_refused(what, answer, path, "put it back");
    }
    let free = server
        .try_edit(&lake, &spec(json!({"existing": {"database": "theirs"}})))
        .await;
    assert_accepted("what does not exist yet", free);
}

#[tokio::test]
async fn a_lake_in_the_operators_region_may_name_that_region_and_no_other() {
    let server = Server::shared().await;
    let lake = stored(&server, "default-region", json!({}), exists()).await;
    let named = server
        .try_edit(&lake, &spec(json!({"region": "eu-west-1"})))
        .await;
    assert_accepted("the same region", named);
    let other = server
        .try_edit(&lake, &spec(json!({"region": "us-east-1"})))
        .await;
    assert_refused(
        "another region",
        other,
        "spec.region",
        "the lake exists in eu-west-1",
    );
}

#[tokio::test]
async fn a_fault_that_is_stored_already_does_not_hold_the_object_back() {
    let server = Server::shared().await;
    let change = json!({"region": "eu-central-1", "names": {"stream": "other"}, "partitioning": {"granularity": "Day"}});
    let lake = stored(&server, "at-odds", change, exists()).await;
    let off = json!({"metadata": {"finalizers": []}, "spec": {"suspend": true}});
    assert_accepted("an edit of something else", server.try_edit(&lake, &off).await);
    let mended =
        json!({"region": "eu-west-1", "names": {"stream": null}, "partitioning": {"granularity": "Hour"}});
    assert_accepted("put right", server.try_edit(&lake, &spec(mended)).await);
}

#[tokio::test]
async fn columns_of_a_table_that_exists_may_be_added_and_moved_but_not_dropped_or_narrowed() {
    let server = Server::shared().await;
    let before = json!({"schema": {"columns": [
        {"name": "event", "type": "struct<id:int>"}, {"name": "amount", "type": "int"}, {"name": "price", "type": "decimal(5,2)"}]}});
    let lake = stored(&server, "columns", before, exists()).await;
    let event = json!({"name": "event", "type": "struct<id:int>"});
    let amount = json!({"name": "amount", "type": "int"});
    let price = json!({"name": "price", "type": "decimal(5,2)"});
    let of = |name: &str, r#type: &str| json!({"name": name, "type": r#type});

    #[rustfmt::skip]
    let allowed = [
        ("a column added in the middle", json!([event, of("new", "string"), amount, price])),
        ("another order", json!([price, event, amount])),
        ("int to bigint", json!([event, of("amount", "BIGINT"), price])),
        ("a field added to a struct", json!([of("event", "struct<id:int,name:string>"), amount, price])),
        ("the same type with blanks", json!([of("event", "Struct< id : int >"), amount, of("price", "decimal(5, 2)")])),
    ];
    for (what, list) in allowed {
        let answer = server.try_edit(&lake, &columns(list)).await;
        assert_accepted(what, answer);
    }
    #[rustfmt::skip]
    let refused = [
        ("a column dropped", json!([event, price]), "was dropped or renamed"),
        ("a column renamed", json!([event, of("sum", "int"), price]), "was dropped or renamed"),
        ("narrowed", json!([event, of("amount", "smallint"), price]), "may only widen"),
        ("int to string", json!([event, of("amount", "string"), price]), "may only widen"),
        ("int to double", json!([event, of("amount", "double"), price]), "may only widen"),
        ("more digits", json!([event, amount, of("price", "decimal(6,2)")]), "may only widen"),
        ("struct to string", json!([of("event", "string"), amount, price]), "may only widen"),
        ("struct to map", json!([of("event", "map<string,int>"), amount, price]), "may only widen"),
        ("int to array", json!([event, of("amount", "array<int>"), price]), "may only widen"),
    ];
    for (what, list, says) in refused {
        assert_refused(
            what,
            server.try_edit(&lake, &columns(list)).await,
            "spec.schema.columns",
            says,
        );
    }
}

/// The comparison of columns grows with the square of their number, and the server ends what takes too long by
/// refusing the object.
#[tokio::test]
async fn the_largest_tables_whose_columns_are_compared_can_be_changed() {
    let server = Server::shared().await;
    let of = |n: usize, r#type: &str| json!({"name": format!("{}_{n}", "name".repeat(60)), "type": r#type});
    let all =
        |range: std::ops::Range<usize>, r#type: &str| range.rev().map(|n| of(n, r#type)).collect::<Value>();
    // As many columns as `rules/columns.rs` compares by name, and as it compares by type too.
    for count in [632, 141] {
        let before = json!({"schema": {"columns": all(0..count, "struct<id:int,name:string,at:timestamp>")}});
        let lake = stored(&server, &format!("largest-{count}"), before, exists()).await;
        let edit = |list: Value| columns(list.as_array().unwrap().iter().rev().cloned().collect());
        let widened = edit(all(0..count, "struct<id:bigint,name:string,at:timestamp>"));
        let answer = server.try_edit(&lake, &widened).await;
        assert_accepted(&format!("{count} columns"), answer);
        let answer = server.try_edit(&lake, &edit(all(1..count, "string"))).await;
        assert_refused(
            "one of many dropped",
            answer,
            "spec.schema.columns",
            "was dropped or renamed",
        );
        let narrowed = server.try_edit(&lake, &edit(all(0..count, "string"))).await;
        if count == 141 {
            assert_refused("all narrowed", narrowed, "spec.schema.columns", "may only widen");
        }
    }
}

#[tokio::test]
async fn modes_can_be_switched() {
    let server = Server::shared().await;
    let lake = stored(
        &server,
        "modes",
        json!({"stream": {"shards": 2}, "crawler": {}}),
        exists(),
    )
    .await;
    #[rustfmt::skip]
    let rows = [
        ("to OnDemand", json!({"stream": {"mode": "OnDemand", "shards": null}})),
        ("to Projection", json!({"partitioning": {"discovery": "Projection"}, "crawler": null})),
    ];
    for (what, edit) in rows {
        let answer = server.try_edit(&lake, &spec(edit)).await;
        assert_accepted(what, answer);
    }
    let shards_left = server
        .try_edit(&lake, &spec(json!({"stream": {"mode": "OnDemand"}})))
        .await;
    assert_refused("shards left", shards_left, "spec.stream.shards", "remove shards");
}
