//! The sections about open items: what happened to each in the period, and which were not closed at
//! its end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::deliver::{MessageSettings, wording};
use crate::domain::{AlertId, JournalEntry, journal_kind};
use crate::pipeline::audit_report::journal_pass::PastAct;
use crate::pipeline::audit_report::section::{Column, Section, column};
use crate::pipeline::past::period::Period;
use crate::store::{Result, Store};

/// How the kinds of the entries about items begin.
pub const PREFIX: &str = "item";

const EVENTS: &[Column] = &[
    column("item_id", "Item"),
    column("title", "About"),
    column("time", "Time"),
    column("kind", "What"),
    column("by", "By"),
    column("identified", "Identified"),
    column("outcome", "Outcome"),
    column("detail", "Note"),
];
const UNCLOSED: &[Column] = &[
    column("item_id", "Item"),
    column("title", "About"),
    column("opened", "Open since"),
    column("by", "Taken by"),
    column("receiver", "Receivers"),
];

/// What the journal says of items up to the end of the period.
#[derive(Debug)]
pub struct PastItems {
    period: Period,
    items: BTreeMap<String, PastItem>,
    /// What happened in the period, with the item.
    events: Vec<PastAct>,
}

#[derive(Debug)]
struct PastItem {
    /// Orders the items.
    seq: u64,
    alert_id: String,
    opened_at: Timestamp,
    receivers: String,
    is_closed: bool,
    taken_by: String,
}

impl PastItems {
    pub fn new(period: Period) -> Self {
        Self { period, items: BTreeMap::new(), events: Vec::new() }
    }

    /// Adds the next entry about an item.
    pub fn add(&mut self, entry: JournalEntry) {
        let act = PastAct::of(entry);
        let kind = act.entry.kind.as_str();
        if kind == journal_kind::ITEM_OPENED {
            let item = PastItem {
                seq: act.entry.seq,
                alert_id: act.text("alert_id"),
                opened_at: act.entry.at,
                receivers: list(&act, "receivers"),
                is_closed: false,
                taken_by: String::new(),
            };
            self.items.insert(act.text("item_id"), item);
        } else if let Some(item) = self.items.get_mut(&act.text("item_id")) {
            match kind {
                journal_kind::ITEM_TAKEN => item.taken_by = act.by(),
                journal_kind::ITEM_CLOSED => item.is_closed = true,
                journal_kind::ITEM_REOPENED => {
                    (item.is_closed, item.taken_by) = (false, String::new());
                }
                _ => {}
            }
        }
        if self.period.contains(act.entry.at) && kind != journal_kind::ITEMS_REMINDED {
            self.events.push(act);
        }
    }

    pub fn opened_in_period(&self) -> usize {
        self.items.values().filter(|item| self.period.contains(item.opened_at)).count()
    }

    pub fn unclosed(&self) -> usize {
        self.items.values().filter(|item| !item.is_closed).count()
    }

    pub async fn sections(
        &self,
        store: &Store,
        messages: &MessageSettings,
    ) -> Result<[Section; 2]> {
        let titles = self.titles(store, messages).await?;
        Ok([self.section_of_events(&titles), self.section_of_unclosed(&titles)])
    }

    /// The titles of the items that the report shows.
    async fn titles(
        &self,
        store: &Store,
        messages: &MessageSettings,
    ) -> Result<BTreeMap<&str, String>> {
        let mut titles = BTreeMap::new();
        for (id, item) in &self.items {
            let has_event = || self.events.iter().any(|event| event.text("item_id") == *id);
            if !item.is_closed || has_event() {
                let alert = store.alert(&AlertId(item.alert_id.clone())).await?;
                let title = alert.map(|alert| wording::alert_content(&alert, messages).title);
                titles.insert(id.as_str(), title.unwrap_or_default());
            }
        }
        Ok(titles)
    }

    fn section_of_events(&self, titles: &BTreeMap<&str, String>) -> Section {
        let mut events: Vec<&PastAct> = self.events.iter().collect();
        let first = |event: &PastAct| self.items.get(&event.text("item_id")).map(|item| item.seq);
        events.sort_by_key(|event| (first(event).unwrap_or(u64::MAX), event.entry.seq));
        let row = |event: &PastAct| {
            let id = event.text("item_id");
            vec![
                id.as_str().into(),
                titles.get(id.as_str()).cloned().unwrap_or_default().into(),
                event.entry.at.into(),
                what(&event.entry.kind).into(),
                event.by().into(),
                event.identified().into(),
                event.text("outcome").into(),
                note(event).into(),
            ]
        };
        Section {
            id: "items",
            title: "Items: who acknowledged what, and when",
            note: "An item is an alert that a person must acknowledge. On the command line a name \
                   is a claim, so the user of the process stands beside it.",
            nothing: "Nothing happened to an item.",
            columns: EVENTS,
            rows: events.into_iter().map(row).collect(),
            grouped: 2,
        }
    }

    fn section_of_unclosed(&self, titles: &BTreeMap<&str, String>) -> Section {
        let mut unclosed: Vec<(&String, &PastItem)> =
            self.items.iter().filter(|(_, item)| !item.is_closed).collect();
        unclosed.sort_by_key(|(_, item)| item.seq);
        let row = |(id, item): (&String, &PastItem)| {
            vec![
                id.as_str().into(),
                titles.get(id.as_str()).cloned().unwrap_or_default().into(),
                item.opened_at.into(),
                item.taken_by.as_str().into(),
                item.receivers.as_str().into(),
            ]
        };
        Section {
            id: "unclosed_items",
            title: "Items that were not closed at the end of the period",
            note: "",
            nothing: "There was none.",
            columns: UNCLOSED,
            rows: unclosed.into_iter().map(row).collect(),
            grouped: 0,
        }
    }
}

fn what(kind: &str) -> &str {
    match kind {
        journal_kind::ITEM_OPENED => "opened",
        journal_kind::ITEM_ATTACHED => "another alert of the same rule",
        journal_kind::ITEM_TAKEN => "taken",
        journal_kind::ITEM_CLOSED => "closed",
        journal_kind::ITEM_REOPENED => "reopened",
        journal_kind::ITEM_ESCALATED => "escalated",
        journal_kind::ITEMS_HANDED_OVER => "handed over",
        other => other,
    }
}

fn note(event: &PastAct) -> String {
    match event.entry.kind.as_str() {
        journal_kind::ITEM_OPENED | journal_kind::ITEM_ATTACHED => {
            format!("for {}", list(event, "receivers"))
        }
        journal_kind::ITEM_ESCALATED => format!(
            "not acknowledged by {}; to {}",
            event.text("not_acknowledged_by"),
            list(event, "to")
        ),
        journal_kind::ITEMS_HANDED_OVER => {
            format!("from {} to {}: {}", event.text("from"), event.text("to"), list(event, "items"))
        }
        _ => {
            let said = Some(event.text("note")).filter(|note| !note.is_empty());
            said.into_iter().chain(event.restored()).collect::<Vec<_>>().join("; ")
        }
    }
}

/// The texts of a list, joined.
fn list(act: &PastAct, field: &str) -> String {
    let values = act.data.get(field).and_then(|value| value.as_array());
    let texts = values.into_iter().flatten().filter_map(|value| value.as_str());
    texts.collect::<Vec<_>>().join(", ")
}
