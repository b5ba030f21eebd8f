//! Which stored rows end and which entries are stored when a list changes. Pure.

use std::collections::{HashMap, VecDeque};

use crate::domain::{Entry, Sha256};

/// The rows to close, in order, and the entries to store as new rows, so that the current list
/// becomes `after`. `rows` are the row numbers of the entries `before`. Rows whose content stays
/// the same are kept, each once.
pub fn row_updates(rows: &[i64], before: &[Entry], after: Vec<Entry>) -> (Vec<i64>, Vec<Entry>) {
    // Most entries are identical to a stored row. They are found by name and need no hash.
    let mut by_name: HashMap<&str, VecDeque<(i64, &Entry)>> = HashMap::new();
    for (row, entry) in rows.iter().zip(before) {
        by_name.entry(&entry.name).or_default().push_back((*row, entry));
    }
    let mut is_identical = |entry: &Entry| {
        let namesakes = by_name.get_mut(entry.name.as_str());
        namesakes
            .and_then(|stored| stored.pop_front_if(|(_, stored)| stored.is_published_like(entry)))
            .is_some()
    };
    let not_identical: Vec<Entry> =
        after.into_iter().filter(|entry| !is_identical(entry)).collect();
    let mut by_content: HashMap<Sha256, Vec<i64>> = HashMap::new();
    for (row, entry) in by_name.into_values().flatten() {
        by_content.entry(entry.content_hash()).or_default().push(row);
    }
    let open = not_identical
        .into_iter()
        .filter(|entry| by_content.get_mut(&entry.content_hash()).and_then(Vec::pop).is_none())
        .collect();
    let mut close: Vec<i64> = by_content.into_values().flatten().collect();
    close.sort_unstable();
    (close, open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    #[test]
    fn ok_rows_with_the_same_content_are_kept_each_once() {
        let entry = |name: &str, aliases: &[&str]| {
            let aliases = aliases.iter().map(ToString::to_string).collect();
            Entry { aliases, ..Entry::named(ListCode::EL, name) }
        };
        let before = [
            entry("Alder", &[]),
            entry("Alder", &[]),
            entry("Birch", &["One", "Two"]),
            entry("Cedar", &["One"]),
            entry("Dogwood", &["One"]),
        ];
        let reordered_aliases = entry("Birch", &["Two", "One"]);
        let new_publisher_id =
            Entry { publisher_id: "other".to_owned(), ..entry("Dogwood", &["One"]) };
        let after = vec![
            new_publisher_id,
            entry("Cedar", &["Two"]),
            reordered_aliases,
            entry("Alder", &[]),
        ];
        let found = row_updates(&[1, 2, 3, 4, 5], &before, after);
        assert_eq!(found, (vec![2, 4], vec![entry("Cedar", &["Two"])]));
    }
}
