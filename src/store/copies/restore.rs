//! `store restore`: a backup takes the place of the database.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use crate::domain::journal::JournalEvent;
use crate::domain::{Identified, Sha256, journal_kind};
use crate::store::StoreUrl;
use crate::store::address::Backend;
use crate::store::copies::decisions::{Decision, carried, of_side};
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::file_copy::{
    PartialFile, connect_to_read, is_same_file, size_of, with_suffix,
};
use crate::store::copies::kept_files::{
    KeptFile, {self},
};
use crate::store::copies::move_in::move_file;
use crate::store::copies::side::Side;
use crate::store::copies::staging::{decisions_since, finish, stage};
use crate::store::copies::swap::{lock, replace};

/// A backup that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Of the backup.
    pub journal_entries: u64,
    pub journal_head: Sha256,
    /// Where the old database is kept.
    pub kept: Option<PathBuf>,
    /// The decisions that the backup does not know, oldest first. The journal has them now.
    pub decisions: Vec<Decision>,
    /// Why the decisions in the old database could not be read.
    pub unread: Option<String>,
    /// The files that were in the backup.
    pub kept_files: Vec<KeptFile>,
}

/// Replaces the database `url`, whose daemon is stopped, with `backup`. `exported` are decisions
/// from the exports beside backups; those in the old database are added. A PostgreSQL database must
/// be empty.
pub async fn restore(
    url: &StoreUrl,
    backup: &Path,
    exported: Vec<Decision>,
    now: Timestamp,
    by: &Identified,
) -> Result<Restored> {
    size_of(backup)?;
    match url.backend() {
        Backend::Sqlite(database) => {
            if is_same_file(database, backup) {
                return Err(CopyError::OfItself(backup.to_owned()));
            }
            let _lock = lock(database, url)?;
            let mut decisions = exported;
            let unread = match decisions_of(database).await {
                Ok(found) => {
                    decisions.extend(found);
                    None
                }
                Err(problem) => Some(problem.to_string()),
            };
            let staged = PartialFile::create(&with_suffix(database, ".restoring"))?;
            match prepare(backup, staged.path(), decisions, now, by).await {
                Ok(restored) => {
                    let kept = replace(database, staged, now).await?;
                    Ok(Restored { kept, unread, ..restored })
                }
                Err(problem) => {
                    staged.discard();
                    Err(problem)
                }
            }
        }
        Backend::Postgres(_) => {
            let staged = PartialFile::create(&with_suffix(backup, ".restoring"))?;
            let restored = async {
                let restored = prepare(backup, staged.path(), exported, now, by).await?;
                let source = Side::Sqlite(connect_to_read(staged.path()).await?);
                move_file(staged.path(), source, url).await?;
                Ok(restored)
            };
            let restored = restored.await;
            staged.discard();
            restored
        }
    }
}

/// The decisions of the old database. A lost one has none.
async fn decisions_of(database: &Path) -> Result<Vec<Decision>> {
    if database.metadata().map_or(true, |file| file.len() == 0) {
        return Ok(Vec::new());
    }
    let mut old = Side::Sqlite(connect_to_read(database).await?);
    let found = of_side(&mut old).await;
    old.close().await;
    Ok(found?)
}

async fn prepare(
    backup: &Path,
    staged: &Path,
    decisions: Vec<Decision>,
    now: Timestamp,
    by: &Identified,
) -> Result<Restored> {
    let found = stage(backup, staged).await?;
    let kept_files = kept_files::take(staged).await?;
    let decisions = decisions_since(staged, decisions).await?;
    let data = json!({
        "journal_entries": found.journal_entries,
        "journal_head": found.journal_head,
        "decisions_since": decisions.len(),
        "identified": by,
    });
    let event = JournalEvent { kind: journal_kind::STORE_RESTORED.to_owned(), data };
    let events: Vec<JournalEvent> =
        std::iter::once(event).chain(decisions.iter().map(carried)).collect();
    finish(staged, now, &events).await?;
    Ok(Restored {
        journal_entries: found.journal_entries,
        journal_head: found.journal_head,
        kept: None,
        decisions,
        unread: None,
        kept_files,
    })
}
