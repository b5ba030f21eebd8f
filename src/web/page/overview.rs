//! `/`: is it well, what was last, what waits for a person.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::reply;
use crate::record::{AlertQuery, OutboxCount, ReceiverState};
use crate::rows;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::feed::headline;
use crate::web::status::SourceLine;

const LATEST_ALERTS: usize = 10;

/// A source as it is configured, and as it is recorded; one of the two may be missing.
#[derive(Serialize)]
struct SourceRow {
    name: String,
    configured: Option<SourceLine>,
    recorded: Option<rows::SourceRow>,
}

/// A receiver as it is configured, and what waits for it; what waits for one that was taken out is shown too.
#[derive(Serialize)]
struct ReceiverRow {
    name: String,
    kind: Option<String>,
    operator: bool,
    pending: u64,
    dead: u64,
    state: Option<ReceiverState>,
}

pub async fn show(State(web): State<Web>) -> Response {
    let context = async {
        let sources = source_rows(&web).await?;
        let holds = web.state.store.holds(true).await?;
        let receivers = receiver_rows(&web).await?;
        let alerts = web.state.store.alerts(&AlertQuery { limit: Some(LATEST_ALERTS), ..AlertQuery::default() }).await?;
        let alerts: Vec<_> = alerts
            .iter()
            .map(|alert| json!({ "alert_id": alert.alert_id, "at": alert.created_at, "type": alert.body.type_name(), "text": headline(alert) }))
            .collect();
        let recorded = || sources.iter().filter_map(|row| row.recorded.as_ref());
        Ok(
            json!({ "checks": recorded().map(|source| source.checks).sum::<u64>(), "unchanged": recorded().map(|source| source.unchanged_checks).sum::<u64>(), "failing": recorded().filter(|source| source.failing_since.is_some()).count(), "dead": receivers.iter().map(|receiver| receiver.dead).sum::<u64>(), "stalled": web.state.status.stalled(web.state.clock.now()).iter().map(|(each, _)| each.as_str()).collect::<Vec<_>>(), "reload_error": web.state.status.reload_error(), "now": web.state.clock.now(), "sources": sources, "holds": holds, "receivers": receivers, "alerts": alerts }),
        )
    };
    reply(&web, "overview.html", context.await)
}

async fn source_rows(web: &Web) -> Result<Vec<SourceRow>, WebError> {
    let row = |line: SourceLine| SourceRow { name: line.name.clone(), configured: Some(line), recorded: None };
    let mut rows: Vec<SourceRow> = web.state.status.sources().into_iter().map(row).collect();
    let holds = web.state.store.holds(true).await?;
    for state in web.state.store.source_states().await? {
        let lists = web.state.store.list_states(&state.source).await?;
        let name = state.source.clone();
        let line = rows.iter().find(|row| row.name == name).and_then(|row| row.configured.as_ref());
        let recorded = Some(rows::SourceRow::new(state, lists, &holds, line.is_some(), line.and_then(|line| line.next_due_at)));
        match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.recorded = recorded,
            None => rows.push(SourceRow { name, configured: None, recorded }),
        }
    }
    Ok(rows)
}

async fn receiver_rows(web: &Web) -> Result<Vec<ReceiverRow>, WebError> {
    let mut rows: Vec<ReceiverRow> = Vec::new();
    for line in web.state.status.receivers() {
        rows.push(ReceiverRow { kind: Some(line.kind), operator: line.operator, ..ReceiverRow::unknown(line.name) });
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
