//! Resources of the user's own that a lake uses, and never writes to.

mod edits;
mod keys;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::stage::{Stage, account, datalake};
use crate::api::vocabulary::reasons;
use crate::cloud::sim::{Bucket, Cloud, Sim, Stream};
use crate::model::arn::{KeyArn, Region, Scope};
use crate::model::kinds::bucket::Encryption;
use crate::model::kinds::{database, key, stream};
use crate::model::topology::Id;

const USED: [Id; 4] = [Id::LakeBucket, Id::RawBucket, Id::Stream, Id::Database];

pub(super) fn all() -> Value {
    json!({"existing": {"lakeBucket": "their-lake", "rawBucket": "their-raw", "stream": "their-stream",
                        "database": "their_database"}, "testPublisher": {"enabled": true}})
}

fn place() -> Scope {
    Scope {
        region: Region::parse("eu-west-1").unwrap(),
        account: account(),
    }
}

/// An account with two buckets, a stream and a database of the user's own; the names of the keys say what they encrypt.
pub(super) fn world() -> Sim {
    let sim = Sim::new(account(), "2026-01-01T00:00:00Z".parse().unwrap(), 1);
    let place = place();
    sim.alter(|cloud| {
        for name in ["their-lake", "their-raw"] {
            let bucket = Bucket::new(name, account(), place.region.clone(), BTreeMap::new());
            cloud.buckets.put(&place.bucket(name).to_string(), bucket);
        }
        let arn = place.stream("their-stream").to_string();
        let seen = stream::Observed {
            name: "their-stream".into(),
            arn: arn.clone(),
            status: "ACTIVE".into(),
            on_demand: true,
            open_shards: 4,
            retention_hours: 48,
            ..stream::Observed::default()
        };
        cloud.streams.put(
            &arn,
            Stream {
                seen,
                ..Stream::default()
            },
        );
        let input = database::DatabaseInput {
            name: "their_database".into(),
            ..database::DatabaseInput::default()
        };
        let database = database::Observed {
            input,
            ..database::Observed::default()
        };
        cloud
            .databases
            .put(&place.database("their_database").to_string(), database);
    });
    sim
}

/// A key of the user's own.
pub(super) fn a_key(cloud: &mut Cloud, id: &str) -> String {
    let arn = place().key(id).to_string();
    let seen = key::Observed {
        arn: KeyArn::parse(&arn).unwrap(),
        spec: key::SPEC.into(),
        state: "Enabled".into(),
        description: String::new(),
        rotation: Some(false),
        policy: "{}".into(),
        tags: BTreeMap::new(),
        alias: String::new(),
        alias_target: None,
        aliases: Vec::new(),
        alias_taken: false,
        others: Vec::new(),
    };
    cloud.keys.put(&arn, crate::cloud::sim::Key { seen });
    arn
}

fn encrypt(cloud: &mut Cloud, bucket: &str, key: &str) {
    let bucket = cloud
        .buckets
        .get_mut(&place().bucket(bucket).to_string())
        .unwrap();
    bucket.seen.encryption = Some(Encryption {
        algorithm: "aws:kms".into(),
        key: Some(key.into()),
        bucket_key: true,
        blocked: None,
    });
}

/// What is the user's own, as it is now.
fn theirs(sim: &Sim) -> String {
    let place = place();
    sim.alter(|cloud| {
        format!(
            "{:?}{:?}{:?}{:?}",
            cloud.buckets.get(&place.bucket("their-lake").to_string()),
            cloud.buckets.get(&place.bucket("their-raw").to_string()),
            cloud
                .streams
                .get(&place.stream("their-stream").to_string())
                .map(|s| s.seen.clone()),
            cloud.databases.get(&place.database("their_database").to_string()),
        )
    })
}

fn delivers(stage: &Stage) -> Result<(), String> {
    let arn = stage.arn(Id::Delivery);
    stage.sim.alter(|cloud| cloud.delivers(&arn))
}

#[test]
fn a_lake_on_what_exists_comes_up_delivers_and_goes_and_touches_none_of_it() {
    let sim = world();
    let before = theirs(&sim);
    let mut stage = Stage::in_world(sim, datalake(all()));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(delivers(&stage), Ok(()));
    assert!(
        !stage.operations().contains(&"CreateKey"),
        "no key is needed: {}",
        stage.story()
    );
    let status = stage.object.status.clone().unwrap();
    for id in USED {
        let line = status.resources.iter().find(|r| r.id == id.as_str()).unwrap();
        assert_eq!(line.reason.as_deref(), Some(reasons::EXISTING), "{id}");
        assert!(line.arn.is_some(), "{id}");
    }
    assert_eq!(status.resources_ready.as_deref(), Some("14/14"));
    stage.sim.forget_calls();
    stage.next_looks();
    assert_eq!(stage.writes(), Vec::<String>::new(), "silent");
    stage.edit(json!({"deletionPolicy": "Delete", "tags": {"team": "data"}}));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    stage.delete();
    stage.settle();
    assert!(stage.released, "{}", stage.story());
    assert_eq!(theirs(&stage.sim), before);
    assert!(
        stage
            .sim
            .alter(|cloud| cloud.tables.is_empty() && cloud.roles.is_empty())
    );
}

#[test]
fn the_roles_get_the_keys_of_what_exists() {
    let sim = world();
    sim.alter(|cloud| {
        let (lake, raw, stream) = (a_key(cloud, "lake"), a_key(cloud, "raw"), a_key(cloud, "stream"));
        encrypt(cloud, "their-lake", &lake);
        encrypt(cloud, "their-raw", raw.rsplit('/').next().unwrap());
        let arn = place().stream("their-stream").to_string();
        cloud.streams.get_mut(&arn).unwrap().seen.key = Some(stream);
    });
    let mut stage = Stage::in_world(sim, datalake(all()));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(delivers(&stage), Ok(()));
    let policy = |id| {
        let arn = stage.arn(id);
        stage
            .sim
            .alter(|cloud| format!("{:?}", cloud.roles.get(&arn).unwrap().policies))
    };
    let key = |id: &str| place().key(id).to_string();
    let rows = [
        (Id::DeliveryRole, ["lake", "raw", "stream"].as_slice()),
        (Id::CrawlerRole, &["lake"]),
        (Id::PublisherRole, &["stream"]),
    ];
    for (role, keys) in rows {
        for id in ["lake", "raw", "stream"] {
            assert_eq!(
                policy(role).contains(&key(id)),
                keys.contains(&id),
                "{role} {id}: {}",
                policy(role)
            );
        }
    }
    let connection = stage.object.status.clone().unwrap().connection.unwrap();
    assert_eq!(connection.bucket_key_arn, Some(key("lake")));
    assert_eq!(connection.stream_key_arn, Some(key("stream")));
    // Another key for new objects: the old ones stay readable.
    stage.sim.alter(|cloud| {
        let new = a_key(cloud, "new");
        encrypt(cloud, "their-lake", &new);
    });
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    assert_eq!(delivers(&stage), Ok(()));
    let arn = stage.arn(Id::CrawlerRole);
    let policy = stage
        .sim
        .alter(|cloud| format!("{:?}", cloud.roles.get(&arn).unwrap().policies));
    assert!(
        policy.contains(&key("new")) && policy.contains(&key("lake")),
        "{policy}"
    );
}

#[test]
fn one_existing_bucket_beside_one_of_the_lakes_own() {
    for field in ["lakeBucket", "rawBucket"] {
        let sim = world();
        sim.alter(|cloud| {
            let key = a_key(cloud, "theirs");
            encrypt(cloud, "their-lake", &key);
        });
        let mut stage = Stage::in_world(sim, datalake(json!({"existing": {field: "their-lake"}})));
        stage.settle();
        assert!(stage.is_ready(), "{field}: {}", stage.story());
        assert_eq!(delivers(&stage), Ok(()), "{field}");
        stage.sim.forget_calls();
        stage.next_looks();
        assert_eq!(stage.writes(), Vec::<String>::new(), "{field}");
    }
}

type Row = (Id, fn(&mut Cloud, &Scope), &'static str);

#[rustfmt::skip]
fn unusable() -> Vec<Row> {
    vec![
        (Id::LakeBucket, |c, p| drop(c.buckets.remove(&p.bucket("their-lake").to_string())), "there is no S3 bucket their-lake"),
        (Id::LakeBucket, |c, p| c.buckets.get_mut(&p.bucket("their-lake").to_string()).unwrap().region = Region::parse("us-east-1").unwrap(), "in another region"),
        (Id::RawBucket, |c, _| encrypt(c, "their-raw", "alias/mine"), "names its key alias/mine"),
        (Id::Stream, |c, p| drop(c.streams.remove(&p.stream("their-stream").to_string())), "there is no Kinesis data stream their-stream"),
        (Id::Stream, |c, p| c.streams.get_mut(&p.stream("their-stream").to_string()).unwrap().seen.status = "DELETING".into(), "is being deleted"),
        (Id::Database, |c, p| drop(c.databases.remove(&p.database("their_database").to_string())), "there is no Glue database their_database"),
    ]
}

#[test]
fn what_does_not_fulfil_what_it_must_is_named_and_nothing_rests_on_it() {
    for (id, hand, says) in unusable() {
        let sim = world();
        sim.alter(|cloud| hand(cloud, &place()));
        let mut stage = Stage::in_world(sim, datalake(all()));
        stage.settle();
        let (status, reason, message) = stage.condition("Ready");
        assert_eq!(
            (status.as_str(), reason.as_str()),
            ("False", reasons::EXISTING_NOT_USABLE),
            "{id}: {}",
            stage.story()
        );
        assert!(message.contains(says), "{id}: {message}");
        assert_eq!(stage.condition("Stalled").0, "True", "{id}");
        let told = stage
            .events
            .iter()
            .filter(|e| e.reason == reasons::EXISTING_NOT_USABLE)
            .count();
        assert_eq!(told, 1, "{id}: {}", stage.story());
        assert_eq!(stage.arn(Id::Delivery), "", "{id}");
    }
}

#[test]
fn what_gets_lost_later_is_named_and_not_made() {
    let mut stage = Stage::in_world(world(), datalake(all()));
    stage.settle();
    stage.sim.forget_calls();
    stage
        .sim
        .alter(|cloud| drop(cloud.buckets.remove(&place().bucket("their-raw").to_string())));
    for _ in 0..2 {
        stage.next_looks();
    }
    assert_eq!(
        stage.condition("Ready").1,
        reasons::EXISTING_NOT_USABLE,
        "{}",
        stage.story()
    );
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[test]
fn public_access_is_a_warning_only() {
    let sim = world();
    let arn = place().bucket("their-lake").to_string();
    sim.alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().seen.public_access_block = None);
    let mut stage = Stage::in_world(sim, datalake(all()));
    stage.settle();
    assert!(stage.is_ready(), "{}", stage.story());
    let status = stage.object.status.clone().unwrap();
    let line = status.resources.iter().find(|r| r.id == "lake-bucket").unwrap();
    assert!(
        line.message.as_ref().unwrap().contains("public access"),
        "{line:?}"
    );
}

#[test]
fn a_bucket_that_is_used_as_it_is_is_not_listed_where_others_may_be_taken_over() {
    let mut extra = all();
    extra["adoption"] = json!("Unowned");
    let mut stage = Stage::in_world(world(), datalake(extra));
    stage.settle();
    stage.next_looks();
    assert!(stage.is_ready(), "{}", stage.story());
    let listed = |cloud: &mut Cloud| {
        cloud
            .journal
            .iter()
            .any(|call| call.operation == "ListObjectVersions")
    };
    assert!(!stage.sim.alter(listed), "{}", stage.story());
}
