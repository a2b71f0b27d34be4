//! `kubectl datalake`: look at a lake, publish to it, crawl it, query it.

mod crawl;
mod failure;
mod function;
mod lake;
mod output;
mod partitions;
mod publish;
mod query;
mod rows;
mod status;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use failure::Failure;
use lake::Cluster;

/// Look at streaming data lakes, publish to them, crawl and query them.
///
/// AWS is reached with the default credential chain; `AWS_ENDPOINT_URL` is honoured. The region is the lake's.
#[derive(Debug, Parser)]
#[command(name = "kubectl-datalake", bin_name = "kubectl datalake", version)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Which cluster and namespace, as kubectl takes them.
#[derive(Args, Debug)]
struct Place {
    /// Namespace of the lake. Default: that of the context.
    #[arg(short, long, global = true)]
    namespace: Option<String>,
    /// Context of the kubeconfig. Default: the current one.
    #[arg(long, global = true)]
    context: Option<String>,
    /// Path of the kubeconfig. Default: KUBECONFIG, ~/.kube/config, or the pod's service account.
    #[arg(long, global = true, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a lake's resources, conditions, and what an application needs to connect; without a name, a line a lake.
    Status {
        /// Name of the lake.
        name: Option<String>,
    },
    /// Put events on the lake's stream: one JSON object a line.
    ///
    /// The whole input is read and checked first: when a line is bad, nothing is sent.
    Publish {
        /// Name of the lake.
        name: String,
        /// File of JSON lines; - for standard input.
        file: PathBuf,
        /// Let the lake's test publisher put them on the stream.
        #[arg(long)]
        through_function: bool,
    },
    /// Start the lake's crawler, so that queries see the partitions that arrived.
    Crawl {
        /// Name of the lake.
        name: String,
        /// Wait for the crawler's end, and say what came of it.
        #[arg(long)]
        wait: bool,
    },
    /// Run a query in the lake's Athena workgroup and database.
    Query {
        /// Name of the lake.
        name: String,
        /// The SQL, in quotes; the table's name is shown by `kubectl datalake status NAME`.
        sql: String,
        /// How rows are written.
        #[arg(short, long, value_enum, default_value_t)]
        output: rows::Format,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(Cli::parse())).await {
        Ok(()) | Err(Failure::NobodyReads) => ExitCode::SUCCESS,
        Err(Failure::Told(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let Place {
        namespace,
        context,
        kubeconfig,
    } = cli.place;
    let cluster = Cluster::connect(namespace, context, kubeconfig).await?;
    match cli.command {
        Command::Status { name: Some(name) } => status::one(&cluster.lake(&name).await?),
        Command::Status { name: None } => status::all(&cluster).await,
        Command::Publish {
            name,
            file,
            through_function,
        } => publish::run(&cluster.lake(&name).await?, &file, through_function).await,
        Command::Crawl { name, wait } => crawl::run(&cluster.lake(&name).await?, wait).await,
        Command::Query { name, sql, output } => query::run(&cluster.lake(&name).await?, &sql, output).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_put_together_without_conflict() {
        Cli::command().debug_assert();
    }

    #[test]
    fn namespace_and_context_stand_before_or_after_the_command_as_with_kubectl() {
        for args in [
            &["kubectl-datalake", "-n", "analytics", "status"][..],
            &["kubectl-datalake", "status", "-n", "analytics"],
            &[
                "kubectl-datalake",
                "query",
                "a",
                "SELECT 1",
                "--namespace=analytics",
            ],
        ] {
            let cli = Cli::try_parse_from(args).unwrap();
            assert_eq!(cli.place.namespace.as_deref(), Some("analytics"), "{args:?}");
        }
    }

    #[test]
    fn a_dash_is_a_file_to_publish() {
        let cli = Cli::try_parse_from(["kubectl-datalake", "publish", "a", "-"]).unwrap();
        assert!(matches!(cli.command, Command::Publish { file, .. } if file.as_os_str() == "-"));
    }
}
