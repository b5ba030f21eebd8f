//! Columns that a publisher adds or drops.
//!
//! A column that is not known here (`Entry::is_known_column`) is compared only where both lists
//! have it: the day on which one comes or goes would revise every row otherwise. Its values are
//! kept all the same.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::domain::{Change, ChangeKind, Entry};

/// The unknown columns that some row of a list has a value in.
pub fn unknown_columns(rows: &[Entry]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for key in
        rows.iter().flat_map(|row| row.other.keys()).filter(|key| !Entry::is_known_column(key))
    {
        if !found.contains(key) {
            found.insert(key.clone());
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
    row.other.retain(|key, _| !columns.contains(key));
    row
}

/// Gives the entries of changes back what [`without`] took.
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
    let whole = |entry: &mut Entry, rows: &HashMap<&str, Vec<&Entry>>| {
        let namesakes = rows.get(entry.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        if let Some(row) = namesakes.iter().find(|row| stripped(row, columns) == *entry) {
            *entry = (*row).clone();
        }
    };
    for change in changes {
        whole(&mut change.entry, if change.kind == ChangeKind::Removed { &before } else { &after });
        if let Some(entry) = &mut change.before {
            whole(entry, &before);
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

/// Two rows with no other unknown columns than both have.
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
        row.other =
            columns.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        row
    }

    fn told(changes: &[Change]) -> Vec<(&str, &str, Vec<&str>)> {
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
    fn ok_a_column_that_comes_or_goes_revises_no_row() {
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
    fn err_other_changes_of_that_day_are_told_with_the_whole_rows() {
        let before = [row("Alder", &[("programs", "A")]), row("Birch", &[])];
        let after = [
            row("Alder", &[("programs", "B"), ("tier", "1")]),
            row("Cedar Works", &[("tier", "2")]),
        ];
        let changes = compare(&before, &after);
        assert_eq!(
            told(&changes),
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
    fn err_a_value_in_a_column_of_both_lists_counts() {
        let before = [row("Alder", &[("tier", "1")]), row("Birch", &[])];
        let after = [row("Alder", &[("tier", "1")]), row("Birch", &[("tier", "3")])];
        assert_eq!(told(&compare(&before, &after)), [("revised", "Birch", vec!["other.tier"])]);
    }
}
