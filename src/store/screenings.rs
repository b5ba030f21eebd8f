//! What each receiver with `show_matches` is shown with an alert. Written with the alert, and never
//! changed.

use crate::domain::matching::screening::ShownMatch;
use crate::domain::{AlertId, Screening};
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::{Value, json};
use crate::store::{Outgoing, Result, Store};

impl Store {
    /// What a receiver is shown with an alert. `None` if nothing was compared for it.
    pub async fn screening(&self, alert: &AlertId, receiver: &str) -> Result<Option<Screening>> {
        const ACTION: &str = "read what a delivery shows";
        let head = sql("SELECT watchlists FROM screening WHERE alert_id = $1 AND receiver = $2")
            .bind(alert.as_str())
            .bind(receiver);
        let Some(row) = self.pools.fetch_one(ACTION, head).await? else { return Ok(None) };
        let watchlists = row.json(0)?;
        let rows = sql("SELECT json \
                        FROM shown_match \
                        WHERE alert_id = $1 AND receiver = $2 \
                        ORDER BY position")
        .bind(alert.as_str())
        .bind(receiver);
        let matches: Vec<ShownMatch> = self.pools.fetch(ACTION, rows, |row| row.json(0)).await?;
        Ok(Some(Screening { watchlists, matches }))
    }

    /// The receivers that are shown something with an alert.
    pub async fn receivers_of_screening(&self, alert: &AlertId) -> Result<Vec<String>> {
        let statement = sql("SELECT receiver FROM screening WHERE alert_id = $1 ORDER BY receiver")
            .bind(alert.as_str());
        self.pools.fetch("read who is shown matches", statement, |row| row.text(0)).await
    }

    /// The receivers that were shown something with any alert that is kept.
    pub async fn receivers_with_matches(&self) -> Result<Vec<String>> {
        let statement = sql("SELECT DISTINCT receiver FROM screening ORDER BY receiver");
        self.pools.fetch("read who was shown matches", statement, |row| row.text(0)).await
    }
}

/// Writes what the receivers of an alert are shown. What is already stored is left as it is.
pub async fn write(tx: &mut Tx, outgoing: &Outgoing) -> Result<()> {
    const ACTION: &str = "write what a delivery shows";
    let alert = outgoing.alert.alert_id.as_str();
    for (receiver, screening) in &outgoing.screenings {
        let statement = sql("INSERT INTO screening (alert_id, receiver, watchlists) \
                             VALUES ($1, $2, $3) \
                             ON CONFLICT (alert_id, receiver) DO NOTHING")
        .bind(alert)
        .bind(receiver.as_str())
        .bind(json(&screening.watchlists)?);
        tx.execute(ACTION, statement).await?;
        let rows: Vec<Vec<Value>> = screening
            .matches
            .iter()
            .enumerate()
            .map(|(position, shown)| {
                Ok(vec![
                    alert.into(),
                    receiver.as_str().into(),
                    position.into(),
                    shown.found.match_id.as_str().into(),
                    json(shown)?,
                ])
            })
            .collect::<Result<_>>()?;
        tx.insert(
            ACTION,
            "INSERT INTO shown_match (alert_id, receiver, position, match_id, json)",
            5,
            "ON CONFLICT (alert_id, receiver, position) DO NOTHING",
            rows,
        )
        .await?;
    }
    Ok(())
}
