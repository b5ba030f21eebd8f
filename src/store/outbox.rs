//! Alerts and their deliveries: what waits, what was tried, what was taken.

use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::domain::{AlertId, Attempt, ChangeId, Delivery, DeliveryId, DeliveryState};
use crate::store::sql::{Row, Tx, placeholders, sql};
use crate::store::value::{Value, json};
use crate::store::{
    DeliveryQuery, MakeDue, OutboxCount, Outgoing, ReceiverState, Result, Settlement, Store,
    StoreError, journal,
};

macro_rules! select_delivery {
    ($rest:literal) => {
        concat!(
            "SELECT delivery_id, alert_id, receiver, recipient, selection, state, attempts, \
             parts_done, created_at, next_attempt_at, delivered_at, last_error FROM delivery ",
            $rest
        )
    };
}

/// Writes alerts with their deliveries; what is recorded under its id already is left as it is.
pub async fn send_out(tx: &mut Tx, outgoing: &[Outgoing]) -> Result<()> {
    for Outgoing { alert, citations, deliveries } in outgoing {
        let statement = sql("INSERT INTO alert (alert_id, type, source, created_at, changes, \
                             json) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (alert_id) DO \
                             NOTHING")
        .bind(alert.alert_id.as_str())
        .bind(alert.body.type_name())
        .bind(alert.body.source())
        .bind(alert.created_at)
        .bind(alert.body.changes().map_or(0, <[_]>::len))
        .bind(json(alert)?);
        tx.execute("write an alert", statement).await?;
        let rows = citations
            .iter()
            .map(|citation| vec![citation.to_string().into(), alert.alert_id.as_str().into()])
            .collect();
        tx.insert(
            "write citations",
            "INSERT INTO alert_citation (citation, alert_id)",
            2,
            "ON CONFLICT (citation, alert_id) DO NOTHING",
            rows,
        )
        .await?;
        write_deliveries(tx, deliveries).await?;
    }
    Ok(())
}

/// Those whose id is recorded already are left as they are.
async fn write_deliveries(tx: &mut Tx, deliveries: &[Delivery]) -> Result<()> {
    for delivery in deliveries {
        let selection =
            delivery.selection.as_ref().map(json).transpose()?.unwrap_or(Value::Text(None));
        // Without its alert the number is NULL, which the table refuses.
        let statement = sql("INSERT INTO delivery (delivery_id, alert_id, alert_seq, receiver, \
                             recipient, selection, state, attempts, parts_done, created_at, \
                             next_attempt_at, delivered_at, last_error) VALUES ($1, $2, (SELECT \
                             seq FROM alert WHERE alert_id = $2), $3, $4, $5, $6, $7, $8, $9, \
                             $10, $11, $12) ON CONFLICT (delivery_id) DO NOTHING")
        .bind(delivery.delivery_id.as_str())
        .bind(delivery.alert_id.as_str())
        .bind(delivery.receiver.as_str())
        .bind(delivery.recipient.as_str())
        .bind(selection)
        .bind(delivery.state.as_str())
        .bind(delivery.attempts)
        .bind(delivery.parts_done)
        .bind(delivery.created_at)
        .bind(delivery.next_attempt_at)
        .bind(delivery.delivered_at)
        .bind(delivery.last_error.as_deref());
        tx.execute("write a delivery", statement).await?;
    }
    Ok(())
}

impl Store {
    /// Pending deliveries of this receiver that are due, oldest first (by alert, then id), at most
    /// `limit`.
    pub async fn due(&self, receiver: &str, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        let statement = sql(select_delivery!(
            "WHERE receiver = $1 AND state = 'pending' AND next_attempt_at <= $2 ORDER BY alert_seq, \
         delivery_id LIMIT $3"
        ));
        self.db
            .fetch("read what is due", statement.bind(receiver).bind(now).bind(limit), delivery_of)
            .await
    }

    /// When the next pending delivery of any of these receivers is due.
    pub async fn next_due_at(&self, receivers: &[String]) -> Result<Option<Timestamp>> {
        if receivers.is_empty() {
            return Ok(None);
        }
        let text = format!(
            "SELECT MIN(next_attempt_at) FROM delivery WHERE state = 'pending' AND receiver IN ({})",
            placeholders(0, receivers.len())
        );
        let row =
            self.db.fetch_one("read when a delivery is due", sql(text).bind_all(receivers)).await?;
        row.map_or(Ok(None), |row| row.time_if_any(0))
    }

    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>> {
        let statement = sql(select_delivery!("WHERE delivery_id = $1")).bind(id.as_str());
        self.db.fetch_one("read a delivery", statement).await?.as_ref().map(delivery_of).transpose()
    }

    /// The deliveries of this alert, whatever their state.
    pub async fn deliveries_of(&self, alert: &AlertId) -> Result<Vec<Delivery>> {
        let statement =
            sql(select_delivery!("WHERE alert_id = $1 ORDER BY receiver, recipient, delivery_id"))
                .bind(alert.as_str());
        self.db.fetch("read an alert's deliveries", statement, delivery_of).await
    }

    /// Newest first.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
        let statement = sql(select_delivery!("WHERE 1 = 1"))
            .and_if(" AND receiver = $?", query.receiver.as_deref())
            .and_if(" AND state = $?", query.state.map(DeliveryState::as_str))
            .and_if(" AND alert_id = $?", query.alert.as_ref().map(AlertId::as_str))
            .then(" ORDER BY created_at DESC, alert_seq DESC, delivery_id")
            .limit(query.limit);
        self.db.fetch("read the deliveries", statement, delivery_of).await
    }

    /// Oldest first.
    pub async fn attempts(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>> {
        let statement = sql("SELECT at, duration_ms, delivered, detail FROM attempt WHERE \
                         delivery_id = $1 ORDER BY seq")
        .bind(delivery.as_str());
        let read = |row: &Row| {
            Ok(Attempt {
                delivery_id: delivery.clone(),
                at: row.time(0)?,
                duration_ms: row.count(1)?,
                delivered: row.truth(2)?,
                detail: row.text(3)?,
            })
        };
        self.db.fetch("read the attempts", statement, read).await
    }

    /// Writes the outcomes of attempts in one transaction, in this order. A delivery that is not
    /// recorded refuses the whole. Journal entries bear the attempt's time.
    pub async fn settle(&self, settlements: Vec<Settlement>) -> Result<()> {
        const ACTION: &str = "settle deliveries";
        let mut tx = self.db.begin(ACTION).await?;
        for settlement in settlements {
            let Settlement { delivery, attempt, receiver, make_due, alerts, journal } = settlement;
            // Without an attempt the settlement tells no time of its own.
            let at = attempt
                .as_ref()
                .map(|attempt| attempt.at)
                .or(make_due.as_ref().map(|due| due.at))
                .or(delivery.delivered_at)
                .unwrap_or(delivery.created_at);
            let statement = sql("UPDATE delivery SET state = $1, attempts = $2, parts_done = $3, \
                             next_attempt_at = $4, delivered_at = $5, last_error = $6 WHERE \
                             delivery_id = $7")
            .bind(delivery.state.as_str())
            .bind(delivery.attempts)
            .bind(delivery.parts_done)
            .bind(delivery.next_attempt_at)
            .bind(delivery.delivered_at)
            .bind(delivery.last_error)
            .bind(delivery.delivery_id.as_str());
            if tx.execute(ACTION, statement).await? == 0 {
                let reason = "it was never recorded, so its outcome cannot be".to_owned();
                return Err(StoreError::Unreadable {
                    place: format!("delivery {}", delivery.delivery_id),
                    reason,
                });
            }
            if let Some(attempt) = attempt {
                let statement =
                    sql("INSERT INTO attempt (delivery_id, at, duration_ms, delivered, \
                                 detail) VALUES ($1, $2, $3, $4, $5)")
                    .bind(delivery.delivery_id.as_str())
                    .bind(attempt.at)
                    .bind(attempt.duration_ms)
                    .bind(attempt.delivered)
                    .bind(attempt.detail);
                tx.execute("write an attempt", statement).await?;
            }
            if let Some(receiver) = receiver {
                write_receiver(&mut tx, &receiver).await?;
            }
            if let Some(MakeDue { at, failed_since }) = make_due {
                let statement =
                    sql("UPDATE delivery SET next_attempt_at = $1 WHERE receiver = $2 \
                                 AND state = 'pending' AND next_attempt_at > $1 AND delivery_id \
                                 <> $3 AND NOT EXISTS (SELECT 1 FROM attempt WHERE \
                                 attempt.delivery_id = delivery.delivery_id AND attempt.at < $4)")
                    .bind(at)
                    .bind(delivery.receiver)
                    .bind(delivery.delivery_id.as_str())
                    .bind(failed_since.unwrap_or(Timestamp::UNIX_EPOCH));
                tx.execute("make deliveries due", statement).await?;
            }
            send_out(&mut tx, &alerts).await?;
            journal::enter(&mut tx, at, &journal).await?;
        }
        tx.commit(ACTION).await
    }

    /// Makes these deliveries pending and due, whatever they were; which of them exist is returned.
    /// Their retries begin anew.
    pub async fn retry(&self, ids: &[DeliveryId], at: Timestamp) -> Result<Vec<DeliveryId>> {
        const ACTION: &str = "make deliveries pending again";
        let mut tx = self.db.begin(ACTION).await?;
        let mut found = Vec::new();
        for id in ids {
            if renew(&mut tx, id, at).await? {
                found.push(id.clone());
            }
        }
        tx.commit(ACTION).await?;
        Ok(found)
    }

    /// Adds deliveries of recorded alerts; those whose id is recorded already become pending and
    /// due again.
    pub async fn add_deliveries(&self, deliveries: Vec<Delivery>, at: Timestamp) -> Result<()> {
        const ACTION: &str = "add deliveries";
        let mut tx = self.db.begin(ACTION).await?;
        for delivery in deliveries {
            if !renew(&mut tx, &delivery.delivery_id, at).await? {
                write_deliveries(&mut tx, &[delivery]).await?;
            }
        }
        tx.commit(ACTION).await
    }
}

/// The retries begin anew; of one that was taken, so do the parts.
async fn renew(tx: &mut Tx, id: &DeliveryId, at: Timestamp) -> Result<bool> {
    let statement = sql("UPDATE delivery SET parts_done = CASE WHEN state = 'delivered' THEN 0 \
                         ELSE parts_done END, state = 'pending', attempts = 0, delivered_at = \
                         NULL, next_attempt_at = $1 WHERE delivery_id = $2")
    .bind(at)
    .bind(id.as_str());
    Ok(tx.execute("make a delivery pending again", statement).await? > 0)
}

impl Store {
    pub async fn outbox_counts(&self) -> Result<Vec<OutboxCount>> {
        let statement = sql("SELECT receiver, COUNT(CASE WHEN state = 'pending' THEN 1 END), \
                         COUNT(CASE WHEN state = 'dead' THEN 1 END), MIN(CASE WHEN state = \
                         'pending' THEN created_at END) FROM delivery WHERE state <> 'delivered' \
                         GROUP BY receiver ORDER BY receiver");
        let read = |row: &Row| {
            Ok(OutboxCount {
                receiver: row.text(0)?,
                pending: row.count(1)?,
                dead: row.count(2)?,
                oldest_pending_at: row.time_if_any(3)?,
            })
        };
        self.db.fetch("count the outbox", statement, read).await
    }

    pub async fn receiver_states(&self) -> Result<Vec<ReceiverState>> {
        let statement = sql("SELECT state FROM receiver_state ORDER BY receiver");
        self.db.fetch("read the receivers", statement, |row| row.json(0)).await
    }

    pub async fn set_receiver_state(
        &self,
        state: ReceiverState,
        at: Timestamp,
        events: Vec<JournalEvent>,
    ) -> Result<()> {
        const ACTION: &str = "write a receiver's state";
        let mut tx = self.db.begin(ACTION).await?;
        write_receiver(&mut tx, &state).await?;
        journal::enter(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }
}

async fn write_receiver(tx: &mut Tx, state: &ReceiverState) -> Result<()> {
    let statement = sql("INSERT INTO receiver_state (receiver, state) VALUES ($1, $2) ON \
                         CONFLICT (receiver) DO UPDATE SET state = excluded.state");
    tx.execute(
        "write a receiver's state",
        statement.bind(state.receiver.as_str()).bind(json(state)?),
    )
    .await?;
    Ok(())
}

fn delivery_of(row: &Row) -> Result<Delivery> {
    let state = match row.text(5)?.as_str() {
        "pending" => DeliveryState::Pending,
        "delivered" => DeliveryState::Delivered,
        "dead" => DeliveryState::Dead,
        other => {
            let reason = format!("expected a state of a delivery, but got `{other}`");
            return Err(StoreError::Unreadable {
                place: format!("delivery {}", row.text(0)?),
                reason,
            });
        }
    };
    Ok(Delivery {
        delivery_id: DeliveryId(row.text(0)?),
        alert_id: AlertId(row.text(1)?),
        receiver: row.text(2)?,
        recipient: row.text(3)?,
        selection: row.json_if_any::<Vec<ChangeId>>(4)?,
        state,
        attempts: row.count32(6)?,
        parts_done: row.count32(7)?,
        created_at: row.time(8)?,
        next_attempt_at: row.time(9)?,
        delivered_at: row.time_if_any(10)?,
        last_error: row.text_if_any(11)?,
    })
}
