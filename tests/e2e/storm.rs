//! Everything fails at once: AWS refuses, is late and loses answers, the API server restarts, the operator is killed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use datalake_operator::api::Datalake;
use datalake_operator::shell::clock;
use serde_json::json;

use crate::census::census;
use crate::gate::{Call, Fate, Gate, Refusal};
use crate::lake::Lake;
use crate::operator::{Operator, tail};
use crate::stand::Stand;
use crate::until::within;

const LAKES: usize = 20;
/// How many operators are killed during each of creation, edit and deletion, and how long each of them lives.
const DEATHS: u32 = 4;
const LIFE: Duration = Duration::from_secs(4);
/// How long each of the three may take on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(180);
const NAMESPACE: &str = "e2e-storm";

/// Of twenty calls six fail: five are refused, in three manners, and of one the answer is lost. One more is late.
fn storm(n: u64, _: &Call) -> Fate {
    match scattered(n) % 20 {
        0 | 1 => Fate::Refused(Refusal::Internal),
        2 => Fate::Refused(Refusal::Unavailable),
        3 | 4 => Fate::Refused(Refusal::Throttled),
        5 => Fate::AnswerLost,
        6 => Fate::Late(Duration::from_millis(300)),
        _ => Fate::Passes,
    }
}

/// Numbers without a pattern, the same in each run (the finalizer of `SplitMix64`).
fn scattered(n: u64) -> u64 {
    let n = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

struct Storm {
    place: Lake,
    gate: Gate,
    operator: Option<Operator>,
    born: Instant,
    deaths: u32,
}

impl Storm {
    async fn start(&mut self) {
        let flags = ["--watch-namespace", NAMESPACE, "--max-concurrent", "20"];
        let env = [("AWS_ENDPOINT_URL", &*self.gate.endpoint())];
        self.operator = Some(Operator::start(&self.place.stand, NAMESPACE, &flags, &env).await);
        self.born = clock::instant();
    }

    /// Waits until all lakes are so. In the meantime several operators are killed, one after the other; AWS fails on.
    async fn until(&mut self, what: &str, is_so: impl Fn(&[Datalake]) -> Result<(), String>) {
        let (start, mut lives) = (clock::instant(), 1..=DEATHS);
        let log = self.place.stand.files().join(format!("{NAMESPACE}.log"));
        let ask = async || {
            if self.born.elapsed() > LIFE && lives.next().is_some() {
                self.operator.take().expect("one is always started").kill();
                self.start().await;
                self.deaths += 1;
            }
            let lakes = self.place.all().await.map_err(|error| error.to_string())?;
            if lives.is_empty() {
                is_so(&lakes)
            } else {
                Err(format!("{} deaths so far", self.deaths))
            }
        };
        within(LIMIT, what, ask, async || tail(&log)).await;
        println!(
            "{what}: {:.1?}, {} calls, {} deaths",
            start.elapsed(),
            self.gate.count(),
            self.deaths
        );
    }
}

fn all_ready(lakes: &[Datalake]) -> Result<(), String> {
    let lacking = lakes.iter().filter_map(|lake| {
        let conditions = lake
            .status
            .as_ref()
            .map(|status| &status.conditions[..])
            .unwrap_or_default();
        let ready = conditions.iter().find(|condition| condition.type_ == "Ready");
        let so =
            ready.is_some_and(|c| c.status == "True" && c.observed_generation == lake.metadata.generation);
        (!so).then(|| format!("{:?}: {:?}", lake.metadata.name, ready.map(|c| &c.message)))
    });
    let lacking: Vec<String> = lacking.collect();
    if lacking.is_empty() && lakes.len() == LAKES {
        Ok(())
    } else {
        Err(format!("{} of {}: {lacking:#?}", lacking.len(), lakes.len()))
    }
}

/// What the lakes are to be on AWS, all of them together.
fn one_of_each() -> BTreeMap<String, usize> {
    let of_each = [
        ("alias", 2),
        ("bucket", 2),
        ("crawler", 1),
        ("database", 1),
        ("delivery stream", 1),
        ("key Enabled", 2),
        ("log group", 1),
        ("role", 2),
        ("stream", 1),
        ("workgroup", 1),
    ];
    of_each
        .map(|(kind, count)| (kind.to_owned(), count * LAKES))
        .into()
}

#[tokio::test]
async fn twenty_lakes_come_change_and_go_in_a_storm_and_nothing_is_left_or_made_twice() {
    let stand = Stand::alone(NAMESPACE).await;
    let place = Lake::without_operator(stand.clone(), NAMESPACE).await;
    let lakes: Vec<Lake> = (0..LAKES).map(|n| place.beside(&format!("lake-{n}"))).collect();
    let aws = stand.aws().await;
    let gate = Gate::before(stand.endpoint(), storm);
    let mut storm = Storm {
        place,
        gate,
        operator: None,
        born: clock::instant(),
        deaths: 0,
    };
    storm.start().await;

    for lake in &lakes {
        lake.apply(json!({"deletionPolicy": "Delete"})).await;
    }
    stand.restart_api_server().await;
    storm.until("all are Ready", all_ready).await;
    assert_eq!(census(&aws).await, one_of_each());

    for lake in &lakes {
        lake.edit(&json!({"tags": {"team": "data"}, "retention": {"streamHours": 48, "rawDays": 7}}))
            .await;
    }
    storm.until("all are as edited", all_ready).await;
    assert_eq!(census(&aws).await, one_of_each());
    for lake in &lakes {
        let stream = lake.eyes().await.look("stream").await;
        assert_eq!(stream["retentionHours"], 48, "{stream}");
        assert_eq!(stream["tags"]["team"], "data", "{stream}");
    }

    for lake in &lakes {
        lake.delete().await;
    }
    stand.restart_api_server().await;
    let gone = |lakes: &[Datalake]| {
        if lakes.is_empty() {
            Ok(())
        } else {
            Err(format!("{} are left", lakes.len()))
        }
    };
    storm.until("all are gone", gone).await;
    let scheduled = BTreeMap::from([("key PendingDeletion".to_owned(), 2 * LAKES)]);
    assert_eq!(census(&aws).await, scheduled, "nothing else is left");

    let (all, gate) = (storm.gate.count(), &storm.gate);
    let failed = gate.fared("refused") + gate.fared("lost");
    println!(
        "{failed} of {all} calls failed; {} deaths; {:?}",
        storm.deaths,
        gate.operations()
    );
    assert!(failed * 100 > all * 28, "{failed} of {all}");
}
