//! Keys that are searched for among all, and those that are read beside the lake's own.

use super::*;

#[tokio::test]
async fn a_key_that_nothing_names_is_found_among_all_by_tags_and_description() {
    let aliases = r#"{"Truncated":false,"Aliases":[
        {"AliasName":"alias/aws/s3","TargetKeyId":"aws"},
        {"AliasName":"alias/aws/ebs"},
        {"AliasName":"alias/dl-other-bucket","TargetKeyId":"another-lakes"},
        {"AliasName":"alias/dlx","TargetKeyId":"e"}]}"#;
    let first = r#"{"Truncated":true,"NextMarker":"m","Keys":[{"KeyId":"aws"},{"KeyId":"a"},{"KeyId":"b"}]}"#;
    let second =
        r#"{"Truncated":false,"Keys":[{"KeyId":"c"},{"KeyId":"d"},{"KeyId":"e"},{"KeyId":"another-lakes"}]}"#;
    let (aws, http) = replay(vec![
        NOT_FOUND,
        (200, aliases),
        (200, first),
        (200, second),
        DENIED,
        FOREIGN,
        OURS,
        OURS,
        NOT_FOUND,
        (200, &metadata("c", "Enabled", "Stream key")),
        (200, &metadata("d", "Enabled", "Bucket key")),
        POLICY,
        ROTATED,
        OURS,
    ]);
    let seen = observe(&aws, &place(), &target(None)).await.unwrap().unwrap();
    let requests = sent(&http);
    let asked: Vec<String> = requests
        .iter()
        .map(|request| {
            let body = request.json();
            let about = body["KeyId"]
                .as_str()
                .or(body["Marker"].as_str())
                .unwrap_or_default();
            format!("{} {about}", request.operation)
        })
        .collect();
    assert_eq!(
        asked,
        [
            "DescribeKey alias/dl-events-bucket",
            "ListAliases ",
            "ListKeys ",
            "ListKeys m",
            "ListResourceTags a",
            "ListResourceTags b",
            "ListResourceTags c",
            "ListResourceTags d",
            "ListResourceTags e",
            "DescribeKey c",
            "DescribeKey d",
            "GetKeyPolicy d",
            "GetKeyRotationStatus d",
            "ListResourceTags d",
        ]
    );
    assert_eq!((seen.arn.key_id(), seen.alias_target), ("d", None));
}

#[tokio::test]
async fn of_several_keys_that_match_one_that_is_not_pending_deletion_is_taken() {
    let (aws, _) = replay(vec![
        NOT_FOUND,
        (200, r#"{"Truncated":false,"Aliases":[]}"#),
        (200, r#"{"Truncated":false,"Keys":[{"KeyId":"a"},{"KeyId":"b"}]}"#),
        OURS,
        OURS,
        (200, &metadata("a", "PendingDeletion", "Bucket key")),
        POLICY,
        OURS,
        (200, &metadata("b", "Disabled", "Bucket key")),
        POLICY,
        OURS,
    ]);
    let seen = observe(&aws, &place(), &target(None)).await.unwrap().unwrap();
    assert_eq!(seen.arn.key_id(), "b");
    assert_eq!(seen.others, []);
}

#[tokio::test]
async fn the_tag_tells_which_key_it_is_whatever_alias_and_description_say() {
    let streams = OURS.1.replace(
        r#"{"Tags":["#,
        r#"{"Tags":[{"TagKey":"datalake-operator.io/resource","TagValue":"stream-key"},"#,
    );
    let buckets = streams.replace("stream-key", "bucket-key");
    let (streams, buckets) = ((200, streams.as_str()), (200, buckets.as_str()));
    // Somebody has swapped the aliases of the two, and an older key is there without any.
    let aliases = r#"{"Truncated":false,"Aliases":[
        {"AliasName":"alias/dl-events-bucket","TargetKeyId":"s"},
        {"AliasName":"alias/dl-events-stream","TargetKeyId":"b"},
        {"AliasName":"alias/theirs","TargetKeyId":"b"}]}"#;
    let (aws, http) = replay(vec![
        (200, &enabled("s")),
        POLICY,
        ROTATED,
        streams,
        (200, aliases),
        (
            200,
            r#"{"Truncated":false,"Keys":[{"KeyId":"b"},{"KeyId":"old"},{"KeyId":"s"}]}"#,
        ),
        buckets,
        OURS,
        streams,
        (200, &metadata("b", "Enabled", "Stream key")),
        POLICY,
        ROTATED,
        buckets,
        (200, &enabled("old")),
        POLICY,
        ROTATED,
        OURS,
        (200, &enabled("s")),
    ]);
    let seen = observe(&aws, &place(), &target(None)).await.unwrap().unwrap();
    assert_eq!(
        (seen.arn.key_id(), seen.alias_target.as_deref()),
        ("b", Some("s"))
    );
    assert_eq!(seen.aliases, ["alias/dl-events-stream", "alias/theirs"]);
    let others: Vec<_> = seen.others.iter().map(|key| key.arn.key_id()).collect();
    assert_eq!(others, ["old"]);
    assert_eq!(operations(&http).len(), 18);
}

#[tokio::test]
async fn while_a_call_may_have_made_a_key_all_are_searched_and_spare_ones_are_read_at_each_look() {
    let keys = (
        200,
        r#"{"Truncated":false,"Keys":[{"KeyId":"k1"},{"KeyId":"k2"}]}"#,
    );
    let (k1, k2) = (enabled("k1"), enabled("k2"));
    let read = |key| [(200, key), POLICY, ROTATED, OURS];
    let answers = [
        read(&k1).to_vec(),
        vec![(200, r#"{"Truncated":false,"Aliases":[]}"#), keys, OURS, OURS],
        read(&k1).to_vec(),
        read(&k2).to_vec(),
    ];
    let (aws, _) = replay(answers.concat());
    let search = Target {
        search: true,
        ..target(Some("k1"))
    };
    let seen = observe(&aws, &place(), &search).await.unwrap().unwrap();
    assert_eq!(seen.arn.key_id(), "k1");
    assert_eq!(seen.others.len(), 1, "{:?}", seen.others);

    let both = [
        (200, k1.as_str()),
        (200, k2.as_str()),
        POLICY,
        ROTATED,
        OURS,
        POLICY,
        ROTATED,
        OURS,
    ];
    let (aws, http) = replay(both.to_vec());
    let spare = Target {
        spare: vec!["k2".to_owned()],
        ..target(Some("k1"))
    };
    let seen = observe(&aws, &place(), &spare).await.unwrap().unwrap();
    assert_eq!(seen.others[0].arn.key_id(), "k2");
    assert!(!operations(&http).contains(&"ListKeys".to_owned()));
}
