//! The state of each receiver.

use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{ReceiverState, Result, Store, StoreError, journal};

impl Store {
    /// The states of all receivers that were ever tried, by name.
    pub async fn receiver_states(&self) -> Result<Vec<ReceiverState>> {
        let statement = sql("SELECT state FROM receiver_state ORDER BY receiver");
        self.pools.fetch("read the receivers", statement, |row| row.json(0)).await
    }

    /// Replaces the state of a receiver, and adds `events` to the journal at the time `at`.
    pub async fn set_receiver_state(
        &self,
        state: ReceiverState,
        at: Timestamp,
        events: Vec<JournalEvent>,
    ) -> Result<()> {
        const ACTION: &str = "write a receiver's state";
        let mut tx = self.pools.begin(ACTION).await?;
        write(&mut tx, &state).await?;
        journal::append(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }
}

/// Fails if the state of a receiver is not this one any more.
pub async fn check_unchanged(tx: &mut Tx, read: &ReceiverState) -> Result<()> {
    let statement = sql("SELECT state FROM receiver_state WHERE receiver = $1");
    let row = tx.fetch_one("read a receiver", statement.bind(read.receiver.as_str())).await?;
    let stored: ReceiverState = match row {
        Some(row) => row.json(0)?,
        None => ReceiverState { receiver: read.receiver.clone(), ..ReceiverState::default() },
    };
    if stored == *read {
        Ok(())
    } else {
        Err(StoreError::ReceiverChanged { receiver: read.receiver.clone() })
    }
}

/// Writes the state of a receiver, and replaces the one before.
pub async fn write(tx: &mut Tx, state: &ReceiverState) -> Result<()> {
    let statement = sql("INSERT INTO receiver_state (receiver, state) \
                         VALUES ($1, $2) \
                         ON CONFLICT (receiver) DO UPDATE \
                         SET state = excluded.state");
    tx.execute(
        "write a receiver's state",
        statement.bind(state.receiver.as_str()).bind(json(state)?),
    )
    .await?;
    Ok(())
}
