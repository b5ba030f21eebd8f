//! `/alerts`: the alerts, newest first.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::AlertKind;
use crate::store::AlertQuery;
use crate::web::current_rows::alert_lines;
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Alerts on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::ALERTS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let query = AlertQuery {
            without_receivers: web.hidden_receivers().await.to_vec(),
            ..parameters.alerts(&web.state.settings.timezone, paging.size())?
        };
        let total = web.state.store.count_alerts(&query).await?;
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let query = AlertQuery { offset: Some(paging.offset(total)), ..query };
        let alerts = alert_lines(&web, &query).await?;
        let types: Vec<&str> = AlertKind::of_pages().iter().map(|kind| kind.as_str()).collect();
        let sources: Vec<String> =
            web.state.status.sources().into_iter().map(|line| line.name).collect();
        Ok(json!({
            "alerts": alerts,
            "types": types,
            "sources": sources,
            "filters": parameters,
            "paging": paging.shown(total, &parameters),
            "links": records::links("alerts", &parameters),
        }))
    };
    reply(&web, "alerts.html", context.await)
}
