//! The operator dies half way, again and again.

use std::time::Duration;

use datalake_operator::api::DatalakeStatus;
use serde_json::{Value, json};

use crate::lake::Lake;
use crate::until::within;

/// Enough to have died in the middle of creation, and of deletion, several times.
const DEATHS: u32 = 3;
/// What may have just been made is waited for so long where the operator that deleted it died before it wrote that down.
const LONGEST: Duration = Duration::from_secs(90 + 60);

#[tokio::test]
async fn an_operator_that_ends_again_and_again_leaves_one_of_each_and_then_nothing() {
    let mut lake = Lake::place("e2e-restarts").await;
    let spec = json!({"deletionPolicy": "Delete", "testPublisher": {"enabled": true}});
    lake.apply(spec).await;
    let ready = async |lake: &Lake| lake.condition("Ready").await.is_some_and(|c| c.0 == "True");
    // Who dies in the moment before a key is made leaves a record of it, and for five minutes another is not made.
    let has_keys = |status: &DatalakeStatus| {
        status
            .pinned
            .as_ref()
            .is_some_and(|pinned| pinned.key_ids.len() == 2)
    };
    let abrupt = |status: &DatalakeStatus, death: u32| has_keys(status) && death.is_multiple_of(2);
    let deaths = die_at_every_step(&mut lake, ready, abrupt).await;
    assert!(deaths >= DEATHS, "died {deaths} times only");
    let eyes = lake.eyes().await;
    assert_eq!(eyes.names.len(), 16);
    for id in eyes.names.keys() {
        assert_ne!(eyes.look(id).await, Value::Null, "{id}");
    }
    assert_eq!(lake.keys().await.len(), 2, "no key was created twice");

    lake.delete().await;
    let gone = async |lake: &Lake| lake.object().await.is_none();
    let deaths = die_at_every_step(&mut lake, gone, |_, death| death == 0).await;
    assert!(deaths >= DEATHS, "died {deaths} times only");
    for id in eyes.names.keys() {
        assert_eq!(eyes.look(id).await, Value::Null, "{id}");
    }
    assert_eq!(lake.keys().await, ["PendingDeletion", "PendingDeletion"]);
}

/// Whenever the status shows that something was done the operator dies (as of SIGKILL, or else of SIGTERM), and another
/// takes its place. Gives how often it died.
async fn die_at_every_step(
    lake: &mut Lake,
    done: impl AsyncFn(&Lake) -> bool,
    abrupt: impl Fn(&DatalakeStatus, u32) -> bool,
) -> u32 {
    let mut deaths = 0;
    loop {
        let before = progress(lake).await;
        let ask = async || {
            let further = progress(lake).await != before || done(lake).await;
            further.then_some(()).ok_or("nothing changes")
        };
        within(LONGEST, "something is done", ask, async || lake.story().await).await;
        if done(lake).await {
            return deaths;
        }
        let operator = lake.operator.take().expect("the one that was started");
        if abrupt(&lake.status().await, deaths) {
            operator.kill();
        } else {
            assert!(operator.terminate().await.success());
        }
        deaths += 1;
        lake.restart(&[]).await;
    }
}

/// What exists, and how it stands.
async fn progress(lake: &Lake) -> Vec<String> {
    let resources = lake.status().await.resources;
    resources
        .into_iter()
        .map(|r| format!("{} {:?}", r.id, r.state))
        .collect()
}
