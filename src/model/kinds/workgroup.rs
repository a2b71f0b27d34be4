//! An Athena workgroup.

use super::compare::{self, description, note};
use super::{Assessment, Change as AnyChange, Circumstances, Difference};
use crate::model::arn::{AccountId, KeyArn};
use crate::model::lake::{Facts, Lake, RESULTS};
use crate::model::owner::Tags;
use crate::model::topology::Id;

#[cfg(test)]
mod tests;

/// What the workgroup is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN, for the tag calls.
    pub arn: String,
    /// Description.
    pub description: String,
    /// Its configuration.
    pub configuration: Configuration,
    /// Complete tags.
    pub tags: Tags,
}

/// What is declared of a workgroup's configuration; everything else that it can hold is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Configuration {
    /// `s3://…/`
    pub output_location: String,
    /// Key of the results (`SSE_KMS`); `None`: S3's own (`SSE_S3`).
    pub key: Option<KeyArn>,
    /// `ExpectedBucketOwner`.
    pub bucket_owner: AccountId,
    /// `BytesScannedCutoffPerQuery`, at least 10,000,000; `None`: no limit.
    pub cutoff_bytes: Option<i64>,
}

/// What the workgroup is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// Description.
    pub description: String,
    /// `OutputLocation`.
    pub output_location: Option<String>,
    /// `EncryptionOption` and key.
    pub encryption: Option<(String, Option<String>)>,
    /// `ExpectedBucketOwner`.
    pub bucket_owner: Option<String>,
    /// `EnforceWorkGroupConfiguration`.
    pub enforced: Option<bool>,
    /// `PublishCloudWatchMetricsEnabled`.
    pub metrics: Option<bool>,
    /// `BytesScannedCutoffPerQuery`.
    pub cutoff_bytes: Option<i64>,
    /// Tags.
    pub tags: Tags,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Athena API reference")]
pub enum Change {
    CreateWorkGroup {
        name: String,
        description: String,
        configuration: Configuration,
        tags: Tags,
    },
    /// Also enables it; removes the cut-off where none is declared.
    UpdateWorkGroup {
        name: String,
        description: String,
        configuration: Configuration,
    },
    TagResource {
        arn: String,
        tags: Tags,
    },
    UntagResource {
        arn: String,
        keys: Vec<String>,
    },
    DeleteWorkGroup {
        name: String,
    },
}

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Desired {
        name,
        arn,
        description,
        configuration,
        tags,
    } = desired;
    let Some(live) = live else {
        let create = Change::CreateWorkGroup {
            name: name.clone(),
            description: description.clone(),
            configuration: configuration.clone(),
            tags: tags.clone(),
        };
        return Assessment::of(vec![AnyChange::Workgroup(create)], Vec::new());
    };
    let mut differences = Vec::new();
    note(&mut differences, "State", "ENABLED", &live.state);
    note(&mut differences, "Description", description, &live.description);
    note_configuration(&mut differences, configuration, live);
    let mut changes = Vec::new();
    if !differences.is_empty() {
        changes.push(Change::UpdateWorkGroup {
            name: name.clone(),
            description: description.clone(),
            configuration: configuration.clone(),
        });
    }
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            changes.push(Change::UntagResource {
                arn: arn.clone(),
                keys: change.remove,
            });
        }
        if !change.set.is_empty() {
            changes.push(Change::TagResource {
                arn: arn.clone(),
                tags: change.set,
            });
        }
    }
    Assessment::of(
        changes.into_iter().map(AnyChange::Workgroup).collect(),
        differences,
    )
}

fn note_configuration(found: &mut Vec<Difference>, want: &Configuration, live: &Observed) {
    let Configuration {
        output_location,
        key,
        bucket_owner,
        cutoff_bytes,
    } = want;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    // What Athena does not say can't be compared.
    let switch = |value: Option<bool>| value.unwrap_or(true).to_string();
    let bytes = |value: Option<i64>| value.map_or(String::new(), |bytes| bytes.to_string());
    // The key is returned as it was written.
    let same_key = |have: &str, key: &KeyArn| have == key.to_string() || have == key.key_id();
    let encryption = match &live.encryption {
        Some((option, Some(have))) => match key.as_ref().filter(|key| same_key(have, key)) {
            Some(key) => format!("{option} {key}"),
            None => format!("{option} {have}"),
        },
        Some((option, None)) => option.clone(),
        None => String::new(),
    };
    note(
        found,
        "OutputLocation",
        output_location,
        &text(&live.output_location),
    );
    note(
        found,
        "EncryptionConfiguration",
        &key.as_ref()
            .map_or(SSE_S3.to_owned(), |key| format!("{SSE_KMS} {key}")),
        &encryption,
    );
    note(
        found,
        "ExpectedBucketOwner",
        bucket_owner.as_str(),
        &text(&live.bucket_owner),
    );
    note(
        found,
        "EnforceWorkGroupConfiguration",
        "true",
        &switch(live.enforced),
    );
    note(
        found,
        "PublishCloudWatchMetricsEnabled",
        "true",
        &switch(live.metrics),
    );
    note(
        found,
        "BytesScannedCutoffPerQuery",
        &bytes(*cutoff_bytes),
        &bytes(live.cutoff_bytes),
    );
}

/// `EncryptionOption` of results under a key.
const SSE_KMS: &str = "SSE_KMS";
/// `EncryptionOption` of results in an existing bucket that has none.
const SSE_S3: &str = "SSE_S3";

/// What is to be done so that it is gone. Its query history and named queries go with it; results stay in S3
/// until they expire.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    let delete = Change::DeleteWorkGroup {
        name: live.name.clone(),
    };
    Assessment::of(vec![AnyChange::Workgroup(delete)], Vec::new())
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateWorkGroup { .. } => "CreateWorkGroup",
            Change::UpdateWorkGroup { .. } => "UpdateWorkGroup",
            Change::TagResource { .. } => "TagResource",
            Change::UntagResource { .. } => "UntagResource",
            Change::DeleteWorkGroup { .. } => "DeleteWorkGroup",
        }
    }
}

/// Bytes of a MiB.
const MIB: i64 = 1_048_576;

/// What the workgroup is to be; `None` while the key of its results has no ARN.
pub fn desired(lake: &Lake, facts: &Facts) -> Option<Desired> {
    let name = &lake.names.workgroup;
    Some(Desired {
        name: name.clone(),
        arn: lake.place.workgroup(name).to_string(),
        description: description(lake, "Queries"),
        configuration: Configuration {
            output_location: format!("s3://{}/{RESULTS}", lake.names.lake_bucket),
            key: facts.cipher(lake, Id::LakeBucket)?.key().cloned(),
            bucket_owner: lake.place.account.clone(),
            cutoff_bytes: lake.scan_limit_mib.map(|mib| mib.saturating_mul(MIB)),
        },
        tags: lake.tags.clone(),
    })
}
