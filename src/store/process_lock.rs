//! The lock that keeps a second process from writing to the same SQLite file.
//!
//! It is a lock of the operating system on a file beside the database, so it ends with the process,
//! even after a crash.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::file_owner::give_to_owner_of_parent;

/// The lock, until it is dropped.
#[derive(Debug)]
pub struct ProcessLock {
    /// The lock belongs to the open file. The file is never deleted: two processes could then each
    /// lock a file of that name.
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug)]
pub enum LockFailure {
    /// Another process has it; its pid, if it could be read.
    Taken(Option<u32>),
    Io(io::Error),
}

impl ProcessLock {
    /// `entitywatch.db` → `entitywatch.db.lock`.
    pub fn path_for(database: &Path) -> PathBuf {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        path.into()
    }

    /// Takes the lock without waiting.
    pub fn take(database: &Path) -> Result<Self, LockFailure> {
        let path = Self::path_for(database);
        let is_new = !path.exists();
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let mut file = open.map_err(LockFailure::Io)?;
        if is_new {
            give_to_owner_of_parent(&path);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockFailure::Taken(read_pid(&mut file))),
            Err(TryLockError::Error(error)) => return Err(LockFailure::Io(error)),
        }
        // The pid is only for the error message of another process. The lock counts even if the pid
        // cannot be written (a full disk).
        let _ = write_pid(&mut file);
        Ok(Self { _file: file })
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_gets_the_pid_until_the_first_releases_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        let first = ProcessLock::take(&database).unwrap();
        let refused = ProcessLock::take(&database).unwrap_err();
        assert!(
            matches!(refused, LockFailure::Taken(Some(pid)) if pid == std::process::id()),
            "{refused:?}"
        );
        drop(first);
        ProcessLock::take(&database).unwrap();
    }

    #[test]
    fn a_stale_pid_in_the_file_does_not_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        std::fs::write(ProcessLock::path_for(&database), "4194304999\n").unwrap();
        ProcessLock::take(&database).unwrap();
    }
}
