//! The decisions of people in a journal: each entry that names who decided.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::journal::JournalEvent;
use crate::domain::{JournalEntry, Sha256, journal_kind};
use crate::store::copies::side::Side;
use crate::store::journal::entry_of;
use crate::store::statement::sql;
use crate::store::{Result, Store};

/// The journal entry of a decision.
pub type Decision = JournalEntry;

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    by: Option<std::borrow::Cow<'a, str>>,
}

/// Whether an entry is a decision of a person: its data says `by` whom.
pub fn is_decision(entry: &JournalEntry) -> bool {
    serde_json::from_str::<Data<'_>>(&entry.data).is_ok_and(|data| data.by.is_some())
}

/// Entries that may be decisions. The condition only saves reading the others.
const CANDIDATES: &str = "SELECT seq, at, kind, data, previous, hash FROM journal \
                          WHERE seq > $1 AND data LIKE '%\"by\":%' ORDER BY seq";

impl Store {
    /// The decisions with `seq > after`, in order.
    pub async fn decisions(&self, after: u64) -> Result<Vec<Decision>> {
        let statement = sql(CANDIDATES).bind(after);
        let mut found = self.pools.fetch("read the decisions", statement, entry_of).await?;
        found.retain(is_decision);
        Ok(found)
    }

    /// Whether the journal has this entry.
    pub async fn has_journal_entry(&self, seq: u64, hash: &Sha256) -> Result<bool> {
        let statement = sql("SELECT seq FROM journal WHERE seq = $1 AND hash = $2");
        let statement = statement.bind(seq).bind(hash.as_str());
        Ok(self.pools.fetch_one("read the journal", statement).await?.is_some())
    }
}

/// The decisions of a database, in order.
pub(super) async fn of_side(side: &mut Side) -> Result<Vec<Decision>> {
    let mut found = side.fetch("read the decisions", sql(CANDIDATES).bind(0_i64), entry_of).await?;
    found.retain(is_decision);
    Ok(found)
}

/// Those of `decisions` that a database does not know, without repeats, oldest first.
pub(super) async fn unknown(side: &mut Side, decisions: Vec<Decision>) -> Result<Vec<Decision>> {
    let statement = sql("SELECT data FROM journal WHERE kind = 'decision.carried'");
    let carried = side.fetch("read the decisions", statement, |row| row.text(0)).await?;
    let mut known: BTreeSet<String> = carried
        .iter()
        .filter_map(|data| serde_json::from_str::<Value>(data).ok())
        .filter_map(|data| Some(data.get("entry")?.get("hash")?.as_str()?.to_owned()))
        .collect();
    let mut unknown = Vec::new();
    for decision in decisions {
        // An entry whose hash is not that of its content was changed, and proves nothing.
        if !decision.is_intact() || !known.insert(decision.hash.to_string()) {
            continue;
        }
        let statement = sql("SELECT COUNT(*) FROM journal WHERE seq = $1 AND hash = $2")
            .bind(decision.seq)
            .bind(decision.hash.as_str());
        if side.count("read the decisions", statement).await? == 0 {
            unknown.push(decision);
        }
    }
    unknown.sort_by_key(|decision| (decision.at, decision.seq));
    Ok(unknown)
}

/// The event that keeps a decision in the journal of a restored database.
pub(super) fn carried(decision: &Decision) -> JournalEvent {
    JournalEvent {
        kind: journal_kind::DECISION_CARRIED.to_owned(),
        data: serde_json::json!({ "entry": decision }),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn an_entry_is_a_decision_if_it_says_by_whom_and_not_only_how() {
        let check = |data: Value, expected: bool| {
            let event = JournalEvent { kind: "x".to_owned(), data };
            let entry =
                JournalEntry::new(1, Timestamp::UNIX_EPOCH, &event, JournalEntry::genesis());
            assert_eq!(is_decision(&entry), expected, "{}", entry.data);
            let carried = carried(&entry);
            let entry = JournalEntry::new(2, Timestamp::UNIX_EPOCH, &carried, entry.hash.clone());
            assert!(!is_decision(&entry), "{}", entry.data);
        };
        check(serde_json::json!({"hold_id": "hld_1", "by": "Ann", "reason": "checked"}), true);
        check(serde_json::json!({"by": "A \"quoted\" name\n"}), true);
        check(serde_json::json!({"receiver": "erp", "identified": {"by": "process"}}), false);
        check(serde_json::json!({"by": null}), false);
    }
}
