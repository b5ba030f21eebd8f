//! An open item: what a rule changed, until a named person has dealt with it.
//!
//! - [`Item`] is the record, and its methods are the only steps between its states.
//! - [`incoming_alert`]: what an alert brings to an item, and whether that reopens it.
//! - [`clock`]: when nobody has acknowledged an item for too long, and who is alerted next.
//! - [`working_hours`]: the hours in which the clock runs.
//! - [`item_alerts`]: the alerts about items.
//! - [`handover`]: who answers for the items of a receiver that is away.
//!
//! One item serves one rule, or one alert that has no rule. All receivers share it.

pub mod clock;
pub mod handover;
pub mod item_alerts;
pub mod incoming_alert;
pub mod working_hours;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, ItemId, Rule};

pub use self::clock::{ClockStart, Escalation, Target};
pub use self::handover::Handover;
pub use self::incoming_alert::{Attached, IncomingAlert};
pub use self::working_hours::{InvalidHours, WorkingHours};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// Nobody has taken it. The clock runs.
    Open,
    /// A named person is on it. Nothing is escalated.
    Taken,
    /// A person has dealt with it. Only an alert with something new, or a person, reopens it.
    Closed,
}

impl ItemState {
    pub fn as_str(self) -> &'static str {
        match self {
            ItemState::Open => "open",
            ItemState::Taken => "taken",
            ItemState::Closed => "closed",
        }
    }
}

/// How an item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No party of ours is concerned.
    NotOurs,
    /// Orders are held.
    OrdersHeld,
    /// What was held is released.
    Released,
    /// Somebody else decides.
    Referred,
    /// Nothing has to be done.
    NoAction,
}

impl Outcome {
    pub const ALL: [Outcome; 5] = [
        Outcome::NotOurs,
        Outcome::OrdersHeld,
        Outcome::Released,
        Outcome::Referred,
        Outcome::NoAction,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::NotOurs => "not-ours",
            Outcome::OrdersHeld => "orders-held",
            Outcome::Released => "released",
            Outcome::Referred => "referred",
            Outcome::NoAction => "no-action",
        }
    }
}

/// The keys of a receiver that open items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// How long nobody may have taken an item before the next one is alerted.
    pub within: std::time::Duration,
    /// The clock runs only then. Always if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<WorkingHours>,
    /// Receivers that are alerted in turn. After the last one, the operators.
    pub escalate_to: Vec<String>,
}

/// A receiver that must acknowledge an item. Its settings are those of the time when it was added,
/// so that a new configuration changes no clock that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsible {
    /// The receiver that has the item. A hand-over replaces it.
    pub receiver: String,
    /// The receiver whose settings apply.
    pub settings_of: String,
    pub acknowledge: Acknowledge,
    /// Its clock never starts earlier.
    pub since: Timestamp,
    /// How many of `escalate_to` were alerted in this opening. One more: the operators too.
    pub escalations: usize,
    pub escalated_at: Option<Timestamp>,
}

/// An alert of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemAlert {
    pub alert_id: AlertId,
    /// `list.changed`
    pub r#type: String,
    pub created_at: Timestamp,
    pub title: String,
}

/// What happened to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemEvent {
    pub at: Timestamp,
    /// `opened`, `attached`, `reopened`, `escalated`, `taken`, `closed`, `handed over`
    pub what: String,
    /// The person, if a person acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub item_id: ItemId,
    pub state: ItemState,
    pub rule: Option<Rule>,
    /// What happened, as the first alert says it.
    pub title: String,
    pub opened_at: Timestamp,
    /// When it was last reopened.
    pub reopened_at: Option<Timestamp>,
    /// Counts the times it was opened, from 1. Escalations of different openings have different
    /// ids.
    pub opening: u32,
    /// The first accepted delivery of this opening, once an escalation has used it.
    pub clock_started_at: Option<Timestamp>,
    pub responsible: Vec<Responsible>,
    /// The receivers that were alerted in this opening because nobody had acknowledged it.
    pub escalated_to: Vec<String>,
    pub taken_by: Option<String>,
    pub taken_at: Option<Timestamp>,
    pub closed_by: Option<String>,
    pub closed_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    /// Oldest first.
    pub alerts: Vec<ItemAlert>,
    /// Oldest first.
    pub history: Vec<ItemEvent>,
}

/// Why a person's action on an item was refused. The item is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemRefusal {
    #[error("item {id} was closed by {by}; `entitywatch items reopen` reopens it")]
    Closed { id: ItemId, by: String },
    #[error("item {0} is open already")]
    Open(ItemId),
}

impl Item {
    /// The alerts in the item, oldest first.
    pub fn alert_ids(&self) -> Vec<AlertId> {
        self.alerts.iter().map(|alert| alert.alert_id.clone()).collect()
    }

    /// The receivers that have the item, without repeats.
    pub fn receivers(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for responsible in &self.responsible {
            if !names.contains(&responsible.receiver) {
                names.push(responsible.receiver.clone());
            }
        }
        names
    }

    /// When the item was opened, or last reopened.
    pub fn opening_at(&self) -> Timestamp {
        self.reopened_at.unwrap_or(self.opened_at)
    }

    /// A person is on it. Another person may take it over.
    ///
    /// # Errors
    /// If it is closed.
    pub fn take(&mut self, by: &str, at: Timestamp) -> Result<(), ItemRefusal> {
        self.refuse_if_closed()?;
        if self.taken_by.as_deref() == Some(by) {
            return Ok(());
        }
        let detail =
            self.taken_by.as_ref().map_or_else(String::new, |before| format!("from {before}"));
        self.state = ItemState::Taken;
        self.taken_by = Some(by.to_owned());
        self.taken_at = Some(at);
        self.note_event(at, "taken", Some(by), detail);
        Ok(())
    }

    /// A person has dealt with it. If nobody had taken it, that person takes it too.
    ///
    /// # Errors
    /// If it is closed.
    pub fn close(
        &mut self,
        by: &str,
        outcome: Outcome,
        note: &str,
        at: Timestamp,
    ) -> Result<(), ItemRefusal> {
        self.refuse_if_closed()?;
        if self.taken_by.is_none() {
            self.take(by, at)?;
        }
        self.state = ItemState::Closed;
        self.closed_by = Some(by.to_owned());
        self.closed_at = Some(at);
        self.outcome = Some(outcome);
        self.note = Some(note.to_owned());
        self.note_event(at, "closed", Some(by), format!("{}: {note}", outcome.as_str()));
        Ok(())
    }

    /// A person reopens it, or gives it back. The clock starts again.
    ///
    /// # Errors
    /// If it is open.
    pub fn reopen(&mut self, by: &str, note: &str, at: Timestamp) -> Result<(), ItemRefusal> {
        if self.state == ItemState::Open {
            return Err(ItemRefusal::Open(self.item_id.clone()));
        }
        self.open_again(at);
        self.note_event(at, "reopened", Some(by), note.to_owned());
        Ok(())
    }

    fn refuse_if_closed(&self) -> Result<(), ItemRefusal> {
        if self.state != ItemState::Closed {
            return Ok(());
        }
        let by = self.closed_by.clone().unwrap_or_default();
        Err(ItemRefusal::Closed { id: self.item_id.clone(), by })
    }

    /// Nobody is on it any more, and the clock of each receiver starts again.
    fn open_again(&mut self, at: Timestamp) {
        self.state = ItemState::Open;
        self.reopened_at = Some(at);
        self.opening += 1;
        self.clock_started_at = None;
        self.escalated_to.clear();
        (self.taken_by, self.taken_at, self.closed_by, self.closed_at) = (None, None, None, None);
        (self.outcome, self.note) = (None, None);
        for responsible in &mut self.responsible {
            responsible.since = at;
            responsible.escalations = 0;
            responsible.escalated_at = None;
        }
    }

    fn note_event(&mut self, at: Timestamp, what: &str, by: Option<&str>, detail: String) {
        let by = by.map(str::to_owned);
        self.history.push(ItemEvent { at, what: what.to_owned(), by, detail });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// An item that was opened on Thursday, June 30, 2022, at 09:00 in New York.
    pub fn item(responsible: Vec<Responsible>) -> Item {
        let opened_at = at("2022-06-30T13:00:00Z");
        Item {
            item_id: ItemId::of(["item"]),
            state: ItemState::Open,
            rule: None,
            title: "Entity List: 1 added".into(),
            opened_at,
            reopened_at: None,
            opening: 1,
            clock_started_at: None,
            responsible,
            escalated_to: Vec::new(),
            taken_by: None,
            taken_at: None,
            closed_by: None,
            closed_at: None,
            outcome: None,
            note: None,
            alerts: Vec::new(),
            history: Vec::new(),
        }
    }

    pub fn responsible(receiver: &str, hours: u64, escalate_to: &[&str]) -> Responsible {
        Responsible {
            receiver: receiver.into(),
            settings_of: receiver.into(),
            acknowledge: Acknowledge {
                within: std::time::Duration::from_secs(hours * 3600),
                hours: None,
                escalate_to: escalate_to.iter().map(ToString::to_string).collect(),
            },
            since: at("2022-06-30T13:00:00Z"),
            escalations: 0,
            escalated_at: None,
        }
    }

    #[test]
    fn ok_an_item_is_taken_and_closed_with_an_outcome() {
        let mut item = item(vec![responsible("mail", 4, &[])]);
        let (first, second) = (at("2022-06-30T14:00:00Z"), at("2022-06-30T15:00:00Z"));
        item.take("Ann", first).unwrap();
        assert_eq!((item.state, item.taken_by.as_deref()), (ItemState::Taken, Some("Ann")));
        item.take("Ann", second).unwrap();
        assert_eq!(item.taken_at, Some(first), "taken once");
        item.close("Ben", Outcome::NotOurs, "no such customer", second).unwrap();
        assert_eq!(item.state, ItemState::Closed);
        assert_eq!(
            (item.taken_by.as_deref(), item.closed_by.as_deref()),
            (Some("Ann"), Some("Ben"))
        );
        assert_eq!(
            (item.outcome, item.note.as_deref()),
            (Some(Outcome::NotOurs), Some("no such customer"))
        );
        let what: Vec<&str> = item.history.iter().map(|event| event.what.as_str()).collect();
        assert_eq!(what, ["taken", "closed"]);
    }

    #[test]
    fn ok_who_closes_an_open_item_takes_it() {
        let mut item = item(Vec::new());
        item.close("Ann", Outcome::NoAction, "seen", at("2022-06-30T14:00:00Z")).unwrap();
        assert_eq!(item.taken_by.as_deref(), Some("Ann"));
    }

    #[test]
    fn ok_a_person_reopens_or_gives_back_an_item() {
        let mut item = item(vec![responsible("mail", 4, &["head"])]);
        item.responsible[0].escalations = 2;
        let later = at("2022-07-01T14:00:00Z");
        item.take("Ann", later).unwrap();
        item.reopen("Ann", "not mine", later).unwrap();
        assert_eq!((item.state, item.taken_by.clone(), item.opening), (ItemState::Open, None, 2));
        assert_eq!((item.responsible[0].escalations, item.responsible[0].since), (0, later));
        assert_eq!(item.opening_at(), later);
        assert_eq!(item.opened_at, at("2022-06-30T13:00:00Z"), "the first time stays");
    }

    #[test]
    fn err_a_closed_item_is_not_taken_or_closed_again_and_an_open_one_not_reopened() {
        let mut item = item(Vec::new());
        let now = at("2022-06-30T14:00:00Z");
        let before = item.clone();
        assert_eq!(item.reopen("Ann", "why", now), Err(ItemRefusal::Open(before.item_id.clone())));
        assert_eq!(item, before);
        item.close("Ann", Outcome::Referred, "to legal", now).unwrap();
        let closed = item.clone();
        assert!(item.take("Ben", now).unwrap_err().to_string().contains("closed by Ann"));
        assert!(item.close("Ben", Outcome::NotOurs, "x", now).is_err());
        assert_eq!(item, closed);
    }

    #[test]
    fn the_names_of_outcomes_are_those_of_the_contract() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
    }
}
