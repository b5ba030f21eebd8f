//! `entitywatch status`

use std::io::stdout;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::matches::configured_watchlists;
use super::receivers::receiver_rows;
use super::sources::source_rows;
use super::status_text::lines;
use crate::cli::args::OutputFormat;
use crate::cli::output;
use crate::config::{BackupSettings, Config};
use crate::exit::Exit;
use crate::pipeline::backups;
use crate::store::Store;
use crate::stored_json::{
    BackupRow, HoldRow, ItemRow, StatusRow, WatchlistStateRow, holds_of_files,
};

/// How long after its due time a backup is overdue. A large database takes minutes.
const BACKUP_TIME: SignedDuration = SignedDuration::from_hours(1);

fn backup_row(settings: &BackupSettings, watching: bool, now: Timestamp) -> BackupRow {
    let newest = backups::newest(settings);
    let (newest, error) = match newest {
        Ok(newest) => (newest, None),
        Err(problem) => (None, Some(problem.to_string())),
    };
    let due = now.checked_sub(BACKUP_TIME).ok().and_then(|at| settings.schedule.last_due(at));
    let is_made = |due| newest.as_ref().is_some_and(|newest| newest.due_at >= due);
    BackupRow {
        folder: settings.folder.display().to_string(),
        last_at: newest.as_ref().map(|newest| newest.made_at),
        last_bytes: newest.as_ref().map(|newest| newest.bytes),
        overdue: watching && error.is_none() && due.is_some_and(|due| !is_made(due)),
        error,
    }
}

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
    let mut holds: Vec<HoldRow> = holds.into_iter().map(HoldRow::from).collect();
    holds.extend(
        holds_of_files(store, true).await?.into_iter().filter(|hold| {
            config.watchlists.iter().any(|w| hold.watchlist.as_ref() == Some(&w.name))
        }),
    );
    let watchlists = configured_watchlists(store, config, now).await?;
    let mut items = Vec::new();
    for item in store.unclosed_items().await? {
        items.push(ItemRow::of(store, item, &config.messages.timezone).await?);
    }
    let watching = daemons.iter().any(|daemon| daemon.watching_since.is_some());
    let status = StatusRow {
        at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        watching,
        daemons,
        sources: source_rows(store, config, now).await?,
        holds,
        watchlists: watchlists.into_iter().map(WatchlistStateRow::from).collect(),
        items,
        receivers: receiver_rows(store, config, now).await?,
        store: store.size(now).await?,
        backup: config.backup.as_ref().map(|backup| backup_row(backup, watching, now)),
        waiting_decisions: store.waiting_decisions().await?.len(),
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
