//! The alerts, and the rule pages that they cite.

use jiff::Timestamp;

use crate::domain::{Alert, AlertId, AlertKind, Citation};
use crate::store::row::Row;
use crate::store::statement::{CHUNK, Sql, placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{AlertQuery, Result, Store};

/// An alert in a list of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertLine {
    pub alert_id: AlertId,
    /// `list.changed`
    pub r#type: String,
    pub created_at: Timestamp,
}

impl AlertLine {
    /// `None` if a newer program wrote it.
    pub fn kind(&self) -> Option<AlertKind> {
        AlertKind::ALL.iter().copied().find(|kind| kind.as_str() == self.r#type)
    }
}

impl Store {
    pub async fn alert(&self, id: &AlertId) -> Result<Option<Alert>> {
        let statement = sql("SELECT json FROM alert WHERE alert_id = $1").bind(id.as_str());
        self.pools.fetch_one("read an alert", statement).await?.map(|row| row.json(0)).transpose()
    }

    /// The alerts that match, newest first.
    pub async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>> {
        let statement = selected("SELECT json FROM alert WHERE 1 = 1", query)
            .then(" ORDER BY created_at DESC, seq DESC")
            .limit(query.limit)
            .and_if(" OFFSET $?", query.offset);
        self.pools.fetch("read the alerts", statement, |row| row.json(0)).await
    }

    /// Like [`Store::alerts`], without their content, which can be long.
    pub async fn alert_lines(&self, query: &AlertQuery) -> Result<Vec<AlertLine>> {
        let text = "SELECT alert_id, type, created_at FROM alert WHERE 1 = 1";
        let statement = selected(text, query)
            .then(" ORDER BY created_at DESC, seq DESC")
            .limit(query.limit)
            .and_if(" OFFSET $?", query.offset);
        self.pools.fetch("read the lines of alerts", statement, line_of).await
    }

    /// The lines of these alerts, newest first.
    pub async fn lines_of_alerts(&self, ids: &[&AlertId]) -> Result<Vec<AlertLine>> {
        let mut lines = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let text = format!(
                "SELECT alert_id, type, created_at FROM alert WHERE alert_id IN ({})",
                placeholders(0, chunk.len())
            );
            let statement = sql(text).bind_all(chunk.iter().map(|id| id.as_str()));
            lines.extend(self.pools.fetch("read the lines of alerts", statement, line_of).await?);
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.created_at));
        Ok(lines)
    }

    /// How many alerts match, whatever the limit is.
    pub async fn count_alerts(&self, query: &AlertQuery) -> Result<u64> {
        let statement = selected("SELECT COUNT(*) FROM alert WHERE 1 = 1", query);
        let row = self.pools.fetch_one("count the alerts", statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// The alerts of this source that are attributed to one of these pages, oldest first, each with
    /// the number of its changes.
    pub async fn alerts_citing(
        &self,
        source: &str,
        citations: &[Citation],
    ) -> Result<Vec<(AlertId, usize)>> {
        let mut wanted: Vec<String> = citations.iter().map(ToString::to_string).collect();
        wanted.sort();
        wanted.dedup();
        let mut found = Vec::new();
        for citations in wanted.chunks(CHUNK) {
            let text = format!(
                "SELECT seq, alert_id, changes \
                 FROM alert \
                 WHERE source = $1 AND alert_id IN (SELECT alert_id \
                 FROM alert_citation \
                 WHERE citation IN ({}))",
                placeholders(1, citations.len())
            );
            let read = |row: &Row| {
                Ok((
                    row.integer(0)?,
                    AlertId(row.text(1)?),
                    usize::try_from(row.count(2)?).unwrap_or(usize::MAX),
                ))
            };
            found.extend(
                self.pools
                    .fetch(
                        "find alerts by citation",
                        sql(text).bind(source).bind_all(citations),
                        read,
                    )
                    .await?,
            );
        }
        // An alert may cite pages of several chunks.
        found.sort();
        found.dedup();
        Ok(found.into_iter().map(|(_, id, changes)| (id, changes)).collect())
    }
}

fn line_of(row: &Row) -> Result<AlertLine> {
    Ok(AlertLine {
        alert_id: AlertId(row.text(0)?),
        r#type: row.text(1)?,
        created_at: row.time(2)?,
    })
}

/// The statement with the conditions of a query.
fn selected(text: &'static str, query: &AlertQuery) -> Sql {
    let mut statement = sql(text);
    if !query.kinds.is_empty() {
        // The filter is in the SQL, so that alerts which do not match do not count toward the
        // limit.
        statement = statement
            .then(&format!(" AND type IN ({})", placeholders(0, query.kinds.len())))
            .bind_all(query.kinds.iter().map(|kind| kind.as_str()));
    }
    if !query.without_receivers.is_empty() {
        let made_for_some = AlertKind::MADE_FOR_SOME;
        let taken = query.kinds.len();
        let (types, names) = (
            placeholders(taken, made_for_some.len()),
            placeholders(taken + made_for_some.len(), query.without_receivers.len()),
        );
        statement = statement
            .then(&format!(
                " AND (type NOT IN ({types}) OR EXISTS (SELECT 1 FROM delivery d \
                 WHERE d.alert_id = alert.alert_id AND d.receiver NOT IN ({names})))"
            ))
            .bind_all(made_for_some.iter().map(|kind| kind.as_str()))
            .bind_all(query.without_receivers.iter().map(String::as_str));
    }
    statement
        .and_if(" AND source = $?", query.source.as_deref())
        .and_if(" AND created_at >= $?", query.since)
        .and_if(" AND created_at < $?", query.until)
}

/// Inserts an alert and its citations. What is already stored under its id is left as it is.
pub async fn write(tx: &mut Tx, alert: &Alert, citations: &[Citation]) -> Result<()> {
    let statement = sql("INSERT INTO alert (alert_id, type, source, created_at, changes, json) \
                         VALUES ($1, $2, $3, $4, $5, $6) \
                         ON CONFLICT (alert_id) DO NOTHING")
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
    Ok(())
}
