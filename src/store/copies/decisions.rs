//! The decisions of people in a journal: each entry that names who decided.
//!
//! A restore carries those that the backup does not know as `decision.carried`. What becomes of
//! each is in the journal too: the entry of the same kind as the decision that carries it out again
//! refers to it in `restored`, or `decision.not_applied` says why it is not carried out.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::journal::JournalEvent;
use crate::domain::{JournalEntry, Sha256, journal_kind};
use crate::store::copies::side::Side;
use crate::store::journal::entry_of;
use crate::store::statement::sql;
use crate::store::{Result, Store};

/// The journal entry of a decision.
pub type Decision = JournalEntry;

/// The decision that an entry carries out again, in the field `restored` of its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredFrom {
    /// When the person decided.
    pub decided_at: Timestamp,
    /// Of the entry in the journal that was lost.
    pub seq: u64,
    pub hash: Sha256,
}

impl RestoredFrom {
    pub fn of(decision: &Decision) -> Self {
        let decided_at = made_at(decision);
        Self { decided_at, seq: decision.seq, hash: decision.hash.clone() }
    }

    /// The decision that an entry settles, if it settles one.
    fn in_entry(data: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Settling {
            restored: RestoredFrom,
        }
        serde_json::from_str::<Settling>(data).ok().map(|settling| settling.restored)
    }
}

/// A decision that a restored backup did not know and that is not carried out so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingDecision {
    pub decision: Decision,
    /// When the backup was restored.
    pub carried_at: Timestamp,
}

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

/// Entries that may settle a carried decision.
const SETTLING: &str = "SELECT data FROM journal WHERE seq > $1 AND data LIKE '%\"restored\":{%'";

/// The decision in an entry of the kind [`CARRIED`].
fn carried_in(data: &str) -> Option<Decision> {
    #[derive(Deserialize)]
    struct Carried {
        entry: Decision,
    }
    serde_json::from_str::<Carried>(data).ok().map(|carried| carried.entry)
}

impl Store {
    /// The decisions with `seq > after`, in order.
    pub async fn decisions(&self, after: u64) -> Result<Vec<Decision>> {
        let statement = sql(CANDIDATES).bind(after);
        let mut found = self.pools.fetch("read the decisions", statement, entry_of).await?;
        found.retain(is_decision);
        Ok(found)
    }

    /// The decisions that were carried over by a restore and are neither carried out again nor
    /// settled, in the order in which they were made.
    pub async fn waiting_decisions(&self) -> Result<Vec<WaitingDecision>> {
        const ACTION: &str = "read the carried decisions";
        // The kind is written out, because the index has only entries of this kind.
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE kind = 'decision.carried' ORDER BY seq");
        let carried = self.pools.fetch(ACTION, statement, entry_of).await?;
        let Some(first) = carried.first() else { return Ok(Vec::new()) };
        let statement = sql(SETTLING).bind(first.seq);
        let settled = self.pools.fetch(ACTION, statement, |row| row.text(0)).await?;
        let settled: BTreeSet<Sha256> = settled
            .iter()
            .filter_map(|data| RestoredFrom::in_entry(data))
            .map(|from| from.hash)
            .collect();
        let mut waiting: Vec<WaitingDecision> = carried
            .iter()
            .filter_map(|entry| {
                let decision = carried_in(&entry.data)?;
                Some(WaitingDecision { decision, carried_at: entry.at })
            })
            .filter(|waiting| !settled.contains(&waiting.decision.hash))
            .collect();
        waiting.sort_by_key(|waiting| (made_at(&waiting.decision), waiting.decision.seq));
        Ok(waiting)
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
    const ACTION: &str = "read the decisions";
    let statement = sql("SELECT data FROM journal WHERE kind = 'decision.carried'");
    let carried = side.fetch(ACTION, statement, |row| row.text(0)).await?;
    let mut known: BTreeSet<Sha256> =
        carried.iter().filter_map(|data| carried_in(data)).map(|decision| decision.hash).collect();
    let settled = side.fetch(ACTION, sql(SETTLING).bind(0_i64), |row| row.text(0)).await?;
    known.extend(settled.iter().filter_map(|data| Some(RestoredFrom::in_entry(data)?.hash)));
    let mut unknown: Vec<Decision> = Vec::new();
    for decision in decisions {
        // An entry whose hash is not that of its content was changed, and proves nothing.
        if !decision.is_intact() || !known.insert(decision.hash.clone()) {
            continue;
        }
        let statement = sql("SELECT COUNT(*) FROM journal WHERE seq = $1 AND hash = $2")
            .bind(decision.seq)
            .bind(decision.hash.as_str());
        if side.count(ACTION, statement).await? == 0 {
            unknown.push(decision);
        }
    }
    // An earlier restore carried it out again, and the decision itself is here or known.
    unknown.retain(|decision| {
        RestoredFrom::in_entry(&decision.data).is_none_or(|from| !known.contains(&from.hash))
    });
    unknown.sort_by_key(|decision| (made_at(decision), decision.seq));
    Ok(unknown)
}

/// When the person decided, also if an earlier restore carried the decision out again.
fn made_at(decision: &Decision) -> Timestamp {
    RestoredFrom::in_entry(&decision.data).map_or(decision.at, |from| from.decided_at)
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
    use serde_json::Value;

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
