//! Assesses every watched list of one document against the current list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::config::Source;
use crate::domain::alert::SnapshotRef;
use crate::domain::{Entry, ListCode, ListState, Publisher, Snapshot, utc_day};
use crate::pipeline::alerting::{other_sources, rule_attribution};
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess::assess;
use crate::pipeline::check::assessment::ListOutcome;
use crate::pipeline::check::document_warnings::shown_warnings;
use crate::pipeline::check::list_before::ListBefore;
use crate::pipeline::check::list_holds::{holds_of_list, open_holds_of};
use crate::pipeline::check::list_in_document::ListInDocument;
use crate::pipeline::check::list_outcomes::ListOutcomes;
use crate::pipeline::check::parse_document;
use crate::store::{Result, Store, StoredEntry};

/// A longer list is not read ahead, in rows. The Entity List has about 3,400; a list of 25,000 rows
/// would be in memory beside the document that is being parsed.
const LONGEST_READ_AHEAD: usize = 10_000;

/// The current lists of a source, read from the store while its document is parsed. Most sources
/// have one list, so only the entries of the first are read ahead, unless it is long. The others
/// are read one list at a time, to save memory.
pub struct CurrentLists {
    states: BTreeMap<ListCode, ListState>,
    first: Option<(ListCode, Vec<StoredEntry>)>,
}

impl CurrentLists {
    /// The current entries of a list: those that were read ahead, or those in the store. None if
    /// the list has no state yet. `entries` are those of the document.
    async fn take_entries(
        &mut self,
        store: &Store,
        source: &Source,
        list: ListCode,
        has_state: bool,
        entries: &[Entry],
    ) -> Result<Vec<StoredEntry>> {
        match self.first.take_if(|(first, _)| *first == list) {
            Some((_, entries)) => Ok(entries),
            None if has_state => entries_sharing_texts(store, &source.name, list, entries).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Reads the current lists of a source.
pub async fn current_lists(store: &Store, source: &Source) -> Result<CurrentLists> {
    let states: BTreeMap<ListCode, ListState> = store
        .list_states(&source.name)
        .await?
        .into_iter()
        .map(|state| (state.list, state))
        .collect();
    let first = match source.lists.first().copied() {
        Some(list) if states.get(&list).is_some_and(|state| state.count <= LONGEST_READ_AHEAD) => {
            Some((list, store.current_entries(&source.name, list).await?))
        }
        _ => None,
    };
    Ok(CurrentLists { states, first })
}

impl CurrentLists {
    pub fn state(&self, list: ListCode) -> Option<&ListState> {
        self.states.get(&list)
    }
}

/// The document to assess.
pub struct AssessedDocument<'a> {
    pub source: &'a Source,
    pub reference: &'a SnapshotRef,
    /// If the document is an older copy: since when the publisher has served nothing newer.
    pub older_since: Option<Timestamp>,
    /// The unknown columns of the document before it.
    pub previous_columns: BTreeSet<String>,
    /// Every watched section has an accepted text, so that the document has all parties that they
    /// name.
    pub knows_parties: bool,
    pub now: Timestamp,
}

/// Assesses every watched list of a document.
pub async fn assess_lists(
    store: &Store,
    document: &AssessedDocument<'_>,
    mut snapshot: Snapshot,
    mut current: CurrentLists,
) -> Result<ListOutcomes> {
    let (source, now) = (document.source, document.now);
    let mut outcomes = ListOutcomes::default();
    let mut open_holds = open_holds_of(store, &source.name).await?;
    let warnings = shown_warnings(&snapshot.warnings);
    let today = utc_day(now);
    let is_known = |list: &ListCode| *list != ListCode::REG || document.knows_parties;
    for list in source.lists.iter().copied().filter(is_known) {
        let open_hold = open_holds.remove(&list);
        // The current list of a list on hold may come from before the previous document.
        let columns = match open_hold {
            Some(_) => BTreeSet::new(),
            None => document.previous_columns.clone(),
        };
        let state = current.states.remove(&list);
        let entries = take_list(&mut snapshot.entries, list);
        let current_entries =
            current.take_entries(store, source, list, state.is_some(), &entries).await?;
        let mut before = ListBefore {
            state: state.clone(),
            entries: current_entries,
            ordered_removals: rule_attribution::ordered_removals(store, list, now).await?,
            older_since: document.older_since,
            columns,
            document_columns: snapshot.columns.clone(),
            ..ListBefore::default()
        };
        if let Some(known) = current_publisher(store, &before).await?
            && known != snapshot.publisher
        {
            outcomes.refuse(list, other_publisher(list, known, snapshot.publisher));
            continue;
        }
        if before.misses_many(&entries) {
            before.others = other_sources::load(store, &source.name, list, now).await?;
        }
        let high_water = state.as_ref().map_or(0, |state| state.high_water(today));
        let limits = source.limits.clone();
        let assessment =
            in_background(move || assess(&limits, list, before, entries, high_water)).await;
        let earlier_holds = match assessment.outcome {
            ListOutcome::OnHold(_) => holds_of_list(store, &source.name, list).await?,
            _ => Vec::new(),
        };
        let listed = ListInDocument {
            source,
            list,
            state,
            reference: document.reference,
            now,
            warnings: &warnings,
            earlier_holds: &earlier_holds,
        };
        outcomes.add(&listed, assessment, open_hold);
    }
    if outcomes.absent.len() == source.lists.len() {
        outcomes.refuse_without_rows(snapshot.rows);
    }
    Ok(outcomes)
}

/// The current entries of a list. They use the texts of the document's entries of the same name
/// where they are equal, so that they take less memory.
async fn entries_sharing_texts(
    store: &Store,
    source: &str,
    list: ListCode,
    entries: &[Entry],
) -> Result<Vec<StoredEntry>> {
    let by_name: HashMap<&str, &Entry> =
        entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let share = |stored: &mut Entry| {
        if let Some(entry) = by_name.get(stored.name.as_str()) {
            stored.other.share_with(&entry.other);
        }
    };
    store.prepared_current_entries(source, list, share).await
}

/// Moves the entries of a list out of `entries`, and frees the space that they took there.
fn take_list(entries: &mut Vec<Entry>, list: ListCode) -> Vec<Entry> {
    let count = entries.iter().filter(|entry| entry.list == list).count();
    let mut of_list = Vec::with_capacity(count);
    of_list.extend(entries.extract_if(.., |entry| entry.list == list));
    entries.shrink_to_fit();
    of_list
}

/// The publisher of the current entries. A source keeps its name when its kind, its address or its
/// file changes. Compared with a document of another publisher, all entries would seem to change.
async fn current_publisher(store: &Store, current: &ListBefore) -> Result<Option<Publisher>> {
    let Some(state) = &current.state else { return Ok(None) };
    let entries = current.entries.iter().map(|stored| &stored.entry);
    if let Some(publisher) = Publisher::shown_by(entries) {
        return Ok(Some(publisher));
    }
    let document = store.document(&state.document_sha256).await?;
    Ok(document.as_ref().and_then(parse_document::publisher))
}

fn other_publisher(list: ListCode, known: Publisher, got: Publisher) -> String {
    let (known, got) = (known.title(), got.title());
    format!(
        "{list}: expected a document of the {known}, which the source has shown so far, but got \
         one of the {got}: the two divide the list into different rows; give the source a new \
         name, so that it starts with its own baseline"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_entries_of_a_list_are_taken_in_order_and_the_others_stay_in_order() {
        let entry = |(list, name): (ListCode, &str)| Entry::named(list, name);
        let mut entries: Vec<Entry> = [
            (ListCode::EL, "Alder"),
            (ListCode::SDN, "Birch"),
            (ListCode::EL, "Cedar"),
            (ListCode::DPL, "Dogwood"),
        ]
        .map(entry)
        .into();
        assert_eq!(take_list(&mut entries, ListCode::MEU), []);
        let taken = take_list(&mut entries, ListCode::EL);
        let names = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|entry| entry.name.clone()).collect()
        };
        assert_eq!(
            (names(&taken), names(&entries)),
            (
                vec!["Alder".to_owned(), "Cedar".to_owned()],
                vec!["Birch".to_owned(), "Dogwood".to_owned()],
            )
        );
    }
}
