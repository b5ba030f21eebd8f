//! Hand-overs: who answers for the items of a receiver that is away.

use jiff::Timestamp;
use serde_json::json as value;

use crate::domain::item::Handover;
use crate::domain::journal::JournalEvent;
use crate::domain::{Item, ItemId, journal_kind};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::{Result, Store, items};

/// A hand-over as a person orders it.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoverOrder {
    pub handover: Handover,
    /// Until then new items are handed over too.
    pub ends_at: Option<Timestamp>,
    /// The person who orders it.
    pub by: String,
    /// When it was ordered. That is in the past if a restore carries it out again.
    pub began_at: Timestamp,
    /// The items that it may hand over. `None`: all.
    pub only: Option<Vec<ItemId>>,
    /// What the journal records about the order besides the items.
    pub journal: serde_json::Map<String, serde_json::Value>,
}

impl Store {
    /// Hands the open and taken items of a receiver or a person over, and until its end the new
    /// ones. It replaces an earlier hand-over of the same receiver. One back ends that one. Returns
    /// the items.
    pub async fn hand_over(&self, order: HandoverOrder, at: Timestamp) -> Result<Vec<ItemId>> {
        const ACTION: &str = "hand items over";
        let HandoverOrder { handover, ends_at, by, began_at, only, journal } = order;
        let Handover { from, to } = handover;
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql("SELECT json FROM item WHERE state <> 'closed' ORDER BY seq");
        let read = |row: &Row| row.json(0);
        let unclosed: Vec<Item> = tx.fetch(ACTION, statement, read).await?;
        let mut handed_over = Vec::new();
        // What a person did with an item after the order was given stays.
        let may_be = |item: &Item| {
            only.as_ref().is_none_or(|ids| ids.contains(&item.item_id))
                && !item.is_changed_by_person_after(began_at)
        };
        for mut item in unclosed.into_iter().filter(may_be) {
            if item.hand_over(&from, &to, &by, began_at) {
                items::update(&mut tx, &item).await?;
                handed_over.push(item.item_id);
            }
        }
        let statement = sql("UPDATE handover SET ends_at = $1 \
                             WHERE ends_at > $1 AND from_name = $2 AND to_name = $3");
        tx.execute(ACTION, statement.bind(at).bind(&to).bind(&from)).await?;
        if let Some(ends_at) = ends_at {
            let statement = sql("UPDATE handover SET ends_at = $1 \
                                 WHERE ends_at > $1 AND from_name = $2");
            tx.execute(ACTION, statement.bind(at).bind(&from)).await?;
            let statement = sql("INSERT INTO handover (from_name, to_name, began_at, ends_at) \
                                 VALUES ($1, $2, $3, $4)");
            tx.execute(ACTION, statement.bind(&from).bind(&to).bind(began_at).bind(ends_at))
                .await?;
        }
        let mut data = journal;
        data.insert("items".to_owned(), value!(handed_over));
        let event =
            JournalEvent { kind: journal_kind::ITEMS_HANDED_OVER.to_owned(), data: data.into() };
        crate::store::journal::append(&mut tx, at, &[event]).await?;
        tx.commit(ACTION).await?;
        Ok(handed_over)
    }

    /// Whether a hand-over of this receiver or person was ordered after this time.
    pub async fn is_handed_over_since(&self, from: &str, after: Timestamp) -> Result<bool> {
        const ACTION: &str = "read the hand-overs";
        let statement =
            sql("SELECT 1 FROM handover WHERE from_name = $1 AND began_at > $2 LIMIT 1");
        let read = |_: &Row| Ok(());
        let found = self.pools.fetch(ACTION, statement.bind(from).bind(after), read).await?;
        Ok(!found.is_empty())
    }

    /// The hand-overs that are in force, oldest first.
    pub async fn handovers(&self, now: Timestamp) -> Result<Vec<Handover>> {
        let statement =
            sql("SELECT from_name, to_name FROM handover WHERE ends_at > $1 ORDER BY seq")
                .bind(now);
        let read = |row: &Row| Ok(Handover { from: row.text(0)?, to: row.text(1)? });
        self.pools.fetch("read the hand-overs", statement, read).await
    }
}
