//! Documents of the Federal Register: the changes that they order, and their pages.

use std::ops::RangeInclusive;

use jiff::civil::Date;

use crate::domain::RecordedRule;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::{Value, json};
use crate::store::{Result, Store};

impl Store {
    /// Documents of the Federal Register of this day and later (`RecordedRule::day`), oldest first.
    pub async fn rules(&self, since: Date) -> Result<Vec<RecordedRule>> {
        let statement =
            sql("SELECT source, json FROM rule WHERE day >= $1 ORDER BY day, document_number")
                .bind(since);
        self.pools.fetch("read the rules", statement, rule_of).await
    }

    /// Documents of the Federal Register of these days (`RecordedRule::day`), oldest first.
    pub async fn rules_between(&self, days: RangeInclusive<Date>) -> Result<Vec<RecordedRule>> {
        let statement = sql("SELECT source, json FROM rule WHERE day >= $1 AND day <= $2 \
                             ORDER BY day, document_number")
        .bind(*days.start())
        .bind(*days.end());
        self.pools.fetch("read the rules of some days", statement, rule_of).await
    }

    /// Reads all documents of the Federal Register one by one, oldest first.
    pub async fn each_rule(&self, mut take: impl FnMut(RecordedRule)) -> Result<()> {
        let statement = sql("SELECT source, json FROM rule ORDER BY day, document_number");
        let read = |row: &Row| {
            take(rule_of(row)?);
            Ok(())
        };
        self.pools.fetch("read all rules", statement, read).await.map(drop)
    }

    /// The document that has this page, whether it concerns the list or not. Where two share the
    /// page, the one that begins on it.
    pub async fn document_covering(&self, volume: u16, page: u32) -> Result<Option<RecordedRule>> {
        let statement = sql("SELECT source, json \
                 FROM rule \
                 WHERE volume = $1 AND start_page <= $2 AND end_page >= $2 \
                 AND state IN ('published', 'other') \
                 ORDER BY start_page DESC, document_number \
                 LIMIT 1")
        .bind(u32::from(volume))
        .bind(page);
        self.pools.fetch_one("read a document", statement).await?.as_ref().map(rule_of).transpose()
    }

    /// The document with this number.
    pub async fn rule_numbered(&self, document_number: &str) -> Result<Option<RecordedRule>> {
        let statement =
            sql("SELECT source, json FROM rule WHERE document_number = $1").bind(document_number);
        self.pools.fetch_one("read a rule", statement).await?.as_ref().map(rule_of).transpose()
    }

    /// The published rule that has this page. If one rule ends on the page and another begins on
    /// it, the one that begins.
    pub async fn rule_covering(&self, volume: u16, page: u32) -> Result<Option<RecordedRule>> {
        let statement = sql("SELECT source, json \
                 FROM rule \
                 WHERE volume = $1 AND start_page <= $2 AND end_page >= $2 \
                 AND state = 'published' \
                 ORDER BY start_page DESC, document_number \
                 LIMIT 1")
        .bind(u32::from(volume))
        .bind(page);
        self.pools.fetch_one("read a rule", statement).await?.as_ref().map(rule_of).transpose()
    }
}

/// Writes a rule, and replaces what is stored under its document number.
pub async fn write(tx: &mut Tx, rule: &RecordedRule) -> Result<()> {
    let number = |number: Option<u32>| Value::Integer(number.map(i64::from));
    let statement = sql("INSERT INTO rule (document_number, source, state, volume, start_page, \
                         end_page, day, json) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                         ON CONFLICT (document_number) DO UPDATE \
                         SET state = excluded.state, volume = excluded.volume, \
                         start_page = excluded.start_page, end_page = excluded.end_page, \
                         day = excluded.day, json = excluded.json")
    .bind(rule.document_number.as_str())
    .bind(rule.source.as_str())
    .bind(rule.state.as_str())
    .bind(number(rule.volume.map(u32::from)))
    .bind(number(rule.start_page))
    .bind(number(rule.end_page.or(rule.start_page)))
    .bind(rule.day())
    .bind(json(rule)?);
    tx.execute("write a rule", statement).await?;
    Ok(())
}

/// The name of the source is taken from its column, because a source can be renamed.
fn rule_of(row: &Row) -> Result<RecordedRule> {
    Ok(RecordedRule { source: row.text(0)?, ..row.json(1)? })
}
