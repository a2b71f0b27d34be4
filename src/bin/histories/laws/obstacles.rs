//! What may stand in the way of Ready when all is calm, found in the spec and in AWS, not in the status.

use std::collections::BTreeSet;

use datalake_operator::api::vocabulary::{EMPTY_BUCKETS, SHORTEN_RETENTION, reasons};
use datalake_operator::api::{Adoption, Datalake, DeletionPolicy, Discovery, DriftPolicy};
use datalake_operator::cloud::sim::{Bucket, Cloud};

use super::{calls, vital};
use crate::home::{self, is_nobodys, is_ours};
use crate::life::Life;

/// The reasons that Ready and the resources may give.
pub fn allowed(life: &Life, object: &Datalake) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    let spec = &object.spec;
    let leaving = object.metadata.deletion_timestamp.is_some();
    if spec.suspend {
        all.insert(reasons::SUSPENDED);
    }
    if spec.drift_policy == DriftPolicy::Report && !leaving {
        all.insert(reasons::DRIFT_DETECTED);
    }
    if spec.crawler.is_some() && spec.partitioning.discovery == Discovery::Projection {
        all.insert(reasons::INVALID_SPEC);
    }
    if life.is_refused() {
        all.extend([
            reasons::INVALID_SPEC,
            reasons::IDENTITY_CHANGED,
            reasons::CHANGE_REFUSED,
            reasons::DRIFT_DETECTED,
        ]);
    }
    if !life.quotas.is_empty() {
        all.insert(reasons::LIMIT_EXCEEDED);
    }
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    let zone = pinned.and_then(|pinned| pinned.time_zone.as_ref());
    // The delivery stream may have been made in a time zone that the user has taken back since.
    if zone.is_some_and(|zone| *zone != spec.partitioning.time_zone) {
        all.insert(reasons::IDENTITY_CHANGED);
    }
    life.sim.alter(|cloud| {
        foreign(life, object, cloud, &mut all);
        stream(life, object, cloud, &mut all);
        columns(life, object, cloud, &mut all);
        renamed(life, cloud, &mut all);
        own_keys(object, cloud, &mut all);
        if leaving && spec.deletion_policy == DeletionPolicy::Delete {
            contents(life, object, cloud, &mut all);
            keys(cloud, &mut all);
        }
    });
    all
}

/// Something of one of the lake's names is not the lake's, because the script says so.
fn foreign(life: &Life, object: &Datalake, cloud: &mut Cloud, all: &mut BTreeSet<&'static str>) {
    for id in life
        .foreign
        .iter()
        .copied()
        .filter(|id| vital::wanted(&object.spec, *id))
    {
        let Some(arn) = home::arn(&life.home, cloud, id) else {
            // A key without alias is known by its id.
            all.insert(reasons::NOT_OWNED);
            if object.spec.adoption == Adoption::Unowned {
                all.insert(reasons::ADOPTION_REFUSED);
            }
            continue;
        };
        let tags = vital::tags(cloud, id, &arn);
        if tags.as_ref().is_some_and(|tags| !is_ours(tags)) {
            all.insert(reasons::NOT_OWNED);
        }
        if object.spec.adoption == Adoption::Unowned && tags.as_ref().is_some_and(is_nobodys) {
            all.extend([reasons::ADOPTION_PENDING, reasons::ADOPTION_REFUSED]);
        }
        if cloud
            .buckets
            .get(&arn)
            .is_some_and(|bucket| bucket.account != cloud.account)
        {
            all.insert(reasons::ACCESS_DENIED);
        }
    }
}

/// The stream keeps records for longer than the spec says; that is shortened only when the user says so.
fn stream(life: &Life, object: &Datalake, cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let arn = life.home.place.stream(&life.home.names.stream).to_string();
    let stream = cloud.streams.get(&arn);
    let longer = stream.is_some_and(|live| live.seen.retention_hours > object.spec.retention.stream_hours);
    if longer && !says(object, SHORTEN_RETENTION) {
        all.extend([reasons::CHANGE_REFUSED, reasons::DRIFT_DETECTED]);
    }
}

/// The table has a column that the spec lacks, or one of a wider type.
fn columns(life: &Life, object: &Datalake, cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let names = &life.home.names;
    let arn = life.home.place.table(&names.database, &names.table).to_string();
    let Some(table) = cloud.tables.get(&arn) else {
        return;
    };
    let declared = &object.spec.schema.columns;
    let kept = |column: &datalake_operator::model::kinds::table::Column| {
        declared.iter().any(|other| {
            let wider = column.r#type.contains("bigint") && !other.r#type.contains("bigint");
            let another = !column.r#type.starts_with("struct") && column.r#type != other.r#type;
            other.name == column.name && !wider && !another
        })
    };
    // An edit and a hand at once can't be told apart; the message says to put back what came from outside.
    let by_hand = table.input.serde.contains("Other") || table.input.location.contains("elsewhere");
    if by_hand || !table.input.columns.iter().all(kept) {
        all.extend([reasons::CHANGE_REFUSED, reasons::DRIFT_DETECTED]);
    }
}

/// The user's own key is not enabled.
fn own_keys(object: &Datalake, cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let spec = &object.spec.encryption;
    let own = [&spec.bucket_key_arn, &spec.stream_key_arn].into_iter().flatten();
    let state_of = |arn: &String| cloud.keys.get(arn).map(|key| key.seen.state.clone());
    if own.map(state_of).any(|found| found.as_deref() != Some("Enabled")) {
        all.insert(reasons::EXISTING_NOT_USABLE);
    }
}

/// The lake bucket was made under a name that the user has taken back since. (An edit of the name is refused only where the
/// lake has one already.)
fn renamed(life: &Life, cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let names = &life.home.names;
    let declared =
        [&names.lake_bucket, &names.raw_bucket].map(|name| life.home.place.bucket(name).to_string());
    let other =
        |(arn, bucket): (&str, &Bucket)| is_ours(&bucket.seen.tags) && declared.iter().all(|own| own != arn);
    if cloud.buckets.iter().any(other) {
        all.insert(reasons::IDENTITY_CHANGED);
    }
}

/// A bucket holds objects that may not be deleted.
fn contents(life: &Life, object: &Datalake, cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let holds = |name: &String| {
        let bucket = cloud.buckets.get(&life.home.place.bucket(name).to_string());
        bucket.is_some_and(|bucket| !bucket.objects.is_empty() || !bucket.uploads.is_empty())
    };
    let names = &life.home.names;
    if !says(object, EMPTY_BUCKETS) && (holds(&names.lake_bucket) || holds(&names.raw_bucket)) {
        all.insert(reasons::BUCKET_NOT_EMPTY);
    }
    // A table that is not the lake's keeps its database.
    let others = |table: &datalake_operator::model::kinds::table::Observed| {
        table.database == names.database && !is_ours(&table.input.parameters)
    };
    if cloud.tables.iter().any(|(_, table)| others(table)) {
        all.insert(reasons::DATABASE_NOT_EMPTY);
    }
}

/// Something that is not the lake's is encrypted with a key of the lake's.
fn keys(cloud: &Cloud, all: &mut BTreeSet<&'static str>) {
    let others = calls::others_ciphers(cloud);
    let mut keys = cloud.keys.iter().map(|(_, key)| &key.seen);
    if keys.any(|key| is_ours(&key.tags) && others.contains(key.arn.key_id())) {
        all.insert(reasons::KEY_IN_USE);
    }
}

/// Whether the user agrees by annotation.
fn says(object: &Datalake, annotation: &str) -> bool {
    let annotations = object.metadata.annotations.as_ref();
    annotations
        .and_then(|all| all.get(annotation))
        .is_some_and(|value| value == "true")
}
