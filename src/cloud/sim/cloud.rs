//! The world behind the calls.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::timing::View;
use super::{
    Answer, Bucket, Call, Delivery, Fault, Faults, Function, Key, LogGroup, Meters, Op, Quotas, Refused,
    Role, Shelf, Span, Stream, Timing, crawler, kms,
};
use crate::model::arn::{AccountId, Scope};
use crate::model::kinds::{crawler as crawlers, database, table, workgroup};

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
    /// How many of each kind the account may have.
    pub quotas: Quotas,
    /// Whether Lake Formation guards the catalog, and the operator has no permission of it (Lake Formation developer
    /// guide, "Changing the default settings for your data lake").
    pub lake_formation: bool,
    /// How often each operation was called.
    pub meters: Meters,
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
    /// User-defined functions, by database.
    pub user_functions: BTreeMap<String, Vec<String>>,
    pub roles: Shelf<Role>,
    pub deliveries: Shelf<Delivery>,
    pub crawlers: Shelf<crawlers::Observed>,
    pub workgroups: Shelf<workgroup::Observed>,
    pub functions: Shelf<Function>,
    random: u64,
    /// Where the delay of each change's news is drawn from.
    salt: u64,
}

impl Cloud {
    /// An empty account.
    pub(super) fn new(account: AccountId, now: Timestamp, seed: u64) -> Self {
        Self {
            now,
            account,
            timing: Timing::default(),
            faults: Faults::default(),
            quotas: Quotas::default(),
            lake_formation: false,
            meters: Meters::default(),
            journal: Vec::new(),
            keys: Shelf::default(),
            aliases: Shelf::default(),
            buckets: Shelf::default(),
            log_groups: Shelf::default(),
            streams: Shelf::default(),
            databases: Shelf::default(),
            tables: Shelf::default(),
            user_functions: BTreeMap::new(),
            roles: Shelf::default(),
            deliveries: Shelf::default(),
            crawlers: Shelf::default(),
            workgroups: Shelf::default(),
            functions: Shelf::default(),
            random: seed,
            salt: seed,
        }
    }

    /// Carries a call out as far as the faults let it; `None`: the caller is dead.
    pub(super) fn take<T>(&mut self, op: Op, act: impl Fn(&mut Cloud) -> Answer<T>) -> Option<Answer<T>> {
        if self.faults.crashed {
            return None;
        }
        self.settle();
        let mut faults = std::mem::take(&mut self.faults);
        let fault = faults.pick(&op, |below| self.chance(below));
        self.faults = faults;
        let carry_out = |cloud: &mut Self| {
            let answer = cloud.within_rate(&op).and_then(|()| act(cloud));
            cloud.settle();
            answer
        };
        let result = match &fault {
            Some(Fault::Refuse(refused)) => Err(refused.clone()),
            Some(Fault::CrashBefore) => Err(Refused::timeout()),
            _ => carry_out(self),
        };
        let effect = op.write && result.is_ok();
        self.faults.crashed = matches!(fault, Some(Fault::CrashBefore | Fault::CrashAfter));
        let result = match fault {
            Some(Fault::LoseAnswer) if result.is_ok() => Err(Refused::timeout()),
            Some(Fault::LoseAnswerAndRetry) if result.is_ok() => carry_out(self),
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

    /// Counts the call; whether the service takes it.
    fn within_rate(&mut self, op: &Op) -> Answer<()> {
        self.meters
            .take(op.service, op.operation, self.now, self.timing.rates)
    }

    /// Lets everything happen whose time has come.
    pub(super) fn settle(&mut self) {
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
    pub(super) fn here(&self, place: &Scope) -> Scope {
        Scope {
            region: place.region.clone(),
            account: self.account.clone(),
        }
    }

    /// What a reader is told who may lag behind by `lag`.
    pub(super) fn view(&mut self, lag: SignedDuration) -> View {
        if lag.is_zero() || (self.timing.flapping && self.chance(2) == 0) {
            return View::exact(self.now, SignedDuration::ZERO);
        }
        self.late(lag)
    }

    /// What somebody knows who learns of each change after `lag`, or after some part of it, but never forgets it again.
    pub(super) fn late(&self, lag: SignedDuration) -> View {
        if self.timing.flapping {
            View::drawn(self.now, lag, self.salt)
        } else {
            View::exact(self.now, lag)
        }
    }

    /// When something is over that begins now.
    pub(super) fn after(&mut self, span: Span) -> Timestamp {
        let room = (span.most - span.least).as_millis();
        if room <= 0 {
            return self.now + span.least;
        }
        let drawn = self.chance(u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1));
        self.now + span.least + SignedDuration::from_millis(i64::try_from(drawn).unwrap_or_default())
    }

    pub(super) fn reseed(&mut self, seed: u64) {
        self.random = seed;
    }

    /// A number below `below` (`SplitMix64`).
    pub(super) fn chance(&mut self, below: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below.max(1)
    }
}
