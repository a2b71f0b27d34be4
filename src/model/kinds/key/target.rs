//! Where to look for a key, and which of those seen it is.

use super::Observed;
use crate::api::vocabulary as words;
use crate::model::kinds::Depth;
use crate::model::lake::Lake;
use crate::model::owner::{Owner, Ownership, Tags};
use crate::model::topology::Id;

/// Where to look: at the alias and at the ids of earlier passes, else among all keys by their tags.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Which of the two.
    pub id: Id,
    /// Alias, with `alias/` in front.
    pub alias: String,
    /// Alias of the lake's other key.
    pub siblings_alias: String,
    /// Key id that an earlier pass recorded.
    pub known: Option<String>,
    /// Ids of other keys of the lake for the same use that earlier passes saw.
    pub spare: Vec<String>,
    /// Nonces of calls that were given up: what they made does not take the place of the known one while KMS does not show
    /// that.
    pub given_up: Vec<String>,
    /// Whether to search among all keys even where one is named: a call was begun of whose key nothing is known.
    pub search: bool,
    /// Whether to read every alias that names it: a key that is to go may be somebody else's to use.
    pub aliases: bool,
    /// Whose tags to search for.
    pub owner: Owner,
    /// The description, which tells the lake's two keys apart where they have no tag for it.
    pub description: String,
}

/// Where to look for it, and how deep.
pub fn target(lake: &Lake, id: Id, depth: Depth) -> Target {
    let given_up = lake.record.abandoned.get(&id).into_iter().flatten();
    let given_up: Vec<_> = given_up.map(|intent| intent.nonce.clone()).collect();
    Target {
        id,
        alias: alias(lake, id).to_owned(),
        siblings_alias: alias(lake, sibling(id)).to_owned(),
        known: lake.record.keys.get(&id).cloned(),
        spare: lake.record.spare_keys.get(&id).cloned().unwrap_or_default(),
        search: lake.record.has_begun(id),
        aliases: depth == Depth::Contents || !given_up.is_empty(),
        given_up,
        owner: lake.owner.clone(),
        description: description(&lake.owner, id),
    }
}

pub(super) fn alias(lake: &Lake, id: Id) -> &str {
    match id {
        Id::StreamKey => &lake.names.stream_key_alias,
        _ => &lake.names.bucket_key_alias,
    }
}

pub(super) fn description(Owner { namespace, name, .. }: &Owner, id: Id) -> String {
    let of = if id == Id::StreamKey { "Stream" } else { "Bucket" };
    format!("{of} key of data lake {namespace}/{name}")
}

fn sibling(id: Id) -> Id {
    match id {
        Id::StreamKey => Id::BucketKey,
        _ => Id::StreamKey,
    }
}

impl Target {
    /// The ids and aliases at which to look first.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let ids = self.known.iter().chain(&self.spare);
        ids.map(String::as_str)
    }

    /// Whether a key that was found among all is this one.
    pub fn fits(&self, tags: &Tags, description: &str) -> bool {
        self.is_ours(tags) && self.role(tags).unwrap_or(self.description == description)
    }

    /// Whether a key that alias or record names is this one. Its description may have been edited, so it counts only
    /// when it is the other key's.
    fn accepts(&self, key: &Observed) -> bool {
        let siblings = || key.description == description(&self.owner, sibling(self.id));
        self.is_ours(&key.tags) && self.role(&key.tags).unwrap_or_else(|| !siblings())
    }

    fn is_ours(&self, tags: &Tags) -> bool {
        self.owner.judge(tags) == Ownership::Ours
    }

    /// Where there is another, known, that KMS does not show: whether this one was made by a call that was given up, or was
    /// on its way to deletion when that was made.
    fn is_left_over(&self, key: &Observed) -> bool {
        // One without a nonce stands for the calls of a status that was lost.
        let given_up = || {
            let made_by = |nonce: &str| self.given_up.iter().any(|call| call.is_empty() || call == nonce);
            key.nonce().is_some_and(made_by)
        };
        self.known.is_some()
            && key.alias_target.as_deref() != Some(key.arn.key_id())
            && (key.state == "PendingDeletion" || given_up())
    }

    /// Whether the tags say that it is this key; keys from before there was such a tag say nothing.
    fn role(&self, tags: &Tags) -> Option<bool> {
        let resource = tags.get(words::TAG_RESOURCE)?;
        Some(resource == self.id.as_str())
    }

    /// Whether to search among all keys, after those named were read.
    pub fn searches(&self, named: &[Observed]) -> bool {
        // The recorded one may have lost its tags: nothing is made beside it.
        let recorded = |key: &Observed| self.known.as_deref() == Some(key.arn.key_id());
        let stops = |key: &Observed| self.accepts(key) || !self.is_ours(&key.tags) && recorded(key);
        self.search || !named.iter().any(stops)
    }

    /// The key among those named and those found, with its others: the recorded one, that behind the alias, one that is
    /// not pending deletion, the same at each look. Without any, the one that is in the way. An alias carries no tags: it
    /// is the lake's where it names a key of the lake's.
    pub fn pick(&self, named: Vec<Observed>, found: Vec<Observed>) -> Option<Observed> {
        let rank = |key: &Observed| {
            let id = Some(key.arn.key_id());
            (
                self.known.as_deref() != id,
                key.alias_target.as_deref() != id,
                key.state == "PendingDeletion",
                key.arn.to_string(),
            )
        };
        let owned = named.iter().filter(|key| self.is_ours(&key.tags)).chain(&found);
        let owned: Vec<_> = owned.map(|key| key.arn.key_id().to_owned()).collect();
        let (mut ours, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|key| self.accepts(key));
        ours.retain(|key| !found.iter().any(|same| same.arn == key.arn));
        ours.extend(found);
        for key in &mut ours {
            let target = key.alias_target.as_ref();
            key.alias_taken = target.is_some_and(|target| !owned.contains(target));
        }
        let known = |key: &Observed| self.known.as_deref() == Some(key.arn.key_id());
        if !ours.iter().any(known) {
            ours.retain(|key| !self.is_left_over(key));
        }
        ours.sort_by_key(rank);
        let mut ours = ours.into_iter();
        let Some(mut key) = ours.next() else {
            let mut foreign: Vec<_> = others
                .into_iter()
                .filter(|key| !self.is_ours(&key.tags))
                .collect();
            foreign.sort_by_key(|key| key.alias_target.as_deref() != Some(key.arn.key_id()));
            return foreign.into_iter().next();
        };
        key.others = ours.filter(|other| other.state != "PendingDeletion").collect();
        Some(key)
    }
}
