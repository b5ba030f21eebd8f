//! The ids of entries that rules order and no list shows yet. Pure.
//!
//! A rule names an entry before it gives its country, and the same entry may stand in several
//! rules. So such an entry is known by its name alone, unless rules give one name under several
//! countries.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::country::entity_list_heading;
use crate::domain::same::name_key;
use crate::domain::{Change, ChangeKind, Entry, EntryId, ListCode};

/// The countries of one entry, as headings of the Entity List.
type Headings = BTreeSet<String>;

/// The names that rules give to several entries, each with the countries of those entries.
#[derive(Clone, Debug, Default)]
pub struct OrderedIds(BTreeMap<(ListCode, String), BTreeSet<Headings>>);

impl OrderedIds {
    /// `changes` are those that all rules order.
    pub fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut names: BTreeMap<(ListCode, String), BTreeSet<Headings>> = BTreeMap::new();
        for change in changes.filter(|change| change.kind != ChangeKind::Removed) {
            let headings = headings(&change.entry);
            if !headings.is_empty() {
                names.entry(key(&change.entry)).or_default().insert(headings);
            }
        }
        names.retain(|_, all| {
            let contradicts = |one: &Headings| all.iter().any(|other| one.is_disjoint(other));
            all.iter().any(contradicts)
        });
        Self(names)
    }

    /// The id of an entry that a rule orders. It is replaced by the permanent one when the entry is
    /// listed. An entry without a country has the id of the first entry of its name.
    pub fn id(&self, entry: &Entry) -> EntryId {
        let key = key(entry);
        let Some(all) = self.0.get(&key) else {
            return EntryId::of(["ordered", entry.list.as_str(), &key.1]);
        };
        let own = headings(entry);
        let own = if own.is_empty() { all.first().cloned().unwrap_or_default() } else { own };
        let countries = own.into_iter().collect::<Vec<_>>().join(" ");
        EntryId::of(["ordered", entry.list.as_str(), &key.1, &countries])
    }
}

fn key(entry: &Entry) -> (ListCode, String) {
    (entry.list, name_key(&entry.name))
}

fn headings(entry: &Entry) -> Headings {
    entry.countries.iter().map(|code| entity_list_heading(code).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Severity;

    fn entry(name: &str, country: &str) -> Entry {
        let countries = Some(country).filter(|code| !code.is_empty()).map(str::to_owned);
        Entry { countries: countries.into_iter().collect(), ..Entry::named(ListCode::EL, name) }
    }

    fn ids(ordered: &[Entry]) -> OrderedIds {
        let change = |entry: &Entry| {
            let id = Change::id_of(ChangeKind::Added, None, Some(entry), 0);
            Change::of_entry(id, ChangeKind::Added, Severity::High, entry.clone())
        };
        let changes: Vec<Change> = ordered.iter().map(change).collect();
        OrderedIds::of(changes.iter())
    }

    #[test]
    fn one_name_under_two_countries_is_two_entries() {
        let (china, luxembourg) = (entry("Alder Space", "CN"), entry("Alder Space", "LU"));
        let ids = ids(&[china.clone(), luxembourg.clone(), entry("Birch Works", "RU")]);
        assert_ne!(ids.id(&china), ids.id(&luxembourg));
        assert_eq!(ids.id(&entry("ALDER SPACE", "HK")), ids.id(&china), "one heading");
        assert_eq!(ids.id(&entry("Alder Space", "")), ids.id(&china), "the first");
    }

    #[test]
    fn a_name_whose_countries_agree_or_are_unknown_is_one_entry() {
        let (named, placed) = (entry("Alder Works", ""), entry("Alder Works", "RU"));
        let ids = ids(&[named.clone(), placed.clone()]);
        assert_eq!(ids.id(&named), ids.id(&placed));
        assert_eq!(ids.id(&placed), OrderedIds::default().id(&entry("ALDER WORKS", "")));
    }
}
