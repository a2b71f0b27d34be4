//! The Lease: looked at again and again, taken when free, renewed while held, set free at the end.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::api::PostParams;
use kube::{Api, Client};

use super::election::{Candidate, Move, Terms};
use super::leadership::Leadership;
use super::settings::LeaseSettings;
use crate::shell::clock;
use crate::shell::metrics::Metrics;

/// What keeps the lease.
pub(super) struct Keeper {
    api: Api<Lease>,
    name: String,
    terms: Terms,
    candidate: Candidate,
    leadership: Arc<Leadership>,
}

/// Another took the lease, or it was deleted: this process must end, since its passes rest on what it saw before.
#[derive(Debug)]
pub(super) struct Lost;

/// A call about the lease that came to nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Kubernetes(#[from] kube::Error),
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

impl Keeper {
    pub(super) fn new(client: Client, settings: &LeaseSettings, leadership: Arc<Leadership>) -> Self {
        let namespace = settings.namespace.as_deref();
        let namespace = namespace.unwrap_or(client.default_namespace()).to_owned();
        let identity = identity();
        tracing::info!(
            identity,
            namespace,
            lease = settings.name,
            "standing for election"
        );
        Self {
            api: Api::namespaced(client, &namespace),
            name: settings.name.clone(),
            terms: settings.terms,
            candidate: Candidate::new(identity, settings.terms),
            leadership,
        }
    }

    /// Takes the lease when it is free and renews it, until it is lost.
    pub(super) async fn keep(&mut self, metrics: &Metrics) -> Lost {
        let mut led = false;
        loop {
            match self.round().await {
                Ok(Move::Lost) => return Lost,
                Ok(Move::Follow | Move::Write(_)) => {}
                Err(error) => {
                    tracing::warn!(%error, lease = self.name, "can't look at the lease, or renew it; trying again");
                }
            }
            let leads = self.leadership.certain();
            if leads != led {
                tracing::info!(leads, lease = self.name, "leadership");
            }
            metrics.leads(leads);
            led = leads;
            tokio::time::sleep(self.terms.retry()).await;
        }
    }

    /// One look, and what it asks for.
    async fn round(&mut self) -> Result<Move, Trouble> {
        let found = self.found().await?;
        let now = clock::moment();
        let step = self
            .candidate
            .look(found.as_ref().and_then(|lease| lease.spec.as_ref()), now);
        if let Move::Write(spec) = &step {
            self.write(found, spec.clone()).await?;
            self.candidate.wrote();
            self.leadership.renewed(now);
        }
        Ok(step)
    }

    /// Sets the lease free for the next to take at once. The passes have ended.
    pub(super) async fn release(&self) {
        self.leadership.gave_up();
        // A renewal that was under way may come between.
        for _ in 0..3 {
            match self.try_release().await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, lease = self.name, "could not set the lease free"),
            }
        }
    }

    async fn try_release(&self) -> Result<(), Trouble> {
        let found = self.found().await?;
        let spec = found.as_ref().and_then(|lease| lease.spec.as_ref());
        match self.candidate.released(spec, clock::moment()) {
            Some(spec) => self.write(found, spec).await,
            None => Ok(()),
        }
    }

    async fn found(&self) -> Result<Option<Lease>, Trouble> {
        self.timed(self.api.get_opt(&self.name)).await
    }

    /// Writes only if nobody else has written since `found`: by its resourceVersion, or by creating it.
    async fn write(&self, found: Option<Lease>, spec: LeaseSpec) -> Result<(), Trouble> {
        let parameters = PostParams::default();
        let exists = found.is_some();
        let mut lease = found.unwrap_or_default();
        lease.spec = Some(spec);
        if exists {
            self.timed(self.api.replace(&self.name, &parameters, &lease))
                .await?;
        } else {
            lease.metadata.name = Some(self.name.clone());
            self.timed(self.api.create(&parameters, &lease)).await?;
        }
        Ok(())
    }

    async fn timed<T>(&self, call: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Trouble> {
        let limit = self.terms.call_timeout();
        match tokio::time::timeout(limit, call).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Trouble::Timeout(limit)),
        }
    }
}

/// The pod's name, and what no other process in it ever had.
fn identity() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}_{:016x}", host.trim(), RandomState::new().hash_one(()))
}
