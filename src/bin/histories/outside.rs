//! What others do on AWS.

use datalake_operator::api::vocabulary::{TAG_CLUSTER, TAG_NAME, TAG_NAMESPACE};
use datalake_operator::cloud::sim::{Cloud, Key};
use datalake_operator::model::arn::{AccountId, KeyArn, Scope};
use datalake_operator::model::lake::Lake;
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;

use crate::home::{self, USERS_KEY};
use crate::nursery;
use crate::script::{Pace, Whose};

/// The user has a key of their own.
pub fn users_key(cloud: &mut Cloud, place: &Scope) {
    let arn = place.key(USERS_KEY).to_string();
    let Ok(parsed) = KeyArn::parse(&arn) else { return };
    cloud.keys.put(&arn, Key::of_a_user(parsed, "Enabled"));
}

/// The user enables their own key, or disables it.
pub fn turn_users_key(cloud: &mut Cloud, place: &Scope, on: bool) {
    if let Some(key) = cloud.keys.get_mut(&place.key(USERS_KEY).to_string()) {
        key.seen.state = if on { "Enabled" } else { "Disabled" }.into();
    }
}

/// The stream keeps records for longer.
pub fn prolong(cloud: &mut Cloud, home: &Lake) {
    let arn = home.place.stream(&home.names.stream).to_string();
    if let Some(stream) = cloud.streams.get_mut(&arn) {
        stream.seen.retention_hours = 168;
    }
}

/// Takes a resource away; a key can only be scheduled for deletion.
pub fn remove(cloud: &mut Cloud, home: &Lake, id: Id) {
    let Some(arn) = home::arn(home, cloud, id) else {
        return;
    };
    match id {
        Id::BucketKey | Id::StreamKey => {
            if let Some(key) = cloud.keys.get_mut(&arn) {
                key.seen.state = "PendingDeletion".into();
            }
        }
        // Its tables go with it (Glue API reference, `DeleteDatabase`).
        Id::Database => {
            if let Some(table) = home::arn(home, cloud, Id::Table) {
                cloud.take_away(Id::Table, &table);
            }
            cloud.take_away(id, &arn);
        }
        _ => drop(cloud.take_away(id, &arn)),
    }
}

/// Something of that name, where there is nothing yet, that is not the lake's.
pub fn plant(cloud: &mut Cloud, home: &Lake, id: Id, whose: Whose) {
    let Some(base) = nursery::everything(&home.place) else {
        return;
    };
    let (donor, ..) = nursery::ready(base, Pace::AtOnce);
    if matches!(id, Id::BucketKey | Id::StreamKey) {
        plant_key(cloud, home, donor, id, whose);
        return;
    }
    let Some(arn) = home::arn(home, cloud, id) else {
        return;
    };
    let arn = arn.as_str();
    macro_rules! copy {
        ($shelf:ident) => {
            if let (None, Some(live)) = (cloud.$shelf.get(arn), donor.$shelf.get(arn)) {
                cloud.$shelf.put(arn, live.clone());
            } else {
                return;
            }
        };
    }
    match id {
        Id::LakeBucket | Id::RawBucket => copy!(buckets),
        Id::LogGroup | Id::PublisherLogGroup => copy!(log_groups),
        Id::Stream => copy!(streams),
        Id::Database => copy!(databases),
        Id::Table => copy!(tables),
        Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => copy!(roles),
        Id::Delivery => copy!(deliveries),
        Id::Crawler => copy!(crawlers),
        Id::Workgroup => copy!(workgroups),
        Id::Publisher => copy!(functions),
        Id::BucketKey | Id::StreamKey => return,
    }
    if whose == Whose::AnotherAccounts
        && let Some(bucket) = cloud.buckets.get_mut(arn)
        && let Ok(other) = AccountId::parse("210987654321")
    {
        bucket.account = other;
    }
    if let Some(tags) = cloud.tags_mut(id, arn) {
        belong_to(tags, whose);
    }
}

fn plant_key(cloud: &mut Cloud, home: &Lake, donor: &Cloud, id: Id, whose: Whose) {
    let Some(arn) = home::arn(home, donor, id) else {
        return;
    };
    if cloud.key_behind(&home.place, home.name(id)).is_some() || cloud.keys.get(&arn).is_some() {
        return;
    }
    let Some(mut key) = donor.keys.get(&arn).cloned() else {
        return;
    };
    belong_to(&mut key.seen.tags, whose);
    let key_id = key.seen.arn.key_id().to_owned();
    cloud.keys.put(&arn, key);
    cloud
        .aliases
        .put(&home.place.key_alias(home.name(id)).to_string(), key_id);
}

fn belong_to(tags: &mut Tags, whose: Whose) {
    match whose {
        Whose::AnotherLakes => drop(tags.insert(TAG_NAME.into(), "another".into())),
        Whose::AnotherNamespaces => drop(tags.insert(TAG_NAMESPACE.into(), "another".into())),
        Whose::AnotherClusters => drop(tags.insert(TAG_CLUSTER.into(), "another".into())),
        Whose::Nobodys | Whose::AnotherAccounts => unowned(tags),
    }
}

fn unowned(tags: &mut Tags) {
    tags.retain(|key, _| ![TAG_CLUSTER, TAG_NAMESPACE, TAG_NAME].contains(&key.as_str()));
}

/// The owner's tags come off.
pub fn disown(cloud: &mut Cloud, home: &Lake, id: Id) {
    if let Some(arn) = home::arn(home, cloud, id)
        && let Some(tags) = cloud.tags_mut(id, &arn)
    {
        unowned(tags);
    }
}

/// Objects come into both buckets, and an upload begins.
pub fn store(cloud: &mut Cloud, home: &Lake, count: usize) {
    for (name, prefix) in [
        (&home.names.lake_bucket, "data/year=2026"),
        (&home.names.raw_bucket, "raw/2026"),
    ] {
        let arn = home.place.bucket(name).to_string();
        let Some(bucket) = cloud.buckets.get_mut(&arn) else {
            continue;
        };
        for number in 0..count {
            bucket.put_object(&format!("{prefix}/{number}"));
        }
        bucket
            .uploads
            .insert((format!("{prefix}/upload"), "upload-1".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use datalake_operator::cloud::sim::Sim;

    use super::*;
    use crate::edits::BASES;
    use crate::laws::vital;
    use crate::script::WHOSE;

    #[test]
    fn wherever_the_lake_is_to_be_each_of_its_names_can_be_taken() {
        for base in 0..BASES.len() {
            let (_, home) = nursery::unborn(base);
            for (id, whose) in Id::ALL.into_iter().flat_map(|id| WHOSE.map(|whose| (id, whose))) {
                let sim = Sim::new(home::account(), home::start(), 1);
                let tags = sim.alter(|cloud| {
                    plant(cloud, home, id, whose);
                    let arn = home::arn(home, cloud, id)?;
                    vital::tags(cloud, id, &arn)
                });
                let tags =
                    tags.unwrap_or_else(|| panic!("{id}, {whose:?}, {}: there is none", home.place.region));
                assert!(!home::is_ours(&tags), "{id}, {whose:?}: {tags:?}");
            }
        }
    }
}
