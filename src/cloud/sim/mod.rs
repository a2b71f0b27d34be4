//! A simulated AWS, for tests: stateful, with AWS's own answers, states that take their time, and faults on demand.
//!
//! Time is data: nothing sleeps and no clock is read, [`Sim::advance`] moves it. The same seed and the same calls
//! give the same history. Each service's rules are in its own file, with the source of each.

mod athena;
mod check;
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
mod policy;
mod s3;
mod shelf;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use jiff::{SignedDuration, Timestamp};

use super::{Done, World};
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::{Change, Observed, Target, crawler as crawlers, database, table, workgroup};

pub use faults::{Chaos, Fault, Faults, Rule};
pub use firehose::Delivery;
pub use iam::Role;
pub use kinesis::Stream;
pub use kms::Key;
pub use lambda::Function;
pub use logs::LogGroup;
pub use s3::{Bucket, Object};
pub use shelf::Shelf;

/// A handle to one simulated AWS; clones share it.
#[derive(Clone)]
pub struct Sim {
    cloud: Arc<Mutex<Cloud>>,
}

/// Everything there is. Resources are kept by ARN.
#[derive(Clone)]
#[expect(missing_docs, reason = "the shelves are named as what they hold")]
pub struct Cloud {
    /// The time.
    pub now: Timestamp,
    /// Account of the credentials in use.
    pub account: AccountId,
    /// How long things take.
    pub timing: Timing,
    /// What is to go wrong.
    pub faults: Faults,
    /// Every call so far.
    pub journal: Vec<Call>,
    pub keys: Shelf<Key>,
    /// Key ids by alias ARN.
    pub aliases: Shelf<String>,
    pub buckets: Shelf<Bucket>,
    pub log_groups: Shelf<LogGroup>,
    pub streams: Shelf<Stream>,
    pub databases: Shelf<database::Observed>,
    pub tables: Shelf<table::Observed>,
    pub roles: Shelf<Role>,
    pub deliveries: Shelf<Delivery>,
    pub crawlers: Shelf<crawlers::Observed>,
    pub workgroups: Shelf<workgroup::Observed>,
    pub functions: Shelf<Function>,
    random: u64,
}

/// How long things take. All zero but the states' durations, unless a test says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Stream CREATING.
    pub stream_creating: SignedDuration,
    /// Stream UPDATING.
    pub stream_updating: SignedDuration,
    /// Stream DELETING.
    pub stream_deleting: SignedDuration,
    /// Delivery stream CREATING.
    pub delivery_creating: SignedDuration,
    /// Delivery stream DELETING.
    pub delivery_deleting: SignedDuration,
    /// Crawler RUNNING.
    pub crawl: SignedDuration,
    /// Crawler STOPPING.
    pub crawl_stopping: SignedDuration,
    /// Function Pending.
    pub function_pending: SignedDuration,
    /// Function's `LastUpdateStatus` `InProgress`.
    pub function_updating: SignedDuration,
    /// How far reads of IAM lag behind.
    pub iam_lag: SignedDuration,
    /// How late Firehose, Glue and Lambda learn of roles and policies, KMS and S3 of principals.
    pub iam_propagation: SignedDuration,
    /// How far KMS lags behind, in reads and in whether a key exists.
    pub kms_lag: SignedDuration,
    /// How far reads of a bucket's sub-resources lag behind.
    pub s3_lag: SignedDuration,
    /// How long after its deletion a bucket's name is not available.
    pub bucket_name_held: SignedDuration,
    /// Reads that lag see the new and the old by turns, at random.
    pub flapping: bool,
    /// Whether Firehose's five calls a second for each operation are kept.
    pub rates: bool,
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
    /// Whether it was carried out and changes something; then also when its answer was lost.
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

impl Default for Timing {
    fn default() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            stream_creating: seconds(30),
            stream_updating: seconds(20),
            stream_deleting: seconds(30),
            delivery_creating: seconds(60),
            delivery_deleting: seconds(120),
            crawl: seconds(120),
            crawl_stopping: seconds(10),
            function_pending: seconds(5),
            function_updating: seconds(3),
            ..Self::none()
        }
    }
}

impl Timing {
    /// Everything at once.
    pub fn none() -> Self {
        let zero = SignedDuration::ZERO;
        Self {
            stream_creating: zero,
            stream_updating: zero,
            stream_deleting: zero,
            delivery_creating: zero,
            delivery_deleting: zero,
            crawl: zero,
            crawl_stopping: zero,
            function_pending: zero,
            function_updating: zero,
            iam_lag: zero,
            iam_propagation: zero,
            kms_lag: zero,
            s3_lag: zero,
            bucket_name_held: zero,
            flapping: false,
            rates: false,
        }
    }

    /// States take their time, reads lag and flap, IAM propagates late, Firehose counts calls.
    pub fn real() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            iam_lag: seconds(5),
            iam_propagation: seconds(15),
            kms_lag: seconds(10),
            s3_lag: seconds(60),
            bucket_name_held: seconds(90),
            flapping: true,
            rates: true,
            ..Self::default()
        }
    }
}

impl Sim {
    /// An empty account at the given time.
    pub fn new(account: AccountId, now: Timestamp, seed: u64) -> Self {
        let cloud = Cloud {
            now,
            account,
            timing: Timing::default(),
            faults: Faults::default(),
            journal: Vec::new(),
            keys: Shelf::default(),
            aliases: Shelf::default(),
            buckets: Shelf::default(),
            log_groups: Shelf::default(),
            streams: Shelf::default(),
            databases: Shelf::default(),
            tables: Shelf::default(),
            roles: Shelf::default(),
            deliveries: Shelf::default(),
            crawlers: Shelf::default(),
            workgroups: Shelf::default(),
            functions: Shelf::default(),
            random: seed,
        };
        Self::of(cloud)
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

    /// Takes all rules and chances away.
    pub fn calm(&self) {
        let mut cloud = self.lock();
        cloud.faults.rules.clear();
        cloud.faults.chaos = Chaos::default();
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().journal.clone()
    }

    /// The calls so far that change something or try to.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.write).collect()
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
        act: impl FnOnce(&mut Cloud) -> Answer<T> + Send,
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
    async fn call<T>(
        &self,
        op: Op,
        act: impl FnOnce(&mut Cloud) -> Answer<T> + Send,
    ) -> Result<T, CallError> {
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

impl Cloud {
    /// Carries a call out as far as the faults let it; `None`: the caller is dead.
    fn take<T>(&mut self, op: Op, act: impl FnOnce(&mut Cloud) -> Answer<T>) -> Option<Answer<T>> {
        if self.faults.crashed {
            return None;
        }
        self.settle();
        let mut faults = std::mem::take(&mut self.faults);
        let fault = faults.pick(&op, |below| self.chance(below));
        self.faults = faults;
        let result = match &fault {
            Some(Fault::Refuse(refused)) => Err(refused.clone()),
            Some(Fault::CrashBefore) => Err(Refused::timeout()),
            _ => self.within_rate(&op).and_then(|()| act(self)),
        };
        let effect = op.write && result.is_ok();
        self.settle();
        self.faults.crashed = matches!(fault, Some(Fault::CrashBefore | Fault::CrashAfter));
        let result = match fault {
            Some(Fault::LoseAnswer) if result.is_ok() => Err(Refused::timeout()),
            _ => result,
        };
        let told = match &result {
            _ if self.faults.crashed => Err("Crash".to_owned()),
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.code.clone()),
        };
        self.journal.push(Call {
            at: self.now,
            service: op.service,
            operation: op.operation,
            subject: op.subject,
            write: op.write,
            effect,
            result: told,
        });
        (!self.faults.crashed).then_some(result)
    }

    /// Firehose takes five calls a second of each operation, and no more (Firehose developer guide, "Quota").
    fn within_rate(&self, op: &Op) -> Answer<()> {
        if !self.timing.rates || op.service != "firehose" {
            return Ok(());
        }
        let recent = self.journal.iter().rev();
        let recent = recent.take_while(|call| call.at + SignedDuration::from_secs(1) > self.now);
        if recent.filter(|call| call.operation == op.operation).count() < 5 {
            return Ok(());
        }
        refuse(400, "ThrottlingException", "Rate exceeded")
    }

    /// Lets everything happen whose time has come.
    fn settle(&mut self) {
        let now = self.now;
        for key in self.keys.settle(now) {
            kms::died(self, &key);
        }
        self.streams.settle(now);
        self.deliveries.settle(now);
        self.functions.settle(now);
        for crawler in self.crawlers.settle(now) {
            crawler::ended(self, &crawler);
        }
    }

    /// The same place, in the account that the credentials are of.
    fn here(&self, place: &Scope) -> Scope {
        Scope {
            region: place.region.clone(),
            account: self.account.clone(),
        }
    }

    /// The time whose truth a reader is told, who lags behind by `lag`.
    fn view(&mut self, lag: SignedDuration) -> Timestamp {
        if lag.is_zero() || (self.timing.flapping && self.chance(2) == 0) {
            return self.now;
        }
        self.now - lag
    }

    /// A number below `below` (`SplitMix64`).
    fn chance(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
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
            Target::Stream { name } => kinesis::observe(self, place, name).await?.map(Observed::Stream),
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

fn subject(change: &Change) -> &str {
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
