//! `store backup | restore | migrate | check`. `store prune` acts on an open database, as the other
//! commands that act.

use std::io::{Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::actions;
use crate::cli::args::StoreCommand;
use crate::cli::output::{self, time};
use crate::cli::repeat_decision::command_line;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::domain::size_text;
use crate::exit::Exit;
use crate::pipeline::decision_export;
use crate::store::StoreUrl;
use crate::store::copies::{self, Decision, Finding};

/// Carries a command out, except `prune`.
pub async fn run(config: &Config, command: StoreCommand, now: Timestamp) -> Result<Exit> {
    match command {
        StoreCommand::Backup { file } => backup(config, &file).await,
        StoreCommand::Restore { file } => restore(config, &file, now).await,
        StoreCommand::Migrate { to } => migrate(config, &to).await,
        StoreCommand::Check => check(config).await,
        StoreCommand::Prune => Err(Usage("expected a command on a closed database".into()).into()),
    }
}

/// Copies the database to a new file.
async fn backup(config: &Config, file: &Path) -> Result<Exit> {
    let made = copies::back_up(&config.store, file).await?;
    print(&format!(
        "backed up to {} ({}): a journal of {} entries, head {}",
        file.display(),
        size_text(made.bytes),
        made.journal_entries,
        made.journal_head
    ))?;
    Ok(Exit::Success)
}

/// Replaces the database with a backup.
async fn restore(config: &Config, file: &Path, now: Timestamp) -> Result<Exit> {
    let by = actions::user_of_process().await;
    let exported = exported_decisions(config, file)?;
    let restored = copies::restore(&config.store, file, exported, now, &by).await?;
    print(&format!(
        "restored {}: a journal of {} entries, head {}",
        file.display(),
        restored.journal_entries,
        restored.journal_head
    ))?;
    if let Some(kept) = &restored.kept {
        print(&format!("the database from before is kept as {}", kept.display()))?;
    }
    if let Some(problem) = &restored.unread {
        output::problem(&format!(
            "the decisions in the database from before could not be read, so only those that were \
             exported beside the backup are known: {problem}"
        ));
    }
    print_decisions(&restored.decisions)?;
    print("start the daemon: what happened since the backup is alerted again under the same ids")?;
    Ok(Exit::Success)
}

/// The decisions in the exports beside the backup and in the folder of `[backup]`.
fn exported_decisions(config: &Config, file: &Path) -> Result<Vec<Decision>> {
    let beside = file.parent().unwrap_or(Path::new(""));
    let configured = config.backup.as_ref().map(|backup| backup.folder.as_path());
    let mut found = Vec::new();
    for folder in [Some(beside), configured].into_iter().flatten() {
        let export = decision_export::file_in(folder);
        let read = decision_export::read(&export);
        found.extend(read.with_context(|| format!("failed to read {}", export.display()))?);
    }
    Ok(found)
}

fn print_decisions(decisions: &[Decision]) -> Result<()> {
    if decisions.is_empty() {
        return print("no decision was made since the backup");
    }
    print(&format!(
        "decisions since the backup: {}. The journal keeps them as `decision.carried`. To carry \
         them out again, start the daemon, wait for its first checks, and run:",
        decisions.len()
    ))?;
    for decision in decisions {
        print(&format!("  {}    # {}", command_line(decision), time(decision.at)))?;
    }
    Ok(())
}

/// Copies the SQLite database into an empty PostgreSQL database.
async fn migrate(config: &Config, to: &str) -> Result<Exit> {
    // The address may contain a password, which no error repeats.
    let to: StoreUrl = to.parse().map_err(|error| Usage(format!("{error} in --to")))?;
    let moved = copies::move_to_postgres(&config.store, &to).await?;
    for (table, rows) in &moved.tables {
        print(&format!("{table}: {rows} rows, equal on both sides"))?;
    }
    print(&format!(
        "the journal is intact: {} entries, head {}",
        moved.journal_entries, moved.journal_head
    ))?;
    print(&format!(
        "copied {} to {to}: set [store] url to the new address and start the daemon; the file \
         stays as it is",
        config.store
    ))?;
    Ok(Exit::Success)
}

/// Checks whether the database is whole.
async fn check(config: &Config) -> Result<Exit> {
    let found = copies::check(&config.store).await?;
    for finding in &found.findings {
        match &finding.result {
            Ok(detail) => print(&format!("ok     {:<11}{detail}", finding.what))?,
            Err(fault) => print(&format!("FAULT  {:<11}{fault}", finding.what))?,
        }
    }
    if found.is_whole() {
        return Ok(Exit::Success);
    }
    // Old tables are no damage.
    let is_damaged = |finding: &Finding| finding.what != "tables" && finding.result.is_err();
    if found.findings.iter().any(is_damaged) {
        output::problem("the database is damaged: `entitywatch store restore` restores a backup");
    }
    Ok(Exit::Failed)
}

fn print(line: &str) -> Result<()> {
    Ok(output::line(&mut stdout() as &mut dyn Write, line)?)
}
