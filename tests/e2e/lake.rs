//! One lake of a scenario: its object, what Kubernetes says of it, and the operator that keeps it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use datalake_operator::api::vocabulary::{TAG_NAME, TAG_NAMESPACE};
use datalake_operator::api::{Datalake, DatalakeStatus, KeyIntent};
use datalake_operator::cloud::aws::clients::Clients;
use datalake_operator::model::intent::KEY_LAG;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::look::Eyes;
use crate::operator::Operator;
use crate::stand::Stand;
use crate::until::until;

/// The name of a scenario's lake, unless it has several.
pub const NAME: &str = "staff-events";

/// A lake in a namespace of its own.
pub struct Lake {
    pub stand: Arc<Stand>,
    pub namespace: String,
    pub name: String,
    pub aws: Arc<Clients>,
    /// The operator that keeps it; a scenario may stop it.
    pub operator: Option<Operator>,
    client: Client,
    api: Api<Datalake>,
}

impl Lake {
    /// A namespace with an operator, before there is a lake.
    pub async fn place(namespace: &str) -> Self {
        Self::on(Stand::shared().await, namespace, &[]).await
    }

    pub async fn on(stand: Arc<Stand>, namespace: &str, flags: &[&str]) -> Self {
        let operator = Operator::of_namespace(&stand, namespace, flags).await;
        let mut lake = Self::without_operator(stand, namespace).await;
        lake.operator = Some(operator);
        lake
    }

    pub async fn without_operator(stand: Arc<Stand>, namespace: &str) -> Self {
        let client = stand.kubernetes().await;
        let object = serde_json::from_value(json!({"metadata": {"name": namespace}})).unwrap();
        let namespaces: Api<Namespace> = Api::all(client.clone());
        namespaces.create(&PostParams::default(), &object).await.unwrap();
        Self {
            api: Api::namespaced(client.clone(), namespace),
            aws: stand.aws().await,
            namespace: namespace.to_owned(),
            name: NAME.to_owned(),
            operator: None,
            stand,
            client,
        }
    }

    /// Another lake of the same namespace.
    pub fn beside(&self, name: &str) -> Self {
        Self {
            stand: Arc::clone(&self.stand),
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            aws: Arc::clone(&self.aws),
            operator: None,
            client: self.client.clone(),
            api: self.api.clone(),
        }
    }

    /// A lake that came up and is Ready, and all is told: the status comes first, then the Events, of which that is the
    /// last.
    pub async fn ready(namespace: &str, extra: Value) -> Self {
        let lake = Self::place(namespace).await;
        lake.apply(extra).await;
        lake.until_ready().await;
        lake.until_event("Ready", "the lake is ready").await;
        lake
    }

    /// Starts another operator in the place of the one before.
    pub async fn restart(&mut self, flags: &[&str]) {
        self.operator = None;
        self.operator = Some(Operator::of_namespace(&self.stand, &self.namespace, flags).await);
    }

    pub fn operator(&self) -> &Operator {
        self.operator.as_ref().expect("the scenario has not stopped it")
    }

    /// The sample lake of the documentation with `extra` merged into its spec, as `kubectl apply --server-side`.
    pub async fn apply(&self, extra: Value) {
        let mut spec = sample();
        merge(&mut spec, extra);
        let object = json!({
            "apiVersion": "datalake-operator.io/v1alpha1", "kind": "Datalake",
            "metadata": {"name": self.name, "namespace": self.namespace}, "spec": spec,
        });
        let params = PatchParams::apply("user").force();
        self.api
            .patch(&self.name, &params, &Patch::Apply(object))
            .await
            .unwrap();
    }

    /// The user edits the spec.
    pub async fn edit(&self, patch: &Value) {
        self.patch(json!({"spec": patch})).await;
    }

    pub async fn patch(&self, patch: Value) {
        self.api
            .patch(&self.name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// While no operator runs, so much time goes by that what an open call of `CreateKey` may have made is waited for no
    /// longer: the record of the call is that much older. Says of how many.
    pub async fn time_goes_by_for_keys(&self) -> usize {
        let begun = self.status().await.pinned.unwrap_or_default().key_intents;
        let older = |intent: &KeyIntent| json!({"time": Time(intent.time.0 - KEY_LAG)});
        let older: BTreeMap<_, _> = begun.iter().map(|(id, intent)| (id, older(intent))).collect();
        if !older.is_empty() {
            let patch = Patch::Merge(json!({"status": {"pinned": {"keyIntents": older}}}));
            let params = PatchParams::default();
            self.api.patch_status(&self.name, &params, &patch).await.unwrap();
        }
        older.len()
    }

    pub async fn delete(&self) {
        self.api
            .delete(&self.name, &DeleteParams::default())
            .await
            .unwrap();
    }

    pub async fn delete_namespace(&self) {
        self.namespaces()
            .delete(&self.namespace, &DeleteParams::default())
            .await
            .unwrap();
    }

    pub async fn until_no_namespace(&self) {
        let ask = async || match self.namespaces().get_opt(&self.namespace).await.unwrap() {
            None => Ok(()),
            Some(namespace) => Err(format!("{:?}", namespace.status)),
        };
        self.until("the namespace is gone", ask).await;
    }

    fn namespaces(&self) -> Api<Namespace> {
        Api::all(self.client.clone())
    }

    pub async fn object(&self) -> Option<Datalake> {
        self.api.get_opt(&self.name).await.unwrap()
    }

    /// All lakes of the namespace.
    pub async fn all(&self) -> Vec<Datalake> {
        self.api.list(&ListParams::default()).await.unwrap().items
    }

    pub async fn status(&self) -> DatalakeStatus {
        self.object()
            .await
            .and_then(|object| object.status)
            .unwrap_or_default()
    }

    /// Status, reason and message of a condition that speaks of the spec as it is now.
    pub async fn condition(&self, r#type: &str) -> Option<(String, String, String)> {
        let object = self.object().await?;
        let status = object.status?;
        let found = status.conditions.into_iter().find(|c| c.type_ == r#type)?;
        (found.observed_generation == object.metadata.generation).then_some((
            found.status,
            found.reason,
            found.message,
        ))
    }

    pub async fn until<T, E: Display>(&self, what: &str, ask: impl AsyncFnMut() -> Result<T, E>) -> T {
        until(what, ask, async || self.story().await).await
    }

    pub async fn until_ready(&self) {
        self.until_condition("Ready", "True", "Ready").await;
    }

    /// Waits for a condition with this status and reason, and gives its message.
    pub async fn until_condition(&self, r#type: &str, status: &str, reason: &str) -> String {
        let ask = async || match self.condition(r#type).await {
            Some((s, r, message)) if (s.as_str(), r.as_str()) == (status, reason) => Ok(message),
            other => Err(format!("{other:?}")),
        };
        self.until(&format!("{type} is {status} for {reason}"), ask).await
    }

    pub async fn until_gone(&self) {
        let ask = async || match self.object().await {
            None => Ok(()),
            Some(object) => Err(format!("finalizers {:?}", object.metadata.finalizers)),
        };
        self.until("the object is gone", ask).await;
    }

    /// Events of the object: reason and note, oldest first.
    pub async fn events(&self) -> Vec<(String, String)> {
        self.raw_events()
            .await
            .into_iter()
            .map(|event| (event.reason.unwrap_or_default(), event.note.unwrap_or_default()))
            .collect()
    }

    pub async fn raw_events(&self) -> Vec<Event> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), &self.namespace);
        let mut events = api.list(&ListParams::default()).await.unwrap().items;
        events.retain(|event| {
            event
                .regarding
                .as_ref()
                .is_some_and(|of| of.name.as_deref() == Some(&*self.name))
        });
        events.sort_by_key(|event| event.event_time.as_ref().map(|time| time.0));
        events
    }

    /// Waits until the operator has gone over its lakes this many times more.
    pub async fn until_passes(&self, more: u64) {
        let enough = self.operator().passes() + more;
        let ask = async || match self.operator().passes() {
            passes if passes >= enough => Ok(()),
            passes => Err(format!("{passes} of {enough}")),
        };
        self.until("passes go on", ask).await;
    }

    pub async fn until_event(&self, reason: &str, part: &str) {
        let ask = async || {
            let events = self.events().await;
            let told = events.iter().any(|(r, note)| r == reason && note.contains(part));
            told.then_some(()).ok_or("no such Event")
        };
        self.until(&format!("Event {reason} of {part}"), ask).await;
    }

    /// What there is on AWS under the names that the status tells.
    pub async fn eyes(&self) -> Eyes {
        let resources = self.status().await.resources;
        let names: BTreeMap<_, _> = resources.iter().map(|r| (r.id.clone(), r.name.clone())).collect();
        let arns = resources
            .into_iter()
            .filter_map(|r| Some((r.id, r.arn?)))
            .collect();
        Eyes {
            aws: Arc::clone(&self.aws),
            names,
            arns,
        }
    }

    /// The states of all keys that carry the lake's tags, sorted.
    pub async fn keys(&self) -> Vec<String> {
        let kms = &self.aws.kms;
        let mut states = Vec::new();
        for key in kms.list_keys().limit(1000).send().await.unwrap().keys() {
            let id = key.key_id().unwrap();
            let tags = kms.list_resource_tags().key_id(id).send().await.unwrap();
            let has = |key: &str, value: &str| {
                tags.tags()
                    .iter()
                    .any(|tag| tag.tag_key() == key && tag.tag_value() == value)
            };
            if has(TAG_NAMESPACE, &self.namespace) && has(TAG_NAME, &self.name) {
                let found = kms.describe_key().key_id(id).send().await.unwrap();
                states.push(found.key_metadata.unwrap().key_state.unwrap().as_str().to_owned());
            }
        }
        states.sort();
        states
    }

    /// For the message of a failure.
    pub async fn story(&self) -> String {
        let object = self.object().await;
        let status = serde_json::to_string_pretty(&object.map(|o| (o.metadata.generation, o.spec, o.status)));
        let events = self.events().await;
        let events = events.iter().map(|(reason, note)| format!("{reason}: {note}"));
        let events = events.collect::<Vec<_>>().join("\n");
        let log = self.operator.as_ref().map(Operator::story).unwrap_or_default();
        format!("{}\n{events}\n{log}", status.unwrap())
    }
}

fn sample() -> Value {
    json!({"schema": {"columns": [
        {"name": "event", "type": "struct<staffName:string,staffId:int,emailId:string,status:string>"},
        {"name": "metadata", "type": "struct<appName:string,eventType:string,sourceTimestamp:timestamp>"},
    ]}})
}

/// RFC 7386, without removal.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch,
    }
}
