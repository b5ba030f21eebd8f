//! Columns that a publisher adds or drops.
//!
//! An unknown column (see `Entry::is_known_column`) is compared only if both lists have it.
//! Otherwise every row would be revised on the day that a publisher adds or drops it. The entries
//! keep its values.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::domain::{Change, ChangeKind, Entry};

/// The unknown columns in which any row of a list has a value.
pub fn unknown_columns(rows: &[Entry]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for key in
        rows.iter().flat_map(|row| row.other.keys()).filter(|key| !Entry::is_known_column(key))
    {
        if !found.contains(key) {
            found.insert(key.to_owned());
        }
    }
    found
}

/// The rows without these columns.
pub fn without(rows: &[Entry], columns: &BTreeSet<String>) -> Vec<Entry> {
    rows.iter().map(|row| stripped(row, columns)).collect()
}

fn stripped(row: &Entry, columns: &BTreeSet<String>) -> Entry {
    let mut row = row.clone();
    row.other.retain(|key| !columns.contains(key));
    row
}

/// Restores the columns that [`without`] took out in the entries of changes.
pub fn restore(
    changes: &mut [Change],
    columns: &BTreeSet<String>,
    before: &[Entry],
    after: &[Entry],
) {
    if changes.is_empty() || columns.is_empty() {
        return;
    }
    let (before, after) = (by_name(before), by_name(after));
    let restore_entry = |entry: &mut Entry, rows: &HashMap<&str, Vec<&Entry>>| {
        let namesakes = rows.get(entry.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        if let Some(row) = namesakes.iter().find(|row| stripped(row, columns) == *entry) {
            *entry = (*row).clone();
        }
    };
    for change in changes {
        let rows = if change.kind == ChangeKind::Removed { &before } else { &after };
        restore_entry(&mut change.entry, rows);
        if let Some(entry) = &mut change.before {
            restore_entry(entry, &before);
        }
    }
}

fn by_name(rows: &[Entry]) -> HashMap<&str, Vec<&Entry>> {
    let mut names: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for row in rows {
        names.entry(&row.name).or_default().push(row);
    }
    names
}

/// Two rows without the unknown columns that only one of them has.
pub fn in_common<'a>(one: &'a Entry, other: &'a Entry) -> (Cow<'a, Entry>, Cow<'a, Entry>) {
    let (ones, others) =
        (unknown_columns(std::slice::from_ref(one)), unknown_columns(std::slice::from_ref(other)));
    let one_sided: BTreeSet<String> = ones.symmetric_difference(&others).cloned().collect();
    if one_sided.is_empty() {
        return (Cow::Borrowed(one), Cow::Borrowed(other));
    }
    (Cow::Owned(stripped(one, &one_sided)), Cow::Owned(stripped(other, &one_sided)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::ListCode;

    fn row(name: &str, columns: &[(&str, &str)]) -> Entry {
        let mut row = Entry::named(ListCode::EL, name);
        row.other = columns.iter().copied().collect();
        row
    }

    fn summarized(changes: &[Change]) -> Vec<(&str, &str, Vec<&str>)> {
        changes
            .iter()
            .map(|change| {
                (
                    change.kind.as_str(),
                    change.entry.name.as_str(),
                    change.fields.iter().map(|field| field.field.as_str()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn ok_an_added_or_dropped_column_revises_no_row() {
        let before = [row("Alder", &[]), row("Birch", &[("programs", "A")])];
        let after =
            [row("Alder", &[("tier", "1")]), row("Birch", &[("programs", "A"), ("tier", "2")])];
        assert_eq!(compare(&before, &after), []);
        assert_eq!(compare(&after, &before), []);
        let renamed =
            [row("Alder", &[("level", "1")]), row("Birch", &[("programs", "A"), ("level", "2")])];
        assert_eq!(compare(&after, &renamed), []);
    }

    #[test]
    fn ok_other_changes_of_that_day_have_the_complete_rows() {
        let before = [row("Alder", &[("programs", "A")]), row("Birch", &[])];
        let after = [
            row("Alder", &[("programs", "B"), ("tier", "1")]),
            row("Cedar Works", &[("tier", "2")]),
        ];
        let changes = compare(&before, &after);
        assert_eq!(
            summarized(&changes),
            [
                ("added", "Cedar Works", vec![]),
                ("revised", "Alder", vec!["other.programs"]),
                ("removed", "Birch", vec![])
            ]
        );
        assert_eq!(
            (&changes[0].entry, &changes[1].entry, &changes[2].entry),
            (&after[1], &after[0], &before[1])
        );
        assert_eq!(changes[1].before.as_ref(), Some(&before[0]));
    }

    #[test]
    fn ok_a_value_in_a_column_of_both_lists_counts() {
        let before = [row("Alder", &[("tier", "1")]), row("Birch", &[])];
        let after = [row("Alder", &[("tier", "1")]), row("Birch", &[("tier", "3")])];
        assert_eq!(
            summarized(&compare(&before, &after)),
            [("revised", "Birch", vec!["other.tier"])]
        );
    }
}
