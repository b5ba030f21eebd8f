//! `store backup | restore | migrate | check`. `store prune` acts on an open database, as the other
//! commands that act.

use std::io::{Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::actions;
use crate::cli::args::StoreCommand;
use crate::cli::usage::Usage;
use crate::cli::{
    act,
    output::{self},
    receipts, restored_decisions,
};
use crate::config::{Config, Environment};
use crate::deliver::wording::count::{counted, verb};
use crate::domain::size_text;
use crate::exit::Exit;
use crate::pipeline::{backups, decision_export};
use crate::store::StoreUrl;
use crate::store::copies::{self, Decision, Finding};

/// Carries a command out, except `prune`.
pub async fn run(
    config: &Config,
    environment: &Environment,
    command: StoreCommand,
    now: Timestamp,
) -> Result<Exit> {
    match command {
        StoreCommand::Backup { file } => backup(config, environment, &file).await,
        StoreCommand::Restore { file } => restore(config, environment, &file, now).await,
        StoreCommand::Migrate { to } => migrate(config, &to).await,
        StoreCommand::Check => check(config).await,
        StoreCommand::Prune => Err(Usage("expected a command on a closed database".into()).into()),
    }
}

/// Copies the database and the keys of receipts to a new file.
async fn backup(config: &Config, environment: &Environment, file: &Path) -> Result<Exit> {
    let kept = backups::kept_keys(&receipts::key_folder(config, environment));
    let (kept, without) = match kept {
        Ok(kept) => (kept, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let made = copies::back_up(&config.store, &kept, file).await?;
    print(&format!(
        "backed up to {} ({}): a journal of {}, head {}",
        file.display(),
        size_text(made.bytes),
        entries(made.journal_entries),
        made.journal_head
    ))?;
    if let Some(problem) = without {
        output::problem(&format!("the keys of receipts are not in the backup: {problem}"));
        return Ok(Exit::Failed);
    }
    if !kept.is_empty() {
        print(&format!("keys of receipts in it: {}; keep it secret", kept.len()))?;
    }
    Ok(Exit::Success)
}

/// Replaces the database with a backup.
async fn restore(
    config: &Config,
    environment: &Environment,
    file: &Path,
    now: Timestamp,
) -> Result<Exit> {
    let by = actions::user_of_process().await;
    let exported = exported_decisions(config, file)?;
    let restored = copies::restore(&config.store, file, exported, now, &by).await?;
    print(&format!(
        "restored {}: a journal of {}, head {}",
        file.display(),
        entries(restored.journal_entries),
        restored.journal_head
    ))?;
    if let Some(kept) = &restored.kept {
        print(&format!("the database from before is kept as {}", kept.display()))?;
    }
    let mut exit = Exit::Success;
    let keys = receipts::key_folder(config, environment);
    match backups::restore_keys(&keys, &restored.kept_files) {
        Ok(0) => {}
        Ok(added) => {
            print(&format!("keys of receipts added to {}: {added}", keys.path().display()))?;
        }
        Err(problem) => {
            exit = Exit::Failed;
            output::problem(&format!("the keys of receipts were not restored: {problem}"));
        }
    }
    if let Some(problem) = &restored.unread {
        output::problem(&format!(
            "the decisions in the database from before could not be read, so only those that were \
             exported beside the backup are known: {problem}"
        ));
    }
    if restored.decisions.is_empty() {
        print("no decision was made since the backup")?;
    } else {
        print(&format!("decisions since the backup: {}", restored.decisions.len()))?;
        match act::carry_out_restored(config.clone(), environment).await {
            Ok(passed) => restored_decisions::print(&passed, &mut stdout())?,
            Err(problem) => {
                exit = Exit::Failed;
                output::problem(&format!(
                    "failed to carry out the decisions again; the next start retries: {problem:#}"
                ));
            }
        }
    }
    print("start the daemon: what happened since the backup is alerted again under the same ids")?;
    Ok(exit)
}

/// The decisions in the exports beside the backup and in the folder of `[backup]`.
fn exported_decisions(config: &Config, file: &Path) -> Result<Vec<Decision>> {
    let beside = file.parent().unwrap_or(Path::new(""));
    let configured = config.backup.as_ref().map(|backup| backup.folder.as_path());
    let mut found = Vec::new();
    for folder in [Some(beside), configured].into_iter().flatten() {
        let export = decision_export::file_in(folder);
        let read = decision_export::read_with_faults(&export);
        let read = read.with_context(|| format!("failed to read {}", export.display()))?;
        let Some((decisions, faults)) = read else {
            if Some(folder) == configured {
                output::problem(&format!(
                    "{} does not exist: decisions since the backup may be missing",
                    export.display()
                ));
            }
            continue;
        };
        if let Some(first) = faults.first() {
            output::problem(&format!(
                "{}: expected a decision in each line, but {} {} cut or changed (the first is \
                 line {first}); a decision that is recorded nowhere else is not carried out again",
                export.display(),
                counted(faults.len(), "line"),
                verb(faults.len(), "is", "are"),
            ));
        }
        found.extend(decisions);
    }
    Ok(found)
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

/// `1 entry`
fn entries(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "entry")
}

fn print(line: &str) -> Result<()> {
    Ok(output::line(&mut stdout() as &mut dyn Write, line)?)
}
