//! Reading and adding deliveries, and the attempts that were made.

use jiff::Timestamp;

use crate::domain::{AlertId, Attempt, ChangeId, Delivery, DeliveryId, DeliveryState};
use crate::store::instance::living;
use crate::store::row::Row;
use crate::store::statement::{Sql, placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::{Value, json};
use crate::store::{DeliveryQuery, Result, Store, StoreError};

/// A query of deliveries, with the columns that [`delivery_of`] reads.
macro_rules! select_delivery {
    ($rest:literal) => {
        concat!(
            "SELECT delivery_id, alert_id, receiver, recipient, selection, state, attempts, \
             parts_done, created_at, next_attempt_at, delivered_at, last_error \
             FROM delivery ",
            $rest
        )
    };
}
pub(super) use select_delivery;

impl Store {
    /// Pending deliveries of this receiver that are due, at most `limit`: the oldest alert first,
    /// then by delivery id.
    pub async fn due(&self, receiver: &str, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        let statement = sql(select_delivery!(
            "WHERE receiver = $1 AND state = 'pending' AND next_attempt_at <= $2 \
             ORDER BY alert_seq, delivery_id \
             LIMIT $3"
        ));
        self.pools
            .fetch("read what is due", statement.bind(receiver).bind(now).bind(limit), delivery_of)
            .await
    }

    /// When the next pending delivery of any of these receivers is due. Those that another living
    /// instance sends now do not count.
    pub async fn next_due_at(&self, receivers: &[String]) -> Result<Option<Timestamp>> {
        if receivers.is_empty() {
            return Ok(None);
        }
        let text = format!(
            "SELECT MIN(next_attempt_at) \
             FROM delivery \
             WHERE state = 'pending' AND receiver IN ({})",
            placeholders(0, receivers.len())
        );
        let statement = sql(text).bind_all(receivers);
        let statement = match &self.instance {
            Some(instance) => statement.and(
                concat!(
                    " AND (claimed_by IS NULL OR claimed_by = $? OR claimed_by NOT IN (",
                    living!(),
                    "))"
                ),
                instance.id(),
            ),
            None => statement,
        };
        let row = self.pools.fetch_one("read when a delivery is due", statement).await?;
        row.map_or(Ok(None), |row| row.time_if_any(0))
    }

    pub async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>> {
        let statement = sql(select_delivery!("WHERE delivery_id = $1")).bind(id.as_str());
        self.pools
            .fetch_one("read a delivery", statement)
            .await?
            .as_ref()
            .map(delivery_of)
            .transpose()
    }

    /// All deliveries of this alert, in any state.
    pub async fn deliveries_of(&self, alert: &AlertId) -> Result<Vec<Delivery>> {
        let statement =
            sql(select_delivery!("WHERE alert_id = $1 ORDER BY receiver, recipient, delivery_id"))
                .bind(alert.as_str());
        self.pools.fetch("read an alert's deliveries", statement, delivery_of).await
    }

    /// The deliveries that match, newest first.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>> {
        let statement = selected(select_delivery!("WHERE 1 = 1"), query)
            .then(" ORDER BY created_at DESC, alert_seq DESC, delivery_id")
            .limit(query.limit)
            .and_if(" OFFSET $?", query.offset);
        self.pools.fetch("read the deliveries", statement, delivery_of).await
    }

    /// How many deliveries match, whatever the limit is.
    pub async fn count_deliveries(&self, query: &DeliveryQuery) -> Result<u64> {
        let statement = selected("SELECT COUNT(*) FROM delivery WHERE 1 = 1", query);
        let row = self.pools.fetch_one("count the deliveries", statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// The attempts of this delivery, oldest first.
    pub async fn attempts(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>> {
        let statement = sql("SELECT at, duration_ms, delivered, detail \
                             FROM attempt \
                             WHERE delivery_id = $1 \
                             ORDER BY seq")
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
        self.pools.fetch("read the attempts", statement, read).await
    }
}

/// The statement with the conditions of a query.
fn selected(text: &'static str, query: &DeliveryQuery) -> Sql {
    let mut statement = sql(text);
    if !query.without.is_empty() {
        let types = placeholders(0, query.without.len());
        let text = format!(" AND alert_seq NOT IN (SELECT seq FROM alert WHERE type IN ({types}))");
        let types = query.without.iter().map(|kind| kind.as_str());
        statement = statement.then(&text).bind_all(types);
    }
    if !query.without_receivers.is_empty() {
        let names = placeholders(query.without.len(), query.without_receivers.len());
        statement = statement
            .then(&format!(" AND receiver NOT IN ({names})"))
            .bind_all(query.without_receivers.iter().map(String::as_str));
    }
    statement
        .and_if(" AND receiver = $?", query.receiver.as_deref())
        .and_if(" AND state = $?", query.state.map(DeliveryState::as_str))
        .and_if(" AND alert_id = $?", query.alert.as_ref().map(AlertId::as_str))
}

/// Inserts deliveries. One whose id is already stored is left as it is.
///
/// # Errors
/// If the alert of a delivery is not stored.
pub async fn write(tx: &mut Tx, deliveries: &[Delivery]) -> Result<()> {
    for delivery in deliveries {
        let selection =
            delivery.selection.as_ref().map(json).transpose()?.unwrap_or(Value::Text(None));
        // If its alert is missing, `alert_seq` is NULL, which the table refuses.
        let statement = sql("INSERT INTO delivery (delivery_id, alert_id, alert_seq, receiver, \
                             recipient, selection, state, attempts, parts_done, created_at, \
                             next_attempt_at, delivered_at, last_error) \
                             VALUES ($1, $2, (SELECT seq \
                             FROM alert \
                             WHERE alert_id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                             ON CONFLICT (delivery_id) DO NOTHING")
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

/// Reads the columns of `select_delivery!`.
pub fn delivery_of(row: &Row) -> Result<Delivery> {
    let text = row.text(5)?;
    let Some(state) = DeliveryState::ALL.iter().find(|state| state.as_str() == text) else {
        let reason = format!("expected a state of a delivery, but got `{text}`");
        return Err(StoreError::Unreadable { place: format!("delivery {}", row.text(0)?), reason });
    };
    Ok(Delivery {
        delivery_id: DeliveryId(row.text(0)?),
        alert_id: AlertId(row.text(1)?),
        receiver: row.text(2)?,
        recipient: row.text(3)?,
        selection: row.json_if_any::<Vec<ChangeId>>(4)?,
        state: *state,
        attempts: row.count32(6)?,
        parts_done: row.count32(7)?,
        created_at: row.time(8)?,
        next_attempt_at: row.time(9)?,
        delivered_at: row.time_if_any(10)?,
        last_error: row.text_if_any(11)?,
    })
}
