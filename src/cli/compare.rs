//! `sources --compare`: the entries that one source of a list has and another does not.

use std::io::stdout;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use crate::cli::args::OutputFormat;
use crate::cli::output::{
    or_dash, time, {self},
};
use crate::config::Config;
use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::domain::{ChangeKind, Entry, ListCode};
use crate::store::{EntryQuery, HistoricEntry, RecordedChange, Store};
use crate::stored_json::DifferenceRow;

/// A difference is lasting after this time. The eCFR follows within two business days and the CSL
/// within days, so a longer difference is not a delay.
const LASTING: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Prints the differences between the sources of each list, lasting ones first. Returns false and
/// prints nothing if no list is watched in two sources.
pub async fn sources(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<bool> {
    let mut rows = Vec::new();
    let mut comparable = false;
    for list in ListCode::ALL.iter().copied() {
        let watching: Vec<&str> = config
            .sources
            .iter()
            .filter(|source| source.lists.contains(&list))
            .map(|source| source.name.as_str())
            .collect();
        comparable |= watching.len() > 1;
        let mut loaded: Vec<SourceList> = Vec::new();
        for source in if watching.len() > 1 { watching.as_slice() } else { &[] } {
            loaded.extend(read(store, source, list).await?);
        }
        for (at, one) in loaded.iter().enumerate() {
            for other in loaded.iter().skip(at + 1) {
                rows.extend(differences(one, other, now));
            }
        }
    }
    if !comparable {
        return Ok(false);
    }
    rows.sort_by(|a, b| {
        (!a.lasting, a.list, &a.source, &a.missing_from, a.since).cmp(&(
            !b.lasting,
            b.list,
            &b.source,
            &b.missing_from,
            b.since,
        ))
    });
    let header =
        ["list", "name", "countries", "in", "missing from", "since", "lasting", "closest there"];
    output::rows(
        &mut stdout(),
        format,
        "sources",
        &rows,
        &header,
        "the sources list the same entries, as far as entries can be matched",
        |row| {
            vec![
                row.list.to_string(),
                row.name.clone(),
                row.countries.join(" "),
                row.source.clone(),
                row.missing_from.clone(),
                time(row.since),
                if row.lasting { "yes" } else { "-" }.to_owned(),
                or_dash(row.closest.as_ref()),
            ]
        },
    )?;
    Ok(true)
}

/// One list in one source.
struct SourceList {
    source: String,
    baseline_at: Timestamp,
    entries: Vec<Entry>,
    known_from: Vec<Timestamp>,
    /// Entries that were removed, and when.
    removed: Vec<Entry>,
    removed_at: Vec<Timestamp>,
}

/// `None` if the list has no baseline yet.
async fn read(store: &Store, source: &str, list: ListCode) -> Result<Option<SourceList>> {
    let Some(state) = store.list_states(source).await?.into_iter().find(|state| state.list == list)
    else {
        return Ok(None);
    };
    let query =
        EntryQuery { source: Some(source.to_owned()), list: Some(list), ..EntryQuery::default() };
    let (entries, known_from) = store
        .entries(&query)
        .await?
        .into_iter()
        .map(|HistoricEntry { entry, known_from, .. }| (entry, known_from))
        .unzip();
    let changes = store.recent_changes(source, list, Timestamp::UNIX_EPOCH).await?.into_iter();
    let (removed, removed_at) = changes
        .filter(|recorded| recorded.change.kind == ChangeKind::Removed)
        .map(|RecordedChange { change, observed_at, .. }| (change.entry, observed_at))
        .unzip();
    Ok(Some(SourceList {
        source: source.to_owned(),
        baseline_at: state.baseline_at,
        entries,
        known_from,
        removed,
        removed_at,
    }))
}

fn differences(one: &SourceList, other: &SourceList, now: Timestamp) -> Vec<DifferenceRow> {
    let matches = counterparts::match_lists(&one.entries, &other.entries);
    let mut rows = only_in(one, other, &matches.only_one, now);
    rows.extend(only_in(other, one, &matches.only_other, now));
    rows
}

fn only_in(
    holder: &SourceList,
    lacker: &SourceList,
    places: &[usize],
    now: Timestamp,
) -> Vec<DifferenceRow> {
    let (current, removed, own) =
        (Index::of(&lacker.entries), Index::of(&lacker.removed), Index::of(&holder.entries));
    let row = |at: &usize| {
        let (entry, known_from) = (holder.entries.get(*at)?, holder.known_from.get(*at)?);
        let removed_at = counterparts::find_all(entry, &removed, &own)
            .into_iter()
            .filter_map(|found| lacker.removed_at.get(found.position))
            .max();
        let since =
            [*known_from, lacker.baseline_at].into_iter().chain(removed_at.copied()).max()?;
        let near = counterparts::closest(entry, &current).and_then(|near| lacker.entries.get(near));
        Some(DifferenceRow {
            list: entry.list,
            name: entry.name.clone(),
            countries: entry.countries.clone(),
            citations: entry.citations.clone(),
            source: holder.source.clone(),
            missing_from: lacker.source.clone(),
            since,
            lasting: now.duration_since(since) >= LASTING,
            closest: near.map(|near| near.name.clone()),
        })
    };
    places.iter().filter_map(row).collect()
}
