//! Claiming deliveries, so that no two instances of a shared database send the same one.
//!
//! A claim is the number of an instance in the row of a delivery. It holds while that instance
//! lives: renewing the instance renews all its claims. Claiming and settling are short
//! transactions, and sending happens between them. Only the owner of a claim can settle it.
//!
//! SQLite admits one process, and the lock of a receiver keeps its passes apart. So a claim on
//! SQLite only reads what is due.

use jiff::Timestamp;

use crate::domain::{Delivery, DeliveryId};
use crate::store::deliveries::delivery_of;
use crate::store::instance::{database_now, living};
use crate::store::row::Row;
use crate::store::statement::{placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::{Result, Store, StoreError};

/// How many deliveries a pass claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimSize {
    /// If no other daemon shares the database.
    pub alone: usize,
    /// If others do: few, so that they get their share. Never more than an equal share of what is
    /// due.
    pub shared: usize,
    /// Nothing is claimed while another instance has claims of the receiver, so that its messages
    /// arrive one by one and in order.
    pub in_order: bool,
}

/// A delivery that this process may claim. `$1` is the receiver, `$2` the time, `$3` this instance.
/// A claim of its own counts as free: it is left from a pass that has ended.
macro_rules! free {
    () => {
        concat!(
            "receiver = $1 AND state = 'pending' AND next_attempt_at <= $2 \
             AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_by NOT IN (",
            living!(),
            "))"
        )
    };
}

impl Store {
    /// Claims pending deliveries of this receiver that are due: the oldest alert first, then by
    /// delivery id. Call it only while no other claim of this process for the receiver is in use.
    pub async fn claim(
        &self,
        receiver: &str,
        now: Timestamp,
        size: ClaimSize,
    ) -> Result<Vec<Delivery>> {
        let Some(instance) = self.instance.as_ref() else {
            return self.due(receiver, now, size.alone).await;
        };
        let statement = sql(concat!(
            "WITH daemons AS (SELECT COUNT(*) AS living FROM instance \
             WHERE daemon = 1 AND instance <> $3 AND alive_until > ",
            database_now!(),
            "), due AS (SELECT COUNT(*) AS waiting FROM (SELECT 1 FROM delivery WHERE ",
            free!(),
            " LIMIT $5 * (SELECT living + 1 FROM daemons)) few), \
             free AS (SELECT delivery_id FROM delivery WHERE ",
            free!(),
            " AND ($6 = 0 OR NOT EXISTS (SELECT 1 FROM delivery other \
             WHERE other.receiver = $1 AND other.state = 'pending' AND other.claimed_by <> $3 \
             AND other.claimed_by IN (",
            living!(),
            "))) ORDER BY alert_seq, delivery_id \
             LIMIT (SELECT CASE WHEN living = 0 THEN $4 \
             ELSE LEAST($5, (waiting + living) / (living + 1)) END FROM daemons, due) \
             FOR UPDATE SKIP LOCKED) \
             UPDATE delivery SET claimed_by = $3 FROM free \
             WHERE delivery.delivery_id = free.delivery_id AND $3 IN (",
            living!(),
            ") RETURNING delivery.delivery_id, alert_id, receiver, recipient, selection, state, \
             attempts, parts_done, created_at, next_attempt_at, delivered_at, last_error, \
             alert_seq"
        ))
        .bind(receiver)
        .bind(now)
        .bind(instance.id())
        .bind(size.alone)
        .bind(size.shared)
        .bind(size.in_order);
        let mut claimed = self
            .pools
            .write_aside("claim deliveries", statement, |row| {
                Ok((row.integer(12)?, delivery_of(row)?))
            })
            .await?;
        claimed.sort_by(|(a_seq, a), (b_seq, b)| {
            a_seq.cmp(b_seq).then_with(|| a.delivery_id.as_str().cmp(b.delivery_id.as_str()))
        });
        Ok(claimed.into_iter().map(|(_, delivery)| delivery).collect())
    }

    /// Gives back the claims of this process that no attempt has used, so that other instances can
    /// send these deliveries.
    pub async fn release_claims(&self, receiver: &str) -> Result<()> {
        let Some(instance) = self.instance.as_ref() else { return Ok(()) };
        let statement = sql("UPDATE delivery SET claimed_by = NULL \
                             WHERE receiver = $1 AND state = 'pending' AND claimed_by = $2")
        .bind(receiver)
        .bind(instance.id());
        self.pools.write_aside("give claims back", statement, |_| Ok(())).await?;
        Ok(())
    }
}

/// Fails if this instance does not have the claims of all these deliveries. Until the transaction
/// ends, nobody else can claim them. Those that are not stored are left to the caller.
pub(super) async fn check(tx: &mut Tx, own: i64, ids: &[DeliveryId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let text = format!(
        "SELECT delivery_id, COALESCE(claimed_by, 0) FROM delivery WHERE delivery_id IN ({}) \
         ORDER BY delivery_id FOR UPDATE",
        placeholders(0, ids.len())
    );
    let statement = sql(text).bind_all(ids.iter().map(DeliveryId::as_str));
    let read = |row: &Row| Ok((DeliveryId(row.text(0)?), row.integer(1)?));
    let mut found = tx.fetch("check the claims", statement, read).await?;
    found.retain(|(_, owner)| *owner != own);
    let lost: Vec<DeliveryId> = found.into_iter().map(|(id, _)| id).collect();
    if lost.is_empty() { Ok(()) } else { Err(StoreError::ClaimLost { deliveries: lost }) }
}

/// Ends the claims of deliveries that were settled.
pub(super) async fn end(tx: &mut Tx, own: i64, ids: &[DeliveryId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let text = format!(
        "UPDATE delivery SET claimed_by = NULL WHERE claimed_by = $1 AND delivery_id IN ({})",
        placeholders(1, ids.len())
    );
    let statement = sql(text).bind(own).bind_all(ids.iter().map(DeliveryId::as_str));
    tx.execute("end claims", statement).await.map(drop)
}
