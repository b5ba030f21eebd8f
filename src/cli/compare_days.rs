//! `diff --source`: the net difference between two recorded days of a source.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::cli::read::expect_source;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::diff;
use crate::domain::{ChangeSet, Entry, ListCode, utc_day};
use crate::store::{EntryQuery, Store};

/// The changes from one day to a later one, by the publisher's dates, list by list. What happened
/// and was undone between the days is not in them.
///
/// # Errors
///
/// [`Usage`] if the source, a list or a day is not recorded. It says what is.
pub async fn changes(
    store: &Store,
    config: &Config,
    (source, lists): (&str, &[ListCode]),
    (from, to): (Date, Date),
    now: Timestamp,
) -> Result<ChangeSet> {
    expect_source(store, config, Some(source)).await?;
    if from > to {
        return Err(
            Usage(format!("expected --from at or before --to, but got {from} and {to}")).into()
        );
    }
    let mut changes = Vec::new();
    let mut compared = Vec::new();
    for list in lists {
        // A list that is given twice is compared once.
        if compared.contains(list) {
            continue;
        }
        compared.push(*list);
        expect_recorded(store, source, *list, (from, to), now).await?;
        let (before, after) =
            (on_day(store, source, *list, from).await?, on_day(store, source, *list, to).await?);
        changes.extend(diff::compare(&before, &after));
    }
    Ok(ChangeSet::new(changes))
}

/// A day that is not recorded has no entries, and every entry would look added or removed.
async fn expect_recorded(
    store: &Store,
    source: &str,
    list: ListCode,
    (from, to): (Date, Date),
    now: Timestamp,
) -> Result<()> {
    let span = store.history_span(source, list).await?;
    let Some(first) = span.from.into_iter().chain(span.checked_from).min() else {
        let states = store.list_states(source).await?;
        let recorded: Vec<&str> = states.iter().map(|state| state.list.as_str()).collect();
        let recorded = if recorded.is_empty() { "none".to_owned() } else { recorded.join(", ") };
        return Err(Usage(format!(
            "expected a recorded list of source `{source}` (recorded: {recorded}), but got {list}"
        ))
        .into());
    };
    // Clocks east of Greenwich are a day ahead.
    let today = utc_day(now);
    let last = today.tomorrow().unwrap_or(today);
    match [from, to].into_iter().find(|day| *day < first || *day > last) {
        Some(day) => Err(Usage(format!(
            "expected days from {first} to {today}, on which {list} of source `{source}` is \
             recorded, but got {day}"
        ))
        .into()),
        None => Ok(()),
    }
}

async fn on_day(store: &Store, source: &str, list: ListCode, day: Date) -> Result<Vec<Entry>> {
    let query = EntryQuery {
        source: Some(source.to_owned()),
        list: Some(list),
        as_of: Some(day),
        ..EntryQuery::default()
    };
    Ok(store.entries(&query).await?.into_iter().map(|historic| historic.entry).collect())
}
