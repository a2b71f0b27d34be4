//! A lake to test with: every default, one of everything.

use std::collections::BTreeMap;

use super::arn::{AccountId, KeyArn, Region, Scope};
use super::kinds::{Cause, Circumstances};
use super::lake::{Consent, Facts, Lake};
use super::names::{Names, Prefix};
use super::owner::{Owner, Tags};
use crate::api::{Compression, Discovery, DriftPolicy, FormatType, Granularity};

/// The lake `analytics/events` with all defaults and the test publisher, in `eu-west-1`.
pub(crate) fn lake() -> Lake {
    let owner = Owner {
        cluster: "cluster-1".into(),
        namespace: "analytics".into(),
        name: "events".into(),
    };
    let place = Scope {
        region: Region::parse("eu-west-1").unwrap(),
        account: AccountId::parse("123456789012").unwrap(),
    };
    Lake {
        names: Names::derive(
            &Prefix::parse("dl").unwrap(),
            &owner.cluster,
            &place.region,
            &owner.namespace,
            &owner.name,
        ),
        tags: owner.tags(&Tags::from([("team".into(), "data".into())])),
        owner,
        place,
        generation: 1,
        version: "u-1/1".into(),
        columns: Vec::new(),
        json_keys: BTreeMap::new(),
        timestamp_formats: Vec::new(),
        shards: Some(1),
        interval_seconds: 60,
        size_mib: 64,
        stream_hours: 24,
        raw_days: 30,
        error_days: 30,
        lake_days: None,
        transitions: Vec::new(),
        granularity: Granularity::Hour,
        time_zone: "UTC".into(),
        discovery: Discovery::Crawler,
        format: FormatType::Parquet,
        compression: Compression::Snappy,
        schedule: "cron(15,45 * * * ? *)".into(),
        rotation: true,
        deletion_window_days: 30,
        own_bucket_key: None,
        own_stream_key: None,
        existing: std::collections::BTreeSet::new(),
        record: crate::model::lake::Record::default(),
        workgroup: true,
        result_days: 7,
        scan_limit_mib: None,
        publisher: true,
        boundary: None,
        drift: DriftPolicy::Correct,
        adoption: crate::api::Adoption::Never,
        agreed: std::collections::BTreeSet::new(),
        leaving: None,
        leaving_since: None,
        consent: Consent::default(),
    }
}

/// Both keys' ARNs.
pub(crate) fn facts() -> Facts {
    Facts {
        bucket_key: Some(key("1111aaaa-11aa-11aa-11aa-111111111111")),
        stream_key: Some(key("2222bbbb-22bb-22bb-22bb-222222222222")),
        ..Facts::default()
    }
}

/// A key of the lake's own account and region.
pub(crate) fn key(id: &str) -> KeyArn {
    KeyArn::parse(&format!("arn:aws:kms:eu-west-1:123456789012:key/{id}")).unwrap()
}

/// An edit, with what the lake's user agreed to.
pub(crate) fn edit(lake: &Lake) -> Circumstances<'_> {
    Circumstances {
        cause: Cause::Edit,
        consent: lake.consent,
        owner: &lake.owner,
        nonce: "n1",
    }
}
