//! The operator: arguments, telemetry, dispatch.

mod args;

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser;
use datalake_operator::shell::health::{self, Health};
use datalake_operator::shell::logs;
use datalake_operator::shell::metrics::Metrics;
use datalake_operator::{api, controller};
use futures::FutureExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use args::{Cli, Command, Run};

// One thread does it all: the work is waiting for AWS, and memory that one thread frees is there for the next lake.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let ended = match Cli::parse().command() {
        Command::Run(args) => run(args).await,
        Command::Crd => {
            print!("{}", api::crd_yaml());
            Ok(())
        }
        Command::IamPolicy(place) => {
            println!("{}", place.document().pretty());
            Ok(())
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// Works until told to stop, then finishes what is under way.
async fn run(args: Run) -> Result<(), Box<dyn Error>> {
    let settings = args.settings()?;
    logs::start(args.log_format, logs::filter(&args.log_level)?);
    let stop = stop()?.shared();
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("can't listen on {}: {error}; give another --listen", args.listen))?;
    let synced = Arc::new(AtomicBool::new(false));
    let metrics = Arc::new(Metrics::default());
    let health = Health {
        synced: Arc::clone(&synced),
        metrics: Arc::clone(&metrics),
    };
    tracing::info!(version = env!("CARGO_PKG_VERSION"), listen = %args.listen, "started");
    let server = health::serve(listener, health, stop.clone()).map(|end| end.map_err(Box::<dyn Error>::from));
    let work = controller::run(settings, metrics, synced, stop);
    futures::try_join!(server, work.map(|end| end.map_err(Box::from)))?;
    tracing::info!("ended");
    Ok(())
}

/// The error and its causes in one line, each cause once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
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
