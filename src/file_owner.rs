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
