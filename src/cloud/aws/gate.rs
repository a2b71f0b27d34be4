//! The gate that every call goes through: it holds a call back until its turn has come (see `model::quota`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;

use crate::model::arn::Region;
use crate::model::fault::{CallError, NOT_SENT};
use crate::model::quota::{Full, Service};
use crate::shell::clock;

#[cfg(test)]
pub(super) mod tests;

/// Time, as the gate needs it.
pub trait Time: Send + Sync {
    /// How long ago the process started; never goes back.
    fn now(&self) -> Duration;
    /// Ends so much later.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock on the wall.
#[derive(Debug)]
pub struct WallTime(Instant);

impl Default for WallTime {
    fn default() -> Self {
        Self(clock::instant())
    }
}

impl Time for WallTime {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The turns of every service, for the one account that the process has credentials of.
pub struct Gate {
    time: Arc<dyn Time>,
    services: Mutex<BTreeMap<Place, Service>>,
}

/// A service in a region; IAM has none.
type Place = (&'static str, Option<Region>);

impl Gate {
    /// A gate at which nobody has been.
    pub fn new(time: Arc<dyn Time>) -> Self {
        Self {
            time,
            services: Mutex::default(),
        }
    }

    /// Ends when the call may go, and says for how long it was held back; an error where that would take too long.
    pub async fn turn(
        &self,
        region: Option<&Region>,
        service: &'static str,
        operation: &'static str,
    ) -> Result<Duration, CallError> {
        let mut waited = Duration::ZERO;
        loop {
            let now = self.time.now();
            let turn = self.with(region, service, |of| of.turn(operation, now));
            let ticket = turn.map_err(|full| crowded(service, operation, full))?;
            let wait = ticket.at.saturating_sub(now);
            if !wait.is_zero() {
                self.time.sleep(wait).await;
                waited += wait;
            }
            if self.with(region, service, |of| of.still_holds(ticket)) {
                return Ok(waited);
            }
        }
    }

    /// The service asked to slow down.
    pub fn slow_down(&self, region: Option<&Region>, service: &'static str) {
        let now = self.time.now();
        self.with(region, service, |of| of.slow_down(now));
    }

    /// The share of its rates that a service takes now.
    pub fn pace(&self, region: &Region, service: &'static str) -> f64 {
        let now = self.time.now();
        self.with(Some(region), service, |of| of.pace(now))
    }

    fn with<T>(
        &self,
        region: Option<&Region>,
        service: &'static str,
        act: impl FnOnce(&mut Service) -> T,
    ) -> T {
        let region = region.filter(|_| service != "iam").cloned();
        let mut services = self.lock();
        act(services
            .entry((service, region))
            .or_insert_with(|| Service::new(service)))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Place, Service>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The call was not made.
fn crowded(service: &'static str, operation: &'static str, Full { wait }: Full) -> CallError {
    CallError {
        service,
        operation,
        code: NOT_SENT.to_owned(),
        message: format!(
            "its turn would come in {} s, as the operator keeps below the rate that the service takes",
            wait.as_secs()
        ),
        // As the service would answer: the call has no effect.
        status: Some(429),
    }
}
