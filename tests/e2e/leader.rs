//! Several operators, of which one works.

use std::time::Duration;

use datalake_operator::shell::clock;
use serde_json::{Value, json};

use crate::gate::{Call, Fate, Gate, Refusal};
use crate::lake::Lake;
use crate::operator::Operator;

/// How long a lease lasts in this scenario.
const LEASE: Duration = Duration::from_secs(5);
/// The next look of a follower, and that of the test, on a machine that does other things too.
const SLACK: Duration = Duration::from_secs(3);
const NAMESPACE: &str = "e2e-leader";

/// As on a bad day: of forty calls three are refused, of one the answer is lost, and one is late.
fn bad_day(n: u64, call: &Call) -> Fate {
    match n % 40 {
        // What may have made a key is looked for during five minutes before another is made: here it did.
        7 | 15 if call.operation == "CreateKey" => Fate::AnswerLost,
        7 => Fate::Refused(Refusal::Internal),
        15 => Fate::Refused(Refusal::Unavailable),
        23 => Fate::Refused(Refusal::Throttled),
        31 => Fate::AnswerLost,
        39 => Fate::Late(Duration::from_millis(300)),
        _ => Fate::Passes,
    }
}

async fn operator(lake: &Lake, name: &str, endpoint: &str) -> Operator {
    let flags = [
        ["--watch-namespace", NAMESPACE],
        ["--leader-elect", "true"],
        ["--lease-duration", "5s"],
        ["--lease-renew-deadline", "3s"],
        ["--lease-retry", "500ms"],
    ];
    let env = [("AWS_ENDPOINT_URL", endpoint)];
    Operator::start(
        &lake.stand,
        &format!("{NAMESPACE}-{name}"),
        flags.as_flattened(),
        &env,
    )
    .await
}

async fn until_leads(lake: &Lake, operator: &Operator) {
    let ask = async || operator.leads().then_some(()).ok_or_else(|| operator.story());
    lake.until("it leads", ask).await;
}

/// Who dies between the record of a key that is to be made and the call leaves a wait of five minutes.
async fn until_all_have_keys(lakes: &[Lake]) {
    for lake in lakes {
        let ask = async || {
            let keys = lake.status().await.pinned.unwrap_or_default().key_ids;
            (keys.len() == 2).then_some(()).ok_or("not yet")
        };
        lake.until("it has its keys", ask).await;
    }
}

/// Waits until this many calls more were made through the gate.
async fn until_works(lake: &Lake, gate: &Gate, more: usize) {
    let enough = gate.count() + more;
    let ask = async || (gate.count() >= enough).then_some(()).ok_or(gate.count());
    lake.until("it works", ask).await;
}

async fn all_are_ready_and_one_of_each(lakes: &[Lake]) {
    for lake in lakes {
        lake.until_ready().await;
        let eyes = lake.eyes().await;
        assert_eq!(eyes.names.len(), 13);
        for id in eyes.names.keys() {
            assert_ne!(eyes.look(id).await, Value::Null, "{id}");
        }
        assert_eq!(
            lake.keys().await,
            ["Enabled", "Enabled"],
            "no key was created twice"
        );
    }
}

#[tokio::test]
async fn of_several_operators_one_works_and_when_it_dies_or_stands_still_another_takes_over() {
    let place = Lake::without_operator(crate::stand::Stand::shared().await, NAMESPACE).await;
    let lakes = ["one", "two", "three"].map(|name| place.beside(name));
    let gates = [(); 3].map(|()| Gate::before(place.stand.endpoint(), bad_day));
    let first = operator(&place, "first", &gates[0].endpoint()).await;
    until_leads(&place, &first).await;
    let second = operator(&place, "second", &gates[1].endpoint()).await;
    for lake in &lakes {
        lake.apply(json!({})).await;
    }

    until_all_have_keys(&lakes).await;
    until_works(&place, &gates[0], 20).await;
    assert_eq!(gates[1].count(), 0, "the second stands by, and is ready");
    assert!(!second.leads());
    first.kill();
    takes_over(&place, &second).await;
    all_are_ready_and_one_of_each(&lakes).await;
    let fared = ["refused", "lost", "late"].map(|how| gates[1].fared(how));
    assert!(!fared.contains(&0), "a bad day: {fared:?}");

    let third = operator(&place, "third", &gates[2].endpoint()).await;
    for lake in &lakes {
        lake.edit(&json!({"tags": {"team": "data"}})).await;
    }
    until_works(&place, &gates[1], 20).await;
    second.pause();
    takes_over(&place, &third).await;
    all_are_ready_and_one_of_each(&lakes).await;
    let before = (gates[1].count(), objects(&lakes).await);
    second.go_on();
    assert!(!second.ended().await.success(), "to be started again");
    assert_eq!(gates[1].count(), before.0, "no call after the pause");
    assert_eq!(objects(&lakes).await, before.1, "nor a write to Kubernetes");

    let fourth = operator(&place, "fourth", place.stand.endpoint()).await;
    let start = clock::instant();
    assert!(third.terminate().await.success());
    until_leads(&place, &fourth).await;
    assert!(
        start.elapsed() < LEASE,
        "the lease was set free: {:?}",
        start.elapsed()
    );
}

async fn takes_over(lake: &Lake, follower: &Operator) {
    let start = clock::instant();
    until_leads(lake, follower).await;
    println!("took over after {:.1?}", start.elapsed());
    assert!(start.elapsed() < LEASE + SLACK, "{:?}", start.elapsed());
}

/// The objects as they are, status and all.
async fn objects(lakes: &[Lake]) -> Vec<Option<String>> {
    let mut versions = Vec::new();
    for lake in lakes {
        versions.push(lake.object().await.unwrap().metadata.resource_version);
    }
    versions
}
