//! Ready works: what a lake that says that it is Ready must be, looked up in AWS itself.

use datalake_operator::api::{Datalake, DatalakeSpec, Discovery, StreamMode};
use datalake_operator::cloud::sim::Cloud;
use datalake_operator::model::lake::Lake;
use datalake_operator::model::owner::Tags;
use datalake_operator::model::topology::Id;
use jiff::SignedDuration;

use super::{Broken, Law, broken};
use crate::home::{self, is_ours};
use crate::life::Life;
use crate::script::Pace;

/// The object turns Ready now: deliveries succeed, once IAM's lag is over, and all that matters most holds. Where reads
/// lag, what was read may be old, and the end of the history tells.
pub fn on_ready(life: &Life, object: &Datalake) -> Result<(), Broken> {
    if life.pace == Pace::Lagging {
        return Ok(());
    }
    life.sim.alter(|cloud| {
        let propagation = std::mem::replace(&mut cloud.timing.iam_propagation, SignedDuration::ZERO);
        let works = works(cloud, &life.home);
        cloud.timing.iam_propagation = propagation;
        works
    })?;
    match life.sim.alter(|cloud| holds(cloud, &life.home, &object.spec)) {
        Err(why) => broken(Law::Honest, format!("Ready is true, but {why}")),
        Ok(()) => Ok(()),
    }
}

/// Deliveries succeed now.
pub fn works(cloud: &Cloud, home: &Lake) -> Result<(), Broken> {
    let arn = home.place.delivery_stream(&home.names.delivery).to_string();
    cloud.delivers(&arn).or_else(|why| broken(Law::ReadyWorks, why))
}

/// Whether everything that matters most holds, or what does not.
pub fn holds(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    everything_is_there(cloud, home, spec)?;
    encrypted(cloud, home, spec)?;
    stream(cloud, home, spec)?;
    catalog(cloud, home, spec)?;
    let arn = home.place.delivery_stream(&home.names.delivery).to_string();
    let delivery = cloud.deliveries.get(&arn).ok_or("there is no delivery stream")?;
    let to = delivery.seen.destination.as_ref().ok_or("it delivers nowhere")?;
    let buffering = Some((spec.buffering.interval_seconds, spec.buffering.size_mib));
    same("buffering", &to.buffering, &buffering)?;
    let schema = to
        .conversion
        .as_ref()
        .map(|conversion| (&conversion.schema.database, &conversion.schema.table));
    same(
        "schema",
        &schema,
        &Some((&home.names.database, &home.names.table)),
    )
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
        if !is_ours(&tags) || !tags.contains_key("managed-by") {
            return Err(format!("the {id} lacks an owner's tag: {tags:?}"));
        }
        if let Some((key, value)) = spec
            .tags
            .iter()
            .find(|(key, value)| tags.get(*key) != Some(value))
        {
            return Err(format!("the {id} lacks the tag {key}: {value}"));
        }
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

fn encrypted(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let own = &spec.encryption;
    let key =
        |cloud: &Cloud, id: Id, own: &Option<String>| own.clone().or_else(|| home::arn(home, cloud, id));
    let bucket_key = key(cloud, Id::BucketKey, &own.bucket_key_arn);
    for name in [&home.names.lake_bucket, &home.names.raw_bucket] {
        let bucket = cloud
            .buckets
            .get(&home.place.bucket(name).to_string())
            .ok_or("a bucket is missing")?;
        let encryption = bucket
            .seen
            .encryption
            .as_ref()
            .ok_or_else(|| format!("{name} is not encrypted"))?;
        same(&format!("the key of {name}"), &encryption.key, &bucket_key)?;
        same(
            &format!("the bucket key of {name}"),
            &encryption.bucket_key,
            &true,
        )?;
        same(
            &format!("the public access block of {name}"),
            &bucket.seen.public_access_block,
            &Some([true; 4]),
        )?;
        let policy = bucket.seen.policy.as_deref().unwrap_or_default();
        if !policy.contains("aws:SecureTransport") {
            return Err(format!("{name} takes requests without TLS"));
        }
        if !bucket
            .seen
            .lifecycle
            .iter()
            .any(|rule| rule.enabled && rule.abort_days.is_some())
        {
            return Err(format!("unfinished uploads stay in {name}"));
        }
    }
    let stream = cloud
        .streams
        .get(&home.place.stream(&home.names.stream).to_string());
    let stream_key = key(cloud, Id::StreamKey, &own.stream_key_arn);
    same(
        "the key of the stream",
        &stream.and_then(|live| live.seen.key.clone()),
        &stream_key,
    )?;
    for id in [Id::BucketKey, Id::StreamKey]
        .into_iter()
        .filter(|id| wanted(spec, *id))
    {
        let arn = home::arn(home, cloud, id).unwrap_or_default();
        let live = cloud
            .keys
            .get(&arn)
            .ok_or_else(|| format!("the {id} is missing"))?;
        same(
            &format!("the state of the {id}"),
            &live.seen.state.as_str(),
            &"Enabled",
        )?;
        same(
            &format!("the rotation of the {id}"),
            &live.seen.rotation,
            &Some(own.rotation),
        )?;
    }
    Ok(())
}

fn stream(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let live = cloud
        .streams
        .get(&home.place.stream(&home.names.stream).to_string());
    let live = &live.ok_or("the stream is missing")?.seen;
    same("the stream's state", &live.status.as_str(), &"ACTIVE")?;
    same("streamHours", &live.retention_hours, &spec.retention.stream_hours)?;
    same(
        "on demand",
        &live.on_demand,
        &(spec.stream.mode == StreamMode::OnDemand),
    )?;
    if !live.on_demand {
        same("shards", &live.open_shards, &spec.stream.shards.unwrap_or(1))?;
    }
    Ok(())
}

fn catalog(cloud: &Cloud, home: &Lake, spec: &DatalakeSpec) -> Result<(), String> {
    let table = cloud.tables.get(
        &home
            .place
            .table(&home.names.database, &home.names.table)
            .to_string(),
    );
    let table = &table.ok_or("the table is missing")?.input;
    // Those that others added stay.
    for declared in &spec.schema.columns {
        if !table.columns.iter().any(|column| column.name == declared.name) {
            return Err(format!("the table lacks the column {}", declared.name));
        }
    }
    same(
        "the table's location",
        &table.location,
        &format!("s3://{}/data/", home.names.lake_bucket),
    )?;
    if !wanted(spec, Id::Crawler) {
        return Ok(());
    }
    let crawler = cloud
        .crawlers
        .get(&home.place.crawler(&home.names.crawler).to_string());
    let crawler = crawler.ok_or("the crawler is missing")?;
    let schedule = spec.crawler.clone().unwrap_or_default().schedule;
    same("the crawler's schedule", &crawler.schedule, &Some(schedule))?;
    same(
        "the schedule's state",
        &crawler.schedule_state.as_deref(),
        &Some("SCHEDULED"),
    )?;
    same(
        "the crawler's updates",
        &crawler.update_behavior.as_deref(),
        &Some("LOG"),
    )
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
