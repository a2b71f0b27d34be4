//! Keys that are about to be replaced. What was written under one can be read with it alone, so it is recorded first.

use super::{Plan, Step, Verb};
use crate::model::arn::KeyArn;
use crate::model::kinds::{self, WaitFor};
use crate::model::lake::Lake;
use crate::model::memory::{Sight, Snapshot};
use crate::model::topology::Id;

/// What encrypts, in which property it names its key, and whose place among the used keys that key has.
const USERS: [(Id, &str, Id); 4] = [
    (Id::LakeBucket, "ServerSideEncryption", Id::BucketKey),
    (Id::RawBucket, "ServerSideEncryption", Id::BucketKey),
    (Id::Stream, "KeyId", Id::StreamKey),
    (Id::Delivery, "EncryptionConfiguration", Id::BucketKey),
];

impl Plan {
    /// Holds back the call that replaces a key which the record lacks: that of a resource that was taken over, or one that
    /// somebody set outside. This pass writes the key to status, a later one makes the call.
    pub(super) fn record_replaced(&mut self, lake: &Lake, snapshot: &Snapshot) {
        for (user, property, id) in USERS {
            let keys = self.replaced_by(lake, snapshot, user, property, id);
            if keys.is_empty() {
                continue;
            }
            if let Some(planned) = self.steps.get_mut(&user) {
                let what = "status to record the key that it is encrypted with until now";
                planned.step = Step::Wait(WaitFor::new(what, 1));
            }
            self.replaced.entry(id).or_default().extend(keys);
        }
    }

    fn replaced_by(&self, lake: &Lake, snapshot: &Snapshot, user: Id, property: &str, id: Id) -> Vec<KeyArn> {
        let (Some(Step::Apply(work)), Some(Sight::Present(live))) = (self.step(user), snapshot.get(&user))
        else {
            return Vec::new();
        };
        if work.verb != Verb::Update || !work.changes.iter().any(|change| change.writes(property)) {
            return Vec::new();
        }
        let of_id = USERS.iter().filter(|(_, _, of)| *of == id);
        let today: Vec<_> = of_id
            .filter_map(|(user, _, _)| self.facts.cipher(lake, *user))
            .collect();
        let former = lake.record.used_keys.get(&id);
        let known = |key: &KeyArn| {
            today.iter().any(|today| today.key() == Some(key))
                || former.is_some_and(|keys| keys.contains(key))
        };
        let mut keys = kinds::keys(lake, live);
        keys.retain(|key| !known(key));
        keys
    }
}
