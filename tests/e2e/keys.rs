//! The operator dies while it asks for a key, the one call that can't be repeated: before KMS hears of it, and after.

use datalake_operator::api::Pinned;
use serde_json::json;

use crate::gate::{Call, Fate, Gate, Rule};
use crate::lake::Lake;
use crate::operator::Operator;
use crate::stand::Stand;

const NAMESPACE: &str = "e2e-keys";
const CREATE: &str = "CreateKey";

fn never_heard(_: u64, call: &Call) -> Fate {
    match call.operation.as_str() {
        CREATE => Fate::Unheard,
        _ => Fate::Passes,
    }
}

fn never_answered(_: u64, call: &Call) -> Fate {
    match call.operation.as_str() {
        CREATE => Fate::Unanswered,
        _ => Fate::Passes,
    }
}

async fn start(lake: &mut Lake, rule: Rule) -> Gate {
    let gate = Gate::before(lake.stand.endpoint(), rule);
    let env = [("AWS_ENDPOINT_URL", gate.endpoint())];
    let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
    let flags = ["--watch-namespace", NAMESPACE];
    lake.operator = Some(Operator::start(&lake.stand, NAMESPACE, &flags, &env).await);
    gate
}

/// It dies, and what it sent arrives where it is to arrive.
async fn dies(lake: &mut Lake, gate: &Gate) {
    lake.operator.take().expect("it runs").kill();
    let idle = async || gate.is_idle().then_some(()).ok_or("calls are on their way");
    lake.until("all has arrived", idle).await;
}

/// Each call is still out when the operator dies, and is in the record. Says how many there are.
async fn dies_asking(lake: &mut Lake, rule: Rule) -> usize {
    let gate = start(lake, rule).await;
    let asks = async || {
        let begun = pinned(lake).await.key_intents.len();
        let asked = gate.called(CREATE);
        (begun > 0 && asked == begun).then_some(asked).ok_or(begun)
    };
    let asked = lake.until("it asks for keys", asks).await;
    dies(lake, &gate).await;
    assert_eq!(gate.called(CREATE), asked, "each is asked for once");
    assert_eq!(pinned(lake).await.key_intents.len(), asked, "none is known");
    asked
}

async fn pinned(lake: &Lake) -> Pinned {
    lake.status().await.pinned.unwrap_or_default()
}

#[tokio::test]
async fn an_operator_that_dies_asking_for_a_key_leaves_neither_two_keys_nor_none() {
    let mut lake = Lake::without_operator(Stand::shared().await, NAMESPACE).await;
    lake.apply(json!({"deletionPolicy": "Delete"})).await;
    let unheard = dies_asking(&mut lake, never_heard).await;
    assert_eq!(lake.keys().await.len(), 0, "KMS never heard of them");

    // Nobody can know that: for five minutes the key may still show, and no other is made in its place.
    let gate = start(&mut lake, |_, _| Fate::Passes).await;
    let waits = async || {
        let waiting = lake.status().await.resources.into_iter();
        let told = waiting.filter_map(|resource| resource.message);
        let told = told.filter(|message| message.contains("KMS to show the key that a call of"));
        (told.count() == unheard).then_some(()).ok_or("not yet")
    };
    lake.until("the next waits for KMS", waits).await;
    lake.until_passes(3).await;
    assert_eq!(gate.called(CREATE), 2 - unheard);
    dies(&mut lake, &gate).await;
    assert_eq!(lake.time_goes_by_for_keys().await, unheard);

    let unanswered = dies_asking(&mut lake, never_answered).await;
    assert_eq!(
        lake.keys().await.len(),
        2 - unheard + unanswered,
        "KMS has made them"
    );
    let gate = start(&mut lake, |_, _| Fate::Passes).await;
    lake.until_ready().await;
    assert_eq!(
        gate.called(CREATE),
        unheard - unanswered,
        "what was made is found"
    );
    assert_eq!(lake.keys().await, ["Enabled", "Enabled"]);
    assert!(pinned(&lake).await.key_intents.is_empty());

    lake.delete().await;
    lake.until_gone().await;
    assert_eq!(lake.keys().await, ["PendingDeletion", "PendingDeletion"]);
}
