//! Compares two files, as `diff` does.
//!
//! # Layout
//! `file` reads one of them: of a table it keeps no text, but a hash of each watched row and where
//! it stands. `unshared` finds the rows that only one of two tables has. Only these are read again
//! and made into entries, and the others of the older file where it matters how rare it is what
//! they have. Two files that are not tables under one header are compared as whole lists, with the
//! same outcome: `tests/it/compare_files.rs` holds this.

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
use crate::diff::{
    Comparison, Counter, {self},
};
use crate::domain::{Change, ChangeSet, Entry, ListCode};

/// The changes from `old` to `new` in these lists, list by list.
///
/// # Errors
///
/// Where a file cannot be opened, is refused by the parser, or changes while it is read;
/// [`Incomparable`] where the two cannot be an earlier and a later list.
pub fn compare_files(old: &Path, new: &Path, lists: &[ListCode]) -> Result<ChangeSet> {
    let (old, new) = (Input::open(old, lists)?, Input::open(new, lists)?);
    refuse_unpublished(&old, &new, lists)?;
    let (before, after) = side_by_side(|| old.read(), || new.read());
    let (before, after) = (before?, after?);
    refuse_unless_comparable(&old.described(&before), &new.described(&after), lists)?;
    let changes = match (before, after) {
        (Contents::Table(before), Contents::Table(after)) if before.header == after.header => {
            tables((&old, before), (&new, after))?
        }
        (before, after) => {
            let (before, after) = (old.whole(before)?, new.whole(after)?);
            let (mut olds, mut news) = (by_list(before.entries), by_list(after.entries));
            // A list that is asked for twice is compared once.
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

/// Compares two tables of one header by the rows that they do not share.
fn tables(
    (old, before): (&Input<'_>, Table),
    (new, after): (&Input<'_>, Table),
) -> Result<Vec<Change>> {
    // Beside the rows that only one of the two has, all rows of a name that such a row has are
    // looked at: a row that is spelled in another way may say the same as one that both have.
    let names = unshared_names(&before.rows, &after.rows);
    let is_asked = |row: &Row| names.contains(&row.name);
    let (old_entries, new_entries) =
        side_by_side(|| old.entries(&before, is_asked), || new.entries(&after, is_asked));
    let (old_entries, new_entries) = (by_list(old_entries?), by_list(new_entries?));
    drop(after);
    let begun = |list| Comparison::begin(of(&old_entries, list), of(&new_entries, list));
    let mut comparisons: BTreeMap<ListCode, Comparison<'_>> =
        old.lists.iter().map(|list| (*list, begun(*list))).collect();
    let counters = || {
        comparisons
            .iter()
            .filter_map(|(list, comparison)| Some((*list, comparison.counter()?)))
            .collect::<Counters>()
    };
    let (mut some, mut others) = (counters(), counters());
    if !some.is_empty() {
        let counted: Vec<&Row> = before
            .rows
            .iter()
            .filter(|row| some.contains_key(&row.list) && !is_asked(row))
            .collect();
        let (first, second) = counted.split_at(counted.len() / 2);
        let (one, other) = side_by_side(
            || old.count(&before.header, first, &mut some),
            || old.count(&before.header, second, &mut others),
        );
        one.and(other)?;
        for (list, counter) in some.iter().chain(&others) {
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

type Counters = BTreeMap<ListCode, Counter>;

type Lists = BTreeMap<ListCode, Vec<Entry>>;

fn of(lists: &Lists, list: ListCode) -> &[Entry] {
    lists.get(&list).map_or(&[], Vec::as_slice)
}

fn by_list(entries: Vec<Entry>) -> Lists {
    let mut lists = Lists::new();
    for entry in entries {
        lists.entry(entry.list).or_default().push(entry);
    }
    lists
}
