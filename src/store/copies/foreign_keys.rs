//! Rows that refer to a row that does not exist.

use crate::store::Result;
use crate::store::copies::side::Side;
use crate::store::statement::sql;

const ACTION: &str = "check the references between tables";

/// Counts the rows of each table whose reference leads nowhere, in words.
pub async fn broken(side: &mut Side) -> Result<Vec<String>> {
    match side {
        Side::Sqlite(_) => {
            // The pragma has one row for each reference.
            let statement = sql("SELECT \"table\", COUNT(*) FROM pragma_foreign_key_check() \
                                 GROUP BY \"table\"");
            let read = |row: &crate::store::row::Row| {
                Ok(format!("{} rows of `{}` refer to nothing", row.integer(1)?, row.text(0)?))
            };
            side.fetch(ACTION, statement, read).await
        }
        Side::Postgres(_) => broken_in_postgres(side).await,
    }
}

/// The server checks each reference when it is written. Damage on the disk is found only by looking
/// at the rows.
async fn broken_in_postgres(side: &mut Side) -> Result<Vec<String>> {
    let references = sql("SELECT o.relname::TEXT, a.attname::TEXT, r.relname::TEXT, \
                          b.attname::TEXT \
                          FROM pg_constraint c \
                          JOIN pg_class o ON o.oid = c.conrelid \
                          JOIN pg_class r ON r.oid = c.confrelid \
                          JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = c.conkey[1] \
                          JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = c.confkey[1] \
                          WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 1 \
                          AND c.connamespace = current_schema()::regnamespace \
                          ORDER BY 1, 2");
    let read =
        |row: &crate::store::row::Row| Ok([row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?]);
    let mut found = Vec::new();
    for [table, column, other, key] in side.fetch(ACTION, references, read).await? {
        let statement = format!(
            "SELECT COUNT(*) FROM \"{table}\" t WHERE t.\"{column}\" IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM \"{other}\" o WHERE o.\"{key}\" = t.\"{column}\")"
        );
        let count = side.count(ACTION, sql(statement)).await?;
        if count > 0 {
            found.push(format!("{count} rows of `{table}` refer to nothing"));
        }
    }
    Ok(found)
}
