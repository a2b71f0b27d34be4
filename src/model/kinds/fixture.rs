//! For tests: a lake with every default.

use std::collections::BTreeMap;

use super::{Cause, Circumstances};
use crate::api::{Compression, Discovery, DriftPolicy, FormatType, Granularity};
use crate::model::arn::{AccountId, KeyArn, Region, Scope};
use crate::model::hive;
use crate::model::lake::{Consent, Facts, Lake};
use crate::model::names::{Names, Prefix};
use crate::model::owner::{Owner, Tags};

/// The lake `analytics/events` in eu-west-1, in account 123456789012, with the tag `team=data`.
pub fn lake() -> Lake {
    let region = Region::parse("eu-west-1").unwrap();
    let owner = Owner {
        cluster: "c1".to_owned(),
        namespace: "analytics".to_owned(),
        name: "events".to_owned(),
    };
    let prefix = Prefix::parse("dl").unwrap();
    let column = hive::Column {
        name: "event".to_owned(),
        r#type: hive::Type::parse("struct<id:int>").unwrap(),
        comment: None,
    };
    Lake {
        names: Names::derive(&prefix, &owner.cluster, &region, &owner.namespace, &owner.name),
        tags: owner.tags(&Tags::from([("team".to_owned(), "data".to_owned())])),
        place: Scope {
            region,
            account: AccountId::parse("123456789012").unwrap(),
        },
        owner,
        generation: 1,
        columns: vec![column],
        json_keys: BTreeMap::new(),
        timestamp_formats: Vec::new(),
        shards: Some(1),
        interval_seconds: 60,
        size_mib: 64,
        stream_hours: 24,
        raw_days: 30,
        error_days: 14,
        lake_days: None,
        transitions: Vec::new(),
        granularity: Granularity::Hour,
        time_zone: "UTC".to_owned(),
        discovery: Discovery::Crawler,
        format: FormatType::Parquet,
        compression: Compression::Snappy,
        schedule: "cron(15,45 * * * ? *)".to_owned(),
        rotation: true,
        deletion_window_days: 30,
        own_bucket_key: None,
        own_stream_key: None,
        record: crate::model::lake::Record::default(),
        workgroup: true,
        result_days: 7,
        scan_limit_mib: None,
        publisher: false,
        boundary: None,
        drift: DriftPolicy::Correct,
        leaving: None,
        consent: Consent::default(),
    }
}

/// The lake's keys, once AWS has made them.
pub fn facts() -> Facts {
    Facts {
        bucket_key: Some(key("b")),
        stream_key: Some(key("s")),
    }
}

/// The ARN of a key in the lake's place.
pub fn key(id: &str) -> KeyArn {
    KeyArn::parse(&format!("arn:aws:kms:eu-west-1:123456789012:key/{id}")).unwrap()
}

/// An edit of the spec, with nothing agreed to.
pub fn edit(lake: &Lake) -> Circumstances<'_> {
    Circumstances {
        cause: Cause::Edit,
        consent: lake.consent,
        owner: &lake.owner,
    }
}
