//! What the store holds of a past period, for the audit report and for assurance. Read row by row,
//! so that memory does not grow with the number of checks.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{Alert, AlertId, AlertKind, JournalEntry};
use crate::store::changes::{recorded_change, select_change};
use crate::store::checks::check_of;
use crate::store::journal::entry_of;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::{Check, RecordedChange, Result, Store};

impl Store {
    /// Passes the journal entries of a time (`from <= at < until`) to `each`, in their order.
    pub async fn each_journal_entry(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut each: impl FnMut(JournalEntry),
    ) -> Result<()> {
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE at >= $1 AND at < $2 ORDER BY seq")
        .bind(from)
        .bind(until);
        let read = |row: &_| {
            each(entry_of(row)?);
            Ok(())
        };
        self.pools.fetch("read the journal", statement, read).await.map(|_| ())
    }

    /// Passes the journal entries before `until` whose kind begins with `prefix` to `each`, in
    /// their order.
    pub async fn each_entry_of_kind(
        &self,
        prefix: &str,
        until: Timestamp,
        mut each: impl FnMut(JournalEntry),
    ) -> Result<()> {
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE kind LIKE $1 AND at < $2 ORDER BY seq")
        .bind(format!("{prefix}%"))
        .bind(until);
        let read = |row: &_| {
            each(entry_of(row)?);
            Ok(())
        };
        self.pools.fetch("read the journal", statement, read).await.map(|_| ())
    }

    /// The first journal entry, with which the record of this store begins.
    pub async fn first_journal_entry(&self) -> Result<Option<JournalEntry>> {
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             ORDER BY seq LIMIT 1");
        let row = self.pools.fetch_one("read the journal", statement).await?;
        row.as_ref().map(entry_of).transpose()
    }

    /// The last journal entry before a time: the head of the journal then.
    pub async fn journal_entry_before(&self, until: Timestamp) -> Result<Option<JournalEntry>> {
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE at < $1 ORDER BY seq DESC LIMIT 1")
        .bind(until);
        let row = self.pools.fetch_one("read the journal", statement).await?;
        row.as_ref().map(entry_of).transpose()
    }

    /// The changes that were recorded in a time, oldest first, each as `read` makes it. One that
    /// waited for a person counts when it was accepted. Backfilled changes are left out.
    pub async fn changes_recorded<T>(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut read: impl FnMut(RecordedChange) -> T,
    ) -> Result<Vec<T>> {
        let statement = sql(select_change!(
            "WHERE backfilled = 0 AND COALESCE(accepted_at, observed_at) >= $1 \
             AND COALESCE(accepted_at, observed_at) < $2 \
             ORDER BY COALESCE(accepted_at, observed_at), seq"
        ))
        .bind(from)
        .bind(until);
        self.pools.fetch("read the changes", statement, |row| Ok(read(recorded_change(row)?))).await
    }

    /// The alerts that were recorded in a time, or accepted by a receiver's server in it, and those
    /// of `accepted` too, in the order in which they were recorded.
    pub async fn alerts_active(
        &self,
        from: Timestamp,
        until: Timestamp,
        accepted: &BTreeSet<AlertId>,
    ) -> Result<Vec<AlertId>> {
        const ACTION: &str = "read the alerts";
        let statement = sql("SELECT seq, alert_id FROM alert WHERE created_at < $2 \
                             AND (created_at >= $1 OR alert_id IN (SELECT delivery.alert_id \
                             FROM attempt \
                             JOIN delivery ON delivery.delivery_id = attempt.delivery_id \
                             WHERE attempt.delivered = 1 AND attempt.at >= $1 \
                             AND attempt.at < $2)) \
                             ORDER BY seq")
        .bind(from)
        .bind(until);
        let read = |row: &Row| Ok((row.integer(0)?, AlertId(row.text(1)?)));
        let mut found: BTreeSet<(i64, AlertId)> =
            self.pools.fetch(ACTION, statement, read).await?.into_iter().collect();
        for id in accepted {
            let statement = sql("SELECT seq, alert_id FROM alert WHERE alert_id = $1");
            found.extend(self.pools.fetch(ACTION, statement.bind(id.as_str()), read).await?);
        }
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// When a source's newest document came first: the time of the first check that had it.
    /// `None` if no check of the source had a document.
    pub async fn newest_document_at(&self, source: &str) -> Result<Option<Timestamp>> {
        const ACTION: &str = "read the checks";
        let newest = sql("SELECT sha256 FROM source_check \
                          WHERE source = $1 AND sha256 IS NOT NULL ORDER BY seq DESC LIMIT 1");
        let Some(row) = self.pools.fetch_one(ACTION, newest.bind(source)).await? else {
            return Ok(None);
        };
        let statement = sql("SELECT MIN(at) FROM source_check WHERE source = $1 AND sha256 = $2 \
                             AND seq > COALESCE((SELECT MAX(seq) FROM source_check \
                             WHERE source = $1 AND sha256 <> $2), 0)")
        .bind(source)
        .bind(row.text(0)?);
        let row = self.pools.fetch_one(ACTION, statement).await?;
        row.map_or(Ok(None), |row| row.time_if_any(0))
    }

    /// The newest substantive change that was recorded before a time.
    pub async fn last_change_before(&self, until: Timestamp) -> Result<Option<RecordedChange>> {
        let statement = sql(select_change!(
            "WHERE backfilled = 0 AND editorial = 0 AND COALESCE(accepted_at, observed_at) < $1 \
             ORDER BY COALESCE(accepted_at, observed_at) DESC, seq LIMIT 1"
        ))
        .bind(until);
        let row = self.pools.fetch_one("read the last change", statement).await?;
        row.as_ref().map(recorded_change).transpose()
    }

    /// The newest alert of a type.
    pub async fn last_alert(&self, kind: AlertKind) -> Result<Option<Alert>> {
        let statement = sql("SELECT json FROM alert WHERE type = $1 ORDER BY seq DESC LIMIT 1")
            .bind(kind.as_str());
        let row = self.pools.fetch_one("read the last alert of a type", statement).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Passes the checks of a time to `each`, in the order in which they were recorded.
    pub async fn each_check(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut each: impl FnMut(Check),
    ) -> Result<()> {
        let statement = sql("SELECT source, at, duration_ms, outcome, detail, sha256 \
                             FROM source_check WHERE at >= $1 AND at < $2 ORDER BY seq")
        .bind(from)
        .bind(until);
        let read = |row: &_| {
            each(check_of(row)?);
            Ok(())
        };
        self.pools.fetch("read the checks", statement, read).await.map(|_| ())
    }
}
