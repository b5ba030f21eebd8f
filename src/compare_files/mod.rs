//! Compares two files, as `diff` does.
//!
//! # Layout
//! `comparable` refuses files that cannot be compared. `file` reads one file: of a table it keeps
//! only a hash and the position of each watched row. `unshared` finds the rows that only one of two
//! tables has. Only these become entries. The other rows of the older file are read again only
//! where it matters how rare a property is. `excerpt` reads parts of a file. Two files that are not
//! tables with the same header are compared as complete lists, with the same result (see
//! `tests/it/compare_files.rs`).

mod comparable;
mod excerpt;
mod file;
mod unshared;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

pub use self::comparable::Incomparable;
use self::comparable::{refuse_unless_comparable, refuse_unpublished};
use self::file::{Contents, Input, Row, Table};
use self::unshared::unshared_names;
use crate::diff::parallel::side_by_side;
use crate::diff::{self, Comparison, Counter};
use crate::domain::{Change, ChangeSet, Entry, ListCode};

/// The changes from `old` to `new` in these lists, list by list.
///
/// # Errors
///
/// If a file cannot be opened, is refused by the parser, or changes while it is read. If the two
/// cannot be an earlier and a later state of the same lists, the error is [`Incomparable`].
pub fn compare_files(old: &Path, new: &Path, lists: &[ListCode]) -> Result<ChangeSet> {
    let (old, new) = (Input::open(old, lists)?, Input::open(new, lists)?);
    refuse_unpublished(&old, &new, lists)?;
    let (before, after) = side_by_side(|| old.read(), || new.read());
    let (before, after) = (before?, after?);
    refuse_unless_comparable(&old.summary(&before), &new.summary(&after), lists)?;
    let changes = match (before, after) {
        (Contents::Table(before), Contents::Table(after)) if before.header == after.header => {
            compare_tables((&old, before), (&new, after))?
        }
        (before, after) => {
            let (before, after) = (old.snapshot(before)?, new.snapshot(after)?);
            let (mut olds, mut news) = (by_list(before.entries), by_list(after.entries));
            // A list that is given twice is compared once.
            let mut pair = |list| {
                (olds.remove(list).unwrap_or_default(), news.remove(list).unwrap_or_default())
            };
            let compared = |(old, new): (Vec<Entry>, Vec<Entry>)| {
                diff::compare_with_columns(&old, &new, &before.columns, &after.columns)
            };
            lists.iter().map(&mut pair).flat_map(compared).collect()
        }
    };
    Ok(ChangeSet::new(changes))
}

/// Compares two tables with the same header by the rows that they do not share.
fn compare_tables(
    (old, before): (&Input<'_>, Table),
    (new, after): (&Input<'_>, Table),
) -> Result<Vec<Change>> {
    // All rows with the name of an unshared row are compared too: a row with other spelling may
    // have the same content as a row of both tables.
    let names = unshared_names(&before.rows, &after.rows);
    let is_wanted = |row: &Row| names.contains(&row.name);
    let (old_entries, new_entries) =
        side_by_side(|| old.entries(&before, is_wanted), || new.entries(&after, is_wanted));
    let (old_entries, new_entries) = (by_list(old_entries?), by_list(new_entries?));
    drop(after);
    let begin =
        |list| Comparison::begin(entries_of(&old_entries, list), entries_of(&new_entries, list));
    let mut comparisons: BTreeMap<ListCode, Comparison<'_>> =
        old.lists.iter().map(|list| (*list, begin(*list))).collect();
    let counters = || {
        comparisons
            .iter()
            .filter_map(|(list, comparison)| Some((*list, comparison.counter()?)))
            .collect::<Counters>()
    };
    let (mut first_counters, mut second_counters) = (counters(), counters());
    if !first_counters.is_empty() {
        let counted: Vec<&Row> = before
            .rows
            .iter()
            .filter(|row| first_counters.contains_key(&row.list) && !is_wanted(row))
            .collect();
        let (first, second) = counted.split_at(counted.len() / 2);
        let (one, other) = side_by_side(
            || old.count(&before.header, first, &mut first_counters),
            || old.count(&before.header, second, &mut second_counters),
        );
        one.and(other)?;
        for (list, counter) in first_counters.iter().chain(&second_counters) {
            if let Some(comparison) = comparisons.get_mut(list) {
                comparison.add(counter);
            }
        }
    }
    Ok(old
        .lists
        .iter()
        .filter_map(|list| comparisons.remove(list))
        .flat_map(Comparison::finish)
        .collect())
}

/// One counter for each list.
type Counters = BTreeMap<ListCode, Counter>;

/// The entries of a file by list.
type Lists = BTreeMap<ListCode, Vec<Entry>>;

fn entries_of(lists: &Lists, list: ListCode) -> &[Entry] {
    lists.get(&list).map_or(&[], Vec::as_slice)
}

fn by_list(entries: Vec<Entry>) -> Lists {
    let mut lists = Lists::new();
    for entry in entries {
        lists.entry(entry.list).or_default().push(entry);
    }
    lists
}
