//! Resources of the user's own that the lake uses: what they must fulfil, and what they tell. They are never written to.

use super::{Observed, WaitFor, bucket, stream};
use crate::model::arn::KeyArn;
use crate::model::lake::{Cipher, Lake};
use crate::model::topology::Id;

/// Whether an existing resource can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// It can; each of these is for a person to look at.
    Can(Vec<String>),
    /// Not yet.
    Settling(WaitFor),
    /// It can't: why, and what to change.
    Cannot(String),
}

/// Whether what is there can be used as the lake's `id`; `None`: there is nothing.
pub fn usable(lake: &Lake, id: Id, live: Option<&Observed>) -> Use {
    let name = lake.name(id);
    let Some(live) = live else {
        return Use::Cannot(format!(
            "there is no {} {name} in account {}, region {}: make it, or correct its name in spec.existing",
            id.kind(),
            lake.place.account,
            lake.place.region
        ));
    };
    if let Err(why) = cipher(lake, live) {
        return Use::Cannot(format!("{} {name} can't be used: {why}", id.kind()));
    }
    match live {
        Observed::Bucket(live) => Use::Can(public(live).into_iter().collect()),
        Observed::Stream(live) => running(live),
        _ => Use::Can(Vec::new()),
    }
}

/// What encrypts what is written to it, or what to change so that it can be told.
pub fn cipher(lake: &Lake, live: &Observed) -> Result<Cipher, String> {
    match live {
        Observed::Bucket(live) => match &live.encryption {
            Some(default) if default.algorithm.starts_with(bucket::ALGORITHM) => default
                .key
                .as_deref()
                .map_or(Ok(Cipher::Aws), |key| named(lake, key)),
            _ => Ok(Cipher::Aws),
        },
        Observed::Stream(live) => live
            .key
            .as_deref()
            .map_or(Ok(Cipher::Aws), |key| named(lake, key)),
        _ => Ok(Cipher::Aws),
    }
}

/// The keys that what is written to it now is encrypted with, as far as it takes a right to use them and their ARN is told.
pub fn keys(lake: &Lake, live: &Observed) -> Vec<KeyArn> {
    if let Observed::Delivery(live) = live {
        let to = live.destination.iter();
        let named = to.flat_map(|to| {
            [
                to.key_arn.as_ref(),
                to.backup.as_ref().and_then(|to| to.key_arn.as_ref()),
            ]
        });
        return named
            .flatten()
            .filter_map(|key| KeyArn::parse(key).ok())
            .collect();
    }
    let cipher = cipher(lake, live).ok();
    cipher.iter().filter_map(Cipher::key).cloned().collect()
}

/// The key as S3 or Kinesis names it: as it was written, an id, an ARN or an alias. AWS's own keys let everybody in the
/// account use them by way of their service (KMS developer guide, "AWS managed keys").
fn named(lake: &Lake, text: &str) -> Result<Cipher, String> {
    if text.contains("alias/aws/") {
        return Ok(Cipher::Aws);
    }
    let arn = if text.starts_with("arn:") || text.starts_with("alias/") {
        text.to_owned()
    } else {
        lake.place.key(text).to_string()
    };
    let key = KeyArn::parse(&arn).map_err(|_| {
        format!("it names its key {text}, and the roles need the key's ARN: set its encryption to that")
    })?;
    let (there, here) = (key.region(), lake.place.region.as_str());
    if there == here {
        Ok(Cipher::Key(key))
    } else {
        Err(format!(
            "its key {text} is in {there}, and AWS takes keys of {here} only"
        ))
    }
}

fn public(live: &bucket::Observed) -> Option<String> {
    (live.public_access_block != Some([true; 4])).then(|| {
        format!(
            "public access to bucket {} is not blocked: block it, or be sure that it is meant",
            live.name
        )
    })
}

/// Kinesis API reference, `StreamDescriptionSummary`: a stream is read and written while it is `UPDATING`, too.
fn running(live: &stream::Observed) -> Use {
    let (name, status) = (&live.name, live.status.as_str());
    match status {
        "ACTIVE" | "UPDATING" => Use::Can(Vec::new()),
        "DELETING" => Use::Cannot(format!(
            "stream {name} is being deleted: make it again, or make a new Datalake for another one"
        )),
        _ => Use::Settling(WaitFor::new(
            format!("stream {name} to become ACTIVE (now {status})"),
            5,
        )),
    }
}

#[cfg(test)]
mod tests;
