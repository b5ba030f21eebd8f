//! Sample alerts about items.

use crate::deliver::sample::{OBSERVED_AT, alert, rule_of_june_2022, settings};
use crate::deliver::wording;
use crate::domain::item::item_alerts::{AlertEscalated, ItemsOpen, UnclosedItem};
use crate::domain::item::{ItemAlert, ItemState, incoming_alert};
use crate::domain::{Alert, AlertBody, ItemId};

/// The rule of June 2022, which nobody has acknowledged.
pub fn escalated() -> Alert {
    let of_rule = rule_of_june_2022();
    let data = AlertEscalated {
        item_id: ItemId::of(["sample"]),
        state: ItemState::Open,
        rule: incoming_alert::rule_of(&of_rule.body).cloned(),
        title: title(&of_rule),
        opened_at: OBSERVED_AT,
        due_at: OBSERVED_AT + jiff::SignedDuration::from_hours(4),
        receivers: vec!["compliance".into()],
        escalated_to: vec!["deputy".into()],
        to: vec!["head-of-compliance".into()],
        last: false,
        alerts: vec![of_rule],
    };
    alert("", AlertBody::AlertEscalated(Box::new(data)))
}

/// A reminder of one item that nobody has taken, and of one that a person has.
pub fn open() -> Alert {
    let of_rule = rule_of_june_2022();
    let item = |name: &str, taken_by: Option<&str>| UnclosedItem {
        item_id: ItemId::of(["sample", name]),
        state: if taken_by.is_some() { ItemState::Taken } else { ItemState::Open },
        rule: incoming_alert::rule_of(&of_rule.body).cloned(),
        title: title(&of_rule),
        opened_at: OBSERVED_AT,
        due_at: taken_by.is_none().then_some(OBSERVED_AT),
        escalated_to: Vec::new(),
        taken_by: taken_by.map(str::to_owned),
        taken_at: taken_by.map(|_| OBSERVED_AT),
        alerts: vec![ItemAlert {
            alert_id: of_rule.alert_id.clone(),
            r#type: of_rule.body.type_name().to_owned(),
            created_at: of_rule.created_at,
            title: title(&of_rule),
        }],
    };
    let items = vec![item("open", None), item("taken", Some("Ann Example"))];
    alert("", AlertBody::ItemsOpen(ItemsOpen { receiver: "compliance".into(), items }))
}

fn title(alert: &Alert) -> String {
    wording::alert_content(alert, &settings(None)).title
}
