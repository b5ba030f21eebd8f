//! One pass over the journal of the period: the checks, what people did, and whether the chain is
//! intact. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::{Identified, JournalEntry, Sha256, journal_kind};
use crate::pipeline::past::check_tally::{CheckCounter, CheckTally, MadeCheck};
use crate::pipeline::past::configurations::WatchedTime;
use crate::pipeline::past::period::Period;

/// The field of a decision that a restore has carried out again.
pub const RESTORED: &str = "restored";

/// A decision or an act, with the person.
#[derive(Clone, Debug)]
pub struct PastAct {
    pub entry: JournalEntry,
    pub data: Value,
}

impl PastAct {
    pub fn of(entry: JournalEntry) -> Self {
        let data = serde_json::from_str(&entry.data).unwrap_or_default();
        Self { entry, data }
    }

    /// The field as text: a string without its quotes.
    pub fn text(&self, field: &str) -> String {
        match self.data.get(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }

    /// Who acted.
    pub fn by(&self) -> String {
        self.text("by")
    }

    /// How that person was identified, in words.
    pub fn identified(&self) -> String {
        let identified = self.data.get("identified").cloned().unwrap_or_default();
        serde_json::from_value::<Identified>(identified)
            .map_or_else(|_| String::new(), |identified| identified.to_string())
    }

    /// When the person decided, if a restore has carried the decision out again.
    pub fn restored(&self) -> Option<String> {
        let decided_at = self.data.get(RESTORED)?.get("decided_at")?.as_str()?;
        Some(format!("decided {decided_at}, and carried out again after a restore"))
    }

    fn is_of_a_person(&self) -> bool {
        ["by", "identified"].iter().any(|field| self.data.get(field).is_some_and(|v| !v.is_null()))
    }
}

/// What is known after the entries so far.
#[derive(Debug)]
pub struct JournalPass {
    period: Period,
    counters: BTreeMap<String, CheckCounter>,
    pub entries: u64,
    pub kinds: BTreeMap<String, u64>,
    /// What people did and decided.
    pub acts: Vec<PastAct>,
    /// The other entries that are not about checks.
    pub events: Vec<PastAct>,
    /// The first entry that is not what it was, or does not follow from the one before.
    pub broken_at: Option<u64>,
    last: Option<(u64, Sha256)>,
}

#[derive(Deserialize)]
struct CheckData {
    source: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    detail: String,
}

/// The kinds that only repeat what a section shows, and of which there are many.
const COUNTED_ONLY: [&str; 6] = [
    journal_kind::GAP,
    journal_kind::DIGEST,
    journal_kind::CHANGES_CONFIRMED,
    journal_kind::ITEMS_REMINDED,
    journal_kind::CONFIG_LOADED,
    journal_kind::DELIVERY_DEAD,
];

impl JournalPass {
    pub fn new(period: Period, watched: BTreeMap<String, Vec<WatchedTime>>) -> Self {
        let counters = watched
            .into_iter()
            .map(|(source, times)| (source, CheckCounter::new(period, times)))
            .collect();
        Self {
            period,
            counters,
            entries: 0,
            kinds: BTreeMap::new(),
            acts: Vec::new(),
            events: Vec::new(),
            broken_at: None,
            last: None,
        }
    }

    /// Until when entries after the period matter: a check may be late for a due time in it.
    pub fn reads_until(&self) -> jiff::Timestamp {
        let waits = self.counters.values().map(CheckCounter::waits_until);
        waits.max().unwrap_or(self.period.until).max(self.period.until)
    }

    pub fn add(&mut self, entry: JournalEntry) {
        let is_in_period = self.period.contains(entry.at);
        if is_in_period {
            self.verify(&entry);
            self.entries += 1;
            match self.kinds.get_mut(&entry.kind) {
                Some(count) => *count += 1,
                None => {
                    self.kinds.insert(entry.kind.clone(), 1);
                }
            }
        }
        if entry.kind == journal_kind::CHECK {
            self.add_check(&entry);
        } else if is_in_period && !COUNTED_ONLY.contains(&entry.kind.as_str()) {
            let act = PastAct::of(entry);
            if act.is_of_a_person() { self.acts.push(act) } else { self.events.push(act) }
        }
    }

    /// The counts of each source.
    pub fn tallies(&mut self, now: jiff::Timestamp) -> BTreeMap<String, CheckTally> {
        std::mem::take(&mut self.counters)
            .into_iter()
            .map(|(source, counter)| (source, counter.finish(now)))
            .collect()
    }

    fn add_check(&mut self, entry: &JournalEntry) {
        let Ok(CheckData { source, outcome, detail }) = serde_json::from_str(&entry.data) else {
            return;
        };
        let made = MadeCheck { at: entry.at, outcome: &outcome, detail: &detail };
        match self.counters.get_mut(&source) {
            Some(counter) => counter.add(made),
            // A command checked a source of another configuration.
            None if self.period.contains(entry.at) => {
                let mut counter = CheckCounter::new(self.period, Vec::new());
                counter.add(made);
                self.counters.insert(source, counter);
            }
            None => {}
        }
    }

    /// Entries of one period follow each other, unless the clock was set back.
    fn verify(&mut self, entry: &JournalEntry) {
        let follows = self
            .last
            .as_ref()
            .is_none_or(|(seq, hash)| entry.seq != *seq + 1 || entry.previous == *hash);
        if !(follows && entry.is_intact()) {
            self.broken_at.get_or_insert(entry.seq);
        }
        self.last = Some((entry.seq, entry.hash.clone()));
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::domain::journal::JournalEvent;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn entries(events: &[(i64, &str, Value)]) -> Vec<JournalEntry> {
        let mut previous = JournalEntry::genesis();
        let mut entries = Vec::new();
        for (seq, (hours, kind, data)) in (1..).zip(events) {
            let event = JournalEvent { kind: (*kind).into(), data: data.clone() };
            let entry = JournalEntry::new(seq, at(*hours), &event, previous);
            previous = entry.hash.clone();
            entries.push(entry);
        }
        entries
    }

    fn pass(entries: Vec<JournalEntry>) -> JournalPass {
        let mut pass = JournalPass::new(Period { from: at(1), until: at(10) }, BTreeMap::new());
        entries.into_iter().for_each(|entry| pass.add(entry));
        pass
    }

    #[test]
    fn acts_of_people_are_told_from_events_and_what_is_outside_does_not_count() {
        let mut pass = pass(entries(&[
            (0, "hold.accepted", json!({"by": "Ann"})),
            (1, "hold.accepted", json!({"by": "Ann", "identified": {"by": "session"}})),
            (2, "receiver.disabled", json!({"receiver": "erp"})),
            (3, "check", json!({"source": "csl", "outcome": "unchanged"})),
            (4, "gap", json!({"source": "csl"})),
            (10, "hold.rejected", json!({"by": "Ann"})),
        ]));
        assert_eq!((pass.acts.len(), pass.events.len(), pass.entries), (1, 1, 4));
        assert_eq!(
            (pass.acts[0].by().as_str(), pass.acts[0].identified().as_str()),
            ("Ann", "signed in")
        );
        assert_eq!(pass.tallies(at(10))["csl"].unchanged, 1);
        assert_eq!(pass.broken_at, None);
    }

    #[test]
    fn an_entry_that_was_changed_is_named() {
        let event = |hours| (hours, "check", json!({"source": "csl", "outcome": "failed"}));
        let mut all = entries(&[event(1), event(2), event(3)]);
        all[1].data = all[1].data.replace("failed", "unchanged");
        assert_eq!(pass(all).broken_at, Some(2));
        let mut all = entries(&[event(1), event(2), event(3)]);
        all[2].previous = Sha256::of(b"other");
        assert_eq!(pass(all).broken_at, Some(3));
    }
}
