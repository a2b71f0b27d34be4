//! One file a kind of AWS resource: what is declared, what is seen, the calls that bring one to the other, and removal.
//!
//! Every kind has the same four things: `Desired` (from the lake), `Observed` (what a look at AWS saw, as AWS said it),
//! `Change` (one AWS call, complete) and the functions `desired`, `assess`, `removal`.

mod adopt;
mod assessment;
pub mod bucket;
mod compare;
pub mod crawler;
pub mod database;
pub mod delivery;
mod existing;
pub mod function;
pub mod key;
pub mod log_group;
mod mends;
mod own_key;
pub mod role;
pub mod stream;
pub mod table;
#[cfg(test)]
mod testing;
pub mod workgroup;

pub use mends::{pretend, remark};
pub use own_key::{OwnKey, Said};

use super::arn::KeyArn;
use super::lake::{Facts, Lake, Wish};
use super::owner::Tags;
use super::policy::equivalent;
use super::topology::Id;
use crate::api::vocabulary as words;

pub use adopt::{Takeover, takeover, writes_tags};
pub use assessment::{Assessment, Cause, Circumstances, Difference, Refusal, WaitFor};
pub use existing::{Use, cipher, keys, usable};

/// What a resource is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
#[expect(missing_docs, reason = "the kinds")]
pub enum Desired {
    Key(key::Desired),
    Bucket(bucket::Desired),
    LogGroup(log_group::Desired),
    Stream(stream::Desired),
    Database(database::Desired),
    Table(table::Desired),
    Role(role::Desired),
    Delivery(delivery::Desired),
    Crawler(crawler::Desired),
    Workgroup(workgroup::Desired),
    Function(function::Desired),
}

/// What a resource is, as AWS said it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are at most sixteen of them in a lake"
)]
#[expect(missing_docs, reason = "the kinds")]
pub enum Observed {
    Key(key::Observed),
    Bucket(bucket::Observed),
    LogGroup(log_group::Observed),
    Stream(stream::Observed),
    Database(database::Observed),
    Table(table::Observed),
    Role(role::Observed),
    Delivery(delivery::Observed),
    Crawler(crawler::Observed),
    Workgroup(workgroup::Observed),
    Function(function::Observed),
}

/// One AWS call, complete: nothing is left to decide.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds")]
pub enum Change {
    Key(key::Change),
    Bucket(bucket::Change),
    LogGroup(log_group::Change),
    Stream(stream::Change),
    Database(database::Change),
    Table(table::Change),
    Role(role::Change),
    Delivery(delivery::Change),
    Crawler(crawler::Change),
    Workgroup(workgroup::Change),
    Function(function::Change),
}

/// Where to look, and how deep.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds")]
pub enum Target {
    Key(key::Target),
    Bucket(bucket::Target),
    LogGroup(log_group::Target),
    Stream { name: String, own_key: Option<KeyArn> },
    Database(database::Target),
    Table { database: String, name: String },
    Role(role::Target),
    Delivery { name: String },
    Crawler { name: String },
    Workgroup { name: String },
    Function { name: String },
}

/// What `id` is to be; `None` while a key that it names has no ARN yet.
pub fn desired(lake: &Lake, facts: &Facts, id: Id) -> Option<Desired> {
    match id {
        Id::BucketKey | Id::StreamKey => Some(Desired::Key(key::desired(lake, id))),
        Id::LakeBucket | Id::RawBucket => bucket::desired(lake, facts, id).map(Desired::Bucket),
        Id::LogGroup | Id::PublisherLogGroup => Some(Desired::LogGroup(log_group::desired(lake, id))),
        Id::Stream => stream::desired(lake, facts).map(Desired::Stream),
        Id::Database => Some(Desired::Database(database::desired(lake))),
        Id::Table => Some(Desired::Table(table::desired(lake))),
        Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => {
            role::desired(lake, facts, id).map(Desired::Role)
        }
        Id::Delivery => delivery::desired(lake, facts).map(Desired::Delivery),
        Id::Crawler => Some(Desired::Crawler(crawler::desired(lake))),
        Id::Workgroup => workgroup::desired(lake, facts).map(Desired::Workgroup),
        Id::Publisher => Some(Desired::Function(function::desired(lake))),
    }
}

/// What is to be done so that the resource is as declared; `live` is `None` where nothing exists.
///
/// The two must be of one kind; another kind (which the topology rules out) is taken for absent.
pub fn assess(desired: &Desired, live: Option<&Observed>, cx: &Circumstances) -> Assessment {
    macro_rules! each {
        ($($kind:ident => $module:ident),* $(,)?) => {
            match desired {
                $(Desired::$kind(desired) => {
                    let live = match live { Some(Observed::$kind(live)) => Some(live), _ => None };
                    $module::assess(desired, live, cx)
                })*
            }
        };
    }
    each!(Key => key, Bucket => bucket, LogGroup => log_group, Stream => stream, Database => database,
          Table => table, Role => role, Delivery => delivery, Crawler => crawler,
          Workgroup => workgroup, Function => function)
}

/// What is to be done so that the resource is gone. `InSync` means: counts as gone already.
pub fn removal(lake: &Lake, live: &Observed, cx: &Circumstances) -> Assessment {
    match live {
        Observed::Key(live) => key::removal(lake, live, cx),
        Observed::Bucket(live) => bucket::removal(live, cx),
        Observed::LogGroup(live) => log_group::removal(live, cx),
        Observed::Stream(live) => stream::removal(live, cx),
        Observed::Database(live) => database::removal(live, cx),
        Observed::Table(live) => table::removal(live, cx),
        Observed::Role(live) => role::removal(live, cx),
        Observed::Delivery(live) => delivery::removal(live, cx),
        Observed::Crawler(live) => crawler::removal(live, cx),
        Observed::Workgroup(live) => workgroup::removal(live, cx),
        Observed::Function(live) => function::removal(live, cx),
    }
}

/// Writes policies and destinations that say what is declared, in other words, in the declared words: they are then
/// compared once a sight, not in every plan.
pub fn recognize(live: &mut Observed, desired: &Desired) {
    let same = |have: &mut String, want: &String| {
        if equivalent(want, have) {
            have.clone_from(want);
        }
    };
    match (live, desired) {
        (Observed::Key(live), Desired::Key(desired)) => same(&mut live.policy, &desired.policy),
        (Observed::Delivery(live), Desired::Delivery(desired)) => delivery::recognize(live, desired),
        (Observed::Bucket(live), Desired::Bucket(desired)) => {
            live.policy
                .iter_mut()
                .for_each(|have| same(have, &desired.policy));
        }
        (Observed::Role(live), Desired::Role(desired)) => {
            same(&mut live.trust, &desired.trust);
            live.policy
                .iter_mut()
                .for_each(|have| same(have, &desired.policy));
        }
        _ => {}
    }
}

/// Where to look for `id`; `depth` says how deep.
pub fn target(lake: &Lake, id: Id, depth: Depth) -> Target {
    match id {
        Id::BucketKey | Id::StreamKey => Target::Key(key::target(lake, id, depth)),
        Id::LakeBucket | Id::RawBucket => Target::Bucket(bucket::Target {
            name: lake.name(id).to_owned(),
            depth,
            own_key: own(lake, id),
        }),
        Id::LogGroup | Id::PublisherLogGroup => Target::LogGroup(log_group::target(lake, id)),
        Id::Stream => Target::Stream {
            name: lake.names.stream.clone(),
            own_key: own(lake, id),
        },
        Id::Database => Target::Database(database::Target {
            name: lake.names.database.clone(),
            depth,
        }),
        Id::Table => Target::Table {
            database: lake.names.database.clone(),
            name: lake.names.table.clone(),
        },
        Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => Target::Role(role::target(lake, id)),
        Id::Delivery => Target::Delivery {
            name: lake.names.delivery.clone(),
        },
        Id::Crawler => Target::Crawler {
            name: lake.names.crawler.clone(),
        },
        Id::Workgroup => Target::Workgroup {
            name: lake.names.workgroup.clone(),
        },
        Id::Publisher => Target::Function {
            name: lake.names.publisher.clone(),
        },
    }
}

/// The user's own key that is looked at together with what it is to encrypt. What goes needs none.
fn own(lake: &Lake, id: Id) -> Option<KeyArn> {
    let key = match id {
        Id::Stream => &lake.own_stream_key,
        _ => &lake.own_bucket_key,
    };
    key.clone().filter(|_| lake.wish(id) == Wish::Wanted)
}

/// How deep a look goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every property that is declared.
    Properties,
    /// What a take-over needs to know besides: under which of the lake's prefixes a bucket holds objects.
    Prefixes,
    /// What a removal needs to know besides: a page of the objects in a bucket, the tables in a database, all
    /// aliases of a key.
    Contents,
}

impl Desired {
    /// Its tags; for a table, its parameters.
    pub fn tags_mut(&mut self) -> &mut Tags {
        match self {
            Desired::Key(desired) => &mut desired.tags,
            Desired::Bucket(desired) => &mut desired.tags,
            Desired::LogGroup(desired) => &mut desired.tags,
            Desired::Stream(desired) => &mut desired.tags,
            Desired::Database(desired) => &mut desired.tags,
            Desired::Table(desired) => &mut desired.input.parameters,
            Desired::Role(desired) => &mut desired.tags,
            Desired::Delivery(desired) => &mut desired.tags,
            Desired::Crawler(desired) => &mut desired.tags,
            Desired::Workgroup(desired) => &mut desired.tags,
            Desired::Function(desired) => &mut desired.tags,
        }
    }
}

impl Observed {
    /// The tags that say whose it is; for a table, its parameters.
    pub fn tags(&self) -> &Tags {
        match self {
            Observed::Key(live) => &live.tags,
            Observed::Bucket(live) => &live.tags,
            Observed::LogGroup(live) => &live.tags,
            Observed::Stream(live) => &live.tags,
            Observed::Database(live) => &live.tags,
            Observed::Table(live) => &live.input.parameters,
            Observed::Role(live) => &live.tags,
            Observed::Delivery(live) => &live.tags,
            Observed::Crawler(live) => &live.tags,
            Observed::Workgroup(live) => &live.tags,
            Observed::Function(live) => &live.tags,
        }
    }
}

impl Change {
    /// The nonce of a call that can't be repeated.
    pub fn nonce(&self) -> Option<&str> {
        match self {
            Change::Key(change) => change.nonce(),
            _ => None,
        }
    }

    /// The call without its version token and nonce: what it would bring about, whatever it was read from.
    #[must_use]
    pub fn versionless(&self) -> Self {
        let mut change = self.clone();
        match &mut change {
            Change::Table(table::Change::UpdateTable { version, .. }) => *version = None,
            Change::Delivery(delivery::Change::UpdateDestination { version, .. }) => version.clear(),
            Change::Key(key::Change::CreateKey { tags, .. }) => drop(tags.remove(words::TAG_INTENT)),
            _ => {}
        }
        change
    }

    /// Whether the call makes the resource.
    pub fn creates(&self) -> bool {
        let operation = self.operation().1;
        operation.starts_with("Create") && operation != "CreateAlias" && operation != "CreateLogStream"
    }

    /// Service and operation, as in the API reference: `("kms", "CreateKey")`.
    pub fn operation(&self) -> (&'static str, &'static str) {
        match self {
            Change::Key(change) => ("kms", change.operation()),
            Change::Bucket(change) => ("s3", change.operation()),
            Change::LogGroup(change) => ("logs", change.operation()),
            Change::Stream(change) => ("kinesis", change.operation()),
            Change::Database(change) => ("glue", change.operation()),
            Change::Table(change) => ("glue", change.operation()),
            Change::Role(change) => ("iam", change.operation()),
            Change::Delivery(change) => ("firehose", change.operation()),
            Change::Crawler(change) => ("glue", change.operation()),
            Change::Workgroup(change) => ("athena", change.operation()),
            Change::Function(change) => ("lambda", change.operation()),
        }
    }
}
