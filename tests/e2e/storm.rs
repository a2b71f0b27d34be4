//! A storm: calls fail, the operator is killed, the API server too, while lakes come, change and go.

mod audit;

use std::collections::BTreeSet;
use std::time::Duration;

use datalake_operator::api::Datalake;
use datalake_operator::shell::clock;
use serde_json::{Value, json};

use crate::deletion::PIPELINE;
use crate::gate::{Call, Fate, Gate, Refusal};
use crate::lake::Lake;
use crate::look::Eyes;
use crate::operator::Operator;
use crate::stand::Stand;
use crate::until::within;

/// Another seed is another storm.
const SEED: u64 = 4;
const NAMESPACE: &str = "e2e-storm";
const LAKES: usize = 20;
/// These stay; the others are deleted, a third under each policy.
const STAY: usize = 8;
/// How long an operator lives.
const LIFE: Duration = Duration::from_secs(8);
/// How many die while the lakes come, and while they change and go.
const DEATHS: [u32; 2] = [5, 3];
/// How many lakes are still to go when another dies.
const LAST: usize = 2;
/// How long twenty lakes may take for anything, on a machine that does other things too.
const LIMIT: Duration = Duration::from_mins(6);

/// Of a hundred calls thirty fail: one throttled, two and thirteen with errors of the service (what asks to slow down is
/// not tried again at once, and slows all lakes: more of it would be another test), seven that never arrive, and seven
/// that are carried out and whose answer is lost.
fn weather(n: u64, call: &Call) -> Fate {
    match (draw(n) % 100, call.operation.as_str()) {
        (30.., _) => Fate::Passes,
        (0..1, _) => Fate::Refused(Refusal::Throttled),
        // What of these may have made a key is looked for during five minutes before another is made, which is longer
        // than a test may last; so here each did. (Of a call that never arrives, see `keys`.)
        (_, "CreateKey") | (23..30, _) => Fate::AnswerLost,
        (1..3, _) => Fate::Refused(Refusal::Unavailable),
        (3..16, _) => Fate::Refused(Refusal::Internal),
        (16..23, _) => Fate::Dropped,
    }
}

/// The n-th number of `SplitMix64`.
fn draw(n: u64) -> u64 {
    let mut z = SEED.wrapping_add((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn spec(n: usize) -> Value {
    let policy = ["Delete", "RetainData", "Retain"][n % 3];
    json!({"deletionPolicy": policy, "testPublisher": {"enabled": n.is_multiple_of(2)}})
}

/// What there is to be of a lake in the end.
fn remains(n: usize, id: &str) -> bool {
    match n % 3 {
        _ if n < STAY => true,
        0 => false,
        1 => !PIPELINE.contains(&id),
        _ => true,
    }
}

#[tokio::test]
async fn twenty_lakes_come_change_and_go_in_a_storm_and_nothing_is_lost_left_or_made_twice() {
    let start = clock::instant();
    let told = |what: &str| println!("{:5.1} s: {what}", start.elapsed().as_secs_f64());
    let place = Lake::without_operator(Stand::alone("e2e-storm").await, NAMESPACE).await;
    let lakes: Vec<Lake> = (0..LAKES)
        .map(|n| place.beside(&format!("lake-{n:02}")))
        .collect();
    told("a stand");
    let mut storm = Storm::begins(place).await;
    for (n, lake) in lakes.iter().enumerate() {
        lake.apply(spec(n)).await;
    }
    storm.rages(DEATHS[0]).await;
    told("the lakes are on their own");
    storm.until("each lake is Ready", is_ready).await;
    told("Ready");

    let mut eyes = Vec::new();
    for lake in &lakes {
        eyes.push(lake.eyes().await);
    }
    for (n, lake) in lakes.iter().enumerate() {
        lake.edit(&json!({"tags": {"weather": "storm"}, "retention": {"rawDays": 7}}))
            .await;
        if n >= STAY {
            lake.delete().await;
        }
    }
    storm.rages(DEATHS[1]).await;
    storm.until_few_are_to_go(LAST).await;
    storm.another_dies().await;
    told("the last are on their own");
    storm.until_few_are_to_go(0).await;
    told("calm");
    storm.ends().await;
    storm.until("the rest is Ready", is_ready).await;
    told("all is as it should be");
    assert_eq!(storm.place.all().await.len(), STAY);
    storm.is_silent().await;

    for eyes in &eyes[..STAY] {
        let bucket = eyes.look("raw-bucket").await;
        assert_eq!(bucket["tags"]["weather"], "storm", "{bucket}");
        assert!(bucket["lifecycle"].to_string().contains("\"days\":7"), "{bucket}");
    }
    let kept = |(n, eyes): (usize, &Eyes)| {
        let names = eyes.names.clone().into_iter();
        names.filter(move |(id, _)| remains(n, id)).collect::<Vec<_>>()
    };
    let expected: BTreeSet<_> = eyes.iter().enumerate().flat_map(kept).collect();
    audit::nothing_more_and_nothing_less(&storm.place.aws, &expected, LAKES).await;
    told("audited");
}

/// The operator in the storm.
struct Storm {
    /// Where the lakes are, with the operator of now.
    place: Lake,
    gate: Gate,
    /// How many calls of `CreateKey` were open when an operator died.
    keys_begun: usize,
}

impl Storm {
    async fn begins(place: Lake) -> Self {
        let gate = Gate::before(place.stand.endpoint(), weather);
        let mut storm = Self {
            place,
            gate,
            keys_begun: 0,
        };
        storm.start(&storm.gate.endpoint(), "1m").await;
        storm
    }

    /// There is one operator, and no lease: so the next works at once, while calls of the dead one are still on their
    /// way. (A lease keeps the two apart: see `leader`.)
    async fn start(&mut self, endpoint: &str, drift_period: &str) {
        let flags = ["--watch-namespace", NAMESPACE, "--drift-period", drift_period];
        let env = [("AWS_ENDPOINT_URL", endpoint)];
        let operator = Operator::start(&self.place.stand, NAMESPACE, &flags, &env).await;
        self.place.operator = Some(operator);
    }

    /// What it may have begun to make a key of is waited for by the next for five minutes, which is longer than a test
    /// may last: so that these go by.
    async fn kill(&mut self) {
        let mut operator = self.place.operator.take().expect("one runs");
        assert!(operator.runs(), "it ended by itself: {}", operator.story());
        operator.kill();
        for object in self.place.all().await {
            if begins_a_key(&object) {
                let idle = async || self.gate.is_idle().then_some(()).ok_or("not yet");
                within(LIMIT, "its calls have arrived", idle, async || story(&object)).await;
                let lake = self.place.beside(&object.metadata.name.expect("it has one"));
                self.keys_begun += lake.time_goes_by_for_keys().await;
            }
        }
    }

    async fn another_dies(&mut self) {
        self.kill().await;
        let endpoint = self.gate.endpoint();
        self.start(&endpoint, "1m").await;
    }

    /// Operators live and die; in the second life the API server is started again.
    async fn rages(&mut self, deaths: u32) {
        for death in 0..deaths {
            if death == 1 {
                self.place.stand.restart_api_server().await;
            }
            let born = clock::instant();
            let old = async || (born.elapsed() >= LIFE).then_some(()).ok_or("too young");
            within(LIMIT, "it dies", old, async || String::new()).await;
            self.another_dies().await;
        }
    }

    /// No call fails any more.
    async fn ends(&mut self) {
        let fared = ["refused", "dropped", "lost"].map(|how| self.gate.fared(how));
        let (all, failed) = (self.gate.count(), fared.iter().sum::<usize>());
        println!("of {all} calls {failed} failed: refused, dropped, lost: {fared:?}");
        assert!(
            failed * 100 > all * 25 && !fared.contains(&0),
            "that was no storm"
        );
        println!("deaths met {} open calls of CreateKey", self.keys_begun);
        self.kill().await;
        let endpoint = self.place.stand.endpoint().to_owned();
        self.start(&endpoint, "2s").await;
    }

    async fn until(&self, what: &str, is: impl Fn(&Datalake) -> bool) {
        let ask = async || {
            let all = self.place.all().await;
            let not: Vec<_> = all.iter().filter(|object| !is(object)).map(story).collect();
            if not.is_empty() {
                Ok(())
            } else {
                Err(format!("{} of {}: {not:#?}", not.len(), all.len()))
            }
        };
        within(LIMIT, what, ask, async || self.place.operator().story()).await;
    }

    /// Of what was deleted, all but so many are gone.
    async fn until_few_are_to_go(&self, few: usize) {
        let ask = async || {
            let mut all = self.place.all().await;
            all.retain(|object| object.metadata.deletion_timestamp.is_some());
            let left: Vec<_> = all.iter().map(story).collect();
            (left.len() <= few)
                .then_some(())
                .ok_or_else(|| format!("{left:#?}"))
        };
        let story = async || self.place.operator().story();
        within(LIMIT, "what was deleted is gone", ask, story).await;
    }

    /// Nothing is written any more.
    async fn is_silent(&self) {
        let calls = self.place.operator().calls();
        self.place.until_passes(2 * STAY as u64).await;
        let more = self.place.operator().calls().since(&calls);
        assert_eq!(more.writes().total(), 0, "{:?}", more.writes());
    }
}

fn begins_a_key(object: &Datalake) -> bool {
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    pinned.is_some_and(|pinned| !pinned.key_intents.is_empty())
}

fn is_ready(object: &Datalake) -> bool {
    let status = object.status.as_ref();
    let mut conditions = status.into_iter().flat_map(|status| &status.conditions);
    let ready = conditions.find(|condition| condition.type_ == "Ready");
    ready.is_some_and(|ready| {
        ready.status == "True" && ready.observed_generation == object.metadata.generation
    })
}

/// How a lake stands, in a line.
fn story(object: &Datalake) -> String {
    let status = object.status.as_ref();
    let mut conditions = status.into_iter().flat_map(|status| &status.conditions);
    let ready = conditions.find(|condition| condition.type_ == "Ready");
    let said = ready.map(|ready| format!("{} {}", ready.reason, ready.message));
    let leaving = object.metadata.deletion_timestamp.is_some();
    format!("{:?} leaving {leaving}: {said:?}", object.metadata.name)
}
