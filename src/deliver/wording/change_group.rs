//! The changes of a message by kind: the index of names and the sections with the details show the
//! same groups.

use std::collections::BTreeMap;

use crate::deliver::wording::count::number;
use crate::deliver::wording::entry::{self, EntryScope};
use crate::deliver::wording::grouping::grouped;
use crate::deliver::wording::{EntryText, IndexGroup, IndexPlace, Section, country};
use crate::domain::{Change, ChangeKind};

/// The changes of one kind. The most severe ones come first.
pub struct ChangeGroup<'a> {
    /// `Added`, without the count.
    pub title: String,
    pub kind: ChangeKind,
    pub note: Option<String>,
    pub detail: Detail,
    changes: Vec<&'a Change>,
}

/// How much a message shows of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Full,
    /// An earlier alert contained the details.
    Announced,
    /// The rule was withdrawn, so that its terms may never apply.
    Withdrawn,
    /// Only what differs from another source.
    Difference,
}

impl<'a> ChangeGroup<'a> {
    /// `None` if there are no such changes.
    pub fn of(
        title: impl Into<String>,
        kind: ChangeKind,
        detail: Detail,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Option<Self> {
        let mut changes: Vec<&Change> = changes.collect();
        if changes.is_empty() {
            return None;
        }
        changes
            .sort_by_cached_key(|change| (entry::rank(change), change.entry.name.to_lowercase()));
        Some(Self { title: title.into(), kind, note: None, detail, changes })
    }

    #[must_use]
    pub fn with_note(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    fn counted_title(&self) -> String {
        format!("{} ({})", self.title, number(self.changes.len()))
    }

    /// The names by country, the country with the most names first.
    fn index(&self) -> IndexGroup {
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for change in &self.changes {
            let country = country::names(&change.entry.countries);
            places.entry(country).or_default().push(entry::heading(&change.entry));
        }
        let mut places: Vec<IndexPlace> =
            places.into_iter().map(|(country, names)| IndexPlace { country, names }).collect();
        places.iter_mut().for_each(|place| place.names.sort_by_key(|name| name.to_lowercase()));
        // Stable, so that countries with equal counts stay in alphabetical order.
        places.sort_by_key(|place| std::cmp::Reverse(place.names.len()));
        IndexGroup { title: self.counted_title(), places }
    }

    fn section(&self, source: &str, scope: EntryScope<'_>) -> Section {
        let text = |change: &&Change| -> EntryText {
            match self.detail {
                Detail::Full => entry::text(change, scope),
                Detail::Announced => entry::announced(change, scope),
                Detail::Withdrawn => entry::named(change, scope),
                Detail::Difference => entry::difference(change, source, scope),
            }
        };
        Section {
            title: self.counted_title(),
            kind: self.kind,
            note: self.note.clone(),
            groups: grouped(self.changes.iter().map(text).collect()),
        }
    }
}

/// Every name once.
pub fn index(groups: &[ChangeGroup<'_>]) -> Vec<IndexGroup> {
    groups.iter().map(ChangeGroup::index).collect()
}

/// The details. `source` is what the message calls its source in a sentence.
pub fn sections(groups: &[ChangeGroup<'_>], source: &str, scope: EntryScope<'_>) -> Vec<Section> {
    groups.iter().map(|group| group.section(source, scope)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    #[test]
    fn names_are_by_country_and_in_alphabetical_order() {
        let changes = [
            sample::added("beta", "RU"),
            sample::added("Gamma", "CN"),
            sample::added("Alpha", "CN"),
            sample::added("Delta", ""),
        ];
        let group =
            ChangeGroup::of("Added", ChangeKind::Added, Detail::Full, changes.iter()).unwrap();
        let [index] = index(&[group]).try_into().unwrap();
        assert_eq!(index.title, "Added (4)");
        let places: Vec<(String, Vec<String>)> =
            index.places.into_iter().map(|place| (place.country, place.names)).collect();
        let expected: [(&str, &[&str]); 3] = [
            ("China", &["Alpha", "Gamma"]),
            ("Russia", &["beta"]),
            ("country not given", &["Delta"]),
        ];
        assert_eq!(
            places,
            expected.map(|(country, names)| {
                (country.to_owned(), names.iter().map(ToString::to_string).collect::<Vec<_>>())
            })
        );
    }

    #[test]
    fn an_entry_with_a_footnote_comes_first() {
        let mut with_footnote = sample::added("Zeta", "CN");
        with_footnote.entry.footnotes = vec!["4".into()];
        let changes = [sample::added("Alpha", "CN"), with_footnote];
        let group =
            ChangeGroup::of("Added", ChangeKind::Added, Detail::Full, changes.iter()).unwrap();
        let names: Vec<&str> =
            group.changes.iter().map(|change| change.entry.name.as_str()).collect();
        assert_eq!(names, ["Zeta", "Alpha"]);
        assert!(
            ChangeGroup::of("Added", ChangeKind::Added, Detail::Full, std::iter::empty()).is_none()
        );
    }
}
