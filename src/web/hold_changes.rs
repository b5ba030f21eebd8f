//! What accepting a hold would change, in the order in which a person must see it, and what it
//! would remove from each country.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::{Change, ChangeKind, Entry, Hold, HoldId, HoldState, TextChange, country};
use crate::web::error::WebError;
use crate::web::{FileHoldContent, PreviewError, Web};

/// For an entry without a country.
const NO_COUNTRY: &str = "no country given";

/// What accepting a hold would change.
pub enum HoldContent {
    /// Of a list: the removals first.
    Changes(Vec<Change>),
    /// Of the text of a section: what leads from the accepted words to those on hold.
    Words(Vec<TextChange>),
    /// The hold is decided, or these pages cannot compare.
    Nothing,
}

fn unknown(problem: PreviewError) -> WebError {
    match problem {
        PreviewError::Store(problem) => WebError::Store(problem),
        PreviewError::Document(text) => WebError::Preview(text),
    }
}

/// What accepting the hold of a counterparty file would change.
pub async fn counterparties(web: &Web, id: &HoldId) -> Result<Arc<FileHoldContent>, WebError> {
    match &web.state.preview {
        Some(preview) => preview.counterparties(id).await.map_err(unknown),
        None => Ok(Arc::default()),
    }
}

/// What accepting the hold would change.
pub async fn content(web: &Web, hold: &Hold) -> Result<HoldContent, WebError> {
    match &web.state.preview {
        Some(preview) if hold.state == HoldState::Open => {
            if hold.section.is_some() {
                return Ok(HoldContent::Words(preview.words(hold).await.map_err(unknown)?));
            }
            let changes = preview.preview(hold).await.map_err(unknown)?.changes;
            Ok(HoldContent::Changes(removals_first(changes)))
        }
        _ => Ok(HoldContent::Nothing),
    }
}

/// What would be removed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Removals {
    removed: usize,
    /// The country that loses most first.
    countries: Vec<CountryRemovals>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct CountryRemovals {
    country: String,
    removed: usize,
    /// How many entries of the country are in the current list.
    listed: usize,
}

/// The removals first, then the revisions and the additions, and editorial changes last. In the
/// order of the list otherwise.
fn removals_first(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| {
        let rank = match change.kind {
            ChangeKind::Removed => 0,
            ChangeKind::Revised => 1,
            ChangeKind::Added => 2,
        };
        (change.editorial, rank)
    });
    changes
}

/// Counts the removals by country. An entry of several countries counts for each.
pub fn by_country<'a>(
    changes: &[Change],
    current: impl IntoIterator<Item = &'a Entry>,
) -> Removals {
    let removed = changes.iter().filter(|change| change.kind == ChangeKind::Removed);
    let entries: Vec<&Entry> = removed.map(|change| &change.entry).collect();
    let listed = counts(current);
    let mut countries: Vec<CountryRemovals> = counts(entries.iter().copied())
        .into_iter()
        .map(|(code, removed)| CountryRemovals {
            country: if code.is_empty() { NO_COUNTRY } else { country::name_in_messages(code) }
                .to_owned(),
            removed,
            listed: listed.get(code).copied().unwrap_or_default(),
        })
        .collect();
    countries.sort_by(|a, b| b.removed.cmp(&a.removed).then_with(|| a.country.cmp(&b.country)));
    Removals { removed: entries.len(), countries }
}

/// By the code of the country; empty for no country.
fn counts<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        let codes = entry.countries.iter().map(String::as_str);
        let none = entry.countries.is_empty().then_some("");
        for code in codes.chain(none) {
            *counts.entry(code).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ListCode, Severity};

    fn entry(name: &str, countries: &[&str]) -> Entry {
        let countries = countries.iter().map(ToString::to_string).collect();
        Entry { countries, ..Entry::named(ListCode::EL, name) }
    }

    fn change(kind: ChangeKind, name: &str, countries: &[&str]) -> Change {
        let entry = entry(name, countries);
        let id = Change::id_of(kind, None, Some(&entry), 0);
        Change::of_entry(id, kind, Severity::Normal, entry)
    }

    #[test]
    fn ok_removals_come_first_and_editorial_changes_last() {
        let mut editorial = change(ChangeKind::Revised, "Comma", &[]);
        editorial.editorial = true;
        let changes = vec![
            change(ChangeKind::Added, "New", &[]),
            editorial,
            change(ChangeKind::Removed, "Former", &[]),
            change(ChangeKind::Revised, "Same", &[]),
            change(ChangeKind::Removed, "Another", &[]),
        ];
        let names: Vec<String> =
            removals_first(changes).into_iter().map(|change| change.entry.name).collect();
        assert_eq!(names, ["Former", "Another", "Same", "New", "Comma"]);
    }

    #[test]
    fn ok_each_country_says_what_it_loses_and_what_it_has() {
        let current = [
            entry("Former", &["CN"]),
            entry("Both", &["CN", "RU"]),
            entry("Stays", &["RU"]),
            entry("Nowhere", &[]),
        ];
        let changes = [
            change(ChangeKind::Removed, "Former", &["CN"]),
            change(ChangeKind::Removed, "Both", &["CN", "RU"]),
            change(ChangeKind::Removed, "Nowhere", &[]),
            change(ChangeKind::Added, "New", &["AE"]),
        ];
        let of = |country: &str, removed, listed| CountryRemovals {
            country: country.to_owned(),
            removed,
            listed,
        };
        assert_eq!(
            by_country(&changes, &current),
            Removals {
                removed: 3,
                countries: vec![of("China", 2, 2), of("Russia", 1, 2), of(NO_COUNTRY, 1, 1)],
            }
        );
    }
}
