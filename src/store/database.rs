//! The one [`Store`]: it says where each method's SQL stands.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::domain::{
    Alert, AlertId, Attempt, ChangeId, Citation, Delivery, DeliveryId, Document, Hold, HoldId,
    JournalEntry, ListCode, ListState, RecordedRule, Sha256, SourceState,
};
use crate::store::lock::ProcessLock;
use crate::store::sql::Db;
use crate::store::{
    AlertQuery, ChangeQuery, Check, DeliveryQuery, EntryQuery, HistoricEntry, HistorySpan,
    Observation, OutboxCount, PastUpdate, ReceiverState, RecordedChange, Result, Settlement, Store,
    StoredEntry, backfill, checks, holds, journal, outbox, queries, rules,
};

/// An open database, of either kind.
pub struct Database {
    db: Db,
    /// Let go of after the connections.
    _lock: Option<ProcessLock>,
}

impl Database {
    pub fn new(db: Db, lock: Option<ProcessLock>) -> Self {
        Self { db, _lock: lock }
    }

    #[cfg(test)]
    pub fn db(&self) -> &Db {
        &self.db
    }
}

#[async_trait]
impl Store for Database {
    async fn source_state(&self, source: &str) -> Result<Option<SourceState>> {
        Ok(checks::source_states(&self.db, Some(source)).await?.into_iter().next())
    }

    async fn source_states(&self) -> Result<Vec<SourceState>> {
        checks::source_states(&self.db, None).await
    }

    async fn list_states(&self, source: &str) -> Result<Vec<ListState>> {
        checks::list_states(&self.db, source).await
    }

    async fn held_entries(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        checks::held_entries(&self.db, source, list).await
    }

    async fn document(&self, sha256: &Sha256) -> Result<Option<Document>> {
        checks::document(&self.db, sha256).await
    }

    async fn recurrences(
        &self,
        source: &str,
        base_ids: &[ChangeId],
    ) -> Result<Vec<(ChangeId, u32)>> {
        checks::recurrences(&self.db, source, base_ids).await
    }

    async fn recent_changes(
        &self,
        source: &str,
        list: ListCode,
        since: Timestamp,
    ) -> Result<Vec<RecordedChange>> {
        queries::recent_changes(&self.db, source, list, since).await
    }

    async fn alerts_citing(
        &self,
        source: &str,
        citations: &[Citation],
    ) -> Result<Vec<(AlertId, usize)>> {
        queries::alerts_citing(&self.db, source, citations).await
    }

    async fn record(&self, observation: Observation) -> Result<()> {
        checks::record(&self.db, observation).await
    }

    async fn rename_source(&self, old: &str, new: &str, at: Timestamp) -> Result<bool> {
        checks::rename_source(&self.db, old, new, at).await
    }

    async fn rules(&self, since: jiff::civil::Date) -> Result<Vec<RecordedRule>> {
        rules::since(&self.db, since).await
    }

    async fn rule_covering(&self, volume: u16, page: u32) -> Result<Option<RecordedRule>> {
        rules::covering(&self.db, volume, page).await
    }

    async fn open_history(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        backfill::open_history(&self.db, source, list).await
    }

    async fn record_history(&self, past: PastUpdate) -> Result<()> {
        backfill::record_history(&self.db, past).await
    }

    async fn history_span(&self, source: &str, list: ListCode) -> Result<HistorySpan> {
        backfill::history_span(&self.db, source, list).await
    }

    async fn forget_history(
        &self,
        source: &str,
        list: ListCode,
        at: Timestamp,
        journal: Vec<JournalEvent>,
    ) -> Result<()> {
        backfill::forget_history(&self.db, source, list, at, &journal).await
    }

    async fn holds(&self, open_only: bool) -> Result<Vec<Hold>> {
        holds::all(&self.db, open_only).await
    }

    async fn hold(&self, id: &HoldId) -> Result<Option<Hold>> {
        holds::one(&self.db, id).await
    }

    async fn due(&self, receiver: &str, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        outbox::due(&self.db, receiver, now, limit).await
    }

    async fn next_due_at(&self, receivers: &[String]) -> Result<Option<Timestamp>> {
        outbox::next_due_at(&self.db, receivers).await
    }

    async fn alert(&self, id: &AlertId) -> Result<Option<Alert>> {
        queries::alert(&self.db, id).await
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>> {
        outbox::delivery(&self.db, id).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<()> {
        outbox::settle(&self.db, settlements).await
    }

    async fn receiver_states(&self) -> Result<Vec<ReceiverState>> {
        outbox::receiver_states(&self.db).await
    }

    async fn set_receiver_state(
        &self,
        state: ReceiverState,
        at: Timestamp,
        journal: Vec<JournalEvent>,
    ) -> Result<()> {
        outbox::set_receiver_state(&self.db, state, at, journal).await
    }

    async fn retry(&self, ids: &[DeliveryId], at: Timestamp) -> Result<Vec<DeliveryId>> {
        outbox::retry(&self.db, ids, at).await
    }

    async fn add_deliveries(&self, deliveries: Vec<Delivery>, at: Timestamp) -> Result<()> {
        outbox::add_deliveries(&self.db, deliveries, at).await
    }

    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>> {
        outbox::outbox_counts(&self.db).await
    }

    async fn deliveries_of(&self, alert: &AlertId) -> Result<Vec<Delivery>> {
        outbox::deliveries_of(&self.db, alert).await
    }

    async fn attempts(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>> {
        outbox::attempts(&self.db, delivery).await
    }

    async fn changes(&self, query: &ChangeQuery) -> Result<Vec<RecordedChange>> {
        queries::changes(&self.db, query).await
    }

    async fn entries(&self, query: &EntryQuery) -> Result<Vec<HistoricEntry>> {
        queries::entries(&self.db, query).await
    }

    async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>> {
        queries::alerts(&self.db, query).await
    }

    async fn deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
        outbox::deliveries(&self.db, query).await
    }

    async fn checks(&self, source: Option<&str>, limit: usize) -> Result<Vec<Check>> {
        queries::checks(&self.db, source, limit).await
    }

    async fn journal_head(&self) -> Result<Sha256> {
        journal::head(&self.db).await
    }

    async fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>> {
        journal::read(&self.db, after, limit).await
    }

    async fn enter(&self, at: Timestamp, events: Vec<JournalEvent>) -> Result<()> {
        const ACTION: &str = "enter in the journal";
        let mut tx = self.db.begin(ACTION).await?;
        journal::enter(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }

    async fn ping(&self) -> Result<()> {
        queries::ping(&self.db).await
    }

    async fn close(&self) {
        self.db.close().await;
    }
}
