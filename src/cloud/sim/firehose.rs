//! Firehose delivery streams (API reference; developer guide, "Convert input data format" and "Custom prefixes").

mod valid;

use std::sync::Arc;

use valid::{in_bounds, meaningful};

use super::iam::Need;
use super::quotas::room;
use super::shelf::Then;
use super::{Answer, Cloud, Refused, Sim, check, iam, refuse};
use crate::cloud::absent;
use crate::model::arn::Scope;
use crate::model::fault::CallError;
use crate::model::kinds::delivery::{
    Change, Conversion, Deserializer, Destination, Observed, SchemaSource, Serializer,
};
use crate::model::owner::Tags;

/// A delivery stream.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Delivery {
    /// What reads say of it.
    pub seen: Observed,
    /// It comes out `CREATING_FAILED`, for this reason.
    pub fails: Option<String>,
    /// Set by a test: the deletion fails with this, until it is forced.
    pub undeletable: Option<String>,
}

pub(super) const SERVICE: &str = "firehose.amazonaws.com";

pub(super) async fn observe(sim: &Sim, place: &Scope, name: &str) -> Result<Option<Observed>, CallError> {
    let description = sim.read("firehose", "DescribeDeliveryStream", name, |cloud| {
        let arn = cloud.here(place).delivery_stream(name).to_string();
        found(cloud, &arn).map(|delivery| delivery.seen.clone())
    });
    let Some(mut seen) = absent(description.await, &["ResourceNotFoundException"])? else {
        return Ok(None);
    };
    let tags = sim.read("firehose", "ListTagsForDeliveryStream", name, |cloud| {
        found(cloud, &seen.arn).map(|delivery| delivery.seen.tags.clone())
    });
    seen.tags = tags.await?;
    Ok(Some(seen))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateDeliveryStream { name, .. }
        | Change::UpdateDestination { name, .. }
        | Change::TagDeliveryStream { name, .. }
        | Change::UntagDeliveryStream { name, .. }
        | Change::DeleteDeliveryStream { name, .. } => name,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let arn = &here.delivery_stream(subject(change)).to_string();
    match change {
        Change::CreateDeliveryStream {
            name,
            stream_arn,
            role_arn,
            destination,
            tags,
        } => {
            valid_create(cloud, here, arn, name, destination, tags)?;
            if cloud.streams.get(stream_arn).is_none() {
                return invalid(format!("Kinesis stream {stream_arn} does not exist"));
            }
            usable_role(
                cloud,
                role_arn,
                &[Need::new("kinesis:DescribeStream", stream_arn)],
            )?;
            create(cloud, arn, change);
            Ok(())
        }
        Change::UpdateDestination {
            version,
            destination_id,
            destination,
            ..
        } => update(cloud, here, arn, version, destination_id, destination),
        Change::TagDeliveryStream { tags, .. } => on(cloud, arn, |live| {
            active(&live.seen)?;
            check::add_tags(&mut live.seen.tags, tags, "InvalidArgumentException")
        }),
        Change::UntagDeliveryStream { keys, .. } => on(cloud, arn, |live| {
            active(&live.seen)?;
            super::untag(&mut live.seen.tags, keys);
            Ok(())
        }),
        Change::DeleteDeliveryStream { force, .. } => delete(cloud, arn, *force),
    }
}

/// First what the model constrains, all as `ValidationException`; then whether the name is taken; then the meaning.
fn valid_create(
    cloud: &Cloud,
    here: &Scope,
    arn: &str,
    name: &str,
    to: &Destination,
    tags: &Tags,
) -> Answer<()> {
    if !check::name(name, 64, "_.-") {
        return refuse(
            400,
            "ValidationException",
            "Value at 'deliveryStreamName' failed to satisfy constraint",
        );
    }
    check::tags(tags, "InvalidArgumentException")?;
    in_bounds(to)?;
    if cloud.deliveries.get(arn).is_some() {
        let message = format!("Firehose {name} under accountId {} already exists", cloud.account);
        return refuse(400, "ResourceInUseException", message);
    }
    let full = (
        400,
        "LimitExceededException",
        "You have already consumed your quota of Firehose streams",
    );
    room(&cloud.deliveries, cloud.quotas.delivery_streams, full)?;
    meaningful(to, true)?;
    order(cloud, here, to)
}

fn create(cloud: &mut Cloud, arn: &str, change: &Change) {
    let Change::CreateDeliveryStream {
        name,
        stream_arn,
        role_arn,
        destination,
        tags,
    } = change
    else {
        return;
    };
    let seen = Observed {
        name: name.clone(),
        arn: arn.to_owned(),
        status: "CREATING".into(),
        failure: None,
        version: "1".into(),
        destination_id: "destinationId-000000000001".into(),
        stream_arn: stream_arn.clone(),
        source_role_arn: role_arn.clone(),
        dynamic_partitioning: false,
        destination: Some(stored(destination)),
        tags: tags.clone(),
    };
    let delivery = Delivery {
        seen,
        fails: cloud.faults.delivery(),
        undeletable: None,
    };
    cloud.deliveries.write(cloud.now, arn, delivery);
    let turn = |live: &mut Delivery| {
        live.seen.failure.clone_from(&live.fails);
        let failed = live.fails.is_some();
        live.seen.status = if failed { "CREATING_FAILED" } else { "ACTIVE" }.into();
    };
    let due = cloud.after(cloud.timing.delivery_creating);
    cloud.deliveries.later(due, arn, Then::Turn(Arc::new(turn)));
}

fn update(
    cloud: &mut Cloud,
    here: &Scope,
    arn: &str,
    version: &str,
    destination_id: &str,
    to: &Destination,
) -> Answer<()> {
    let live = found(cloud, arn)?.seen.clone();
    in_bounds(to)?;
    active(&live)?;
    if live.version != version {
        let (name, is) = (&live.name, &live.version);
        let message = format!(
            "Cannot update firehose: {name} since the current version id: {is} and specified version id: {version} do not match"
        );
        return refuse(400, "ConcurrentModificationException", message);
    }
    if live.destination_id != destination_id {
        return invalid(format!("Destination Id {destination_id} not found"));
    }
    meaningful(to, false)?;
    let old = live.destination.unwrap_or_default();
    if old.backup.is_some() && to.backup.is_none() {
        return invalid("S3BackupMode cannot be changed from Enabled to Disabled".to_owned());
    }
    order(cloud, here, to)?;
    let merged = stored(&merged(&old, to));
    on(cloud, arn, |live| {
        live.seen.destination = Some(merged);
        live.seen.version = (live.seen.version.parse::<u64>().unwrap_or_default() + 1).to_string();
        Ok(())
    })
}

/// What is left out keeps its old value (API reference, `UpdateDestination`): buffering and compression; for everything
/// else there is a neutral value, which is sent.
fn merged(old: &Destination, new: &Destination) -> Destination {
    let mut all = new.clone();
    all.buffering = new.buffering.or(old.buffering);
    all.compression = new.compression.clone().or_else(|| old.compression.clone());
    if let (Some(new), Some(old)) = (&new.backup, &old.backup) {
        all.backup = Some(Box::new(merged(old, new)));
    }
    all
}

fn delete(cloud: &mut Cloud, arn: &str, force: bool) -> Answer<()> {
    let live = found(cloud, arn)?.clone();
    match live.seen.status.as_str() {
        "CREATING" => return not_active(&live.seen),
        "DELETING" => return Ok(()),
        _ => {}
    }
    on(cloud, arn, |live| {
        live.seen.status = "DELETING".into();
        Ok(())
    })?;
    let due = cloud.after(cloud.timing.delivery_deleting);
    let fails = |live: &mut Delivery| {
        live.seen.status = "DELETING_FAILED".into();
        live.seen.failure.clone_from(&live.undeletable);
    };
    let then = match live.undeletable {
        Some(_) if !force => Then::Turn(Arc::new(fails) as Arc<dyn Fn(&mut Delivery) + Send + Sync>),
        _ => Then::Gone,
    };
    cloud.deliveries.later(due, arn, then);
    Ok(())
}

/// What must be there first: the role, usable by Firehose; the table, readable by it. A log group or stream that is
/// missing is refused here too: Firehose takes it and then logs nowhere, which no later answer would show.
fn order(cloud: &Cloud, here: &Scope, to: &Destination) -> Answer<()> {
    usable_role(cloud, &to.role_arn, &[])?;
    if let Some(Conversion { schema, .. }) = &to.conversion {
        let table = here.table(&schema.database, &schema.table).to_string();
        let needs = schema_needs(here, schema);
        let barred = iam::usable(cloud, &schema.role_arn, SERVICE, &needs) == Err(iam::Useless::NotAllowed);
        if barred || cloud.lake_formation {
            let message = "Access was denied when calling Glue. Please ensure that the role specified in the data format conversion configuration has the necessary permissions.";
            return invalid(message.to_owned());
        }
        usable_role(cloud, &schema.role_arn, &[])?;
        if cloud.tables.get(&table).is_none() {
            let message = format!(
                "The specified table {}.{} was not found in Glue",
                schema.database, schema.table
            );
            return invalid(message);
        }
    }
    if let Some((group, stream)) = &to.logging {
        let live = cloud.log_groups.get(&here.log_group(group).to_string());
        if !live.is_some_and(|live| live.streams.contains(stream)) {
            return invalid(format!("Log stream {stream} of log group {group} does not exist"));
        }
    }
    to.backup
        .as_deref()
        .map_or(Ok(()), |backup| order(cloud, here, backup))
}

/// Glue asks for the right on the table and on all that it is in (Glue developer guide, "Specifying resource ARNs").
pub(super) fn schema_needs(here: &Scope, schema: &SchemaSource) -> [Need<'static>; 3] {
    [
        here.catalog(),
        here.database(&schema.database),
        here.table(&schema.database, &schema.table),
    ]
    .map(|resource| Need::new("glue:GetTable", &resource))
}

fn usable_role(cloud: &Cloud, arn: &str, needs: &[Need<'_>]) -> Answer<()> {
    match iam::usable(cloud, arn, SERVICE, needs) {
        Ok(()) => Ok(()),
        Err(iam::Useless::NotAssumable) => invalid(format!(
            "Firehose is unable to assume role {arn}. Please check the role provided."
        )),
        Err(iam::Useless::NotAllowed) => {
            let actions: Vec<&str> = needs.iter().map(|need| need.action).collect();
            invalid(format!(
                "Role {arn} is not authorized to perform: {}.",
                actions.join(", ")
            ))
        }
    }
}

/// As it is read back: defaults filled in, those of serializer and deserializer left out.
fn stored(to: &Destination) -> Destination {
    let mut to = to.clone();
    let size = if to.conversion.is_some() { 128 } else { 5 };
    to.buffering.get_or_insert((300, size));
    to.compression.get_or_insert_with(|| "UNCOMPRESSED".into());
    // The backup is a plain S3 destination: it has neither time zone nor extension.
    let plain = |to: &mut Destination| (to.time_zone, to.file_extension) = (None, None);
    to.time_zone = to
        .time_zone
        .filter(|zone| !zone.is_empty())
        .or_else(|| Some("UTC".into()));
    to.file_extension = to.file_extension.filter(|text| !text.is_empty());
    if let Some(conversion) = &mut to.conversion {
        match &mut conversion.serializer {
            Serializer::Parquet { compression } | Serializer::Orc { compression } => {
                *compression = compression.take().filter(|codec| codec != "SNAPPY");
            }
            Serializer::Unknown => {}
        }
        if let Deserializer::OpenX {
            case_insensitive,
            dots_to_underscores,
            ..
        } = &mut conversion.deserializer
        {
            *case_insensitive = case_insensitive.filter(|on| !on);
            *dots_to_underscores = dots_to_underscores.filter(|on| *on);
        }
    }
    to.backup = to.backup.map(|backup| {
        let mut backup = stored(&backup);
        plain(&mut backup);
        Box::new(backup)
    });
    to
}

fn found<'a>(cloud: &'a Cloud, arn: &str) -> Answer<&'a Delivery> {
    let none = || {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let message = format!("Firehose {name} under account {} not found.", cloud.account);
        Refused::new(400, "ResourceNotFoundException", message)
    };
    cloud.deliveries.get(arn).ok_or_else(none)
}

fn on(cloud: &mut Cloud, arn: &str, edit: impl FnOnce(&mut Delivery) -> Answer<()>) -> Answer<()> {
    found(cloud, arn)?;
    cloud.deliveries.edit(cloud.now, arn, edit).unwrap_or(Ok(()))
}

fn active(live: &Observed) -> Answer<()> {
    if live.status == "ACTIVE" {
        return Ok(());
    }
    not_active(live)
}

fn not_active(live: &Observed) -> Answer<()> {
    let message = format!("Firehose {} is not in correct state: {}", live.name, live.status);
    refuse(400, "ResourceInUseException", message)
}

fn invalid(message: String) -> Answer<()> {
    refuse(400, "InvalidArgumentException", message)
}
