//! `/healthz`, `/readyz` and `/metrics`: what a supervisor and a monitoring system ask.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::metrics;
use crate::web::Web;

/// A database that takes longer than this to say that it is there is not ready.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// 200 as long as the process answers at all.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 `ready`, or 503 with a reason on each line.
pub async fn ready(State(web): State<Web>) -> impl IntoResponse {
    let mut reasons = Vec::new();
    match tokio::time::timeout(PING_TIMEOUT, web.state.store.ping()).await {
        Ok(Ok(())) => {}
        // The error may name the database's address: it is for the log.
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            reasons.push("the database does not answer".to_owned());
        }
        Err(_) => {
            reasons.push(format!("the database did not answer within {} s", PING_TIMEOUT.as_secs()))
        }
    }
    for (stalled, last_beat_at) in web.state.status.stalled(web.state.clock.now()) {
        reasons.push(format!(
            "the {} loop has given no sign of life since {last_beat_at}",
            stalled.as_str()
        ));
    }
    if reasons.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n")
    }
}

/// The Prometheus text format, version 0.0.4. Where the database does not answer, what waits is
/// shown as it was.
pub async fn scrape(State(web): State<Web>) -> impl IntoResponse {
    let receivers: Vec<String> =
        web.state.status.receivers().iter().map(|receiver| receiver.name.clone()).collect();
    match tokio::time::timeout(PING_TIMEOUT, metrics::waiting(web.state.store.as_ref(), &receivers))
        .await
    {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "what waits could not be counted for the metrics"),
        Err(_) => tracing::warn!(
            "what waits could not be counted for the metrics within {} s",
            PING_TIMEOUT.as_secs()
        ),
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        web.state.metrics.render(),
    )
}
