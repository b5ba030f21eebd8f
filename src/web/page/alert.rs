//! `/alerts/{id}`: the whole message of an alert, its changes a page at a time, and the state of
//! its deliveries.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::alert::NoticeStatus;
use crate::domain::{Alert, AlertBody, AlertId, ItemId};
use crate::store::{DeliveryQuery, MatchListQuery};
use crate::web::Web;
use crate::web::current_rows::{delivery_rows, item_rows, shown_alert};
use crate::web::error::WebError;
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Changes on a page if no `limit` is given. Each is shown whole, so that 25 of them, with the
/// names of the others, are less than 200 KB.
const DEFAULT_LIMIT: usize = 25;
/// The most changes whose names are all on the page.
const NAMED: usize = 500;
/// Deliveries on the page. The list of deliveries has the rest.
const DELIVERIES: usize = 50;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PAGES)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let alert = shown_alert(&web, &AlertId(id.clone())).await?;
        let alert = alert.ok_or(WebError::NotFound { what: "alert", id })?;
        shown(&web, alert, &parameters, paging).await
    };
    reply(&web, "alert.html", context.await)
}

async fn shown(
    web: &Visit,
    alert: Alert,
    parameters: &Parameters,
    paging: Paging,
) -> Result<Value, WebError> {
    let store = &web.state.store;
    let deliveries = DeliveryQuery {
        alert: Some(alert.alert_id.clone()),
        without_receivers: web.hidden_receivers().await.to_vec(),
        limit: Some(DELIVERIES),
        ..DeliveryQuery::default()
    };
    let total = store.count_deliveries(&deliveries).await?;
    let deliveries = delivery_rows(web, store.deliveries(&deliveries).await?).await?;
    let item = web.shown_item(store.item_of_alert(&alert.alert_id).await?).await;
    let item = item_rows(web, item.into_iter().collect()).await?.pop();
    let changes = alert.body.all_changes();
    let links = records::links(&format!("alerts/{}", alert.alert_id), &Parameters::default());
    let words = web.state.words.of(&alert);
    Ok(json!({
        "title": words.get("title"),
        "words": words,
        "changes": paging.of(&changes),
        "changes_title": changes_title(&alert),
        "paging": paging.shown(changes.len(), parameters),
        "names_all": (DEFAULT_LIMIT..=NAMED).contains(&changes.len()),
        "digested": digested(web, &alert).await?,
        "item": item,
        "matches": matches(web, &alert).await?,
        "item_ids": item_ids(&alert),
        "more_deliveries": total.saturating_sub(deliveries.len().try_into().unwrap_or(u64::MAX)),
        "deliveries": deliveries,
        "links": links,
        "now": web.state.clock.now(),
        "alert": without_changes(&alert),
    }))
}

fn changes_title(alert: &Alert) -> &'static str {
    match alert.body.rule_notice().map(|notice| notice.status) {
        Some(NoticeStatus::Withdrawn) => "What it would have changed",
        Some(_) => "What the rule orders",
        None => "Changes",
    }
}

/// The alerts in a digest, each with its title.
async fn digested(web: &Web, alert: &Alert) -> Result<Vec<(AlertId, String)>, WebError> {
    let Some(digest) = alert.body.digest() else { return Ok(Vec::new()) };
    // Each of them was recorded before the digest was made.
    let ids = || digest.alerts.iter().map(|digested| digested.alert_id());
    let titles = web.titles.of(&web.state, ids()).await?;
    Ok(ids().filter_map(|id| Some((id.clone(), titles.get(id)?.clone()))).collect())
}

/// How many counterparties any receiver is shown with the alert. Zero for a person who is not
/// signed in.
async fn matches(web: &Visit, alert: &Alert) -> Result<usize, WebError> {
    if !web.is_signed_in() {
        return Ok(0);
    }
    let alert = Some(alert.alert_id.clone());
    let query = MatchListQuery { alert, with_ended: true, ..MatchListQuery::default() };
    Ok(web.state.store.match_numbers(&query).await?.len())
}

/// The items that the alert is about.
fn item_ids(alert: &Alert) -> Vec<ItemId> {
    match &alert.body {
        AlertBody::AlertEscalated(data) => vec![data.item_id.clone()],
        AlertBody::ItemsOpen(data) => data.items.iter().map(|item| item.item_id.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The alert for the template, without the changes, of which there may be thousands.
fn without_changes(alert: &Alert) -> Value {
    let mut value = json!(alert);
    // The words of a regulation's text stay.
    if alert.body.all_changes().is_empty() {
        return value;
    }
    if let Some(data) = value.get_mut("data").and_then(Value::as_object_mut) {
        for key in ["changes", "alerts"] {
            data.remove(key);
        }
    }
    value
}
