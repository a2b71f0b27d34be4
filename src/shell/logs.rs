//! Logs: text for people, JSON for machines, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// One line an event, for people.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

/// Reads what is logged: a level (`info`), or directives by module (`info,datalake_operator=debug,kube=warn`).
///
/// # Errors
/// When it is neither.
pub fn filter(directives: &str) -> Result<Targets, String> {
    if directives
        .split(',')
        .any(|directive| directive.trim().starts_with('='))
    {
        return Err(format!("no module before the = in {directives}"));
    }
    directives.parse().map_err(|error: ParseError| error.to_string())
}

/// Sends the process's logs to stderr. Only the first call has an effect: a process has one log.
pub fn start(format: Format, filter: Targets) {
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    let started = registry().with(lines.with_filter(filter)).try_init();
    if let Err(error) = started {
        tracing::warn!(%error, "the log was already started");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_and_directives_by_module_are_read_and_other_words_are_refused() {
        for (text, ok, why) in [
            ("info", true, "a level"),
            ("warn,datalake_operator=debug,kube=info", true, "directives"),
            ("datalake_operator=loud", false, "no such level"),
            ("info,=debug", false, "no module"),
        ] {
            assert_eq!(filter(text).is_ok(), ok, "{why}");
        }
    }
}
