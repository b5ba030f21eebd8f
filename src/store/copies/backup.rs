//! A backup: a verified copy of the whole database in one file.

use std::path::Path;

use crate::crash_point::CrashPoint;
use crate::domain::Sha256;
use crate::store::StoreUrl;
use crate::store::address::Backend;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::file_copy::{
    PartialFile, connect_to_read, copy_into, is_same_file, size_of,
};
use crate::store::copies::inspection::{Depth, Inspection, inspect};
use crate::store::copies::kept_files::{
    KeptFile, {self},
};
use crate::store::copies::side::Side;
use crate::store::copies::transfer::copy_out;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub bytes: u64,
    pub journal_entries: u64,
    pub journal_head: Sha256,
}

/// Copies the database and the files `kept` to `file`, a new SQLite file of mode 0600, while it may
/// be in use. The copy is verified before it gets its name.
pub async fn back_up(url: &StoreUrl, kept: &[KeptFile], file: &Path) -> Result<Backup> {
    if url.sqlite_path().is_some_and(|database| is_same_file(database, file)) {
        return Err(CopyError::OfItself(file.to_owned()));
    }
    if let Backend::Sqlite(database) = url.backend() {
        // Said before a file is made.
        size_of(database).map_err(|error| nothing_stored(url, error))?;
    }
    let partial = PartialFile::create(file)?;
    match fill(url, kept, partial.path()).await {
        Ok(found) => {
            let bytes = size_of(partial.path())?;
            partial.finish()?;
            CrashPoint::BackupNamed.pass();
            let Inspection { journal_entries, journal_head, .. } = found;
            Ok(Backup { bytes, journal_entries, journal_head })
        }
        Err(problem) => {
            partial.discard();
            Err(problem)
        }
    }
}

fn nothing_stored(url: &StoreUrl, error: CopyError) -> CopyError {
    match error {
        CopyError::Missing(_) => CopyError::Store(crate::store::StoreError::Open {
            store: url.to_string(),
            reason: "nothing is stored yet".to_owned(),
        }),
        other => other,
    }
}

async fn fill(url: &StoreUrl, kept: &[KeptFile], file: &Path) -> Result<Inspection> {
    CrashPoint::BackupBegun.pass();
    match url.backend() {
        Backend::Sqlite(database) => copy_into(database, file).await?,
        Backend::Postgres(address) => copy_out(url, address, file).await?,
    }
    kept_files::put(file, kept).await?;
    CrashPoint::BackupCopied.pass();
    let mut copy = Side::Sqlite(connect_to_read(file).await?);
    let found = inspect(&mut copy, Depth::WithoutDocuments).await?;
    copy.close().await;
    let found = found.expect_whole(&url.to_string())?;
    CrashPoint::BackupVerified.pass();
    Ok(found)
}
