//! What is not done: to what is not ours, while suspended, and what would lose data.

use datalake_operator::api::vocabulary::SHORTEN_RETENTION;
use serde_json::{Value, json};

use crate::lake::Lake;

#[tokio::test]
async fn what_is_not_ours_is_left_alone_until_it_is_out_of_the_way() {
    let lake = Lake::place("e2e-not-owned").await;
    let logs = &lake.aws.logs;
    let name = "/theirs/e2e-not-owned";
    logs.create_log_group()
        .log_group_name(name)
        .tags("team", "others")
        .send()
        .await
        .unwrap();
    lake.apply(json!({"names": {"logGroup": name}})).await;
    let message = lake.until_condition("Ready", "False", "NotOwned").await;
    assert!(message.contains("log-group"), "{message}");
    lake.until_condition("Stalled", "True", "NotOwned").await;
    lake.until_condition("StorageReady", "True", "Ready").await;
    lake.until_condition("EncryptionReady", "True", "Ready").await;
    lake.until_passes(3).await;
    let eyes = lake.eyes().await;
    assert_eq!(
        eyes.look("log-group").await,
        json!({"retentionDays": null, "streams": [], "tags": {"team": "others"}})
    );
    assert_eq!(
        eyes.look("delivery-stream").await,
        Value::Null,
        "it needs the log group"
    );
    let told = lake
        .events()
        .await
        .into_iter()
        .filter(|(reason, _)| reason == "NotOwned");
    assert_eq!(told.count(), 1, "{}", lake.story().await);

    logs.delete_log_group().log_group_name(name).send().await.unwrap();
    lake.until_ready().await;
    assert_eq!(lake.condition("Stalled").await, None);
}

#[tokio::test]
async fn a_suspended_lake_makes_no_call_and_goes_on_with_the_edit_afterwards() {
    let lake = Lake::ready("e2e-suspend", json!({})).await;
    lake.edit(&json!({"suspend": true})).await;
    lake.until_condition("Ready", "Unknown", "Suspended").await;
    let calls = lake.operator().calls();
    lake.edit(&json!({"stream": {"shards": 2}})).await;
    // The condition of the new generation: there was a pass over it.
    lake.until_condition("Ready", "Unknown", "Suspended").await;
    assert_eq!(lake.operator().calls(), calls);
    lake.edit(&json!({"suspend": false})).await;
    lake.until_ready().await;
    assert_eq!(lake.eyes().await.look("stream").await["shards"], 2);
}

#[tokio::test]
async fn an_edit_that_loses_data_is_refused_as_a_whole_until_the_user_says_so() {
    let lake = Lake::ready("e2e-refused", json!({"retention": {"streamHours": 48}})).await;
    let eyes = lake.eyes().await;
    let before = (eyes.look("stream").await, eyes.look("raw-bucket").await);
    let calls = lake.operator().calls();
    lake.edit(&json!({"retention": {"streamHours": 24, "rawDays": 3}}))
        .await;
    let message = lake.until_condition("Ready", "False", "ChangeRefused").await;
    assert!(message.contains(SHORTEN_RETENTION), "{message}");
    lake.until_condition("Stalled", "True", "ChangeRefused").await;
    lake.until_passes(2).await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
    assert_eq!((eyes.look("stream").await, eyes.look("raw-bucket").await), before);
    let told = lake
        .events()
        .await
        .into_iter()
        .filter(|(reason, _)| reason == "ChangeRefused");
    assert_eq!(told.count(), 1, "{}", lake.story().await);

    lake.patch(json!({"metadata": {"annotations": {SHORTEN_RETENTION: "true"}}}))
        .await;
    lake.until_ready().await;
    assert_eq!(eyes.look("stream").await["retentionHours"], 24);
    assert_eq!(eyes.look("raw-bucket").await["lifecycle"]["raw"]["days"], 3);
}
