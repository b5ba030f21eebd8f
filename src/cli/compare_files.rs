//! Compares two files by what they hold, without holding either.
//!
//! Each is read through for the marks of its rows; then the rows that the two do not share are read again, and the others of the older
//! one where it matters how rare it is what those have. What cannot be read twice (a pipe), has no rows, or is short is held whole.
//!
//! Two files that cannot be an earlier and a later list are refused: see [`refuse_unless_comparable`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Seek as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

use super::excerpt::Excerpt;
use super::usage::Usage;
use crate::diff::parallel::side_by_side;
use crate::diff::{Comparison, Counter, columns};
use crate::domain::{Change, ChangeSet, Entry, ListCode, Publisher, Snapshot};
use crate::parse::{self, Document, Mark, RowBytes, WatchedRow};

/// The changes from `old` to `new` in these lists, list by list.
pub fn compare_files(old: &Path, new: &Path, lists: &[ListCode]) -> Result<ChangeSet> {
    compare_holding(old, new, lists, SHORT_LIST)
}

/// The same, holding a file whole where the lists have no more than so many rows in it.
pub fn compare_holding(old: &Path, new: &Path, lists: &[ListCode], most_held: usize) -> Result<ChangeSet> {
    let (before, after) = (Input::open(old, lists)?, Input::open(new, lists)?);
    if !before.is_rereadable() || !after.is_rereadable() {
        let (old, new) = side_by_side(|| before.whole(), || after.whole());
        let (old, new) = (old?, new?);
        refuse_unless_comparable(&before.described(&old), &after.described(&new), lists)?;
        return Ok(whole(old, new, lists));
    }
    refuse_unpublished(&before, &after, lists)?;
    let (old, new) = side_by_side(|| before.first_reading(most_held), || after.first_reading(most_held));
    let (old, new) = (old?, new?);
    refuse_unless_comparable(&before.described_read(&old), &after.described_read(&new), lists)?;
    let (old, new) = match (old, new) {
        (Read::Rows(old), Read::Rows(new)) => (old, new),
        (old, new) => return Ok(whole(before.snapshot(old)?, after.snapshot(new)?, lists)),
    };
    let (old_apart, new_apart) = parse::apart(&old.marks, &new.marks);
    let (old_entries, new_entries) = side_by_side(|| before.entries(&old, &old_apart), || after.entries(&new, &new_apart));
    // Rows that are left out are alike in both files: what only one of them has is in these.
    let one_sided = one_sided(&old.columns, &new.columns);
    let (old_compared, old_whole) = compared(old_entries?, &one_sided);
    let (new_compared, new_whole) = compared(new_entries?, &one_sided);
    drop(new);
    let mut comparisons = comparisons(lists, &old_compared, &new_compared);
    let counters = || comparisons.iter().filter_map(|(list, comparison)| Some((*list, comparison.counter()?))).collect::<Counters>();
    let (some, others) = (counters(), counters());
    if !some.is_empty() {
        let counted: Vec<usize> = old.of_lists(|list| some.contains_key(&list)).filter(|row| old_apart.get(*row) == Some(&false)).collect();
        let (first, second) = counted.split_at(counted.len() / 2);
        let (some, others) = side_by_side(|| before.count(&old, first, some), || before.count(&old, second, others));
        for (list, counter) in some?.iter().chain(&others?) {
            if let Some(comparison) = comparisons.get_mut(list) {
                comparison.add(counter);
            }
        }
    }
    let mut changes = changes(lists, comparisons);
    columns::restore(&mut changes, &one_sided, &old_whole, &new_whole);
    Ok(ChangeSet::new(changes))
}

/// The unknown columns that only one of the two files has: in these the two cannot be compared.
fn one_sided(old: &BTreeSet<String>, new: &BTreeSet<String>) -> BTreeSet<String> {
    old.symmetric_difference(new).cloned().collect()
}

/// The entries as they are compared; beside them as they are published, where that is another thing.
fn compared(entries: Vec<Entry>, one_sided: &BTreeSet<String>) -> (Lists, Vec<Entry>) {
    if one_sided.is_empty() {
        return (by_list(entries), Vec::new());
    }
    (by_list(columns::without(&entries, one_sided)), entries)
}

/// What must agree before two files are compared.
struct Described<'a> {
    path: &'a Path,
    publisher: Publisher,
    /// How many rows of each list it has.
    rows: BTreeMap<ListCode, usize>,
}

impl Described<'_> {
    fn has(&self, list: ListCode) -> bool {
        self.rows.get(&list).is_some_and(|rows| *rows > 0)
    }
}

/// Refuses two files of which the one cannot be a later state of the other, and warns of a list that only one of them has.
///
/// # Errors
///
/// Where they are of two publishers, or only one of them has any of the lists. Nobody called the program in the right way then: the
/// error is a [`Usage`].
fn refuse_unless_comparable(old: &Described<'_>, new: &Described<'_>, lists: &[ListCode]) -> Result<()> {
    refuse_two_publishers((old.path, old.publisher), (new.path, new.publisher))?;
    for (file, other) in [(old, new), (new, old)] {
        let lacking: Vec<ListCode> = lists.iter().copied().filter(|list| !file.has(*list) && other.has(*list)).collect();
        let named = lacking.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(", ");
        if !lacking.is_empty() && !lists.iter().any(|list| file.has(*list)) {
            return Err(Usage(format!(
                "expected entries of {named} in both files, but {} has none: the two do not hold the same lists (`--lists` says which to \
                 compare)",
                file.path.display()
            ))
            .into());
        }
        if !lacking.is_empty() {
            tracing::warn!(file = %file.path.display(), "{named}: this file has no entry of it, so that all of the other file's differ");
        }
    }
    let absent: Vec<&str> = lists.iter().filter(|list| !old.has(**list) && !new.has(**list)).map(|list| list.as_str()).collect();
    if !absent.is_empty() {
        tracing::warn!("{}: neither file has an entry of it, so there is nothing to compare", absent.join(", "));
    }
    Ok(())
}

fn refuse_two_publishers(old: (&Path, Publisher), new: (&Path, Publisher)) -> Result<()> {
    if old.1 == new.1 {
        return Ok(());
    }
    let said = |(path, publisher): (&Path, Publisher)| format!("{} is of the {}", path.display(), publisher.title());
    let problem = format!(
        "expected two files of one publisher, but {} and {}: each cuts the list into rows in its own way, and most entries would seem to \
         be removed and added; `entitywatch sources --compare` compares two sources of one list",
        said(old),
        said(new)
    );
    Err(Usage(problem).into())
}

/// Refuses lists that a file's publisher does not have, before the file is read.
fn refuse_unpublished(old: &Input<'_>, new: &Input<'_>, lists: &[ListCode]) -> Result<()> {
    let Some(list) = lists.iter().find(|list| !Publisher::Ecfr.publishes(**list)) else { return Ok(()) };
    let (Some(one), Some(other)) = (old.publisher()?, new.publisher()?) else { return Ok(()) };
    refuse_two_publishers((old.path, one), (new.path, other))?;
    if one == Publisher::Ecfr {
        let problem = format!("expected EL, UVL or MEU as lists of the eCFR, but got {list} (`--lists` says which to compare)");
        return Err(Usage(problem).into());
    }
    Ok(())
}

type Counters = BTreeMap<ListCode, Counter>;

/// Compares what is held whole.
fn whole(before: Snapshot, after: Snapshot, lists: &[ListCode]) -> ChangeSet {
    let one_sided = one_sided(&before.columns, &after.columns);
    let (old_compared, old_whole) = compared(before.entries, &one_sided);
    let (new_compared, new_whole) = compared(after.entries, &one_sided);
    let mut changes = changes(lists, comparisons(lists, &old_compared, &new_compared));
    columns::restore(&mut changes, &one_sided, &old_whole, &new_whole);
    ChangeSet::new(changes)
}

type Lists = BTreeMap<ListCode, Vec<Entry>>;

fn comparisons<'a>(lists: &[ListCode], old: &'a Lists, new: &'a Lists) -> BTreeMap<ListCode, Comparison<'a>> {
    lists.iter().map(|list| (*list, Comparison::begin(of(old, *list), of(new, *list)))).collect()
}

fn changes(lists: &[ListCode], mut comparisons: BTreeMap<ListCode, Comparison<'_>>) -> Vec<Change> {
    lists.iter().filter_map(|list| comparisons.remove(list)).flat_map(Comparison::finish).collect()
}

fn by_list(entries: Vec<Entry>) -> BTreeMap<ListCode, Vec<Entry>> {
    let mut lists: BTreeMap<ListCode, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        lists.entry(entry.list).or_default().push(entry);
    }
    lists
}

fn counted(lists: impl Iterator<Item = ListCode>) -> BTreeMap<ListCode, usize> {
    lists.fold(BTreeMap::new(), |mut counts, list| {
        *counts.entry(list).or_default() += 1;
        counts
    })
}

fn of(lists: &BTreeMap<ListCode, Vec<Entry>>, list: ListCode) -> &[Entry] {
    lists.get(&list).map_or(&[], Vec::as_slice)
}

/// What the first reading of a file gave.
enum Read {
    Rows(Rows),
    /// It is a short list, or no table of rows.
    Whole(Snapshot),
}

/// The rows of the watched lists in a file, by their numbers among these.
#[derive(Default)]
struct Rows {
    publisher: Publisher,
    marks: Vec<Mark>,
    lists: Vec<ListCode>,
    /// Where each stands, if each can be read by itself.
    bytes: Vec<RowBytes>,
    header_bytes: u64,
    /// Columns that are not known.
    columns: BTreeSet<String>,
}

impl Rows {
    fn take_in(&mut self, row: &WatchedRow<'_>) {
        self.marks.push(row.mark());
        self.lists.push(row.list);
        self.bytes.extend(row.bytes);
    }

    fn of_lists(&self, is_asked: impl Fn(ListCode) -> bool) -> impl Iterator<Item = usize> {
        self.lists.iter().enumerate().filter(move |(_, list)| is_asked(**list)).map(|(row, _)| row)
    }
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

    fn described(&self, snapshot: &Snapshot) -> Described<'a> {
        Described { path: self.path, publisher: snapshot.publisher, rows: counted(snapshot.entries.iter().map(|entry| entry.list)) }
    }

    fn described_read(&self, read: &Read) -> Described<'a> {
        match read {
            Read::Whole(snapshot) => self.described(snapshot),
            Read::Rows(rows) => Described { path: self.path, publisher: rows.publisher, rows: counted(rows.lists.iter().copied()) },
        }
    }

    /// Who published the file, by how it begins. `None` if it is plainly no list, which reading it says with the place.
    fn publisher(&self) -> Result<Option<Publisher>> {
        let publisher = parse::publisher(&self.file).ok();
        (&self.file).rewind().with_context(|| format!("failed to read {} from its beginning", self.path.display()))?;
        Ok(publisher)
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

    /// A short list is held whole, of a long one what tells its rows apart.
    fn first_reading(&self, most_held: usize) -> Result<Read> {
        let (mut entries, mut rows) = (Vec::new(), Rows::default());
        let document = parse::read(&self.file, self.lists, &mut |row| {
            rows.take_in(&row);
            if rows.marks.len() <= most_held {
                entries.push(row.entry());
            } else {
                entries = Vec::new();
            }
        })
        .with_context(|| self.refused())?;
        let (Document::Rows { rest: snapshot, .. } | Document::Whole(snapshot)) = &document;
        self.warn(snapshot);
        Ok(match document {
            Document::Whole(snapshot) => Read::Whole(snapshot),
            Document::Rows { rest, .. } if rows.marks.len() <= most_held => Read::Whole(Snapshot { entries, ..rest }),
            Document::Rows { header_bytes, rest } => {
                Read::Rows(Rows { publisher: rest.publisher, header_bytes, columns: rest.columns, ..rows })
            }
        })
    }

    /// The file as a whole, after its first reading.
    fn snapshot(&self, read: Read) -> Result<Snapshot> {
        match read {
            Read::Whole(snapshot) => Ok(snapshot),
            Read::Rows(rows) => {
                let entries = self.entries(&rows, &vec![true; rows.marks.len()])?;
                Ok(Snapshot { publisher: rows.publisher, entries, columns: rows.columns, ..Snapshot::default() })
            }
        }
    }

    /// The entries of the rows that are asked for.
    fn entries(&self, rows: &Rows, asked: &[bool]) -> Result<Vec<Entry>> {
        let asked: Vec<usize> = asked.iter().enumerate().filter(|(_, asked)| **asked).map(|(row, _)| row).collect();
        let mut entries = Vec::with_capacity(asked.len());
        let mut is_same = true;
        self.read_again(rows, &asked, &mut |number, row| {
            is_same &= rows.marks.get(number) == Some(&row.mark());
            entries.push(row.entry());
        })?;
        if is_same { Ok(entries) } else { Err(self.changed()) }
    }

    /// Counts the rows that are asked for.
    fn count(&self, rows: &Rows, asked: &[usize], mut counters: Counters) -> Result<Counters> {
        self.read_again(rows, asked, &mut |_, row| {
            if let Some(counter) = counters.get_mut(&row.list) {
                counter.count(&row.identifying_part());
            }
        })?;
        Ok(counters)
    }

    /// Reads some of the rows once more, in ascending order: of a table only these, of what else there is everything.
    fn read_again(&self, rows: &Rows, asked: &[usize], each: &mut dyn FnMut(usize, WatchedRow<'_>)) -> Result<()> {
        if asked.is_empty() {
            return Ok(());
        }
        let is_table = !rows.bytes.is_empty();
        let (mut left, mut read_rows) = (asked.iter().copied().peekable(), 0);
        let mut take = |row: WatchedRow<'_>| {
            if let Some(number) = left.next_if(|asked| is_table || *asked == read_rows) {
                each(number, row);
            }
            read_rows += 1;
        };
        let read = if is_table {
            let bytes = asked.iter().filter_map(|row| rows.bytes.get(*row).copied());
            parse::read(Excerpt::new(&self.file, rows.header_bytes, bytes), self.lists, &mut take)
        } else {
            // With a file of its own: two may read at the same time.
            let file = File::open(self.path).with_context(|| format!("failed to open {} again", self.path.display()))?;
            parse::read(file, self.lists, &mut take)
        };
        read.with_context(|| format!("{}, which was read before", self.refused()))?;
        let expected = if is_table { asked.len() } else { rows.marks.len() };
        if read_rows == expected { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> anyhow::Error {
        anyhow!("{} changed while it was read: the two are not compared", self.path.display())
    }

    fn warn(&self, snapshot: &Snapshot) {
        for warning in &snapshot.warnings {
            tracing::warn!(file = %self.path.display(), place = warning.place, "{}", warning.text);
        }
    }
}

/// A list of more rows is not held whole. The Entity List has some 3,400.
const SHORT_LIST: usize = 6_000;
