//! What Prometheus is told. Every label has few values: none is a lake's name or an error's text.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::api::ResourceState;
use crate::cloud::aws::clients::{Meter, Waits};
use crate::model::arn::Region;

/// The operator's metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<Call, Counter>,
    throttle_wait: Family<Service, Counter<f64, AtomicU64>>,
    drift_period: Family<InRegion, Gauge<f64, AtomicU64>>,
    passes: Family<Outcome, Counter>,
    pass_seconds: Histogram,
    time_to_ready: Histogram,
    drift: Family<Drift, Counter>,
    resources: Family<State, Gauge>,
    lakes: Family<Ready, Gauge>,
    leader: Gauge,
    standing: Mutex<Standing>,
}

/// How each lake stands, by namespace and name; the gauges are sums over it.
#[derive(Debug, Default)]
struct Standing {
    lakes: BTreeMap<(String, String), Lake>,
    /// Every state that was ever seen: one that no resource is in any more is shown as 0.
    by_state: BTreeMap<String, i64>,
}

#[derive(Debug)]
struct Lake {
    ready: bool,
    states: Vec<ResourceState>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    service: &'static str,
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Service {
    service: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InRegion {
    region: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Drift {
    resource: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ready {
    ready: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("datalake"),
            calls: Family::default(),
            throttle_wait: Family::default(),
            drift_period: Family::default(),
            passes: Family::default(),
            // 10 ms to 41 s.
            pass_seconds: Histogram::new(exponential_buckets(0.01, 2.0, 13)),
            // 1 s to 34 min.
            time_to_ready: Histogram::new(exponential_buckets(1.0, 2.0, 12)),
            drift: Family::default(),
            resources: Family::default(),
            lakes: Family::default(),
            leader: Gauge::default(),
            standing: Mutex::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// The media type of [`Self::text`].
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    fn register(&mut self) {
        let Self {
            registry,
            calls,
            throttle_wait,
            drift_period,
            passes,
            pass_seconds,
            time_to_ready,
            drift,
            resources,
            lakes,
            leader,
            standing: _,
        } = self;
        // A counter's name gets "_total", and each help text its full stop, when it is written.
        registry.register(
            "aws_calls",
            "AWS calls by service, operation and outcome",
            calls.clone(),
        );
        registry.register(
            "throttle_wait_seconds",
            "How long AWS calls were held back to keep below the rates of each service",
            throttle_wait.clone(),
        );
        registry.register(
            "drift_period_seconds",
            "How often a lake in sync is looked at: as declared, or less often where the quotas of AWS bind",
            drift_period.clone(),
        );
        registry.register("passes", "Passes over a lake by outcome", passes.clone());
        registry.register("pass_seconds", "How long a pass took", pass_seconds.clone());
        registry.register(
            "time_to_ready_seconds",
            "From a lake's creation to the first time that it was Ready",
            time_to_ready.clone(),
        );
        registry.register("drift", "Differences from outside, by resource", drift.clone());
        registry.register(
            "resources",
            "AWS resources of all lakes by state",
            resources.clone(),
        );
        registry.register("lakes", "Lakes by whether they are Ready", lakes.clone());
        registry.register(
            "leader",
            "Whether this process works: 1 while it holds the lease",
            leader.clone(),
        );
    }

    /// Counts every AWS call of the clients that it is given to.
    pub fn meter(&self) -> Meter {
        let calls = self.calls.clone();
        Arc::new(move |service, operation, result: Result<(), &str>| {
            let outcome = result.map_or_else(class, |()| "ok");
            let call = Call {
                service,
                operation,
                outcome,
            };
            calls.get_or_create(&call).inc();
        })
    }

    /// Adds up how long the calls of those clients were held back.
    pub fn waits(&self) -> Waits {
        let waits = self.throttle_wait.clone();
        Arc::new(move |service, duration| {
            waits
                .get_or_create(&Service { service })
                .inc_by(duration.as_secs_f64());
        })
    }

    /// How often the lakes of a region are looked at.
    pub fn drift_period(&self, region: &Region, period: Duration) {
        let region = region.to_string();
        self.drift_period
            .get_or_create(&InRegion { region })
            .set(period.as_secs_f64());
    }

    /// A pass over a lake ended; `outcome` is one of a few words.
    pub fn pass(&self, outcome: &'static str, took: Duration) {
        self.passes.get_or_create(&Outcome { outcome }).inc();
        self.pass_seconds.observe(took.as_secs_f64());
    }

    /// A lake was Ready for the first time.
    pub fn became_ready(&self, after: Duration) {
        self.time_to_ready.observe(after.as_secs_f64());
    }

    /// A difference from outside was found; `resource` is the id of its kind in the lake, such as `lake-bucket`.
    pub fn drifted(&self, resource: &'static str) {
        self.drift.get_or_create(&Drift { resource }).inc();
    }

    /// How a lake stands now.
    pub fn lake(&self, namespace: &str, name: &str, ready: bool, states: Vec<ResourceState>) {
        let lake = Lake { ready, states };
        self.standing()
            .lakes
            .insert((namespace.into(), name.into()), lake);
    }

    /// Whether this process works.
    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// A lake is no more.
    pub fn gone(&self, namespace: &str, name: &str) {
        self.standing().lakes.remove(&(namespace.into(), name.into()));
    }

    /// All metrics, in the `OpenMetrics` text format.
    ///
    /// # Panics
    /// Never: a `String` takes whatever is written into it.
    pub fn text(&self) -> String {
        self.sum_up();
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .expect("writing into a String never fails");
        text
    }

    fn sum_up(&self) {
        let Standing { lakes, by_state } = &mut *self.standing();
        for count in by_state.values_mut() {
            *count = 0;
        }
        for state in lakes.values().flat_map(|lake| &lake.states) {
            *by_state.entry(format!("{state:?}")).or_default() += 1;
        }
        for (state, count) in by_state {
            let state = State { state: state.clone() };
            self.resources.get_or_create(&state).set(*count);
        }
        for ready in [true, false] {
            let count = lakes.values().filter(|lake| lake.ready == ready).count();
            self.lakes
                .get_or_create(&Ready { ready })
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The class of an error code: AWS has hundreds of codes, a label must have few values.
fn class(code: &str) -> &'static str {
    match code {
        "Timeout" | "RequestTimeout" | "RequestTimeoutException" => "timeout",
        "Connection" => "connection",
        "Credentials"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch" => "credentials",
        "SlowDown" | "TooManyRequestsException" | "RequestLimitExceeded" | "TooManyRequests" => "throttled",
        "Forbidden" | "403" => "access-denied",
        "404" => "not-found",
        "409" => "conflict",
        _ if has(code, &["Throttl", "ThroughputExceeded", "RateExceeded"]) => "throttled",
        _ if has(code, &["AccessDenied", "Unauthorized", "NotAuthorized"]) => "access-denied",
        _ if has(code, &["LimitExceeded", "TooMany", "Quota"]) => "limit",
        _ if has(code, &["NotFound", "NoSuch"]) => "not-found",
        _ if has(
            code,
            &[
                "AlreadyExist",
                "AlreadyOwned",
                "InUse",
                "Concurrent",
                "Conflict",
                "Running",
            ],
        ) =>
        {
            "conflict"
        }
        _ if has(code, &["Invalid", "Malformed", "Validation", "Unsupported"]) => "invalid",
        _ if has(code, &["Internal", "Unavailable", "ServiceFailure"]) || is_server_status(code) => "server",
        _ => "other",
    }
}

fn has(code: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| code.contains(part))
}

/// Whether the code is an HTTP status of the 500s, which stands for an answer without a code.
fn is_server_status(code: &str) -> bool {
    code.len() == 3 && code.starts_with('5') && code.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
