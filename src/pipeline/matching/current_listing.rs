//! Reads the entries that counterparties are compared with, as they are after a record is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Span;

use crate::config::{Config, SourceKind};
use crate::domain::rule::MAX_DAYS_UNTIL_LISTED;
use crate::domain::{Entry, EntryId, ListCode, RecordedRule, utc_day};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::listing::Listing;
use crate::screen::Screener;
use crate::store::{CheckRecord, Result, Store};

/// The name of what no source shows any more. No source is called so.
const FORMER: &str = "earlier states";

/// The listing, and the same entries ready for comparison.
pub struct CurrentListing {
    pub listing: Listing,
    pub screener: Arc<Screener>,
}

/// Reads the current entries of these lists with what `record` changes of them.
pub async fn read(
    store: &Store,
    config: &Config,
    lists: &[ListCode],
    record: &CheckRecord,
    changed: HashSet<EntryId>,
) -> Result<CurrentListing> {
    read_with_former(store, config, lists, record, changed, Vec::new()).await
}

/// Like [`read`], with what entries were before: `former` states that no source shows any more.
pub async fn read_with_former(
    store: &Store,
    config: &Config,
    lists: &[ListCode],
    record: &CheckRecord,
    changed: HashSet<EntryId>,
    mut former: Vec<Entry>,
) -> Result<CurrentListing> {
    let mut sources: Vec<(String, Vec<Entry>)> = Vec::new();
    for source in config.sources.iter().filter(|s| s.kind != SourceKind::FederalRegister) {
        let mut entries = Vec::new();
        for list in source.lists.iter().filter(|list| lists.contains(list)) {
            entries.extend(entries_after(store, &source.name, *list, record).await?);
        }
        sources.push((source.name.clone(), entries));
    }
    let rules = rules_after(store, record).await?;
    let shown: HashMap<Option<&EntryId>, Vec<&Entry>> = sources
        .iter()
        .flat_map(|(_, entries)| entries)
        .filter(|entry| entry.entry_id.as_ref().is_some_and(|id| changed.contains(id)))
        .fold(HashMap::new(), |mut shown: HashMap<_, Vec<_>>, entry| {
            shown.entry(entry.entry_id.as_ref()).or_default().push(entry);
            shown
        });
    // Shown twice, a name would be less rare.
    former.retain(|entry| {
        let same = shown.get(&entry.entry_id.as_ref());
        same.is_none_or(|same| same.iter().all(|other| *other != entry))
    });
    if !former.is_empty() {
        sources.push((FORMER.to_owned(), former));
    }
    let lists = lists.to_vec();
    Ok(in_background(move || {
        let listing = Listing::new(sources, &rules, &lists, &changed);
        let screener = Arc::new(Screener::new(listing.entries()));
        CurrentListing { listing, screener }
    })
    .await)
}

/// The lists of `wanted` that have current entries.
pub async fn lists_with_entries(
    store: &Store,
    config: &Config,
    wanted: &[ListCode],
) -> Result<Vec<ListCode>> {
    let mut found: Vec<ListCode> = Vec::new();
    for source in config.sources.iter().filter(|s| s.kind != SourceKind::FederalRegister) {
        for state in store.list_states(&source.name).await? {
            let is_wanted = wanted.contains(&state.list) && source.lists.contains(&state.list);
            if is_wanted && state.count > 0 && !found.contains(&state.list) {
                found.push(state.list);
            }
        }
    }
    Ok(wanted.iter().copied().filter(|list| found.contains(list)).collect())
}

async fn entries_after(
    store: &Store,
    source: &str,
    list: ListCode,
    record: &CheckRecord,
) -> Result<Vec<Entry>> {
    let stored = store.current_entries(source, list).await?;
    let update = record
        .lists
        .iter()
        .find(|update| update.state.source == source && update.state.list == list);
    let Some(update) = update else {
        return Ok(stored.into_iter().map(|row| row.entry).collect());
    };
    let closed: HashSet<i64> = update.close.iter().copied().collect();
    let kept = stored.into_iter().filter(|row| !closed.contains(&row.row)).map(|row| row.entry);
    Ok(kept.chain(update.open.iter().cloned()).collect())
}

/// The rules that may order what no list shows yet, with those that `record` writes.
async fn rules_after(store: &Store, record: &CheckRecord) -> Result<Vec<RecordedRule>> {
    let since = utc_day(record.at).saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED));
    let mut rules = store.rules(since).await?;
    rules.retain(|rule| {
        !record.rules.iter().any(|newer| newer.document_number == rule.document_number)
    });
    rules.extend(record.rules.iter().cloned());
    Ok(rules)
}
