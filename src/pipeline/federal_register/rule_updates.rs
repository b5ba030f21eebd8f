//! What one check changes about the recorded rules, and the notices that readers get. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::domain::alert::NoticeStatus;
use crate::domain::{Document, RecordedRule};

/// The most alerts in `CHANGE_WINDOW` that one document changed. If the publisher's servers show
/// two versions in turns, the document changes at each check. A change beyond this limit is alerted
/// after a day, if it still exists.
const MAX_CHANGE_ALERTS: usize = 4;
const CHANGE_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Something that happened to a document, to be announced to readers.
pub struct RuleEvent {
    pub document_number: String,
    pub status: NoticeStatus,
    /// Announce it even if no entry is new: a date changed.
    pub announce_without_entries: bool,
    pub note: Option<String>,
}

/// The rules of one check, and what must be written and announced.
#[derive(Default)]
pub struct RuleUpdates {
    /// All known rules by document number, as they are after the check.
    pub rules: BTreeMap<String, RecordedRule>,
    /// The numbers of rules that changed and must be written.
    pub changed: BTreeSet<String>,
    /// The numbers of rules that must be written because only our own counters changed.
    pub counters_changed: BTreeSet<String>,
    /// A text could not be read. The next check must fetch the lists without validators, or it
    /// would not see the document again.
    pub needs_full_fetch: bool,
    pub texts: Vec<Document>,
    pub documents_checked: usize,
    pub events: Vec<RuleEvent>,
}

impl RuleUpdates {
    pub fn new(rules: BTreeMap<String, RecordedRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The rules that must be written.
    pub fn written(&self) -> impl Iterator<Item = &RecordedRule> {
        self.rules.values().filter(|rule| {
            let number = &rule.document_number;
            self.changed.contains(number) || self.counters_changed.contains(number)
        })
    }

    /// Puts back a rule that did not change.
    pub fn keep_unchanged(&mut self, rule: RecordedRule) {
        self.rules.insert(rule.document_number.clone(), rule);
    }

    /// Puts back a rule that changed. Readers are not alerted.
    pub fn keep_changed(&mut self, rule: RecordedRule) {
        self.changed.insert(rule.document_number.clone());
        self.keep_unchanged(rule);
    }

    /// Puts back a rule of which only our own counters changed.
    pub fn keep_counters(&mut self, rule: RecordedRule) {
        self.counters_changed.insert(rule.document_number.clone());
        self.keep_unchanged(rule);
    }

    /// Puts back a rule that changed, and announces the change to readers.
    pub fn announce(
        &mut self,
        mut rule: RecordedRule,
        status: NoticeStatus,
        note: Option<String>,
        now: Timestamp,
    ) {
        if status == NoticeStatus::Changed {
            rule.change_alerts_at.retain(|alerted_at| is_recent(*alerted_at, now));
            rule.change_alerts_at.push(now);
        }
        self.events.push(RuleEvent {
            document_number: rule.document_number.clone(),
            status,
            announce_without_entries: false,
            note,
        });
        self.keep_changed(rule);
    }

    /// Like [`Self::announce`], for a change that matters even if no entry is new.
    pub fn announce_date_change(
        &mut self,
        rule: RecordedRule,
        note: Option<String>,
        now: Timestamp,
    ) {
        self.announce(rule, NoticeStatus::Changed, note, now);
        if let Some(event) = self.events.last_mut() {
            event.announce_without_entries = true;
        }
    }
}

/// Whether readers may be alerted again that this document changed.
pub fn may_announce_change(rule: &RecordedRule, now: Timestamp) -> bool {
    let recent = rule.change_alerts_at.iter().filter(|alerted_at| is_recent(**alerted_at, now));
    recent.count() < MAX_CHANGE_ALERTS
}

fn is_recent(alerted_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(alerted_at) < CHANGE_WINDOW
}
