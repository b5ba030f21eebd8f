//! Removes old documents and deliveries. The journal entry that says which is written in the same
//! transaction, so the journal never claims less or more than was removed.
//!
//! A document stays if anything that is in force rests on it: it is the newest of its source or the
//! basis of a current list, it was put on hold, it is the text of a rule, an alert about it is not
//! dealt with, or a younger document at rest is a difference from it. A delivery stays if it is not
//! finished, or if its item is not closed. Of a delivery the journal keeps what the audit report
//! says of it, so that the report of its time stays the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::journal::JournalEvent;
use crate::domain::{AlertId, DeliveryId, JournalEntry, journal_kind};
use crate::store::row::Row;
use crate::store::statement::{placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::{Result, Store, journal};

/// What one transaction removes. The journal names each, and other writers wait for it.
const AT_ONCE: usize = 200;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub documents: u64,
    /// Of those documents, as they were stored.
    pub bytes: u64,
    pub deliveries: u64,
}

/// What the journal keeps of a delivery that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedDelivery {
    pub delivery_id: DeliveryId,
    pub alert_id: AlertId,
    pub receiver: String,
    pub recipient: String,
    pub created_at: Timestamp,
    /// The digest in which it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<AlertId>,
    /// Oldest first.
    pub attempts: Vec<PrunedAttempt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedAttempt {
    pub at: Timestamp,
    pub delivered: bool,
    pub detail: String,
}

/// A document that may go. Hashes are looked for in the texts of what may rest on it.
const OLD_DOCUMENTS: &str = "SELECT d.sha256, CAST(LENGTH(d.content) AS BIGINT), d.fetched_at \
    FROM document d \
    WHERE d.fetched_at < $1 \
    AND NOT EXISTS (SELECT 1 FROM source_state s WHERE s.state LIKE '%' || d.sha256 || '%') \
    AND NOT EXISTS (SELECT 1 FROM list_state l WHERE l.state LIKE '%' || d.sha256 || '%') \
    AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.json LIKE '%' || d.sha256 || '%') \
    AND NOT EXISTS (SELECT 1 FROM document o WHERE o.base = d.sha256) \
    AND NOT EXISTS (SELECT 1 FROM rule r WHERE r.json LIKE '%' || d.sha256 || '%') \
    AND NOT EXISTS (SELECT 1 FROM item i \
        JOIN item_alert ia ON ia.item_id = i.item_id \
        JOIN alert a ON a.alert_id = ia.alert_id \
        WHERE i.state <> 'closed' AND a.json LIKE '%' || d.sha256 || '%') \
    ORDER BY d.fetched_at, d.sha256 LIMIT $2";

/// Finished deliveries of alerts that nobody has to deal with any more.
const OLD_DELIVERIES: &str = "SELECT d.delivery_id, d.alert_id, d.receiver, d.recipient, \
    d.created_at FROM delivery d \
    WHERE d.created_at < $1 AND d.state IN ('delivered', 'dead', 'digested') \
    AND NOT EXISTS (SELECT 1 FROM item i \
        JOIN item_alert ia ON ia.item_id = i.item_id \
        WHERE i.state <> 'closed' AND ia.alert_id = d.alert_id) \
    ORDER BY d.created_at, d.delivery_id LIMIT $2";

impl Store {
    /// Removes documents that were fetched before `documents`, and deliveries that were made before
    /// `deliveries`.
    pub async fn prune(
        &self,
        documents: Option<Timestamp>,
        deliveries: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        if let Some(before) = documents {
            while self.prune_documents(before, now, &mut pruned).await? {}
        }
        if let Some(before) = deliveries {
            while self.prune_deliveries(before, now, &mut pruned).await? {}
        }
        Ok(pruned)
    }

    /// The deliveries made before `until` that were removed since.
    pub async fn pruned_deliveries(&self, until: Timestamp) -> Result<Vec<PrunedDelivery>> {
        #[derive(Deserialize)]
        struct Data {
            #[serde(default)]
            deliveries: Vec<PrunedDelivery>,
        }
        let mut found = Vec::new();
        let add = |entry: JournalEntry| {
            let data: Option<Data> = serde_json::from_str(&entry.data).ok();
            let removed = data.into_iter().flat_map(|data| data.deliveries);
            found.extend(removed.filter(|delivery| delivery.created_at < until));
        };
        self.each_entry_of_kind(journal_kind::STORE_PRUNED, Timestamp::MAX, add).await?;
        Ok(found)
    }

    /// Removes some of the old documents. Returns whether there may be more.
    async fn prune_documents(
        &self,
        before: Timestamp,
        now: Timestamp,
        pruned: &mut Pruned,
    ) -> Result<bool> {
        const ACTION: &str = "prune documents";
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql(OLD_DOCUMENTS).bind(before).bind(AT_ONCE);
        let read = |row: &Row| Ok((row.text(0)?, row.count(1)?, row.time(2)?));
        let found = tx.fetch(ACTION, statement, read).await?;
        if found.is_empty() {
            tx.rollback(ACTION).await?;
            return Ok(false);
        }
        let hashes: Vec<&str> = found.iter().map(|(sha256, ..)| sha256.as_str()).collect();
        delete(&mut tx, ACTION, "document", "sha256", &hashes).await?;
        let bytes: u64 = found.iter().map(|(_, bytes, _)| *bytes).sum();
        let list: Vec<_> = found
            .iter()
            .map(|(sha256, _, at)| json!({"sha256": sha256, "fetched_at": at}))
            .collect();
        let data = json!({"before": before, "bytes": bytes, "documents": list});
        let event = JournalEvent { kind: journal_kind::STORE_PRUNED.to_owned(), data };
        journal::append(&mut tx, now, &[event]).await?;
        tx.commit(ACTION).await?;
        pruned.documents += found.len() as u64;
        pruned.bytes += bytes;
        Ok(found.len() == AT_ONCE)
    }

    /// Removes some of the old deliveries, with their attempts. Returns whether there may be more.
    async fn prune_deliveries(
        &self,
        before: Timestamp,
        now: Timestamp,
        pruned: &mut Pruned,
    ) -> Result<bool> {
        const ACTION: &str = "prune deliveries";
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql(OLD_DELIVERIES).bind(before).bind(AT_ONCE);
        let read = |row: &Row| {
            Ok(PrunedDelivery {
                delivery_id: DeliveryId(row.text(0)?),
                alert_id: AlertId(row.text(1)?),
                receiver: row.text(2)?,
                recipient: row.text(3)?,
                created_at: row.time(4)?,
                digest: None,
                attempts: Vec::new(),
            })
        };
        let mut found = tx.fetch(ACTION, statement, read).await?;
        if found.is_empty() {
            tx.rollback(ACTION).await?;
            return Ok(false);
        }
        add_attempts(&mut tx, ACTION, &mut found).await?;
        let ids: Vec<&str> = found.iter().map(|one| one.delivery_id.as_str()).collect();
        for table in ["attempt", "digested_delivery", "delivery"] {
            delete(&mut tx, ACTION, table, "delivery_id", &ids).await?;
        }
        // What these deliveries showed of counterparties. The matches themselves stay.
        for table in ["shown_match", "screening"] {
            let text = format!(
                "DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM delivery d \
                 WHERE d.alert_id = {table}.alert_id AND d.receiver = {table}.receiver)"
            );
            tx.execute(ACTION, sql(text)).await?;
        }
        let data = json!({"before": before, "deliveries": found});
        let event = JournalEvent { kind: journal_kind::STORE_PRUNED.to_owned(), data };
        journal::append(&mut tx, now, &[event]).await?;
        tx.commit(ACTION).await?;
        pruned.deliveries += found.len() as u64;
        Ok(found.len() == AT_ONCE)
    }
}

/// Adds what became of the deliveries: their attempts, and the digests that they were sent in.
async fn add_attempts(
    tx: &mut Tx,
    action: &'static str,
    found: &mut [PrunedDelivery],
) -> Result<()> {
    let ids: Vec<String> = found.iter().map(|one| one.delivery_id.to_string()).collect();
    let list = placeholders(0, ids.len());
    let statement = sql(format!(
        "SELECT delivery_id, at, delivered, detail FROM attempt \
         WHERE delivery_id IN ({list}) ORDER BY seq"
    ))
    .bind_all(ids.iter().map(String::as_str));
    let read = |row: &Row| {
        let attempt =
            PrunedAttempt { at: row.time(1)?, delivered: row.truth(2)?, detail: row.text(3)? };
        Ok((row.text(0)?, attempt))
    };
    let mut attempts: BTreeMap<String, Vec<PrunedAttempt>> = BTreeMap::new();
    for (id, attempt) in tx.fetch(action, statement, read).await? {
        attempts.entry(id).or_default().push(attempt);
    }
    let statement = sql(format!(
        "SELECT delivery_id, alert_id FROM digested_delivery WHERE delivery_id IN ({list})"
    ))
    .bind_all(ids.iter().map(String::as_str));
    let read = |row: &Row| Ok((row.text(0)?, AlertId(row.text(1)?)));
    let mut digests: BTreeMap<String, AlertId> =
        tx.fetch(action, statement, read).await?.into_iter().collect();
    for one in found {
        one.attempts = attempts.remove(one.delivery_id.as_str()).unwrap_or_default();
        one.digest = digests.remove(one.delivery_id.as_str());
    }
    Ok(())
}

async fn delete(
    tx: &mut Tx,
    action: &'static str,
    table: &str,
    column: &str,
    values: &[&str],
) -> Result<()> {
    let text = format!("DELETE FROM {table} WHERE {column} IN ({})", placeholders(0, values.len()));
    tx.execute(action, sql(text).bind_all(values.iter().copied())).await.map(drop)
}
