//! Alerts operators once if no new document of a source came when it was expected (`expect_by`).
//!
//! The last new document identifies the alert. So a restart, and several daemons on one database,
//! make one alert, and there is another one only after a new document has come.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use tracing::warn;

use crate::config::{Config, Source};
use crate::domain::alert::{ExpectedDocument, SourceLagging};
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertBody, AlertId, Expectation, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::alerting::addressing;
use crate::store::{Result, Store};

/// Makes the alerts that are due.
pub async fn make_due(program: &Program) -> Result<()> {
    let wiring = program.wiring.load_full();
    let (config, now) = (&wiring.config, program.clock.now());
    let mut made = 0;
    for source in &config.sources {
        if let Some(expectation) = source.expectation {
            made += usize::from(alert_if_late(program, config, source, expectation, now).await?);
        }
    }
    if made > 0 {
        program.outbox.send_replace(());
    }
    Ok(())
}

async fn alert_if_late(
    program: &Program,
    config: &Config,
    source: &Source,
    expectation: Expectation,
    now: Timestamp,
) -> Result<bool> {
    let store: &Store = &program.store;
    let Some(last) = store.newest_document_at(&source.name).await? else { return Ok(false) };
    let zone = TimeZone::get(&source.timezone).unwrap_or(TimeZone::UTC);
    if expectation.overdue_at(last, &zone).is_none_or(|overdue_at| overdue_at > now) {
        return Ok(false);
    }
    let alert_id = AlertId::of(["no new document", &source.name, &last.to_string()]);
    if store.has_alert(&alert_id).await? {
        return Ok(false);
    }
    let expected = ExpectedDocument {
        by: expectation.by_text(),
        timezone: source.timezone.clone(),
        days: expectation.days,
        last_document_at: last,
    };
    let event = JournalEvent {
        kind: journal_kind::DOCUMENT_LATE.into(),
        data: json!({"source": source.name, "alert_id": alert_id, "expected": expected}),
    };
    warn!(
        source.name = source.name,
        last_document.at = %last,
        "{}: no new document has come when it was expected",
        source.name
    );
    let body = AlertBody::SourceLagging(SourceLagging {
        source: source.name.clone(),
        rule: None,
        missing: Vec::new(),
        expected: Some(expected),
        at: now,
    });
    let outgoing =
        addressing::routed(config, Alert { alert_id, created_at: now, body }, Vec::new());
    store.add_alert_once(outgoing, now, event).await
}
