//! What a lake declares, made once for all plans of a pass.

use std::collections::BTreeMap;

use super::digest;
use crate::model::kinds::{self, Desired};
use crate::model::lake::{Facts, Lake, Wish};
use crate::model::topology::Id;

/// What is declared of each resource, and its digest.
type Declarations = BTreeMap<Id, (Desired, String)>;

/// What one lake declares of each resource that it wants, with its digest: made anew when the facts that it rests on
/// change. Of another lake it knows nothing.
#[derive(Debug, Default)]
pub struct Declared {
    made: Option<(Facts, Declarations)>,
}

impl Declared {
    /// What is declared where these are the facts; nothing of a resource whose key has no ARN yet.
    pub fn of(&mut self, lake: &Lake, facts: &Facts) -> &Declarations {
        if self.made.as_ref().is_none_or(|(known, _)| known != facts) {
            self.made = None;
        }
        let make = || (facts.clone(), declare(lake, facts));
        &self.made.get_or_insert_with(make).1
    }
}

fn declare(lake: &Lake, facts: &Facts) -> Declarations {
    let wanted = Id::ALL.into_iter().filter(|id| lake.wish(*id) == Wish::Wanted);
    let declared = wanted.filter_map(|id| {
        let desired = kinds::desired(lake, facts, id)?;
        let digest = digest(&desired);
        Some((id, (desired, digest)))
    });
    declared.collect()
}
