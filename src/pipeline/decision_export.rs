//! The export of decisions: a file beside the backups to which each decision of a person is
//! appended, before the person gets an answer. With it, a backup of last night loses no decision of
//! today.
//!
//! Each line is the journal entry of a decision, as `journal export` prints it. Lines are never
//! changed or removed. Nothing else depends on the file: a line that is missing is added by the
//! next export.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tracing::error;

use crate::domain::JournalEntry;
use crate::file_owner::give_to_owner_of_parent;
use crate::pipeline::Program;
use crate::store::copies::Decision;
use crate::store::{Store, StoreError};

/// The file in the folder of the backups.
const NAME: &str = "decisions.jsonl";

/// Why decisions were not exported. They are in the database.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("failed to write {path}: {reason}")]
    Write { path: PathBuf, reason: io::Error },
}

/// How far a file has the decisions of the database.
pub struct Exported {
    file: PathBuf,
    /// Up to this entry of the journal.
    up_to: u64,
    /// The hashes of its lines. The journal of a restored database may have some of them again.
    hashes: BTreeSet<String>,
}

/// The export beside a backup, or in a folder of backups.
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Appends the decisions that are not in the export yet. A failure is logged: the decisions are in
/// the database, and the next export adds them.
pub async fn export_new(program: &Program) {
    if let Err(problem) = try_export(program).await {
        error!(
            "failed to export the last decisions beside the backups; they are in the database and \
             are exported later: {problem}"
        );
    }
}

async fn try_export(program: &Program) -> Result<(), ExportError> {
    let wiring = program.wiring.load_full();
    let Some(backup) = &wiring.config.backup else { return Ok(()) };
    let file = file_in(&backup.folder);
    let mut guard = program.exported.lock().await;
    let exported = match guard.take().filter(|exported| exported.file == file) {
        Some(exported) => exported,
        None => exported_in(&program.store, &file).await?,
    };
    let exported = guard.insert(exported);
    let newest = program.store.journal_length().await?;
    if newest == exported.up_to {
        return Ok(());
    }
    let found = program.store.decisions(exported.up_to).await?;
    let is_new = |decision: &&Decision| !exported.hashes.contains(decision.hash.as_str());
    let new: Vec<&Decision> = found.iter().filter(is_new).collect();
    if let Err(reason) = append(&file, &new) {
        // It is read again, because a part may have been written.
        *guard = None;
        return Err(ExportError::Write { path: file, reason });
    }
    let hashes: Vec<String> = new.iter().map(|decision| decision.hash.to_string()).collect();
    exported.hashes.extend(hashes);
    exported.up_to = newest.max(found.last().map_or(0, |last| last.seq));
    Ok(())
}

/// Finds the last line that the journal has. After a restore, the lines after it are of decisions
/// that the restored journal has only as `decision.carried`.
async fn exported_in(store: &Store, file: &Path) -> Result<Exported, ExportError> {
    let lines =
        read(file).map_err(|reason| ExportError::Write { path: file.to_owned(), reason })?;
    let mut up_to = 0;
    for line in lines.iter().rev() {
        if store.has_journal_entry(line.seq, &line.hash).await? {
            up_to = line.seq;
            break;
        }
    }
    let hashes = lines.iter().map(|line| line.hash.to_string()).collect();
    Ok(Exported { file: file.to_owned(), up_to, hashes })
}

/// The decisions in an export, in the order of its lines. A line that is not a whole one is left
/// out: the process that wrote it was killed, and the next export has written it again.
pub fn read(file: &Path) -> io::Result<Vec<Decision>> {
    Ok(read_with_faults(file)?.unwrap_or_default().0)
}

/// The decisions in an export, and the lines, from 1, that have none or were changed. `None` if
/// there is no export.
pub fn read_with_faults(file: &Path) -> io::Result<Option<(Vec<Decision>, Vec<usize>)>> {
    is_ordinary(file)?;
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (mut decisions, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        match serde_json::from_slice::<JournalEntry>(line) {
            Ok(entry) => {
                if !entry.is_intact() {
                    faults.push(number + 1);
                }
                decisions.push(entry);
            }
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => faults.push(number + 1),
        }
    }
    Ok(Some((decisions, faults)))
}

/// A pipe or a device in the place of the export would never end.
fn is_ordinary(file: &Path) -> io::Result<()> {
    match std::fs::metadata(file) {
        Ok(about) if !about.is_file() => {
            Err(io::Error::other("expected a regular file, but it is something else"))
        }
        _ => Ok(()),
    }
}

/// Appends these decisions. They are on the disk when this returns.
fn append(file: &Path, decisions: &[&Decision]) -> io::Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    is_ordinary(file)?;
    let is_new = !file.exists();
    if let Some(folder) = file.parent() {
        let is_new = !folder.exists();
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if is_new {
            give_to_owner_of_parent(folder);
        }
    }
    let mut open =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(file)?;
    if is_new {
        give_to_owner_of_parent(file);
    }
    let mut lines = Vec::new();
    if !ends_with_line(&mut open)? {
        lines.push(b'\n');
    }
    for decision in decisions {
        serde_json::to_writer(&mut lines, decision)?;
        lines.push(b'\n');
    }
    open.write_all(&lines)?;
    open.sync_data()
}

/// Whether the next line can begin here. A process may have been killed within a line.
fn ends_with_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(io::SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::journal::JournalEvent;

    fn decision(seq: u64) -> Decision {
        let data = serde_json::json!({"by": "Ann", "item_id": format!("itm_{seq}")});
        let event = JournalEvent { kind: "item.taken".to_owned(), data };
        JournalEntry::new(seq, Timestamp::UNIX_EPOCH, &event, JournalEntry::genesis())
    }

    #[test]
    fn a_line_that_was_cut_off_is_left_out_and_the_next_begins_on_its_own_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(&folder.path().join("backup"));
        assert_eq!(read(&file).unwrap(), []);
        append(&file, &[&decision(1), &decision(2)]).unwrap();
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() - 9]).unwrap();
        assert_eq!(read(&file).unwrap(), [decision(1)]);
        assert_eq!(read_with_faults(&file).unwrap().unwrap().1, [2]);
        append(&file, &[&decision(2), &decision(3)]).unwrap();
        assert_eq!(read(&file).unwrap(), [decision(1), decision(2), decision(3)]);
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn err_lines_that_were_changed_are_named_and_a_device_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(folder.path());
        assert!(read_with_faults(&file).unwrap().is_none());
        append(&file, &[&decision(1), &decision(2)]).unwrap();
        let text = std::fs::read_to_string(&file).unwrap().replacen("Ann", "Ben", 1);
        std::fs::write(&file, format!("\u{feff}{text}")).unwrap();
        assert_eq!(read_with_faults(&file).unwrap().unwrap().1, [1]);
        std::fs::write(&file, text).unwrap();
        assert_eq!(read_with_faults(&file).unwrap().unwrap().1, [1]);
        let device = folder.path().join("device");
        std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
        assert!(read(&device).is_err());
    }
}
