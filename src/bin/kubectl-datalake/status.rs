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
    let mut text = heading(lake, look, now);
    let width = |cell: fn(&ResourceStatus) -> &str| {
        let cells = status.resources.iter().map(cell);
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths = (width(|r| r.id.as_str()), width(|r| r.kind.as_str()));
    for part in Part::ALL {
        let resources: Vec<_> = status
            .resources
            .iter()
            .filter(|resource| Part::of(resource) == part)
            .collect();
        if resources.is_empty() {
            continue;
        }
        let condition = find(&status.conditions, part.condition());
        text.push_str(&format!("\n{}\n", part_line(part, condition, look)));
        for (index, resource) in resources.iter().enumerate() {
            let last = index + 1 == resources.len();
            text.push_str(&branch(resource, last, widths, look));
        }
    }
    text.push_str(&condition_lines(&status.conditions, look, now));
    if let Some(connection) = &status.connection {
        text.push_str(&connection_lines(connection, look));
    }
    text
}

fn heading(lake: &Datalake, look: Look, now: Timestamp) -> String {
    let status = status(lake);
    let ready = find(&status.conditions, conditions::READY);
    let name = look.paint(Colour::Bold, &lake.name_any());
    let namespace = lake.namespace().unwrap_or_default();
    let mut text = format!("{name} in namespace {namespace}");
    if let Some(created) = lake.creation_timestamp() {
        text.push_str(&format!(", {} old", age(created.0, now)));
    }
    let word = match ready {
        Some(condition) if condition.status == "True" => look.paint(Colour::Green, "Ready"),
        Some(condition) => look.paint(Colour::Yellow, &format!("Not ready: {}", condition.reason)),
        None => look.paint(Colour::Yellow, "Not looked at yet; is the operator running?"),
    };
    text.push_str(&format!("\n{word}"));
    if let Some(resources) = &status.resources_ready {
        text.push_str(&format!(", {resources} resources"));
    }
    text.push('\n');
    let (written, seen) = (lake.metadata.generation, status.observed_generation);
    if written.is_some_and(|written| ready.is_some() && written != seen) {
        text.push_str("The operator hasn't looked at the last edit yet: what follows is older.\n");
    }
    if lake.spec.suspend {
        text.push_str("Suspended: what follows is as it was when spec.suspend was set.\n");
    }
    if lake.metadata.deletion_timestamp.is_some() {
        text.push_str(&format!(
            "Being deleted, deletionPolicy {:?}.\n",
            lake.spec.deletion_policy
        ));
    }
    text
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
fn branch(resource: &ResourceStatus, last: bool, widths: (usize, usize), look: Look) -> String {
    let (twig, below) = if last {
        ("└─", "  ")
    } else {
        ("├─", "│ ")
    };
    let state = format!("{:<8}", format!("{:?}", resource.state));
    let mut text = format!(
        "{twig} {:idw$}  {:kindw$}  {}  {}\n",
        resource.id,
        resource.kind,
        look.paint(colour(resource.state), &state),
        resource.name,
        idw = widths.0,
        kindw = widths.1,
    );
    let why: Vec<&str> = [resource.reason.as_deref(), resource.message.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let healthy = resource.state == ResourceState::Ready && resource.message.is_none();
    if !healthy {
        for line in wrap(&why.join(": "), look.width.saturating_sub(8)) {
            text.push_str(&format!("{below}     {line}\n"));
        }
    }
    text
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
fn condition_lines(conditions: &[Condition], look: Look, now: Timestamp) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", look.paint(Colour::Bold, "Conditions"));
    for condition in conditions {
        let since = age(condition.last_transition_time.0, now);
        text.push_str(&format!(
            "  {:<16}  {:<7}  {}, for {since}\n",
            condition.type_, condition.status, condition.reason
        ));
        for line in wrap(&condition.message, look.width.saturating_sub(6)) {
            text.push_str(&format!("      {line}\n"));
        }
    }
    text
}

/// What an application needs to connect.
fn connection_lines(connection: &Connection, look: Look) -> String {
    let Connection {
        account,
        region,
        stream_name,
        stream_arn,
        stream_key_arn,
        bucket_key_arn,
        database,
        table,
        lake_location,
        raw_location,
        workgroup,
        crawler,
        publisher,
    } = connection;
    let lines = [
        ("Account", Some(account)),
        ("Region", Some(region)),
        ("Stream", Some(stream_name)),
        ("Stream ARN", Some(stream_arn)),
        ("Stream key", stream_key_arn.as_ref()),
        ("Bucket key", bucket_key_arn.as_ref()),
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
    format!("\n{}\n{}", look.paint(Colour::Bold, "Connection"), columns(&rows))
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
mod tests {
    use super::*;
    use crate::lake::tests::ready;

    const PLAIN: Look = Look {
        colour: false,
        width: 60,
    };

    fn now() -> Timestamp {
        "2026-01-02T03:14:05Z".parse().unwrap()
    }

    #[test]
    fn a_lake_is_a_tree_of_its_parts_with_reasons_conditions_and_connection() {
        insta::assert_snapshot!(render(&ready(), PLAIN, now()), @r#"
        staff-events in namespace analytics, 10m old
        Not ready: AccessDenied, 2/3 resources

        Encryption  AccessDenied
        ├─ stream-key   KMS key    Failed    alias/dl-x
        │      AccessDenied: kms CreateKey: AccessDenied: the
        │      operator's role lacks it
        └─ bucket-key   KMS key    Ready     alias/dl-y

        Storage
        └─ lake-bucket  S3 bucket  Ready     dl-lake

        Other
        └─ moon-base    Moon base  Ready     m

        Conditions
          Ready             False    AccessDenied, for 9m
              kms CreateKey: AccessDenied
          EncryptionReady   False    AccessDenied, for 9m
              kms CreateKey: AccessDenied

        Connection
          Account      123456789012
          Region       eu-west-1
          Stream       dl-stream
          Stream ARN   arn:aws:kinesis:eu-west-1:123456789012:stream/dl-stream
          Database     dl_db
          Table        dl_table
          Lake         s3://dl-lake/data/
          Raw copies   s3://dl-raw/raw/
          Workgroup    dl-wg
          Crawler      dl-crawler
        "#);
    }

    #[test]
    fn every_resource_has_a_part() {
        for id in Id::ALL {
            let resource = ResourceStatus {
                id: id.to_string(),
                ..ResourceStatus::default()
            };
            assert_ne!(Part::of(&resource), Part::Other, "{id}");
        }
    }

    #[test]
    fn lakes_are_listed_a_line_each_also_those_that_were_never_looked_at() {
        let mut fresh = ready();
        fresh.status = None;
        fresh.metadata.name = Some("fresh".into());
        insta::assert_snapshot!(list(&[fresh, ready()], now()), @r#"
        NAME           READY     REASON         RESOURCES   STREAM      TABLE      AGE
        fresh          Unknown                                                     10m
        staff-events   False     AccessDenied   2/3         dl-stream   dl_table   10m
        "#);
    }

    #[test]
    fn what_a_reader_must_know_about_the_state_is_said_first() {
        let mut lake = ready();
        lake.metadata.generation = Some(3);
        lake.spec.suspend = true;
        let text = heading(&lake, PLAIN, now());
        assert!(text.contains("hasn't looked at the last edit"), "{text}");
        assert!(text.contains("Suspended"), "{text}");
        lake.status = None;
        let text = heading(&lake, PLAIN, now());
        assert!(text.contains("Not looked at yet"), "{text}");
    }

    #[test]
    fn colour_is_only_used_where_there_is_colour() {
        let colour = Look {
            colour: true,
            width: 60,
        };
        assert!(render(&ready(), colour, now()).contains("\u{1b}[31m"));
        assert!(!render(&ready(), PLAIN, now()).contains('\u{1b}'));
    }

    #[test]
    fn ages_are_told_in_one_unit() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (7_200, "2h"),
            (172_800, "2d"),
            (-5, "0s"),
        ] {
            let then = now() - jiff::SignedDuration::from_secs(seconds);
            assert_eq!(age(then, now()), text);
        }
    }
}
