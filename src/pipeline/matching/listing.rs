//! The entries that counterparties are compared with: the current lists of all sources, and what
//! rules order that no list shows yet. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::matching::decision::PartyEvidence;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::same::name_key;
use crate::domain::{ChangeKind, Entry, EntryId, ListCode, RecordedRule, same};
use crate::pipeline::matching::ordered::OrderedIds;
use crate::screen::evidence;

/// One entry that counterparties are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub entry_id: EntryId,
    pub is_ordered_only: bool,
    /// The place of its row.
    row: usize,
}

/// One row of a source, or of a rule.
#[derive(Clone, Debug)]
struct Shown {
    source: Arc<str>,
    entry: Entry,
}

/// What the sources show, each row with its permanent id.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The entries to compare with. An entry that several sources show with the same names is
    /// compared once.
    pub listed: Vec<Listed>,
    rows: Vec<Shown>,
    /// The places of all rows of each entry.
    of_entry: HashMap<EntryId, Vec<usize>>,
    /// The places of the rows of each name.
    by_name: HashMap<(ListCode, String), Vec<usize>>,
    ordered_ids: OrderedIds,
}

impl Listing {
    /// `sources` are the current rows of each source, in the order of the configuration. `changed`
    /// are entries whose rows are all compared.
    pub fn new(
        sources: Vec<(String, Vec<Entry>)>,
        rules: &[RecordedRule],
        lists: &[ListCode],
        changed: &HashSet<EntryId>,
    ) -> Self {
        let mut listing = Self::default();
        let mut names: HashMap<EntryId, HashSet<String>> = HashMap::new();
        for (source, entries) in sources {
            let source: Arc<str> = source.into();
            for entry in entries {
                let Some(entry_id) = entry.entry_id.clone() else { continue };
                let known = names.entry(entry_id.clone()).or_default();
                let is_first = known.is_empty();
                let mut brings_a_name = false;
                for name in std::iter::once(&entry.name).chain(&entry.aliases) {
                    brings_a_name |= known.insert(name_key(name));
                }
                let is_another_row = listing.rows_of(&entry_id).any(|row| row.source == source);
                let is_compared =
                    is_first || brings_a_name || is_another_row || changed.contains(&entry_id);
                listing.add(Arc::clone(&source), entry_id, entry, false, is_compared);
            }
        }
        let rules = || rules.iter().filter(|rule| rule.concerns_the_list());
        listing.ordered_ids = OrderedIds::of(rules().flat_map(|rule| &rule.changes));
        for rule in rules() {
            listing.add_rule(rule, lists, &names);
        }
        listing
    }

    fn add(
        &mut self,
        source: Arc<str>,
        entry_id: EntryId,
        entry: Entry,
        is_ordered_only: bool,
        is_compared: bool,
    ) {
        let row = self.rows.len();
        if !is_ordered_only {
            let key = (entry.list, name_key(&entry.name));
            self.by_name.entry(key).or_default().push(row);
        }
        self.of_entry.entry(entry_id.clone()).or_default().push(row);
        self.rows.push(Shown { source, entry });
        if is_compared {
            self.listed.push(Listed { entry_id, is_ordered_only, row });
        }
    }

    /// Adds what a rule orders and no list shows.
    fn add_rule(
        &mut self,
        rule: &RecordedRule,
        lists: &[ListCode],
        names: &HashMap<EntryId, HashSet<String>>,
    ) {
        let source: Arc<str> = format!("rule {}", rule.document_number).into();
        let ordered = rule.changes.iter().filter(|change| {
            change.kind != ChangeKind::Removed && lists.contains(&change.entry.list)
        });
        for change in ordered {
            let entry = &change.entry;
            let shown = [Some(entry), change.before.as_ref()]
                .into_iter()
                .flatten()
                .find_map(|state| self.same_as(state));
            let Some(entry_id) = shown else {
                let id = self.ordered_ids.id(entry);
                self.add(Arc::clone(&source), id, entry.clone(), true, true);
                continue;
            };
            let known = names.get(&entry_id);
            let is_new = |name: &String| known.is_none_or(|known| !known.contains(&name_key(name)));
            if std::iter::once(&entry.name).chain(&entry.aliases).any(is_new) {
                self.add(Arc::clone(&source), entry_id, entry.clone(), false, true);
            }
        }
    }

    /// The listed entry that is the same as an entry without a permanent id.
    fn same_as(&self, entry: &Entry) -> Option<EntryId> {
        let namesakes = self.by_name.get(&(entry.list, name_key(&entry.name)))?;
        let rows = namesakes.iter().filter_map(|row| self.rows.get(*row));
        let mut same = rows.filter(|row| same::same_entry(&row.entry, entry));
        same.find_map(|row| row.entry.entry_id.clone())
    }

    fn rows_of(&self, id: &EntryId) -> impl Iterator<Item = &Shown> {
        self.of_entry.get(id).into_iter().flatten().filter_map(|row| self.rows.get(*row))
    }

    /// The entries to compare with, in the order of `listed`.
    pub fn entries(&self) -> Vec<Entry> {
        let rows = self.listed.iter().filter_map(|listed| self.rows.get(listed.row));
        rows.map(|row| row.entry.clone()).collect()
    }

    /// The places of these entries among those to compare with.
    pub fn places_of(&self, ids: &HashSet<EntryId>) -> Vec<usize> {
        let all = self.listed.iter().enumerate();
        all.filter(|(_, listed)| ids.contains(&listed.entry_id)).map(|(place, _)| place).collect()
    }

    /// The id under which an entry of a change is listed, or ordered.
    pub fn id_of(&self, entry: &Entry) -> EntryId {
        let known = entry.entry_id.clone().or_else(|| self.same_as(entry));
        known.unwrap_or_else(|| self.ordered_ids.id(entry))
    }

    /// The id of an entry as a rule orders it, listed or not.
    pub fn ordered_id(&self, entry: &Entry) -> EntryId {
        self.ordered_ids.id(entry)
    }

    /// Moves a match with an entry that a rule ordered to the id that the entry has now: a list
    /// shows it, or rules give its name to several entries. The match keeps its own id, so that one
    /// decision serves both. Returns whether it moved.
    pub fn move_ordered(&self, record: &mut MatchRecord) -> bool {
        let Some(entry) = record.found.entry.as_deref().filter(|_| record.is_ordered_only) else {
            return false;
        };
        let (id, is_ordered_only) = match self.same_as(entry) {
            Some(id) => (id, false),
            None => (self.ordered_ids.id(entry), true),
        };
        let moved = id != record.entry_id && self.shows(&id);
        if moved {
            (record.entry_id, record.is_ordered_only) = (id, is_ordered_only);
        }
        moved
    }

    /// Whether a source or a rule shows the entry.
    pub fn shows(&self, id: &EntryId) -> bool {
        self.of_entry.contains_key(id)
    }

    /// All rows of the entry, in the order of the sources.
    pub fn entries_of(&self, id: &EntryId) -> impl Iterator<Item = &Entry> {
        self.rows_of(id).map(|row| &row.entry)
    }

    /// What each source shows of the entry.
    pub fn evidence(&self, id: &EntryId) -> BTreeMap<String, PartyEvidence> {
        let mut sources: BTreeMap<String, PartyEvidence> = BTreeMap::new();
        for row in self.rows_of(id) {
            let shown = evidence::of_entry(&row.entry);
            evidence::join(sources.entry(row.source.to_string()).or_default(), &shown);
        }
        sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Citation;

    fn row(id: &str, name: &str, aliases: &[&str]) -> Entry {
        Entry {
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            citations: vec![Citation::page(87, 38920)],
            entry_id: Some(EntryId(id.into())),
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn listing(sources: &[(&str, &[Entry])], changed: &[&str]) -> Listing {
        let sources = sources.iter().map(|(name, rows)| ((*name).to_owned(), rows.to_vec()));
        let changed = changed.iter().map(|id| EntryId((*id).into())).collect();
        Listing::new(sources.collect(), &[], &[ListCode::EL], &changed)
    }

    #[test]
    fn an_entry_of_several_sources_is_compared_once_unless_one_shows_another_name() {
        let (alder, birch) = (row("ent_1", "Alder Works", &[]), row("ent_2", "Birch Works", &[]));
        let shouted = row("ent_1", "ALDER WORKS", &[]);
        let with_alias = row("ent_2", "Birch Works", &["Cedar"]);
        let found = listing(
            &[("csl", &[alder, birch]), ("ecfr", &[shouted.clone(), with_alias.clone()])],
            &[],
        );
        assert_eq!(found.listed.len(), 3);
        assert_eq!(found.entries().last().unwrap(), &with_alias);
        let id = EntryId("ent_1".into());
        assert_eq!(found.evidence(&id).keys().collect::<Vec<_>>(), ["csl", "ecfr"]);
        let row = [shouted];
        let again = listing(&[("csl", &row), ("ecfr", &row)], &["ent_1"]);
        assert_eq!(again.listed.len(), 2, "all rows of a changed entry are compared");
    }

    #[test]
    fn an_entry_without_a_permanent_id_is_found_by_its_name_or_called_ordered() {
        let found = listing(&[("csl", &[row("ent_1", "Alder Works Ltd.", &[])])], &[]);
        let ordered = Entry::named(ListCode::EL, "ALDER WORKS, LTD");
        assert_eq!(found.id_of(&ordered), EntryId("ent_1".into()));
        let unknown = Entry::named(ListCode::EL, "Birch Works");
        assert_eq!(
            found.id_of(&unknown),
            found.ordered_id(&Entry::named(ListCode::EL, "birch works"))
        );
        assert!(!found.shows(&found.id_of(&unknown)));
    }
}
