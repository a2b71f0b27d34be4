//! Properties that somebody changes back again and again: they are reported, and left, so that nobody is fought.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::kinds::{Cause, Difference};
use super::plan::{Plan, Step, Verb, Work};
use super::topology::Id;

/// So many flips within [`WINDOW`] make a property contested.
const FLIPS: usize = 3;
/// How long a flip counts, and how quiet a contested property must have been before it is put right again.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// How often each property was changed back, as far as this process knows.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Contests {
    /// The generation that all this is of: an edit begins anew.
    generation: i64,
    courses: BTreeMap<(Id, String), Course>,
}

/// What became of a property that was put right.
#[derive(Clone, Debug, PartialEq)]
struct Course {
    /// When it was last put right.
    mended: Timestamp,
    /// Whether a look has shown it as declared since then. Until one has, that it differs may be lag.
    held: bool,
    /// When it differed again after it had held.
    flips: Vec<Timestamp>,
    /// Since when it is left as somebody set it, and how.
    left: Option<(Timestamp, String)>,
}

impl Contests {
    /// Forgets what was before an edit of the spec.
    pub fn begin(&mut self, generation: i64) {
        if self.generation != generation {
            *self = Self {
                generation,
                ..Self::default()
            };
        }
    }

    /// Whether a property that differs now is to be left.
    pub fn is_contested(&self, id: Id, property: &str, now: Timestamp) -> bool {
        let course = self.courses.get(&(id, property.to_owned()));
        course.is_some_and(|course| match &course.left {
            Some((since, _)) => now.duration_since(*since) < WINDOW,
            None => course.recent(now).count() + usize::from(course.held) >= FLIPS,
        })
    }

    /// Notes that calls for these properties succeeded.
    pub fn mended(&mut self, id: Id, work: &Work, now: Timestamp) {
        if !counts(work) {
            return;
        }
        for difference in &work.differences {
            let course = self
                .courses
                .entry((id, difference.property.clone()))
                .or_insert_with(|| Course {
                    mended: now,
                    held: false,
                    flips: Vec::new(),
                    left: None,
                });
            course.mended = now;
            course.held = false;
            course.left = None;
        }
    }

    /// Notes what holds and what differs, by a plan that was made after the looks of this pass.
    pub fn see(&mut self, plan: &Plan, now: Timestamp) {
        for (id, planned) in &plan.steps {
            let (fought, differ): (&[Difference], &[Difference]) = match &planned.step {
                Step::InSync => (&[], &[]),
                Step::Contested { fought, besides } => (fought, besides),
                Step::Apply(work) if counts(work) => (&[], &work.differences),
                // What differs is not known, or may be lag.
                _ => continue,
            };
            let in_sync = planned.step == Step::InSync;
            let of_id = self.courses.iter_mut().filter(|((of, _), _)| of == id);
            for ((_, property), course) in of_id {
                let named = |list: &'_ [Difference]| list.iter().find(|d| d.property == *property).cloned();
                if let Some(difference) = named(fought) {
                    course.leave(difference.have, now);
                } else if named(differ).is_some() {
                    course.flip(now);
                } else if in_sync || course.left.is_none() {
                    course.held = true;
                    course.left = None;
                }
            }
        }
        self.courses.retain(|_, course| course.matters(now));
    }
}

impl Course {
    fn recent(&self, now: Timestamp) -> impl Iterator<Item = &Timestamp> {
        self.flips
            .iter()
            .filter(move |at| now.duration_since(**at) < WINDOW)
    }

    fn flip(&mut self, now: Timestamp) {
        if self.held {
            self.held = false;
            self.flips.push(now);
        }
    }

    /// Somebody who goes on changing it keeps it contested.
    fn leave(&mut self, have: String, now: Timestamp) {
        self.flip(now);
        if self.left.as_ref().is_none_or(|(_, before)| *before != have) {
            self.left = Some((now, have));
        }
    }

    fn matters(&mut self, now: Timestamp) -> bool {
        self.flips = self.recent(now).copied().collect();
        let young = |at: Timestamp| now.duration_since(at) < WINDOW;
        young(self.mended) || !self.flips.is_empty() || self.left.as_ref().is_some_and(|(at, _)| young(*at))
    }
}

/// Whether the work puts right what was changed outside. What AWS itself made fail is nobody's doing.
fn counts(work: &Work) -> bool {
    work.cause == Cause::Drift && work.verb == Verb::Update && !work.came_out_failed()
}

#[cfg(test)]
mod tests;
