//! The keys of this machine: one file each, in a folder beside the database.
//!
//! The name of a file begins with a number that counts up, so the newest is the last. Nothing is
//! overwritten and nothing is deleted. Two processes that make the first key at once make two keys,
//! and both are listed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::{file_name_time, read_file_name_time};
use crate::file_owner::give_to_owner_of_parent;
use crate::receipt::key::{KeyPair, NotAKey, private_pem};

/// The name of the folder.
pub const NAME: &str = "receipt-keys";
const ENDING: &str = "pem";

/// A key and the time at which it was made.
#[derive(Debug)]
pub struct StoredKey {
    pub pair: KeyPair,
    /// To the second.
    pub made_at: Timestamp,
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFolderError {
    #[error("failed to read the keys of receipts in {path}: {source}")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to write a key of receipts to {path}: {source}")]
    Unwritable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{source}, but got {path}")]
    Malformed {
        path: PathBuf,
        #[source]
        source: NotAKey,
    },
}

/// The folder `receipt-keys` in the state directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    pub fn in_state(state: &Path) -> Self {
        Self(state.join(NAME))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// All keys, oldest first. A folder that does not exist has none.
    ///
    /// # Errors
    ///
    /// If the folder or a key in it cannot be read.
    pub fn keys(&self) -> Result<Vec<StoredKey>, KeyFolderError> {
        let read = |(path, text): (PathBuf, String)| {
            let made_at = number_and_time(&path).map(|(_, made_at)| made_at).unwrap_or_default();
            let pair = KeyPair::of_pem(&text)
                .map_err(|source| KeyFolderError::Malformed { path, source })?;
            Ok(StoredKey { pair, made_at })
        };
        self.texts()?.into_iter().map(read).collect()
    }

    /// The files of the keys, oldest first.
    fn texts(&self) -> Result<Vec<(PathBuf, String)>, KeyFolderError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyFolderError::Unreadable { path, source }
        };
        let folder = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            folder => folder.map_err(unreadable(&self.0))?,
        };
        let mut files = Vec::new();
        for item in folder {
            let path = item.map_err(unreadable(&self.0))?.path();
            if let Some((number, made_at)) = number_and_time(&path) {
                files.push((number, made_at, path));
            }
        }
        files.sort();
        let read = |(_, _, path): (u32, Timestamp, PathBuf)| {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            Ok((path, text))
        };
        files.into_iter().map(read).collect()
    }

    /// The files of the keys, as they are: the name and the text, which is a private key.
    ///
    /// # Errors
    ///
    /// If the folder or a key in it cannot be read, or if a file is not a key.
    pub fn files(&self) -> Result<Vec<(String, String)>, KeyFolderError> {
        let mut files = Vec::new();
        for (path, text) in self.texts()? {
            KeyPair::of_pem(&text)
                .map_err(|source| KeyFolderError::Malformed { path: path.clone(), source })?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            files.push((name.to_owned(), text));
        }
        Ok(files)
    }

    /// Adds a key of another folder under its own name. Returns whether it was not here before.
    ///
    /// # Errors
    ///
    /// If it is not a key under a key's name, or cannot be written.
    pub fn add(&self, name: &str, text: &str) -> Result<bool, KeyFolderError> {
        let path = self.0.join(name);
        let is_name = path.file_name().is_some_and(|file| file == name);
        let pair =
            KeyPair::of_pem(text).ok().filter(|_| is_name && number_and_time(&path).is_some());
        let Some(pair) = pair else {
            return Err(KeyFolderError::Malformed { path, source: NotAKey });
        };
        let id = pair.public().id();
        if path.exists() || self.keys()?.iter().any(|key| key.pair.public().id() == id) {
            return Ok(false);
        }
        self.write(&path, text).map_err(|source| KeyFolderError::Unwritable { path, source })?;
        Ok(true)
    }

    /// Makes a key from 32 random bytes, and writes it with mode 0600. It is now the current one.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn make(&self, seed: &[u8; 32], now: Timestamp) -> Result<StoredKey, KeyFolderError> {
        let pair = KeyPair::of_seed(seed)
            .map_err(|source| KeyFolderError::Malformed { path: self.0.clone(), source })?;
        let number = self.keys()?.len() + 1;
        let time = file_name_time(now);
        let name = format!("{number:04}-{time}-{}.{ENDING}", pair.public().id());
        let path = self.0.join(name);
        self.write(&path, &private_pem(seed))
            .map_err(|source| KeyFolderError::Unwritable { path, source })?;
        Ok(StoredKey { pair, made_at: now })
    }

    /// Under a name that is not read until the file is complete.
    fn write(&self, path: &Path, text: &str) -> std::io::Result<()> {
        let is_new = !self.0.exists();
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        if is_new {
            give_to_owner_of_parent(&self.0);
        }
        let part = path.with_extension("part");
        // What a killed process left. Its key was never used.
        let _ = fs::remove_file(&part);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        give_to_owner_of_parent(&part);
        fs::rename(&part, path)?;
        File::open(&self.0)?.sync_all()
    }
}

/// What the name of a key's file says. `None` for other files.
fn number_and_time(path: &Path) -> Option<(u32, Timestamp)> {
    if path.extension()? != ENDING {
        return None;
    }
    let mut parts = path.file_stem()?.to_str()?.split('-');
    let number = parts.next()?.parse().ok()?;
    Some((number, read_file_name_time(parts.next()?)?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn ok_keys_are_listed_oldest_first_and_only_their_owner_can_read_them() {
        let state = tempfile::tempdir().unwrap();
        let folder = KeyFolder::in_state(&state.path().join("state"));
        assert!(folder.keys().unwrap().is_empty(), "no folder yet");
        // Also within one second.
        let old = folder.make(&[2; 32], time("2026-07-01T23:59:59Z")).unwrap();
        let new = folder.make(&[1; 32], time("2026-07-01T23:59:59Z")).unwrap();
        fs::write(folder.path().join("notes.txt"), "not read").unwrap();
        fs::write(folder.path().join("0003-20260703T000000Z-x.part"), "not read").unwrap();
        let keys = folder.keys().unwrap();
        let ids: Vec<_> = keys.iter().map(|key| key.pair.public().id()).collect();
        assert_eq!(ids, [old.pair.public().id(), new.pair.public().id()]);
        assert_eq!(keys[0].made_at, time("2026-07-01T23:59:59Z"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        for item in fs::read_dir(folder.path()).unwrap() {
            let path = item.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "pem") {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }

    /// Only root can give files away.
    #[test]
    fn ok_keys_that_root_makes_belong_to_the_owner_of_the_state_directory() {
        use std::os::unix::fs::{MetadataExt, chown};

        let state = tempfile::tempdir().unwrap();
        if state.path().metadata().unwrap().uid() == 0 {
            chown(state.path(), Some(4_711), Some(4_712)).unwrap();
        }
        let owner = |path: &Path| path.metadata().map(|about| (about.uid(), about.gid())).unwrap();
        let folder = KeyFolder::in_state(state.path());
        folder.make(&[1; 32], time("2026-07-01T00:00:00Z")).unwrap();
        let files = fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().path());
        let made: Vec<PathBuf> = files.chain([folder.path().to_owned()]).collect();
        assert_eq!(made.len(), 2, "{made:?}");
        for path in made {
            assert_eq!(owner(&path), owner(state.path()), "{}", path.display());
        }
    }

    #[test]
    fn ok_keys_of_another_folder_are_added_once_and_the_newest_stays_the_current_one() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, new) = (KeyFolder::in_state(old.path()), KeyFolder::in_state(new.path()));
        old.make(&[1; 32], time("2026-07-01T00:00:00Z")).unwrap();
        new.make(&[2; 32], time("2026-07-02T00:00:00Z")).unwrap();
        let files = old.files().unwrap();
        assert_eq!(files.len(), 1);
        let (name, text) = &files[0];
        assert!(new.add(name, text).unwrap());
        assert!(!new.add(name, text).unwrap(), "it is here");
        let made: Vec<_> = new.keys().unwrap().iter().map(|key| key.made_at).collect();
        assert_eq!(made, [time("2026-07-01T00:00:00Z"), time("2026-07-02T00:00:00Z")]);
        for (name, text) in
            [("../0001-20260701T000000Z-x.pem", text.as_str()), ("notes.txt", text), (name, "x")]
        {
            assert!(new.add(name, text).is_err(), "{name}");
        }
    }

    #[test]
    fn err_a_damaged_key_is_named() {
        let state = tempfile::tempdir().unwrap();
        let folder = KeyFolder::in_state(state.path());
        folder.make(&[1; 32], time("2026-07-01T00:00:00Z")).unwrap();
        fs::write(folder.path().join("0002-20260702T000000Z-key_x.pem"), "cut").unwrap();
        let error = folder.keys().unwrap_err().to_string();
        assert!(error.contains("20260702T000000Z-key_x.pem"), "{error}");
    }
}
