//! One set of clients a region, and the one place where a call is counted and its error told.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_kms::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_http_client::Builder as HttpClientBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_smithy_types::retry::ErrorKind;

use super::gate::{Gate, Time, WallTime};
use crate::model::arn::Region;
use crate::model::fault::{CallError, is_throttling};

/// The clients of one region.
#[expect(missing_docs, reason = "one a service")]
pub struct Clients {
    pub athena: aws_sdk_athena::Client,
    pub firehose: aws_sdk_firehose::Client,
    pub glue: aws_sdk_glue::Client,
    pub iam: aws_sdk_iam::Client,
    pub kinesis: aws_sdk_kinesis::Client,
    pub kms: aws_sdk_kms::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub s3: aws_sdk_s3::Client,
    pub sts: aws_sdk_sts::Client,
}

/// What is told of each call: service, operation, and its error's code.
pub type Meter = Arc<dyn Fn(&'static str, &'static str, Result<(), &str>) + Send + Sync>;

/// What is told of each call that was held back: service, and for how long.
pub type Waits = Arc<dyn Fn(&'static str, Duration) + Send + Sync>;

/// AWS, seen from one region.
#[derive(Clone)]
pub struct Aws {
    shared: Arc<Shared>,
    /// The one that calls go to; `None`: they count apart from those of every region.
    region: Option<Region>,
}

struct Shared {
    config: SdkConfig,
    regions: Mutex<BTreeMap<Region, Arc<Clients>>>,
    meter: Meter,
    waits: Waits,
    gate: Gate,
}

/// Every call ends within this time, whatever AWS does.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// One try of a call ends within this time.
const TRY_TIMEOUT: Duration = Duration::from_secs(8);
/// How often a call is tried that gets no answer, or fails within the service: of calls that do so three times in ten, one
/// in four hundred is a [`CallError`], so that a look at a whole lake, which takes some fifty reads, is seldom spoiled.
/// (With two tries nearly every look is.) What the service asks to slow down for is not tried again: see [`AskedToSlowDown`].
const TRIES: u32 = 5;
/// The longest time before the second try; it doubles with each that follows, so that all waits together are some four
/// seconds at most. (The SDK's own is a second: then a pass would last half a minute.)
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// How every call but `CreateKey` is tried again where it failed, whatever it changes: a second try of what had its effect is answered as
/// the next look would find it.
pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(TRIES)
        .with_initial_backoff(FIRST_WAIT)
}

/// What tries after the first may take from a service of a region before they end there: each takes a part, each call
/// that goes through at once gives a part back. The SDK's own quota takes ten parts of five hundred for a try, and is used
/// up while a service fails three calls in ten and many lakes are looked at; then nothing is tried again, and hardly a
/// look succeeds.
fn retry_quota(sdk: &'static str) -> RetryPartition {
    let quota = TokenBucket::builder().capacity(500).retry_cost(1);
    let quota = quota.timeout_retry_cost(1).build();
    RetryPartition::custom(sdk).token_bucket(quota).build()
}

/// The SDK's tries don't ask the gate. So where a service asks to slow down (by what the SDK takes for that, which has
/// `LimitExceededException`, and by HTTP status 429 or 503) there is no second one: the gate hears of the first, and the
/// next is a call that waits for its turn.
#[derive(Debug)]
struct AskedToSlowDown;

impl ClassifyRetry for AskedToSlowDown {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, call: &InterceptorContext, verdict: &RetryAction) -> RetryAction {
        let kind = match verdict {
            RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) => Some(kind),
            _ => None,
        };
        let status = call.response().map(|answer| answer.status().as_u16());
        if kind == Some(&ErrorKind::ThrottlingError) || matches!(status, Some(429 | 503)) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "asked to slow down"
    }

    /// After all of the SDK's own.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

impl Aws {
    /// Takes credentials, endpoint (`AWS_ENDPOINT_URL`) and default region from where every AWS SDK takes them.
    ///
    /// The SDK tries again for some seconds: what needs longer is a [`CallError`] and a later look.
    ///
    /// # Panics
    /// Never: the application's name has only characters that the SDK allows.
    pub async fn from_env(meter: Meter, waits: Waits) -> Self {
        // Else each client of each service has connections and root certificates of its own.
        let http = HttpClientBuilder::new()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build_https();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(http)
            .retry_config(retries())
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_timeout(CALL_TIMEOUT)
                    .operation_attempt_timeout(TRY_TIMEOUT)
                    .build(),
            )
            .app_name(
                aws_config::AppName::new("datalake-operator").expect("the name has only allowed characters"),
            )
            .load()
            .await;
        Self::in_time(config, meter, waits, Arc::new(WallTime::default()))
    }

    /// Takes a complete configuration; tests hand in one with a replayed connection.
    pub fn new(config: SdkConfig, meter: Meter) -> Self {
        Self::in_time(config, meter, Arc::new(|_, _| {}), Arc::new(WallTime::default()))
    }

    /// The same, with another clock for the turns of calls.
    pub fn in_time(config: SdkConfig, meter: Meter, waits: Waits, time: Arc<dyn Time>) -> Self {
        Self {
            shared: Arc::new(Shared {
                config,
                regions: Mutex::default(),
                meter,
                waits,
                gate: Gate::new(time),
            }),
            region: None,
        }
    }

    /// The same AWS, whose calls count in this region.
    #[must_use]
    pub fn at(&self, region: &Region) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            region: Some(region.clone()),
        }
    }

    /// The share of its rates that a service takes now.
    pub fn pace(&self, region: &Region, service: &'static str) -> f64 {
        self.shared.gate.pace(region, service)
    }

    /// The operator's own region, if its environment names one.
    pub fn default_region(&self) -> Option<String> {
        self.shared.config.region().map(ToString::to_string)
    }

    /// The clients of a region, made on first use.
    pub fn region(&self, region: &Region) -> Arc<Clients> {
        let mut regions = self
            .shared
            .regions
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let clients = regions
            .entry(region.clone())
            .or_insert_with(|| Arc::new(Clients::new(&self.shared.config, region)));
        Arc::clone(clients)
    }

    /// Makes a call when its turn has come, counts it, and tells its error by its wire code.
    ///
    /// The SDK's futures are of some 10 KiB each; boxed here, they do not add up in those of a look and of a pass.
    pub fn call<'a, T: Send, E>(
        &'a self,
        service: &'static str,
        operation: &'static str,
        answer: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> impl Future<Output = Result<T, CallError>> + Send + 'a
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let answer = Box::pin(answer);
        async move {
            let Shared {
                gate, meter, waits, ..
            } = self.shared.as_ref();
            let region = self.region.as_ref();
            let waited = gate.turn(region, service, operation).await?;
            if !waited.is_zero() {
                waits(service, waited);
            }
            let result = answer.await.map_err(|error| tell(service, operation, &error));
            if result.as_ref().is_err_and(is_throttling) {
                gate.slow_down(region, service);
            }
            let told = result.as_ref().map(|_| ()).map_err(|error| error.code.as_str());
            meter(service, operation, told);
            result
        }
    }
}

impl Clients {
    fn new(config: &SdkConfig, region: &Region) -> Self {
        let config = config
            .to_builder()
            .region(aws_config::Region::new(region.to_string()))
            .build();
        // An endpoint of the user's own (an emulator, a proxy) rarely has a name for each bucket.
        let path_style = config.endpoint_url().is_some();
        macro_rules! builder {
            ($sdk:ident) => {
                $sdk::config::Builder::from(&config)
                    .retry_partition(retry_quota(stringify!($sdk)))
                    .retry_classifier(AskedToSlowDown)
            };
        }
        let s3 = builder!(aws_sdk_s3).force_path_style(path_style);
        Self {
            athena: aws_sdk_athena::Client::from_conf(builder!(aws_sdk_athena).build()),
            firehose: aws_sdk_firehose::Client::from_conf(builder!(aws_sdk_firehose).build()),
            glue: aws_sdk_glue::Client::from_conf(builder!(aws_sdk_glue).build()),
            iam: aws_sdk_iam::Client::from_conf(builder!(aws_sdk_iam).build()),
            kinesis: aws_sdk_kinesis::Client::from_conf(builder!(aws_sdk_kinesis).build()),
            kms: aws_sdk_kms::Client::from_conf(builder!(aws_sdk_kms).build()),
            lambda: aws_sdk_lambda::Client::from_conf(builder!(aws_sdk_lambda).build()),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(builder!(aws_sdk_cloudwatchlogs).build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sts: aws_sdk_sts::Client::from_conf(builder!(aws_sdk_sts).build()),
        }
    }
}

fn tell<E>(service: &'static str, operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let (code, message) = match error {
        SdkError::TimeoutError(_) => ("Timeout".to_owned(), "no answer in time".to_owned()),
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            ("Connection".to_owned(), chain(error))
        }
        _ => {
            let code = error
                .code()
                .map(str::to_owned)
                .or_else(|| status.map(|s| s.to_string()));
            (
                code.unwrap_or_else(|| "Unknown".into()),
                error.message().map_or_else(|| chain(error), str::to_owned),
            )
        }
    };
    CallError {
        service,
        operation,
        code,
        message,
        status,
    }
}

/// The error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// A part of a request whose builder checks that nothing required is missing; code `InvalidRequest` where it is.
pub fn built<T>(
    service: &'static str,
    operation: &'static str,
    part: Result<T, BuildError>,
) -> Result<T, CallError> {
    part.map_err(|error| CallError {
        service,
        operation,
        code: "InvalidRequest".to_owned(),
        message: chain(&error),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::cloud::World;
    use crate::cloud::aws::testing::{place, replay_with_retries, sent};
    use crate::model::kinds::{Change, bucket, key};

    fn enable_key() -> Change {
        Change::Key(key::Change::EnableKey {
            key_id: "k1".to_owned(),
        })
    }

    fn delete_bucket() -> Change {
        Change::Bucket(bucket::Change::DeleteBucket {
            bucket: "b".to_owned(),
        })
    }

    #[tokio::test]
    async fn what_asks_to_slow_down_is_not_sent_again_and_slows_its_service_at_once() {
        let json = |code: &str| format!(r#"{{"__type":"{code}","message":"Rate exceeded"}}"#);
        let xml = |code: &str| format!("<Error><Code>{code}</Code><Message>Slow</Message></Error>");
        for (service, change, status, body) in [
            ("kms", enable_key(), 400, json("ThrottlingException")),
            ("kms", enable_key(), 400, json("ThrottledException")),
            ("kms", enable_key(), 400, json("TooManyRequestsException")),
            ("kms", enable_key(), 400, json("RequestLimitExceeded")),
            ("kms", enable_key(), 400, json("KMSThrottlingException")),
            (
                "kms",
                enable_key(),
                400,
                json("ProvisionedThroughputExceededException"),
            ),
            ("kms", enable_key(), 503, json("ServiceUnavailableException")),
            ("kms", enable_key(), 429, String::new()),
            ("s3", delete_bucket(), 503, xml("SlowDown")),
            ("s3", delete_bucket(), 503, String::new()),
        ] {
            let (aws, replay) = replay_with_retries(vec![(status, &body), (200, "{}")]);
            let refused = aws.apply(&place(), &change).await;
            assert!(refused.is_err(), "{body}: {refused:?}");
            assert_eq!(sent(&replay).len(), 1, "{status} {body}");
            let pace = aws.pace(&place().region, service);
            assert!((0.5..0.51).contains(&pace), "{status} {body}: {pace}");
        }
    }

    #[tokio::test]
    async fn a_limit_is_not_asked_about_again_at_once() {
        let limit = r#"{"__type":"LimitExceededException","message":"grants"}"#;
        let (aws, replay) = replay_with_retries(vec![(400, limit), (200, "{}")]);
        assert!(aws.apply(&place(), &enable_key()).await.is_err());
        assert_eq!(sent(&replay).len(), 1);
        assert_eq!(aws.pace(&place().region, "kms").to_bits(), 1.0f64.to_bits());
    }

    #[tokio::test]
    async fn many_calls_that_fail_again_and_again_and_then_go_through_leave_tries_for_others() {
        let failed = (500, r#"{"__type":"KMSInternalException","message":"try again"}"#);
        let calls = 100;
        let (aws, _) = replay_with_retries([failed, failed, failed, (200, "{}")].repeat(calls));
        for call in 0..calls {
            let done = aws.apply(&place(), &enable_key()).await;
            assert!(done.is_ok(), "call {call}: {done:?}");
        }
    }
}
