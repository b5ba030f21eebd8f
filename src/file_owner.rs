//! The owner of a new file. A command of root must not keep the service's user from its own files.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

/// Gives a new file or folder to the owner of the folder that it is in. Only root can give files
/// away. Any other user cannot, and need not.
pub fn give_to_owner_of_parent(path: &Path) {
    if let Some(owner) = path.parent().and_then(|parent| parent.metadata().ok()) {
        let _ = chown(path, Some(owner.uid()), Some(owner.gid()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only root can give files away, so other users see that nothing changes.
    #[test]
    fn a_new_file_belongs_to_the_owner_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        if is_root {
            chown(folder.path(), Some(4_711), Some(4_712)).unwrap();
        }
        let file = folder.path().join("a");
        std::fs::write(&file, "").unwrap();
        give_to_owner_of_parent(&file);
        let (own, of_folder) = (file.metadata().unwrap(), folder.path().metadata().unwrap());
        assert_eq!((own.uid(), own.gid()), (of_folder.uid(), of_folder.gid()));
        give_to_owner_of_parent(&folder.path().join("none"));
    }
}
