//! Makes the escalations and reminders that are due.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};

use crate::config::Config;
use crate::crash_point::CrashPoint;
use crate::deliver;
use crate::domain::item::item_alerts::{AlertEscalated, ItemsOpen, UnclosedItem};
use crate::domain::item::{Escalation, Target};
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertBody, ChangeId, Item, Screening, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::pipeline::items::reminder_time;
use crate::route;
use crate::store::{Outgoing, Result, Store};

/// What was made, and when the next step is due if nothing else happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueSteps {
    pub made: usize,
    pub next_at: Option<Timestamp>,
}

/// Makes every escalation and reminder that is due now. Safe to run at any time and twice at once.
pub async fn make_due_steps(program: &Program) -> Result<DueSteps> {
    let wiring = program.wiring.load_full();
    let (config, store) = (&wiring.config, program.store.as_ref());
    let (zone, now) = (&config.messages.timezone, program.clock.now());
    let mut steps = DueSteps { made: 0, next_at: None };
    let items = store.unclosed_items().await?;
    if items.is_empty() {
        return Ok(steps);
    }
    for item in &items {
        steps.made += escalate(store, config, item, now).await?;
    }
    // With the escalations of now.
    let items = store.unclosed_items().await?;
    let mut unclosed = Vec::new();
    for item in &items {
        let due_at = item.due_at(store.clock_start(item).await?, zone);
        steps.next_at =
            [steps.next_at, due_at.filter(|due| *due > now)].into_iter().flatten().min();
        unclosed.push((item, due_at));
    }
    steps.made += remind(store, config, &unclosed, now).await?;
    let reminder = reminder_time::next(now, zone);
    steps.next_at = Some(steps.next_at.map_or(reminder, |next| next.min(reminder)));
    if steps.made > 0 {
        program.outbox.send_replace(());
    }
    Ok(steps)
}

/// Makes the escalations of one item that are due. Each starts the clock of the next one, so after
/// a stop there is one for each receiver that should have acknowledged.
async fn escalate(store: &Store, config: &Config, item: &Item, now: Timestamp) -> Result<usize> {
    let zone = &config.messages.timezone;
    let start = store.clock_start(item).await?;
    let (mut item, mut made) = (item.clone(), 0);
    while let Some(next) = item.next_escalation(start, zone).filter(|e| e.due_at <= now) {
        let outgoing = escalation(store, config, &item, &next, now).await?;
        let to = receivers_of(&outgoing);
        let event = JournalEvent {
            kind: journal_kind::ITEM_ESCALATED.into(),
            data: json!({
                "item_id": item.item_id,
                "alert_id": outgoing.alert.alert_id,
                "not_acknowledged_by": next.settings_of,
                "due_at": next.due_at,
                "to": to,
            }),
        };
        let change = |item: &mut Item| {
            let is_next = item.escalate(&next, &to, start, now);
            if is_next { Ok(event) } else { Err(()) }
        };
        // A person may have taken the item since it was read, or another instance escalated it.
        let Some(Ok(changed)) = store.change_item(&item.item_id, now, &[outgoing], change).await?
        else {
            break;
        };
        report(&changed, &to);
        item = changed;
        made += 1;
    }
    Ok(made)
}

fn report(item: &Item, to: &[String]) {
    if to.is_empty() {
        warn!(
            item.id = %item.item_id,
            "nobody has acknowledged an item, and there is no receiver to escalate it to"
        );
    } else {
        info!(
            item.id = %item.item_id,
            "nobody has acknowledged an item in time; it is escalated to {}",
            to.join(", ")
        );
    }
}

/// The alert of an escalation. A receiver that is no longer configured is skipped: the alert then
/// reaches nobody, and the next step is due after its time.
async fn escalation(
    store: &Store,
    config: &Config,
    item: &Item,
    next: &Escalation,
    now: Timestamp,
) -> Result<Outgoing> {
    let refs = config.receiver_refs();
    let (to, last) = match &next.target {
        Target::Receiver(name) => (vec![name.clone()], false),
        Target::Operators => {
            let operators = route::operators(&refs, None);
            (operators.into_iter().map(|one| one.name.to_owned()).collect(), true)
        }
    };
    let body = AlertBody::AlertEscalated(Box::new(AlertEscalated {
        item_id: item.item_id.clone(),
        state: item.state,
        rule: item.rule.clone(),
        title: item.title.clone(),
        opened_at: item.opened_at,
        due_at: next.due_at,
        receivers: item.receivers(),
        escalated_to: item.escalated_to.clone(),
        to,
        last,
        alerts: alerts_of(store, item).await?,
    }));
    let alert = Alert { alert_id: next.alert_id(item), created_at: now, body };
    let mut outgoing = addressing::routed(config, alert, Vec::new());
    let shown = screening_of(store, item).await?;
    for receiver in config.receivers.iter().filter(|receiver| receiver.show_matches) {
        if outgoing.deliveries.iter().any(|delivery| delivery.receiver == receiver.name) {
            let own = shown.clone().map(|shown| (receiver.name.clone(), shown));
            outgoing.screenings.extend(own);
        }
    }
    Ok(outgoing)
}

/// What the receivers of an item were shown of the counterparties, in one.
async fn screening_of(store: &Store, item: &Item) -> Result<Option<Screening>> {
    let mut all: Option<Screening> = None;
    for known in &item.alerts {
        let Some(receiver) =
            store.receivers_of_screening(&known.alert_id).await?.into_iter().next()
        else {
            continue;
        };
        let Some(shown) = store.screening(&known.alert_id, &receiver).await? else { continue };
        let all = all.get_or_insert_default();
        all.watchlists = shown.watchlists;
        all.matches.extend(shown.matches);
    }
    Ok(all)
}

/// The alerts of an item, each with the changes that the receivers of the item got.
async fn alerts_of(store: &Store, item: &Item) -> Result<Vec<Alert>> {
    let mut alerts = Vec::new();
    for known in &item.alerts {
        let Some(alert) = store.alert(&known.alert_id).await? else { continue };
        let is_responsible = |name: &str| {
            item.responsible.iter().any(|one| one.receiver == name || one.settings_of == name)
        };
        let mut selection: Option<BTreeSet<ChangeId>> = Some(BTreeSet::new());
        let mut any = None;
        for delivery in store.deliveries_of(&known.alert_id).await? {
            if !is_responsible(&delivery.receiver) {
                continue;
            }
            selection = match (selection, &delivery.selection) {
                (Some(mut all), Some(own)) => {
                    all.extend(own.iter().cloned());
                    Some(all)
                }
                _ => None,
            };
            any = Some(delivery);
        }
        alerts.push(match any {
            Some(mut delivery) => {
                delivery.selection = selection.map(|ids| ids.into_iter().collect());
                deliver::for_delivery(&alert, &delivery)
            }
            None => alert,
        });
    }
    Ok(alerts)
}

/// Sends each receiver the day's reminder of what it has not closed, if that is due and was not
/// sent. What was opened after the reminder was due is left to the next one.
async fn remind(
    store: &Store,
    config: &Config,
    unclosed: &[(&Item, Option<Timestamp>)],
    now: Timestamp,
) -> Result<usize> {
    let (day, due) = reminder_time::last(now, &config.messages.timezone);
    let mut made = 0;
    for receiver in &config.receivers {
        let own: Vec<UnclosedItem> = unclosed
            .iter()
            .filter(|(item, _)| item.opening_at() < due)
            .filter(|(item, _)| item.receivers().contains(&receiver.name))
            .map(|(item, due_at)| unclosed_item(item, *due_at))
            .collect();
        let alert_id = reminder_time::alert_id(&receiver.name, day);
        if own.is_empty() || store.has_alert(&alert_id).await? {
            continue;
        }
        let ids: Vec<String> = own.iter().map(|item| item.item_id.to_string()).collect();
        let event = JournalEvent {
            kind: journal_kind::ITEMS_REMINDED.into(),
            data: json!({"receiver": receiver.name, "alert_id": alert_id, "items": ids}),
        };
        let body = AlertBody::ItemsOpen(ItemsOpen { receiver: receiver.name.clone(), items: own });
        let alert = Alert { alert_id, created_at: now, body };
        let outgoing = addressing::routed(config, alert, Vec::new());
        CrashPoint::SingleAlertComposed.pass();
        made += usize::from(store.add_alert_once(outgoing, now, event).await?);
    }
    Ok(made)
}

fn unclosed_item(item: &Item, due_at: Option<Timestamp>) -> UnclosedItem {
    UnclosedItem {
        item_id: item.item_id.clone(),
        state: item.state,
        rule: item.rule.clone(),
        title: item.title.clone(),
        opened_at: item.opened_at,
        due_at,
        escalated_to: item.escalated_to.clone(),
        taken_by: item.taken_by.clone(),
        taken_at: item.taken_at,
        alerts: item.alerts.clone(),
    }
}

fn receivers_of(outgoing: &Outgoing) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for delivery in &outgoing.deliveries {
        if !names.contains(&delivery.receiver) {
            names.push(delivery.receiver.clone());
        }
    }
    names
}
