//! A bucket that is to go.

use super::super::removal::ABORTS;
use super::*;

fn holding(lake: &Lake, contents: Option<Contents>) -> Observed {
    Observed {
        contents,
        ..applied(&wanted(lake, Id::LakeBucket))
    }
}

fn contents() -> Contents {
    Contents {
        objects: vec![
            ("data/1".to_owned(), Some("null".to_owned())),
            ("data/2".to_owned(), Some("v2".to_owned())),
            ("data/3".to_owned(), None),
        ],
        uploads: vec![("raw/1".to_owned(), "u1".to_owned())],
        more: true,
    }
}

#[test]
fn a_bucket_goes_only_when_it_was_seen_to_be_empty() {
    let lake = lake();
    let unknown = removal(&holding(&lake, None), &edit(&lake));
    assert!(matches!(unknown, Assessment::Settling(_)), "{unknown:?}");
    let empty = removal(&holding(&lake, Some(Contents::default())), &edit(&lake));
    assert_eq!(operations(empty), ["DeleteBucket"]);
}

#[test]
fn a_bucket_that_holds_something_is_refused_with_the_way_out() {
    let lake = lake();
    let Assessment::Refused(refusal) = removal(&holding(&lake, Some(contents())), &edit(&lake)) else {
        panic!("not refused")
    };
    assert_eq!(refusal.reason, "BucketNotEmpty");
    for part in [
        lake.names.lake_bucket.as_str(),
        "at least 3 object version(s), 1 unfinished upload(s)",
        "data/1, data/2)",
        "datalake-operator.io/empty-buckets: \"true\"",
        "RetainData",
    ] {
        assert!(refusal.message.contains(part), "{part}: {}", refusal.message);
    }
    let only_uploads = Contents {
        objects: Vec::new(),
        ..contents()
    };
    let refused = removal(&holding(&lake, Some(only_uploads)), &edit(&lake));
    assert!(
        matches!(refused, Assessment::Refused(_)),
        "an upload may be somebody's"
    );
}

#[test]
fn with_consent_a_page_of_versions_and_uploads_goes_and_the_bucket_stays_until_the_next_look() {
    let mut lake = lake();
    lake.consent.empty_buckets = true;
    let bucket = lake.names.lake_bucket.clone();
    let delete = Change::DeleteObjects {
        bucket: bucket.clone(),
        objects: contents().objects,
    };
    let abort = Change::AbortMultipartUpload {
        bucket,
        key: "raw/1".to_owned(),
        upload_id: "u1".to_owned(),
    };
    assert_eq!(
        changes(removal(&holding(&lake, Some(contents())), &edit(&lake))),
        [delete, abort]
    );
    let crowd = Contents {
        objects: Vec::new(),
        uploads: vec![("k".to_owned(), "u".to_owned()); 1000],
        more: false,
    };
    let calls = operations(removal(&holding(&lake, Some(crowd)), &edit(&lake)));
    assert_eq!(calls, ["AbortMultipartUpload"; ABORTS], "a pass is to end soon");
}
