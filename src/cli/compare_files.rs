//! Compares two files by what they hold, without holding either.
//!
//! Each is read through: first for the marks of its rows, then for the entries of the rows that the two do not share, and the older one
//! once more where it matters how rare it is what those have. What cannot be read twice (a pipe), is no table of rows, or is
//! short is held whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::diff::{Comparison, Counter};
use crate::domain::{Change, ChangeSet, Entry, ListCode, Snapshot};
use crate::parse::{self, Document, Mark, WatchedRow};
use crate::pipeline::background::side_by_side;

/// The changes from `old` to `new` in these lists, list by list.
pub fn compare_files(old: &Path, new: &Path, lists: &[ListCode]) -> Result<ChangeSet> {
    compare_holding(old, new, lists, SHORT_LIST)
}

/// The same, holding a file whole where the lists have no more than so many rows in it.
pub fn compare_holding(old: &Path, new: &Path, lists: &[ListCode], most_held: usize) -> Result<ChangeSet> {
    let (before, after) = (Input::open(old, lists)?, Input::open(new, lists)?);
    if !before.is_rereadable() || !after.is_rereadable() {
        let (before, after) = side_by_side(|| before.whole(), || after.whole());
        return Ok(whole(before?, after?, lists));
    }
    let (old, new) = side_by_side(|| before.marks(most_held), || after.marks(most_held));
    let (old, new) = match (old?, new?) {
        (Read::Marks(old), Read::Marks(new)) => (old, new),
        (old, new) => return Ok(whole(before.snapshot(old)?, after.snapshot(new)?, lists)),
    };
    let (old_apart, new_apart) = parse::apart(&old, &new);
    drop((old, new));
    let (old, new) = side_by_side(|| before.entries(&old_apart), || after.entries(&new_apart));
    let (old, new) = (by_list(old?), by_list(new?));
    let mut comparisons: BTreeMap<ListCode, Comparison<'_>> =
        lists.iter().map(|list| (*list, Comparison::begin(of(&old, *list), of(&new, *list)))).collect();
    let counters = || comparisons.iter().filter_map(|(list, comparison)| Some((*list, comparison.counter()?))).collect::<Counters>();
    let (even, odd) = (counters(), counters());
    if !even.is_empty() {
        // Each of the two counts every other row.
        let again = Input::open(before.path, lists)?;
        let (even, odd) = side_by_side(|| before.count(&old_apart, 0, even), || again.count(&old_apart, 1, odd));
        for (list, counter) in even?.iter().chain(&odd?) {
            if let Some(comparison) = comparisons.get_mut(list) {
                comparison.add(counter);
            }
        }
    }
    Ok(changes(lists, comparisons))
}

type Counters = BTreeMap<ListCode, Counter>;

/// Compares what is held whole.
fn whole(before: Snapshot, after: Snapshot, lists: &[ListCode]) -> ChangeSet {
    let (before, after) = (by_list(before.entries), by_list(after.entries));
    changes(lists, lists.iter().map(|list| (*list, Comparison::begin(of(&before, *list), of(&after, *list)))).collect())
}

fn changes(lists: &[ListCode], mut comparisons: BTreeMap<ListCode, Comparison<'_>>) -> ChangeSet {
    let changes: Vec<Change> = lists.iter().filter_map(|list| comparisons.remove(list)).flat_map(Comparison::finish).collect();
    ChangeSet::new(changes)
}

fn by_list(entries: Vec<Entry>) -> BTreeMap<ListCode, Vec<Entry>> {
    let mut lists: BTreeMap<ListCode, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        lists.entry(entry.list).or_default().push(entry);
    }
    lists
}

fn of(lists: &BTreeMap<ListCode, Vec<Entry>>, list: ListCode) -> &[Entry] {
    lists.get(&list).map_or(&[], Vec::as_slice)
}

/// What the first reading of a file gave.
enum Read {
    /// Of each row of the watched lists.
    Marks(Vec<Mark>),
    /// It is a short list, or no table of rows.
    Whole(Snapshot),
}

/// One of the two files.
struct Input<'a> {
    path: &'a Path,
    file: File,
    lists: &'a [ListCode],
}

impl<'a> Input<'a> {
    fn open(path: &'a Path, lists: &'a [ListCode]) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("failed to open {}", path.display()))?;
        Ok(Self { path, file, lists })
    }

    fn is_rereadable(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.is_file())
    }

    fn refused(&self) -> String {
        format!("{} is refused", self.path.display())
    }

    fn whole(&self) -> Result<Snapshot> {
        let snapshot = parse::parse(&self.file, self.lists).with_context(|| self.refused())?;
        self.warn(&snapshot);
        Ok(snapshot)
    }

    /// Reads the file for the first time: a short list is held whole, of a long one the marks alone.
    fn marks(&self, most_held: usize) -> Result<Read> {
        let (mut entries, mut marks) = (Vec::new(), Vec::new());
        let document = parse::read(&self.file, self.lists, &mut |row| {
            marks.push(row.mark());
            if marks.len() <= most_held {
                entries.push(row.entry());
            } else {
                entries = Vec::new();
            }
        })
        .with_context(|| self.refused())?;
        let (Document::Rows(snapshot) | Document::Whole(snapshot)) = &document;
        self.warn(snapshot);
        Ok(match document {
            Document::Whole(snapshot) => Read::Whole(snapshot),
            Document::Rows(rest) if marks.len() <= most_held => Read::Whole(Snapshot { entries, ..rest }),
            Document::Rows(_) => Read::Marks(marks),
        })
    }

    /// The file as a whole, after its first reading.
    fn snapshot(&self, read: Read) -> Result<Snapshot> {
        match read {
            Read::Whole(snapshot) => Ok(snapshot),
            Read::Marks(marks) => Ok(Snapshot { entries: self.entries(&vec![true; marks.len()])?, ..Snapshot::default() }),
        }
    }

    /// The entries of the rows that are asked for, by their number among those of the watched lists.
    fn entries(&self, asked: &[bool]) -> Result<Vec<Entry>> {
        let mut entries = Vec::with_capacity(asked.iter().filter(|asked| **asked).count());
        self.read_again(asked, &mut |row, is_asked| {
            if is_asked {
                entries.push(row.entry());
            }
        })?;
        Ok(entries)
    }

    /// Counts every second row that was not asked for, from the first (0) or the second (1) on.
    fn count(&self, asked: &[bool], from: usize, mut counters: Counters) -> Result<Counters> {
        let mut number = 0;
        self.read_again(asked, &mut |row, is_asked| {
            if !is_asked
                && number % 2 == from
                && let Some(counter) = counters.get_mut(&row.list)
            {
                counter.count(&row.identifying_part());
            }
            number += 1;
        })?;
        Ok(counters)
    }

    /// Goes through the rows of the watched lists once more, each with whether it is asked for.
    fn read_again(&self, asked: &[bool], each: &mut dyn FnMut(WatchedRow<'_>, bool)) -> Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).with_context(|| format!("failed to read {} again", self.path.display()))?;
        let mut number = 0;
        parse::read(file, self.lists, &mut |row| {
            if let Some(is_asked) = asked.get(number) {
                each(row, *is_asked);
            }
            number += 1;
        })
        .with_context(|| self.refused())?;
        if number != asked.len() {
            bail!(
                "{} changed while it was read: expected {} rows of the watched lists, but got {number}",
                self.path.display(),
                asked.len()
            );
        }
        Ok(())
    }

    fn warn(&self, snapshot: &Snapshot) {
        for warning in &snapshot.warnings {
            tracing::warn!(file = %self.path.display(), place = warning.place, "{}", warning.text);
        }
    }
}

/// A list of more rows is not held whole. The Entity List has some 3,400.
const SHORT_LIST: usize = 6_000;
