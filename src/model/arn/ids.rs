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
mod tests;
