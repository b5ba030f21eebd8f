//! The copy that is made before the tables of a SQLite file are migrated, so that an older program
//! can be used again.

use std::path::Path;

use tracing::info;

use crate::store::copies::error::Result;
use crate::store::copies::file_copy::{PartialFile, copy_into, with_suffix};
use crate::store::copies::free_space::folder_of;

/// What the name of such a copy has after that of the database, before the version of its tables.
const MARK: &str = ".before-migration-from-";

/// Copies `database`, whose tables are of `version`, to `NAME.before-migration-from-VERSION`.
/// Copies from earlier migrations are removed, because each is as large as the database was.
pub async fn copy_before_migration(database: &Path, version: i64) -> Result<()> {
    let target = with_suffix(database, &format!("{MARK}{version}"));
    if target.exists() {
        // The migration after it did not succeed, and it may hold what was recorded since.
        let _ = std::fs::remove_file(&target);
    }
    let partial = PartialFile::create(&target)?;
    if let Err(problem) = copy_into(database, partial.path()).await {
        partial.discard();
        return Err(problem);
    }
    partial.finish()?;
    remove_earlier(database, &target);
    info!(
        "the database is migrated; a copy from before is in {}, for a return to the older program",
        target.display()
    );
    Ok(())
}

fn remove_earlier(database: &Path, newest: &Path) {
    let Some(name) = database.file_name().and_then(|name| name.to_str()) else { return };
    let start = format!("{name}{MARK}");
    let Ok(files) = std::fs::read_dir(folder_of(database)) else { return };
    for file in files.flatten() {
        let found = file.file_name();
        let is_one = found.to_str().and_then(|found| found.strip_prefix(&start));
        if is_one.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
            && Some(found.as_os_str()) != newest.file_name()
        {
            let _ = std::fs::remove_file(file.path());
        }
    }
}
