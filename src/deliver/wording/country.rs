//! The countries of entries in words, and how many changes concern each.

use std::collections::BTreeMap;

use crate::domain::Change;
use crate::domain::country::name_in_messages;

/// The words for an entry whose publisher gives no country.
pub const UNKNOWN: &str = "country not given";

/// `China, Russia`
pub fn names(codes: &[String]) -> String {
    if codes.is_empty() {
        UNKNOWN.to_owned()
    } else {
        codes.iter().map(|code| name_in_messages(code)).collect::<Vec<_>>().join(", ")
    }
}

/// How many changes concern each country, highest count first. A change with two countries counts
/// for both.
pub fn counts<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes {
        if change.entry.countries.is_empty() {
            *counts.entry(UNKNOWN.to_owned()).or_default() += 1;
        }
        for code in &change.entry.countries {
            *counts.entry(name_in_messages(code).to_owned()).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    // Stable, so that equal counts stay in the order of their names.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    #[test]
    fn the_most_concerned_country_comes_first() {
        let changes = [
            sample::added("A", "RU"),
            sample::added("B", "CN"),
            sample::added("C", "CN"),
            sample::added("D", ""),
        ];
        let expected = [("China", 2), ("Russia", 1), ("country not given", 1)]
            .map(|(name, count)| (name.to_owned(), count));
        assert_eq!(counts(&changes), expected);
    }
}
