//! Where the lake of every history is, and what it is called.

use datalake_operator::api::Datalake;
use datalake_operator::api::vocabulary::{TAG_CLUSTER, TAG_NAME, TAG_NAMESPACE};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::arn::{AccountId, Region, Scope};
use datalake_operator::model::lake::{self, Facts, Lake, Origin};
use datalake_operator::model::memory::Tempo;
use datalake_operator::model::names::Prefix;
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;
use jiff::{SignedDuration, Timestamp};

pub const ACCOUNT: &str = "123456789012";
/// Id of a key that belongs to the user.
pub const USERS_KEY: &str = "99999999-9999-4999-8999-999999999999";

pub fn account() -> AccountId {
    AccountId::parse(ACCOUNT).expect("12 digits are an account")
}

fn region(text: &str) -> Region {
    Region::parse(text).expect("the regions of this program are regions")
}

/// ARN of the permissions boundary that the roles in that region have: in one of them the operator is told so.
pub fn boundary(of: &Region) -> Option<&'static str> {
    (of.as_str() == "us-east-1").then_some("arn:aws:iam::123456789012:policy/example-boundary")
}

/// The operator of that region.
pub fn origin(of: &Region) -> Origin {
    Origin {
        cluster: "cluster-1".into(),
        prefix: Prefix::parse("dl").expect("dl is a prefix"),
        region: Some(region("eu-west-1")),
        boundary: boundary(of).map(Into::into),
    }
}

pub fn tempo() -> Tempo {
    Tempo {
        drift_period: SignedDuration::from_mins(5),
        consistency_window: SignedDuration::from_secs(90),
    }
}

pub fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("this is a time")
}

/// Whether the tags say that a resource is the lake's: all three of them.
pub fn is_ours(tags: &Tags) -> bool {
    let says = |key, value: &str| tags.get(key).is_some_and(|have| have == value);
    says(TAG_CLUSTER, "cluster-1") && says(TAG_NAMESPACE, "analytics") && says(TAG_NAME, "staff-events")
}

/// Whether the tags say that a resource is nobody's: none of the three.
pub fn is_nobodys(tags: &Tags) -> bool {
    [TAG_CLUSTER, TAG_NAMESPACE, TAG_NAME]
        .iter()
        .all(|key| !tags.contains_key(*key))
}

/// The lake as it was first written: its names and its place.
pub fn resolve(object: &Datalake) -> Lake {
    let place = resolve_place(object);
    lake::resolve(object, &place, &origin(&place.region)).expect("the specs to begin with are valid")
}

/// Where the object says that the lake is.
pub fn resolve_place(object: &Datalake) -> Scope {
    let named = object
        .spec
        .region
        .as_deref()
        .and_then(|region| Region::parse(region).ok());
    Scope {
        region: named.unwrap_or_else(|| region("eu-west-1")),
        account: account(),
    }
}

/// The ARN of a resource; of a key the one that its alias names.
pub fn arn(home: &Lake, cloud: &Cloud, id: Id) -> Option<String> {
    match id {
        Id::BucketKey | Id::StreamKey => cloud.key_behind(&home.place, home.name(id)),
        _ => home.arn(id, &Facts::default()),
    }
}
