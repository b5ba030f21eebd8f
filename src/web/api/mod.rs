//! Rows for programs under `/api`, in the shapes of the reading commands: `{"changes": [objects]}`, or
//! with `format` as JSON Lines or CSV.

pub mod changes;
pub mod difference;
pub mod entries;
pub mod pictures;
pub mod rules;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};

use crate::domain::AlertId;
use crate::web::error::WebError;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};
use crate::web::{Web, current_rows};

/// Objects in an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;
/// Alerts in an answer if no `limit` is given. An alert can have thousands of changes.
const DEFAULT_ALERTS: usize = 100;

/// `/api/alerts`, newest first.
pub async fn alerts(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::ALERTS)?;
        let query = parameters
            .alerts(&web.state.settings.timezone, parameters.limit(DEFAULT_ALERTS, MOST_ROWS)?)?;
        records::answer(format, "alerts", &web.state.store.alerts(&query).await?)
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
        let (parameters, format) =
            Parameters::read_with_format(query.as_deref(), query::DELIVERIES)?;
        let query = parameters.deliveries(parameters.limit(DEFAULT_LIMIT, MOST_ROWS)?)?;
        let deliveries = web.state.store.deliveries(&query).await?;
        let rows = current_rows::delivery_rows(&web, deliveries).await?;
        records::answer(format, "deliveries", &rows)
    };
    reply(answer.await)
}

/// `/api/holds`: all holds, or with `open=true` those that wait for a decision.
pub async fn holds(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::HOLDS)?;
        records::answer(format, "holds", &web.state.store.holds(parameters.open_only()?).await?)
    };
    reply(answer.await)
}

/// `/api/sources`.
pub async fn sources(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "sources", &current_rows::source_rows(&web).await?)
    };
    reply(answer.await)
}

fn reply<T: IntoResponse>(answer: Result<T, WebError>) -> Response {
    answer.map_or_else(WebError::into_json, IntoResponse::into_response)
}
