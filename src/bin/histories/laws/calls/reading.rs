//! What the object said that a pass rests on.

use std::collections::BTreeSet;

use datalake_operator::api::vocabulary::{ADOPT, EMPTY_BUCKETS, SHORTEN_RETENTION};
use datalake_operator::api::{Adoption, Datalake, DeletionPolicy, DriftPolicy};
use datalake_operator::cloud::sim::{Cloud, subject};
use datalake_operator::model::arn::Scope;
use datalake_operator::model::kinds::Change;
use datalake_operator::model::topology::Id;

/// What the object said that a pass rests on.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub leaving: Option<DeletionPolicy>,
    /// Why nothing may be written at all.
    pub(super) untouchable: Option<&'static str>,
    pub(super) empty_buckets: bool,
    pub(super) shorten_retention: bool,
    pub(super) lake_days: Option<i32>,
    pub(super) raw_days: i32,
    /// Uid of the object.
    uid: Option<String>,
    /// Whether what is nobody's may be taken over at all.
    takes_over: bool,
    /// Hashes that the user agrees to.
    agreed: BTreeSet<String>,
    /// What statuses of this object told of what is nobody's: id and name of the resource, and the hash to agree to.
    told: BTreeSet<(String, String, String)>,
    pub(super) error_days: i32,
    pub(super) result_days: i32,
    /// Days until a key ends that goes with the lake.
    pub(super) window_days: i32,
    /// Nonces of the calls of `CreateKey` that were given up.
    pub(super) given_up: BTreeSet<String>,
    /// Those that are open, of a key that the user has given another in place of and of which none is recorded.
    pub(super) open: BTreeSet<String>,
    /// The lake's keys in whose place the user has another.
    pub(super) users_own: BTreeSet<&'static str>,
}

impl Reading {
    pub fn of(object: &Datalake) -> Self {
        let spec = &object.spec;
        let says = |key| {
            let all = object.metadata.annotations.as_ref();
            all.and_then(|all| all.get(key))
                .is_some_and(|value| value == "true")
        };
        let annotations = object.metadata.annotations.as_ref();
        let agreed = annotations
            .and_then(|all| all.get(ADOPT))
            .map_or("", String::as_str);
        let agreed = agreed.split(',').map(|hash| hash.trim().to_owned());
        let resources = object.status.iter().flat_map(|status| &status.resources);
        let told = resources.filter_map(|resource| {
            let hash = resource.adopt.clone()?;
            Some((resource.id.clone(), resource.name.clone(), hash))
        });
        let may = spec.adoption == Adoption::Unowned && spec.drift_policy == DriftPolicy::Correct;
        let applied = object
            .status
            .as_ref()
            .and_then(|status| status.applied_generation);
        let leaving = object
            .metadata
            .deletion_timestamp
            .is_some()
            .then_some(spec.deletion_policy);
        let reports = spec.drift_policy == DriftPolicy::Report && leaving.is_none();
        let untouchable = if leaving == Some(DeletionPolicy::Retain) {
            Some("deletionPolicy Retain leaves everything as it is")
        } else if spec.suspend {
            Some("the lake is suspended")
        } else if reports && applied.is_some() && applied == object.metadata.generation {
            Some("driftPolicy Report writes nothing once the spec was applied")
        } else {
            None
        };
        let pinned = object.status.as_ref().and_then(|status| status.pinned.clone());
        let pinned = pinned.unwrap_or_default();
        let own = [
            (Id::BucketKey, spec.encryption.bucket_key_arn.is_some()),
            (Id::StreamKey, spec.encryption.stream_key_arn.is_some()),
        ];
        let users_own = own.iter().filter(|(_, own)| *own).map(|(id, _)| id.as_str());
        let users_own: BTreeSet<_> = users_own.filter(|id| !pinned.key_ids.contains_key(*id)).collect();
        let open = pinned
            .key_intents
            .iter()
            .filter(|(id, _)| users_own.contains(id.as_str()));
        let given_up = pinned.abandoned_key_intents.values().flatten();
        Self {
            open: open.map(|(_, intent)| intent.nonce.clone()).collect(),
            given_up: given_up.map(|intent| intent.nonce.clone()).collect(),
            users_own,
            leaving,
            untouchable,
            empty_buckets: says(EMPTY_BUCKETS),
            shorten_retention: says(SHORTEN_RETENTION),
            lake_days: spec.retention.lake_days,
            raw_days: spec.retention.raw_days,
            uid: object.metadata.uid.clone(),
            takes_over: may && leaving.is_none(),
            agreed: agreed.collect(),
            told: told.collect(),
            error_days: spec.retention.error_days,
            result_days: spec.query.result_days,
            window_days: spec.encryption.deletion_window_days,
        }
    }
}

impl Reading {
    /// What earlier statuses of the same object told was told.
    pub fn after(mut self, earlier: Self) -> Self {
        if self.uid == earlier.uid {
            self.told.extend(earlier.told);
        }
        self
    }

    /// Whether the user agrees to what a status told of what the call is about.
    pub(super) fn agrees(&self, cloud: &Cloud, place: &Scope, change: &Change) -> bool {
        let what = subject(change);
        let is_it = |id: &str, name: &str| match change {
            Change::Key(_) => {
                let behind = cloud.key_behind(place, name);
                what == name || behind.is_some_and(|arn| arn.rsplit('/').next() == Some(what))
            }
            // Some calls of Glue and Athena take the ARN.
            _ => what == name || what.ends_with(&format!("/{name}")) || what.ends_with(&format!(":{name}")),
        } && ids(change).iter().any(|of| of.as_str() == id);
        let mut told = self.told.iter();
        self.takes_over && told.any(|(id, name, hash)| self.agreed.contains(hash) && is_it(id, name))
    }
}

/// Which of the lake's resources are of the kind that the call is about.
fn ids(change: &Change) -> &'static [Id] {
    match change {
        Change::Key(_) => &[Id::BucketKey, Id::StreamKey],
        Change::Bucket(_) => &[Id::LakeBucket, Id::RawBucket],
        Change::LogGroup(_) => &[Id::LogGroup, Id::PublisherLogGroup],
        Change::Stream(_) => &[Id::Stream],
        Change::Database(_) => &[Id::Database],
        Change::Table(_) => &[Id::Table],
        Change::Role(_) => &[Id::DeliveryRole, Id::CrawlerRole, Id::PublisherRole],
        Change::Delivery(_) => &[Id::Delivery],
        Change::Crawler(_) => &[Id::Crawler],
        Change::Workgroup(_) => &[Id::Workgroup],
        Change::Function(_) => &[Id::Publisher],
    }
}
