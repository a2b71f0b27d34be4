//! One object: finalizer, pass, status, Events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::events::v1::Event as KubeEvent;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::controller::Action;
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use super::leadership::Leadership;
use super::ledger::StatusLedger;
use super::pass::Operator;
use super::turns::Turns;
use crate::api::Datalake;
use crate::api::vocabulary::{FINALIZER, reasons};
use crate::cloud::aws::Aws;
use crate::model::arn::Region;
use crate::model::memory::Memory;
use crate::model::report::{self, Event, Verdict};
use crate::shell::clock;
use crate::shell::metrics::Metrics;

/// Namespace and name of a lake.
type Key = (String, String);

/// What every reconciliation shares.
pub(super) struct Context {
    pub client: Client,
    pub operator: Operator<Aws>,
    pub leadership: Arc<Leadership>,
    pub turns: Turns,
    pub metrics: Arc<Metrics>,
    pub memories: Mutex<BTreeMap<Key, Arc<tokio::sync::Mutex<Memory>>>>,
}

/// When to try again what Kubernetes refused.
const KUBERNETES_RETRY: Duration = Duration::from_secs(2);

/// Reconciles one object when its turn has come and this process leads, and as long as it does.
pub(super) async fn reconcile(seen: Arc<Datalake>, context: Arc<Context>) -> Result<Action, kube::Error> {
    let work = || context.leadership.guard(reconcile_as_leader(seen, &context));
    let done = context.turns.take(work).await.flatten();
    done.unwrap_or_else(|| Ok(Action::await_change()))
}

/// Only trouble with Kubernetes is an error; trouble with AWS is in the status.
async fn reconcile_as_leader(seen: Arc<Datalake>, context: &Context) -> Result<Action, kube::Error> {
    let (namespace, name) = (seen.namespace().unwrap_or_default(), seen.name_any());
    let key = (namespace.clone(), name.clone());
    let api: Api<Datalake> = Api::namespaced(context.client.clone(), &namespace);
    // The watch may lag behind the last status that this process wrote.
    let Some(object) = api.get_opt(&name).await? else {
        context.forget(&key);
        return Ok(Action::await_change());
    };
    let guarded = object.finalizers().iter().any(|finalizer| finalizer == FINALIZER);
    match (object.metadata.deletion_timestamp.is_some(), guarded) {
        (true, false) => {
            context.forget(&key);
            return Ok(Action::await_change());
        }
        (false, false) if object.status.is_none() => {
            let generation = object.metadata.generation.unwrap_or_default();
            let first = report::seen_first(generation, clock::now());
            StatusLedger::new(&api, &object).close(&first).await?;
            return Ok(Action::requeue(Duration::ZERO));
        }
        (false, false) => {
            set_finalizer(&api, &object, true).await?;
            return Ok(Action::requeue(Duration::ZERO));
        }
        (_, true) => {}
    }
    let ledger = StatusLedger::new(&api, &object);
    let verdict = context.pass(&ledger, &object, &key).await;
    ledger.close(&verdict.status).await?;
    for event in &verdict.events {
        context.tell(&object, event).await;
    }
    if verdict.released {
        set_finalizer(&api, &object, false).await?;
        context.forget(&key);
        return Ok(Action::await_change());
    }
    let next = verdict.next.map(unsigned);
    Ok(next.map_or_else(Action::await_change, Action::requeue))
}

/// What to do when Kubernetes refused something: the same again, soon.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the controller calls"
)]
pub(super) fn on_error(object: Arc<Datalake>, error: &kube::Error, _: Arc<Context>) -> Action {
    if matches!(error, kube::Error::Api(status) if status.code == 409) {
        return Action::requeue(Duration::ZERO);
    }
    let lake = format!("{}/{}", object.namespace().unwrap_or_default(), object.name_any());
    tracing::warn!(%lake, %error, "Kubernetes refused; trying again");
    Action::requeue(KUBERNETES_RETRY)
}

impl Context {
    async fn pass(&self, ledger: &StatusLedger<'_>, object: &Datalake, key: &Key) -> Verdict {
        let memory = self.memory(key);
        let mut memory = memory.lock().await;
        let (started, now) = (clock::instant(), clock::now());
        let verdict = self.operator.pass(object, &mut memory, ledger, now).await;
        self.measure(object, &verdict, started.elapsed(), now);
        verdict
    }

    fn memory(&self, key: &Key) -> Arc<tokio::sync::Mutex<Memory>> {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(memories.entry(key.clone()).or_default())
    }

    fn forget(&self, key: &Key) {
        self.memories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
        self.operator.count(&key.0, &key.1, None);
        self.metrics.gone(&key.0, &key.1);
    }

    fn measure(&self, object: &Datalake, verdict: &Verdict, took: Duration, now: Timestamp) {
        let generation = object.metadata.generation.unwrap_or_default();
        let ready = report::is_ready(Some(&verdict.status), generation);
        self.metrics.pass(if ready { "ready" } else { "not_ready" }, took);
        let states = verdict
            .status
            .resources
            .iter()
            .map(|resource| resource.state)
            .collect();
        let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
        self.metrics.lake(&namespace, &name, ready, states);
        if let Some(Ok(region)) = verdict
            .status
            .connection
            .as_ref()
            .map(|c| Region::parse(&c.region))
        {
            self.metrics
                .drift_period(&region, unsigned(self.operator.drift_period(&region)));
        }
        let first = object
            .status
            .as_ref()
            .is_none_or(|status| status.applied_generation.is_none());
        if let (true, true, Some(created)) = (ready, first, &object.metadata.creation_timestamp) {
            self.metrics.became_ready(unsigned(now.duration_since(created.0)));
        }
        let reason = report::condition(&verdict.status.conditions, "Ready").map_or("", |c| c.reason.as_str());
        tracing::info!(%namespace, %name, generation, ready, reason, took = ?took, next = ?verdict.next, "pass");
    }

    /// An Event that can't be recorded is not worth a failed pass.
    async fn tell(&self, object: &Datalake, event: &Event) {
        if event.reason == reasons::DRIFT_CORRECTED || event.reason == reasons::DRIFT_DETECTED {
            self.metrics.drifted("lake");
        }
        let created =
            Api::<KubeEvent>::namespaced(self.client.clone(), &object.namespace().unwrap_or_default())
                .create(&PostParams::default(), &kube_event(object, event, clock::now()))
                .await;
        if let Err(error) = created {
            tracing::warn!(%error, reason = event.reason, "could not record an Event");
        }
    }
}

/// Not by kube's recorder, which counts Events of one reason and action as one and keeps the first note: here each
/// speaks of another resource, and none is told twice.
fn kube_event(object: &Datalake, event: &Event, now: Timestamp) -> KubeEvent {
    let operator = || Some("datalake-operator".to_owned());
    KubeEvent {
        metadata: ObjectMeta {
            namespace: object.namespace(),
            generate_name: Some(format!("{}-", object.name_any())),
            ..ObjectMeta::default()
        },
        type_: Some(if event.warning { "Warning" } else { "Normal" }.to_owned()),
        reason: Some(event.reason.clone()),
        action: Some(event.action.to_owned()),
        // At most 1024 bytes (Kubernetes API reference, events.k8s.io/v1 Event).
        note: Some(event.note[..event.note.floor_char_boundary(1024)].to_owned()),
        event_time: Some(MicroTime(now)),
        regarding: Some(object.object_ref(&())),
        reporting_controller: operator(),
        reporting_instance: operator(),
        ..KubeEvent::default()
    }
}

async fn set_finalizer(api: &Api<Datalake>, object: &Datalake, present: bool) -> Result<(), kube::Error> {
    let mut finalizers: Vec<&str> = object
        .finalizers()
        .iter()
        .map(String::as_str)
        .filter(|f| *f != FINALIZER)
        .collect();
    if present {
        finalizers.push(FINALIZER);
    }
    let name = object.name_any();
    let version = (present).then(|| object.resource_version()).flatten();
    let mut patch = json!({"metadata": {"finalizers": finalizers}});
    if let Some(version) = version {
        patch["metadata"]["resourceVersion"] = json!(version);
    }
    match api
        .patch(&name, &PatchParams::default(), &Patch::Merge(patch))
        .await
    {
        // Gone already.
        Err(kube::Error::Api(status)) if status.code == 404 && !present => Ok(()),
        result => result.map(drop),
    }
}

fn unsigned(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or(Duration::ZERO)
}
