//! Resources that have the right names, and are not the lake's: each kind of resource in each such form.

use std::fmt::Debug;

use jiff::SignedDuration;
use serde_json::json;

use super::stage::{Stage, datalake};
use crate::api::vocabulary::{
    EMPTY_BUCKETS, MANAGED_BY, TAG_CLUSTER, TAG_MANAGED_BY, TAG_NAME, TAG_NAMESPACE,
};
use crate::cloud::sim::{Call, Cloud, Shelf, Sim};
use crate::model::arn::AccountId;
use crate::model::owner::Tags;
use crate::model::topology::Id;

/// In words, and what is done to the tags.
type Form = (&'static str, fn(&mut Tags));

/// How a resource comes not to be the lake's, by its tags.
#[rustfmt::skip]
const FORMS: [Form; 7] = [
    ("no tag", Tags::clear),
    ("tags of somebody", |tags| *tags = Tags::from([("team".into(), "others".into())])),
    ("managed-by alone", |tags| *tags = Tags::from([(TAG_MANAGED_BY.into(), MANAGED_BY.into())])),
    ("another cluster's", |tags| put(tags, TAG_CLUSTER, "cluster-2")),
    ("another namespace's", |tags| put(tags, TAG_NAMESPACE, "finance")),
    ("another lake's", |tags| put(tags, TAG_NAME, "other-events")),
    ("a tag short of ours", |tags| drop(tags.remove(TAG_CLUSTER))),
];

fn put(tags: &mut Tags, key: &str, value: &str) {
    tags.insert(key.into(), value.into());
}

const EXTRA: &str = r#"{"testPublisher": {"enabled": true}, "deletionPolicy": "Delete"}"#;

/// Gives the shelf of a kind to a macro's body, which is the same for all kinds.
macro_rules! shelf {
    ($cloud:expr, $id:expr, |$shelf:ident| $body:expr) => {
        match $id {
            Id::BucketKey | Id::StreamKey => {
                let $shelf = &mut $cloud.keys;
                $body
            }
            Id::LakeBucket | Id::RawBucket => {
                let $shelf = &mut $cloud.buckets;
                $body
            }
            Id::LogGroup | Id::PublisherLogGroup => {
                let $shelf = &mut $cloud.log_groups;
                $body
            }
            Id::Stream => {
                let $shelf = &mut $cloud.streams;
                $body
            }
            Id::Database => {
                let $shelf = &mut $cloud.databases;
                $body
            }
            Id::Table => {
                let $shelf = &mut $cloud.tables;
                $body
            }
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => {
                let $shelf = &mut $cloud.roles;
                $body
            }
            Id::Delivery => {
                let $shelf = &mut $cloud.deliveries;
                $body
            }
            Id::Crawler => {
                let $shelf = &mut $cloud.crawlers;
                $body
            }
            Id::Workgroup => {
                let $shelf = &mut $cloud.workgroups;
                $body
            }
            Id::Publisher => {
                let $shelf = &mut $cloud.functions;
                $body
            }
        }
    };
}

/// The tags of a resource; of a table, its parameters.
pub(super) fn tags<'a>(cloud: &'a mut Cloud, id: Id, arn: &str) -> &'a mut Tags {
    match id {
        Id::BucketKey | Id::StreamKey => &mut cloud.keys.get_mut(arn).unwrap().seen.tags,
        Id::LakeBucket | Id::RawBucket => &mut cloud.buckets.get_mut(arn).unwrap().seen.tags,
        Id::LogGroup | Id::PublisherLogGroup => &mut cloud.log_groups.get_mut(arn).unwrap().seen.tags,
        Id::Stream => &mut cloud.streams.get_mut(arn).unwrap().seen.tags,
        Id::Database => &mut cloud.databases.get_mut(arn).unwrap().tags,
        Id::Table => &mut cloud.tables.get_mut(arn).unwrap().input.parameters,
        Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => {
            &mut cloud.roles.get_mut(arn).unwrap().seen.tags
        }
        Id::Delivery => &mut cloud.deliveries.get_mut(arn).unwrap().seen.tags,
        Id::Crawler => &mut cloud.crawlers.get_mut(arn).unwrap().tags,
        Id::Workgroup => &mut cloud.workgroups.get_mut(arn).unwrap().tags,
        Id::Publisher => &mut cloud.functions.get_mut(arn).unwrap().seen.tags,
    }
}

/// All there is to see of a resource, objects in a bucket included; empty where it is gone.
fn content(sim: &Sim, id: Id, arn: &str) -> String {
    fn shown<T: Clone + Debug>(shelf: &Shelf<T>, arn: &str) -> String {
        shelf.get(arn).map(|one| format!("{one:?}")).unwrap_or_default()
    }
    sim.alter(|cloud| shelf!(cloud, id, |shelf| shown(shelf, arn)))
}

/// The first write to it, or the first that tried.
fn touched(stage: &Stage, id: Id, arn: &str) -> Option<Call> {
    let name = stage.lake().name(id).to_owned();
    let service = arn.split(':').nth(2).unwrap();
    stage.sim.writes().into_iter().find(|call| {
        let (of, to) = (call.service, call.subject.as_str());
        to == arn
            || (of == service && (to == name || (of == "kms" && arn.ends_with(&format!("/{to}")))))
                && is_of(id, call.operation)
    })
}

/// Database and table have one name.
fn is_of(id: Id, operation: &str) -> bool {
    match id {
        Id::Database => operation.contains("Database"),
        Id::Table => operation.contains("Table"),
        _ => true,
    }
}

fn spec() -> serde_json::Value {
    serde_json::from_str(EXTRA).unwrap()
}

/// A world in which the whole lake exists, and one resource of it is somebody else's.
fn world(of: &Stage, id: Id, change: fn(&mut Tags)) -> (Sim, String, String) {
    let sim = Sim::of(of.sim.alter(|cloud| cloud.clone()));
    let arn = of.arn(id);
    sim.alter(|cloud| {
        change(tags(cloud, id, &arn));
        if id == Id::LakeBucket {
            let key = ("data/theirs".to_owned(), None);
            cloud.buckets.get_mut(&arn).unwrap().objects.insert(key);
        }
    });
    let before = content(&sim, id, &arn);
    (sim, arn, before)
}

/// Whatever else was done, nothing was done to this one.
fn is_untouched(stage: &Stage, id: Id, arn: &str, before: &str, what: &str) {
    assert_eq!(
        content(&stage.sim, id, arn),
        before,
        "{id}, {what}: {}",
        stage.story()
    );
    assert_eq!(touched(stage, id, arn), None, "{id}, {what}");
}

fn is_named(stage: &Stage, id: Id, what: &str) {
    let (_, reason, message) = stage.condition("Ready");
    assert_eq!(reason, "NotOwned", "{id}, {what}: {}", stage.story());
    assert!(message.contains(id.as_str()), "{id}, {what}: {message}");
    assert_eq!(stage.condition("Stalled").0, "True", "{id}, {what}");
}

#[test]
fn what_is_not_ours_is_never_written_to_whether_the_lake_is_new_or_old_edited_or_deleted() {
    let of = Stage::ready(spec());
    let mut seen = 0;
    for id in Id::ALL {
        for (form, change) in FORMS {
            let (sim, arn, before) = world(&of, id, change);
            lives_beside(Stage::in_world(sim, datalake(spec())), id, &arn, &before, form);
            seen += 1;
        }
        // The lake was there before: its status knows the resource.
        let (form, change) = FORMS[(seen / FORMS.len()) % FORMS.len()];
        let (sim, arn, before) = world(&of, id, change);
        lives_beside(Stage::in_world(sim, of.object.clone()), id, &arn, &before, form);
    }
    assert_eq!(seen, 112);
}

/// Created or looked at, edited and deleted, the lake leaves it as it is.
fn lives_beside(mut stage: Stage, id: Id, arn: &str, before: &str, form: &str) {
    stage.settle();
    stage.edit(json!({"tags": {"new": "tag"}, "retention": {"rawDays": 3, "streamHours": 48}}));
    stage.settle();
    is_named(&stage, id, form);
    is_untouched(&stage, id, arn, before, form);
    stage.annotate(EMPTY_BUCKETS);
    stage.delete();
    stage.settle();
    is_untouched(&stage, id, arn, before, &format!("{form}, deleted"));
}

/// Puts a copy of the resource into another account, tags and all.
fn copy_abroad<T: Clone>(shelf: &mut Shelf<T>, arn: &str) -> String {
    let abroad = arn.replace("123456789012", "210987654321");
    let copy = shelf.get(arn).unwrap().clone();
    shelf.put(&abroad, copy);
    abroad
}

#[test]
fn what_carries_our_tags_in_another_account_is_not_ours() {
    let of = Stage::ready(spec());
    let buckets = [Id::LakeBucket, Id::RawBucket];
    for id in Id::ALL.into_iter().filter(|id| !buckets.contains(id)) {
        let arn = of.arn(id);
        let sim = Sim::of(of.sim.alter(|cloud| cloud.clone()));
        let abroad = sim.alter(|cloud| shelf!(cloud, id, |shelf| copy_abroad(shelf, &arn)));
        let before = content(&sim, id, &abroad);
        assert!(abroad != arn && !before.is_empty(), "{id}: {abroad}");
        let mut stage = Stage::in_world(sim, of.object.clone());
        stage.edit(json!({"tags": {"new": "tag"}}));
        stage.settle();
        assert!(stage.is_ready(), "{id}: {}", stage.story());
        stage.annotate(EMPTY_BUCKETS);
        stage.delete();
        stage.settle();
        assert!(stage.released, "{id}: {}", stage.story());
        assert_eq!(content(&stage.sim, id, &abroad), before, "{id}");
    }
}

#[test]
fn a_bucket_of_our_name_and_tags_in_another_account_is_neither_read_nor_written() {
    let of = Stage::ready(spec());
    for id in [Id::LakeBucket, Id::RawBucket] {
        let arn = of.arn(id);
        for object in [datalake(spec()), of.object.clone()] {
            let sim = Sim::of(of.sim.alter(|cloud| cloud.clone()));
            let theirs = AccountId::parse("210987654321").unwrap();
            sim.alter(|cloud| cloud.buckets.get_mut(&arn).unwrap().account = theirs);
            let before = content(&sim, id, &arn);
            let mut stage = Stage::in_world(sim, object);
            stage.settle();
            for _ in 0..5 {
                stage.next_looks();
            }
            let (status, _, message) = stage.condition("Ready");
            assert_eq!(status, "False", "{id}: {}", stage.story());
            assert!(message.contains(id.as_str()), "{id}: {message}");
            stage.annotate(EMPTY_BUCKETS);
            stage.delete();
            stage.settle();
            stage.sim.advance(SignedDuration::from_mins(10));
            stage.pass();
            assert_eq!(content(&stage.sim, id, &arn), before, "{id}: {}", stage.story());
            let effect = stage
                .sim
                .calls()
                .into_iter()
                .find(|call| call.effect && call.subject == stage.lake().name(id));
            assert_eq!(effect, None, "{id}");
        }
    }
}
