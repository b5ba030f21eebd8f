//! Alerts operators that a configuration was refused at a reload. The receivers are those of the
//! configuration that stays in effect.

use std::path::Path;

use serde_json::json;

use crate::domain::alert::ConfigRejected;
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertBody, AlertId, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::store::Result;

/// Puts the alert into the outbox, once for each content of the file and what is wrong with it.
/// `error` names every mistake, without secrets. Returns whether it was the first time.
pub async fn alert(program: &Program, path: &Path, error: &str) -> Result<bool> {
    let wiring = program.wiring.load_full();
    let now = program.clock.now();
    let path = path.display().to_string();
    let content = std::fs::read(&path).unwrap_or_default();
    let hash = crate::domain::Sha256::of(&content);
    let alert_id = AlertId::of(["config.rejected", hash.as_str(), error]);
    let event = JournalEvent {
        kind: journal_kind::CONFIG_REJECTED.into(),
        data: json!({"alert_id": alert_id, "path": path, "error": error}),
    };
    let data = ConfigRejected { path, error: error.to_owned(), at: now };
    let alert = Alert { alert_id, created_at: now, body: AlertBody::ConfigRejected(data) };
    let outgoing = addressing::routed(&wiring.config, alert, Vec::new());
    let is_first = program.store.add_alert_once(outgoing, now, event).await?;
    if is_first {
        program.outbox.send_replace(());
    }
    Ok(is_first)
}
