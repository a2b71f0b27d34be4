use super::*;
use crate::model::arn::Region;
use crate::model::kinds::database;
use crate::model::testing::{key, lake};

fn bucket(algorithm: &str, key: Option<&str>) -> Observed {
    Observed::Bucket(bucket::Observed {
        name: "theirs".into(),
        public_access_block: Some([true; 4]),
        encryption: Some(bucket::Encryption {
            algorithm: algorithm.into(),
            key: key.map(str::to_owned),
            bucket_key: false,
            blocked: None,
        }),
        ..bucket::Observed::default()
    })
}

fn stream(status: &str, key: Option<&str>) -> Observed {
    Observed::Stream(stream::Observed {
        name: "theirs".into(),
        status: status.into(),
        key: key.map(str::to_owned),
        ..stream::Observed::default()
    })
}

#[test]
fn what_encrypts_is_known_by_id_and_arn_and_not_by_alias() {
    let arn = key("a").to_string();
    let theirs = Cipher::Key(key("a"));
    let rows = [
        (bucket("AES256", None), Ok(&Cipher::Aws)),
        (bucket("aws:kms", None), Ok(&Cipher::Aws)),
        (
            bucket("aws:kms", Some("arn:aws:kms:eu-west-1:123456789012:alias/aws/s3")),
            Ok(&Cipher::Aws),
        ),
        (bucket("aws:kms", Some(&arn)), Ok(&theirs)),
        (bucket("aws:kms:dsse", Some("a")), Ok(&theirs)),
        (bucket("aws:kms", Some("alias/mine")), Err("alias/mine")),
        (
            bucket("aws:kms", Some("arn:aws:kms:eu-west-1:123456789012:alias/mine")),
            Err("set its encryption"),
        ),
        (
            bucket("aws:kms", Some("arn:aws:kms:us-east-1:123456789012:key/a")),
            Err("us-east-1"),
        ),
        (stream("ACTIVE", None), Ok(&Cipher::Aws)),
        (stream("ACTIVE", Some("alias/aws/kinesis")), Ok(&Cipher::Aws)),
        (stream("ACTIVE", Some("a")), Ok(&theirs)),
        (stream("ACTIVE", Some("alias/mine")), Err("alias/mine")),
    ];
    for (live, expected) in rows {
        match (cipher(&lake(), &live), expected) {
            (Ok(is), Ok(expected)) => assert_eq!(&is, expected, "{live:?}"),
            (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
            (is, expected) => panic!("{live:?}: {is:?}, not {expected:?}"),
        }
    }
}

#[test]
fn what_it_must_fulfil_is_named() {
    let lake = lake();
    let cannot = |id, live: Option<&Observed>| match usable(&lake, id, live) {
        Use::Cannot(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(cannot(Id::LakeBucket, None).contains("there is no S3 bucket"));
    let alias = bucket("aws:kms", Some("alias/mine"));
    assert!(cannot(Id::RawBucket, Some(&alias)).contains("alias/mine"));
    assert!(cannot(Id::Stream, Some(&stream("DELETING", None))).contains("being deleted"));
    let creating = usable(&lake, Id::Stream, Some(&stream("CREATING", None)));
    assert!(matches!(creating, Use::Settling(_)), "{creating:?}");
    for status in ["ACTIVE", "UPDATING"] {
        assert_eq!(
            usable(&lake, Id::Stream, Some(&stream(status, None))),
            Use::Can(Vec::new())
        );
    }
    let database = Observed::Database(database::Observed::default());
    assert_eq!(usable(&lake, Id::Database, Some(&database)), Use::Can(Vec::new()));
    assert_eq!(
        usable(&lake, Id::LakeBucket, Some(&bucket("AES256", None))),
        Use::Can(Vec::new())
    );
    let Observed::Bucket(mut open) = bucket("AES256", None) else {
        unreachable!()
    };
    open.public_access_block = Some([true, true, false, true]);
    let Use::Can(warnings) = usable(&lake, Id::LakeBucket, Some(&Observed::Bucket(open))) else {
        panic!("a warning only");
    };
    assert!(warnings[0].contains("public access"), "{warnings:?}");
    let elsewhere = Lake {
        place: crate::model::arn::Scope {
            region: Region::parse("us-east-1").unwrap(),
            account: lake.place.account.clone(),
        },
        ..lake
    };
    assert!(cipher(&elsewhere, &stream("ACTIVE", Some(&key("a").to_string()))).is_err());
}
