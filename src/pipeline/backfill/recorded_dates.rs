//! Which dates of a list's history are recorded, as the journal says, and the journal entries that
//! say so.
//!
//! The rows of the history do not show it: a date without changes, or before the list existed, has
//! none.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use crate::domain::journal::JournalEvent;
use crate::domain::{ListCode, Sha256, Summary, journal_kind};
use crate::store::{HistorySpan, Store, StoreError};

/// The number of journal entries that are read at a time.
const ENTRIES_AT_A_TIME: usize = 1000;

/// The recorded lists and dates of a source.
pub type RecordedDates = HashSet<(ListCode, Date)>;

#[derive(Deserialize)]
struct HistoryEntry {
    source: String,
    list: ListCode,
    as_of: Option<Date>,
}

#[derive(Deserialize)]
struct RenamedEntry {
    from: String,
    to: String,
}

/// Reads the recorded lists and dates of a source from the journal.
pub async fn recorded_dates(store: &Store, source: &str) -> Result<RecordedDates, StoreError> {
    let mut by_source: HashMap<String, RecordedDates> = HashMap::new();
    let mut after = 0;
    loop {
        let entries = store.journal(after, ENTRIES_AT_A_TIME).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            apply_entry(&mut by_source, &entry.kind, &entry.data);
        }
    }
    Ok(by_source.remove(source).unwrap_or_default())
}

fn apply_entry(by_source: &mut HashMap<String, RecordedDates>, kind: &str, data: &str) {
    match kind {
        journal_kind::HISTORY_RECORDED | journal_kind::HISTORY_FORGOTTEN => {
            let Ok(HistoryEntry { source, list, as_of }) = serde_json::from_str(data) else {
                return;
            };
            let dates = by_source.entry(source).or_default();
            match as_of.filter(|_| kind == journal_kind::HISTORY_RECORDED) {
                Some(date) => drop(dates.insert((list, date))),
                None => dates.retain(|(of, _)| *of != list),
            }
        }
        journal_kind::SOURCE_RENAMED => {
            let Ok(RenamedEntry { from, to }) = serde_json::from_str(data) else { return };
            if let Some(dates) = by_source.remove(&from) {
                by_source.insert(to, dates);
            }
        }
        _ => {}
    }
}

/// The journal entry for a recorded list and date.
pub fn recorded_entry(
    source: &str,
    list: ListCode,
    date: Date,
    sha256: &Sha256,
    entries: usize,
    summary: Option<Summary>,
) -> JournalEvent {
    let data = json!({
        "source": source,
        "list": list,
        "as_of": date,
        "sha256": sha256,
        "entries": entries,
        "summary": summary,
    });
    JournalEvent { kind: journal_kind::HISTORY_RECORDED.into(), data }
}

/// The journal entry for a date on which the list did not exist yet.
pub fn recorded_absence_entry(
    source: &str,
    list: ListCode,
    date: Date,
    sha256: &Sha256,
) -> JournalEvent {
    let data = json!({
        "source": source,
        "list": list,
        "as_of": date,
        "sha256": sha256,
        "entries": null,
    });
    JournalEvent { kind: journal_kind::HISTORY_RECORDED.into(), data }
}

/// The journal entry for a history that is deleted, because it now begins on the earlier `date`.
pub fn forgotten_entry(
    source: &str,
    list: ListCode,
    span: &HistorySpan,
    date: Date,
) -> JournalEvent {
    let data = json!({
        "source": source,
        "list": list,
        "from": span.from,
        "until": span.until,
        "begins_anew_on": date,
    });
    JournalEvent { kind: journal_kind::HISTORY_FORGOTTEN.into(), data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_dates_follow_a_new_name_until_their_history_is_forgotten() {
        let date: Date = "2021-01-05".parse().unwrap();
        let mut by_source = HashMap::new();
        let recorded = recorded_entry("old", ListCode::EL, date, &Sha256::of(b"a"), 2, None);
        apply_entry(&mut by_source, &recorded.kind, &recorded.data.to_string());
        apply_entry(
            &mut by_source,
            journal_kind::SOURCE_RENAMED,
            r#"{"from": "old", "to": "new"}"#,
        );
        assert_eq!(by_source["new"], HashSet::from([(ListCode::EL, date)]));
        let forgotten = forgotten_entry("new", ListCode::EL, &HistorySpan::default(), date);
        apply_entry(&mut by_source, &forgotten.kind, &forgotten.data.to_string());
        assert!(by_source["new"].is_empty() && !by_source.contains_key("old"));
    }
}
