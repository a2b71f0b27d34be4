//! Resources by ARN, each with what it was, what it is, and what it will turn into.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::timing::View;

/// How long the past is kept: longer than any lag that [`super::Timing`] sensibly has.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

/// What happens to a resource when its time has come.
pub(super) enum Then<T> {
    /// It changes.
    Turn(Arc<dyn Fn(&mut T) + Send + Sync>),
    /// It is gone.
    Gone,
}

#[derive(Clone)]
struct Entry<T> {
    live: Option<T>,
    /// Until when each value was the truth, oldest first.
    past: Vec<(Timestamp, Option<T>)>,
    due: Option<(Timestamp, Then<T>)>,
}

/// The resources of one kind, by ARN.
#[derive(Clone)]
pub struct Shelf<T> {
    entries: BTreeMap<String, Entry<T>>,
    /// Before this, nothing that was said to become of any of them happens.
    quiet_until: Timestamp,
}

impl<T> Entry<T> {
    fn seen(&self, arn: &str, view: View) -> Option<&T> {
        if self.past.last().is_none_or(|(until, _)| view.knows_all(*until)) {
            return self.live.as_ref();
        }
        let old = self.past.iter().find(|(until, _)| !view.knows(arn, *until));
        old.map_or(self.live.as_ref(), |(_, value)| value.as_ref())
    }
}

impl<T> Clone for Then<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Turn(turn) => Self::Turn(Arc::clone(turn)),
            Self::Gone => Self::Gone,
        }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            quiet_until: Timestamp::MAX,
        }
    }
}

/// For tests that act as somebody outside: such a change is old at once, no reader sees what was before.
impl<T: Clone> Shelf<T> {
    /// The resource as it is.
    pub fn get(&self, arn: &str) -> Option<&T> {
        self.entries.get(arn)?.live.as_ref()
    }

    /// The resource, to be altered.
    pub fn get_mut(&mut self, arn: &str) -> Option<&mut T> {
        let entry = self.entries.get_mut(arn)?;
        entry.past.clear();
        entry.live.as_mut()
    }

    /// Puts a resource there, or replaces it.
    pub fn put(&mut self, arn: &str, value: T) {
        let entry = Entry {
            live: Some(value),
            past: Vec::new(),
            due: None,
        };
        self.entries.insert(arn.to_owned(), entry);
    }

    /// Takes a resource away.
    pub fn remove(&mut self, arn: &str) -> Option<T> {
        self.entries.remove(arn)?.live
    }

    /// Forgets what was to become of it: a state that ends, a deletion on its date.
    pub fn stay(&mut self, arn: &str) {
        if let Some(entry) = self.entries.get_mut(arn) {
            entry.due = None;
        }
    }

    /// Every resource with its ARN.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries
            .iter()
            .filter_map(|(arn, entry)| Some((arn.as_str(), entry.live.as_ref()?)))
    }

    /// Every resource, to be altered.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.entries
            .iter_mut()
            .filter_map(|(arn, entry)| Some((arn.as_str(), entry.live.as_mut()?)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Clone> Shelf<T> {
    /// The resource as a reader of this view sees it.
    pub(super) fn seen(&self, arn: &str, view: View) -> Option<&T> {
        self.entries.get(arn)?.seen(arn, view)
    }

    /// Whether it was there, and that it is gone is not known to this view yet.
    pub(super) fn lingers(&self, arn: &str, view: View) -> bool {
        let past = self.entries.get(arn).map_or(&[][..], |entry| &entry.past);
        past.iter()
            .any(|(until, value)| value.is_some() && !view.knows(arn, *until))
    }

    /// Creates or replaces it.
    pub(super) fn write(&mut self, now: Timestamp, arn: &str, value: T) {
        self.change(now, arn, |live| *live = Some(value));
    }

    /// Changes it where it stands; `None` if it is not there.
    pub(super) fn edit<R>(&mut self, now: Timestamp, arn: &str, edit: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.get(arn)?;
        self.change(now, arn, |live| live.as_mut().map(edit))
    }

    /// Changes of it what no read is late to know, without a copy of what it was.
    pub(super) fn edit_at_once(&mut self, arn: &str, edit: impl FnOnce(&mut T)) {
        if let Some(live) = self.entries.get_mut(arn).and_then(|entry| entry.live.as_mut()) {
            edit(live);
        }
    }

    /// Deletes it.
    pub(super) fn erase(&mut self, now: Timestamp, arn: &str) {
        self.change(now, arn, |live| *live = None);
    }

    /// Says what becomes of it later; what was to become of it before is forgotten.
    pub(super) fn later(&mut self, due: Timestamp, arn: &str, then: Then<T>) {
        if let Some(entry) = self.entries.get_mut(arn) {
            entry.due = Some((due, then));
            self.quiet_until = self.quiet_until.min(due);
        }
    }

    /// Lets everything happen whose time has come; returns the ARNs of what changed or went.
    pub(super) fn settle(&mut self, now: Timestamp) -> Vec<String> {
        if now < self.quiet_until {
            return Vec::new();
        }
        let due = |entry: &Entry<T>| entry.due.as_ref().is_some_and(|(due, _)| *due <= now);
        let ready = self.entries.iter().filter(|(_, entry)| due(entry));
        let arns: Vec<String> = ready.map(|(arn, _)| arn.clone()).collect();
        for arn in &arns {
            let entry = self.entries.get_mut(arn);
            match entry.and_then(|entry| entry.due.take()) {
                Some((due, Then::Turn(turn))) => self.change(due, arn, |live| {
                    if let Some(value) = live {
                        turn(value);
                    }
                }),
                Some((due, Then::Gone)) => self.erase(due, arn),
                None => {}
            }
        }
        let due = self.entries.values().filter_map(|entry| entry.due.as_ref());
        self.quiet_until = due.map(|(due, _)| *due).min().unwrap_or(Timestamp::MAX);
        arns
    }

    fn change<R>(&mut self, now: Timestamp, arn: &str, change: impl FnOnce(&mut Option<T>) -> R) -> R {
        let entry = self.entries.entry(arn.to_owned()).or_insert_with(|| Entry {
            live: None,
            past: Vec::new(),
            due: None,
        });
        entry.past.retain(|(until, _)| *until + MEMORY > now);
        entry.past.push((now, entry.live.clone()));
        change(&mut entry.live)
    }
}
