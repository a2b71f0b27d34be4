mod removal;

use super::*;
use crate::api::StorageClass;
use crate::model::kinds::{Assessment, Said};
use crate::model::lake::DATA;
use crate::model::testing::{edit, facts, key, lake};

/// A change of what is there, from outside.
type Drift = fn(&mut Observed);

fn wanted(lake: &Lake, id: Id) -> Desired {
    desired(lake, &facts(), id).unwrap()
}

/// What is there once everything was applied, as S3 returns it.
fn applied(desired: &Desired) -> Observed {
    Observed {
        name: desired.name.clone(),
        tags: desired.tags.clone(),
        encryption: Some(Encryption {
            algorithm: "aws:kms".to_owned(),
            key: Some(desired.key.to_string()),
            bucket_key: true,
            blocked: Some(vec!["SSE-C".to_owned()]),
        }),
        public_access_block: Some([true; 4]),
        ownership: Some("BucketOwnerEnforced".to_owned()),
        lifecycle: desired.lifecycle.iter().rev().cloned().collect(),
        policy: Some(desired.policy.clone()),
        own_key: None,
        occupied: None,
        contents: None,
    }
}

fn changes(assessment: Assessment) -> Vec<Change> {
    let Assessment::Apply { changes, .. } = assessment else {
        return Vec::new();
    };
    let ours = changes.into_iter().map(|change| match change {
        super::super::Change::Bucket(change) => change,
        other => panic!("a change of another kind: {other:?}"),
    });
    ours.collect()
}

fn operations(assessment: Assessment) -> Vec<&'static str> {
    changes(assessment).iter().map(Change::operation).collect()
}

#[test]
fn a_missing_bucket_is_created_with_its_tags_and_made_safe_in_one_pass() {
    let lake = lake();
    let desired = wanted(&lake, Id::LakeBucket);
    let changes = changes(assess(&desired, None, &edit(&lake)));
    let create = Change::CreateBucket {
        bucket: lake.names.lake_bucket.clone(),
        region: lake.place.region.clone(),
        tags: lake.tags.clone(),
    };
    assert_eq!(changes[0], create, "the create call carries the owner's tags");
    assert_eq!(
        changes.iter().map(Change::operation).collect::<Vec<_>>(),
        [
            "CreateBucket",
            "PutPublicAccessBlock",
            "PutBucketOwnershipControls",
            "PutBucketEncryption",
            "PutBucketPolicy",
            "PutBucketLifecycleConfiguration",
        ]
    );
}

#[test]
fn what_was_applied_is_in_sync() {
    let mut lake = lake();
    lake.transitions = vec![(30, StorageClass::StandardIA), (90, StorageClass::GlacierIR)];
    for id in [Id::LakeBucket, Id::RawBucket] {
        let desired = wanted(&lake, id);
        let mut live = applied(&desired);
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), Assessment::InSync);
        live.encryption.as_mut().unwrap().blocked = None;
        assert_eq!(
            assess(&desired, Some(&live), &edit(&lake)),
            Assessment::InSync,
            "where S3 says nothing of blocked types, they can't be compared"
        );
    }
}

#[test]
fn without_its_key_a_bucket_is_not_wanted_yet() {
    let mut lake = lake();
    assert_eq!(desired(&lake, &Facts::default(), Id::LakeBucket), None);
    lake.own_bucket_key = Some(key("own"));
    let of_own = desired(&lake, &facts(), Id::RawBucket).unwrap();
    assert_eq!(of_own.key, key("own"), "the user's own key goes before ours");
}

#[test]
fn while_the_users_own_key_can_not_be_used_nothing_is_written() {
    let mut lake = lake();
    lake.own_bucket_key = Some(key("own"));
    let desired = wanted(&lake, Id::RawBucket);
    let with = |state: &str| OwnKey {
        arn: key("own"),
        said: Said::There {
            state: state.into(),
            spec: "SYMMETRIC_DEFAULT".into(),
        },
    };
    let drifts: [Drift; 3] = [|_| (), |live| live.encryption = None, |live| live.policy = None];
    for drift in drifts {
        let mut live = applied(&desired);
        drift(&mut live);
        let as_ever = assess(&desired, Some(&live), &edit(&lake));
        live.own_key = Some(with("Disabled"));
        let Assessment::Refused(refusal) = assess(&desired, Some(&live), &edit(&lake)) else {
            panic!("not refused");
        };
        assert!(
            refusal.message.contains("spec.encryption.bucketKeyArn"),
            "{refusal:?}"
        );
        live.own_key = Some(with("Enabled"));
        assert_eq!(assess(&desired, Some(&live), &edit(&lake)), as_ever);
    }
}

/// Each drift ends in this one call and is named so.
fn assert_mended(table: &[(&str, Drift, &str, &str)]) {
    let lake = lake();
    let desired = wanted(&lake, Id::LakeBucket);
    for (what, drift, call, says) in table {
        let mut live = applied(&desired);
        drift(&mut live);
        let assessment = assess(&desired, Some(&live), &edit(&lake));
        let Assessment::Apply { differences, .. } = &assessment else {
            panic!("{what}: {assessment:?}")
        };
        assert_eq!(differences.len(), 1, "{what}");
        assert!(
            differences[0].to_string().starts_with(says),
            "{what}: {}",
            differences[0]
        );
        assert_eq!(operations(assessment), [*call], "{what}");
    }
}

#[test]
fn each_property_that_differs_is_named_and_mended() {
    assert_mended(&[
        (
            "one public access block off",
            |live| live.public_access_block = Some([true, true, false, true]),
            "PutPublicAccessBlock",
            "PublicAccessBlock: [true, true, false, true] instead of all four",
        ),
        (
            "no public access block",
            |live| live.public_access_block = None,
            "PutPublicAccessBlock",
            "PublicAccessBlock: none",
        ),
        (
            "ACLs count",
            |live| live.ownership = Some("ObjectWriter".to_owned()),
            "PutBucketOwnershipControls",
            "ObjectOwnership: ObjectWriter instead of BucketOwnerEnforced",
        ),
        (
            "ownership never set",
            |live| live.ownership = None,
            "PutBucketOwnershipControls",
            "ObjectOwnership: none",
        ),
        (
            "no policy",
            |live| live.policy = None,
            "PutBucketPolicy",
            "BucketPolicy: none instead of {",
        ),
        (
            "another policy",
            |live| live.policy = live.policy.as_ref().map(|p| p.replace("Deny", "Allow")),
            "PutBucketPolicy",
            "BucketPolicy: {",
        ),
        (
            "a tag",
            |live| drop(live.tags.insert("team".to_owned(), "x".to_owned())),
            "PutBucketTagging",
            "Tags: team=x instead of team=data",
        ),
    ]);
}

#[test]
fn encryption_that_differs_in_anything_is_written_again() {
    let table: [(&str, Drift, &str); 6] = [
        (
            "no encryption configuration",
            |live| live.encryption = None,
            "ServerSideEncryption: AES256 instead of aws:kms by arn:",
        ),
        (
            "another algorithm",
            |live| encryption_of(live).algorithm = "aws:kms:dsse".to_owned(),
            "ServerSideEncryption: aws:kms:dsse",
        ),
        (
            "another key",
            |live| encryption_of(live).key = Some(key("other").to_string()),
            "ServerSideEncryption: ",
        ),
        (
            "the key by its id, which services can't use",
            |live| encryption_of(live).key = Some("b".to_owned()),
            "ServerSideEncryption: aws:kms by b,",
        ),
        (
            "no bucket key",
            |live| encryption_of(live).bucket_key = false,
            "ServerSideEncryption: ",
        ),
        (
            "SSE-C allowed again",
            |live| encryption_of(live).blocked = Some(vec!["NONE".to_owned()]),
            "ServerSideEncryption: ",
        ),
    ];
    assert_mended(&table.map(|(what, drift, says)| (what, drift, "PutBucketEncryption", says)));
}

#[test]
fn a_lifecycle_that_differs_in_anything_is_written_again() {
    let table: [(&str, Drift, &str); 4] = [
        (
            "no lifecycle",
            |live| live.lifecycle.clear(),
            "Lifecycle: no such rule instead of ",
        ),
        (
            "a rule of somebody else's that deletes the data",
            |live| {
                live.lifecycle.push(Rule {
                    id: "theirs".to_owned(),
                    enabled: true,
                    prefix: Some(DATA.to_owned()),
                    expire_days: Some(1),
                    ..Rule::default()
                });
            },
            "Lifecycle: theirs (data/): expire 1 d instead of no such rule",
        ),
        (
            "a rule that is disabled",
            |live| live.lifecycle[0].enabled = false,
            "Lifecycle: abort-uploads (): abort uploads 7 d, disabled instead of abort-uploads (): abort uploads 7 d",
        ),
        (
            "a rule with more in it than ours",
            |live| live.lifecycle[0].others = "ExpiredObjectDeleteMarker".to_owned(),
            "Lifecycle: ",
        ),
    ];
    let call = "PutBucketLifecycleConfiguration";
    assert_mended(&table.map(|(what, drift, says)| (what, drift, call, says)));
}

fn encryption_of(live: &mut Observed) -> &mut Encryption {
    live.encryption.as_mut().unwrap()
}

#[test]
fn the_call_that_replaces_all_tags_carries_those_of_others() {
    let lake = lake();
    let desired = wanted(&lake, Id::RawBucket);
    let mut live = applied(&desired);
    live.tags.remove("team");
    live.tags.insert("cost-centre".to_owned(), "42".to_owned());
    live.tags
        .insert("aws:cloudformation:stack-name".to_owned(), "x".to_owned());
    let changes = changes(assess(&desired, Some(&live), &edit(&lake)));
    let mut tags = live.tags.clone();
    tags.insert("team".to_owned(), "data".to_owned());
    let bucket = lake.names.raw_bucket.clone();
    assert_eq!(changes, [Change::PutBucketTagging { bucket, tags }]);
}

/// `id prefix expire/noncurrent/abort transitions`, for the eye.
fn summary(rules: &[Rule]) -> Vec<String> {
    let day = |days: Option<i32>| days.map_or("-".to_owned(), |days| days.to_string());
    let line = |rule: &Rule| {
        let (expire, noncurrent, abort) = (rule.expire_days, rule.noncurrent_days, rule.abort_days);
        let prefix = rule.prefix.as_deref().unwrap_or("?");
        let moves: Vec<String> = rule
            .transitions
            .iter()
            .map(|(days, class)| format!(" {class}@{days}"))
            .collect();
        let days = format!("{}/{}/{}", day(expire), day(noncurrent), day(abort));
        format!("{} [{prefix}] {days}{}", rule.id, moves.concat())
    };
    rules.iter().map(line).collect()
}

#[test]
fn each_prefix_expires_as_the_spec_says() {
    let mut lake = lake();
    assert_eq!(
        summary(&wanted(&lake, Id::RawBucket).lifecycle),
        [
            "raw [raw/] 30/30/-",
            "errors [errors/] 30/30/-",
            "abort-uploads [] -/-/7"
        ]
    );
    assert_eq!(
        summary(&wanted(&lake, Id::LakeBucket).lifecycle),
        [
            "errors [errors/] 30/30/-",
            "query-results [query-results/] 7/7/-",
            "abort-uploads [] -/-/7"
        ],
        "the table's objects are kept for ever; a rule that does nothing would be refused"
    );
    lake.transitions = vec![
        (30, StorageClass::OneZoneIA),
        (60, StorageClass::IntelligentTiering),
        (90, StorageClass::GlacierIR),
    ];
    assert_eq!(
        summary(&wanted(&lake, Id::LakeBucket).lifecycle)[0],
        "data [data/] -/-/- ONEZONE_IA@30 INTELLIGENT_TIERING@60 GLACIER_IR@90"
    );
    lake.lake_days = Some(400);
    lake.transitions = vec![(30, StorageClass::StandardIA)];
    assert_eq!(
        summary(&wanted(&lake, Id::LakeBucket).lifecycle)[0],
        "data [data/] 400/400/- STANDARD_IA@30"
    );
}

/// A change of the spec.
type Edit = fn(&mut Lake);

#[test]
fn every_edit_of_retention_and_storage_reaches_the_lifecycle() {
    let table: [(&str, Id, Edit); 6] = [
        ("rawDays", Id::RawBucket, |lake| lake.raw_days = 31),
        ("errorDays", Id::RawBucket, |lake| lake.error_days = 31),
        ("errorDays", Id::LakeBucket, |lake| lake.error_days = 31),
        ("resultDays", Id::LakeBucket, |lake| lake.result_days = 31),
        ("lakeDays", Id::LakeBucket, |lake| lake.lake_days = Some(31)),
        ("transitions", Id::LakeBucket, |lake| {
            lake.transitions = vec![(31, StorageClass::GlacierIR)];
        }),
    ];
    for (field, id, change) in table {
        let mut lake = lake();
        let live = applied(&wanted(&lake, id));
        change(&mut lake);
        assert_eq!(
            operations(assess(&wanted(&lake, id), Some(&live), &edit(&lake))),
            ["PutBucketLifecycleConfiguration"],
            "{field}"
        );
    }
}
