//! The outbox: alerts are queued with their deliveries, and each attempt settles one delivery.
//!
//! An alert is queued in the transaction that records its changes, so that a crash loses none.

use jiff::{SignedDuration, Timestamp};

use crate::crash_point::CrashPoint;
use crate::domain::journal::JournalEvent;
use crate::domain::{Attempt, Delivery, DeliveryId};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::{
    MakeDue, Outgoing, ReceiverState, Result, Settlement, Store, StoreError, alerts, claim,
    deliveries, journal, receivers, screenings,
};

/// The action of [`Store::settle`] in its errors.
const SETTLE: &str = "settle deliveries";

/// How many deliveries of one receiver wait and how many are dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    pub receiver: String,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
}

impl OutboxCount {
    /// A delivery that waits for longer is not normal any more: the retries within an hour are.
    pub const WAITS_LONG: SignedDuration = SignedDuration::from_hours(1);
}

impl Store {
    /// Writes the outcomes of attempts in one transaction, in this order. Journal entries carry the
    /// time of the attempt.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if a delivery was never stored, and [`StoreError::ClaimLost`] if
    /// this process does not have the claim of a delivery in a shared database; then nothing is
    /// written.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Result<()> {
        self.settle_from(settlements, None).await
    }

    /// Like [`Store::settle`], if the state of the receiver is still `receiver`, from which the
    /// outcomes were computed.
    ///
    /// # Errors
    /// Also [`StoreError::ReceiverChanged`], if another instance has changed it; then nothing is
    /// written.
    pub async fn settle_if_unchanged(
        &self,
        settlements: Vec<Settlement>,
        receiver: &ReceiverState,
    ) -> Result<()> {
        self.settle_from(settlements, Some(receiver)).await
    }

    async fn settle_from(
        &self,
        settlements: Vec<Settlement>,
        receiver: Option<&ReceiverState>,
    ) -> Result<()> {
        let ids: Vec<DeliveryId> =
            settlements.iter().map(|settlement| settlement.delivery.delivery_id.clone()).collect();
        let mut tx = self.pools.begin(SETTLE).await?;
        CrashPoint::SettlementBegun.pass();
        if let Some(instance) = self.instance.as_ref() {
            claim::check(&mut tx, instance.id(), &ids).await?;
            if let Some(receiver) = receiver {
                receivers::check_unchanged(&mut tx, receiver).await?;
            }
        }
        for settlement in settlements {
            write_settlement(&mut tx, settlement).await?;
        }
        if let Some(instance) = self.instance.as_ref() {
            claim::end(&mut tx, instance.id(), &ids).await?;
        }
        tx.commit(SETTLE).await?;
        CrashPoint::SettlementRecorded.pass();
        Ok(())
    }

    /// Makes these deliveries pending and due, in any state, with all their retries ahead of them.
    /// Returns those that exist.
    pub async fn retry(&self, ids: &[DeliveryId], at: Timestamp) -> Result<Vec<DeliveryId>> {
        self.make_due(ids, at, |_| None).await
    }

    /// Like [`Store::retry`], and enters what was found into the journal in the same transaction.
    pub async fn retry_and_journal(
        &self,
        ids: &[DeliveryId],
        at: Timestamp,
        event: impl FnOnce(&[DeliveryId]) -> JournalEvent,
    ) -> Result<Vec<DeliveryId>> {
        self.make_due(ids, at, |found| (!found.is_empty()).then(|| event(found))).await
    }

    async fn make_due(
        &self,
        ids: &[DeliveryId],
        at: Timestamp,
        event: impl FnOnce(&[DeliveryId]) -> Option<JournalEvent>,
    ) -> Result<Vec<DeliveryId>> {
        const ACTION: &str = "make deliveries pending again";
        let mut tx = self.pools.begin(ACTION).await?;
        let mut found = Vec::new();
        for id in ids {
            if make_pending(&mut tx, id, at).await? {
                found.push(id.clone());
            }
        }
        if let Some(event) = event(&found) {
            journal::append(&mut tx, at, &[event]).await?;
        }
        tx.signal_outbox().await?;
        tx.commit(ACTION).await?;
        Ok(found)
    }

    /// Adds deliveries of stored alerts. Those whose id is already stored become pending and due
    /// again.
    pub async fn add_deliveries(&self, added: Vec<Delivery>, at: Timestamp) -> Result<()> {
        const ACTION: &str = "add deliveries";
        let mut tx = self.pools.begin(ACTION).await?;
        for delivery in added {
            if !make_pending(&mut tx, &delivery.delivery_id, at).await? {
                deliveries::write(&mut tx, &[delivery]).await?;
            }
        }
        tx.signal_outbox().await?;
        tx.commit(ACTION).await
    }

    /// The counts of each receiver that has a delivery not yet delivered, by name.
    pub async fn outbox_counts(&self) -> Result<Vec<OutboxCount>> {
        let statement = sql("SELECT receiver, COUNT(CASE WHEN state = 'pending' THEN 1 END), \
                             COUNT(CASE WHEN state = 'dead' THEN 1 END), \
                             MIN(CASE WHEN state = 'pending' THEN created_at END) \
                             FROM delivery \
                             WHERE state <> 'delivered' \
                             GROUP BY receiver \
                             ORDER BY receiver");
        let read = |row: &Row| {
            Ok(OutboxCount {
                receiver: row.text(0)?,
                pending: row.count(1)?,
                dead: row.count(2)?,
                oldest_pending_at: row.time_if_any(3)?,
            })
        };
        self.pools.fetch("count the outbox", statement, read).await
    }
}

/// Stores alerts and queues their deliveries. What is already stored under its id is left as it is.
pub async fn enqueue(tx: &mut Tx, outgoing: &[Outgoing]) -> Result<()> {
    for one in outgoing {
        alerts::write(tx, &one.alert, &one.citations).await?;
        deliveries::write(tx, &one.deliveries).await?;
        screenings::write(tx, one).await?;
    }
    if outgoing.is_empty() { Ok(()) } else { tx.signal_outbox().await }
}

async fn write_settlement(tx: &mut Tx, settlement: Settlement) -> Result<()> {
    let Settlement { delivery, attempt, receiver, make_due, alerts, journal: events } = settlement;
    // A settlement without an attempt has no time of its own.
    let at = attempt
        .as_ref()
        .map(|attempt| attempt.at)
        .or(make_due.as_ref().map(|due| due.at))
        .or(delivery.delivered_at)
        .unwrap_or(delivery.created_at);
    update_delivery(tx, &delivery).await?;
    CrashPoint::DeliveryUpdated.pass();
    if let Some(attempt) = attempt {
        write_attempt(tx, &delivery.delivery_id, attempt).await?;
        CrashPoint::AttemptWritten.pass();
    }
    if let Some(receiver) = receiver {
        receivers::write(tx, &receiver).await?;
    }
    if let Some(due) = make_due {
        make_others_due(tx, &delivery, &due).await?;
    }
    CrashPoint::ReceiverWritten.pass();
    enqueue(tx, &alerts).await?;
    journal::append(tx, at, &events).await?;
    CrashPoint::SettlementJournaled.pass();
    Ok(())
}

async fn update_delivery(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    let statement = sql("UPDATE delivery \
                         SET state = $1, attempts = $2, parts_done = $3, \
                         next_attempt_at = $4, delivered_at = $5, last_error = $6 \
                         WHERE delivery_id = $7")
    .bind(delivery.state.as_str())
    .bind(delivery.attempts)
    .bind(delivery.parts_done)
    .bind(delivery.next_attempt_at)
    .bind(delivery.delivered_at)
    .bind(delivery.last_error.clone())
    .bind(delivery.delivery_id.as_str());
    if tx.execute(SETTLE, statement).await? == 0 {
        let reason = "it was never stored, so its outcome cannot be stored".to_owned();
        return Err(StoreError::Unreadable {
            place: format!("delivery {}", delivery.delivery_id),
            reason,
        });
    }
    Ok(())
}

async fn write_attempt(tx: &mut Tx, delivery: &DeliveryId, attempt: Attempt) -> Result<()> {
    let statement = sql("INSERT INTO attempt (delivery_id, at, duration_ms, delivered, detail) \
                         VALUES ($1, $2, $3, $4, $5)")
    .bind(delivery.as_str())
    .bind(attempt.at)
    .bind(attempt.duration_ms)
    .bind(attempt.delivered)
    .bind(attempt.detail);
    tx.execute("write an attempt", statement).await?;
    Ok(())
}

/// Makes the other pending deliveries of the receiver due. See [`MakeDue`].
async fn make_others_due(tx: &mut Tx, delivery: &Delivery, due: &MakeDue) -> Result<()> {
    let statement = sql("UPDATE delivery \
                         SET next_attempt_at = $1 \
                         WHERE receiver = $2 AND state = 'pending' AND next_attempt_at > $1 \
                         AND delivery_id <> $3 AND NOT EXISTS (SELECT 1 \
                         FROM attempt \
                         WHERE attempt.delivery_id = delivery.delivery_id AND attempt.at < $4)")
    .bind(due.at)
    .bind(delivery.receiver.as_str())
    .bind(delivery.delivery_id.as_str())
    .bind(due.failed_since.unwrap_or(Timestamp::UNIX_EPOCH));
    tx.execute("make deliveries due", statement).await?;
    tx.signal_outbox().await
}

/// Makes a delivery pending and due with no attempts spent. One that was delivered also starts
/// again at its first part. Returns false if it is not stored.
async fn make_pending(tx: &mut Tx, id: &DeliveryId, at: Timestamp) -> Result<bool> {
    let statement = sql("UPDATE delivery \
                         SET parts_done = CASE WHEN state = 'delivered' THEN 0 ELSE parts_done \
                         END, state = 'pending', attempts = 0, delivered_at = NULL, \
                         next_attempt_at = $1 \
                         WHERE delivery_id = $2")
    .bind(at)
    .bind(id.as_str());
    Ok(tx.execute("make a delivery pending again", statement).await? > 0)
}
