//! Whether a folder has room for a copy, before it is begun.

use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use crate::store::copies::error::{CopyError, Result};

/// Space that stays free for what else is written at the same time, in bytes: 16 MiB, the largest
/// document of a check.
const RESERVE: u64 = 16 * 1024 * 1024;

/// Refuses if the folder of `file` has less room than `bytes` and a reserve.
pub fn expect_room(file: &Path, bytes: u64) -> Result<()> {
    let folder = folder_of(file);
    let failed = |error: nix::Error| {
        CopyError::file("read the free space of", &folder)(std::io::Error::from(error))
    };
    let found = statvfs(&folder).map_err(failed)?;
    let free = found.blocks_available().saturating_mul(found.fragment_size());
    let needed = bytes.saturating_add(RESERVE);
    if free < needed { Err(CopyError::Space { folder, needed, free }) } else { Ok(()) }
}

/// The folder in which a file is.
pub fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_room_is_refused_with_both_figures() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy.db");
        expect_room(&file, 1).unwrap();
        let refused = expect_room(&file, 1 << 60).unwrap_err().to_string();
        assert!(refused.starts_with("expected 1.1 EB of free space in /"), "{refused}");
        assert!(refused.ends_with(" are free: free some space and repeat"), "{refused}");
    }
}
