//! One lake in a simulated AWS, as its user and the operator live through it.

use futures::executor::block_on;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::adversaries::tags;
use super::server::{Death, Server, put, touch};
use crate::api::Datalake;
use crate::cloud::sim::{Call, Fault, Key, Rule, Sim};
use crate::controller::pass::Operator;
use crate::model::arn::{AccountId, KeyArn, Region};
use crate::model::lake::{self, Lake, Origin};
use crate::model::memory::{Memory, Tempo};
use crate::model::names::Prefix;
use crate::model::plan::Plan;
use crate::model::report::{Event, Verdict, condition};
use crate::model::topology::Id;

/// A key of the user's own.
pub(super) const OWN_KEY: &str =
    "arn:aws:kms:eu-west-1:123456789012:key/99999999-9999-9999-9999-999999999999";

pub(super) struct Stage {
    pub sim: Sim,
    pub operator: Operator<Sim>,
    pub object: Datalake,
    pub memory: Memory,
    pub events: Vec<Event>,
    /// Set when the finalizer is gone.
    pub released: bool,
    /// When the process dies of a write to status.
    pub death: Option<Death>,
}

pub(super) fn account() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

fn origin() -> Origin {
    Origin {
        cluster: "cluster-1".into(),
        prefix: Prefix::parse("dl").unwrap(),
        region: Some(Region::parse("eu-west-1").unwrap()),
        boundary: None,
    }
}

pub(super) fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// The sample lake of the documentation, with `extra` merged into its spec.
pub(super) fn datalake(extra: Value) -> Datalake {
    let mut spec = json!({"schema": {"columns": [
        {"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"},
        {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"},
    ]}});
    merge(&mut spec, extra);
    let object = json!({
        "apiVersion": "datalake-operator.io/v1alpha1", "kind": "Datalake",
        "metadata": {"name": "staff-events", "namespace": "analytics", "generation": 1, "uid": "u-1", "resourceVersion": "1"},
        "spec": spec,
    });
    serde_json::from_value(object).unwrap()
}

/// RFC 7386.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.remove(&key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch,
    }
}

impl Stage {
    pub fn new(extra: Value) -> Self {
        Self::in_world(Sim::new(account(), start(), 1), datalake(extra))
    }

    pub fn in_world(sim: Sim, object: Datalake) -> Self {
        let tempo = Tempo {
            drift_period: SignedDuration::from_mins(5),
            consistency_window: SignedDuration::from_secs(90),
        };
        let operator = Operator::new(sim.clone(), origin(), tempo);
        Self {
            sim,
            operator,
            object,
            memory: Memory::default(),
            events: Vec::new(),
            released: false,
            death: None,
        }
    }

    /// A lake that came up and is Ready.
    pub fn ready(extra: Value) -> Self {
        let mut stage = Self::new(extra);
        stage.settle();
        assert!(stage.is_ready(), "{}", stage.story());
        stage.sim.forget_calls();
        stage.events.clear();
        stage
    }

    /// A lake in a world where the user has [`OWN_KEY`].
    pub fn beside_own_key(extra: Value) -> Self {
        let stage = Self::new(extra);
        stage.own_key("Enabled");
        stage
    }

    /// The user's own key comes to that state; it is made where there is none.
    pub fn own_key(&self, state_of_it: &str) {
        let key = Key::of_a_user(KeyArn::parse(OWN_KEY).unwrap(), state_of_it);
        self.sim.alter(|cloud| cloud.keys.put(OWN_KEY, key));
    }

    /// One pass, with what Kubernetes does of its verdict.
    pub fn pass(&mut self) -> Verdict {
        let verdict = self.survived().expect("nobody dies here");
        self.events.extend(verdict.events.clone());
        self.released |= verdict.released;
        verdict
    }

    /// One pass; `None`: the process died in it, and another takes its place.
    fn survived(&mut self) -> Option<Verdict> {
        let server = Server::new(&self.sim, &self.object, &self.object, self.death);
        let now = self.sim.now();
        let life = self.operator.pass(&self.object, &mut self.memory, &server, now);
        let verdict = block_on(self.sim.survive(life));
        (self.object, self.death) = server.end();
        match &verdict {
            Some(verdict) => put(&mut self.object, verdict.status.clone()),
            None => self.restart(),
        }
        verdict
    }

    /// The process dies right after the `k`-th write from now was carried out, and another takes its place.
    pub fn crash_after_write(&mut self, k: usize) {
        self.sim.fault(Rule::write(k, Fault::CrashAfter));
        assert!(self.dies(), "there was no write {k}");
    }

    /// Passes until the process dies; whether it does before there is nothing left to do.
    pub fn dies(&mut self) -> bool {
        for _ in 0..200 {
            let Some(verdict) = self.survived() else {
                return true;
            };
            if verdict
                .next
                .is_none_or(|next| next >= SignedDuration::from_mins(4))
            {
                return false;
            }
            self.sim.advance(
                verdict
                    .next
                    .unwrap_or_default()
                    .max(SignedDuration::from_millis(10)),
            );
        }
        panic!("200 passes were not enough: {}", self.story());
    }

    /// Passes, each when the one before asked for it, until nothing is left to do but to look for drift.
    pub fn settle(&mut self) {
        for _ in 0..200 {
            let verdict = self.pass();
            if self.released {
                return;
            }
            match verdict.next {
                Some(next) if next < SignedDuration::from_mins(4) => {
                    self.sim.advance(next.max(SignedDuration::from_millis(10)));
                }
                _ => return,
            }
        }
        panic!("200 passes were not enough: {}", self.story());
    }

    /// Time until the next look for drift goes by, and it happens.
    pub fn next_looks(&mut self) {
        for _ in 0..2 {
            self.sim.advance(SignedDuration::from_mins(5));
            self.settle();
        }
    }

    /// The user edits the spec.
    pub fn edit(&mut self, patch: Value) {
        let mut spec = serde_json::to_value(&self.object.spec).unwrap();
        merge(&mut spec, patch);
        self.object.spec = serde_json::from_value(spec).unwrap();
        touch(&mut self.object);
        *self.object.metadata.generation.as_mut().unwrap() += 1;
    }

    /// The user sets an annotation.
    pub fn annotate(&mut self, key: &str) {
        self.object
            .metadata
            .annotations
            .get_or_insert_default()
            .insert(key.into(), "true".into());
    }

    /// The user deletes the object.
    pub fn delete(&mut self) {
        let now = k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(self.sim.now());
        self.object.metadata.deletion_timestamp = Some(now);
        *self.object.metadata.generation.as_mut().unwrap() += 1;
    }

    /// The object is gone, and applied again.
    pub fn apply_again(&mut self) {
        assert!(self.released, "{}", self.story());
        self.object.metadata.deletion_timestamp = None;
        self.object.metadata.annotations = None;
        self.object.metadata.generation = Some(1);
        self.object.status = None;
        self.object.metadata.uid = Some("u-2".into());
        touch(&mut self.object);
        self.restart();
        self.released = false;
    }

    /// The process is new: nothing is remembered.
    pub fn restart(&mut self) {
        self.memory = Memory::default();
        self.sim.restart();
    }

    pub fn lake(&self) -> Lake {
        let place = crate::model::arn::Scope {
            region: Region::parse("eu-west-1").unwrap(),
            account: account(),
        };
        lake::resolve(&self.object, &place, &origin()).unwrap()
    }

    /// What would be done after a look at everything.
    pub fn looked(&mut self, lake: &Lake) -> Plan {
        self.memory = Memory::default();
        block_on(
            self.operator
                .observe(lake, &mut self.memory, false, self.sim.now()),
        )
    }

    pub fn condition(&self, r#type: &str) -> (String, String, String) {
        let status = self.object.status.as_ref().unwrap();
        condition(&status.conditions, r#type)
            .map(|c| (c.status.clone(), c.reason.clone(), c.message.clone()))
            .unwrap_or_default()
    }

    pub fn is_ready(&self) -> bool {
        self.condition("Ready").0 == "True"
    }

    pub fn arn(&self, id: Id) -> String {
        let status = self.object.status.as_ref().unwrap();
        status
            .resources
            .iter()
            .find(|r| r.id == id.as_str())
            .and_then(|r| r.arn.clone())
            .unwrap_or_default()
    }

    /// Calls that changed something, or tried to.
    pub fn writes(&self) -> Vec<String> {
        self.sim
            .writes()
            .iter()
            .map(|call: &Call| format!("{}:{} {}", call.service, call.operation, call.subject))
            .collect()
    }

    /// Operations of the writes to one resource, which is known by its name, its ARN or the end of that.
    pub fn writes_to(&self, id: Id, arn: &str) -> Vec<&'static str> {
        let name = self.lake().name(id).to_owned();
        let end = arn.rsplit('/').next().unwrap_or_default();
        let of = |call: &Call| match (id, call.service) {
            (_, "glue") if call.subject == arn => true,
            // A table may have the name of its database.
            (Id::Database, "glue") => call.operation.ends_with("Database"),
            (Id::Table, "glue") => call.operation.ends_with("Table"),
            (Id::Crawler, "glue") => call.operation.contains("Crawler"),
            (_, service) => id.kind().starts_with(kind(service)),
        };
        let its = |call: &Call| of(call) && [arn, &name, end].contains(&call.subject.as_str());
        self.sim
            .writes()
            .iter()
            .filter(|call| its(call))
            .map(|call| call.operation)
            .collect()
    }

    /// The user agrees to all that would change of what is to be taken over.
    pub fn agree(&mut self) {
        let status = self.object.status.as_ref().unwrap();
        let hashes: Vec<_> = status.resources.iter().filter_map(|r| r.adopt.clone()).collect();
        let annotations = self.object.metadata.annotations.get_or_insert_default();
        annotations.insert(crate::api::vocabulary::ADOPT.into(), hashes.join(","));
    }

    /// The lake was made by somebody else: each of these resources has other tags than the owner's, and no status
    /// tells of any.
    pub fn disown(&mut self, ids: &[Id]) {
        for id in ids {
            let arn = self.arn(*id);
            self.sim.alter(|cloud| {
                let tags = tags(cloud, *id, &arn);
                tags.retain(|key, _| key != "managed-by" && !key.starts_with("datalake-operator.io/"));
                tags.insert("team".to_owned(), "others".to_owned());
            });
        }
        self.object.status = None;
        self.restart();
        self.sim.forget_calls();
        self.events.clear();
    }

    /// Operations of the writes alone.
    pub fn operations(&self) -> Vec<&'static str> {
        self.sim.writes().iter().map(|call| call.operation).collect()
    }

    /// For the message of an assertion.
    pub fn story(&self) -> String {
        let status = serde_json::to_string_pretty(&self.object.status).unwrap();
        let events: Vec<_> = self
            .events
            .iter()
            .map(|e| format!("{} {}", e.reason, e.note))
            .collect();
        let calls = self.sim.calls();
        let calls = &calls[calls.len().saturating_sub(40)..];
        let calls: Vec<_> = calls
            .iter()
            .map(|c| {
                format!(
                    "{} {}:{} {} {:?}",
                    c.at, c.service, c.operation, c.subject, c.result
                )
            })
            .collect();
        format!("\n{status}\n{}\n\n{}", events.join("\n"), calls.join("\n"))
    }
}

/// How AWS's words for a kind begin, by service.
fn kind(service: &str) -> &'static str {
    match service {
        "kms" => "KMS",
        "s3" => "S3",
        "kinesis" => "Kinesis",
        "firehose" => "Firehose",
        "glue" => "Glue",
        "iam" => "IAM",
        "logs" => "CloudWatch",
        "athena" => "Athena",
        _ => "Lambda",
    }
}
