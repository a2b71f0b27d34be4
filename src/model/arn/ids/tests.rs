use super::*;

#[test]
fn a_region_knows_its_partition() {
    for (region, partition) in [
        ("eu-west-1", "aws"),
        ("mx-central-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ] {
        assert_eq!(
            Region::parse(region).map(|r| r.partition().as_str()),
            Ok(partition),
            "{region}"
        );
    }
}

#[test]
fn what_is_not_a_region_is_refused() {
    for text in [
        "",
        "eu",
        "eu-1",
        "eu-west",
        "EU-WEST-1",
        "eu-west-1a",
        "eu--1",
        "eu-west-1 ",
        "eu_west_1",
        "europe-with-some-very-long-region-name-1",
    ] {
        assert_eq!(Region::parse(text), Err(ArnError::Region(text.to_owned())));
    }
}

#[test]
fn every_partition_is_found_by_its_own_name() {
    for partition in Partition::ALL {
        assert_eq!(Partition::parse(partition.as_str()), Some(partition));
    }
}

#[test]
fn an_account_is_twelve_digits() {
    assert_eq!(
        AccountId::parse("012345678901").map(|a| a.to_string()),
        Ok("012345678901".to_owned())
    );
    for text in ["", "12345678901", "1234567890123", "12345678901x", "١٢٣٤٥٦"] {
        assert_eq!(AccountId::parse(text), Err(ArnError::Account(text.to_owned())));
    }
}

#[test]
fn a_key_is_named_by_its_own_arn_and_by_nothing_else() {
    let text = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let key = KeyArn::parse(text).unwrap();
    assert_eq!(key.key_id(), "1234abcd-12ab-34cd-56ef-1234567890ab");
    assert_eq!((key.region(), key.account()), ("eu-west-1", "123456789012"));
    assert_eq!(key.to_string(), text);
    for (text, says, why) in [
        ("alias/mine", "is a key's alias", "a bare alias"),
        (
            "arn:aws:kms:eu-west-1:123456789012:alias/mine",
            "is a key's alias",
            "an alias ARN",
        ),
        (
            "arn:aws:s3:::key/1",
            "not the ARN of a KMS key",
            "another service",
        ),
        (
            "arn:aws:kms:eu-west-1:123456789012:key/",
            "not the ARN of a KMS key",
            "no id",
        ),
        (
            "arn:aws:kms:eu-west-1:123456789012:key/*",
            "not the ARN of a KMS key",
            "a pattern",
        ),
        (
            "arn:aws:kms::123456789012:key/1",
            "not the ARN of a KMS key",
            "no region",
        ),
        (
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "is not an ARN",
            "a bare id",
        ),
    ] {
        let error = KeyArn::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{why}: {error}");
    }
}

#[test]
fn checked_identifiers_are_json_strings_that_are_checked_when_read() {
    let region: Region = serde_json::from_str("\"eu-west-1\"").unwrap();
    assert_eq!(serde_json::to_string(&region).unwrap(), "\"eu-west-1\"");
    assert!(serde_json::from_str::<AccountId>("\"12\"").is_err());
    assert!(serde_json::from_str::<KeyArn>("\"alias/mine\"").is_err());
}
