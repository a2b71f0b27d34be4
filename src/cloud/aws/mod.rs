//! AWS itself: one file or folder a kind, named as in `model/kinds`.

pub mod clients;
pub mod gate;

mod bucket;
mod crawler;
mod database;
mod delivery;
mod function;
mod key;
mod log_group;
mod role;
mod stream;
mod table;
#[cfg(test)]
mod testing;
mod workgroup;

use super::{Done, World};
use crate::model::arn::{AccountId, Region, Scope};
use crate::model::fault::{CallError, NOT_SENT, is_throttling};
use crate::model::kinds::{Change, Observed, Target};

pub use clients::Aws;

/// How often a look is made in which a service asks to slow down. One refusal in some thousand calls, which S3 for one
/// gives anybody, is to spoil no look at a lake; the gate holds each next one back, for a second at least.
const LOOKS: u32 = 3;

impl World for Aws {
    async fn identify(&self, region: &Region) -> Result<Scope, CallError> {
        let answer = self.region(region).sts.get_caller_identity().send();
        let account = self
            .at(region)
            .call("sts", "GetCallerIdentity", answer)
            .await?
            .account
            .unwrap_or_default();
        let account = AccountId::parse(&account).map_err(|reason| CallError {
            service: "sts",
            operation: "GetCallerIdentity",
            code: "InvalidAnswer".into(),
            message: reason.to_string(),
            status: None,
        })?;
        Ok(Scope {
            region: region.clone(),
            account,
        })
    }

    async fn observe(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        let aws = &self.at(&place.region);
        let slowed = |error: &CallError| is_throttling(error) && error.code != NOT_SENT;
        let mut looks = 1;
        loop {
            let seen = aws.look(place, target).await;
            if looks == LOOKS || !seen.as_ref().is_err_and(slowed) {
                return seen;
            }
            looks += 1;
        }
    }

    fn pace(&self, region: &Region, service: &'static str) -> f64 {
        Aws::pace(self, region, service)
    }

    async fn apply(&self, place: &Scope, change: &Change) -> Result<Done, CallError> {
        let aws = &self.at(&place.region);
        match change {
            Change::Key(c) => return key::apply(aws, place, c).await,
            Change::Bucket(c) => bucket::apply(aws, place, c).await?,
            Change::LogGroup(c) => log_group::apply(aws, place, c).await?,
            Change::Stream(c) => stream::apply(aws, place, c).await?,
            Change::Database(c) => database::apply(aws, place, c).await?,
            Change::Table(c) => table::apply(aws, place, c).await?,
            Change::Role(c) => role::apply(aws, place, c).await?,
            Change::Delivery(c) => delivery::apply(aws, place, c).await?,
            Change::Crawler(c) => crawler::apply(aws, place, c).await?,
            Change::Workgroup(c) => workgroup::apply(aws, place, c).await?,
            Change::Function(c) => function::apply(aws, place, c).await?,
        }
        Ok(Done::default())
    }
}

impl Aws {
    async fn look(&self, place: &Scope, target: &Target) -> Result<Option<Observed>, CallError> {
        let aws = self;
        Ok(match target {
            Target::Key(t) => key::observe(aws, place, t).await?.map(Observed::Key),
            Target::Bucket(t) => bucket::observe(aws, place, t).await?.map(Observed::Bucket),
            Target::LogGroup(t) => log_group::observe(aws, place, t).await?.map(Observed::LogGroup),
            Target::Stream { name, own_key } => stream::observe(aws, place, name, own_key.as_ref())
                .await?
                .map(Observed::Stream),
            Target::Database(t) => database::observe(aws, place, t).await?.map(Observed::Database),
            Target::Table { database, name } => table::observe(aws, place, database, name)
                .await?
                .map(Observed::Table),
            Target::Role(t) => role::observe(aws, place, t).await?.map(Observed::Role),
            Target::Delivery { name } => delivery::observe(aws, place, name).await?.map(Observed::Delivery),
            Target::Crawler { name } => crawler::observe(aws, place, name).await?.map(Observed::Crawler),
            Target::Workgroup { name } => workgroup::observe(aws, place, name)
                .await?
                .map(Observed::Workgroup),
            Target::Function { name } => function::observe(aws, place, name).await?.map(Observed::Function),
        })
    }
}
