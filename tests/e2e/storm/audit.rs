//! Everything that there is on AWS, held against what there is to be.

use std::collections::{BTreeMap, BTreeSet};

use datalake_operator::api::vocabulary::{TAG_NAME, TAG_NAMESPACE};
use datalake_operator::cloud::aws::clients::Clients;

/// As AWS calls it, of the id of a resource.
fn kind(id: &str) -> &'static str {
    match id {
        "bucket-key" | "stream-key" => "alias",
        "lake-bucket" | "raw-bucket" => "bucket",
        "log-group" | "publisher-log-group" => "log group",
        "stream" => "stream",
        "database" => "database",
        "table" => "table",
        "delivery-role" | "crawler-role" | "publisher-role" => "role",
        "delivery-stream" => "delivery stream",
        "crawler" => "crawler",
        "workgroup" => "workgroup",
        "publisher" => "function",
        other => panic!("{other} is no part of a lake"),
    }
}

/// In an account where nobody else works: these resources (by id and name), and of each of so many lakes two keys, which
/// are enabled where an alias points to them, and else pending deletion.
pub async fn nothing_more_and_nothing_less(
    aws: &Clients,
    expected: &BTreeSet<(String, String)>,
    lakes: usize,
) {
    let found = everything(aws).await;
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|(id, name)| (kind(id), name.clone()))
        .collect();
    let orphans: Vec<_> = found.difference(&expected).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(orphans.is_empty(), "nobody's: {orphans:#?}");
    assert!(missing.is_empty(), "not there: {missing:#?}");

    let targets = aliases(aws).await.into_values().collect::<BTreeSet<_>>();
    let keys = keys(aws).await;
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, (owner, state)) in &keys {
        let right = if targets.contains(id) {
            "Enabled"
        } else {
            "PendingDeletion"
        };
        assert_eq!(state, right, "key {id} of {owner}");
        *owners.entry(owner).or_default() += 1;
    }
    assert_eq!(owners.len(), lakes, "{owners:?}");
    assert!(
        owners.values().all(|count| *count == 2),
        "two keys a lake: {owners:?}"
    );
}

/// Kind and name.
async fn everything(aws: &Clients) -> BTreeSet<(&'static str, String)> {
    let mut all = BTreeSet::new();
    all.extend(aliases(aws).await.into_keys().map(|name| ("alias", name)));
    let buckets = aws
        .s3
        .list_buckets()
        .send()
        .await
        .unwrap()
        .buckets
        .unwrap_or_default();
    all.extend(
        buckets
            .into_iter()
            .filter_map(|bucket| Some(("bucket", bucket.name?))),
    );
    let streams = aws.kinesis.list_streams().limit(1000).send().await.unwrap();
    all.extend(streams.stream_names.into_iter().map(|name| ("stream", name)));
    let deliveries = aws
        .firehose
        .list_delivery_streams()
        .limit(1000)
        .send()
        .await
        .unwrap();
    let names = deliveries.delivery_stream_names.into_iter();
    all.extend(names.map(|name| ("delivery stream", name)));
    let roles = aws.iam.list_roles().max_items(1000).send().await.unwrap().roles;
    all.extend(roles.into_iter().map(|role| ("role", role.role_name)));
    for database in aws.glue.get_databases().send().await.unwrap().database_list {
        let tables = aws
            .glue
            .get_tables()
            .database_name(&database.name)
            .send()
            .await
            .unwrap();
        let tables = tables.table_list.unwrap_or_default().into_iter();
        all.extend(tables.map(|table| ("table", table.name)));
        all.insert(("database", database.name));
    }
    let crawlers = aws
        .glue
        .get_crawlers()
        .max_results(1000)
        .send()
        .await
        .unwrap()
        .crawlers;
    let names = crawlers.unwrap_or_default().into_iter();
    all.extend(names.filter_map(|crawler| Some(("crawler", crawler.name?))));
    let groups = aws
        .athena
        .list_work_groups()
        .max_results(50)
        .send()
        .await
        .unwrap()
        .work_groups;
    let names = groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.name);
    // Every account has one of this name.
    all.extend(
        names
            .filter(|name| name != "primary")
            .map(|name| ("workgroup", name)),
    );
    let groups = aws
        .logs
        .describe_log_groups()
        .limit(50)
        .send()
        .await
        .unwrap()
        .log_groups;
    let names = groups.unwrap_or_default().into_iter();
    all.extend(names.filter_map(|group| Some(("log group", group.log_group_name?))));
    let functions = aws
        .lambda
        .list_functions()
        .max_items(1000)
        .send()
        .await
        .unwrap()
        .functions;
    let names = functions.unwrap_or_default().into_iter();
    all.extend(names.filter_map(|function| Some(("function", function.function_name?))));
    all
}

/// Aliases that are not of AWS itself, and the ids of their keys.
async fn aliases(aws: &Clients) -> BTreeMap<String, String> {
    let answer = aws.kms.list_aliases().limit(100).send().await.unwrap();
    assert!(!answer.truncated, "more aliases than any lake has");
    let aliases = answer.aliases.unwrap_or_default().into_iter();
    let aliases = aliases.filter_map(|alias| Some((alias.alias_name?, alias.target_key_id?)));
    aliases
        .filter(|(name, _)| !name.starts_with("alias/aws/"))
        .collect()
}

/// Lake and state of every key.
async fn keys(aws: &Clients) -> BTreeMap<String, (String, String)> {
    let mut keys = BTreeMap::new();
    for key in aws.kms.list_keys().limit(1000).send().await.unwrap().keys() {
        let id = key.key_id().expect("a key has an id");
        let tags = aws.kms.list_resource_tags().key_id(id).send().await.unwrap();
        let tag = |key: &str| {
            let found = tags.tags().iter().find(|tag| tag.tag_key() == key);
            found.map_or("nobody", |tag| tag.tag_value()).to_owned()
        };
        let owner = format!("{}/{}", tag(TAG_NAMESPACE), tag(TAG_NAME));
        let found = aws.kms.describe_key().key_id(id).send().await.unwrap();
        let state = found.key_metadata.and_then(|key| key.key_state);
        let state = state.expect("a key has a state").as_str().to_owned();
        keys.insert(id.to_owned(), (owner, state));
    }
    keys
}
