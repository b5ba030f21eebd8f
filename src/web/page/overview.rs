//! `/`: is it well, what was last, what waits for a person.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::store::{AlertQuery, OutboxCount, ReceiverState};
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::feed::headline;
use crate::web::page::reply;
use crate::web::query::{
    Asked, {self},
};
use crate::web::status::SourceLine;
use crate::{schedule, stored_json};

const LATEST_ALERTS: usize = 10;

/// A source as it is configured (its kind), and as it is recorded; one of the two may be missing.
#[derive(Serialize)]
struct SourceRow {
    name: String,
    kind: Option<String>,
    /// None where it is not configured, or never due; never in the past.
    next_check_at: Option<Timestamp>,
    recorded: Option<stored_json::SourceRow>,
}

/// A receiver as it is configured, and what waits for it; what waits for one that was taken out is
/// shown too.
#[derive(Serialize)]
struct ReceiverRow {
    name: String,
    kind: Option<String>,
    operator: bool,
    pending: u64,
    dead: u64,
    state: Option<ReceiverState>,
}

pub async fn show(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let context = async {
        Asked::read(asked.as_deref(), query::NONE)?;
        let now = web.state.clock.now();
        let sources = source_rows(&web).await?;
        let holds = web.state.store.holds(true).await?;
        let receivers = receiver_rows(&web).await?;
        let alerts = web
            .state
            .store
            .alerts(&AlertQuery { limit: Some(LATEST_ALERTS), ..AlertQuery::default() })
            .await?;
        let alerts: Vec<_> = alerts
            .iter()
            .map(|alert| json!({ "alert_id": alert.alert_id, "at": alert.created_at, "type": alert.body.type_name(), "text": headline(alert) }))
            .collect();
        let recorded = || sources.iter().filter_map(|row| row.recorded.as_ref());
        Ok(
            json!({ "checks": recorded().map(|source| source.checks).sum::<u64>(), "unchanged": recorded().map(|source| source.unchanged_checks).sum::<u64>(), "failing": recorded().filter(|source| source.failing_since.is_some()).count(), "dead": receivers.iter().map(|receiver| receiver.dead).sum::<u64>(), "stalled": web.state.status.stalled(now).iter().map(|(each, _)| each.as_str()).collect::<Vec<_>>(), "reload_error": web.state.status.reload_error(), "now": now, "sources": sources, "holds": holds, "receivers": receivers, "alerts": alerts }),
        )
    };
    reply(&web, "overview.html", context.await)
}

async fn source_rows(web: &Web) -> Result<Vec<SourceRow>, WebError> {
    let (lines, holds, now) =
        (web.state.status.sources(), web.state.store.holds(true).await?, web.state.clock.now());
    let row = |line: &SourceLine| SourceRow {
        name: line.name.clone(),
        kind: Some(line.kind.clone()),
        next_check_at: schedule::next_check(&line.schedule, None, None, now),
        recorded: None,
    };
    let mut rows: Vec<SourceRow> = lines.iter().map(row).collect();
    for state in web.state.store.source_states().await? {
        let lists = web.state.store.list_states(&state.source).await?;
        let name = state.source.clone();
        let line = lines.iter().find(|line| line.name == name);
        let recorded =
            stored_json::SourceRow::new(state, lists, &holds, line.map(|line| &line.schedule), now);
        match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => {
                (row.next_check_at, row.recorded) = (recorded.next_check_at, Some(recorded))
            }
            None => rows.push(SourceRow {
                name,
                kind: None,
                next_check_at: None,
                recorded: Some(recorded),
            }),
        }
    }
    Ok(rows)
}

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
