//! Starts and stops the local stand: a real Kubernetes API server (etcd, kube-apiserver,
//! kube-controller-manager) and an AWS emulator, as plain processes on loopback.

mod cache;
mod emulator;
mod environment;
mod kubernetes;
mod process;
mod programs;
mod progress;
mod running;
mod stand;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

use crate::progress::Progress;
use crate::running::Part;
use crate::stand::Stand;

/// A Kubernetes API server and an AWS emulator on this machine, without containers or an account.
///
/// Programs that are missing are built once from pinned sources and kept in
/// `$XDG_CACHE_HOME/datalake-operator` (`~/.cache/datalake-operator`). Where `KUBEBUILDER_ASSETS`
/// names a folder with etcd, kube-apiserver or kubectl, those are used.
#[derive(Parser)]
#[command(name = "datalake-stand", version)]
struct Cli {
    /// Where the stand keeps its state, logs and data [default: .stand in the checkout].
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
    /// Print errors only.
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start what does not run yet, and write the environment to the stand's `env` file.
    Up {
        /// Only this part.
        #[arg(long)]
        only: Option<Part>,
    },
    /// Stop every process of the stand and remove its data; the cache stays.
    Down {
        /// Only this part.
        #[arg(long)]
        only: Option<Part>,
    },
    /// Kill a program of Kubernetes and start it again, as it was.
    Restart {
        /// Its name, such as `kube-apiserver`.
        program: String,
    },
    /// Say what runs. Exits with 1 unless every started part is ready.
    Status,
    /// Print the environment that reaches the stand.
    Env {
        /// How to print it.
        #[arg(long, default_value = "shell")]
        format: Format,
    },
    /// Print the path of a program of the stand (etcd, kube-apiserver, kubectl, helm, python, …), building what is missing.
    Which {
        /// The program's name; `python` is the one that has the emulator installed.
        program: String,
    },
}

/// How `env` prints the environment.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// `export` lines to source.
    Shell,
    /// One JSON object; `PATH` is the whole search path.
    Json,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("datalake-stand: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let progress = Progress::new(cli.quiet);
    let dir = cli.dir.unwrap_or_else(|| cache::checkout().join(".stand"));
    let stand = Stand::open(&dir)?;
    match cli.command {
        Command::Up { only } => stand.up(&Part::selected(only), &progress)?,
        Command::Down { only } => stand.down(&Part::selected(only), &progress)?,
        Command::Restart { program } => stand.restart(&program, &progress)?,
        Command::Status => {
            return Ok(if stand.print_status()? {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Command::Which { program } => println!("{}", which(&program, &progress)?.display()),
        Command::Env {
            format: Format::Shell,
        } => print!("{}", stand.environment()?.shell()),
        Command::Env { format: Format::Json } => println!("{}", stand.environment()?.json()),
    }
    Ok(ExitCode::SUCCESS)
}

fn which(program: &str, progress: &Progress) -> anyhow::Result<PathBuf> {
    if program == "python" {
        return emulator::python(progress);
    }
    let path = programs::programs(progress)?.remove(program);
    path.with_context(|| format!("the stand has no program {program}"))
}
