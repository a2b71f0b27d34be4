//! What differs on an `ACTIVE` stream, and the next call.

use super::{Change, Desired, Observed};
use crate::api::vocabulary::{SHORTEN_RETENTION, reasons};
use crate::model::arn::KeyArn;
use crate::model::kinds::{self, Assessment, Cause, Circumstances, Difference, Refusal, compare};

/// Tags, then the first call that sets the stream to `UPDATING`: Kinesis takes one of those at a time, and
/// tags only while it is `ACTIVE` (Kinesis API reference, `CreateStream`, `UpdateShardCount`). The
/// differences are all that there are; what is left is mended by later passes.
pub(super) fn assess(desired: &Desired, live: &Observed, cx: &Circumstances) -> Assessment {
    let Desired {
        name,
        arn: _,
        shards,
        retention_hours,
        key,
        tags,
    } = desired;
    let mut differences = Vec::new();
    let mut changes = Vec::new();
    if let Some((change, difference)) = compare::tags(tags, &live.tags) {
        differences.push(difference);
        if !change.remove.is_empty() {
            let (name, keys) = (name.clone(), change.remove);
            changes.push(Change::RemoveTagsFromStream { name, keys });
        }
        if !change.set.is_empty() {
            let (name, tags) = (name.clone(), change.set);
            changes.push(Change::AddTagsToStream { name, tags });
        }
    }
    let steps = [
        encryption(key, live),
        capacity(*shards, live),
        retention(*retention_hours, live, cx),
    ];
    let mut next = None;
    let mut refused = None;
    for (difference, step) in steps.into_iter().flatten() {
        differences.push(difference);
        match step {
            Ok(change) => next = next.or(Some(change)),
            Err(refusal) => refused = Some(refusal),
        }
    }
    changes.extend(next);
    match refused {
        // An edit is refused as a whole; what was changed outside is mended as far as that goes.
        Some(refusal) if changes.is_empty() || cx.cause == Cause::Edit => Assessment::Refused(refusal),
        _ => Assessment::of(
            changes.into_iter().map(kinds::Change::Stream).collect(),
            differences,
        ),
    }
}

/// A difference, and what mends it.
type Step = Option<(Difference, Result<Change, Refusal>)>;

fn encryption(key: &KeyArn, live: &Observed) -> Step {
    let same = |have: &String| *have == key.to_string() || have == key.key_id();
    if live.key.as_ref().is_some_and(same) {
        return None;
    }
    let have = live.key.as_deref().unwrap_or("no encryption");
    let change = Change::StartStreamEncryption {
        name: live.name.clone(),
        key: key.clone(),
    };
    Some((Difference::new("KeyId", key.to_string(), have), Ok(change)))
}

/// Mode first: the count is what AWS made of it when a stream comes back from on demand.
fn capacity(shards: Option<i32>, live: &Observed) -> Step {
    let mode = |on_demand| if on_demand { "ON_DEMAND" } else { "PROVISIONED" };
    if live.on_demand != shards.is_none() {
        let change = Change::UpdateStreamMode {
            arn: live.arn.clone(),
            on_demand: shards.is_none(),
        };
        let difference = Difference::new("StreamMode", mode(shards.is_none()), mode(live.on_demand));
        return Some((difference, Ok(change)));
    }
    let target = shards.filter(|shards| *shards != live.open_shards)?;
    let change = Change::UpdateShardCount {
        name: live.name.clone(),
        target: next_count(live.open_shards, target),
    };
    let difference = Difference::new("ShardCount", target.to_string(), live.open_shards.to_string());
    Some((difference, Ok(change)))
}

/// The count nearest to `target` that one call may ask for: at most twice, at least half of what is there
/// (Kinesis API reference, `UpdateShardCount`).
fn next_count(now: i32, target: i32) -> i32 {
    let now = now.max(1);
    // Half, rounded up.
    target.clamp(now / 2 + now % 2, now.saturating_mul(2))
}

fn retention(hours: i32, live: &Observed, cx: &Circumstances) -> Step {
    let name = live.name.clone();
    let difference =
        |want: String| Difference::new("RetentionPeriodHours", want, live.retention_hours.to_string());
    match hours.cmp(&live.retention_hours) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => {
            let change = Change::IncreaseStreamRetentionPeriod { name, hours };
            Some((difference(hours.to_string()), Ok(change)))
        }
        std::cmp::Ordering::Less if cx.consent.shorten_retention => {
            let change = Change::DecreaseStreamRetentionPeriod { name, hours };
            Some((difference(hours.to_string()), Ok(change)))
        }
        std::cmp::Ordering::Less => {
            let have = live.retention_hours;
            let message = format!(
                "stream {name} keeps records for {have} hours; lowering that to {hours} destroys the older ones at once. \
                 To do so, annotate the object with {SHORTEN_RETENTION}: \"true\"; to keep them, set \
                 retention.streamHours to {have}"
            );
            let refusal = Refusal {
                reason: reasons::CHANGE_REFUSED,
                message,
            };
            let want = format!("{hours} (only with the annotation {SHORTEN_RETENTION})");
            Some((difference(want), Err(refusal)))
        }
    }
}
