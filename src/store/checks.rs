//! Recording one check of a source: everything that it found, in one transaction.

use crate::crash_point::CrashPoint;
use crate::domain::Sha256;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::{
    Check, CheckRecord, Result, Store, changes, documents, holds, items, journal, lease, lists,
    matches, outbox, rules, sections, sources,
};

impl Store {
    /// Writes what one check (or one decision on a hold) found, in one transaction.
    ///
    /// Alerts, deliveries and (within a source) changes whose ids are already stored are left as
    /// they are.
    ///
    /// # Errors
    /// [`StoreError::Stale`](crate::store::StoreError::Stale) if a row to close is not current any
    /// more, and [`StoreError::LeaseLost`](crate::store::StoreError::LeaseLost) if another instance
    /// has taken over; then nothing is written.
    pub async fn record(&self, record: CheckRecord) -> Result<()> {
        const ACTION: &str = "record a check";
        let mut tx = self.pools.begin(ACTION).await?;
        CrashPoint::RecordBegun.pass();
        lease::check(&mut tx, &record.fence).await?;
        for document in record.document.into_iter().chain(record.texts) {
            documents::write(&mut tx, document).await?;
        }
        CrashPoint::DocumentsWritten.pass();
        for update in record.lists {
            lists::update(&mut tx, update, record.at).await?;
        }
        CrashPoint::ListsWritten.pass();
        outbox::enqueue(&mut tx, &record.alerts).await?;
        CrashPoint::AlertsQueued.pass();
        changes::write(&mut tx, &record.changes, false).await?;
        CrashPoint::ChangesWritten.pass();
        for hold in &record.holds {
            holds::write(&mut tx, hold).await?;
        }
        CrashPoint::HoldsWritten.pass();
        for rule in &record.rules {
            rules::write(&mut tx, rule).await?;
        }
        CrashPoint::RulesWritten.pass();
        for section in &record.sections {
            sections::write(&mut tx, section).await?;
        }
        CrashPoint::SectionsWritten.pass();
        if let Some(source) = &record.source {
            sources::write(&mut tx, source).await?;
        }
        CrashPoint::SourceWritten.pass();
        if let Some(check) = record.check {
            write_check(&mut tx, check).await?;
        }
        CrashPoint::CheckWritten.pass();
        let mut events = record.journal;
        for incoming in &record.items {
            events.extend(items::note(&mut tx, incoming).await?);
        }
        CrashPoint::ItemsNoted.pass();
        matches::write(&mut tx, &record.matching).await?;
        CrashPoint::MatchesWritten.pass();
        journal::append(&mut tx, record.at, &events).await?;
        CrashPoint::CheckJournaled.pass();
        tx.commit(ACTION).await?;
        CrashPoint::CheckRecorded.pass();
        Ok(())
    }

    /// The last `limit` checks, of one source or of all, newest first.
    pub async fn checks(&self, source: Option<&str>, limit: usize) -> Result<Vec<Check>> {
        let statement = sql(
            "SELECT source, at, duration_ms, outcome, detail, sha256 FROM source_check WHERE 1 = 1",
        )
        .and_if(" AND source = $?", source)
        .then(" ORDER BY seq DESC")
        .limit(Some(limit));
        self.pools.fetch("read the checks", statement, check_of).await
    }
}

/// Reads source, time, duration, outcome, detail and hash.
pub fn check_of(row: &Row) -> Result<Check> {
    Ok(Check {
        source: row.text(0)?,
        at: row.time(1)?,
        duration_ms: row.count(2)?,
        outcome: row.text(3)?,
        detail: row.text(4)?,
        sha256: row.text_if_any(5)?.map(Sha256),
    })
}

async fn write_check(tx: &mut Tx, check: Check) -> Result<()> {
    let statement = sql("INSERT INTO source_check (source, at, duration_ms, outcome, detail, \
                         sha256) \
                         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(check.source)
    .bind(check.at)
    .bind(check.duration_ms)
    .bind(check.outcome)
    .bind(check.detail)
    .bind(check.sha256.map(|hash| hash.0));
    tx.execute("write a check", statement).await?;
    Ok(())
}
