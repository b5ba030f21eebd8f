//! `sources --compare`: what one source of a list holds and another does not.

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

/// The eCFR follows within two business days, the CSL within days: what stands for longer is no
/// lag.
const LASTING: SignedDuration = SignedDuration::from_hours(5 * 24);

/// Prints the differences between the sources of each list, those that last first. False, and
/// nothing is printed: no list is watched in two sources.
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
        let mut held: Vec<Held> = Vec::new();
        for source in if watching.len() > 1 { watching.as_slice() } else { &[] } {
            held.extend(read(store, source, list).await?);
        }
        for (at, one) in held.iter().enumerate() {
            for other in held.iter().skip(at + 1) {
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
        "the sources hold the same entries, as far as they can be matched",
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

/// One list as one source has it.
struct Held {
    source: String,
    baseline_at: Timestamp,
    entries: Vec<Entry>,
    known_from: Vec<Timestamp>,
    /// Entries that went, and when.
    gone: Vec<Entry>,
    gone_at: Vec<Timestamp>,
}

/// None where the list has no baseline yet.
async fn read(store: &Store, source: &str, list: ListCode) -> Result<Option<Held>> {
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
    let removed = store.recent_changes(source, list, Timestamp::UNIX_EPOCH).await?.into_iter();
    let (gone, gone_at) = removed
        .filter(|recorded| recorded.change.kind == ChangeKind::Removed)
        .map(|RecordedChange { change, observed_at, .. }| (change.entry, observed_at))
        .unzip();
    Ok(Some(Held {
        source: source.to_owned(),
        baseline_at: state.baseline_at,
        entries,
        known_from,
        gone,
        gone_at,
    }))
}

fn differences(one: &Held, other: &Held, now: Timestamp) -> Vec<DifferenceRow> {
    let matched = counterparts::match_lists(&one.entries, &other.entries);
    let mut rows = only_in(one, other, &matched.only_one, now);
    rows.extend(only_in(other, one, &matched.only_other, now));
    rows
}

fn only_in(holder: &Held, lacker: &Held, places: &[usize], now: Timestamp) -> Vec<DifferenceRow> {
    let (held, gone, own) =
        (Index::of(&lacker.entries), Index::of(&lacker.gone), Index::of(&holder.entries));
    let row = |at: &usize| {
        let (entry, known_from) = (holder.entries.get(*at)?, holder.known_from.get(*at)?);
        let went = counterparts::find_all(entry, &gone, &own)
            .into_iter()
            .filter_map(|found| lacker.gone_at.get(found.position))
            .max();
        let since = [*known_from, lacker.baseline_at].into_iter().chain(went.copied()).max()?;
        let near = counterparts::closest(entry, &held).and_then(|near| lacker.entries.get(near));
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
