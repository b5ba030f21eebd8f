//! `diff`: compares two files, by what they hold. Writes nothing; no guard applies.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};

use crate::domain::{Change, ChangeSet, Entry, ListCode, Snapshot};
use crate::{diff, parse};

/// The changes from `old` to `new` in these lists, list by list.
pub fn compare_files(old: &Path, new: &Path, lists: &[ListCode]) -> Result<ChangeSet> {
    // The two are read side by side: the older one on a thread of its own.
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| read(old, lists));
        let after = read(new, lists);
        (before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), after)
    });
    let (mut before, mut after) = (by_list(before?), by_list(after?));
    let mut changes: Vec<Change> = Vec::new();
    for list in lists {
        let (before, after) = (before.remove(list).unwrap_or_default(), after.remove(list).unwrap_or_default());
        changes.extend(diff::compare(&before, &after));
    }
    Ok(ChangeSet::new(changes))
}

fn read(path: &Path, lists: &[ListCode]) -> Result<Snapshot> {
    let file = File::open(path).with_context(|| format!("failed to open {}", path.display()))?;
    let snapshot = parse::parse(BufReader::with_capacity(1 << 16, file), lists).with_context(|| format!("{} is refused", path.display()))?;
    for warning in &snapshot.warnings {
        tracing::warn!(file = %path.display(), place = warning.place, "{}", warning.text);
    }
    Ok(snapshot)
}

fn by_list(snapshot: Snapshot) -> BTreeMap<ListCode, Vec<Entry>> {
    let mut lists: BTreeMap<ListCode, Vec<Entry>> = BTreeMap::new();
    for entry in snapshot.entries {
        lists.entry(entry.list).or_default().push(entry);
    }
    lists
}
