//! The operator's flags. Each can be set by an environment variable too; a flag wins.

use std::net::SocketAddr;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, Parser, Subcommand};
use datalake_operator::controller::election::Terms;
use datalake_operator::controller::settings::{LeaseSettings, Settings};
use datalake_operator::model::access::{self, Place};
use datalake_operator::model::arn::{AccountId, Arn, Partition, Region};
use datalake_operator::model::names::Prefix;
use datalake_operator::model::policy::Document;
use datalake_operator::shell::logs::{self, Format};
use jiff::SignedDuration;

/// Builds and keeps streaming data lakes on AWS, each from one Datalake object.
///
/// Kubernetes is reached through KUBECONFIG or, inside a pod, its service account; AWS through its default
/// credential chain. `AWS_ENDPOINT_URL` is honoured.
#[derive(Debug, Parser)]
#[command(name = "datalake-operator", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

/// What the binary is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the operator; also what happens when no command is given.
    Run(Run),
    /// Print the custom resource definition, for `kubectl apply -f -`.
    Crd,
    /// Print the IAM policy that the operator's own role needs, as JSON.
    IamPolicy(IamPolicy),
}

/// Where the operator is to work.
#[derive(Args, Debug, Clone)]
pub struct IamPolicy {
    /// The AWS account, 12 digits.
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: AccountId,

    /// The region of all lakes. Default: any of the partition aws.
    #[arg(long, value_name = "REGION", value_parser = Region::parse)]
    region: Option<Region>,

    /// As of `run`.
    #[arg(long, value_name = "PREFIX", default_value = "dl", value_parser = Prefix::parse)]
    name_prefix: Prefix,

    /// As of `run`; the keys of other clusters can't be written to then. Default: any.
    #[arg(long, value_name = "ID", value_parser = cluster_id)]
    cluster_id: Option<String>,

    /// As of `run`; roles can't be made without it then.
    #[arg(long, value_name = "ARN", value_parser = boundary)]
    permissions_boundary: Option<String>,
}

impl IamPolicy {
    /// The policy.
    pub fn document(&self) -> Document {
        let any = || "*".to_owned();
        access::policy(&Place {
            partition: self.region.as_ref().map_or(Partition::Aws, Region::partition),
            region: self.region.as_ref().map_or_else(any, ToString::to_string),
            account: self.account.to_string(),
            prefix: self.name_prefix.to_string(),
            cluster: self.cluster_id.clone().unwrap_or_else(any),
            boundary: self.permissions_boundary.clone(),
        })
    }
}

impl Cli {
    /// The command given, or `run`.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Run(self.run))
    }
}

/// Settings of `run`.
#[derive(Args, Debug, Clone)]
pub struct Run {
    /// Who this cluster is: part of every name and ownership tag, so it must differ between clusters that share an
    /// AWS account, and stay when a cluster is rebuilt whose lakes are to be found again. Never change it while
    /// lakes exist. Default: the uid of the namespace kube-system.
    #[arg(long, env = "DATALAKE_CLUSTER_ID", value_name = "ID", value_parser = cluster_id)]
    cluster_id: Option<String>,

    /// What the names of all AWS resources begin with, so that the operator's IAM policy can be written on it: 1 to
    /// 12 lower-case letters and digits.
    #[arg(long, env = "DATALAKE_NAME_PREFIX", value_name = "PREFIX", default_value = "dl", value_parser = Prefix::parse)]
    name_prefix: Prefix,

    /// AWS region of lakes that don't name one. Default: that of the AWS configuration (`AWS_REGION`, profile).
    #[arg(long, env = "DATALAKE_REGION", value_name = "REGION", value_parser = Region::parse)]
    region: Option<Region>,

    /// ARN of the IAM policy that becomes the permissions boundary of every role that is created; many accounts
    /// refuse roles without one.
    #[arg(long, env = "DATALAKE_PERMISSIONS_BOUNDARY", value_name = "ARN", value_parser = boundary)]
    permissions_boundary: Option<String>,

    /// How often a lake in sync is compared with AWS, such as 300s or 5m (1s to 24h).
    #[arg(long, env = "DATALAKE_DRIFT_PERIOD", value_name = "DURATION", default_value = "5m", value_parser = drift_period)]
    drift_period: SignedDuration,

    /// How long after a write an older answer of AWS is taken for lag and not for a difference (0s to 15m).
    #[arg(long, env = "DATALAKE_CONSISTENCY_WINDOW", value_name = "DURATION", default_value = "90s", value_parser = consistency_window)]
    consistency_window: SignedDuration,

    /// Only manage the lakes of this namespace. Default: of all namespaces.
    #[arg(long, env = "DATALAKE_WATCH_NAMESPACE", value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    watch_namespace: Option<String>,

    /// How many lakes are worked on at a time.
    #[arg(long, env = "DATALAKE_MAX_CONCURRENT", value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    max_concurrent: u16,

    /// Work only while this process holds a Lease, so that of several one works and the others stand by. `false`
    /// only where there is never more than one.
    #[arg(long, env = "DATALAKE_LEADER_ELECT", value_name = "BOOLEAN", action = ArgAction::Set, num_args = 0..=1, default_value_t = true, default_missing_value = "true")]
    leader_elect: bool,

    /// Name of the Lease; one for each set of lakes that are managed.
    #[arg(long, env = "DATALAKE_LEASE_NAME", value_name = "NAME", default_value = "datalake-operator", value_parser = NonEmptyStringValueParser::new())]
    lease_name: String,

    /// Namespace of the Lease. Default: that of the pod, or of the kubeconfig's context.
    #[arg(long, env = "DATALAKE_LEASE_NAMESPACE", value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    lease_namespace: Option<String>,

    /// How long the Lease goes without renewal before another process takes it (1s to 10m).
    #[arg(long, env = "DATALAKE_LEASE_DURATION", value_name = "DURATION", default_value = "15s", value_parser = lease_duration)]
    lease_duration: SignedDuration,

    /// How long after a renewal this process writes; less than --lease-duration, so that what it sent last arrives
    /// before another process works.
    #[arg(long, env = "DATALAKE_LEASE_RENEW_DEADLINE", value_name = "DURATION", default_value = "10s", value_parser = lease_time)]
    lease_renew_deadline: SignedDuration,

    /// Time between two looks at the Lease; at most half of --lease-renew-deadline.
    #[arg(long, env = "DATALAKE_LEASE_RETRY", value_name = "DURATION", default_value = "2s", value_parser = lease_time)]
    lease_retry: SignedDuration,

    /// Address of /healthz, /readyz and /metrics.
    #[arg(
        long,
        env = "DATALAKE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "0.0.0.0:8080"
    )]
    pub listen: SocketAddr,

    /// How log lines are written.
    #[arg(long, env = "DATALAKE_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: Format,

    /// What is logged: error, warn, info, debug or trace, or by module: `info,datalake_operator=debug,kube=warn`.
    #[arg(long, env = "RUST_LOG", value_name = "LEVEL", default_value = "info", value_parser = log_level)]
    pub log_level: String,
}

impl Run {
    /// What the controller needs of it.
    ///
    /// # Errors
    /// When the times of the lease don't go together.
    pub fn settings(&self) -> Result<Settings, String> {
        let terms = Terms::new(
            self.lease_duration.unsigned_abs(),
            self.lease_renew_deadline.unsigned_abs(),
            self.lease_retry.unsigned_abs(),
        )?;
        Ok(Settings {
            cluster_id: self.cluster_id.clone(),
            prefix: self.name_prefix.clone(),
            region: self.region.clone(),
            boundary: self.permissions_boundary.clone(),
            drift_period: self.drift_period,
            consistency_window: self.consistency_window,
            watch_namespace: self.watch_namespace.clone(),
            max_concurrent: self.max_concurrent,
            lease: self.leader_elect.then(|| LeaseSettings {
                name: self.lease_name.clone(),
                namespace: self.lease_namespace.clone(),
                terms,
            }),
        })
    }
}

/// A cluster id becomes a tag's value: at most 256 of the characters that every service takes (Resource Groups
/// Tagging API reference, `TagResources`).
fn cluster_id(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c);
    if text.is_empty() || text.len() > 256 || !text.chars().all(allowed) {
        return Err("write 1 to 256 letters, digits and _ . : / = + - @".into());
    }
    Ok(text.to_owned())
}

fn boundary(text: &str) -> Result<String, String> {
    let arn = Arn::parse(text).map_err(|error| error.to_string())?;
    if arn.service != "iam" || !arn.resource.starts_with("policy/") {
        return Err(
            "this is not the ARN of an IAM policy: write arn:aws:iam::<account>:policy/<name>".into(),
        );
    }
    Ok(text.to_owned())
}

fn drift_period(text: &str) -> Result<SignedDuration, String> {
    duration(text, SignedDuration::from_secs(1), SignedDuration::from_hours(24))
}

fn consistency_window(text: &str) -> Result<SignedDuration, String> {
    duration(text, SignedDuration::ZERO, SignedDuration::from_mins(15))
}

fn lease_duration(text: &str) -> Result<SignedDuration, String> {
    duration(text, SignedDuration::from_secs(1), SignedDuration::from_mins(10))
}

fn lease_time(text: &str) -> Result<SignedDuration, String> {
    duration(
        text,
        SignedDuration::from_millis(100),
        SignedDuration::from_mins(10),
    )
}

fn duration(text: &str, min: SignedDuration, max: SignedDuration) -> Result<SignedDuration, String> {
    let duration: SignedDuration = text
        .parse()
        .map_err(|_| "write a number with its unit, such as 90s, 5m or 1h".to_owned())?;
    if !(min..=max).contains(&duration) {
        return Err(format!("write a duration from {min:#} to {max:#}"));
    }
    Ok(duration)
}

fn log_level(text: &str) -> Result<String, String> {
    logs::filter(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::*;

    fn run(args: &[&str]) -> Result<Run, clap::Error> {
        let args = ["datalake-operator"].iter().chain(args);
        match Cli::try_parse_from(args)?.command() {
            Command::Run(run) => Ok(run),
            other => panic!("not run: {other:?}"),
        }
    }

    #[test]
    fn the_flags_are_put_together_without_conflict() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn run_is_what_happens_without_a_command_and_takes_the_same_flags() {
        for args in [&["--drift-period", "30s"][..], &["run", "--drift-period", "30s"]] {
            let settings = run(args).unwrap().settings().unwrap();
            assert_eq!(settings.drift_period, SignedDuration::from_secs(30), "{args:?}");
            assert_eq!(settings.prefix.as_str(), "dl", "{args:?}");
            assert_eq!(
                settings.consistency_window,
                SignedDuration::from_secs(90),
                "{args:?}"
            );
            assert_eq!(settings.max_concurrent, 8, "{args:?}");
        }
    }

    #[test]
    fn the_lease_is_as_long_as_that_of_kubernetes_own_parts_and_can_be_switched_off() {
        let seconds = Duration::from_secs;
        let terms = Terms::new(seconds(15), seconds(10), seconds(2)).unwrap();
        let by_default = LeaseSettings {
            name: "datalake-operator".into(),
            namespace: None,
            terms,
        };
        for args in [&[][..], &["--leader-elect"], &["--leader-elect", "true"]] {
            let settings = run(args).unwrap().settings().unwrap();
            assert_eq!(settings.lease.as_ref(), Some(&by_default), "{args:?}");
        }
        let off = run(&["--leader-elect=false"]).unwrap().settings().unwrap();
        assert_eq!(off.lease, None);
    }

    #[test]
    fn times_of_the_lease_that_do_not_go_together_are_refused() {
        for (flag, value) in [
            ("--lease-duration", "10s"),
            ("--lease-renew-deadline", "15s"),
            ("--lease-retry", "6s"),
        ] {
            let error = run(&[flag, value]).unwrap().settings().unwrap_err();
            assert!(error.contains("--lease-"), "{flag} {value}: {error}");
        }
    }

    #[test]
    fn crd_takes_no_settings() {
        let parsed = Cli::try_parse_from(["datalake-operator", "crd"]).unwrap();
        assert!(matches!(parsed.command(), Command::Crd));
        assert!(Cli::try_parse_from(["datalake-operator", "crd", "--region", "eu-west-1"]).is_err());
    }

    #[test]
    fn the_policy_is_that_of_the_place_that_is_given() {
        let policy = |args: &[&str]| -> Result<String, clap::Error> {
            let args = ["datalake-operator", "iam-policy"].iter().chain(args);
            match Cli::try_parse_from(args)?.command() {
                Command::IamPolicy(place) => Ok(place.document().to_string()),
                other => panic!("{other:?}"),
            }
        };
        assert!(policy(&[]).is_err(), "an account there must be");
        let account = ["--account", "123456789012"];
        let anywhere = policy(&account).unwrap();
        assert!(
            anywhere.contains("arn:aws:kinesis:*:123456789012:stream/dl-*"),
            "{anywhere}"
        );
        let place = [
            "--region",
            "cn-north-1",
            "--name-prefix",
            "lake",
            "--cluster-id",
            "one",
        ];
        let china = policy(&[&account[..], &place].concat()).unwrap();
        for part in [
            "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/lake-*",
            r#""aws:ResourceTag/datalake-operator.io/cluster":"one""#,
        ] {
            assert!(china.contains(part), "{part}: {china}");
        }
    }

    #[test]
    fn bad_settings_are_refused_with_what_to_write() {
        for (flag, value, says) in [
            ("--cluster-id", "", "1 to 256"),
            ("--cluster-id", "my cluster", "letters, digits"),
            ("--name-prefix", "Data-Lake", "prefix"),
            ("--region", "europe", "eu-west-1"),
            ("--permissions-boundary", "boundary", "is not an ARN"),
            (
                "--permissions-boundary",
                "arn:aws:iam::123456789012:role/boundary",
                "policy/<name>",
            ),
            ("--drift-period", "5", "with its unit"),
            ("--drift-period", "0s", "from 1s to 24h"),
            ("--consistency-window", "1h", "from 0s to 15m"),
            ("--watch-namespace", "", "value is required"),
            ("--max-concurrent", "0", "1..=1000"),
            ("--leader-elect", "perhaps", "true, false"),
            ("--lease-name", "", "value is required"),
            ("--lease-duration", "0s", "from 1s to 10m"),
            ("--log-level", "datalake_operator=loud", "invalid"),
        ] {
            let error = run(&[flag, value]).unwrap_err().to_string();
            assert!(error.contains(says), "{flag} {value}: {error}");
        }
    }
}
