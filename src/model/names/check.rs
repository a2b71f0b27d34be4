//! What each service takes as a name, and the refusal that says so.

use std::fmt;

/// What a name is for: each kind has its own rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// What all names of an operator begin with.
    Prefix,
    /// S3 bucket.
    Bucket,
    /// Kinesis data stream.
    Stream,
    /// Firehose delivery stream.
    DeliveryStream,
    /// Glue database.
    Database,
    /// Glue table.
    Table,
    /// Glue crawler.
    Crawler,
    /// IAM role.
    Role,
    /// Athena workgroup.
    Workgroup,
    /// Lambda function.
    Function,
    /// KMS alias, `alias/` included.
    KeyAlias,
    /// CloudWatch Logs log group.
    LogGroup,
}

/// A name that its service, or Athena, would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{name}\" can't name a {kind}: write {rule}")]
pub struct NameError {
    /// What was to be named.
    pub kind: NameKind,
    /// The name as it was given.
    pub name: String,
    /// What is allowed.
    pub rule: &'static str,
}

/// Lower-case letters, digits.
fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// Letters, digits and the given characters.
fn only(name: &str, others: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

impl NameKind {
    /// The most characters that the service takes (its API reference, the Create call of each kind).
    pub const fn max_length(self) -> usize {
        match self {
            Self::Prefix => 12,
            Self::Bucket => 63,
            Self::DeliveryStream | Self::Role | Self::Function => 64,
            Self::Stream | Self::Workgroup => 128,
            Self::Database | Self::Table | Self::Crawler => 255,
            Self::KeyAlias => 256,
            Self::LogGroup => 512,
        }
    }

    /// Checks a name that a user gives.
    ///
    /// # Errors
    /// [`NameError`] says what is allowed.
    pub fn check(self, name: &str) -> Result<(), NameError> {
        let length_ok = !name.is_empty() && name.len() <= self.max_length();
        if length_ok && self.characters_ok(name) {
            Ok(())
        } else {
            Err(NameError {
                kind: self,
                name: name.to_owned(),
                rule: self.rule(),
            })
        }
    }

    fn characters_ok(self, name: &str) -> bool {
        let starts_with_letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        match self {
            Self::Prefix => {
                starts_with_letter && name.chars().all(lower_or_digit) && !["amzn", "sthree"].contains(&name)
            }
            Self::Bucket => bucket_ok(name),
            Self::Database | Self::Table => {
                starts_with_letter && name.chars().all(|c| lower_or_digit(c) || c == '_')
            }
            Self::Stream | Self::DeliveryStream | Self::Crawler => only(name, "_.-"),
            // The workgroup that every account has can't be deleted, so no lake can own it.
            Self::Workgroup => only(name, "_.-") && name != "primary",
            Self::Role => only(name, "_+=,.@-"),
            Self::Function => only(name, "_-"),
            Self::KeyAlias => name
                .strip_prefix("alias/")
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with("aws/") && only(rest, "/_-")),
            Self::LogGroup => only(name, "._-/#") && !name.starts_with("aws/"),
        }
    }

    const fn rule(self) -> &'static str {
        match self {
            Self::Prefix => {
                "1 to 12 lower-case letters and digits, a letter first, but not amzn or sthree, which S3 keeps for itself"
            }
            Self::Bucket => {
                "3 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends, no dots, \
                 and none of the beginnings and endings that S3 keeps for itself (xn--, sthree-, amzn-s3-demo-, \
                 -s3alias, --ol-s3, --x-s3, --table-s3)"
            }
            Self::Stream => "1 to 128 letters, digits, hyphens, underscores and dots",
            Self::DeliveryStream => "1 to 64 letters, digits, hyphens, underscores and dots",
            Self::Database | Self::Table => {
                "1 to 255 lower-case letters, digits and underscores, a letter first: \
                 Athena takes neither hyphens nor upper case"
            }
            Self::Crawler => "1 to 255 letters, digits, hyphens, underscores and dots",
            Self::Role => "1 to 64 letters, digits and any of _+=,.@-",
            Self::Workgroup => {
                "1 to 128 letters, digits, hyphens, underscores and dots, but not primary, which is Athena's own"
            }
            Self::Function => "1 to 64 letters, digits, hyphens and underscores",
            Self::KeyAlias => {
                "alias/ and then letters, digits, slashes, hyphens and underscores, at most 256 characters in all, \
                 but not alias/aws/, which is AWS's own"
            }
            Self::LogGroup => "1 to 512 letters, digits and any of ._-/#, not beginning with aws/",
        }
    }
}

/// S3 user guide, "General purpose bucket naming rules"; without dots, which break TLS to the bucket's host name.
fn bucket_ok(name: &str) -> bool {
    let reserved_start = ["xn--", "sthree-", "amzn-s3-demo-"]
        .iter()
        .any(|start| name.starts_with(start));
    let reserved_end = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"]
        .iter()
        .any(|end| name.ends_with(end));
    name.len() >= 3
        && name.chars().all(|c| lower_or_digit(c) || c == '-')
        && name.starts_with(lower_or_digit)
        && name.ends_with(lower_or_digit)
        && !reserved_start
        && !reserved_end
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prefix => "prefix",
            Self::Bucket => "bucket",
            Self::Stream => "stream",
            Self::DeliveryStream => "delivery stream",
            Self::Database => "database",
            Self::Table => "table",
            Self::Crawler => "crawler",
            Self::Role => "role",
            Self::Workgroup => "workgroup",
            Self::Function => "function",
            Self::KeyAlias => "key alias",
            Self::LogGroup => "log group",
        })
    }
}

#[cfg(test)]
mod tests;
