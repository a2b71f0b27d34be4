//! The role that a lake declares, with its trust policy and its inline policy.

use super::super::compare::description;
use super::{Desired, POLICY_NAME, Target};
use crate::model::lake::{DATA, ERRORS, Facts, Lake, RAW};
use crate::model::policy::{Document, documents};
use crate::model::topology::Id;

/// What the role is to be; `None` while a key that its policy names has no ARN, or when `id` is no role.
pub fn desired(lake: &Lake, facts: &Facts, id: Id) -> Option<Desired> {
    let (what, trust, policy) = match id {
        Id::DeliveryRole => (
            "Role of the delivery stream",
            documents::delivery_trust(&lake.place),
            delivery_policy(lake, facts)?,
        ),
        Id::CrawlerRole => (
            "Role of the crawler",
            documents::crawler_trust(),
            documents::crawler(&documents::Crawler {
                scope: &lake.place,
                lake_bucket: &lake.names.lake_bucket,
                data_prefix: DATA,
                bucket_keys: &facts.keys_to_read(lake, Id::LakeBucket)?,
                database: &lake.names.database,
                table: &lake.names.table,
            }),
        ),
        Id::PublisherRole => (
            "Role of the test publisher",
            documents::publisher_trust(),
            documents::publisher(&documents::Publisher {
                scope: &lake.place,
                stream: &lake.names.stream,
                stream_key: facts.cipher(lake, Id::Stream)?.key(),
                log_group: &lake.names.publisher_log_group,
            }),
        ),
        _ => return None,
    };
    let Target { name, policy_name } = target(lake, id);
    Some(Desired {
        name,
        description: description(lake, what),
        trust: trust.to_string(),
        policy_name,
        policy: policy.to_string(),
        boundary: lake.boundary.clone(),
        tags: lake.tags.clone(),
    })
}

fn delivery_policy(lake: &Lake, facts: &Facts) -> Option<Document> {
    let mut bucket_keys = Vec::new();
    for bucket in [Id::LakeBucket, Id::RawBucket] {
        // Firehose goes on with the key that it has been given until an update of its destination has taken effect.
        for key in facts.keys_to_read(lake, bucket)? {
            if !bucket_keys.contains(&key) {
                bucket_keys.push(key);
            }
        }
    }
    Some(documents::delivery(&documents::Delivery {
        scope: &lake.place,
        lake_bucket: &lake.names.lake_bucket,
        data_prefix: DATA,
        error_prefix: ERRORS,
        raw_bucket: &lake.names.raw_bucket,
        raw_prefix: RAW,
        raw_error_prefix: ERRORS,
        bucket_keys: &bucket_keys,
        stream: &lake.names.stream,
        stream_keys: &facts.keys_to_read(lake, Id::Stream)?,
        database: &lake.names.database,
        table: &lake.names.table,
        log_group: &lake.names.log_group,
    }))
}

/// Where to look for the role `id`.
pub fn target(lake: &Lake, id: Id) -> Target {
    let name = match id {
        Id::DeliveryRole => &lake.names.delivery_role,
        Id::CrawlerRole => &lake.names.crawler_role,
        _ => &lake.names.publisher_role,
    };
    Target {
        name: name.clone(),
        policy_name: POLICY_NAME.to_owned(),
    }
}
