//! One row of either database, read by the position of its columns.
//!
//! Numbers are 64 bits, times are microseconds, truths are 0 and 1, JSON is text.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::store::{Result, StoreError};

/// One row. Columns count from 0.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Reads a column of either kind of row.
macro_rules! column {
    ($row:expr, $column:expr, $kind:ty) => {
        match $row {
            Row::Sqlite(row) => row.try_get::<$kind, usize>($column),
            Row::Postgres(row) => row.try_get::<$kind, usize>($column),
        }
        .map_err(StoreError::database("read a column"))
    };
}

impl Row {
    pub fn integer(&self, column: usize) -> Result<i64> {
        column!(self, column, i64)
    }

    pub fn count(&self, column: usize) -> Result<u64> {
        let number = self.integer(column)?;
        u64::try_from(number)
            .map_err(|_| unreadable(column, format!("expected a count, but got {number}")))
    }

    pub fn count32(&self, column: usize) -> Result<u32> {
        let number = self.integer(column)?;
        u32::try_from(number)
            .map_err(|_| unreadable(column, format!("expected a count, but got {number}")))
    }

    pub fn truth(&self, column: usize) -> Result<bool> {
        Ok(self.integer(column)? != 0)
    }

    pub fn text(&self, column: usize) -> Result<String> {
        column!(self, column, String)
    }

    pub fn text_if_any(&self, column: usize) -> Result<Option<String>> {
        column!(self, column, Option<String>)
    }

    pub fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        column!(self, column, Vec<u8>)
    }

    pub fn bytes_if_any(&self, column: usize) -> Result<Option<Vec<u8>>> {
        column!(self, column, Option<Vec<u8>>)
    }

    pub fn integer_if_any(&self, column: usize) -> Result<Option<i64>> {
        column!(self, column, Option<i64>)
    }

    pub fn time(&self, column: usize) -> Result<Timestamp> {
        as_time(self.integer(column)?, column)
    }

    pub fn time_if_any(&self, column: usize) -> Result<Option<Timestamp>> {
        column!(self, column, Option<i64>)?.map(|number| as_time(number, column)).transpose()
    }

    pub fn day_if_any(&self, column: usize) -> Result<Option<Date>> {
        let day = self.text_if_any(column)?;
        day.map(|day| {
            day.parse().map_err(|error: jiff::Error| unreadable(column, error.to_string()))
        })
        .transpose()
    }

    pub fn json_if_any<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>> {
        if self.text_if_any(column)?.is_none() { Ok(None) } else { self.json(column).map(Some) }
    }

    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T> {
        let text = match self {
            Row::Sqlite(row) => row.try_get::<&str, usize>(column),
            Row::Postgres(row) => row.try_get::<&str, usize>(column),
        };
        let text = text.map_err(StoreError::database("read a column"))?;
        serde_json::from_str(text).map_err(|error| unreadable(column, error.to_string()))
    }
}

fn as_time(microseconds: i64, column: usize) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|error| unreadable(column, error.to_string()))
}

fn unreadable(column: usize, reason: String) -> StoreError {
    StoreError::Unreadable { place: format!("column {} of a row of the store", column + 1), reason }
}
