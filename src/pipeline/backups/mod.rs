//! The backups that the daemon makes on a schedule.
//!
//! Which backups there are is read from the folder. Nothing else is remembered: a backup whose time
//! was missed is made once after the next start, and so is the first one.

mod stored_backup;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;
use tokio::runtime::Handle;
use tracing::{error, info};

use crate::config::BackupSettings;
use crate::domain::journal::JournalEvent;
use crate::domain::{journal_kind, size_text};
use crate::pipeline::Program;
use crate::receipt::key_folder::{
    KeyFolder, KeyFolderError, {self},
};
use crate::store::copies::{Backup, CopyError, KeptFile, back_up};
use crate::store::{StoreError, StoreUrl};

pub use stored_backup::StoredBackup;

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the thread that makes it panicked")]
    Panicked,
    #[error("failed to use the folder {folder}: {reason}")]
    Folder { folder: PathBuf, reason: io::Error },
}

/// Makes the backup that is due, if there is none yet, and removes those that are not kept.
///
/// `keys` are those of receipts, which the backup has too.
pub async fn make_if_due(program: &Program, keys: &KeyFolder) -> Result<(), BackupError> {
    let wiring = program.wiring.load_full();
    let Some(settings) = &wiring.config.backup else { return Ok(()) };
    let now = program.clock.now();
    let Some(due_at) = settings.schedule.last_due(now) else { return Ok(()) };
    let folder = settings.folder.as_path();
    let failed = |reason| BackupError::Folder { folder: folder.to_owned(), reason };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let stored = StoredBackup::in_folder(folder).map_err(failed)?;
    if stored.last().is_some_and(|newest| newest.due_at >= due_at) {
        return Ok(());
    }
    let name = StoredBackup::name(due_at);
    StoredBackup::remove_unfinished(folder, &name);
    let kept = kept_keys(keys).unwrap_or_else(|problem| {
        error!("the backup is made without the keys of receipts: {problem}");
        Vec::new()
    });
    let made = back_up_aside(program.store.url().clone(), kept, folder.join(&name)).await?;
    info!("made the backup {name} ({})", size_text(made.bytes));
    let data = json!({
        "file": name,
        "bytes": made.bytes,
        "journal_entries": made.journal_entries,
        "journal_head": made.journal_head,
    });
    let event = JournalEvent { kind: journal_kind::STORE_BACKED_UP.to_owned(), data };
    program.store.add_journal_entries(now, vec![event]).await?;
    remove_old(folder, settings.keep).map_err(failed)
}

/// Makes a backup on a thread of its own: the whole journal is hashed, which takes seconds.
async fn back_up_aside(
    url: StoreUrl,
    kept: Vec<KeptFile>,
    file: PathBuf,
) -> Result<Backup, BackupError> {
    let runtime = Handle::current();
    let made = tokio::task::spawn_blocking(move || runtime.block_on(back_up(&url, &kept, &file)));
    Ok(made.await.map_err(|_panicked| BackupError::Panicked)??)
}

/// The keys of receipts, as a backup has them.
pub fn kept_keys(keys: &KeyFolder) -> Result<Vec<KeptFile>, KeyFolderError> {
    let kept = |(name, content): (String, String)| KeptFile {
        name: format!("{}/{name}", key_folder::NAME),
        content,
    };
    Ok(keys.files()?.into_iter().map(kept).collect())
}

/// Adds the keys that a backup had to those of this machine. Returns how many were not here.
pub fn restore_keys(keys: &KeyFolder, kept: &[KeptFile]) -> Result<usize, KeyFolderError> {
    let mut added = 0;
    for file in kept {
        let name = file.name.strip_prefix(key_folder::NAME).and_then(|name| name.strip_prefix('/'));
        if let Some(name) = name {
            added += usize::from(keys.add(name, &file.content)?);
        }
    }
    Ok(added)
}

/// Keeps the newest backups.
fn remove_old(folder: &Path, keep: usize) -> io::Result<()> {
    let stored = StoredBackup::in_folder(folder)?;
    let old = stored.len().saturating_sub(keep);
    for backup in stored.iter().take(old) {
        std::fs::remove_file(&backup.path)?;
    }
    Ok(())
}

/// The newest backup, if there is one and the folder can be read.
pub fn newest(settings: &BackupSettings) -> io::Result<Option<StoredBackup>> {
    Ok(StoredBackup::in_folder(&settings.folder)?.pop())
}

/// When the next backup is due.
pub fn next_due_at(program: &Program) -> Option<Timestamp> {
    let wiring = program.wiring.load();
    wiring.config.backup.as_ref()?.schedule.next_after(program.clock.now())
}
