//! Ready works: what a lake that says that it is Ready must be, looked up in AWS itself and compared with the spec. What
//! AWS has in other words than the spec is written here by hand.

mod access;
mod catalog;
mod pipeline;
mod storage;

use datalake_operator::api::vocabulary::TAG_MANAGED_BY;
use datalake_operator::api::{Datalake, DatalakeSpec, Discovery};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;
use jiff::SignedDuration;

use super::{Broken, Law, broken};
use crate::home::{self, is_ours};
use crate::life::Life;
use crate::script::Pace;

/// So late somebody may learn of a change at the latest (the lags of [`datalake_operator::cloud::sim::Timing::real`]).
const LAG: SignedDuration = SignedDuration::from_secs(120);

/// The object turns Ready now: deliveries succeed, once IAM's lag is over, and all that matters most holds, as it was
/// written, whoever sees it already. Where reads lag, nobody can know of what somebody else, or a process that is gone,
/// altered just now: then the end of the history tells. Nor of a call of the leader before that arrived after a look of
/// this very pass.
pub fn on_ready(life: &Life, object: &Datalake) -> Result<(), Broken> {
    if life.crossed == Some(life.sim.now()) || !everybody_knows(life) {
        return Ok(());
    }
    is_true(life, object)
}

/// The object stays Ready, and all that it asks for was looked at since somebody else could have altered anything: the
/// same must hold.
pub fn on_kept(life: &Life, object: &Datalake) -> Result<(), Broken> {
    let looked = |id: &Id| life.looked.contains(id);
    let everything = Id::ALL.iter().filter(|id| wanted(&object.spec, **id)).all(looked);
    if everything { is_true(life, object) } else { Ok(()) }
}

/// The pass wrote. If Ready was true, and deliveries worked, none of what it wrote may end that, however far it came: who
/// reads Ready counts on them. (`worked`: both. An edit of the user makes another generation, of which Ready is not true
/// yet; what somebody else does ends deliveries before the operator writes; only a call of the leader before may arrive in
/// the middle.)
pub fn on_written(life: &Life, worked: bool) -> Result<(), Broken> {
    if !worked || life.crossed == Some(life.sim.now()) {
        return Ok(());
    }
    life.sim.alter(|cloud| works_in_time(cloud, &life.home))
}

/// Whether every read shows by now what somebody else, or a process that is gone, altered last.
pub fn everybody_knows(life: &Life) -> bool {
    let just_now = |then| life.sim.now().duration_since(then) <= LAG;
    life.pace != Pace::Lagging || !life.unknown.is_some_and(just_now)
}

fn is_true(life: &Life, object: &Datalake) -> Result<(), Broken> {
    life.sim.alter(|cloud| works_in_time(cloud, &life.home))?;
    match life.sim.alter(|cloud| holds(cloud, &life.home, &object.spec)) {
        Err(why) => broken(Law::Honest, format!("Ready is true, but {why}")),
        Ok(()) => Ok(()),
    }
}

/// Deliveries succeed once IAM's lag is over.
pub fn works_in_time(cloud: &mut Cloud, home: &Lake) -> Result<(), Broken> {
    let propagation = std::mem::replace(&mut cloud.timing.iam_propagation, SignedDuration::ZERO);
    let works = works(cloud, home);
    cloud.timing.iam_propagation = propagation;
    works
}

/// Deliveries succeed, and nothing of what they need as declared is missing: somebody may have taken it away, and hidden
/// that by another change.
pub fn works_whole(cloud: &mut Cloud, home: &Lake) -> bool {
    let there = |id: &Id| home::arn(home, cloud, *id).is_some_and(|arn| tags(cloud, *id, &arn).is_some());
    let needs = [
        Id::LakeBucket,
        Id::RawBucket,
        Id::Stream,
        Id::Table,
        Id::DeliveryRole,
        Id::LogGroup,
    ];
    needs.iter().all(there) && works_in_time(cloud, home).is_ok()
}

/// Deliveries succeed now.
pub fn works(cloud: &Cloud, home: &Lake) -> Result<(), Broken> {
    let arn = home.place.delivery_stream(&home.names.delivery).to_string();
    cloud.delivers(&arn).or_else(|why| broken(Law::ReadyWorks, why))
}

/// The keys that the lake's buckets and its stream are to be encrypted with, as ARNs.
struct Keys {
    bucket: Option<String>,
    stream: Option<String>,
}

impl Keys {
    fn of(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Self {
        let own = &spec.encryption;
        let made = |id| home::arn(home, cloud, id);
        Self {
            bucket: own.bucket_key_arn.clone().or_else(|| made(Id::BucketKey)),
            stream: own.stream_key_arn.clone().or_else(|| made(Id::StreamKey)),
        }
    }
}

/// Whether everything that the spec says holds, or what does not.
pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    everything_is_there(cloud, home, spec)?;
    let keys = Keys::of(cloud, home, spec);
    storage::holds(cloud, home, spec, &keys)?;
    pipeline::holds(cloud, home, spec, &keys)?;
    catalog::holds(cloud, home, spec)?;
    access::holds(cloud, home, spec, &keys)
}

/// Which resources the spec asks for.
pub fn wanted(spec: &DatalakeSpec, id: Id) -> bool {
    match id {
        Id::BucketKey => spec.encryption.bucket_key_arn.is_none(),
        Id::StreamKey => spec.encryption.stream_key_arn.is_none(),
        Id::Crawler | Id::CrawlerRole => spec.partitioning.discovery == Discovery::Crawler,
        Id::Workgroup => spec.query.workgroup,
        Id::Publisher | Id::PublisherRole | Id::PublisherLogGroup => spec.test_publisher.enabled,
        _ => true,
    }
}

/// What is wanted is there, with the owner's tags and the user's.
fn everything_is_there(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    for id in Id::ALL.into_iter().filter(|id| wanted(spec, *id)) {
        let arn = home::arn(home, cloud, id).ok_or_else(|| format!("nothing names the {id}"))?;
        let tags: Tags = tags(cloud, id, &arn).ok_or_else(|| format!("the {id} is missing"))?;
        if !is_ours(&tags) || !tags.contains_key(TAG_MANAGED_BY) {
            return Err(format!("the {id} lacks an owner's tag: {tags:?}"));
        }
        // Those of a table are among its parameters.
        let of_the_user = |key: &String| {
            id != Id::Table && key != TAG_MANAGED_BY && !key.starts_with("datalake-operator.io/")
        };
        let mut users = tags;
        users.retain(|key, _| of_the_user(key) || spec.tags.contains_key(key));
        same(&format!("the user's tags of the {id}"), &users, &spec.tags)?;
    }
    Ok(())
}

/// The tags of a resource. (Altering clears the past that lagging readers see, so this is not `tags_mut`.)
pub fn tags(cloud: &Cloud, id: Id, arn: &str) -> Option<Tags> {
    Some(
        match id {
            Id::BucketKey | Id::StreamKey => &cloud.keys.get(arn)?.seen.tags,
            Id::LakeBucket | Id::RawBucket => &cloud.buckets.get(arn)?.seen.tags,
            Id::LogGroup | Id::PublisherLogGroup => &cloud.log_groups.get(arn)?.seen.tags,
            Id::Stream => &cloud.streams.get(arn)?.seen.tags,
            Id::Database => &cloud.databases.get(arn)?.tags,
            Id::Table => &cloud.tables.get(arn)?.input.parameters,
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => &cloud.roles.get(arn)?.seen.tags,
            Id::Delivery => &cloud.deliveries.get(arn)?.seen.tags,
            Id::Crawler => &cloud.crawlers.get(arn)?.tags,
            Id::Workgroup => &cloud.workgroups.get(arn)?.tags,
            Id::Publisher => &cloud.functions.get(arn)?.seen.tags,
        }
        .clone(),
    )
}

/// Whether a document holds all of that, or what it lacks.
fn says(what: &str, document: Option<&str>, words: &[&str]) -> Result<(), String> {
    let document = document.ok_or_else(|| format!("{what} is missing"))?;
    match words.iter().find(|word| !document.contains(**word)) {
        Some(word) => Err(format!("{what} does not say {word}")),
        None => Ok(()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, have: &T, want: &T) -> Result<(), String> {
    if have == want {
        Ok(())
    } else {
        Err(format!("{what}: {have:?} instead of {want:?}"))
    }
}

#[cfg(test)]
mod tests;
