//! Stored sources and deliveries, with what is true of them now: the configuration and the clock
//! decide when each is next due.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{Alert, AlertId, AlertKind, Delivery, DeliveryId, HoldState, Item};
use crate::store::{AlertLine, AlertQuery, ReceiverState, Result};
use crate::stored_json::{
    CheckDayRow, DeliveryRow, HoldRow, ItemRow, MatchRow, ReceiverRow, SourceRow, WatchlistRow,
    holds_of_files, watchlist_rows,
};
use crate::web::alert_titles::AlertTitle;
use crate::web::query::ItemStates;
use crate::web::visit::Visit;
use crate::web::{Web, check_calendar};

/// One alert in a list of alerts.
#[derive(Serialize)]
pub struct ShownAlert {
    alert_id: AlertId,
    at: Timestamp,
    r#type: String,
    title: String,
    /// The first names in it.
    names: String,
}

/// The alerts that match, with their titles.
pub async fn alert_lines(web: &Web, query: &AlertQuery) -> Result<Vec<ShownAlert>> {
    shown_alerts(web, web.state.store.alert_lines(query).await?).await
}

/// Alerts with their titles and the first names in them.
pub async fn shown_alerts(web: &Web, lines: Vec<AlertLine>) -> Result<Vec<ShownAlert>> {
    let ids = lines.iter().map(|line| &line.alert_id);
    let mut titles = web.titles.with_names(&web.state, ids).await?;
    let mut shown = |line: AlertLine| {
        let AlertTitle { title, names } = titles.remove(&line.alert_id).unwrap_or_default();
        ShownAlert {
            alert_id: line.alert_id,
            at: line.created_at,
            r#type: line.r#type,
            title,
            names,
        }
    };
    Ok(lines.into_iter().map(&mut shown).collect())
}

/// The first names in the first alert of each item, by the id of the item.
pub async fn names_in_items(web: &Web, items: &[ItemRow]) -> Result<BTreeMap<String, String>> {
    let first = |item: &ItemRow| Some((item.item_id.to_string(), item.alerts.first()?.clone()));
    let firsts: Vec<(String, AlertId)> = items.iter().filter_map(first).collect();
    let titles = web.titles.with_names(&web.state, firsts.iter().map(|(_, id)| id)).await?;
    let names = |(item, alert): (String, AlertId)| Some((item, titles.get(&alert)?.names.clone()));
    Ok(firsts.into_iter().filter_map(names).collect())
}

/// A delivery, if the pages show its alert.
pub async fn shown_delivery(web: &Visit, id: &DeliveryId) -> Result<Option<Delivery>> {
    let Some(delivery) = web.state.store.delivery(id).await? else { return Ok(None) };
    let is_hidden = web.hidden_receivers().await.contains(&delivery.receiver);
    let is_shown = !is_hidden && shown_alert(web, &delivery.alert_id).await?.is_some();
    Ok(is_shown.then_some(delivery))
}

/// An alert that this visitor is shown. Those about counterparty files have no page.
pub async fn shown_alert(web: &Visit, id: &AlertId) -> Result<Option<Alert>> {
    let Some(alert) = web.state.store.alert(id).await? else { return Ok(None) };
    let (kind, hidden) = (alert.body.kind(), web.hidden_receivers().await);
    if kind.is_about_watchlists() {
        return Ok(None);
    }
    if hidden.is_empty() || !AlertKind::MADE_FOR_SOME.contains(&kind) {
        return Ok(Some(alert));
    }
    let deliveries = web.state.store.deliveries_of(id).await?;
    let is_shown = deliveries.iter().any(|delivery| !hidden.contains(&delivery.receiver));
    Ok(is_shown.then_some(alert))
}

/// Deliveries with the title of their alert and when each is tried next.
pub async fn delivery_rows(web: &Web, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryRow>> {
    let (states, now) = (web.state.store.receiver_states().await?, web.state.clock.now());
    let receivers = web.state.status.receivers();
    let configured: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let ids = deliveries.iter().map(|delivery| &delivery.alert_id);
    let titles = web.titles.of(&web.state, ids).await?;
    Ok(deliveries
        .into_iter()
        .map(|delivery| {
            let title = titles.get(&delivery.alert_id).cloned().unwrap_or_default();
            DeliveryRow::new(delivery, title, &states, &configured, now)
        })
        .collect())
}

/// The configured receivers, then those that only have deliveries in the outbox.
pub async fn receiver_rows(web: &Visit) -> Result<Vec<ReceiverRow>> {
    let (states, outbox) =
        (web.state.store.receiver_states().await?, web.state.store.outbox_counts().await?);
    let lines = web.state.status.receivers();
    let row = |name: &str, kind: Option<&str>, operator: bool| {
        let unknown = || ReceiverState { receiver: name.to_owned(), ..ReceiverState::default() };
        let state = states.iter().find(|state| state.receiver == name);
        let count = outbox.iter().find(|count| count.receiver == name);
        let state = state.cloned().unwrap_or_else(unknown);
        ReceiverRow::new(kind, operator, state, count, web.state.clock.now())
    };
    let mut rows: Vec<ReceiverRow> =
        lines.iter().map(|line| row(&line.name, Some(&line.kind), line.operator)).collect();
    for count in outbox.iter().filter(|count| count.pending + count.dead > 0) {
        if !lines.iter().any(|line| line.name == count.receiver) {
            rows.push(row(&count.receiver, None, false));
        }
    }
    let hidden = web.hidden_receivers().await;
    rows.retain(|row| !hidden.contains(&row.state.receiver));
    Ok(rows)
}

/// The days of the calendar of checks.
pub async fn check_days(web: &Web) -> Result<Vec<CheckDayRow>> {
    let zone = &web.state.settings.timezone;
    let today = web.state.clock.now().to_zoned(zone.clone()).date();
    CheckDayRow::of(&web.state.store, check_calendar::first_day(today), today, zone).await
}

/// The receivers in the configuration.
pub fn receiver_names(web: &Web) -> Vec<String> {
    web.state.status.receivers().into_iter().map(|receiver| receiver.name).collect()
}

/// The items in these states, or in all, of a receiver, or of all. Those that are not closed come
/// first.
pub async fn items(web: &Visit, states: ItemStates, receiver: &str) -> Result<Vec<Item>> {
    let store = &web.state.store;
    let mut items = match states {
        ItemStates::All => store.items(None).await?,
        ItemStates::Unclosed => store.unclosed_items().await?,
        ItemStates::One(state) => store.items(Some(state)).await?,
    };
    web.retain_shown(&mut items).await;
    if !receiver.is_empty() {
        items.retain(|item| item.receivers().iter().any(|name| name == receiver));
    }
    Ok(items)
}

/// Items with the time by which somebody must acknowledge each.
pub async fn item_rows(web: &Visit, items: Vec<Item>) -> Result<Vec<ItemRow>> {
    let hidden = web.hidden_receivers().await;
    let mut rows: Vec<ItemRow> = Vec::with_capacity(items.len());
    for item in items {
        rows.push(ItemRow::of(&web.state.store, item, &web.state.settings.timezone).await?);
    }
    for row in &mut rows {
        row.receivers.retain(|name| !hidden.contains(name));
        row.escalated_to.retain(|name| !hidden.contains(name));
    }
    Ok(rows)
}

/// The counterparty files of the configuration. Only for people who are signed in.
pub async fn watchlists(web: &Web) -> Result<Vec<WatchlistRow>> {
    let configured = web.state.status.watchlists();
    watchlist_rows(&web.state.store, &configured, web.state.clock.now()).await
}

/// The strong matches in these alerts that a person must decide. Only for people who are signed in.
pub async fn undecided_in(web: &Web, alerts: &[AlertId]) -> Result<Vec<MatchRow>> {
    let mut rows = Vec::new();
    for id in web.state.store.undecided_in(alerts).await? {
        rows.extend(web.state.store.match_record(&id).await?.map(MatchRow::from));
    }
    Ok(rows)
}

/// The open holds first, oldest first. Then the others, the newest first. Those of counterparty
/// files are only for people who are signed in.
pub async fn holds(web: &Visit, open_only: bool) -> Result<Vec<HoldRow>> {
    let store = &web.state.store;
    let mut holds: Vec<HoldRow> =
        store.holds(open_only).await?.into_iter().map(HoldRow::from).collect();
    if web.is_signed_in() {
        holds.extend(holds_of_files(store, open_only).await?);
    }
    holds.sort_by_key(|hold| hold.opened_at);
    let (mut open, decided): (Vec<HoldRow>, Vec<HoldRow>) =
        holds.into_iter().partition(|hold| hold.state == HoldState::Open);
    open.extend(decided.into_iter().rev());
    Ok(open)
}

/// The hold of a counterparty file with this id, for a person who is signed in.
pub async fn file_hold(web: &Visit, id: &str) -> Result<Option<HoldRow>> {
    if !web.is_signed_in() {
        return Ok(None);
    }
    let holds = holds_of_files(&web.state.store, false).await?;
    Ok(holds.into_iter().find(|hold| hold.hold_id.as_str() == id))
}

/// All sources that were ever checked, with their lists and when each is checked next.
pub async fn source_rows(web: &Web) -> Result<Vec<SourceRow>> {
    let (store, now) = (&web.state.store, web.state.clock.now());
    let (holds, configured) = (store.holds(true).await?, web.state.status.sources());
    let sections = store.current_sections(None).await?;
    let mut rows = Vec::new();
    for state in store.source_states().await? {
        let lists = store.list_states(&state.source).await?;
        let schedule = configured
            .iter()
            .find(|source| source.name == state.source)
            .map(|source| &source.schedule);
        let row = SourceRow::new(state, lists, &holds, schedule, now);
        rows.push(row.with_sections(&sections, &holds));
    }
    Ok(rows)
}
