//! What the resources of a lake are called, and which of them are the user's own.

use std::collections::BTreeSet;

use super::check::SpecFault;
use super::resolve::Origin;
use crate::api::{Datalake, DeletionPolicy, Existing, NameOverrides};
use crate::model::arn::Scope;
use crate::model::names::{Names, delivery_log_group, function_log_group};
use crate::model::owner::Owner;
use crate::model::topology::Id;

/// Derived, then what the user names; for a lake that is being deleted, what it was made with.
pub(super) fn names(
    object: &Datalake,
    owner: &Owner,
    place: &Scope,
    origin: &Origin,
    leaving: Option<DeletionPolicy>,
) -> Names {
    let derived = Names::derive(
        &origin.prefix,
        &owner.cluster,
        &place.region,
        &owner.namespace,
        &owner.name,
    );
    let mut names = overridden(derived, &object.spec.names);
    for (id, name) in existing_names(&object.spec.existing) {
        name.clone_into(slot(&mut names, id));
    }
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    let log_group = pinned.and_then(|pinned| pinned.names.get(Id::LogGroup.as_str()));
    if let (None, Some(name)) = (&object.spec.names.log_group, log_group) {
        // It was made before the delivery stream got a name of its own.
        names.log_group.clone_from(name);
    }
    if let (Some(_), Some(pinned)) = (leaving, pinned) {
        for (id, name) in &pinned.names {
            if let Ok(id) = id.parse() {
                name.clone_into(slot(&mut names, id));
            }
        }
    }
    names
}

/// Each resource has a name of its own, whether the user gave it or it was derived.
pub(super) fn shared_names(names: &Names) -> Vec<SpecFault> {
    // Role names are one name space whatever their case (IAM user guide, "IAM and AWS STS quotas").
    let roles =
        [&names.delivery_role, &names.crawler_role, &names.publisher_role].map(|n| n.to_ascii_lowercase());
    let pairs = [
        (
            "bucketKeyAlias and streamKeyAlias",
            &names.bucket_key_alias,
            &names.stream_key_alias,
        ),
        ("lakeBucket and rawBucket", &names.lake_bucket, &names.raw_bucket),
        (
            "logGroup and the publisher's log group",
            &names.log_group,
            &names.publisher_log_group,
        ),
        ("deliveryRole and crawlerRole", &roles[0], &roles[1]),
        ("deliveryRole and publisherRole", &roles[0], &roles[2]),
        ("crawlerRole and publisherRole", &roles[1], &roles[2]),
    ];
    let shared = pairs
        .into_iter()
        .filter(|(_, one, other)| one == other)
        .map(|(which, name, _)| SpecFault {
            path: "spec.names".to_owned(),
            message: format!("{which} are both \"{name}\": each resource has a name of its own"),
        });
    shared.collect()
}

fn overridden(mut names: Names, users: &NameOverrides) -> Names {
    let NameOverrides {
        bucket_key_alias,
        stream_key_alias,
        lake_bucket,
        raw_bucket,
        stream,
        delivery_stream,
        database,
        table,
        crawler,
        workgroup,
        delivery_role,
        crawler_role,
        publisher_role,
        publisher,
        log_group,
    } = users;
    if let Some(delivery) = delivery_stream {
        names.log_group = delivery_log_group(delivery);
    }
    if let Some(function) = publisher {
        names.publisher_log_group = function_log_group(function);
    }
    let given = [
        (Id::BucketKey, bucket_key_alias),
        (Id::StreamKey, stream_key_alias),
        (Id::LakeBucket, lake_bucket),
        (Id::RawBucket, raw_bucket),
        (Id::Stream, stream),
        (Id::Delivery, delivery_stream),
        (Id::Database, database),
        (Id::Table, table),
        (Id::Crawler, crawler),
        (Id::Workgroup, workgroup),
        (Id::DeliveryRole, delivery_role),
        (Id::CrawlerRole, crawler_role),
        (Id::PublisherRole, publisher_role),
        (Id::Publisher, publisher),
        (Id::LogGroup, log_group),
    ];
    for (id, name) in given {
        if let Some(name) = name {
            name.clone_into(slot(&mut names, id));
        }
    }
    names
}

fn slot(names: &mut Names, id: Id) -> &mut String {
    match id {
        Id::BucketKey => &mut names.bucket_key_alias,
        Id::StreamKey => &mut names.stream_key_alias,
        Id::LakeBucket => &mut names.lake_bucket,
        Id::RawBucket => &mut names.raw_bucket,
        Id::LogGroup => &mut names.log_group,
        Id::Stream => &mut names.stream,
        Id::Database => &mut names.database,
        Id::Table => &mut names.table,
        Id::DeliveryRole => &mut names.delivery_role,
        Id::CrawlerRole => &mut names.crawler_role,
        Id::PublisherRole => &mut names.publisher_role,
        Id::Delivery => &mut names.delivery,
        Id::Crawler => &mut names.crawler,
        Id::Workgroup => &mut names.workgroup,
        Id::PublisherLogGroup => &mut names.publisher_log_group,
        Id::Publisher => &mut names.publisher,
    }
}

/// What the user names as existing; for a lake that is being deleted, of what it was made with, what was existing then.
pub(super) fn existing(object: &Datalake, leaving: Option<DeletionPolicy>) -> BTreeSet<Id> {
    let named = existing_names(&object.spec.existing);
    let mut existing: BTreeSet<Id> = named.into_iter().map(|(id, _)| id).collect();
    let pinned = object.status.as_ref().and_then(|status| status.pinned.as_ref());
    if let (Some(_), Some(pinned)) = (leaving, pinned) {
        for id in pinned.names.keys().filter_map(|id| id.parse().ok()) {
            existing.remove(&id);
        }
        existing.extend(pinned.existing.iter().filter_map(|id| id.parse::<Id>().ok()));
    }
    existing
}

fn existing_names(users: &Existing) -> Vec<(Id, &String)> {
    let Existing {
        lake_bucket,
        raw_bucket,
        stream,
        database,
    } = users;
    let given = [
        (Id::LakeBucket, lake_bucket),
        (Id::RawBucket, raw_bucket),
        (Id::Stream, stream),
        (Id::Database, database),
    ];
    given
        .into_iter()
        .filter_map(|(id, name)| Some((id, name.as_ref()?)))
        .collect()
}
