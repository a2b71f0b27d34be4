//! Changes behind the operator's back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::hands::{Hand, hands, removals};
use crate::lake::Lake;

/// Rounds of hands, in each at most one for a resource, so that what is told can be told apart.
pub fn rounds(hands: Vec<Hand>) -> Vec<Vec<Hand>> {
    let mut rounds: Vec<Vec<Hand>> = Vec::new();
    for hand in hands {
        match rounds
            .iter_mut()
            .find(|round| round.iter().all(|other| other.id != hand.id))
        {
            Some(round) => round.push(hand),
            None => rounds.push(vec![hand]),
        }
    }
    rounds
}

/// Every hand does its work at once, and the operator puts all of it right, and tells of each.
pub async fn put_right(lake: &Lake, round: &[Hand]) {
    let eyes = lake.eyes().await;
    let told = lake.events().await.len();
    let mut before = BTreeMap::new();
    for hand in round {
        before.insert(hand.id, eyes.look(hand.id).await);
    }
    for hand in round {
        (hand.act)(&eyes).await;
    }
    for hand in round {
        let said = format!("({})", hand.id);
        let ask = async || {
            let events = lake.events().await.split_off(told);
            let one = |(reason, note): &(String, String)| {
                matches!(reason.as_str(), "DriftCorrected" | "Restored") && note.contains(&said)
            };
            events.iter().any(one).then_some(()).ok_or("nothing was told")
        };
        lake.until(&format!("{} {} is told", hand.id, hand.what), ask)
            .await;
        let ask = async || {
            let seen = eyes.look(hand.id).await;
            if seen == before[hand.id] {
                Ok(())
            } else {
                Err(format!("{seen:#}\nwas {:#}", before[hand.id]))
            }
        };
        lake.until(&format!("{} {} is put right", hand.id, hand.what), ask)
            .await;
    }
    lake.until_ready().await;
}

#[tokio::test]
async fn each_property_changed_behind_its_back_is_put_right_and_told() {
    let lake = Lake::ready("e2e-drift", json!({"testPublisher": {"enabled": true}})).await;
    for round in rounds(hands()) {
        put_right(&lake, &round).await;
    }
    let calls = lake.operator().calls();
    lake.until_passes(3).await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
}

#[tokio::test]
async fn each_resource_removed_behind_its_back_is_made_again_and_told() {
    let lake = Lake::ready("e2e-removed", json!({"testPublisher": {"enabled": true}})).await;
    for round in removals() {
        put_right(&lake, &round).await;
    }
}

#[tokio::test]
async fn under_report_differences_are_named_once_and_nothing_is_written() {
    let lake = Lake::ready(
        "e2e-report",
        json!({"testPublisher": {"enabled": true}, "driftPolicy": "Report"}),
    )
    .await;
    let round = rounds(hands()).remove(0);
    let eyes = lake.eyes().await;
    let (calls, told) = (lake.operator().calls(), lake.events().await.len());
    let mut before = BTreeMap::new();
    for hand in &round {
        before.insert(hand.id, eyes.look(hand.id).await);
        (hand.act)(&eyes).await;
    }
    let ask = async || {
        let drifted: Vec<String> = lake
            .status()
            .await
            .resources
            .into_iter()
            .filter(|r| format!("{:?}", r.state) == "Drifted")
            .map(|r| r.id)
            .collect();
        let all = round.iter().all(|hand| drifted.iter().any(|id| id == hand.id));
        if all { Ok(()) } else { Err(format!("{drifted:?}")) }
    };
    lake.until("every difference is named", ask).await;
    lake.until_condition("DriftDetected", "True", "DriftDetected")
        .await;
    lake.until_condition("Ready", "False", "DriftDetected").await;
    lake.until_passes(3).await;
    let more = lake.operator().calls().since(&calls);
    assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
    let events = lake.events().await.split_off(told);
    for hand in &round {
        assert_ne!(
            eyes.look(hand.id).await,
            before[hand.id],
            "{} {}",
            hand.id,
            hand.what
        );
        let said = events
            .iter()
            .filter(|(reason, note)| reason == "DriftDetected" && note.contains(eyes.name(hand.id)));
        assert!(said.count() >= 1, "{}: {events:#?}", hand.id);
    }
    assert_eq!(events.len(), round.len(), "each is told once: {events:#?}");

    lake.edit(&json!({"driftPolicy": "Correct"})).await;
    lake.until_ready().await;
    for hand in &round {
        let seen: Value = eyes.look(hand.id).await;
        assert_eq!(seen, before[hand.id], "{} {}", hand.id, hand.what);
    }
}
