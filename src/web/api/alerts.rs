//! `/api/alerts` and `/api/alerts/{id}`.

use axum::Json;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};

use super::asked::{answer, answer_up_to};
use crate::domain::AlertId;
use crate::store::AlertQuery;
use crate::web::current_rows::shown_alert;
use crate::web::error::WebError;
use crate::web::format::Format;
use crate::web::query;
use crate::web::visit::Visit;

/// Alerts in an answer if no `limit` is given. An alert can have thousands of changes.
const DEFAULT_LIMIT: usize = 100;

/// Newest first.
pub async fn list(web: Visit, RawQuery(query): RawQuery) -> Response {
    answer_up_to(DEFAULT_LIMIT, query, query::ALERTS, |asked| async move {
        let (store, paging) = (&web.state.store, asked.paging);
        let query = asked.parameters.alerts(&web.state.settings.timezone, paging.size())?;
        let query = AlertQuery {
            offset: Some(paging.start()),
            without_receivers: web.hidden_receivers().await.to_vec(),
            ..query
        };
        let total = usize::try_from(store.count_alerts(&query).await?).unwrap_or(usize::MAX);
        asked.page("alerts", &store.alerts(&query).await?, total)
    })
    .await
}

/// One alert. In JSON it is the answer itself.
pub async fn one(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let alert = shown_alert(&web, &AlertId(id.clone())).await?;
        let alert = alert.ok_or(WebError::NotFound { what: "alert", id })?;
        match asked.format {
            Format::Json => Ok(Json(alert).into_response()),
            Format::Jsonl | Format::Csv => asked.all("alerts", &[alert]),
        }
    })
    .await
}
