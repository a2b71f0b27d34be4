//! One object, resolved: every default filled in, every name derived, nothing left to look up but key ARNs.

mod check;
mod naming;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::arn::{KeyArn, Scope};
use super::hive;
use super::names::Names;
use super::owner::{Owner, Tags};
use super::topology::Id;
use crate::api::KeyIntent;
pub use check::{SpecFault, faults};
pub use resolve::{Origin, contradictions, region, resolve, status_is_lost};

use crate::api::{
    Adoption, Compression, DeletionPolicy, Discovery, DriftPolicy, FormatType, Granularity, StorageClass,
};

/// Prefix of the table's objects in the lake bucket.
pub const DATA: &str = "data/";
/// Prefix of what Firehose could not deliver, in either bucket; outside the table's location.
pub const ERRORS: &str = "errors/";
/// Prefix of the raw copies in the raw bucket.
pub const RAW: &str = "raw/";
/// Prefix of Athena's results in the lake bucket.
pub const RESULTS: &str = "query-results/";
/// All of them.
pub const PREFIXES: [&str; 4] = [DATA, ERRORS, RAW, RESULTS];

/// One `Datalake` object, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Lake {
    /// Whose the resources are.
    pub owner: Owner,
    /// Where they are.
    pub place: Scope,
    /// What they are called.
    pub names: Names,
    /// `metadata.generation`.
    pub generation: i64,
    /// Uid and resource version of the object as it was read: another after each write of it.
    pub version: String,
    /// Columns in the order of the spec, types parsed.
    pub columns: Vec<hive::Column>,
    /// JSON key by column name, where they differ.
    pub json_keys: BTreeMap<String, String>,
    /// When not empty, the Hive JSON `SerDe` reads the events.
    pub timestamp_formats: Vec<String>,
    /// `Some(shards)` for a provisioned stream, `None` for on demand.
    pub shards: Option<i32>,
    /// 60..900.
    pub interval_seconds: i32,
    /// 64..128.
    pub size_mib: i32,
    /// 24..8760.
    pub stream_hours: i32,
    /// Days.
    pub raw_days: i32,
    /// Days.
    pub error_days: i32,
    /// Days; `None`: for ever.
    pub lake_days: Option<i32>,
    /// Age in days and class, in order of age.
    pub transitions: Vec<(i32, StorageClass)>,
    /// The finest partition key.
    pub granularity: Granularity,
    /// IANA name.
    pub time_zone: String,
    /// Crawler or projection.
    pub discovery: Discovery,
    /// Parquet or ORC.
    pub format: FormatType,
    /// Compression inside the files.
    pub compression: Compression,
    /// The crawler's schedule, `cron(…)`.
    pub schedule: String,
    /// Whether AWS rotates the keys.
    pub rotation: bool,
    /// Days between a key's deletion and its end, 7..30.
    pub deletion_window_days: i32,
    /// The user's own key for the buckets.
    pub own_bucket_key: Option<KeyArn>,
    /// The user's own key for the stream.
    pub own_stream_key: Option<KeyArn>,
    /// Resources of the user's own that are used as they are.
    pub existing: BTreeSet<Id>,
    /// Whether there is an Athena workgroup.
    pub workgroup: bool,
    /// Days that query results are kept.
    pub result_days: i32,
    /// MiB that a query may scan.
    pub scan_limit_mib: Option<i64>,
    /// Whether there is a test publisher.
    pub publisher: bool,
    /// The complete tags: the owner's and the user's.
    pub tags: Tags,
    /// ARN of the permissions boundary of every role.
    pub boundary: Option<String>,
    /// What is done about differences from outside.
    pub drift: DriftPolicy,
    /// What is done about existing resources that are nobody's.
    pub adoption: Adoption,
    /// Hashes of the differences that the user agreed to, each of one resource that is to be taken over.
    pub agreed: BTreeSet<String>,
    /// `Some` while the object is being deleted.
    pub leaving: Option<DeletionPolicy>,
    /// Since when.
    pub leaving_since: Option<Timestamp>,
    /// What the user agreed to.
    pub consent: Consent,
    /// What status remembers of earlier passes.
    pub record: Record,
}

/// What status remembers of earlier passes; it may be lost, and then differences are not corrected under
/// `driftPolicy: Report`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Record {
    /// Whether an earlier pass has left a status at all.
    pub seen: bool,
    /// Whether there is none although there was: one is written before the object is held.
    pub lost: bool,
    /// Digest of what was last applied in full, by resource.
    pub applied: BTreeMap<Id, String>,
    /// Resources that an earlier pass had something to say of.
    pub listed: BTreeSet<Id>,
    /// Resources that an earlier pass began to make and has not finished.
    pub unfinished: BTreeSet<Id>,
    /// Key ids that earlier passes recorded.
    pub keys: BTreeMap<Id, String>,
    /// Calls of `CreateKey` that were begun and of which no key is known yet.
    pub intents: BTreeMap<Id, KeyIntent>,
    /// Earlier ones that were given up.
    pub abandoned: BTreeMap<Id, Vec<KeyIntent>>,
    /// Ids of other keys of this lake that earlier passes saw.
    pub spare_keys: BTreeMap<Id, Vec<String>>,
    /// Every key that the buckets or the stream were encrypted with, the user's own among them.
    pub used_keys: BTreeMap<Id, Vec<KeyArn>>,
    /// The generation that was last applied in full.
    pub generation: Option<i64>,
}

impl Record {
    /// Whether a call of `CreateKey` was begun of whose key nothing is known.
    pub fn has_begun(&self, id: Id) -> bool {
        self.begun(id).next().is_some()
    }

    /// When it was found that a status was lost, and with it what calls there were.
    pub fn forgotten(&self, id: Id) -> Option<Timestamp> {
        let lost = |intent: &&KeyIntent| intent.nonce.is_empty();
        let abandoned = self.abandoned.get(&id).into_iter().flatten();
        abandoned.filter(lost).map(|intent| intent.time.0).max()
    }

    /// The calls of `CreateKey` of whose keys nothing is known.
    pub fn begun(&self, id: Id) -> impl Iterator<Item = &KeyIntent> {
        let abandoned = self.abandoned.get(&id).into_iter().flatten();
        self.intents.get(&id).into_iter().chain(abandoned)
    }
}

/// What the user agreed to by annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Consent {
    /// Objects in the buckets may be deleted.
    pub empty_buckets: bool,
    /// `retention.streamHours` may be lowered.
    pub shorten_retention: bool,
}

/// What only AWS can tell and others need: the ARNs of the keys, and what encrypts existing resources.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Facts {
    /// Key of both buckets.
    pub bucket_key: Option<KeyArn>,
    /// Key of the stream.
    pub stream_key: Option<KeyArn>,
    /// What encrypts existing buckets and an existing stream.
    pub existing: BTreeMap<Id, Cipher>,
    /// Keys that objects in the buckets were encrypted with before.
    pub former_bucket_keys: Vec<KeyArn>,
    /// Keys that records in the stream were encrypted with before.
    pub former_stream_keys: Vec<KeyArn>,
}

impl Facts {
    /// The key in the place of one of the lake's own.
    pub fn key(&self, id: Id) -> Option<&KeyArn> {
        match id {
            Id::BucketKey => self.bucket_key.as_ref(),
            Id::StreamKey => self.stream_key.as_ref(),
            _ => None,
        }
    }

    /// What encrypts what is written to a bucket or the stream; `None` while that is not known.
    pub fn cipher(&self, lake: &Lake, id: Id) -> Option<Cipher> {
        if lake.existing.contains(&id) {
            return self.existing.get(&id).cloned();
        }
        let (users, made) = match id {
            Id::Stream => (&lake.own_stream_key, &self.stream_key),
            _ => (&lake.own_bucket_key, &self.bucket_key),
        };
        users.as_ref().or(made.as_ref()).cloned().map(Cipher::Key)
    }

    /// What whoever reads a bucket or the stream needs: today's key, then the former ones. `None` while it is not known
    /// whether there is one today.
    pub fn keys_to_read(&self, lake: &Lake, id: Id) -> Option<Vec<KeyArn>> {
        let former = match id {
            Id::Stream => &self.former_stream_keys,
            _ => &self.former_bucket_keys,
        };
        let today = self.cipher(lake, id)?;
        Some(today.key().into_iter().chain(former).cloned().collect())
    }
}

/// What encrypts what is written to a bucket or stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// A KMS key that takes a right to use.
    Key(KeyArn),
    /// A key of AWS's own, or none: no right is needed.
    Aws,
}

impl Cipher {
    /// The key that takes a right.
    pub fn key(&self) -> Option<&KeyArn> {
        match self {
            Self::Key(key) => Some(key),
            Self::Aws => None,
        }
    }
}

/// What the lake wants of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is to exist, as declared.
    Wanted,
    /// It is to be gone.
    Gone,
    /// It is the user's own, and used as it is.
    Used,
    /// It stays as it is, untouched.
    Kept,
    /// The user has another (a key) in its place; whether the lake made one before is to be found out.
    Sought,
    /// It was never this lake's to make (a key of the user's own), or its part is off and nothing is to be looked for.
    NotOurs,
}

impl Lake {
    /// What the lake wants of a resource.
    pub fn wish(&self, id: Id) -> Wish {
        if self.existing.contains(&id) {
            return match self.leaving {
                None => Wish::Used,
                // It is looked at before a key goes that it may be encrypted with.
                Some(DeletionPolicy::Delete) if id.is_encrypted() && self.loses_a_key() => Wish::Used,
                Some(_) => Wish::NotOurs,
            };
        }
        let is_existing = |id| self.existing.contains(&id);
        // What is the user's own is encrypted as the user says.
        let own_key = match id {
            Id::BucketKey => {
                self.own_bucket_key.is_some() || is_existing(Id::LakeBucket) && is_existing(Id::RawBucket)
            }
            Id::StreamKey => self.own_stream_key.is_some() || is_existing(Id::Stream),
            _ => false,
        };
        let recorded = self.record.keys.contains_key(&id);
        // One that stands for a lost record tells of none that is the lake's to remove.
        let begun = self.record.begun(id).any(|intent| !intent.nonce.is_empty());
        if own_key && !recorded && !begun {
            // Without a status, nothing tells whether the lake made one.
            let unknown = !self.record.seen || self.record.listed.contains(&id);
            return match self.leaving {
                None if unknown => Wish::Sought,
                Some(DeletionPolicy::Delete) if unknown => Wish::Gone,
                _ => Wish::NotOurs,
            };
        }
        let stays = match self.leaving {
            Some(DeletionPolicy::Retain) => true,
            Some(DeletionPolicy::RetainData) => id.holds_data(),
            Some(DeletionPolicy::Delete) => false,
            // A bucket or stream has used it: what it encrypted can't be read without it.
            None => own_key && recorded,
        };
        let wanted = self.leaving.is_none() && self.part_is_on(id) && !own_key;
        match (stays, wanted) {
            (true, _) => Wish::Kept,
            (false, true) => Wish::Wanted,
            (false, false) => Wish::Gone,
        }
    }

    fn loses_a_key(&self) -> bool {
        let keys = [Id::BucketKey, Id::StreamKey];
        keys.into_iter().any(|key| self.wish(key) == Wish::Gone)
    }

    /// Whether the spec asks for the part that the resource belongs to.
    fn part_is_on(&self, id: Id) -> bool {
        match id {
            Id::Crawler | Id::CrawlerRole => self.discovery == Discovery::Crawler,
            Id::Workgroup => self.workgroup,
            Id::Publisher | Id::PublisherRole | Id::PublisherLogGroup => self.publisher,
            _ => true,
        }
    }

    /// The name of a resource.
    pub fn name(&self, id: Id) -> &str {
        let names = &self.names;
        match id {
            Id::BucketKey => &names.bucket_key_alias,
            Id::StreamKey => &names.stream_key_alias,
            Id::LakeBucket => &names.lake_bucket,
            Id::RawBucket => &names.raw_bucket,
            Id::LogGroup => &names.log_group,
            Id::Stream => &names.stream,
            Id::Database => &names.database,
            Id::Table => &names.table,
            Id::DeliveryRole => &names.delivery_role,
            Id::CrawlerRole => &names.crawler_role,
            Id::PublisherRole => &names.publisher_role,
            Id::Delivery => &names.delivery,
            Id::Crawler => &names.crawler,
            Id::Workgroup => &names.workgroup,
            Id::PublisherLogGroup => &names.publisher_log_group,
            Id::Publisher => &names.publisher,
        }
    }

    /// What is looked for: the resource of that name, and of a key the id that is recorded.
    pub fn sought(&self, id: Id) -> String {
        let name = self.name(id);
        let known = self.record.keys.get(&id);
        known.map_or_else(|| name.to_owned(), |key_id| format!("{name} {key_id}"))
    }

    /// The ARN of a resource; of a key only once AWS has picked its id.
    pub fn arn(&self, id: Id, facts: &Facts) -> Option<String> {
        let (place, name) = (&self.place, self.name(id));
        Some(match id {
            Id::BucketKey => return facts.bucket_key.as_ref().map(ToString::to_string),
            Id::StreamKey => return facts.stream_key.as_ref().map(ToString::to_string),
            Id::LakeBucket | Id::RawBucket => place.bucket(name).to_string(),
            Id::LogGroup | Id::PublisherLogGroup => place.log_group(name).to_string(),
            Id::Stream => place.stream(name).to_string(),
            Id::Database => place.database(name).to_string(),
            Id::Table => place.table(&self.names.database, name).to_string(),
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => place.role(name).to_string(),
            Id::Delivery => place.delivery_stream(name).to_string(),
            Id::Crawler => place.crawler(name).to_string(),
            Id::Workgroup => place.workgroup(name).to_string(),
            Id::Publisher => place.function(name).to_string(),
        })
    }
}
