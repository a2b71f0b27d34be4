//! How many there are of each kind on AWS, whoever made them.

use std::collections::BTreeMap;

use datalake_operator::cloud::aws::clients::Clients;

/// Counts of what an account has; keys by their state.
pub async fn census(aws: &Clients) -> BTreeMap<String, usize> {
    let mut counts = keys(aws).await;
    let buckets = aws.s3.list_buckets().send().await.unwrap();
    let streams = aws.kinesis.list_streams().limit(1000).send().await.unwrap();
    let deliveries = aws.firehose.list_delivery_streams().limit(1000).send().await;
    let groups = aws.logs.describe_log_groups().limit(50).into_paginator().items();
    let databases = aws.glue.get_databases().into_paginator().send();
    let crawlers = aws.glue.list_crawlers().max_results(1000).send().await.unwrap();
    let roles = aws.iam.list_roles().max_items(1000).send().await.unwrap();
    let workgroups = aws.athena.list_work_groups().into_paginator().send();
    let functions = aws.lambda.list_functions().into_paginator().items();
    let aliases = aws.kms.list_aliases().limit(1000).send().await.unwrap();
    let groups = groups.send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let functions = functions.send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let databases = databases.collect::<Result<Vec<_>, _>>().await.unwrap();
    let workgroups = workgroups.collect::<Result<Vec<_>, _>>().await.unwrap();
    let workgroups = workgroups.iter().flat_map(|page| page.work_groups());
    let of_users = aliases.aliases().iter().filter_map(|alias| alias.alias_name());
    for (kind, count) in [
        (
            "alias",
            of_users.filter(|name| !name.starts_with("alias/aws/")).count(),
        ),
        ("bucket", buckets.buckets().len()),
        ("crawler", crawlers.crawler_names().len()),
        (
            "database",
            databases.iter().map(|page| page.database_list().len()).sum(),
        ),
        (
            "delivery stream",
            deliveries.unwrap().delivery_stream_names().len(),
        ),
        ("function", functions.len()),
        ("log group", groups.len()),
        ("role", roles.roles().len()),
        ("stream", streams.stream_names().len()),
        // Every account has this one.
        (
            "workgroup",
            workgroups.filter(|group| group.name() != Some("primary")).count(),
        ),
    ] {
        counts.insert(kind.to_owned(), count);
    }
    counts.retain(|_, count| *count > 0);
    counts
}

async fn keys(aws: &Clients) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let keys = aws.kms.list_keys().limit(1000).send().await.unwrap();
    for key in keys.keys() {
        let found = aws.kms.describe_key().key_id(key.key_id().unwrap()).send().await;
        let state = found.unwrap().key_metadata.unwrap().key_state.unwrap();
        *counts.entry(format!("key {}", state.as_str())).or_default() += 1;
    }
    counts
}
