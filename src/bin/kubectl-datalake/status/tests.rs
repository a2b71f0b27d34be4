use super::*;
use crate::lake::tests::ready;

const PLAIN: Look = Look {
    colour: false,
    width: 60,
};

fn now() -> Timestamp {
    "2026-01-02T03:14:05Z".parse().unwrap()
}

#[test]
fn a_lake_is_a_tree_of_its_parts_with_reasons_conditions_and_connection() {
    insta::assert_snapshot!(render(&ready(), PLAIN, now()), @r#"
    staff-events in namespace analytics, 10m old
    Not ready: AccessDenied, 2/3 resources

    Encryption  AccessDenied
    ├─ stream-key   KMS key    Failed    alias/dl-x
    │      AccessDenied: kms CreateKey: AccessDenied: the
    │      operator's role lacks it
    └─ bucket-key   KMS key    Ready     alias/dl-y

    Storage
    └─ lake-bucket  S3 bucket  Ready     dl-lake

    Other
    └─ moon-base    Moon base  Ready     m

    Conditions
      Ready             False    AccessDenied, for 9m
          kms CreateKey: AccessDenied
      EncryptionReady   False    AccessDenied, for 9m
          kms CreateKey: AccessDenied

    Connection
      Account      123456789012
      Region       eu-west-1
      Stream       dl-stream
      Stream ARN   arn:aws:kinesis:eu-west-1:123456789012:stream/dl-stream
      Database     dl_db
      Table        dl_table
      Lake         s3://dl-lake/data/
      Raw copies   s3://dl-raw/raw/
      Workgroup    dl-wg
      Crawler      dl-crawler
    "#);
}

#[test]
fn every_resource_has_a_part() {
    for id in Id::ALL {
        let resource = ResourceStatus {
            id: id.to_string(),
            ..ResourceStatus::default()
        };
        assert_ne!(Part::of(&resource), Part::Other, "{id}");
    }
}

#[test]
fn lakes_are_listed_a_line_each_also_those_that_were_never_looked_at() {
    let mut fresh = ready();
    fresh.status = None;
    fresh.metadata.name = Some("fresh".into());
    insta::assert_snapshot!(list(&[fresh, ready()], now()), @r#"
    NAME           READY     REASON         RESOURCES   STREAM      TABLE      AGE
    fresh          Unknown                                                     10m
    staff-events   False     AccessDenied   2/3         dl-stream   dl_table   10m
    "#);
}

#[test]
fn what_a_reader_must_know_about_the_state_is_said_first() {
    let mut lake = ready();
    lake.metadata.generation = Some(3);
    lake.spec.suspend = true;
    let text = heading(&lake, PLAIN, now()).join("\n");
    assert!(text.contains("hasn't looked at the last edit"), "{text}");
    assert!(text.contains("Suspended"), "{text}");
    lake.status = None;
    let text = heading(&lake, PLAIN, now()).join("\n");
    assert!(text.contains("Not looked at yet"), "{text}");
}

#[test]
fn colour_is_only_used_where_there_is_colour() {
    let colour = Look {
        colour: true,
        width: 60,
    };
    assert!(render(&ready(), colour, now()).contains("\u{1b}[31m"));
    assert!(!render(&ready(), PLAIN, now()).contains('\u{1b}'));
}

#[test]
fn ages_are_told_in_one_unit() {
    for (seconds, text) in [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7_200, "2h"),
        (172_800, "2d"),
        (-5, "0s"),
    ] {
        let then = now() - jiff::SignedDuration::from_secs(seconds);
        assert_eq!(age(then, now()), text);
    }
}
