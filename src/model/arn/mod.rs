//! Amazon Resource Names, and the identifiers that they are made of.
//!
//! [`Scope`] is one account in one region: it makes the ARN of each kind of resource there.

mod ids;
mod scope;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use ids::{AccountId, KeyArn, Partition, Region};
pub use scope::Scope;

/// What is wrong with an ARN, a region, an account id or a key ARN, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// Fewer than six parts, another first word, or a character that no ARN has.
    #[error("\"{0}\" is not an ARN: write arn:<partition>:<service>:<region>:<account>:<resource>")]
    Shape(String),
    /// The second part names no partition that AWS has.
    #[error("\"{partition}\" in \"{arn}\" is not an AWS partition: write aws, aws-cn or aws-us-gov")]
    Partition {
        /// The whole text.
        arn: String,
        /// The part that was not understood.
        partition: String,
    },
    /// Not the shape of a region's name.
    #[error("\"{0}\" is not an AWS region: write one like eu-west-1 or us-gov-west-1")]
    Region(String),
    /// Not twelve digits.
    #[error("\"{0}\" is not an AWS account id: write its 12 digits, like 123456789012")]
    Account(String),
    /// An alias where the key itself is needed: an alias can be pointed elsewhere at any time.
    #[error(
        "\"{0}\" is a key's alias: write the ARN of the key itself, arn:aws:kms:<region>:<account>:key/<key id>"
    )]
    KeyAlias(String),
    /// Some other ARN where a key's is needed.
    #[error("\"{0}\" is not the ARN of a KMS key: write arn:aws:kms:<region>:<account>:key/<key id>")]
    Key(String),
}

/// One ARN in its parts (IAM user guide, "Amazon Resource Names").
///
/// `region` is empty for global services (IAM) and for S3; `account` is empty for S3, and `aws` for
/// policies that AWS manages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    /// The group of regions that shares one IAM.
    pub partition: Partition,
    /// The service's own short name: `kms`, `s3`, `kinesis`, …
    pub service: String,
    /// Empty or a region.
    pub region: String,
    /// Empty, `aws` or twelve digits.
    pub account: String,
    /// Everything after the fifth colon; may itself hold colons and slashes.
    pub resource: String,
}

impl Arn {
    /// Reads an ARN and checks the shape of each part; whether the resource exists is AWS's to say.
    ///
    /// # Errors
    /// [`ArnError`] names the first part that is wrong.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let shape = || ArnError::Shape(text.to_owned());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(shape());
        };
        let partition = Partition::parse(partition).ok_or_else(|| ArnError::Partition {
            arn: text.to_owned(),
            partition: partition.to_owned(),
        })?;
        let service_ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if service.is_empty() || !service.chars().all(service_ok) {
            return Err(shape());
        }
        if !region.is_empty() {
            Region::parse(region)?;
        }
        if !account.is_empty() && account != "aws" {
            AccountId::parse(account)?;
        }
        if resource.is_empty() || resource.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(shape());
        }
        Ok(Self {
            partition,
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// The standard conversions of a type that is a checked string.
macro_rules! checked_text {
    ($($name:ident),+) => {$(
        impl std::str::FromStr for $name {
            type Err = ArnError;
            fn from_str(text: &str) -> Result<Self, ArnError> {
                Self::parse(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = ArnError;
            fn try_from(text: String) -> Result<Self, ArnError> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )+};
}
checked_text!(Arn, AccountId, Region, KeyArn);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arns_of_every_shape_are_read_and_written_unchanged() {
        for (arn, why) in [
            (
                "arn:aws:s3:::example-lake/data/*",
                "S3 has neither region nor account",
            ),
            (
                "arn:aws:iam::aws:policy/PowerUserAccess",
                "a policy managed by AWS",
            ),
            (
                "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/example",
                "another partition",
            ),
            (
                "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/aws/lambda/x:*",
                "colons in the resource",
            ),
        ] {
            assert_eq!(
                Arn::parse(arn).map(|a| a.to_string()),
                Ok(arn.to_owned()),
                "{why}"
            );
        }
    }

    #[test]
    fn what_is_not_an_arn_is_refused_with_the_part_that_is_wrong() {
        for (text, says, why) in [
            ("", "is not an ARN", "empty"),
            ("aws:s3:::example", "is not an ARN", "no arn in front"),
            ("arn:aws:s3::example", "is not an ARN", "five parts"),
            ("arn:aws:s3:::", "is not an ARN", "no resource"),
            ("arn:aws:S3:::example", "is not an ARN", "upper-case service"),
            ("arn:aws:s3:::two words", "is not an ARN", "white space"),
            ("arn:amazon:s3:::example", "\"amazon\" in", "unknown partition"),
            (
                "arn:aws:kms:europe:123456789012:key/x",
                "\"europe\" is not an AWS region",
                "region's shape",
            ),
            (
                "arn:aws:kms:eu-west-1:1234:key/x",
                "\"1234\" is not an AWS account id",
                "account's length",
            ),
        ] {
            let error = Arn::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{why}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_either_refused_or_read_back_as_itself(text in "(arn:aws:)?[ -~é]{0,60}") {
            if let Ok(arn) = Arn::parse(&text) {
                prop_assert_eq!(arn.to_string(), text);
            }
        }
    }
}
