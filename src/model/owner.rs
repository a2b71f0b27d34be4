//! Whose a resource is: the ownership tags, and the user's own tags beside them.

use std::collections::BTreeMap;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::api::vocabulary as words;

/// Tags of a resource; for a Glue table, which takes none, its parameters.
pub type Tags = BTreeMap<String, String>;

/// The `Datalake` object that a resource belongs to. Never its uid: an object applied again must find its lake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The cluster id, by default the uid of the namespace `kube-system`.
    pub cluster: String,
    /// Namespace of the object.
    pub namespace: String,
    /// Name of the object.
    pub name: String,
}

/// What the tags of a resource say of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// This lake's.
    Ours,
    /// No owner's tag at all.
    Unowned,
    /// Another lake's, or that of another cluster; `Display` of it is for messages.
    Other(String),
}

impl Owner {
    /// The complete tags of every resource: the owner's, the user's, and which keys are the user's.
    pub fn tags(&self, user: &Tags) -> Tags {
        let mut tags = user.clone();
        tags.insert(words::TAG_MANAGED_BY.into(), words::MANAGED_BY.into());
        tags.insert(words::TAG_CLUSTER.into(), self.cluster.clone());
        tags.insert(words::TAG_NAMESPACE.into(), self.namespace.clone());
        tags.insert(words::TAG_NAME.into(), self.name.clone());
        if !user.is_empty() {
            tags.insert(words::TAG_KEYS.into(), user.keys().map(|k| key_hash(k)).collect());
        }
        tags
    }

    /// Whose a resource with these tags is.
    pub fn judge(&self, tags: &Tags) -> Ownership {
        let get = |key| tags.get(key).map(String::as_str);
        let (cluster, namespace, name) = (
            get(words::TAG_CLUSTER),
            get(words::TAG_NAMESPACE),
            get(words::TAG_NAME),
        );
        if (cluster, namespace, name) == (None, None, None) {
            return Ownership::Unowned;
        }
        let ours =
            cluster == Some(&self.cluster) && namespace == Some(&self.namespace) && name == Some(&self.name);
        if ours {
            Ownership::Ours
        } else {
            let part = |value: Option<&str>| value.unwrap_or("?").to_owned();
            Ownership::Other(format!(
                "{}/{} of cluster {}",
                part(namespace),
                part(name),
                part(cluster)
            ))
        }
    }
}

/// What must be called to bring tags to what is declared. Tags that others set are left alone, those of AWS (`aws:`) above
/// all.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TagChange {
    /// Tags to set.
    pub set: Tags,
    /// Keys to remove; removed before `set` is called, so that a crash between leaves the record of our keys.
    pub remove: Vec<String>,
}

/// The difference between declared and live tags, or `None` when there is none.
pub fn tag_change(declared: &Tags, live: &Tags) -> Option<TagChange> {
    if declared == live {
        return None;
    }
    let set: Tags = declared
        .iter()
        .filter(|(k, v)| live.get(*k) != Some(v))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let recorded = live.get(words::TAG_KEYS).map_or("", String::as_str).as_bytes();
    let was_ours = |key: &str| {
        let hashed = key_hash(key);
        !key.starts_with("aws:") && recorded.chunks(HASH_CHARS).any(|hash| hash == hashed.as_bytes())
    };
    let mut remove: Vec<String> = live
        .keys()
        .filter(|k| !recorded.is_empty() && !declared.contains_key(*k) && was_ours(k))
        .cloned()
        .collect();
    if live.contains_key(words::TAG_KEYS) && !declared.contains_key(words::TAG_KEYS) {
        remove.push(words::TAG_KEYS.to_owned());
    }
    let change = TagChange { set, remove };
    (change != TagChange::default()).then_some(change)
}

/// The whole set to write where the call replaces everything (S3, Glue table parameters): the live tags of others stay,
/// and so do AWS's own, which must be sent back as they are. S3 answers `InvalidTag`, "System tags cannot be removed by
/// requester", to a set without them (S3 API reference, `PutBucketTagging`).
pub fn merged(declared: &Tags, live: &Tags) -> Tags {
    let removed = tag_change(declared, live).map(|c| c.remove).unwrap_or_default();
    let mut tags: Tags = live
        .iter()
        .filter(|(k, _)| !removed.contains(k))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    tags.extend(declared.clone());
    tags
}

/// 40 keys of 6 characters fit into one tag value (256 characters).
const HASH_CHARS: usize = 6;

fn key_hash(key: &str) -> String {
    let mut hash = BASE32_NOPAD
        .encode(&Sha256::digest(key.as_bytes()))
        .to_ascii_lowercase();
    hash.truncate(HASH_CHARS);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            cluster: "c".into(),
            namespace: "analytics".into(),
            name: "events".into(),
        }
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    #[test]
    fn a_resource_without_any_owner_tag_is_unowned() {
        assert_eq!(
            owner().judge(&tags(&[("team", "data"), ("managed-by", "datalake-operator")])),
            Ownership::Unowned
        );
    }

    #[test]
    fn the_cluster_namespace_and_name_must_all_agree() {
        assert_eq!(owner().judge(&owner().tags(&Tags::new())), Ownership::Ours);
        for key in [words::TAG_CLUSTER, words::TAG_NAMESPACE, words::TAG_NAME] {
            let mut other = owner().tags(&Tags::new());
            other.insert(key.into(), "another".into());
            assert!(
                matches!(owner().judge(&other), Ownership::Other(_)),
                "{key} differs"
            );
            other.remove(key);
            assert!(
                matches!(owner().judge(&other), Ownership::Other(_)),
                "{key} is missing"
            );
        }
    }

    #[test]
    fn a_key_taken_out_of_the_users_tags_leaves_the_resource_and_others_tags_stay() {
        let mut live = owner().tags(&tags(&[("team", "data"), ("cost", "1")]));
        live.insert("someone".into(), "else".into());
        let declared = owner().tags(&tags(&[("cost", "1")]));
        let change = tag_change(&declared, &live).unwrap();
        assert_eq!(change.remove, ["team"]);
        assert_eq!(change.set.keys().collect::<Vec<_>>(), [words::TAG_KEYS]);
        assert_eq!(merged(&declared, &live).get("someone").unwrap(), "else");
        assert!(!merged(&declared, &live).contains_key("team"));
    }

    #[test]
    fn the_last_user_tag_takes_the_record_with_it() {
        let live = owner().tags(&tags(&[("team", "data")]));
        let change = tag_change(&owner().tags(&Tags::new()), &live).unwrap();
        assert_eq!(change.remove, ["team", words::TAG_KEYS]);
        assert!(change.set.is_empty());
    }

    #[test]
    fn tags_of_others_and_of_aws_are_no_difference() {
        let declared = owner().tags(&tags(&[("team", "data")]));
        let mut live = declared.clone();
        live.insert("aws:cloudformation:stack-name".into(), "x".into());
        live.insert("someone".into(), "else".into());
        assert_eq!(tag_change(&declared, &live), None);
    }

    #[test]
    fn tags_of_aws_are_sent_back_as_they_are_with_the_whole_set_and_are_never_set_or_removed() {
        let (key, value) = ("aws:cloudformation:stack-name", "x");
        // Even one that the record of our keys names, by whatever accident.
        let mut live = owner().tags(&tags(&[("team", "data"), (key, "")]));
        live.insert(key.into(), value.into());
        let declared = owner().tags(&tags(&[("team", "others")]));
        assert_eq!(merged(&declared, &live).get(key).map(String::as_str), Some(value));
        let change = tag_change(&declared, &live).unwrap();
        assert!(change.remove.is_empty(), "{change:?}");
        assert!(!change.set.contains_key(key), "{change:?}");
    }

    #[test]
    fn forty_keys_fit_into_one_tag_value() {
        let user: Tags = (0..40).map(|i| (format!("key-{i}"), String::new())).collect();
        assert!(owner().tags(&user)[words::TAG_KEYS].len() <= 256);
    }
}
