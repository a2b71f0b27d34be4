//! For the tests of the adapters: AWS that replays answers, and what was sent to it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::Aws;
use super::clients::retries;
use super::gate::tests::Dream;
use crate::model::arn::{AccountId, Region, Scope};

/// AWS that gives these answers (HTTP status and body), one after another, whatever is asked; one more call than
/// answers fails with the code `Connection`.
///
/// No call is tried again, none has a time limit, and none waits for its turn.
pub fn replay(events: Vec<(u16, &str)>) -> (Aws, Replay) {
    replay_with(RetryConfig::disabled(), events)
}

/// The same, where what failed is tried again as it is in production, but at once.
pub fn replay_with_retries(events: Vec<(u16, &str)>) -> (Aws, Replay) {
    replay_with(retries().with_initial_backoff(Duration::ZERO), events)
}

fn replay_with(retry: RetryConfig, events: Vec<(u16, &str)>) -> (Aws, Replay) {
    let answers = events.into_iter().map(|(status, body)| {
        let status = StatusCode::try_from(status).expect("an HTTP status");
        HttpResponse::new(status, SdkBody::from(body))
    });
    let replay = Replay {
        answers: Arc::new(Mutex::new(answers.collect())),
        sent: Arc::default(),
    };
    let connector = SharedHttpConnector::new(replay.clone());
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        )))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .retry_config(retry)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    let aws = Aws::in_time(
        config,
        Arc::new(|_, _, _| {}),
        Arc::new(|_, _| {}),
        Arc::new(Dream::default()),
    );
    (aws, replay)
}

/// The end of a connection that has its answers ready. (The SDK's own is a feature of the HTTP client, and turning that
/// on for tests alone would build every SDK twice.)
#[derive(Clone, Debug)]
pub struct Replay {
    answers: Arc<Mutex<VecDeque<HttpResponse>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Replay {
    /// Gives the answer of that index among those to come a header.
    pub fn head(&self, index: usize, name: &'static str, value: &'static str) {
        let mut answers = self.answers.lock().expect("no test panics while it holds this");
        let answer = answers.get_mut(index).expect("there is such an answer");
        answer.headers_mut().insert(name, value);
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.sent
            .lock()
            .expect("no test panics while it holds this")
            .push(Sent::of(&request));
        let answer = self
            .answers
            .lock()
            .expect("no test panics while it holds this")
            .pop_front();
        HttpConnectorFuture::ready(
            answer.ok_or_else(|| ConnectorError::other("no answer is left to replay".into(), None)),
        )
    }
}

/// Account 123456789012 in eu-west-1.
pub fn place() -> Scope {
    Scope {
        region: Region::parse("eu-west-1").expect("a region"),
        account: AccountId::parse("123456789012").expect("an account"),
    }
}

/// A request as it went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Method and path with query: `PUT /?tagging`.
    pub line: String,
    /// Operation of the JSON services, from `x-amz-target`: `CreateKey`; empty for the others.
    pub operation: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body, as text.
    pub body: String,
}

impl Sent {
    fn of(request: &HttpRequest) -> Self {
        let headers: BTreeMap<String, String> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let target = headers.get("x-amz-target").map_or("", String::as_str);
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let path = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        Self {
            line: format!("{} /{path}", request.method()),
            operation,
            headers,
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body of a JSON service.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

/// What was sent so far, in order.
pub fn sent(client: &Replay) -> Vec<Sent> {
    client
        .sent
        .lock()
        .expect("no test panics while it holds this")
        .clone()
}

/// The operations that were sent to a JSON service, in order.
pub fn operations(client: &Replay) -> Vec<String> {
    sent(client)
        .into_iter()
        .map(|request| request.operation)
        .collect()
}
