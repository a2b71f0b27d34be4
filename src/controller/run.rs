//! The operator as a whole: who it is, what it watches, when it ends.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::Namespace;
use kube::runtime::{Controller, PredicateConfig, WatchStreamExt, predicates, reflector, watcher};
use kube::{Api, Client, ResourceExt};

use super::leadership::Leadership;
use super::lease::{Keeper, Lost};
use super::pass::Operator;
use super::reconcile::{Context, on_error, reconcile};
use super::settings::Settings;
use super::turns::Turns;
use crate::api::Datalake;
use crate::cloud::aws::Aws;
use crate::model::arn::Region;
use crate::model::lake::Origin;
use crate::model::memory::Tempo;
use crate::shell::metrics::Metrics;

/// Why the operator could not start.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No configuration for Kubernetes, or it can't be used.
    #[error("no way to Kubernetes: set KUBECONFIG, or run in a cluster")]
    Kubernetes(#[source] kube::Error),
    /// The configuration could not be found.
    #[error("no way to Kubernetes: set KUBECONFIG, or run in a cluster")]
    Config(#[source] kube::config::InferConfigError),
    /// The cluster id could not be read.
    #[error(
        "can't read the uid of the namespace kube-system, the default cluster id: allow it, or set --cluster-id"
    )]
    ClusterId(#[source] kube::Error),
    /// The namespace kube-system has no uid.
    #[error("the namespace kube-system has no uid: set --cluster-id")]
    NoClusterId,
    /// Another process works now.
    #[error("the lease is lost: another operator works now, so this one ends and is to be started again")]
    LeaseLost,
}

/// No answer of the API server for so long fails the request. (A watch is idle for up to 290 s.)
const API_READ_TIMEOUT: Duration = Duration::from_secs(295);

/// Runs until `end` resolves, then finishes the passes under way and sets the lease free.
pub async fn run(
    settings: Settings,
    metrics: Arc<Metrics>,
    synced: Arc<AtomicBool>,
    end: impl Future<Output = ()> + Send + Sync + 'static,
) -> Result<(), Failure> {
    let mut config = kube::Config::infer().await.map_err(Failure::Config)?;
    config.connect_timeout = Some(Duration::from_secs(10));
    config.read_timeout = Some(API_READ_TIMEOUT);
    config.write_timeout = Some(Duration::from_secs(30));
    let client = Client::try_from(config).map_err(Failure::Kubernetes)?;
    let cluster = match settings.cluster_id.clone() {
        Some(id) => id,
        None => cluster_id(&client).await?,
    };
    let aws = Aws::from_env(metrics.meter(), metrics.waits()).await;
    let default_region = aws
        .default_region()
        .and_then(|region| Region::parse(&region).ok());
    let origin = Origin {
        cluster,
        prefix: settings.prefix.clone(),
        region: settings.region.clone().or(default_region),
        boundary: settings.boundary.clone(),
    };
    let tempo = Tempo {
        drift_period: settings.drift_period,
        consistency_window: settings.consistency_window,
    };
    tracing::info!(cluster = origin.cluster, prefix = %origin.prefix, region = ?origin.region, "starting");
    let leadership = Arc::new(Leadership::new(settings.lease.as_ref().map(|lease| lease.terms)));
    let lease = settings.lease.as_ref();
    let mut keeper = lease.map(|lease| Keeper::new(client.clone(), lease, Arc::clone(&leadership)));
    let context = Arc::new(Context {
        operator: Operator::new(aws, origin, tempo),
        leadership,
        turns: Turns::new(settings.max_concurrent),
        memories: Mutex::default(),
        client: client.clone(),
        metrics: Arc::clone(&metrics),
    });
    let ending = Arc::clone(&context);
    let end = async move {
        end.await;
        ending.leadership.end();
        ending.turns.close();
    };
    tokio::select! {
        () = watch(&settings, client, context, synced, end) => {}
        Lost = keep(keeper.as_mut(), &metrics) => return Err(Failure::LeaseLost),
    }
    if let Some(keeper) = keeper {
        keeper.release().await;
    }
    Ok(())
}

async fn keep(keeper: Option<&mut Keeper>, metrics: &Metrics) -> Lost {
    if let Some(keeper) = keeper {
        return keeper.keep(metrics).await;
    }
    metrics.leads(true);
    std::future::pending().await
}

async fn cluster_id(client: &Client) -> Result<String, Failure> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace = namespaces.get("kube-system").await.map_err(Failure::ClusterId)?;
    namespace.uid().ok_or(Failure::NoClusterId)
}

async fn watch(
    settings: &Settings,
    client: Client,
    context: Arc<Context>,
    synced: Arc<AtomicBool>,
    end: impl Future<Output = ()> + Send + Sync + 'static,
) {
    let api: Api<Datalake> = match &settings.watch_namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let (reader, writer) = reflector::store();
    let trigger = watcher(api, watcher::Config::default())
        .default_backoff()
        // Nobody here reads who set which field, and it is most of an object.
        .modify(|object: &mut Datalake| {
            object.managed_fields_mut().clear();
            object.status = None;
        })
        .reflect(writer)
        // Not the store's own wait: it wakes only one waiter, and the controller is that one.
        .inspect_ok(move |event| {
            if matches!(event, watcher::Event::InitDone) {
                synced.store(true, Ordering::Release);
            }
        })
        .applied_objects()
        // A status that this process wrote is no reason for a pass.
        .predicate_filter(
            |object: &Datalake| {
                let parts = [
                    predicates::generation(object),
                    predicates::annotations(object),
                    predicates::finalizers(object),
                    Some(u64::from(object.metadata.deletion_timestamp.is_some())),
                ];
                Some(
                    parts
                        .into_iter()
                        .flatten()
                        .fold(0, |sum: u64, part| sum.rotate_left(7) ^ part),
                )
            },
            PredicateConfig::default(),
        );
    Controller::for_stream(trigger, reader)
        .graceful_shutdown_on(end)
        .run(reconcile, on_error, context)
        .for_each(|result| async move {
            if let Err(error) = result {
                tracing::debug!(%error, "reconciliation");
            }
        })
        .await;
}
