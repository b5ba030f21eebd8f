//! JSON below `/api`: the shapes of the reading commands, `{"changes": [objects]}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::domain::{AlertId, Delivery};
use crate::store::ChangeQuery;
use crate::stored_json::{ChangeRow, DeliveryRow, EntryRow, SourceRow};
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::page::changes::{just_after, page_of};
use crate::web::query::{
    Asked, {self},
};

/// Where no `limit` is asked, and the most that can be.
const LIMIT: usize = 1_000;
const MOST: usize = 100_000;

/// Newest first. `next_until` is given where there may be older ones: ask again with it as `until`.
/// An observation is never parted: one that is over the limit by itself comes whole.
pub async fn changes(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        let asked = Asked::read(asked.as_deref(), query::CHANGES)?;
        let limit = asked.limit(LIMIT, MOST)?;
        let query = asked.changes(&web.state.settings.timezone, limit)?;
        let mut page = page_of(&web, query.clone()).await?;
        if let Some(at) = page.older_until.filter(|_| page.cut) {
            let whole =
                ChangeQuery { since: Some(at), until: Some(just_after(at)), limit: None, ..query };
            page.changes = web.state.store.changes(&whole).await?;
        }
        let changes = ChangeRow::of(web.state.store.as_ref(), page.changes).await?;
        Ok(Json(match page.older_until {
            Some(until) => json!({ "changes": changes, "next_until": until }),
            None => json!({ "changes": changes }),
        }))
    };
    reply(answer.await)
}

pub async fn entries(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        let asked = Asked::read(asked.as_deref(), query::ENTRIES)?;
        let query = asked.entries(&web.state.settings.timezone, asked.limit(LIMIT, MOST)?)?;
        let entries = web.state.store.entries(&query).await?;
        Ok(listed("entries", entries.into_iter().map(EntryRow::from).collect()))
    };
    reply(answer.await)
}

/// Newest first.
pub async fn alerts(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        let asked = Asked::read(asked.as_deref(), query::ALERTS)?;
        let query = asked.alerts(&web.state.settings.timezone, asked.limit(100, MOST)?)?;
        Ok(listed("alerts", web.state.store.alerts(&query).await?))
    };
    reply(answer.await)
}

pub async fn alert(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
) -> Response {
    let answer = async {
        Asked::read(asked.as_deref(), query::NONE)?;
        let alert = web.state.store.alert(&AlertId(id.clone())).await?;
        alert.map(Json).ok_or(WebError::Unknown { what: "alert", id })
    };
    reply(answer.await)
}

/// Newest first.
pub async fn deliveries(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        let asked = Asked::read(asked.as_deref(), query::DELIVERIES)?;
        let query = asked.deliveries(asked.limit(LIMIT, MOST)?)?;
        let deliveries = web.state.store.deliveries(&query).await?;
        Ok(listed("deliveries", delivery_rows(&web, deliveries).await?))
    };
    reply(answer.await)
}

/// All holds; with `open=true` those that wait for a decision.
pub async fn holds(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        let asked = Asked::read(asked.as_deref(), query::HOLDS)?;
        Ok(listed("holds", web.state.store.holds(asked.open_only()?).await?))
    };
    reply(answer.await)
}

pub async fn sources(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let answer = async {
        Asked::read(asked.as_deref(), query::NONE)?;
        let now = web.state.clock.now();
        let (mut sources, holds, lines) =
            (Vec::new(), web.state.store.holds(true).await?, web.state.status.sources());
        for state in web.state.store.source_states().await? {
            let lists = web.state.store.list_states(&state.source).await?;
            let line = lines.iter().find(|line| line.name == state.source);
            sources.push(SourceRow::new(
                state,
                lists,
                &holds,
                line.map(|line| &line.schedule),
                now,
            ));
        }
        Ok(listed("sources", sources))
    };
    reply(answer.await)
}

/// Deliveries with what is true of them now.
pub async fn delivery_rows(
    web: &Web,
    deliveries: Vec<Delivery>,
) -> Result<Vec<DeliveryRow>, WebError> {
    let (states, now) = (web.state.store.receiver_states().await?, web.state.clock.now());
    let receivers = web.state.status.receivers();
    let configured: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    Ok(deliveries
        .into_iter()
        .map(|delivery| DeliveryRow::new(delivery, &states, &configured, now))
        .collect())
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
