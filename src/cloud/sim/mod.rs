//! A simulated AWS, for tests: stateful, with AWS's own answers, states that take their time, and faults on demand.
//!
//! Time is data: nothing sleeps and no clock is read, [`Sim::advance`] moves it. The same seed and the same calls
//! give the same history. Each service's rules are in its own file, with the source of each.

mod athena;
mod check;
mod cloud;
mod crawler;
mod delivering;
mod faults;
mod firehose;
mod glue;
mod iam;
mod kinesis;
mod kms;
mod lambda;
mod logs;
mod meters;
mod outside;
mod policy;
mod quotas;
mod s3;
mod shelf;
#[cfg(test)]
mod tests;
mod timing;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use jiff::{SignedDuration, Timestamp};

use super::{Done, World};
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::{Change, Observed, Target};

pub use cloud::Cloud;
pub use faults::{Chaos, Fault, Faults, Rule};
pub use firehose::Delivery;
pub use iam::Role;
pub use kinesis::Stream;
pub use kms::Key;
pub use lambda::Function;
pub use logs::LogGroup;
pub use meters::Meters;
pub use outside::{HANDS, Hand, LEFT};
pub use quotas::Quotas;
pub use s3::{Bucket, Object};
pub use shelf::Shelf;
pub use timing::{Span, Timing};

/// A handle to one simulated AWS; clones share it.
#[derive(Clone)]
pub struct Sim {
    cloud: Arc<Mutex<Cloud>>,
}

/// One call, as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// `kms`.
    pub service: &'static str,
    /// `CreateKey`.
    pub operation: &'static str,
    /// Name, id or ARN that it is about.
    pub subject: String,
    /// Whether the operation is one that changes something.
    pub write: bool,
    /// Whether it was carried out and changes something; then also when its answer was lost, and the SDK's
    /// second try of it, which is no call of its own, came to nothing.
    pub effect: bool,
    /// What the caller got to know: nothing or an error's wire code (`Crash`: the caller died).
    pub result: Result<(), String>,
}

/// A service's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status; `None`: no answer came.
    pub status: Option<u16>,
    /// Wire code.
    pub code: String,
    /// Message.
    pub message: String,
}

/// What is called.
struct Op {
    service: &'static str,
    operation: &'static str,
    subject: String,
    write: bool,
}

type Answer<T> = Result<T, Refused>;

impl Refused {
    /// An answer with this status, wire code and message.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// No answer in time.
    pub fn timeout() -> Self {
        Self {
            status: None,
            code: "Timeout".to_owned(),
            message: "no answer in time".to_owned(),
        }
    }
}

/// Refuses.
fn refuse<T>(status: u16, code: &str, message: impl Into<String>) -> Answer<T> {
    Err(Refused::new(status, code, message))
}

impl Sim {
    /// An empty account at the given time.
    pub fn new(account: AccountId, now: Timestamp, seed: u64) -> Self {
        Self::of(Cloud::new(account, now, seed))
    }

    /// Goes on from a world as [`Sim::alter`] can copy it, apart from the one it was copied from.
    pub fn of(cloud: Cloud) -> Self {
        Self {
            cloud: Arc::new(Mutex::new(cloud)),
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.lock().now
    }

    /// Lets time pass; states end that end by then.
    pub fn advance(&self, by: SignedDuration) {
        let mut cloud = self.lock();
        cloud.now += by;
        cloud.settle();
    }

    /// Acts as somebody outside, or looks behind the scenes. No call is made or recorded.
    pub fn alter<R>(&self, act: impl FnOnce(&mut Cloud) -> R) -> R {
        let mut cloud = self.lock();
        cloud.settle();
        act(&mut cloud)
    }

    /// Adds a rule by which calls go wrong.
    pub fn fault(&self, rule: Rule) {
        self.lock().faults.rules.push(rule);
    }

    /// Takes all rules and chances away. Whether the operator is dead stays.
    pub fn calm(&self) {
        let faults = &mut self.lock().faults;
        *faults = Faults {
            crashed: faults.crashed,
            ..Faults::default()
        };
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().journal.clone()
    }

    /// The calls so far that change something or try to.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.write).collect()
    }

    /// Takes all randomness from another seed from now on.
    pub fn reseed(&self, seed: u64) {
        self.lock().reseed(seed);
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.lock().journal.clear();
    }

    /// Runs until the end, or until the operator dies by [`Fault::CrashBefore`] or [`Fault::CrashAfter`]: `None`.
    /// What `life` would still have done is then never done.
    pub async fn survive<T>(&self, life: impl Future<Output = T>) -> Option<T> {
        let mut life = std::pin::pin!(life);
        std::future::poll_fn(|context| {
            let step = life.as_mut().poll(context);
            if self.lock().faults.crashed {
                Poll::Ready(None)
            } else {
                step.map(Some)
            }
        })
        .await
    }

    /// A new process of the operator: calls come back again.
    pub fn restart(&self) {
        self.lock().faults.crashed = false;
    }

    async fn read<T>(
        &self,
        service: &'static str,
        operation: &'static str,
        subject: &str,
        act: impl Fn(&mut Cloud) -> Answer<T> + Send,
    ) -> Result<T, CallError> {
        let subject = subject.to_owned();
        let op = Op {
            service,
            operation,
            subject,
            write: false,
        };
        self.call(op, act).await
    }

    /// Makes a call; to a caller who died, it never comes back.
    async fn call<T>(&self, op: Op, act: impl Fn(&mut Cloud) -> Answer<T> + Send) -> Result<T, CallError> {
        let (service, operation) = (op.service, op.operation);
        let Some(answer) = self.lock().take(op, act) else {
            return std::future::pending().await;
        };
        answer.map_err(|refused| CallError {
            service,
            operation,
            code: refused.code,
            message: refused.message,
            status: refused.status,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for Sim {
    async fn identify(&self, region: &Region) -> Result<Scope, CallError> {
        let account = self.read("sts", "GetCallerIdentity", "", |cloud| Ok(cloud.account.clone()));
        Ok(Scope {
            region: region.clone(),
            account: account.await?,
        })
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        Ok(match target {
            Target::Key(t) => kms::observe(self, place, t).await?.map(Observed::Key),
            Target::Bucket(t) => s3::observe(self, place, t).await?.map(Observed::Bucket),
            Target::LogGroup(t) => logs::observe(self, place, t).await?.map(Observed::LogGroup),
            Target::Stream { name, own_key } => kinesis::observe(self, place, name, own_key.as_ref())
                .await?
                .map(Observed::Stream),
            Target::Database(t) => glue::observe_database(self, place, t)
                .await?
                .map(Observed::Database),
            Target::Table { database, name } => glue::observe_table(self, place, database, name)
                .await?
                .map(Observed::Table),
            Target::Role(t) => iam::observe(self, place, t).await?.map(Observed::Role),
            Target::Delivery { name } => firehose::observe(self, place, name)
                .await?
                .map(Observed::Delivery),
            Target::Crawler { name } => crawler::observe(self, place, name).await?.map(Observed::Crawler),
            Target::Workgroup { name } => athena::observe(self, place, name).await?.map(Observed::Workgroup),
            Target::Function { name } => lambda::observe(self, place, name).await?.map(Observed::Function),
        })
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        let (service, operation) = change.operation();
        let op = Op {
            service,
            operation,
            subject: subject(change).to_owned(),
            write: true,
        };
        self.call(op, |cloud| carry_out(cloud, place, change)).await
    }
}

fn carry_out(cloud: &mut Cloud, place: &Scope, change: &Change) -> Answer<Done> {
    let here = &cloud.here(place);
    match change {
        Change::Key(c) => return kms::apply(cloud, here, c),
        Change::Bucket(c) => s3::apply(cloud, place, c)?,
        Change::LogGroup(c) => logs::apply(cloud, here, c)?,
        Change::Stream(c) => kinesis::apply(cloud, here, c)?,
        Change::Database(c) => glue::apply_database(cloud, here, c)?,
        Change::Table(c) => glue::apply_table(cloud, here, c)?,
        Change::Role(c) => iam::apply(cloud, here, c)?,
        Change::Delivery(c) => firehose::apply(cloud, here, c)?,
        Change::Crawler(c) => crawler::apply(cloud, here, c)?,
        Change::Workgroup(c) => athena::apply(cloud, here, c)?,
        Change::Function(c) => lambda::apply(cloud, here, c)?,
    }
    Ok(Done::default())
}

/// Name, id or ARN of what a call is about; of `CreateKey` the description.
pub fn subject(change: &Change) -> &str {
    match change {
        Change::Key(c) => kms::subject(c),
        Change::Bucket(c) => s3::subject(c),
        Change::LogGroup(c) => logs::subject(c),
        Change::Stream(c) => kinesis::subject(c),
        Change::Database(c) => glue::database_subject(c),
        Change::Table(c) => glue::table_subject(c),
        Change::Role(c) => iam::subject(c),
        Change::Delivery(c) => firehose::subject(c),
        Change::Crawler(c) => crawler::subject(c),
        Change::Workgroup(c) => athena::subject(c),
        Change::Function(c) => lambda::subject(c),
    }
}

/// Tags without the given keys.
fn untag(tags: &mut BTreeMap<String, String>, keys: &[String]) {
    tags.retain(|key, _| !keys.contains(key));
}
