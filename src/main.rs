//! The operator: arguments, telemetry, dispatch.

mod args;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser;
use datalake_operator::api::Datalake;
use datalake_operator::shell::health::{self, Health};
use datalake_operator::shell::logs;
use datalake_operator::shell::metrics::Metrics;
use futures::FutureExt;
use kube::CustomResourceExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use args::{Cli, Command, Run};

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Cli::parse().command() {
        Command::Run(args) => run(args).await,
        Command::Crd => crd(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// JSON is YAML too.
fn crd() -> Result<(), Box<dyn Error>> {
    println!("{}", serde_json::to_string_pretty(&Datalake::crd())?);
    Ok(())
}

/// Serves until told to stop.
async fn run(args: Run) -> Result<(), Box<dyn Error>> {
    logs::start(args.log_format, logs::filter(&args.log_level)?);
    let settings = args.settings();
    let stop = stop()?.shared();
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("can't listen on {}: {error}; give another --listen", args.listen))?;
    let health = Health {
        synced: Arc::new(AtomicBool::new(false)),
        metrics: Arc::new(Metrics::default()),
    };
    tracing::info!(version = env!("CARGO_PKG_VERSION"), listen = %args.listen, ?settings, "started");
    health::serve(listener, health, stop).await?;
    tracing::info!("ended");
    Ok(())
}

/// Ends at the first SIGTERM (the kubelet's) or SIGINT (Ctrl-C).
fn stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: ending"),
            _ = interrupt.recv() => tracing::info!("SIGINT: ending"),
        }
    })
}
