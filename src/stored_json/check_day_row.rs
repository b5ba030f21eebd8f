//! One row of the calendar of checks: what the checks of one source found on one day, and how many
//! were due and not made.
//!
//! Days are those of the zone of messages. A gap of the journal says how many checks were not made
//! between two times. They are spread evenly between the two, as the due times of most schedules
//! are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{CheckOutcome, JournalEntry};
use crate::store::{DailyChecks, Result, Store};

/// The checks of one source on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckDayRow {
    pub day: Date,
    pub source: String,
    /// `unchanged`, `changed` and `failed` together.
    pub made: u64,
    pub unchanged: u64,
    /// Something was new: a change, a first list, or a list that was put on hold.
    pub changed: u64,
    /// Nothing was learned: the source did not answer, its document was refused, or it had asked
    /// not to be asked.
    pub failed: u64,
    /// Due, but not made, because the program did not run.
    pub missed: u64,
}

/// What the journal says about checks that were not made.
#[derive(Debug, Deserialize)]
struct Gap {
    source: String,
    checks: u64,
    from: Timestamp,
    until: Timestamp,
}

impl CheckDayRow {
    /// The days from `first` to `last` with a check that was made or due, by day and source.
    pub async fn of(store: &Store, first: Date, last: Date, zone: &TimeZone) -> Result<Vec<Self>> {
        let Some((since, until)) = start(first, zone).zip(end(last, zone)) else {
            return Ok(Vec::new());
        };
        let mut counts = Vec::new();
        for (begins, ends, offset) in stretches(since, until, zone) {
            counts.extend(store.daily_checks(begins, ends, offset).await?);
        }
        // A gap is noted when it is over.
        let gaps = store.gaps(since).await?;
        Ok(rows(counts, &gaps, first, last, zone))
    }

    fn add(&mut self, outcome: &str, count: u64) {
        *match CheckOutcome::of_name(outcome) {
            CheckOutcome::Unchanged | CheckOutcome::NotModified => &mut self.unchanged,
            CheckOutcome::Changed | CheckOutcome::Baseline | CheckOutcome::OnHold => {
                &mut self.changed
            }
            CheckOutcome::Waiting | CheckOutcome::Refused | CheckOutcome::Failed => {
                &mut self.failed
            }
        } += count;
        self.made += count;
    }
}

fn rows(
    counts: Vec<DailyChecks>,
    gaps: &[JournalEntry],
    first: Date,
    last: Date,
    zone: &TimeZone,
) -> Vec<CheckDayRow> {
    let mut rows: BTreeMap<(Date, String), CheckDayRow> = BTreeMap::new();
    for DailyChecks { day, source, outcome, count } in counts {
        row_of(&mut rows, day, source).add(&outcome, count);
    }
    // An entry that cannot be read is not this program's.
    for gap in gaps.iter().filter_map(|entry| serde_json::from_str::<Gap>(&entry.data).ok()) {
        let from = gap.from.to_zoned(zone.clone()).date().max(first);
        let until = gap.until.to_zoned(zone.clone()).date().min(last);
        for day in from.series(1.day()).take_while(|day| *day <= until) {
            let missed = missed_on(&gap, day, zone);
            if missed > 0 {
                row_of(&mut rows, day, gap.source.clone()).missed += missed;
            }
        }
    }
    rows.into_values().collect()
}

fn row_of(
    rows: &mut BTreeMap<(Date, String), CheckDayRow>,
    day: Date,
    source: String,
) -> &mut CheckDayRow {
    let new = CheckDayRow { day, source: source.clone(), ..CheckDayRow::default() };
    rows.entry((day, source)).or_insert(new)
}

/// How many of the checks of a gap were due on this day.
fn missed_on(gap: &Gap, day: Date, zone: &TimeZone) -> u64 {
    let before = |at: Option<Timestamp>| at.map_or(gap.checks, |at| due_before(gap, at));
    before(end(day, zone)).saturating_sub(before(start(day, zone)))
}

/// How many of the checks of a gap were due before a time, if they were due at even distances: the
/// first at `from`, and the last at `until`.
fn due_before(gap: &Gap, at: Timestamp) -> u64 {
    if at <= gap.from {
        return 0;
    }
    if at > gap.until {
        return gap.checks;
    }
    let micros = |from: Timestamp, to: Timestamp| to.as_microsecond() - from.as_microsecond();
    let (passed, whole) = (micros(gap.from, at), micros(gap.from, gap.until).max(1));
    let steps = i128::from(gap.checks.saturating_sub(1));
    let ended = (i128::from(passed) * steps + i128::from(whole) - 1) / i128::from(whole);
    u64::try_from(ended).unwrap_or(0).min(gap.checks)
}

/// The parts of a period in which the clock of the zone has one offset from UTC.
fn stretches(
    since: Timestamp,
    until: Timestamp,
    zone: &TimeZone,
) -> Vec<(Timestamp, Timestamp, Offset)> {
    let changes = zone.following(since).map(|change| change.timestamp());
    let mut edges: Vec<Timestamp> = vec![since];
    edges.extend(changes.take_while(|at| *at < until));
    edges.push(until);
    edges
        .windows(2)
        .filter_map(|pair| match pair {
            [begins, ends] => Some((*begins, *ends, zone.to_offset(*begins))),
            _ => None,
        })
        .collect()
}

fn start(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|start| start.timestamp())
}

fn end(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    start(day.tomorrow().ok()?, zone)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::journal::JournalEvent;

    fn new_york() -> TimeZone {
        TimeZone::get("America/New_York").unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn gap(checks: u64, from: &str, until: &str) -> JournalEntry {
        let data = json!({"source": "csl", "checks": checks, "from": from, "until": until});
        let event = JournalEvent { kind: "gap".into(), data };
        JournalEntry::new(1, until.parse().unwrap(), &event, JournalEntry::genesis())
    }

    fn found(outcome: &str, count: u64) -> DailyChecks {
        let day = day("2026-11-02");
        DailyChecks { day, source: "csl".into(), outcome: outcome.into(), count }
    }

    #[test]
    fn ok_every_outcome_is_unchanged_changed_or_failed() {
        let counts = [
            ("not modified", 90),
            ("unchanged", 1),
            ("changed", 2),
            ("baseline", 1),
            ("held", 1),
            ("refused", 1),
            ("failed", 3),
            ("waiting", 1),
        ];
        let counts = counts.map(|(outcome, count)| found(outcome, count)).to_vec();
        let (first, last) = (day("2026-11-01"), day("2026-11-30"));
        let rows = rows(counts, &[], first, last, &TimeZone::UTC);
        let expected = CheckDayRow {
            day: day("2026-11-02"),
            source: "csl".into(),
            made: 100,
            unchanged: 91,
            changed: 4,
            failed: 5,
            missed: 0,
        };
        assert_eq!(rows, [expected]);
    }

    fn check_missed(gap: JournalEntry, expected: &[(&str, u64)]) {
        let (first, last) = (day("2026-10-30"), day("2026-11-03"));
        let rows = rows(Vec::new(), &[gap], first, last, &new_york());
        let missed: Vec<(String, u64)> =
            rows.iter().map(|row| (row.day.to_string(), row.missed)).collect();
        let expected: Vec<(String, u64)> =
            expected.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect();
        assert_eq!(missed, expected);
        assert!(rows.iter().all(|row| row.made == 0));
    }

    #[test]
    fn ok_missed_checks_are_spread_over_the_days_of_their_gap() {
        check_missed(gap(1, "2026-11-02T15:00:00Z", "2026-11-02T15:00:00Z"), &[("2026-11-02", 1)]);
        check_missed(
            gap(8, "2026-11-02T03:00:00Z", "2026-11-02T10:00:00Z"),
            &[("2026-11-01", 2), ("2026-11-02", 6)],
        );
        // November 1 has 25 hours in New York.
        check_missed(
            gap(49, "2026-10-31T04:00:00Z", "2026-11-02T04:00:00Z"),
            &[("2026-10-31", 24), ("2026-11-01", 25)],
        );
        // Only the days that are asked for.
        check_missed(
            gap(240, "2026-10-25T04:00:00Z", "2026-11-04T03:00:00Z"),
            &[
                ("2026-10-30", 24),
                ("2026-10-31", 24),
                ("2026-11-01", 25),
                ("2026-11-02", 24),
                ("2026-11-03", 23),
            ],
        );
    }

    #[test]
    fn ok_a_change_of_the_clock_begins_another_stretch() {
        let zone = new_york();
        let (since, until) =
            (start(day("2026-10-31"), &zone).unwrap(), end(day("2026-11-02"), &zone).unwrap());
        let stretches: Vec<(String, i32)> = stretches(since, until, &zone)
            .into_iter()
            .map(|(begins, _, offset)| (begins.to_string(), offset.seconds() / 3600))
            .collect();
        assert_eq!(
            stretches,
            [("2026-10-31T04:00:00Z".to_owned(), -4), ("2026-11-01T06:00:00Z".to_owned(), -5)]
        );
    }
}
