//! The API server: one object with its `resourceVersion`, its finalizer and its status.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datalake_operator::api::vocabulary::FINALIZER;
use datalake_operator::api::{Datalake, DatalakeStatus, KeyIntent, Pinned};
use datalake_operator::controller::pass::{Ledger, Overtaken};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::intent;
use datalake_operator::model::report::{is_ready, seen_first};
use datalake_operator::model::topology::Id;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::{Value, json};

use crate::edits::{self, REFUSED};

/// Somebody else wrote the object meanwhile: 409.
pub struct Conflict;

/// The object, and what its user wrote last.
#[derive(Clone)]
pub struct Cluster {
    /// The object as it is stored; `None`: there is none.
    pub object: Option<Arc<Datalake>>,
    /// The spec as its user wrote it last.
    pub spec: Value,
    /// The spec as its user wrote it first.
    pub first: Value,
    /// Whether it is to be made again as soon as it is gone.
    pub again: bool,
    /// How often the object came to exist.
    pub lives: u64,
    /// What statuses said that were lost, or went with the object, since the lake was last Ready.
    pub lost: Vec<Pinned>,
    /// Whether a status was ever wiped.
    pub wiped: bool,
    version: u64,
}

impl Cluster {
    pub fn new(spec: Value) -> Self {
        let mut cluster = Self {
            object: None,
            first: spec.clone(),
            spec,
            again: false,
            lives: 0,
            lost: Vec::new(),
            wiped: false,
            version: 0,
        };
        cluster.create();
        cluster
    }

    /// Makes the object of the spec; without edits that were refused.
    pub fn create(&mut self) {
        self.lives += 1;
        for patch in REFUSED.iter() {
            if edits::in_effect(&self.spec, patch) {
                edits::revert(&mut self.spec, patch, &self.first);
            }
        }
        let object = json!({
            "apiVersion": "datalake-operator.io/v1alpha1", "kind": "Datalake",
            "metadata": {"name": "staff-events", "namespace": "analytics", "generation": 1, "uid": format!("u-{}", self.lives)},
            "spec": self.spec,
        });
        self.object = serde_json::from_value(object).ok().map(Arc::new);
        self.again = false;
        self.touch();
    }

    /// Changes what the user may change; the generation grows with the spec.
    pub fn write_spec(&mut self, spec: Value) {
        let Some(object) = stored(&mut self.object) else {
            return;
        };
        if let Ok(read) = serde_json::from_value(spec.clone()) {
            object.spec = read;
            self.spec = spec;
            *object.metadata.generation.get_or_insert_default() += 1;
            self.touch();
        }
    }

    pub fn annotate(&mut self, key: &str, value: Option<&str>) {
        let Some(object) = stored(&mut self.object) else {
            return;
        };
        let all = object.metadata.annotations.get_or_insert_default();
        match value {
            Some(value) => all.insert(key.to_owned(), value.to_owned()),
            None => all.remove(key),
        };
        self.touch();
    }

    pub fn delete(&mut self, now: Timestamp) {
        let Some(object) = stored(&mut self.object) else {
            return;
        };
        if object.metadata.finalizers.as_ref().is_none_or(Vec::is_empty) {
            self.object = None;
        } else if object.metadata.deletion_timestamp.is_none() {
            object.metadata.deletion_timestamp = Some(Time(now));
            *object.metadata.generation.get_or_insert_default() += 1;
        }
        self.touch();
    }

    pub fn wipe_status(&mut self) {
        self.wiped = true;
        self.lost.extend(self.pinned().cloned());
        if let Some(object) = stored(&mut self.object) {
            object.status = None;
        }
        self.touch();
    }

    /// The operator's first status and its finalizer, with the `resourceVersion` that was read.
    pub fn add_finalizer(&mut self, read: u64, now: Timestamp) -> Result<(), Conflict> {
        let object = self.current(read)?;
        let generation = object.metadata.generation.unwrap_or_default();
        object.status.get_or_insert_with(|| seen_first(generation, now));
        object.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
        self.touch();
        Ok(())
    }

    /// The object goes once nothing holds it.
    pub fn drop_finalizer(&mut self) {
        if let Some(object) = stored(&mut self.object) {
            object.metadata.finalizers = None;
            if object.metadata.deletion_timestamp.is_some() {
                let status = object.status.as_ref();
                self.lost.extend(status.and_then(|status| status.pinned.clone()));
                self.object = None;
            }
        }
        self.touch();
        if self.object.is_none() && self.again {
            self.create();
        }
    }

    /// Replaces the status, with the `resourceVersion` that was read.
    pub fn replace_status(&mut self, read: u64, status: DatalakeStatus) -> Result<(), Conflict> {
        let object = self.current(read)?;
        let ready = is_ready(Some(&status), object.metadata.generation.unwrap_or_default());
        object.status = Some(status);
        if ready {
            self.lost.clear();
        }
        self.touch();
        Ok(())
    }

    fn status(&self) -> Option<&DatalakeStatus> {
        self.object.as_ref()?.status.as_ref()
    }

    fn pinned(&self) -> Option<&Pinned> {
        self.status()?.pinned.as_ref()
    }

    /// Writes about keys into the status.
    fn edit_keys(&mut self, edit: impl FnOnce(&mut Pinned)) {
        if let Some(object) = stored(&mut self.object) {
            let status = object.status.get_or_insert_default();
            edit(status.pinned.get_or_insert_default());
        }
        self.touch();
    }

    /// Whether the status says what can't change any more.
    pub fn is_pinned(&self) -> bool {
        let status = self.object.as_ref().and_then(|object| object.status.as_ref());
        let pinned = status.and_then(|status| status.pinned.as_ref());
        pinned.is_some_and(|pinned| pinned.granularity.is_some() && pinned.names.contains_key("stream"))
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    fn current(&mut self, read: u64) -> Result<&mut Datalake, Conflict> {
        if read == self.version {
            stored(&mut self.object).ok_or(Conflict)
        } else {
            Err(Conflict)
        }
    }

    fn touch(&mut self) {
        self.version += 1;
        if let Some(object) = stored(&mut self.object) {
            object.metadata.resource_version = Some(self.version.to_string());
        }
    }
}

/// The object, to be written; who read it before keeps what they read.
fn stored(object: &mut Option<Arc<Datalake>>) -> Option<&mut Datalake> {
    object.as_mut().map(Arc::make_mut)
}

/// The `resourceVersion` that an object was read with.
pub fn version_of(object: &Datalake) -> u64 {
    let text = object.metadata.resource_version.as_deref().unwrap_or_default();
    text.parse().unwrap_or_default()
}

/// A handle to the API server.
#[derive(Clone)]
pub struct Kubernetes(Arc<Mutex<Cluster>>);

impl Kubernetes {
    pub fn new(cluster: Cluster) -> Self {
        Self(Arc::new(Mutex::new(cluster)))
    }

    pub fn lock(&self) -> MutexGuard<'_, Cluster> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one pass writes down at once; it knows of its own writes.
pub struct Notes {
    kubernetes: Kubernetes,
    now: Timestamp,
    known: Mutex<Known>,
}

/// Version and status of the object.
type Known = (u64, Option<DatalakeStatus>);

impl Notes {
    pub fn new(kubernetes: &Kubernetes, read: &Datalake, now: Timestamp) -> Self {
        Self {
            kubernetes: kubernetes.clone(),
            now,
            known: Mutex::new((version_of(read), read.status.clone())),
        }
    }

    /// Replaces the status, also over somebody else's write, unless that was to the status.
    pub fn close(&self, status: DatalakeStatus) -> Result<(), Conflict> {
        let (version, known) = &*self.known();
        let mut cluster = self.kubernetes.lock();
        if cluster.version() != *version && cluster.status() != known.as_ref() {
            return Err(Conflict);
        }
        let now = cluster.version();
        cluster.replace_status(now, status)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for Notes {
    /// No time passes in a pass.
    fn now(&self) -> Timestamp {
        self.now
    }

    async fn intend(&self, place: &Scope, id: Id, intent: &KeyIntent) -> Result<(), Overtaken> {
        let (mut known, mut cluster) = (self.known(), self.kubernetes.lock());
        if cluster.version() != known.0 {
            return Err(Overtaken);
        }
        if intent::is_open(cluster.pinned(), id, intent) {
            return Ok(());
        }
        cluster.edit_keys(|pinned| intent::open(pinned, place, id, intent));
        *known = (cluster.version(), cluster.status().cloned());
        Ok(())
    }

    async fn key_created(&self, id: Id, nonce: &str, key_id: &str) -> Result<(), Overtaken> {
        let (mut known, mut cluster) = (self.known(), self.kubernetes.lock());
        if cluster.object.is_none() {
            return Ok(());
        }
        if intent::open_nonce(cluster.pinned(), id) != Some(nonce) {
            return Err(Overtaken);
        }
        let unchanged = known.1.as_ref() == cluster.status();
        cluster.edit_keys(|pinned| intent::found(pinned, id, key_id, Some(nonce)));
        if unchanged {
            *known = (cluster.version(), cluster.status().cloned());
        }
        Ok(())
    }
}
