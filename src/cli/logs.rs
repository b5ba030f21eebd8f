//! Where log lines go: under systemd to the journal, with their fields. Otherwise to standard
//! error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::cli::args::LogFormat;

/// Starts logging. `RUST_LOG` overrides `default_level`.
pub fn start(format: LogFormat, default_level: &str) {
    // Libraries log only warnings and errors, because their lower levels may contain an address.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,entitywatch={default_level}")));
    let text = || {
        fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .boxed()
    };
    let layer = match format {
        LogFormat::Json => fmt::layer().json().with_writer(std::io::stderr).boxed(),
        LogFormat::Text => text(),
        LogFormat::Journald => journald().unwrap_or_else(text),
        LogFormat::Auto if std::env::var_os("JOURNAL_STREAM").is_some() => {
            journald().unwrap_or_else(text)
        }
        LogFormat::Auto => text(),
    };
    // A second call keeps the first logger (in tests, several commands run in one process).
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}

fn journald<S>() -> Option<Box<dyn Layer<S> + Send + Sync>>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    tracing_journald::layer().ok().map(|layer| {
        layer
            .with_field_prefix(Some("ENTITYWATCH".into()))
            .with_syslog_identifier("entitywatch".into())
            .boxed()
    })
}
