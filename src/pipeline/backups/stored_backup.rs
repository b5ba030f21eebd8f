//! The backups in a folder, by their names.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::{file_name_time, read_file_name_time};

const START: &str = "entitywatch-";
const END: &str = ".db";
/// What a backup has after its name until it is whole.
const UNFINISHED: &str = ".partial";

/// A backup that the daemon made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBackup {
    pub path: PathBuf,
    /// The time of the schedule for which it was made.
    pub due_at: Timestamp,
    pub bytes: u64,
    /// When it was finished.
    pub made_at: Timestamp,
}

impl StoredBackup {
    /// `entitywatch-20260301T023000Z.db`
    pub fn name(due_at: Timestamp) -> String {
        format!("{START}{}{END}", file_name_time(due_at))
    }

    /// The backups in a folder, the oldest first. None if there is no folder.
    pub fn in_folder(folder: &Path) -> io::Result<Vec<Self>> {
        let files = match std::fs::read_dir(folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for file in files {
            let file = file?;
            let name = file.file_name();
            let Some(due_at) = name.to_str().and_then(due_at) else { continue };
            let metadata = file.metadata()?;
            let made_at = metadata.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
            found.push(Self {
                path: file.path(),
                due_at,
                bytes: metadata.len(),
                made_at: made_at.unwrap_or(due_at),
            });
        }
        found.sort_by_key(|backup| backup.due_at);
        Ok(found)
    }

    /// Removes what killed processes left of other backups. `name` is being made now.
    pub fn remove_unfinished(folder: &Path, name: &str) {
        let Ok(files) = std::fs::read_dir(folder) else { return };
        for file in files.flatten() {
            let found = file.file_name();
            let of = found.to_str().and_then(|found| {
                let (of, rest) = found.split_once(UNFINISHED)?;
                // SQLite's own files are beside it.
                (rest.is_empty() || rest.starts_with('-')).then_some(of)
            });
            if of.is_some_and(|of| of != name && due_at(of).is_some()) {
                let _ = std::fs::remove_file(file.path());
            }
        }
    }
}

fn due_at(name: &str) -> Option<Timestamp> {
    read_file_name_time(name.strip_prefix(START)?.strip_suffix(END)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_backups_count_and_only_unfinished_ones_of_others_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "entitywatch-20260302T023000Z.db",
            "entitywatch-20260301T023000Z.db",
            "entitywatch-20260301T023000Z.db.partial",
            "entitywatch-20260301T023000Z.db.partial-journal",
            "entitywatch-20260303T023000Z.db.partial",
            "entitywatch-manual.db",
            "notes.partial",
            "decisions.jsonl",
        ];
        for name in names {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let found = StoredBackup::in_folder(folder.path()).unwrap();
        let due: Vec<String> = found.iter().map(|backup| backup.due_at.to_string()).collect();
        assert_eq!(due, ["2026-03-01T02:30:00Z", "2026-03-02T02:30:00Z"]);
        assert_eq!(StoredBackup::name(found[0].due_at), names[1]);

        StoredBackup::remove_unfinished(folder.path(), "entitywatch-20260303T023000Z.db");
        for (name, is_kept) in names.iter().zip([true, true, false, false, true, true, true, true])
        {
            assert_eq!(folder.path().join(name).exists(), is_kept, "{name}");
        }
        let none = StoredBackup::in_folder(&folder.path().join("none")).unwrap();
        assert_eq!(none, []);
    }
}
