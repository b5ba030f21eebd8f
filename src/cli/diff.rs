//! `diff`: compares two files, by what they hold. Writes nothing; no guard applies.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, stdout};
use std::path::Path;

use anyhow::{Context, Result};

use super::args::OutputFormat;
use super::output;
use crate::domain::{Change, ChangeSet, Entry, ListCode, Snapshot, Summary};
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
    let snapshot =
        parse::parse(BufReader::with_capacity(1 << 16, file), lists).with_context(|| format!("{} is refused", path.display()))?;
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

/// Prints the changes: for people by kind, a revision with each field as it was and as it is.
pub fn print(changes: &ChangeSet, format: OutputFormat) -> Result<()> {
    let out = &mut stdout();
    if format == OutputFormat::Json {
        return Ok(output::json(out, changes)?);
    }
    let Summary { added, removed, revised, editorial } = changes.summary;
    for change in &changes.changes {
        let countries = change.entry.countries.join(" ");
        let kind = if change.editorial { "editorial" } else { change.kind.as_str() };
        output::line(out, &format!("{kind}: {} [{}] {countries}", change.entry.name, change.entry.list))?;
        for field in &change.fields {
            output::line(out, &format!("    {}: {} -> {}", field.field, field.before, field.after))?;
        }
        if let Some(matched) = change.matched.as_ref().filter(|matched| !matched.certain) {
            output::line(out, &format!("    taken for one entry: {}", matched.evidence.join("; ")))?;
        }
        for (names, word) in [(&change.possibly_now, "is now"), (&change.possibly_was, "was")] {
            if !names.is_empty() {
                output::line(out, &format!("    possibly {word}: {}", names.join("; ")))?;
            }
        }
    }
    Ok(output::line(out, &format!("{added} added, {removed} removed, {revised} revised, {editorial} editorial"))?)
}
