//! The lock that keeps a second process from writing to the same SQLite file.
//!
//! It is the operating system's, on a file beside the database, and so ends with the process
//! however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{
    Read, Seek, Write, {self},
};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Held as long as this lives.
#[derive(Debug)]
pub struct ProcessLock {
    /// The lock belongs to the open file. The file itself stays: one that is removed could be
    /// locked twice.
    _file: File,
}

/// Why the lock was not got.
#[derive(Debug)]
pub enum LockFailure {
    /// The pid of the holder, where it could be read.
    Held(Option<u32>),
    Io(io::Error),
}

impl ProcessLock {
    /// `entitywatch.db` → `entitywatch.db.lock`.
    pub fn path_for(database: &Path) -> PathBuf {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        path.into()
    }

    /// Takes the lock at once or not at all.
    pub fn take(database: &Path) -> Result<Self, LockFailure> {
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(Self::path_for(database));
        let mut file = open.map_err(LockFailure::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockFailure::Held(read_pid(&mut file))),
            Err(TryLockError::Error(error)) => return Err(LockFailure::Io(error)),
        }
        // The pid is for the message only: where it cannot be written (a full disk), the lock is
        // held all the same.
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
    fn a_second_taker_is_told_the_pid_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        let first = ProcessLock::take(&database).unwrap();
        let held = ProcessLock::take(&database).unwrap_err();
        assert!(
            matches!(held, LockFailure::Held(Some(pid)) if pid == std::process::id()),
            "{held:?}"
        );
        drop(first);
        ProcessLock::take(&database).unwrap();
    }

    #[test]
    fn a_stale_pid_in_the_file_locks_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("x.db");
        std::fs::write(ProcessLock::path_for(&database), "4194304999\n").unwrap();
        ProcessLock::take(&database).unwrap();
    }
}
