use super::NameKind::{self, *};

#[test]
fn names_that_the_services_take_pass() {
    for (kind, name, why) in [
        (Prefix, "dl", "the default"),
        (Prefix, "a23456789012", "twelve characters"),
        (Bucket, "abc", "the shortest"),
        (Bucket, "3-buckets-4", "digits at both ends"),
        (Bucket, "sthree", "only sthree- is reserved"),
        (Stream, "A.b_c-1", "every class of character"),
        (DeliveryStream, "-", "one character of any class"),
        (Database, "staff_events2", "what Athena takes"),
        (Crawler, "Nightly.crawl", "upper case and a dot"),
        (Role, "Team=Data,Role@x+y", "the characters of IAM"),
        (Workgroup, "primary-2", "only primary itself is Athena's"),
        (Function, "put_events-1", "every class of character"),
        (KeyAlias, "alias/team/lake", "slashes divide an alias"),
        (KeyAlias, "alias/awsome", "only aws/ is reserved"),
        (
            LogGroup,
            "/aws/lambda/x#1.log",
            "only aws/ without a slash in front is reserved",
        ),
    ] {
        assert_eq!(kind.check(name), Ok(()), "{why}");
    }
}

/// Kind, name, why.
#[rustfmt::skip]
const REFUSED: &[(NameKind, &str, &str)] = &[
    (Prefix, "", "empty"),
    (Prefix, "1dl", "a digit first"),
    (Prefix, "dl-", "the hyphen is added"),
    (Prefix, "a234567890123", "thirteen characters"),
    (Prefix, "sthree", "S3 refuses buckets that begin with sthree-"),
    (Prefix, "amzn", "amzn-s3-demo- could follow from a namespace s3"),
    (Bucket, "ab", "too short"),
    (Bucket, "my.bucket", "dots break TLS"),
    (Bucket, "192.168.5.4", "an IP address"),
    (Bucket, "My-bucket", "upper case"),
    (Bucket, "-bucket", "a hyphen first"),
    (Bucket, "bucket-", "a hyphen last"),
    (Bucket, "bucket_1", "an underscore"),
    (Bucket, "xn--bucket", "reserved"),
    (Bucket, "bucket-s3alias", "reserved"),
    (Bucket, "bucket--x-s3", "reserved"),
    (Stream, "a/b", "a slash"),
    (DeliveryStream, "a b", "a blank"),
    (Database, "staff-events", "Athena takes no hyphen"),
    (Database, "_staff", "Athena needs quotes"),
    (Table, "Staff", "Glue folds it to lower case"),
    (Table, "2staff", "Athena needs quotes"),
    (Crawler, "a:b", "a colon"),
    (Role, "a/b", "paths are not part of the name"),
    (Workgroup, "primary", "can't be deleted"),
    (Function, "a.b", "a dot"),
    (KeyAlias, "lake", "no alias/"),
    (KeyAlias, "alias/", "nothing after alias/"),
    (KeyAlias, "alias/aws/s3", "AWS's own"),
    (LogGroup, "aws/lake", "AWS's own"),
    (LogGroup, "a b", "a blank"),
];

#[test]
fn names_that_a_service_refuses_are_refused_with_what_is_allowed() {
    for (kind, name, why) in REFUSED {
        let error = kind.check(name).expect_err(why).to_string();
        assert!(
            error.starts_with(&format!("\"{name}\" can't name a {kind}: write ")),
            "{why}: {error}"
        );
    }
}

#[test]
fn every_kind_takes_its_longest_name_and_nothing_longer() {
    for kind in [
        Prefix,
        Bucket,
        Stream,
        DeliveryStream,
        Database,
        Table,
        Crawler,
        Role,
        Workgroup,
        Function,
        LogGroup,
    ] {
        assert_eq!(kind.check(&"a".repeat(kind.max_length())), Ok(()));
        assert!(kind.check(&"a".repeat(kind.max_length() + 1)).is_err(), "{kind}");
    }
    let alias = |length: usize| format!("alias/{}", "a".repeat(length - 6));
    assert_eq!(NameKind::KeyAlias.check(&alias(256)), Ok(()));
    assert!(NameKind::KeyAlias.check(&alias(257)).is_err());
}
