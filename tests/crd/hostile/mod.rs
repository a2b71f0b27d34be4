//! Malformed and hostile objects: each is refused by the server, or named by the pass without one call to AWS, or
//! harmless: what is written in it reaches no name, policy or prefix.

mod objects;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use datalake_operator::api::{Datalake, KeyIntent};
use datalake_operator::cloud::{Done, World};
use datalake_operator::controller::pass::{Ledger, Operator, Overtaken};
use datalake_operator::model::arn::{AccountId, KeyArn, Region, Scope};
use datalake_operator::model::fault::CallError;
use datalake_operator::model::kinds::{Change, Desired, Observed, Target, desired};
use datalake_operator::model::lake::{Cipher, Facts, Origin, faults, resolve};
use datalake_operator::model::memory::{Memory, Tempo};
use datalake_operator::model::names::Prefix;
use datalake_operator::model::topology::Id;
use datalake_operator::shell::clock;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::objects::{lake, with};
use crate::server::Server;
use objects::{Hostile, Takes, of_schema, of_text};

/// An AWS that nobody should call.
#[derive(Default)]
struct Untouched(AtomicUsize);

impl Untouched {
    fn called(&self) -> CallError {
        self.0.fetch_add(1, Ordering::Relaxed);
        CallError {
            service: "none",
            operation: "None",
            code: "Called".to_owned(),
            message: "nobody should".to_owned(),
            status: None,
        }
    }
}

impl World for Untouched {
    async fn identify(&self, _region: &Region) -> Result<Scope, CallError> {
        Err(self.called())
    }

    async fn observe(&self, _place: &Scope, _target: &Target) -> Result<Option<Observed>, CallError> {
        Err(self.called())
    }

    async fn apply(&self, _place: &Scope, _change: &Change) -> Result<Done, CallError> {
        Err(self.called())
    }
}

struct NoKeys;

impl Ledger for NoKeys {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn intend(&self, _place: &Scope, _id: Id, _intent: &KeyIntent) -> Result<(), Overtaken> {
        Err(Overtaken)
    }

    async fn key_created(&self, _id: Id, _nonce: &str, _key_id: &str) -> Result<(), Overtaken> {
        Err(Overtaken)
    }
}

fn origin() -> Origin {
    Origin {
        cluster: "cluster-1".to_owned(),
        prefix: Prefix::parse("dl").unwrap(),
        region: Some(Region::parse("eu-west-1").unwrap()),
        boundary: None,
    }
}

fn parsed(object: &Value) -> Option<Datalake> {
    serde_json::from_value(with(
        object.clone(),
        &json!({"metadata": {"generation": 1, "uid": "u-1"}}),
    ))
    .ok()
}

/// The pass names the faults, and asks AWS nothing.
async fn is_named(what: &str, object: &Datalake) {
    let tempo = Tempo {
        drift_period: SignedDuration::from_mins(5),
        consistency_window: SignedDuration::from_secs(90),
    };
    let operator = Operator::new(Untouched::default(), origin(), tempo);
    let verdict = operator
        .pass(object, &mut Memory::default(), &NoKeys, clock::now())
        .await;
    assert_eq!(
        operator.world.0.load(Ordering::Relaxed),
        0,
        "{what}: AWS was called"
    );
    let ready = verdict
        .status
        .conditions
        .iter()
        .find(|c| c.type_ == "Ready")
        .unwrap();
    assert_eq!(
        (ready.status.as_str(), ready.reason.as_str()),
        ("False", "InvalidSpec"),
        "{what}"
    );
    let path = &faults(object, origin().region.as_ref())[0].path;
    let said = &ready.message;
    assert!(
        said.contains(path.split('[').next().unwrap()),
        "{what}: {path}: {said}"
    );
    // Kubernetes API conventions: a condition's message has at most 32768 characters.
    assert!(said.len() <= 32_768, "{what}: {} bytes", said.len());
}

/// Every name, policy and prefix of the lake that the object asks for.
fn written(object: &Datalake) -> Vec<String> {
    let place = Scope {
        region: Region::parse("eu-west-1").unwrap(),
        account: AccountId::parse("123456789012").unwrap(),
    };
    let lake = resolve(object, &place, &origin()).unwrap();
    let key = |id: &str| KeyArn::parse(&place.key(id).to_string()).ok();
    let bucket_key = key("1111aaaa-11aa-11aa-11aa-111111111111");
    let stream_key = key("2222bbbb-22bb-22bb-22bb-222222222222");
    let of = |id, key: &Option<KeyArn>| (id, Cipher::Key(key.clone().unwrap()));
    let facts = Facts {
        // What exists is encrypted as the lake's own would be.
        existing: BTreeMap::from([
            of(Id::LakeBucket, &bucket_key),
            of(Id::RawBucket, &bucket_key),
            of(Id::Stream, &stream_key),
        ]),
        bucket_key,
        stream_key,
        ..Facts::default()
    };
    let mut all: Vec<String> = Id::ALL.map(|id| lake.name(id).to_owned()).into();
    for id in Id::ALL {
        all.extend(match desired(&lake, &facts, id).unwrap() {
            Desired::Key(key) => vec![key.policy],
            Desired::Role(role) => vec![role.trust, role.policy],
            Desired::Bucket(bucket) => vec![bucket.policy, format!("{:?}", bucket.lifecycle)],
            Desired::Delivery(delivery) => {
                let mut to = delivery.destination;
                to.conversion = None;
                vec![delivery.role_arn, delivery.stream_arn, format!("{to:?}")]
            }
            Desired::Table(table) => vec![table.input.location],
            Desired::Workgroup(workgroup) => vec![format!("{:?}", workgroup.configuration)],
            Desired::LogGroup(_)
            | Desired::Stream(_)
            | Desired::Database(_)
            | Desired::Crawler(_)
            | Desired::Function(_) => Vec::new(),
        });
    }
    all
}

/// How often each sign stands there that is more than itself in a policy, a prefix or JSON.
fn signs(written: &[String]) -> Vec<usize> {
    let all = written.concat();
    ["*", "?", "${", "!{", "\"", "\\", "\n"]
        .iter()
        .map(|sign| all.matches(sign).count())
        .collect()
}

fn is_harmless(hostile: &Hostile, object: &Datalake) {
    let what = &hostile.what;
    let (got, plain) = (written(object), written(&parsed(&lake("hostile")).unwrap()));
    match hostile.takes {
        Takes::Nothing => panic!("{what}: was let through"),
        Takes::Anything => assert_eq!(got, plain, "{what}: it got somewhere"),
        Takes::Form => {
            let safe = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/#".contains(c);
            let is_wildcard = what.starts_with("a schedule's minute");
            assert!(
                is_wildcard || hostile.text.chars().all(safe),
                "{what}: was let through"
            );
            assert_eq!(signs(&got), signs(&plain), "{what}");
        }
    }
}

#[derive(Default)]
struct Count {
    refused: usize,
    named: usize,
    harmless: usize,
}

/// Sends them all, some at a time.
async fn all_are_refused_named_or_harmless(objects: Vec<Hostile>) -> Count {
    let server = Server::shared().await;
    let mut answers = stream::iter(objects)
        .map(|hostile| async { (server.try_create(&hostile.object).await.is_ok(), hostile) })
        .buffered(8);
    let mut count = Count::default();
    while let Some((accepted, hostile)) = answers.next().await {
        // What the server refuses may have been stored under an older definition.
        let object = parsed(&hostile.object);
        let faulty = object
            .as_ref()
            .filter(|object| !faults(object, origin().region.as_ref()).is_empty());
        match (accepted, faulty, &object) {
            (false, Some(object), _) => {
                count.refused += 1;
                is_named(&hostile.what, object).await;
            }
            (false, None, _) => count.refused += 1,
            (true, Some(object), _) => {
                count.named += 1;
                is_named(&hostile.what, object).await;
            }
            (true, None, Some(object)) => {
                count.harmless += 1;
                is_harmless(&hostile, object);
            }
            (true, None, None) => panic!("{}: the server took what is no Datalake", hostile.what),
        }
    }
    count
}

#[tokio::test]
async fn hostile_text_is_refused_or_named_or_gets_nowhere() {
    let objects = of_text();
    let all = objects.len();
    let count = all_are_refused_named_or_harmless(objects).await;
    println!(
        "{all}: {} refused, {} named by the pass, {} harmless",
        count.refused, count.named, count.harmless
    );
    assert!(all >= 1_400 && count.refused > count.harmless, "{all}");
}

#[tokio::test]
async fn values_of_another_type_and_beside_the_bounds_are_refused() {
    let objects = of_schema();
    let all = objects.len();
    let count = all_are_refused_named_or_harmless(objects).await;
    println!("{all}: {} refused by the server", count.refused);
    assert!(all >= 400, "{all}");
    assert_eq!(count.refused, all);
}
