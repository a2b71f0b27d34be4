mod declared;

use super::*;
use crate::api::FormatType;
use crate::model::kinds;
use crate::model::lake::Lake;
use crate::model::testing::{edit, facts, lake};

fn of(lake: &Lake) -> Desired {
    desired(lake, &facts()).unwrap()
}

/// What AWS says of a delivery stream that is as `desired`: what it takes for granted is left out.
fn as_declared(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        arn: format!(
            "arn:aws:firehose:eu-west-1:123456789012:deliverystream/{}",
            desired.name
        ),
        status: "ACTIVE".into(),
        failure: None,
        version: "7".into(),
        destination_id: "destinationId-000000000001".into(),
        stream_arn: desired.stream_arn.clone(),
        source_role_arn: desired.role_arn.clone(),
        dynamic_partitioning: false,
        destination: Some(terse(&desired.destination)),
        tags: desired.tags.clone(),
    }
}

fn terse(destination: &Destination) -> Destination {
    let mut terse = destination.clone();
    terse.time_zone = terse.time_zone.filter(|zone| zone != "UTC");
    if let Some(conversion) = &mut terse.conversion {
        conversion.schema.catalog_id = None;
        conversion.schema.region = None;
        conversion.schema.version = None;
        if let Deserializer::OpenX {
            case_insensitive,
            dots_to_underscores,
            ..
        } = &mut conversion.deserializer
        {
            (*case_insensitive, *dots_to_underscores) = (None, None);
        }
        if let Serializer::Parquet { compression } | Serializer::Orc { compression } =
            &mut conversion.serializer
        {
            *compression = compression.take().filter(|word| word != "SNAPPY");
        }
    }
    terse
}

fn calls(assessment: &Assessment) -> Vec<&Change> {
    let Assessment::Apply { changes, .. } = assessment else {
        return Vec::new();
    };
    let each = changes.iter().map(|change| match change {
        kinds::Change::Delivery(change) => change,
        other => panic!("not a delivery stream's: {other:?}"),
    });
    each.collect()
}

fn properties(assessment: &Assessment) -> Vec<&str> {
    let Assessment::Apply { differences, .. } = assessment else {
        return Vec::new();
    };
    differences.iter().map(|d| d.property.as_str()).collect()
}

#[test]
fn what_aws_takes_for_granted_is_no_difference() {
    let mut orc = Lake {
        format: FormatType::Orc,
        ..lake()
    };
    orc.timestamp_formats = vec!["millis".into(), "yyyy".into()];
    for lake in [lake(), orc] {
        let desired = of(&lake);
        let mut live = as_declared(&desired);
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), Assessment::InSync);
        live.destination = Some(desired.destination.clone());
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), Assessment::InSync);
    }
}

#[test]
fn a_missing_delivery_stream_is_created_whole() {
    let lake = lake();
    let desired = of(&lake);
    let create = Change::CreateDeliveryStream {
        name: desired.name.clone(),
        stream_arn: desired.stream_arn.clone(),
        role_arn: desired.role_arn.clone(),
        destination: desired.destination.clone(),
        tags: desired.tags.clone(),
    };
    assert_eq!(calls(&assess(&desired, None, &edit(&lake))), [&create]);
}

fn conversion(destination: &mut Destination) -> &mut Conversion {
    destination.conversion.as_mut().unwrap()
}

/// The property that must be named, and what was done to the destination.
type Drift = (&'static str, fn(&mut Destination));

const DRIFTS: [Drift; 27] = [
    ("RoleARN", |d| d.role_arn.push('x')),
    ("BucketARN", |d| d.bucket_arn.push('x')),
    ("Prefix", |d| d.prefix = "data/".into()),
    ("ErrorOutputPrefix", |d| d.error_prefix.clear()),
    ("BufferingHints", |d| d.buffering = Some((60, 65))),
    ("BufferingHints", |d| d.buffering = None),
    ("CompressionFormat", |d| d.compression = Some("GZIP".into())),
    ("EncryptionConfiguration", |d| d.key_arn = None),
    ("CloudWatchLoggingOptions", |d| d.logging = None),
    ("CustomTimeZone", |d| d.time_zone = Some("Europe/Paris".into())),
    ("FileExtension", |d| d.file_extension = Some(".json".into())),
    ("ProcessingConfiguration", |d| d.processing = true),
    ("DataFormatConversionConfiguration", |d| d.conversion = None),
    ("S3BackupMode", |d| d.backup = None),
    ("S3Backup.Prefix", |d| d.backup.as_mut().unwrap().prefix.clear()),
    ("S3Backup.CompressionFormat", |d| {
        d.backup.as_mut().unwrap().compression = None;
    }),
    ("S3Backup.EncryptionConfiguration", |d| {
        d.backup.as_mut().unwrap().key_arn = None;
    }),
    ("SchemaConfiguration.RoleARN", |d| {
        conversion(d).schema.role_arn.push('x');
    }),
    ("SchemaConfiguration.CatalogId", |d| {
        conversion(d).schema.catalog_id = Some("000000000000".into());
    }),
    ("SchemaConfiguration.DatabaseName", |d| {
        conversion(d).schema.database.push('x');
    }),
    ("SchemaConfiguration.TableName", |d| {
        conversion(d).schema.table.push('x');
    }),
    ("SchemaConfiguration.Region", |d| {
        conversion(d).schema.region = Some("us-east-1".into());
    }),
    ("SchemaConfiguration.VersionId", |d| {
        conversion(d).schema.version = Some("3".into());
    }),
    ("Deserializer", |d| {
        conversion(d).deserializer = Deserializer::Hive(Vec::new());
    }),
    ("OpenXJsonSerDe.CaseInsensitive", |d| {
        conversion(d).deserializer = Deserializer::OpenX {
            mappings: [].into(),
            case_insensitive: Some(false),
            dots_to_underscores: None,
        };
    }),
    ("Serializer", |d| {
        conversion(d).serializer = Serializer::Orc { compression: None };
    }),
    ("Serializer.Compression", |d| {
        conversion(d).serializer = Serializer::Parquet {
            compression: Some("GZIP".into()),
        };
    }),
];

#[test]
fn each_member_that_differs_is_named_and_the_whole_destination_is_sent() {
    let lake = lake();
    let desired = of(&lake);
    for (property, drift) in DRIFTS {
        let mut live = as_declared(&desired);
        drift(live.destination.as_mut().unwrap());
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        assert_eq!(properties(&assessment), [property]);
        let update = Change::UpdateDestination {
            name: desired.name.clone(),
            version: "7".into(),
            destination_id: live.destination_id.clone(),
            destination: desired.destination.clone(),
        };
        assert_eq!(calls(&assessment), [&update], "{property}");
    }
}

#[test]
fn tags_are_removed_before_others_are_set() {
    let lake = lake();
    let desired = of(&lake);
    let live = Observed {
        tags: lake.owner.tags(&Tags::from([("old".into(), "1".into())])),
        ..as_declared(&desired)
    };
    let assessment = assess(&desired, Some(&live), &edit(&lake));
    let operations: Vec<_> = calls(&assessment).iter().map(|c| c.operation()).collect();
    assert_eq!(operations, ["UntagDeliveryStream", "TagDeliveryStream"]);
    assert_eq!(properties(&assessment), ["Tags"]);
}

/// What was done to the delivery stream, and how the refusal names it.
type Fixed = (&'static str, fn(&mut Observed));

#[test]
fn what_is_fixed_at_creation_is_refused_with_the_way_out() {
    let lake = lake();
    let desired = of(&lake);
    let cases: [Fixed; 4] = [
        ("source stream", |live| live.stream_arn.push('x')),
        ("source role", |live| live.source_role_arn.push('x')),
        ("does not write to S3", |live| live.destination = None),
        ("dynamic partitioning", |live| live.dynamic_partitioning = true),
    ];
    for (part, drift) in cases {
        let mut live = as_declared(&desired);
        drift(&mut live);
        let Assessment::Refused(Refusal { reason, message }) = assess(&desired, Some(&live), &edit(&lake))
        else {
            panic!("{part}: not refused");
        };
        assert_eq!(reason, reasons::CHANGE_REFUSED);
        assert!(
            message.contains(part) && message.contains("delete the delivery stream"),
            "{message}"
        );
    }
}

#[test]
fn each_state_has_its_way_out() {
    let lake = lake();
    let desired = of(&lake);
    let delete = |force| Change::DeleteDeliveryStream {
        name: desired.name.clone(),
        force,
    };
    // State, the call when it is wanted, the call when it is not; none: it is waited for.
    let cases = [
        ("CREATING", None, None),
        ("DELETING", None, None),
        ("CREATING_FAILED", Some(delete(false)), Some(delete(false))),
        ("DELETING_FAILED", Some(delete(true)), Some(delete(true))),
    ];
    for (status, wanted, unwanted) in cases {
        let live = Observed {
            status: status.into(),
            failure: Some("UNKNOWN_ERROR: no role".into()),
            destination: None,
            ..as_declared(&desired)
        };
        let kept = assess(&desired, Some(&live), &edit(&lake));
        let removed = removal(&live, &edit(&lake));
        for (assessment, call) in [(&kept, wanted), (&removed, unwanted)] {
            assert_eq!(calls(assessment), call.iter().collect::<Vec<_>>(), "{status}");
            assert_eq!(
                matches!(assessment, Assessment::Settling(_)),
                call.is_none(),
                "{status}"
            );
        }
        if let Assessment::Apply { differences, .. } = kept {
            assert_eq!(differences[0].have, format!("{status} (UNKNOWN_ERROR: no role)"));
        }
    }
    let active = as_declared(&desired);
    assert_eq!(calls(&removal(&active, &edit(&lake))), [&delete(false)]);
}
