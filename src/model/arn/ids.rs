//! The identifiers that ARNs are made of: partition, region, account, key.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Arn, ArnError};

/// A group of regions with an IAM of its own (IAM user guide, "Amazon Resource Names").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// US `GovCloud`.
    AwsUsGov,
    /// The European Sovereign Cloud.
    AwsEusc,
    /// US isolated regions (`us-iso-…`).
    AwsIso,
    /// US isolated regions (`us-isob-…`).
    AwsIsoB,
    /// European isolated regions (`eu-isoe-…`).
    AwsIsoE,
    /// US isolated regions (`us-isof-…`).
    AwsIsoF,
}

impl Partition {
    const ALL: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsEusc,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
    ];

    /// The partition of that name, as it stands in ARNs.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|partition| partition.as_str() == name)
    }

    /// The name as it stands in ARNs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
        }
    }

    /// What the host names of the partition's services end in.
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A region's name: its shape is checked, not whether AWS has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// Reads a region: words of lower-case letters, joined by hyphens, with a number at the end; at
    /// most 32 characters.
    ///
    /// # Errors
    /// [`ArnError::Region`].
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let words: Vec<&str> = text.split('-').collect();
        let ok = match words.split_last() {
            Some((number, names)) => {
                let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                let letters = |name: &&str| name.len() >= 2 && name.bytes().all(|b| b.is_ascii_lowercase());
                names.len() >= 2 && digits && names.iter().all(letters)
            }
            None => false,
        };
        if ok && text.len() <= 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(ArnError::Region(text.to_owned()))
        }
    }

    /// The region's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that the region belongs to, by its name.
    pub fn partition(&self) -> Partition {
        let prefixes = [
            ("cn-", Partition::AwsCn),
            ("us-gov-", Partition::AwsUsGov),
            ("eusc-", Partition::AwsEusc),
            ("us-iso-", Partition::AwsIso),
            ("us-isob-", Partition::AwsIsoB),
            ("eu-isoe-", Partition::AwsIsoE),
            ("us-isof-", Partition::AwsIsoF),
        ];
        let found = prefixes
            .into_iter()
            .find(|(prefix, _)| self.0.starts_with(prefix));
        found.map_or(Partition::Aws, |(_, partition)| partition)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An AWS account: twelve digits, leading zeros included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Reads an account id.
    ///
    /// # Errors
    /// [`ArnError::Account`] for anything but twelve digits.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ArnError::Account(text.to_owned()))
        }
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ARN of a KMS key (never of an alias).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyArn(Arn);

impl KeyArn {
    /// Reads `arn:<partition>:kms:<region>:<account>:key/<key id>`.
    ///
    /// # Errors
    /// [`ArnError::KeyAlias`] for an alias, [`ArnError::Key`] for another resource, or what is wrong
    /// with the ARN itself.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        if text.starts_with("alias/") {
            return Err(ArnError::KeyAlias(text.to_owned()));
        }
        let arn = Arn::parse(text)?;
        if arn.service == "kms" && arn.resource.starts_with("alias/") {
            return Err(ArnError::KeyAlias(text.to_owned()));
        }
        let id = arn.resource.strip_prefix("key/").unwrap_or_default();
        let id_ok = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let placed = !arn.region.is_empty() && AccountId::parse(&arn.account).is_ok();
        if arn.service == "kms" && id_ok && placed {
            Ok(Self(arn))
        } else {
            Err(ArnError::Key(text.to_owned()))
        }
    }

    /// The id after `key/`, which is what an alias reports as its target.
    pub fn key_id(&self) -> &str {
        self.0.resource.strip_prefix("key/").unwrap_or_default()
    }

    /// The region that the key is in: S3, Kinesis and Firehose take keys of their own region only.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The account that owns the key.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    /// The key as an ARN.
    pub fn as_arn(&self) -> &Arn {
        &self.0
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
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
}
