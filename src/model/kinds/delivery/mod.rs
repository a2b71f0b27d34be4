//! A Firehose delivery stream: Kinesis in, Parquet or ORC and raw copies out.

mod declare;
mod destination;
mod meaning;

use super::{Assessment, Circumstances, Difference, Refusal, WaitFor, compare};
use crate::api::vocabulary::reasons;
use crate::model::owner::Tags;

pub use declare::desired;
pub use destination::{Conversion, Deserializer, Destination, SchemaSource, Serializer};

/// What the delivery stream is to be.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Desired {
    /// Name.
    pub name: String,
    /// ARN of the source stream; cannot change.
    pub stream_arn: String,
    /// ARN of the role, for source, destination, schema and backup; cannot change.
    pub role_arn: String,
    /// Where and how it writes.
    pub destination: Destination,
    /// Complete tags.
    pub tags: Tags,
}

/// What the delivery stream is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Observed {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `DeliveryStreamStatus`: `CREATING`, `CREATING_FAILED`, `ACTIVE`, `DELETING`, `DELETING_FAILED`.
    pub status: String,
    /// `FailureDescription`: type and details.
    pub failure: Option<String>,
    /// `VersionId`, needed to update.
    pub version: String,
    /// Id of its one destination.
    pub destination_id: String,
    /// ARN of the source stream.
    pub stream_arn: String,
    /// ARN of the source role.
    pub source_role_arn: String,
    /// Whether `DynamicPartitioningConfiguration` is enabled; ours never is.
    pub dynamic_partitioning: bool,
    /// The extended S3 destination, as AWS says it; `None`: another kind of destination.
    pub destination: Option<Destination>,
    /// Tags.
    pub tags: Tags,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the Firehose API reference")]
pub enum Change {
    CreateDeliveryStream {
        name: String,
        stream_arn: String,
        role_arn: String,
        destination: Destination,
        tags: Tags,
    },
    /// Sends the full destination: what is left out would keep its old value.
    /// `version` is the one that was read: with another, AWS refuses (`ConcurrentModificationException`).
    UpdateDestination {
        name: String,
        version: String,
        destination_id: String,
        destination: Destination,
    },
    TagDeliveryStream {
        name: String,
        tags: Tags,
    },
    UntagDeliveryStream {
        name: String,
        keys: Vec<String>,
    },
    /// What the delivery stream has buffered is lost to it; the records are still in the Kinesis stream.
    DeleteDeliveryStream {
        name: String,
        force: bool,
    },
}

/// What is to be done so that it is as declared.
pub fn assess(desired: &Desired, live: Option<&Observed>, _cx: &Circumstances) -> Assessment {
    let Desired {
        name,
        stream_arn,
        role_arn,
        destination,
        tags,
    } = desired;
    let Some(live) = live else {
        let create = Change::CreateDeliveryStream {
            name: name.clone(),
            stream_arn: stream_arn.clone(),
            role_arn: role_arn.clone(),
            destination: destination.clone(),
            tags: tags.clone(),
        };
        return apply(vec![create], Vec::new());
    };
    match live.status.as_str() {
        "ACTIVE" => {}
        // Firehose API reference, DescribeDeliveryStream: neither ever becomes ACTIVE. Made anew once it is
        // gone.
        "CREATING_FAILED" | "DELETING_FAILED" => return apply(vec![delete(live)], vec![failure(live)]),
        "DELETING" => return settling(live, "be gone, to be made anew"),
        _ => return settling(live, "become ACTIVE"),
    }
    let have = match fixed(desired, live) {
        Ok(have) => have,
        Err(refusal) => return Assessment::Refused(refusal),
    };
    let mut differences = Vec::new();
    let mut changes = Vec::new();
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            let (name, keys) = (name.clone(), change.remove);
            changes.push(Change::UntagDeliveryStream { name, keys });
        }
        if !change.set.is_empty() {
            let (name, tags) = (name.clone(), change.set);
            changes.push(Change::TagDeliveryStream { name, tags });
        }
    }
    let unlike = meaning::differences(destination, have);
    if !unlike.is_empty() {
        differences.extend(unlike);
        changes.push(Change::UpdateDestination {
            name: name.clone(),
            version: live.version.clone(),
            destination_id: live.destination_id.clone(),
            destination: destination.clone(),
        });
    }
    apply(changes, differences)
}

/// Takes a destination that means what is declared in the declared words.
pub(super) fn recognize(live: &mut Observed, desired: &Desired) {
    if let Some(have) = &mut live.destination
        && meaning::differences(&desired.destination, have).is_empty()
    {
        have.clone_from(&desired.destination);
    }
}

/// What is to be done so that it is gone.
pub fn removal(live: &Observed, _cx: &Circumstances) -> Assessment {
    match live.status.as_str() {
        "CREATING" => settling(live, "become ACTIVE, to be deleted"),
        "DELETING" => settling(live, "be gone"),
        _ => apply(vec![delete(live)], Vec::new()),
    }
}

/// The destination that can be updated, or why the delivery stream can't become what is declared.
///
/// Firehose API reference, `UpdateDestination`: it changes the destination of the kind that there is, never
/// the source. Firehose developer guide, "Dynamic partitioning": once enabled, it can't be disabled.
fn fixed<'a>(desired: &Desired, live: &'a Observed) -> Result<&'a Destination, Refusal> {
    let parts = [
        ("source stream", &desired.stream_arn, &live.stream_arn),
        ("source role", &desired.role_arn, &live.source_role_arn),
    ];
    let mut faults: Vec<String> = parts
        .into_iter()
        .filter(|(_, want, have)| want != have)
        .map(|(part, want, have)| format!("its {part} is \"{have}\", declared is {want}"))
        .collect();
    if live.destination.is_none() {
        faults.push("it does not write to S3".into());
    }
    if live.dynamic_partitioning {
        faults.push("its dynamic partitioning is on, declared is off".into());
    }
    match &live.destination {
        Some(destination) if faults.is_empty() => Ok(destination),
        _ => Err(Refusal {
            reason: reasons::CHANGE_REFUSED,
            message: format!(
                "delivery stream {} cannot become what is declared: {}. That is fixed when a delivery stream is created. \
                 Declare what it has; or delete the delivery stream (what it has buffered and not yet written is lost \
                 to the lake), and it is made anew as declared",
                live.name,
                faults.join("; ")
            ),
        }),
    }
}

fn apply(changes: Vec<Change>, differences: Vec<Difference>) -> Assessment {
    Assessment::of(
        changes.into_iter().map(super::Change::Delivery).collect(),
        differences,
    )
}

fn delete(live: &Observed) -> Change {
    Change::DeleteDeliveryStream {
        name: live.name.clone(),
        // Firehose API reference, DeleteDeliveryStream: the way out of DELETING_FAILED.
        force: live.status == "DELETING_FAILED",
    }
}

fn failure(live: &Observed) -> Difference {
    let reason = live.failure.as_deref().unwrap_or("AWS gives no reason");
    Difference::new(
        "DeliveryStreamStatus",
        "ACTIVE",
        format!("{} ({reason})", live.status),
    )
}

fn settling(live: &Observed, what: &str) -> Assessment {
    let what = format!("delivery stream {} to {what} (now {})", live.name, live.status);
    Assessment::Settling(WaitFor::new(what, 10))
}

impl Change {
    /// The operation, as in the API reference.
    pub fn operation(&self) -> &'static str {
        match self {
            Change::CreateDeliveryStream { .. } => "CreateDeliveryStream",
            Change::UpdateDestination { .. } => "UpdateDestination",
            Change::TagDeliveryStream { .. } => "TagDeliveryStream",
            Change::UntagDeliveryStream { .. } => "UntagDeliveryStream",
            Change::DeleteDeliveryStream { .. } => "DeleteDeliveryStream",
        }
    }
}

#[cfg(test)]
mod tests;
