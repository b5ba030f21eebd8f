//! `/`: problems that need a person, the latest alerts, the sources and the receivers.

use axum::extract::RawQuery;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::domain::AlertKind;
use crate::store::{AlertQuery, OutboxCount, ReceiverState};
use crate::web::error::WebError;
use crate::web::headline::headline;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::status::SourceLine;
use crate::web::visit::Visit;
use crate::web::{Web, current_rows};
use crate::{schedule, stored_json};

/// Alerts on the page.
const LATEST_ALERTS: usize = 10;

/// A source from the configuration (its kind) and from the store. One of the two can be missing.
#[derive(Serialize)]
struct SourceRow {
    name: String,
    kind: Option<String>,
    /// Never in the past; `None` if the source is not configured or never due.
    next_check_at: Option<Timestamp>,
    recorded: Option<stored_json::SourceRow>,
}

/// A receiver from the configuration, with its deliveries in the outbox. A receiver that was
/// removed from the configuration is shown while it has any.
#[derive(Serialize)]
struct ReceiverRow {
    name: String,
    kind: Option<String>,
    operator: bool,
    pending: u64,
    dead: u64,
    state: Option<ReceiverState>,
}

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let now = web.state.clock.now();
        let sources = source_rows(&web).await?;
        let holds = web.state.store.holds(true).await?;
        let receivers = receiver_rows(&web).await?;
        let alerts = web
            .state
            .store
            .alerts(&AlertQuery {
                kinds: AlertKind::of_pages(),
                limit: Some(LATEST_ALERTS),
                ..AlertQuery::default()
            })
            .await?;
        let alerts: Vec<_> = alerts
            .iter()
            .map(|alert| {
                json!({
                    "alert_id": alert.alert_id,
                    "at": alert.created_at,
                    "type": alert.body.type_name(),
                    "text": headline(alert),
                })
            })
            .collect();
        let recorded = || sources.iter().filter_map(|row| row.recorded.as_ref());
        let stalled = web.state.status.stalled(now);
        Ok(json!({
            "checks": recorded().map(|source| source.checks).sum::<u64>(),
            "unchanged": recorded().map(|source| source.unchanged_checks).sum::<u64>(),
            "failing": recorded().filter(|source| source.failing_since.is_some()).count(),
            "dead": receivers.iter().map(|receiver| receiver.dead).sum::<u64>(),
            "stalled": stalled.iter().map(|(each, _)| each.as_str()).collect::<Vec<_>>(),
            "reload_error": web.state.status.reload_error(),
            "now": now,
            "sources": sources,
            "holds": holds,
            "receivers": receivers,
            "alerts": alerts,
        }))
    };
    reply(&web, "overview.html", context.await)
}

/// The configured sources, then those that are only in the store.
async fn source_rows(web: &Web) -> Result<Vec<SourceRow>, WebError> {
    let now = web.state.clock.now();
    let unchecked = |line: SourceLine| SourceRow {
        next_check_at: schedule::next_check(&line.schedule, None, None, now),
        name: line.name,
        kind: Some(line.kind),
        recorded: None,
    };
    let mut rows: Vec<SourceRow> = web.state.status.sources().into_iter().map(unchecked).collect();
    for recorded in current_rows::source_rows(web).await? {
        match rows.iter_mut().find(|row| row.name == recorded.source) {
            Some(row) => {
                (row.next_check_at, row.recorded) = (recorded.next_check_at, Some(recorded));
            }
            None => rows.push(SourceRow {
                name: recorded.source.clone(),
                kind: None,
                next_check_at: None,
                recorded: Some(recorded),
            }),
        }
    }
    Ok(rows)
}

/// The configured receivers, then those that only have deliveries in the outbox.
async fn receiver_rows(web: &Web) -> Result<Vec<ReceiverRow>, WebError> {
    let mut rows: Vec<ReceiverRow> = Vec::new();
    for line in web.state.status.receivers() {
        rows.push(ReceiverRow {
            kind: Some(line.kind),
            operator: line.operator,
            ..ReceiverRow::unknown(line.name)
        });
    }
    for OutboxCount { receiver, pending, dead, .. } in web.state.store.outbox_counts().await? {
        match rows.iter_mut().find(|row| row.name == receiver) {
            Some(row) => (row.pending, row.dead) = (pending, dead),
            None => rows.push(ReceiverRow { pending, dead, ..ReceiverRow::unknown(receiver) }),
        }
    }
    for state in web.state.store.receiver_states().await? {
        if let Some(row) = rows.iter_mut().find(|row| row.name == state.receiver) {
            row.state = Some(state);
        }
    }
    rows.retain(|row| row.kind.is_some() || row.pending + row.dead > 0);
    Ok(rows)
}

impl ReceiverRow {
    fn unknown(name: String) -> Self {
        Self { name, kind: None, operator: false, pending: 0, dead: 0, state: None }
    }
}
