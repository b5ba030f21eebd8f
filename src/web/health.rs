//! `/healthz`, `/readyz` and `/metrics`, for a supervisor and a monitoring system.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::metrics;
use crate::web::Web;
use crate::web::visit::Visit;

/// A database that takes longer than this to answer is not ready.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// `/healthz`: always 200.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `/readyz`: 200 `ready`, or 503 with a reason on each line. A daemon that stands by is ready too.
pub async fn ready(State(web): State<Web>) -> impl IntoResponse {
    let mut reasons = Vec::new();
    match tokio::time::timeout(PING_TIMEOUT, web.state.store.ping()).await {
        Ok(Ok(())) => {}
        // The error can contain the address of the database, so it goes to the log only.
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            reasons.push("the database does not answer".to_owned());
        }
        Err(_) => {
            reasons
                .push(format!("the database did not answer within {} s", PING_TIMEOUT.as_secs()));
        }
    }
    for (stalled, last_beat_at) in web.state.status.stalled(web.state.clock.now()) {
        reasons.push(format!("the {} loop has not run since {last_beat_at}", stalled.as_str()));
    }
    if reasons.is_empty() {
        let stands_by = web.state.store.is_shared() && !web.state.status.is_watching();
        let text = if stands_by { "ready; another daemon watches\n" } else { "ready\n" };
        (StatusCode::OK, text.to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n")
    }
}

/// The metrics without the lines of these receivers. If there are any, the counts of items are left
/// out too: a match may have opened an item.
fn without_receivers(text: &str, hidden: &[String]) -> String {
    if hidden.is_empty() {
        return text.to_owned();
    }
    let labels: Vec<String> = hidden.iter().map(|name| format!("receiver=\"{name}\"")).collect();
    let is_of_items = |line: &str| {
        let comment = line.strip_prefix("# HELP ").or(line.strip_prefix("# TYPE "));
        comment.unwrap_or(line).starts_with(metrics::ITEMS_UNCLOSED)
    };
    let is_shown = |line: &&str| {
        !is_of_items(line) && !labels.iter().any(|label| line.contains(label.as_str()))
    };
    text.split_inclusive('\n').filter(is_shown).collect()
}

/// `/metrics` in the Prometheus text format, version 0.0.4. If the database does not answer, the
/// counts of waiting deliveries keep their last values.
pub async fn scrape(web: Visit) -> impl IntoResponse {
    let receivers: Vec<String> =
        web.state.status.receivers().iter().map(|receiver| receiver.name.clone()).collect();
    let sources: Vec<String> =
        web.state.status.sources().iter().map(|source| source.name.clone()).collect();
    let refresh = async {
        if web.state.store.is_shared() {
            // Another daemon may check the sources.
            metrics::refresh_sources(&web.state.store, &sources).await?;
        }
        metrics::refresh_pending(&web.state.store, &receivers).await
    };
    // Both at once, so that a database that does not answer delays the metrics once.
    let refresh = tokio::time::timeout(PING_TIMEOUT, refresh);
    let (refreshed, hidden) = tokio::join!(refresh, web.hidden_receivers());
    match refreshed {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "failed to count the waiting deliveries for the metrics");
        }
        Err(_) => tracing::warn!(
            "failed to count the waiting deliveries for the metrics within {} s",
            PING_TIMEOUT.as_secs()
        ),
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        without_receivers(&web.state.metrics.render(), hidden),
    )
}
