//! What a lake declares, made once for all plans that rest on the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::digest;
use crate::model::kinds::{self, Desired, Observed};
use crate::model::lake::{Consent, Facts, Lake, Record, Wish};
use crate::model::topology::Id;

/// What one lake declares of each resource that it wants: made anew when the facts that it rests on change. Of another
/// lake it knows nothing.
#[derive(Debug, Default)]
pub struct Declared {
    made: Option<(Basis, Declarations)>,
}

/// What is declared of each resource.
type Declarations = BTreeMap<Id, Declaration>;

/// What is declared of one resource.
#[derive(Debug)]
pub struct Declaration {
    /// It.
    pub desired: Desired,
    /// Its digest.
    pub digest: String,
    /// What AWS said last, and the same in the declared words.
    said: Option<(Observed, Arc<Observed>)>,
}

/// All that declarations are made of.
#[derive(Debug)]
struct Basis {
    lake: Lake,
    wanted: Vec<Id>,
    facts: Facts,
}

impl Declared {
    /// What is still true for this lake: all of it, or nothing.
    #[must_use]
    pub fn of_lake(self, lake: &Lake) -> Self {
        let same = |(basis, _): &(Basis, _)| basis.wanted == wanted(lake) && basis.lake == essence(lake);
        Self {
            made: self.made.filter(same),
        }
    }

    /// What is declared where these are the facts; nothing of a resource whose key has no ARN yet.
    pub fn of(&mut self, lake: &Lake, facts: &Facts) -> &mut Declarations {
        if self.made.as_ref().is_none_or(|(basis, _)| basis.facts != *facts) {
            self.made = None;
        }
        let make = || {
            let basis = Basis {
                lake: essence(lake),
                wanted: wanted(lake),
                facts: facts.clone(),
            };
            let declarations = basis.declare();
            (basis, declarations)
        };
        &mut self.made.get_or_insert_with(make).1
    }
}

impl Basis {
    /// Of nothing but what the basis holds.
    fn declare(&self) -> Declarations {
        let declared = self.wanted.iter().filter_map(|id| {
            let desired = kinds::desired(&self.lake, &self.facts, *id)?;
            let digest = digest(&desired);
            let said = None;
            Some((
                *id,
                Declaration {
                    desired,
                    digest,
                    said,
                },
            ))
        });
        declared.collect()
    }
}

impl Declaration {
    /// What AWS says, in the declared words where it says the same. Mostly it says what it said last.
    pub fn recognize(&mut self, live: Observed) -> Arc<Observed> {
        if let Some((said, recognized)) = &self.said
            && *said == live
        {
            return Arc::clone(recognized);
        }
        let mut recognized = live.clone();
        kinds::recognize(&mut recognized, &self.desired);
        let recognized = Arc::new(recognized);
        self.said = Some((live, Arc::clone(&recognized)));
        recognized
    }
}

fn wanted(lake: &Lake) -> Vec<Id> {
    let all = Id::ALL.into_iter();
    all.filter(|id| lake.wish(*id) == Wish::Wanted).collect()
}

/// The lake without what changes from pass to pass, of which nothing is declared.
fn essence(lake: &Lake) -> Lake {
    Lake {
        generation: 0,
        version: String::new(),
        agreed: BTreeSet::new(),
        consent: Consent::default(),
        record: Record::default(),
        ..lake.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::DeletionPolicy;
    use crate::model::arn::{AccountId, Region};
    use crate::model::kinds::role;
    use crate::model::testing::{facts, key, lake};

    type Edit = fn(&mut Lake, &mut Facts);

    /// What a later pass may find otherwise, so that something else is declared.
    const EDITS: [(&str, Edit); 9] = [
        ("another account", |lake, _| {
            lake.place.account = AccountId::parse("999999999999").unwrap();
        }),
        ("another region", |lake, _| {
            lake.place.region = Region::parse("eu-west-3").unwrap();
        }),
        ("an edit", |lake, _| lake.stream_hours = 48),
        ("another name", |lake, _| lake.names.table = "other".into()),
        ("another tag", |lake, _| {
            drop(lake.tags.insert("a".into(), "b".into()));
        }),
        ("a part is off", |lake, _| lake.publisher = false),
        ("it goes", |lake, _| lake.leaving = Some(DeletionPolicy::Delete)),
        ("another key", |_, facts| facts.bucket_key = Some(key("3333"))),
        ("a former key", |_, facts| {
            facts.former_stream_keys = vec![key("4444")];
        }),
    ];

    fn told(declared: &mut Declared, lake: &Lake, facts: &Facts) -> Vec<(Id, Desired)> {
        let all = declared.of(lake, facts).iter();
        all.map(|(id, made)| (*id, made.desired.clone())).collect()
    }

    /// As the kinds say it of the lake itself.
    fn anew(lake: &Lake, facts: &Facts) -> Vec<(Id, Desired)> {
        let wanted = Id::ALL.into_iter().filter(|id| lake.wish(*id) == Wish::Wanted);
        let desired = wanted.filter_map(|id| Some((id, kinds::desired(lake, facts, id)?)));
        desired.collect()
    }

    #[test]
    fn what_an_earlier_pass_declared_is_never_said_of_another_lake_or_of_other_facts() {
        for (what, edit) in EDITS {
            let (mut lake, mut facts) = (lake(), facts());
            let mut declared = Declared::default();
            let before = told(&mut declared, &lake, &facts);
            edit(&mut lake, &mut facts);
            let mut declared = declared.of_lake(&lake);
            let after = told(&mut declared, &lake, &facts);
            assert_ne!(before, after, "{what}");
            assert_eq!(after, anew(&lake, &facts), "{what}");
        }
    }

    #[test]
    fn what_is_only_remembered_of_earlier_passes_changes_nothing_of_what_is_declared() {
        let (mut lake, facts) = (lake(), facts());
        let mut declared = Declared::default();
        let says = |declared: &mut Declared, lake: &Lake| {
            let role = role::Observed::default();
            let declaration = declared.of(lake, &facts).get_mut(&Id::DeliveryRole).unwrap();
            declaration.recognize(Observed::Role(role))
        };
        let said = says(&mut declared, &lake);
        lake.generation += 1;
        lake.version = "u-1/2".into();
        lake.consent.empty_buckets = true;
        lake.agreed.insert("abc".into());
        lake.record.seen = true;
        lake.record.applied.insert(Id::Stream, "digest".into());
        let mut declared = declared.of_lake(&lake);
        assert!(
            Arc::ptr_eq(&said, &says(&mut declared, &lake)),
            "it was made anew"
        );
        assert_eq!(told(&mut declared, &lake, &facts), anew(&lake, &facts));
    }

    #[test]
    fn another_answer_of_aws_is_recognized_anew() {
        let (lake, facts) = (lake(), facts());
        let mut declared = Declared::default();
        let declaration = declared.of(&lake, &facts).get_mut(&Id::DeliveryRole).unwrap();
        let Desired::Role(desired) = declaration.desired.clone() else {
            panic!("not a role");
        };
        let spaced = format!(" {}", desired.trust);
        for (trust, recognized) in [(&spaced, &desired.trust), (&"{}".into(), &"{}".into())] {
            let trust = trust.clone();
            let live = declaration.recognize(Observed::Role(role::Observed {
                trust,
                ..role::Observed::default()
            }));
            let Observed::Role(live) = live.as_ref() else {
                panic!("not a role");
            };
            assert_eq!(&live.trust, recognized);
        }
    }
}
