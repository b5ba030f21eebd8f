//! Open items: an alert opens one, or attaches to the one of its rule, in the transaction that
//! records the alert.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json as value;

use crate::crash_point::CrashPoint;
use crate::domain::item::{Attached, ClockStart, IncomingAlert};
use crate::domain::journal::JournalEvent;
use crate::domain::{AlertId, Item, ItemId, ItemState, journal_kind};
use crate::store::row::Row;
use crate::store::statement::{placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{Outgoing, Result, Store, journal, outbox};

impl Store {
    pub async fn item(&self, id: &ItemId) -> Result<Option<Item>> {
        let statement = sql("SELECT json FROM item WHERE item_id = $1").bind(id.as_str());
        self.pools.fetch_one("read an item", statement).await?.map(|row| row.json(0)).transpose()
    }

    /// The items in this state, or all of them: first those that are not closed, oldest first, then
    /// those that are, newest first.
    pub async fn items(&self, state: Option<ItemState>) -> Result<Vec<Item>> {
        let statement = sql("SELECT json FROM item WHERE 1 = 1")
            .and_if(" AND state = $?", state.map(ItemState::as_str))
            .then(
                " ORDER BY CASE WHEN state = 'closed' THEN 1 ELSE 0 END, \
                 CASE WHEN state = 'closed' THEN -seq ELSE seq END",
            );
        self.pools.fetch("read the items", statement, |row| row.json(0)).await
    }

    /// The items that are open or taken, oldest first.
    pub async fn unclosed_items(&self) -> Result<Vec<Item>> {
        let statement = sql("SELECT json FROM item WHERE state <> 'closed' ORDER BY seq");
        self.pools.fetch("read the unclosed items", statement, |row| row.json(0)).await
    }

    /// The item that an alert belongs to, if it belongs to one.
    pub async fn item_of_alert(&self, alert: &AlertId) -> Result<Option<Item>> {
        let statement = sql("SELECT item.json FROM item \
                             JOIN item_alert ON item_alert.item_id = item.item_id \
                             WHERE item_alert.alert_id = $1")
        .bind(alert.as_str());
        let row = self.pools.fetch_one("find the item of an alert", statement).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Since when the receivers of the item can know of one of the alerts of this opening, by
    /// itself or in a digest.
    pub async fn clock_start(&self, item: &Item) -> Result<ClockStart> {
        let receivers: BTreeSet<&str> = item
            .responsible
            .iter()
            .flat_map(|one| [one.receiver.as_str(), one.settings_of.as_str()])
            .collect();
        if receivers.is_empty() {
            return Ok(ClockStart::Opening);
        }
        let text = format!(
            "SELECT MIN(CASE WHEN state = 'delivered' THEN delivered_at END), \
             MIN(CASE WHEN state IN ('pending', 'dead') THEN created_at END), \
             COUNT(CASE WHEN state = 'waiting' THEN 1 END) \
             FROM delivery \
             WHERE created_at >= $1 AND alert_id IN (SELECT alert_id \
             FROM item_alert \
             WHERE item_id = $2 UNION SELECT digested_delivery.alert_id \
             FROM digested_delivery \
             JOIN delivery AS waited ON waited.delivery_id = digested_delivery.delivery_id \
             JOIN item_alert ON item_alert.alert_id = waited.alert_id \
             WHERE item_alert.item_id = $2) AND receiver IN ({})",
            placeholders(2, receivers.len())
        );
        let statement =
            sql(text).bind(item.opening_at()).bind(item.item_id.as_str()).bind_all(receivers);
        let row = self.pools.fetch_one("read the first delivery of an item", statement).await?;
        let Some(row) = row else { return Ok(ClockStart::Opening) };
        let (accepted, made) = (row.time_if_any(0)?, row.time_if_any(1)?);
        Ok(match accepted.or(made) {
            Some(at) => ClockStart::At(at),
            None if row.count(2)? > 0 => ClockStart::Waiting,
            None => ClockStart::Opening,
        })
    }

    /// Changes an item in a transaction of its own, with the alerts that follow, which are made
    /// from the item as it was read there. `None` if no such item is stored.
    ///
    /// # Errors
    /// The inner error is that of `change`. Then nothing is written.
    pub async fn change_item<E>(
        &self,
        id: &ItemId,
        at: Timestamp,
        outgoing: &[Outgoing],
        change: impl FnOnce(&mut Item) -> std::result::Result<JournalEvent, E>,
    ) -> Result<Option<std::result::Result<Item, E>>> {
        const ACTION: &str = "change an item";
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql("SELECT json FROM item WHERE item_id = $1").bind(id.as_str());
        let Some(row) = tx.fetch_one(ACTION, statement).await? else {
            tx.rollback(ACTION).await?;
            return Ok(None);
        };
        let mut item: Item = row.json(0)?;
        CrashPoint::ItemStepBegun.pass();
        let event = match change(&mut item) {
            Ok(event) => event,
            Err(refused) => {
                tx.rollback(ACTION).await?;
                return Ok(Some(Err(refused)));
            }
        };
        update(&mut tx, &item).await?;
        CrashPoint::ItemWritten.pass();
        outbox::enqueue(&mut tx, outgoing).await?;
        CrashPoint::ItemStepQueued.pass();
        journal::append(&mut tx, at, &[event]).await?;
        CrashPoint::ItemStepJournaled.pass();
        tx.commit(ACTION).await?;
        CrashPoint::ItemStepRecorded.pass();
        Ok(Some(Ok(item)))
    }

    /// Stores an alert with its deliveries and a journal entry, unless it is stored already.
    /// Returns whether it was not.
    pub async fn add_alert_once(
        &self,
        outgoing: Outgoing,
        at: Timestamp,
        event: JournalEvent,
    ) -> Result<bool> {
        const ACTION: &str = "add an alert";
        let mut tx = self.pools.begin(ACTION).await?;
        let statement =
            sql("SELECT seq FROM alert WHERE alert_id = $1").bind(outgoing.alert.alert_id.as_str());
        if tx.fetch_one(ACTION, statement).await?.is_some() {
            tx.rollback(ACTION).await?;
            return Ok(false);
        }
        CrashPoint::SingleAlertBegun.pass();
        outbox::enqueue(&mut tx, &[outgoing]).await?;
        CrashPoint::SingleAlertQueued.pass();
        journal::append(&mut tx, at, &[event]).await?;
        CrashPoint::SingleAlertJournaled.pass();
        tx.commit(ACTION).await?;
        CrashPoint::SingleAlertRecorded.pass();
        Ok(true)
    }

    /// Whether an alert is stored.
    pub async fn has_alert(&self, id: &AlertId) -> Result<bool> {
        let statement = sql("SELECT seq FROM alert WHERE alert_id = $1").bind(id.as_str());
        Ok(self.pools.fetch_one("look up an alert", statement).await?.is_some())
    }
}

/// Opens an item for an alert that was stored in this transaction, or attaches the alert to the
/// item of its rule. `None` if it does neither, or did before.
pub async fn note(tx: &mut Tx, incoming: &IncomingAlert) -> Result<Option<JournalEvent>> {
    const ACTION: &str = "open an item";
    let alert = incoming.alert.alert_id.as_str();
    let statement = sql("SELECT item_id FROM item_alert WHERE alert_id = $1").bind(alert);
    if tx.fetch_one(ACTION, statement).await?.is_some() {
        return Ok(None);
    }
    let (item, kind) = match find(tx, incoming).await? {
        Some((mut item, mut contents)) => {
            let attached = item.attach(incoming, &mut contents);
            update(tx, &item).await?;
            let statement = sql("UPDATE item SET contents = $1 WHERE item_id = $2")
                .bind(json(&contents)?)
                .bind(item.item_id.as_str());
            tx.execute(ACTION, statement).await?;
            let is_reopened = attached == Attached::Reopened;
            (
                item,
                if is_reopened { journal_kind::ITEM_REOPENED } else { journal_kind::ITEM_ATTACHED },
            )
        }
        None if !incoming.opens => return Ok(None),
        None => {
            let item = Item::open(incoming);
            let statement = sql("INSERT INTO item (item_id, state, opened_at, json, contents) \
                                 VALUES ($1, $2, $3, $4, $5)")
            .bind(item.item_id.as_str())
            .bind(item.state.as_str())
            .bind(item.opened_at)
            .bind(json(&item)?)
            .bind(json(&incoming.contents)?);
            tx.execute(ACTION, statement).await?;
            (item, journal_kind::ITEM_OPENED)
        }
    };
    let statement = sql("INSERT INTO item_alert (alert_id, item_id) VALUES ($1, $2)");
    tx.execute(ACTION, statement.bind(alert).bind(item.item_id.as_str())).await?;
    let rows = incoming
        .rule_keys
        .iter()
        .map(|key| vec![key.as_str().into(), item.item_id.as_str().into()])
        .collect();
    tx.insert(
        ACTION,
        "INSERT INTO item_rule (rule, item_id)",
        2,
        "ON CONFLICT (rule, item_id) DO NOTHING",
        rows,
    )
    .await?;
    Ok(Some(JournalEvent {
        kind: kind.to_owned(),
        data: value!({
            "item_id": item.item_id,
            "alert_id": incoming.alert.alert_id,
            "receivers": item.receivers(),
        }),
    }))
}

/// The first item of the rule, or of an alert that the new one refers to, with its contents.
async fn find(tx: &mut Tx, incoming: &IncomingAlert) -> Result<Option<(Item, BTreeSet<String>)>> {
    let (rules, alerts) = (&incoming.rule_keys, &incoming.related);
    if rules.is_empty() && alerts.is_empty() {
        return Ok(None);
    }
    let mut conditions = Vec::new();
    if !rules.is_empty() {
        conditions.push(format!(
            "item_id IN (SELECT item_id FROM item_rule WHERE rule IN ({}))",
            placeholders(0, rules.len())
        ));
    }
    if !alerts.is_empty() {
        conditions.push(format!(
            "item_id IN (SELECT item_id FROM item_alert WHERE alert_id IN ({}))",
            placeholders(rules.len(), alerts.len())
        ));
    }
    let text = format!(
        "SELECT json, contents FROM item WHERE {} ORDER BY seq LIMIT 1",
        conditions.join(" OR ")
    );
    let statement = sql(text).bind_all(rules).bind_all(alerts.iter().map(|alert| alert.as_str()));
    let read = |row: Row| Ok((row.json(0)?, row.json(1)?));
    tx.fetch_one("find the item of a rule", statement).await?.map(read).transpose()
}

/// Writes an item that is stored already.
pub async fn update(tx: &mut Tx, item: &Item) -> Result<()> {
    let statement = sql("UPDATE item SET state = $1, json = $2 WHERE item_id = $3")
        .bind(item.state.as_str())
        .bind(json(item)?)
        .bind(item.item_id.as_str());
    tx.execute("write an item", statement).await?;
    Ok(())
}
