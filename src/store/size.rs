//! How large the database is, and how fast it grows.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::pools::Pools;
use crate::store::statement::sql;
use crate::store::{Result, Store};

/// A younger database says nothing about a year.
const LEAST_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A year of 365 days, in milliseconds.
const YEAR_MS: u128 = 365 * 24 * 3600 * 1000;

/// The size of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StoreSize {
    /// With the free space in it, and without its log.
    pub bytes: u64,
    /// The average since the first entry of the journal. Null in the first week.
    pub bytes_per_year: Option<u64>,
}

impl Store {
    pub async fn size(&self, now: Timestamp) -> Result<StoreSize> {
        const ACTION: &str = "read the size of the database";
        let size = match self.pools {
            Pools::Sqlite { .. } => {
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            }
            Pools::Postgres { .. } => "SELECT pg_database_size(current_database())",
        };
        let bytes = self.pools.fetch_one(ACTION, sql(size)).await?;
        let bytes = bytes.map_or(Ok(0), |row| row.count(0))?;
        let first = sql("SELECT at FROM journal ORDER BY seq LIMIT 1");
        let first =
            self.pools.fetch_one(ACTION, first).await?.map(|row| row.time(0)).transpose()?;
        Ok(StoreSize { bytes, bytes_per_year: first.and_then(|at| per_year(bytes, at, now)) })
    }
}

fn per_year(bytes: u64, first: Timestamp, now: Timestamp) -> Option<u64> {
    let age = now.duration_since(first);
    let age_ms = u128::try_from(age.as_millis()).ok().filter(|_| age >= LEAST_AGE)?;
    u64::try_from(u128::from(bytes) * YEAR_MS / age_ms).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_growth_is_an_average_and_unknown_in_the_first_week() {
        let check = |bytes, days: i64, expected| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
            assert_eq!(per_year(bytes, Timestamp::UNIX_EPOCH, now), expected, "{days}");
        };
        check(1_000_000, 6, None);
        check(1_000_000, 365, Some(1_000_000));
        check(1_000_000, 73, Some(5_000_000));
        check(u64::MAX, 7, None);
        assert_eq!(per_year(1, Timestamp::MAX, Timestamp::UNIX_EPOCH), None);
    }
}
