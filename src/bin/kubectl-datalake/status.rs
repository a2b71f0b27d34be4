//! `status`: how a lake stands, as a person wants to read it.

use std::io::Write;

use datalake_operator::api::vocabulary::conditions;
use datalake_operator::api::{Connection, Datalake, ResourceState, ResourceStatus};
use datalake_operator::model::topology::Id;
use datalake_operator::shell::clock;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::ResourceExt;

use crate::failure::Failure;
use crate::lake::{Cluster, status};
use crate::output::{Colour, Look, columns, wrap};

/// Shows one lake.
pub fn one(lake: &Datalake) -> Result<(), Failure> {
    let text = render(lake, Look::of_stdout(), clock::now());
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Shows the lakes of the namespace, a line each.
pub async fn all(cluster: &Cluster) -> Result<(), Failure> {
    let lakes = cluster.lakes().await?;
    if lakes.is_empty() {
        eprintln!("No datalakes found in namespace \"{}\".", cluster.namespace);
        return Ok(());
    }
    Ok(std::io::stdout().write_all(list(&lakes, clock::now()).as_bytes())?)
}

/// The parts of a lake, as its conditions divide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Encryption,
    Storage,
    Ingestion,
    Catalog,
    Access,
    /// Of an operator that is newer than this plugin.
    Other,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Encryption,
        Self::Storage,
        Self::Ingestion,
        Self::Catalog,
        Self::Access,
        Self::Other,
    ];

    fn of(resource: &ResourceStatus) -> Self {
        match resource.id.parse() {
            Ok(Id::BucketKey | Id::StreamKey) => Self::Encryption,
            Ok(Id::LakeBucket | Id::RawBucket) => Self::Storage,
            Ok(Id::LogGroup | Id::Stream | Id::Delivery | Id::PublisherLogGroup | Id::Publisher) => {
                Self::Ingestion
            }
            Ok(Id::Database | Id::Table | Id::Crawler | Id::Workgroup) => Self::Catalog,
            Ok(Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole) => Self::Access,
            Err(()) => Self::Other,
        }
    }

    const fn condition(self) -> &'static str {
        match self {
            Self::Encryption => conditions::ENCRYPTION,
            Self::Storage => conditions::STORAGE,
            Self::Ingestion => conditions::INGESTION,
            Self::Catalog => conditions::CATALOG,
            Self::Access => conditions::ACCESS,
            Self::Other => "",
        }
    }
}

/// A line a lake, as `kubectl get` has it.
fn list(lakes: &[Datalake], now: Timestamp) -> String {
    let head = ["NAME", "READY", "REASON", "RESOURCES", "STREAM", "TABLE", "AGE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for lake in lakes {
        let status = status(lake);
        let ready = find(&status.conditions, conditions::READY);
        let connection = status.connection.unwrap_or_default();
        rows.push(vec![
            lake.name_any(),
            ready.map_or("Unknown", |condition| &condition.status).to_owned(),
            ready
                .map(|condition| condition.reason.clone())
                .unwrap_or_default(),
            status.resources_ready.unwrap_or_default(),
            connection.stream_name,
            connection.table,
            lake.creation_timestamp()
                .map(|created| age(created.0, now))
                .unwrap_or_default(),
        ]);
    }
    columns(&rows)
}

/// Everything about one lake.
fn render(lake: &Datalake, look: Look, now: Timestamp) -> String {
    let status = status(lake);
    let mut lines = heading(lake, look, now);
    let width = |cell: fn(&ResourceStatus) -> &str| {
        let cells = status.resources.iter().map(cell);
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths = (width(|r| r.id.as_str()), width(|r| r.kind.as_str()));
    for part in Part::ALL {
        let of_part = |resource: &&ResourceStatus| Part::of(resource) == part;
        let resources: Vec<_> = status.resources.iter().filter(of_part).collect();
        let Some((last, others)) = resources.split_last() else {
            continue;
        };
        let condition = find(&status.conditions, part.condition());
        lines.push(String::new());
        lines.push(part_line(part, condition, look));
        for resource in others {
            lines.extend(branch(resource, ("├─", "│ "), widths, look));
        }
        lines.extend(branch(last, ("└─", "  "), widths, look));
    }
    lines.extend(condition_lines(&status.conditions, look, now));
    lines.extend(
        status
            .connection
            .iter()
            .flat_map(|connection| connection_lines(connection, look)),
    );
    lines.join("\n") + "\n"
}

fn heading(lake: &Datalake, look: Look, now: Timestamp) -> Vec<String> {
    let status = status(lake);
    let ready = find(&status.conditions, conditions::READY);
    let name = look.paint(Colour::Bold, &lake.name_any());
    let namespace = lake.namespace().unwrap_or_default();
    let created = lake.creation_timestamp();
    let old = created.map_or_else(String::new, |created| format!(", {} old", age(created.0, now)));
    let word = match ready {
        Some(condition) if condition.status == "True" => look.paint(Colour::Green, "Ready"),
        Some(condition) => look.paint(Colour::Yellow, &format!("Not ready: {}", condition.reason)),
        None => look.paint(Colour::Yellow, "Not looked at yet; is the operator running?"),
    };
    let count = status.resources_ready.as_ref();
    let count = count.map_or_else(String::new, |count| format!(", {count} resources"));
    let mut lines = vec![
        format!("{name} in namespace {namespace}{old}"),
        format!("{word}{count}"),
    ];
    let (written, seen) = (lake.metadata.generation, status.observed_generation);
    if written.is_some_and(|written| ready.is_some() && written != seen) {
        lines.push("The operator hasn't looked at the last edit yet: what follows is older.".into());
    }
    if lake.spec.suspend {
        lines.push("Suspended: what follows is as it was when spec.suspend was set.".into());
    }
    if lake.metadata.deletion_timestamp.is_some() {
        let policy = lake.spec.deletion_policy;
        lines.push(format!("Being deleted, deletionPolicy {policy:?}."));
    }
    lines
}

fn part_line(part: Part, condition: Option<&Condition>, look: Look) -> String {
    let name = look.paint(Colour::Bold, &format!("{part:?}"));
    match condition {
        Some(condition) if condition.status == "True" => {
            format!("{name}  {}", look.paint(Colour::Green, "Ready"))
        }
        Some(condition) => format!("{name}  {}", look.paint(Colour::Yellow, &condition.reason)),
        None => name,
    }
}

/// One resource: a line, and below it why it stands so.
fn branch(
    resource: &ResourceStatus,
    (twig, below): (&str, &str),
    (ids, kinds): (usize, usize),
    look: Look,
) -> Vec<String> {
    let ResourceStatus {
        id,
        kind,
        name,
        state,
        reason,
        message,
        ..
    } = resource;
    let word = look.paint(colour(*state), &format!("{:<8}", format!("{state:?}")));
    let mut lines = vec![format!("{twig} {id:ids$}  {kind:kinds$}  {word}  {name}")];
    if *state != ResourceState::Ready || message.is_some() {
        let why: Vec<&str> = [reason, message]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        let why = wrap(&why.join(": "), look.width.saturating_sub(8));
        lines.extend(why.into_iter().map(|line| format!("{below}     {line}")));
    }
    lines
}

const fn colour(state: ResourceState) -> Colour {
    match state {
        ResourceState::Ready => Colour::Green,
        ResourceState::Failed | ResourceState::Refused | ResourceState::NotOwned => Colour::Red,
        ResourceState::Kept => Colour::Faint,
        ResourceState::Unknown
        | ResourceState::Pending
        | ResourceState::Creating
        | ResourceState::Updating
        | ResourceState::Drifted
        | ResourceState::Deleting => Colour::Yellow,
    }
}

/// The conditions, each with its message below.
fn condition_lines(conditions: &[Condition], look: Look, now: Timestamp) -> Vec<String> {
    if conditions.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), look.paint(Colour::Bold, "Conditions")];
    for condition in conditions {
        let Condition {
            type_,
            status,
            reason,
            ..
        } = condition;
        let since = age(condition.last_transition_time.0, now);
        lines.push(format!("  {type_:<16}  {status:<7}  {reason}, for {since}"));
        let message = wrap(&condition.message, look.width.saturating_sub(6));
        lines.extend(message.into_iter().map(|line| format!("      {line}")));
    }
    lines
}

/// What an application needs to connect.
fn connection_lines(connection: &Connection, look: Look) -> Vec<String> {
    let Connection {
        account,
        region,
        stream_name,
        stream_arn,
        stream_key_arn,
        bucket_key_arn,
        former_bucket_key_arns,
        database,
        table,
        lake_location,
        raw_location,
        workgroup,
        crawler,
        publisher,
    } = connection;
    let former = former_bucket_key_arns.join(", ");
    let lines = [
        ("Account", Some(account)),
        ("Region", Some(region)),
        ("Stream", Some(stream_name)),
        ("Stream ARN", Some(stream_arn)),
        ("Stream key", stream_key_arn.as_ref()),
        ("Bucket key", bucket_key_arn.as_ref()),
        ("Former keys", Some(&former)),
        ("Database", Some(database)),
        ("Table", Some(table)),
        ("Lake", Some(lake_location)),
        ("Raw copies", Some(raw_location)),
        ("Workgroup", workgroup.as_ref()),
        ("Crawler", crawler.as_ref()),
        ("Publisher", publisher.as_ref()),
    ];
    let present = lines
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|v| !v.is_empty())?)));
    let rows: Vec<_> = present
        .map(|(name, value)| vec![format!("  {name}"), value.clone()])
        .collect();
    let mut lines = vec![String::new(), look.paint(Colour::Bold, "Connection")];
    lines.extend(columns(&rows).lines().map(str::to_owned));
    lines
}

fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == kind)
}

/// How long ago, in the largest unit, as kubectl writes it: `12s`, `5m`, `3h`, `9d`.
fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests;
