//! `/api/alerts` and `/api/alerts/{id}`.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};

use super::reply;
use crate::domain::AlertId;
use crate::store::AlertQuery;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::format::Format;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};

/// Alerts in an answer if no `limit` is given. An alert can have thousands of changes.
const DEFAULT_LIMIT: usize = 100;

/// Newest first.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::ALERTS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let query = parameters.alerts(&web.state.settings.timezone, paging.size())?;
        let query = AlertQuery { offset: Some(paging.start()), ..query };
        records::answer(format, "alerts", &web.state.store.alerts(&query).await?)
    };
    reply(answer.await)
}

/// One alert. In JSON it is the answer itself.
pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        let alert = web.state.store.alert(&AlertId(id.clone())).await?;
        let alert = alert.filter(|alert| !alert.body.kind().is_about_watchlists());
        let alert = alert.ok_or(WebError::NotFound { what: "alert", id })?;
        match format {
            Format::Json => Ok(Json(alert).into_response()),
            Format::Jsonl | Format::Csv => records::answer(format, "alerts", &[alert]),
        }
    };
    reply(answer.await)
}
