//! A key of the user's own: whether anything can be encrypted with it. It is looked at, and never written to.
//!
//! S3 takes the id of any key, or of none (S3 API reference, `PutBucketEncryption`: the id is not validated), and nobody
//! says when a key goes out of use later; but without it nothing is written any more, and nothing read.

use super::key::SPEC;
use super::{Assessment, Refusal};
use crate::api::vocabulary::reasons;
use crate::model::arn::KeyArn;
use crate::model::fault::CallError;

/// A key of the user's own, as last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// Which it is.
    pub arn: KeyArn,
    /// What KMS says of it.
    pub said: Said,
}

/// What KMS says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// There is none.
    Absent,
    /// Who asks may not know: a key of another account need not tell.
    Nothing,
    /// There is one.
    There {
        /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion`, … Empty where KMS says none.
        state: String,
        /// `KeySpec`: `SYMMETRIC_DEFAULT`, …
        spec: String,
    },
}

impl OwnKey {
    /// What the answer to `DescribeKey` means; no key where KMS says that there is none.
    ///
    /// # Errors
    ///
    /// The call's own, but for the one that says that the operator may not know.
    pub fn told(arn: &KeyArn, answer: Result<Option<Said>, CallError>) -> Result<Self, CallError> {
        let said = match answer {
            Ok(said) => said.unwrap_or(Said::Absent),
            Err(error) if error.code == "AccessDeniedException" => Said::Nothing,
            Err(error) => return Err(error),
        };
        Ok(Self {
            arn: arn.clone(),
            said,
        })
    }
}

/// The refusal of what is to be encrypted with `key`, where that can't be used; `field` is where the spec names it. What
/// was seen of another key tells nothing.
pub(super) fn refusal(field: &str, key: &KeyArn, seen: Option<&OwnKey>) -> Option<Assessment> {
    let said = seen.filter(|seen| seen.arn == *key).map(|seen| &seen.said)?;
    let (what, way) = match said {
        Said::Nothing => return None,
        Said::Absent => (
            "does not exist".to_owned(),
            "correct the ARN, or write that of another key",
        ),
        // The one kind of key for data; its usage can be nothing but ENCRYPT_DECRYPT (KMS API reference, CreateKey).
        Said::There { spec, .. } if spec != SPEC => (
            format!("is of spec {spec}, and S3, Kinesis and Firehose take symmetric encryption keys alone"),
            "write the ARN of such a key, or take the field out",
        ),
        Said::There { state, .. } => (
            format!("is {state}, so nothing can be encrypted with it"),
            way_out(state)?,
        ),
    };
    Some(Assessment::Refused(Refusal {
        reason: reasons::EXISTING_NOT_USABLE,
        message: format!("KMS key {key}, named in {field}, {what}: {way}"),
    }))
}

/// What brings a key of that state back to use; `None`: it is in use. A key that moves its primary region encrypts all the
/// while (KMS API reference, `UpdatePrimaryRegion`; developer guide, "Key states of AWS KMS keys").
fn way_out(state: &str) -> Option<&'static str> {
    Some(match state {
        "Enabled" | "Updating" | "" => return None,
        "Disabled" => "enable it, or write the ARN of another key",
        "PendingDeletion" | "PendingReplicaDeletion" => {
            "cancel its deletion and enable it, or write the ARN of another key"
        }
        "PendingImport" => "import its key material, or write the ARN of another key",
        "Unavailable" => "connect its key store, or write the ARN of another key",
        _ => "see to it that it becomes Enabled, or write the ARN of another key",
    })
}

#[cfg(test)]
mod tests;
