//! JSON under `/api`, in the shapes of the reading commands: `{"changes": [objects]}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::domain::AlertId;
use crate::store::ChangeQuery;
use crate::stored_json::{ChangeRow, EntryRow};
use crate::web::change_page::{just_after, read_page};
use crate::web::error::WebError;
use crate::web::query::{self, Parameters};
use crate::web::{Web, current_rows};

/// Objects in an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;
/// Alerts in an answer if no `limit` is given. An alert can have thousands of changes.
const DEFAULT_ALERTS: usize = 100;
/// The largest `limit`.
const MAX_LIMIT: usize = 100_000;

/// `/api/changes`, newest first. `next_until` is present if there can be older changes; it is the
/// `until` of the next request. The changes of one check always come together, even if they exceed
/// the limit.
pub async fn changes(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::read(query.as_deref(), query::CHANGES)?;
        let limit = parameters.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
        let query = parameters.changes(&web.state.settings.timezone, limit)?;
        let mut page = read_page(&web.state.store, query.clone(), limit).await?;
        if let Some(at) = page.older_until.filter(|_| page.cut) {
            let check =
                ChangeQuery { since: Some(at), until: Some(just_after(at)), limit: None, ..query };
            page.changes = web.state.store.changes(&check).await?;
        }
        let changes = ChangeRow::of(&web.state.store, page.changes).await?;
        Ok(Json(match page.older_until {
            Some(until) => json!({ "changes": changes, "next_until": until }),
            None => json!({ "changes": changes }),
        }))
    };
    reply(answer.await)
}

/// `/api/entries`.
pub async fn entries(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::read(query.as_deref(), query::ENTRIES)?;
        let query = parameters
            .entries(&web.state.settings.timezone, parameters.limit(DEFAULT_LIMIT, MAX_LIMIT)?)?;
        let entries = web.state.store.entries(&query).await?;
        Ok(listed("entries", entries.into_iter().map(EntryRow::from).collect()))
    };
    reply(answer.await)
}

/// `/api/alerts`, newest first.
pub async fn alerts(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::read(query.as_deref(), query::ALERTS)?;
        let query = parameters
            .alerts(&web.state.settings.timezone, parameters.limit(DEFAULT_ALERTS, MAX_LIMIT)?)?;
        Ok(listed("alerts", web.state.store.alerts(&query).await?))
    };
    reply(answer.await)
}

/// `/api/alerts/{id}`.
pub async fn alert(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let alert = web.state.store.alert(&AlertId(id.clone())).await?;
        let alert = alert.filter(|alert| !alert.body.kind().is_about_watchlists());
        alert.map(Json).ok_or(WebError::NotFound { what: "alert", id })
    };
    reply(answer.await)
}

/// `/api/deliveries`, newest first.
pub async fn deliveries(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::read(query.as_deref(), query::DELIVERIES)?;
        let query = parameters.deliveries(parameters.limit(DEFAULT_LIMIT, MAX_LIMIT)?)?;
        let deliveries = web.state.store.deliveries(&query).await?;
        Ok(listed("deliveries", current_rows::delivery_rows(&web, deliveries).await?))
    };
    reply(answer.await)
}

/// `/api/holds`: all holds, or with `open=true` those that wait for a decision.
pub async fn holds(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::read(query.as_deref(), query::HOLDS)?;
        Ok(listed("holds", web.state.store.holds(parameters.open_only()?).await?))
    };
    reply(answer.await)
}

/// `/api/sources`.
pub async fn sources(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        Ok(listed("sources", current_rows::source_rows(&web).await?))
    };
    reply(answer.await)
}

fn listed<T: Serialize>(
    name: &'static str,
    objects: Vec<T>,
) -> Json<BTreeMap<&'static str, Vec<T>>> {
    Json(BTreeMap::from([(name, objects)]))
}

fn reply<T: IntoResponse>(answer: Result<T, WebError>) -> Response {
    answer.map_or_else(WebError::into_json, IntoResponse::into_response)
}
