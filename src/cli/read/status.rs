//! `entitywatch status`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::receivers::receiver_rows;
use super::sources::source_rows;
use super::status_text::lines;
use crate::cli::args::OutputFormat;
use crate::cli::output;
use crate::config::Config;
use crate::exit::Exit;
use crate::store::Store;
use crate::stored_json::{ItemRow, StatusRow};

/// The lines, with bold titles.
fn screen(lines: &[String]) -> String {
    let is_title = |line: &str| line.starts_with(|first: char| first.is_ascii_uppercase());
    let shown = |line: &String| if is_title(line) { output::title(line) } else { line.clone() };
    lines.iter().map(shown).collect::<Vec<_>>().join("\n")
}

/// Prints what is watched, what is on hold, and what fails. `daemon_answers` says whether a daemon
/// of this machine answers commands: a SQLite file does not show whether its daemon lives.
pub async fn status(
    store: &Store,
    config: &Config,
    daemon_answers: bool,
    format: OutputFormat,
    now: Timestamp,
) -> Result<Exit> {
    let mut daemons = store.daemons().await?;
    if config.store.sqlite_path().is_some() && !daemon_answers {
        daemons.clear();
    }
    let mut holds = store.holds(true).await?;
    holds.retain(|hold| {
        config.source(&hold.source).is_some_and(|source| source.lists.contains(&hold.list))
    });
    let mut items = Vec::new();
    for item in store.unclosed_items().await? {
        items.push(ItemRow::of(store, item, &config.messages.timezone).await?);
    }
    let status = StatusRow {
        at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        watching: daemons.iter().any(|daemon| daemon.watching_since.is_some()),
        daemons,
        sources: source_rows(store, config, now).await?,
        holds,
        items,
        receivers: receiver_rows(store, config, now).await?,
    };
    let mut exit = Exit::Success;
    if !status.holds.is_empty() {
        exit = exit.worst(Exit::OnHold);
    }
    if status.has_failed() {
        exit = exit.worst(Exit::Failed);
    }
    match format {
        OutputFormat::Text => output::line(&mut stdout(), &screen(&lines(&status)))?,
        format => output::records(&mut stdout(), format, "status", &[status])?,
    }
    Ok(exit)
}
