//! How many checks were made on each day, and which were not made.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use crate::domain::JournalEntry;
use crate::store::journal::entry_of;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::{Result, Store, StoreError};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The checks of one source on one day that had the same outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyChecks {
    pub day: Date,
    pub source: String,
    /// As in [`Check`](crate::store::Check).
    pub outcome: String,
    pub count: u64,
}

impl Store {
    /// Counts the checks with `since <= t < until`. A day begins at midnight of a clock with this
    /// offset from UTC. By day, source and outcome.
    pub async fn daily_checks(
        &self,
        since: Timestamp,
        until: Timestamp,
        offset: Offset,
    ) -> Result<Vec<DailyChecks>> {
        // A day has 86,400,000,000 microseconds. Both databases divide integers.
        let statement = sql("SELECT (at + $1) / 86400000000, source, outcome, COUNT(*) \
                             FROM source_check \
                             WHERE at >= $2 AND at < $3 \
                             GROUP BY 1, 2, 3 \
                             ORDER BY 1, 2, 3")
        .bind(i64::from(offset.seconds()) * 1_000_000)
        .bind(since)
        .bind(until);
        let read = |row: &Row| {
            Ok(DailyChecks {
                day: day(row.integer(0)?)?,
                source: row.text(1)?,
                outcome: row.text(2)?,
                count: row.count(3)?,
            })
        };
        self.pools.fetch("count the checks", statement, read).await
    }

    /// The journal's entries about checks that were due and were not made, of those that were noted
    /// at `since` or later, oldest first.
    pub async fn gaps(&self, since: Timestamp) -> Result<Vec<JournalEntry>> {
        // The kind is written out, because the index has only entries of this kind.
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE kind = 'gap' AND at >= $1 ORDER BY seq");
        self.pools.fetch("read the gaps", statement.bind(since), entry_of).await
    }
}

fn day(number: i64) -> Result<Date> {
    let day = Span::new().try_days(number).and_then(|days| EPOCH.checked_add(days));
    day.map_err(|error| StoreError::Unreadable {
        place: "the time of a check".to_owned(),
        reason: error.to_string(),
    })
}
