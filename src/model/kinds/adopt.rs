//! Taking over a resource that exists and is nobody's: what would change of it, what stands against that, and the one
//! call that makes it the lake's. That call changes nothing else, so whatever comes after it is done to what is ours.

use super::{
    Assessment, Change, Circumstances, Desired, Difference, Observed, WaitFor, assess, bucket, key,
    log_group, role, table,
};
use crate::api::vocabulary as words;
use crate::model::lake::Lake;
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// What came of the question whether a resource can be taken over.
#[derive(Clone, Debug, PartialEq)]
pub enum Takeover {
    /// It can: these properties would change, and this call makes it the lake's.
    Open {
        /// Everything that differs from what is declared, the tags among it.
        differences: Vec<Difference>,
        /// Sets the owner's tags beside those that are there, and changes nothing else.
        mark: Box<Change>,
    },
    /// That can't be told yet.
    Settling(WaitFor),
    /// It can't, or data would be lost: why, and the way out.
    Refused(String),
}

/// Whether `live`, which is nobody's, can become the lake's `id`.
pub fn takeover(lake: &Lake, id: Id, desired: &Desired, live: &Observed, cx: &Circumstances) -> Takeover {
    let stands_against = match (desired, live) {
        (Desired::Key(_), Observed::Key(live)) => key::adoptable(live),
        (Desired::Bucket(desired), Observed::Bucket(live)) => match bucket::adoptable(desired, live) {
            Ok(stands_against) => stands_against,
            Err(wait) => return Takeover::Settling(wait),
        },
        (Desired::LogGroup(desired), Observed::LogGroup(live)) => log_group::adoptable(desired, live),
        (Desired::Role(_), Observed::Role(live)) => {
            role::adoptable(&lake.place.role(lake.name(id)).to_string(), live)
        }
        _ => None,
    };
    if let Some(why) = stands_against {
        return Takeover::Refused(why);
    }
    let differences = match assess(desired, Some(live), cx) {
        Assessment::Apply { differences, .. } => differences,
        Assessment::Settling(wait) => return Takeover::Settling(wait),
        Assessment::Refused(refusal) => return Takeover::Refused(refusal.message),
        Assessment::InSync => Vec::new(),
    };
    match mark(lake, desired, live, cx) {
        Some(mark) => Takeover::Open {
            differences,
            mark: Box::new(mark),
        },
        // What came out failed would be deleted and made anew, which is not done to what is nobody's.
        None => Takeover::Refused(format!(
            "it would have to be deleted and made anew ({}): delete it, and it is made as declared",
            differences
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ")
        )),
    }
}

/// The call that sets the owner's tags. A table has parameters instead, and one call for all that it is. Where a tag says
/// already which are the user's, those stay as they are: a later call mends them together with that tag.
fn mark(lake: &Lake, desired: &Desired, live: &Observed, cx: &Circumstances) -> Option<Change> {
    let mut desired = desired.clone();
    if live.tags().contains_key(words::TAG_KEYS) {
        let (tags, owners) = (desired.tags_mut(), lake.owner.tags(&Tags::new()));
        tags.retain(|key, _| owners.contains_key(key) || !lake.tags.contains_key(key));
        for (key, value) in live.tags() {
            tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    if let (Desired::Table(desired), Observed::Table(live)) = (&desired, live) {
        return Some(Change::Table(table::mark(&lake.tags, desired, live)));
    }
    match assess(&desired, Some(live), cx) {
        Assessment::Apply { changes, .. } => changes.into_iter().find(Change::sets_tags),
        _ => None,
    }
}

impl Change {
    /// Whether it sets tags, takes some away, or writes a table's parameters, which are its tags.
    pub fn writes_tags(&self) -> bool {
        self.creates() || writes_tags(self.operation().1)
    }

    /// Whether it sets tags, and does nothing else.
    pub fn sets_tags(&self) -> bool {
        sets_tags(self.operation().1)
    }
}

fn sets_tags(operation: &str) -> bool {
    matches!(
        operation,
        "TagResource" | "TagRole" | "TagDeliveryStream" | "AddTagsToStream" | "PutBucketTagging"
    )
}

/// Whether a call of that name writes tags of what is there already, or a table's parameters.
pub fn writes_tags(operation: &str) -> bool {
    let removes = [
        "UntagResource",
        "UntagRole",
        "UntagDeliveryStream",
        "RemoveTagsFromStream",
        "UpdateTable",
    ];
    sets_tags(operation) || removes.contains(&operation)
}
