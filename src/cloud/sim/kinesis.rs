//! Kinesis data streams (API reference; developer guide, "Quotas and limits").

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::shelf::Then;
use super::{Answer, Cloud, Refused, Sim, check, kms, refuse};
use crate::cloud::absent;
use crate::model::arn::{KeyArn, Scope};
use crate::model::fault::CallError;
use crate::model::kinds::stream::{Change, Observed};
use crate::model::owner::Tags;

/// Calls of `UpdateShardCount` in 24 hours (Kinesis API reference).
const RESHARDS: usize = 10;
/// Switches of the mode in 24 hours (developer guide).
const SWITCHES: usize = 2;
/// Other keys in 24 hours (Kinesis API reference, `StartStreamEncryption`).
const KEYS: usize = 25;

/// A stream.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Stream {
    /// What reads say of it.
    pub seen: Observed,
    /// When `UpdateShardCount` was called: ten times in 24 hours, no more.
    pub reshards: Vec<Timestamp>,
    /// When the mode was switched: twice in 24 hours, no more.
    pub switches: Vec<Timestamp>,
    /// When another key was taken: 25 times in 24 hours, no more.
    pub keys: Vec<Timestamp>,
    /// Names of the consumers that somebody registered (`RegisterStreamConsumer`).
    pub consumers: BTreeSet<String>,
}

impl Stream {
    /// Whether it was changed as often as a day allows.
    pub fn is_limited(&self, now: Timestamp) -> bool {
        today(&self.reshards, now) >= RESHARDS
            || today(&self.switches, now) >= SWITCHES
            || today(&self.keys, now) >= KEYS
    }
}

pub(super) async fn observe(
    sim: &Sim,
    place: &Scope,
    name: &str,
    own_key: Option<&KeyArn>,
) -> Result<Option<Observed>, CallError> {
    let summary = sim.read("kinesis", "DescribeStreamSummary", name, |cloud| {
        let arn = cloud.here(place).stream(name).to_string();
        found(cloud, &arn).map(|stream| stream.seen.clone())
    });
    let Some(mut seen) = absent(summary.await, &["ResourceNotFoundException"])? else {
        return Ok(None);
    };
    let tags = sim.read("kinesis", "ListTagsForStream", name, |cloud| {
        found(cloud, &seen.arn).map(|stream| stream.seen.tags.clone())
    });
    seen.tags = tags.await?;
    seen.own_key = kms::own(sim, own_key).await?;
    Ok(Some(seen))
}

pub(super) fn subject(change: &Change) -> &str {
    match change {
        Change::CreateStream { name, .. }
        | Change::UpdateShardCount { name, .. }
        | Change::IncreaseStreamRetentionPeriod { name, .. }
        | Change::DecreaseStreamRetentionPeriod { name, .. }
        | Change::StartStreamEncryption { name, .. }
        | Change::AddTagsToStream { name, .. }
        | Change::RemoveTagsFromStream { name, .. }
        | Change::DeleteStream { name, .. } => name,
        Change::UpdateStreamMode { arn, .. } => arn,
    }
}

pub(super) fn apply(cloud: &mut Cloud, here: &Scope, change: &Change) -> Answer<()> {
    let arn = match change {
        Change::UpdateStreamMode { arn, .. } => arn.clone(),
        other => here.stream(subject(other)).to_string(),
    };
    match change {
        Change::CreateStream { name, shards, tags } => create(cloud, &arn, name, *shards, tags),
        Change::UpdateShardCount { target, .. } => reshard(cloud, &arn, *target),
        Change::UpdateStreamMode { on_demand, .. } => switch(cloud, &arn, *on_demand),
        Change::IncreaseStreamRetentionPeriod { hours, .. } => retain(cloud, &arn, *hours, true),
        Change::DecreaseStreamRetentionPeriod { hours, .. } => retain(cloud, &arn, *hours, false),
        Change::StartStreamEncryption { key, .. } => {
            active(cloud, &arn)?;
            kms::usable(cloud, key)?;
            let key = key.to_string();
            if today(&found(cloud, &arn)?.keys, cloud.now) >= KEYS {
                let message = "A new key was applied to the stream 25 times in the last 24 hours";
                return refuse(400, "LimitExceededException", message);
            }
            let at = cloud.now;
            cloud.streams.edit(at, &arn, |live| live.keys.push(at));
            updating(cloud, &arn, move |live| live.key = Some(key.clone()));
            Ok(())
        }
        Change::AddTagsToStream { tags, .. } => {
            active(cloud, &arn)?;
            let mut sum = found(cloud, &arn)?.seen.tags.clone();
            check::add_tags(&mut sum, tags, "InvalidArgumentException")?;
            cloud.streams.edit(cloud.now, &arn, |live| live.seen.tags = sum);
            Ok(())
        }
        Change::RemoveTagsFromStream { keys, .. } => {
            active(cloud, &arn)?;
            cloud
                .streams
                .edit(cloud.now, &arn, |live| super::untag(&mut live.seen.tags, keys));
            Ok(())
        }
        Change::DeleteStream {
            name,
            enforce_consumer_deletion,
        } => {
            active(cloud, &arn)?;
            if !enforce_consumer_deletion && !found(cloud, &arn)?.consumers.is_empty() {
                let account = &cloud.account;
                let message = format!("Stream {name} under account {account} has consumers registered to it");
                return refuse(400, "ResourceInUseException", message);
            }
            cloud
                .streams
                .edit(cloud.now, &arn, |live| live.seen.status = "DELETING".into());
            let due = cloud.after(cloud.timing.stream_deleting);
            cloud.streams.later(due, &arn, Then::Gone);
            Ok(())
        }
    }
}

fn create(cloud: &mut Cloud, arn: &str, name: &str, shards: Option<i32>, tags: &Tags) -> Answer<()> {
    if !check::name(name, 128, "_.-") {
        return refuse(
            400,
            "ValidationException",
            "Value at 'streamName' failed to satisfy constraint",
        );
    }
    check::tags(tags, "InvalidArgumentException")?;
    if shards.is_some_and(|shards| shards < 1) {
        return refuse(
            400,
            "ValidationException",
            "Value at 'shardCount' failed to satisfy constraint",
        );
    }
    if cloud.streams.get(arn).is_some() {
        let message = format!("Stream {name} under account {} already exists.", cloud.account);
        return refuse(400, "ResourceInUseException", message);
    }
    if cloud
        .streams
        .iter()
        .filter(|(_, s)| s.seen.status == "CREATING")
        .count()
        >= 5
    {
        return refuse(
            400,
            "LimitExceededException",
            "5 streams are already being created",
        );
    }
    room(cloud, shards.unwrap_or(0), shards.is_none())?;
    let seen = Observed {
        name: name.to_owned(),
        arn: arn.to_owned(),
        status: "CREATING".into(),
        on_demand: shards.is_none(),
        open_shards: shards.unwrap_or(4),
        retention_hours: 24,
        key: None,
        own_key: None,
        tags: tags.clone(),
    };
    let stream = Stream {
        seen,
        ..Stream::default()
    };
    cloud.streams.write(cloud.now, arn, stream);
    let activate = |live: &mut Stream| live.seen.status = "ACTIVE".into();
    let due = cloud.after(cloud.timing.stream_creating);
    cloud.streams.later(due, arn, Then::Turn(Arc::new(activate)));
    Ok(())
}

/// Whether the account may have so many more shards, or one more stream on demand.
fn room(cloud: &Cloud, shards: i32, on_demand: bool) -> Answer<()> {
    let live = || cloud.streams.iter().map(|(_, stream)| &stream.seen);
    if on_demand && live().filter(|s| s.on_demand).count() >= cloud.quotas.on_demand_streams {
        let message = "This request would exceed the limit of on-demand streams for the account";
        return refuse(400, "LimitExceededException", message);
    }
    let provisioned = live().filter(|s| !s.on_demand).map(|s| s.open_shards);
    let sum = usize::try_from(provisioned.sum::<i32>() + shards).unwrap_or_default();
    if shards > 0 && sum > cloud.quotas.shards {
        let message = format!(
            "This request would exceed the shard limit for the account {}. Limit: {}.",
            cloud.account, cloud.quotas.shards
        );
        return refuse(400, "LimitExceededException", message);
    }
    Ok(())
}

/// At most double, at least half, ten times a day (API reference, `UpdateShardCount`).
fn reshard(cloud: &mut Cloud, arn: &str, target: i32) -> Answer<()> {
    active(cloud, arn)?;
    let live = found(cloud, arn)?;
    let now = live.seen.open_shards;
    if live.seen.on_demand {
        let message = "UpdateShardCount is not supported for streams in ON_DEMAND mode.";
        return refuse(400, "ValidationException", message);
    }
    if target < 1 || target > 2 * now || 2 * target < now {
        let message =
            format!("UpdateShardCount cannot scale from {now} to {target}: at most double, at least half.");
        return refuse(400, "InvalidArgumentException", message);
    }
    if target > 10_000 {
        let message = "A stream cannot have more than 10000 shards.";
        return refuse(400, "InvalidArgumentException", message);
    }
    room(cloud, target - now, false)?;
    if today(&live.reshards, cloud.now) >= RESHARDS {
        let message = "UpdateShardCount has been called 10 times in the last 24 hours";
        return refuse(400, "LimitExceededException", message);
    }
    let at = cloud.now;
    cloud.streams.edit(at, arn, |live| live.reshards.push(at));
    updating(cloud, arn, move |live| live.open_shards = target);
    Ok(())
}

/// Two switches a day (developer guide). What on-demand grew to stays when it ends.
fn switch(cloud: &mut Cloud, arn: &str, on_demand: bool) -> Answer<()> {
    active(cloud, arn)?;
    if today(&found(cloud, arn)?.switches, cloud.now) >= SWITCHES {
        let message = "The stream's capacity mode was switched 2 times in the last 24 hours";
        return refuse(400, "LimitExceededException", message);
    }
    let at = cloud.now;
    cloud.streams.edit(at, arn, |live| live.switches.push(at));
    updating(cloud, arn, move |live| live.on_demand = on_demand);
    Ok(())
}

fn retain(cloud: &mut Cloud, arn: &str, hours: i32, longer: bool) -> Answer<()> {
    active(cloud, arn)?;
    let now = found(cloud, arn)?.seen.retention_hours;
    if !(24..=8760).contains(&hours) {
        let message = "Retention period must be between 24 and 8760 hours.";
        return refuse(400, "InvalidArgumentException", message);
    }
    if hours == now {
        return Ok(());
    }
    if longer != (hours > now) {
        let way = if longer { "longer" } else { "shorter" };
        let message =
            format!("Requested retention period {hours} must be {way} than the current one, {now} hours.");
        return refuse(400, "InvalidArgumentException", message);
    }
    updating(cloud, arn, move |live| live.retention_hours = hours);
    Ok(())
}

fn today(times: &[Timestamp], now: Timestamp) -> usize {
    let since = now - SignedDuration::from_hours(24);
    times.iter().filter(|at| **at > since).count()
}

/// UPDATING, and the change shows once it is ACTIVE again.
fn updating(cloud: &mut Cloud, arn: &str, change: impl Fn(&mut Observed) + Send + Sync + 'static) {
    cloud
        .streams
        .edit(cloud.now, arn, |live| live.seen.status = "UPDATING".into());
    let turn = move |live: &mut Stream| {
        live.seen.status = "ACTIVE".into();
        change(&mut live.seen);
    };
    let due = cloud.after(cloud.timing.stream_updating);
    cloud.streams.later(due, arn, Then::Turn(Arc::new(turn)));
}

fn found<'a>(cloud: &'a Cloud, arn: &str) -> Answer<&'a Stream> {
    let none = || {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let message = format!("Stream {name} under account {} not found.", cloud.account);
        Refused::new(400, "ResourceNotFoundException", message)
    };
    cloud.streams.get(arn).ok_or_else(none)
}

fn active(cloud: &Cloud, arn: &str) -> Answer<()> {
    let live = &found(cloud, arn)?.seen;
    if live.status == "ACTIVE" {
        return Ok(());
    }
    let message = format!(
        "Stream {} not ACTIVE, instead in state {}",
        live.name, live.status
    );
    refuse(400, "ResourceInUseException", message)
}
