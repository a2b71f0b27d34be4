//! Against an API server that keeps one object and refuses (409) who writes on an old version of it.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::*;
use crate::model::arn::{AccountId, Region};

const ID: Id = Id::BucketKey;

fn place() -> Scope {
    Scope {
        region: Region::parse("eu-west-1").unwrap(),
        account: AccountId::parse("123456789012").unwrap(),
    }
}

#[derive(Clone)]
struct Server {
    object: Arc<std::sync::Mutex<Value>>,
    api: Api<Datalake>,
}

type Kept = Arc<std::sync::Mutex<Value>>;

async fn serve(State(kept): State<Kept>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let mut kept = kept.lock().unwrap();
    if head.method == Method::PUT {
        assert!(head.uri.path().ends_with("/events/status"), "{}", head.uri);
        let new: Value = serde_json::from_slice(&body).unwrap();
        if new["metadata"]["resourceVersion"] != kept["metadata"]["resourceVersion"] {
            let refusal = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 409,
                "reason": "Conflict", "message": "the object has been modified"});
            return answer(StatusCode::CONFLICT, &refusal);
        }
        kept["status"] = new["status"].clone();
        touch(&mut kept);
    }
    answer(StatusCode::OK, &kept)
}

fn answer(code: StatusCode, body: &Value) -> Response {
    (
        code,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

fn touch(object: &mut Value) {
    let version = object["metadata"]["resourceVersion"].as_str().unwrap();
    let next = version.parse::<u64>().unwrap() + 1;
    object["metadata"]["resourceVersion"] = next.to_string().into();
}

impl Server {
    async fn start() -> Self {
        let object = json!({
            "apiVersion": "datalake-operator.io/v1alpha1", "kind": "Datalake",
            "metadata": {"name": "events", "namespace": "analytics", "resourceVersion": "1"},
            "spec": {"schema": {"columns": [{"name": "a", "type": "string"}]}},
        });
        let object: Kept = Arc::new(std::sync::Mutex::new(object));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&object));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = kube::Config::new(format!("http://{address}").parse().unwrap());
        let client = kube::Client::try_from(config).unwrap();
        Self {
            object,
            api: Api::namespaced(client, "analytics"),
        }
    }

    async fn read(&self) -> Datalake {
        self.api.get("events").await.unwrap()
    }

    /// A user writes to the spec.
    fn edited_by_the_user(&self) {
        let mut object = self.object.lock().unwrap();
        object["spec"]["driftPolicy"] = "Report".into();
        touch(&mut object);
    }

    async fn pinned(&self) -> Pinned {
        self.read()
            .await
            .status
            .unwrap_or_default()
            .pinned
            .unwrap_or_default()
    }
}

fn begun(nonce: &str) -> KeyIntent {
    intent::begin(nonce, Timestamp::UNIX_EPOCH)
}

#[tokio::test]
async fn a_call_is_written_down_and_then_its_key_and_then_the_rest() {
    let server = Server::start().await;
    let ledger = StatusLedger::new(&server.api, &server.read().await);
    assert_eq!(ledger.intend(&place(), ID, &begun("n")).await, Ok(()));
    assert_eq!(server.pinned().await.key_intents[ID.as_str()], begun("n"));
    assert_eq!(
        ledger.intend(&place(), Id::StreamKey, &begun("m")).await,
        Ok(()),
        "its own writes it knows"
    );
    assert_eq!(ledger.key_created(ID, "n", "k1").await, Ok(()));
    let mut status = server.read().await.status.unwrap();
    let pinned = status.pinned.clone().unwrap();
    assert_eq!(pinned.key_ids[ID.as_str()], "k1");
    assert_eq!(
        pinned.key_intents.keys().collect::<Vec<_>>(),
        [Id::StreamKey.as_str()]
    );
    let version = server.read().await.resource_version();
    ledger.close(&status).await.unwrap();
    assert_eq!(server.read().await.resource_version(), version, "nothing differs");
    status.resources_ready = Some("1/13".into());
    ledger.close(&status).await.unwrap();
    assert_eq!(server.read().await.status, Some(status));
}

#[tokio::test]
async fn a_call_that_kms_refuses_for_good_is_begun_again_without_a_write_but_not_by_who_has_read_an_older_version()
 {
    let server = Server::start().await;
    let refused = KeyIntent {
        refused: true,
        ..begun("n")
    };
    let ledger = StatusLedger::new(&server.api, &server.read().await);
    ledger.intend(&place(), ID, &refused).await.unwrap();
    let read = server.read().await;
    let ledger = StatusLedger::new(&server.api, &read);
    assert_eq!(ledger.intend(&place(), ID, &refused).await, Ok(()));
    assert_eq!(server.read().await.resource_version(), read.resource_version());
    server.edited_by_the_user();
    let ledger = StatusLedger::new(&server.api, &read);
    assert_eq!(ledger.intend(&place(), ID, &refused).await, Err(Overtaken));
}

#[tokio::test]
async fn whoever_has_read_an_older_version_may_not_begin_a_call() {
    let server = Server::start().await;
    let stale = server.read().await;
    let leader = StatusLedger::new(&server.api, &stale);
    leader.intend(&place(), ID, &begun("n")).await.unwrap();
    let stale = StatusLedger::new(&server.api, &stale);
    assert_eq!(stale.intend(&place(), ID, &begun("old")).await, Err(Overtaken));
    assert_eq!(server.pinned().await.key_intents[ID.as_str()].nonce, "n");
    // Nor may it write its status over the leader's record.
    let status = DatalakeStatus {
        resources_ready: Some("0/13".into()),
        ..DatalakeStatus::default()
    };
    assert!(is_conflict(&stale.close(&status).await.unwrap_err()));
    assert_eq!(server.pinned().await.key_intents[ID.as_str()].nonce, "n");
}

#[tokio::test]
async fn an_older_status_is_not_written_over_one_of_a_later_generation() {
    let status = |generation| DatalakeStatus {
        observed_generation: generation,
        ..DatalakeStatus::default()
    };
    let server = Server::start().await;
    let before = server.read().await;
    let leader = StatusLedger::new(&server.api, &before);
    leader.close(&status(2)).await.unwrap();
    let stale = StatusLedger::new(&server.api, &before);
    assert!(is_conflict(&stale.close(&status(1)).await.unwrap_err()));
    assert_eq!(server.read().await.status, Some(status(2)));
}

#[tokio::test]
async fn a_status_is_not_written_over_one_that_another_process_wrote_meanwhile_also_of_the_same_generation() {
    let status = |ready: &str| DatalakeStatus {
        observed_generation: 1,
        resources_ready: Some(ready.into()),
        ..DatalakeStatus::default()
    };
    let server = Server::start().await;
    let before = server.read().await;
    let leader = StatusLedger::new(&server.api, &before);
    leader.close(&status("13/13")).await.unwrap();
    server.edited_by_the_user();
    let stale = StatusLedger::new(&server.api, &before);
    assert!(is_conflict(&stale.close(&status("1/13")).await.unwrap_err()));
    assert_eq!(server.read().await.status, Some(status("13/13")));
}

#[tokio::test]
async fn another_processs_status_between_a_call_and_its_key_is_kept() {
    let server = Server::start().await;
    let old = StatusLedger::new(&server.api, &server.read().await);
    old.intend(&place(), ID, &begun("n")).await.unwrap();
    let leader = StatusLedger::new(&server.api, &server.read().await);
    let theirs = DatalakeStatus {
        resources_ready: Some("2/13".into()),
        ..server.read().await.status.unwrap()
    };
    leader.close(&theirs).await.unwrap();
    assert_eq!(old.key_created(ID, "n", "k1").await, Ok(()));
    let status = server.read().await.status.unwrap();
    assert_eq!(status.resources_ready, theirs.resources_ready);
    assert_eq!(status.pinned.as_ref().unwrap().key_ids[ID.as_str()], "k1");
    let mine = DatalakeStatus {
        resources_ready: Some("1/13".into()),
        ..status.clone()
    };
    assert!(is_conflict(&old.close(&mine).await.unwrap_err()));
    assert_eq!(server.read().await.status, Some(status));
}

#[tokio::test]
async fn a_key_is_not_recorded_for_a_call_that_another_has_given_up() {
    let server = Server::start().await;
    let old = StatusLedger::new(&server.api, &server.read().await);
    old.intend(&place(), ID, &begun("old")).await.unwrap();
    let leader = StatusLedger::new(&server.api, &server.read().await);
    leader.intend(&place(), ID, &begun("new")).await.unwrap();
    assert_eq!(old.key_created(ID, "old", "k1").await, Err(Overtaken));
    let pinned = server.pinned().await;
    assert!(pinned.key_ids.is_empty());
    assert_eq!(pinned.abandoned_key_intents[ID.as_str()], [begun("old")]);
}

#[tokio::test]
async fn an_edit_of_the_user_in_between_stops_neither_the_record_nor_the_status() {
    let server = Server::start().await;
    let ledger = StatusLedger::new(&server.api, &server.read().await);
    ledger.intend(&place(), ID, &begun("n")).await.unwrap();
    server.edited_by_the_user();
    assert_eq!(ledger.key_created(ID, "n", "k1").await, Ok(()));
    let status = DatalakeStatus {
        pinned: Some(server.pinned().await),
        resources_ready: Some("1/13".into()),
        ..DatalakeStatus::default()
    };
    server.edited_by_the_user();
    ledger.close(&status).await.unwrap();
    let object = server.read().await;
    assert_eq!(object.status, Some(status));
    assert_eq!(object.spec.drift_policy, crate::api::DriftPolicy::Report);
}

#[tokio::test]
async fn after_another_leaders_write_only_the_key_is_recorded_and_no_call_is_begun() {
    let server = Server::start().await;
    let old = StatusLedger::new(&server.api, &server.read().await);
    old.intend(&place(), ID, &begun("n")).await.unwrap();
    let leader = StatusLedger::new(&server.api, &server.read().await);
    leader
        .intend(&place(), Id::StreamKey, &begun("theirs"))
        .await
        .unwrap();
    assert_eq!(old.key_created(ID, "n", "k1").await, Ok(()));
    assert_eq!(
        old.intend(&place(), Id::StreamKey, &begun("mine")).await,
        Err(Overtaken)
    );
    let pinned = server.pinned().await;
    assert_eq!(pinned.key_ids[ID.as_str()], "k1");
    assert_eq!(pinned.key_intents[Id::StreamKey.as_str()].nonce, "theirs");
}
