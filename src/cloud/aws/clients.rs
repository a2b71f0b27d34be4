//! One set of clients a region, and the one place where a call is counted and its error told.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::Builder as HttpClientBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

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

impl Aws {
    /// Takes credentials, endpoint (`AWS_ENDPOINT_URL`) and default region from where every AWS SDK takes them.
    ///
    /// The SDK retries once and briefly: what needs longer is a [`CallError`] and a later look.
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
            .retry_config(RetryConfig::standard().with_max_attempts(2))
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
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(path_style)
            .build();
        Self {
            athena: aws_sdk_athena::Client::new(&config),
            firehose: aws_sdk_firehose::Client::new(&config),
            glue: aws_sdk_glue::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            kinesis: aws_sdk_kinesis::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sts: aws_sdk_sts::Client::new(&config),
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
