use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const CLUSTER: &str = "6f9d1c9e-3f0a-4c3b-9a39-0d6b3f6f8c11";

fn derive(prefix: &str, region: &str, namespace: &str, name: &str) -> Names {
    let (prefix, region) = (Prefix::parse(prefix).unwrap(), Region::parse(region).unwrap());
    Names::derive(&prefix, CLUSTER, &region, namespace, name)
}

/// Each name with its kind. Without `..`, so that a name that is added must be listed here.
fn all(names: &Names) -> Vec<(NameKind, &str)> {
    let Names {
        bucket_key_alias,
        stream_key_alias,
        lake_bucket,
        raw_bucket,
        stream,
        delivery,
        log_group,
        database,
        table,
        crawler,
        delivery_role,
        crawler_role,
        publisher_role,
        workgroup,
        publisher,
        publisher_log_group,
    } = names;
    vec![
        (NameKind::KeyAlias, bucket_key_alias),
        (NameKind::KeyAlias, stream_key_alias),
        (NameKind::Bucket, lake_bucket),
        (NameKind::Bucket, raw_bucket),
        (NameKind::Stream, stream),
        (NameKind::DeliveryStream, delivery),
        (NameKind::LogGroup, log_group),
        (NameKind::Database, database),
        (NameKind::Table, table),
        (NameKind::Crawler, crawler),
        (NameKind::Role, delivery_role),
        (NameKind::Role, crawler_role),
        (NameKind::Role, publisher_role),
        (NameKind::Workgroup, workgroup),
        (NameKind::Function, publisher),
        (NameKind::LogGroup, publisher_log_group),
    ]
}

#[test]
fn the_names_of_one_lake_are_these_for_ever() {
    // Another name is another lake: a change here makes every running lake unfindable.
    let names = derive("dl", "eu-west-1", "analytics", "staff-events");
    insta::assert_debug_snapshot!(names, @r#"
    Names {
        bucket_key_alias: "alias/dl-analytics-staff-events-bucket-6c4h2htmit",
        stream_key_alias: "alias/dl-analytics-staff-events-stream-6c4h2htmit",
        lake_bucket: "dl-analytics-staff-events-lake-6c4h2htmit",
        raw_bucket: "dl-analytics-staff-events-raw-6c4h2htmit",
        stream: "dl-analytics-staff-events-6c4h2htmit",
        delivery: "dl-analytics-staff-events-6c4h2htmit",
        log_group: "/aws/kinesisfirehose/dl-analytics-staff-events-6c4h2htmit",
        database: "dl_analytics_staff_events_6c4h2htmit",
        table: "dl_analytics_staff_events_6c4h2htmit",
        crawler: "dl-analytics-staff-events-6c4h2htmit",
        delivery_role: "dl-analytics-staff-events-delivery-6c4h2htmit",
        crawler_role: "dl-analytics-staff-events-crawler-6c4h2htmit",
        publisher_role: "dl-analytics-staff-events-publisher-6c4h2htmit",
        workgroup: "dl-analytics-staff-events-6c4h2htmit",
        publisher: "dl-analytics-staff-events-6c4h2htmit",
        publisher_log_group: "/aws/lambda/dl-analytics-staff-events-6c4h2htmit",
    }
    "#);
}

#[test]
fn the_longest_lake_is_cut_in_its_readable_part_only() {
    let names = derive("a23456789012", "eu-west-1", &"n".repeat(63), &"m".repeat(63));
    assert_eq!(names.lake_bucket.len(), 63);
    assert_eq!(names.delivery.len(), 64);
    assert!(names.raw_bucket.contains("nnn-raw-"), "{}", names.raw_bucket);
    assert!(
        names.database.contains(&"m".repeat(63)),
        "nothing is cut where there is room"
    );
}

#[test]
fn the_hash_keeps_apart_what_reads_the_same() {
    let one = derive("dl", "eu-west-1", "a-b", "c");
    for (other, why) in [
        (
            derive("dl", "eu-west-1", "a", "b-c"),
            "the hyphen belongs to the name",
        ),
        (derive("dl", "eu-west-2", "a-b", "c"), "another region"),
        (
            Names::derive(
                &Prefix::parse("dl").unwrap(),
                "another-cluster",
                &Region::parse("eu-west-1").unwrap(),
                "a-b",
                "c",
            ),
            "another cluster",
        ),
    ] {
        for ((_, a), (_, b)) in all(&one).into_iter().zip(all(&other)) {
            assert_ne!(a, b, "{why}");
        }
    }
}

#[test]
fn the_hash_knows_where_one_part_ends_and_the_next_begins() {
    assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    assert_ne!(hash(&["", "a"]), hash(&["a", ""]));
}

fn label() -> impl Strategy<Value = String> {
    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
}

fn prefix() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,11}".prop_filter("reserved by S3", |text| Prefix::parse(text).is_ok())
}

fn region() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
}

proptest! {
    #[test]
    fn every_name_is_one_that_its_service_takes(p in prefix(), r in region(), ns in label(), name in label()) {
        let names = derive(&p, r, &ns, &name);
        for (kind, name) in all(&names) {
            prop_assert_eq!(kind.check(name), Ok(()));
            prop_assert!(!name.contains("--"), "{}", name);
        }
    }

    #[test]
    fn every_name_begins_with_the_prefix(p in prefix(), r in region(), ns in label(), name in label()) {
        let names = derive(&p, r, &ns, &name);
        for (kind, name) in all(&names) {
            let start = match kind {
                NameKind::KeyAlias => format!("alias/{p}-"),
                NameKind::Database | NameKind::Table => format!("{p}_"),
                NameKind::LogGroup if name == names.log_group => format!("/aws/kinesisfirehose/{p}-"),
                NameKind::LogGroup => format!("/aws/lambda/{p}-"),
                _ => format!("{p}-"),
            };
            prop_assert!(name.starts_with(&start), "{}", name);
        }
    }

    #[test]
    fn no_two_resources_of_a_kind_share_a_name(ns in label(), name in label()) {
        let names = derive("dl", "eu-west-1", &ns, &name);
        // A database and its table are different kinds.
        let distinct: BTreeSet<_> = all(&names).into_iter().map(|(kind, name)| (kind.to_string(), name)).collect();
        prop_assert_eq!(distinct.len(), all(&names).len());
    }

    #[test]
    fn two_lakes_share_no_name(a in (label(), label()), b in (label(), label())) {
        prop_assume!(a != b);
        let (one, other) = (derive("dl", "eu-west-1", &a.0, &a.1), derive("dl", "eu-west-1", &b.0, &b.1));
        for ((_, x), (_, y)) in all(&one).into_iter().zip(all(&other)) {
            prop_assert_ne!(x, y);
        }
    }
}
