//! The digests, and the deliveries that wait for them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::crash_point::CrashPoint;
use crate::domain::{AlertId, AlertKind, Delivery, DeliveryId};
use crate::store::deliveries::{delivery_of, select_delivery};
use crate::store::statement::{placeholders, sql};
use crate::store::value::Value;
use crate::store::{DigestRecord, Result, Store, journal, outbox};

impl Store {
    /// The receivers that have waiting deliveries, by name.
    pub async fn waiting_receivers(&self) -> Result<Vec<String>> {
        let statement = sql("SELECT DISTINCT receiver FROM delivery WHERE state = 'waiting' \
                             ORDER BY receiver");
        self.pools.fetch("read who waits for a digest", statement, |row| row.text(0)).await
    }

    /// The waiting deliveries of a receiver that were recorded at or before `until`, the oldest
    /// alert first.
    pub async fn waiting_deliveries(
        &self,
        receiver: &str,
        until: Timestamp,
    ) -> Result<Vec<Delivery>> {
        let statement = sql(select_delivery!(
            "WHERE receiver = $1 AND state = 'waiting' AND created_at <= $2 \
             ORDER BY alert_seq, delivery_id"
        ));
        self.pools
            .fetch(
                "read what waits for a digest",
                statement.bind(receiver).bind(until),
                delivery_of,
            )
            .await
    }

    /// The due time of the last digest of a receiver.
    pub async fn last_digest_due_at(&self, receiver: &str) -> Result<Option<Timestamp>> {
        let statement = sql("SELECT MAX(due_at) FROM digest WHERE receiver = $1").bind(receiver);
        let row = self.pools.fetch_one("read the last digest", statement).await?;
        row.map_or(Ok(None), |row| row.time_if_any(0))
    }

    /// The alerts of these types that a receiver was to get at once, recorded after `after` and at
    /// or before `until`, oldest first. Those that were given up are left out.
    pub async fn alerts_sent_at_once(
        &self,
        receiver: &str,
        kinds: &[AlertKind],
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AlertId>> {
        let text = format!(
            "SELECT DISTINCT alert.seq, alert.alert_id \
             FROM delivery \
             JOIN alert ON alert.alert_id = delivery.alert_id \
             WHERE delivery.receiver = $1 AND delivery.created_at > $2 \
             AND delivery.created_at <= $3 AND delivery.state IN ('pending', 'delivered') \
             AND alert.type IN ({}) \
             ORDER BY alert.seq",
            placeholders(3, kinds.len())
        );
        let statement = sql(text)
            .bind(receiver)
            .bind(after)
            .bind(until)
            .bind_all(kinds.iter().map(|kind| kind.as_str()));
        self.pools
            .fetch("read what was sent at once", statement, |row| Ok(AlertId(row.text(1)?)))
            .await
    }

    /// The digests that contain the deliveries of an alert, by the id of the delivery.
    pub async fn digests_of(&self, alert: &AlertId) -> Result<BTreeMap<DeliveryId, AlertId>> {
        let statement = sql("SELECT digested_delivery.delivery_id, digested_delivery.alert_id \
                             FROM digested_delivery \
                             JOIN delivery ON delivery.delivery_id = digested_delivery.delivery_id \
                             WHERE delivery.alert_id = $1")
        .bind(alert.as_str());
        let found = self
            .pools
            .fetch("read an alert's digests", statement, |row| {
                Ok((DeliveryId(row.text(0)?), AlertId(row.text(1)?)))
            })
            .await?;
        Ok(found.into_iter().collect())
    }

    /// Writes a digest. Returns false, and writes nothing, if the receiver already has a digest of
    /// this due time, or if one of its alerts does not wait any more.
    pub async fn record_digest(&self, record: DigestRecord) -> Result<bool> {
        const ACTION: &str = "record a digest";
        let DigestRecord { receiver, due_at, at, outgoing, digested, journal: events } = record;
        let digest_id = outgoing.alert.alert_id.clone();
        let mut tx = self.pools.begin(ACTION).await?;
        CrashPoint::DigestBegun.pass();
        outbox::enqueue(&mut tx, &[outgoing]).await?;
        CrashPoint::DigestQueued.pass();
        let statement = sql("INSERT INTO digest (receiver, due_at, alert_id) \
                             VALUES ($1, $2, $3) \
                             ON CONFLICT (receiver, due_at) DO NOTHING")
        .bind(receiver)
        .bind(due_at)
        .bind(digest_id.as_str());
        if tx.execute(ACTION, statement).await? == 0 {
            tx.rollback(ACTION).await?;
            return Ok(false);
        }
        for delivery in &digested {
            let statement = sql("UPDATE delivery SET state = 'digested' \
                                 WHERE delivery_id = $1 AND state = 'waiting'")
            .bind(delivery.as_str());
            if tx.execute(ACTION, statement).await? == 0 {
                tx.rollback(ACTION).await?;
                return Ok(false);
            }
        }
        let row = |delivery: &DeliveryId| -> Vec<Value> {
            vec![delivery.as_str().into(), digest_id.as_str().into()]
        };
        tx.insert(
            ACTION,
            "INSERT INTO digested_delivery (delivery_id, alert_id)",
            2,
            "",
            digested.iter().map(row).collect(),
        )
        .await?;
        CrashPoint::DigestTaken.pass();
        journal::append(&mut tx, at, &events).await?;
        CrashPoint::DigestJournaled.pass();
        tx.commit(ACTION).await?;
        CrashPoint::DigestRecorded.pass();
        Ok(true)
    }

    /// Makes the waiting deliveries of a receiver pending and due. Returns how many there were.
    pub async fn release_waiting(&self, receiver: &str, at: Timestamp) -> Result<u64> {
        const ACTION: &str = "release what waits for a digest";
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql("UPDATE delivery SET state = 'pending', next_attempt_at = $1 \
                             WHERE receiver = $2 AND state = 'waiting'")
        .bind(at)
        .bind(receiver);
        let released = tx.execute(ACTION, statement).await?;
        tx.commit(ACTION).await?;
        Ok(released)
    }
}
