//! What the pages search, filter and count: the rows of all lists, all changes and all rules, in a
//! compact form in memory.
//!
//! A search that forgives spelling compares every text, and neither database has an index for that.
//! The catalog is read from the store when a page first needs it, and again when what it was read
//! from has changed. A page then reads only the rows that it shows. All lists and ten years of
//! history take about 20 MB.

pub mod changes;
pub mod entries;
pub mod rules;

mod interned;
mod texts;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use jiff::civil::Date;
use tokio::sync::Mutex;

use crate::domain::{ChangeSet, CheckOutcome, ListCode, journal_kind};
use crate::store::{Marks, Result, Store};

use changes::Changes;
use entries::Entries;
use rules::Rules;

/// Entries of the journal that are read at once.
const EVENTS: usize = 500;
/// How the kinds of journal entries begin that change no entry and no change. After any other
/// kind, such as `history.forgotten` or `source.renamed`, the catalog is read again.
const HARMLESS: [&str; 9] =
    ["config.", "deliver", "digest", "gap", "item", "match", "receiver.", "watch.", "watchlist"];
/// The outcomes of checks that change no list and no rule. A check of the Federal Register that
/// failed in part records the rules that it read.
const IDLE: [CheckOutcome; 3] =
    [CheckOutcome::NotModified, CheckOutcome::Unchanged, CheckOutcome::Waiting];

/// One state of the store.
#[derive(Debug, Default)]
pub struct Catalog {
    pub entries: Entries,
    pub changes: Changes,
    pub rules: Rules,
    /// The last comparison of two days, whose page is often paged.
    pub difference: ArcSwapOption<(ComparedDays, ChangeSet)>,
}

/// Which two days of which list are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedDays {
    pub source: String,
    pub list: ListCode,
    pub from: Date,
    pub to: Date,
}

/// The catalog of the current state, read when it is first needed.
#[derive(Default)]
pub struct Current {
    catalog: ArcSwapOption<(Marks, Arc<Catalog>)>,
    reading: Mutex<()>,
}

impl Current {
    /// The catalog of what the store has now.
    pub async fn get(&self, store: &Store) -> Result<Arc<Catalog>> {
        if let Some(catalog) = self.still_current(store).await? {
            return Ok(catalog);
        }
        // Requests during this time wait for the same catalog.
        let _reading = self.reading.lock().await;
        if let Some(catalog) = self.still_current(store).await? {
            return Ok(catalog);
        }
        // Before the rows, so that what is written while they are read counts as new.
        let marks = store.marks().await?;
        let catalog = Arc::new(Catalog::read(store).await?);
        self.catalog.store(Some(Arc::new((marks, Arc::clone(&catalog)))));
        Ok(catalog)
    }

    async fn still_current(&self, store: &Store) -> Result<Option<Arc<Catalog>>> {
        let Some(known) = self.catalog.load_full() else { return Ok(None) };
        let (seen, catalog) = &*known;
        let marks = store.marks().await?;
        if marks == *seen {
            return Ok(Some(Arc::clone(catalog)));
        }
        let same_rows = (marks.entry, marks.change) == (seen.entry, seen.change);
        if !same_rows || rewrites(store, seen.journal, marks.journal).await? {
            return Ok(None);
        }
        self.catalog.store(Some(Arc::new((marks, Arc::clone(catalog)))));
        Ok(Some(Arc::clone(catalog)))
    }
}

/// Whether something after this entry of the journal can have changed entries that were there.
async fn rewrites(store: &Store, after: u64, last: u64) -> Result<bool> {
    if last < after || last - after > EVENTS as u64 {
        return Ok(true);
    }
    let events = store.journal(after, EVENTS).await?;
    Ok(events.iter().any(|event| {
        if event.kind == journal_kind::CHECK {
            !IDLE.iter().any(|outcome| had(&event.data, outcome.as_str()))
        } else {
            !HARMLESS.iter().any(|beginning| event.kind.starts_with(beginning))
        }
    }))
}

/// Whether the data of a check say that it had this outcome.
fn had(data: &str, outcome: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(data)
        .is_ok_and(|data| data.get("outcome").is_some_and(|found| found == outcome))
}

impl Catalog {
    async fn read(store: &Store) -> Result<Self> {
        let (mut entries, mut changes) = (Entries::default(), Changes::default());
        store.each_entry(|facts| entries.add(&facts)).await?;
        store.each_change(|facts| changes.add(&facts)).await?;
        let mut rules = Rules::default();
        store.each_rule(|rule| rules.add(rule)).await?;
        rules.seal();
        entries.seal();
        changes.seal();
        Ok(Self { entries, changes, rules, difference: ArcSwapOption::default() })
    }
}
