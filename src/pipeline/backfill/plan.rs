//! The dates of a backfill.

use std::sync::{Arc, PoisonError};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::ListCode;
use crate::pipeline::Program;
use crate::pipeline::backfill::CurrentBackfill;
use crate::pipeline::backfill::ecfr_source::EcfrSource;
use crate::pipeline::backfill::error::BackfillError;
use crate::pipeline::backfill::recorded_dates::recorded_dates;
use crate::store::HistorySpan;

/// The dates of a backfill, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The number of the plan among this process's plans for the source. Only the newest plan can
    /// be carried out, so that two backfills never mix.
    pub number: u64,
    pub dates: Vec<Date>,
}

/// Plans a backfill. Its dates begin with the last amendment at or before `from`, or with `from` if
/// the eCFR names none. They go on with every later amendment up to `to`, the eCFR's newest date,
/// or the first day on which all lists were checked, whichever is first.
///
/// # Errors
/// `Usage` if the source is not of kind `ecfr`, or if `to` is before `from`.
pub async fn plan(
    program: &Program,
    source_name: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Plan, BackfillError> {
    if let Some(to) = to.filter(|to| *to < from) {
        return Err(BackfillError::Usage(format!(
            "expected --to on or after --from {from}, but got {to}"
        )));
    }
    let wiring = program.wiring.load_full();
    let ecfr = EcfrSource::find(&wiring.config.sources, source_name)?;
    let now = program.clock.now();
    ecfr.refuse_during_pause(program, now).await?;
    let answer = async {
        let (fetcher, url, allow_private) = (&wiring.fetcher, ecfr.url, ecfr.allow_private);
        let newest = fetcher.ecfr_newest_date(url, allow_private, now).await?;
        Ok((newest, fetcher.ecfr_amendment_dates(url, allow_private, now).await?))
    };
    let (newest, amended) = match answer.await {
        Ok(answer) => answer,
        Err(problem) => {
            let what = "the dates on which Part 744 was amended";
            return Err(ecfr.fetch_failed(program, what, problem).await?);
        }
    };
    let spans = ecfr.history_spans(program).await?;
    let recorded = recorded_dates(program.store.as_ref(), source_name).await?;
    let mut backfills = program.backfills.lock().unwrap_or_else(PoisonError::into_inner);
    let current = backfills.entry(source_name.to_owned()).or_default();
    *current = CurrentBackfill { plan: current.plan + 1, recorded: Arc::new(recorded) };
    Ok(Plan { number: current.plan, dates: dates(&amended, newest, from, to, &spans) })
}

fn dates(
    amended: &[Date],
    newest: Date,
    from: Date,
    to: Option<Date>,
    spans: &[(ListCode, HistorySpan)],
) -> Vec<Date> {
    let last_amendment = amended.iter().copied().filter(|date| *date <= from).max().unwrap_or(from);
    // A history has no gap: a history that ends before `from` is continued from its end. And an
    // earlier beginning does not shorten a history at its end.
    let recorded_until = spans.iter().filter_map(|(_, span)| span.until).max();
    let begin = recorded_until.map_or(last_amendment, |until| last_amendment.min(until));
    let end = to.map_or(newest, |to| recorded_until.map_or(to, |until| to.max(until))).min(newest);
    // From the day on which all lists were checked, the checks are the history.
    let checked_from = spans.iter().map(|(_, span)| span.checked_from).max().flatten();
    let end = checked_from
        .filter(|_| spans.iter().all(|(_, span)| span.checked_from.is_some()))
        .map_or(end, |checked| end.min(checked));
    let mut dates = vec![begin];
    dates.extend(amended.iter().copied().filter(|date| *date > begin));
    dates.retain(|date| *date <= end);
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(from: &str, to: Option<&str>, span: HistorySpan, expected: &[&str]) {
        let amended = ["2021-01-05", "2021-03-01", "2021-06-01", "2022-02-01"].map(day);
        let found =
            dates(&amended, day("2022-12-31"), day(from), to.map(day), &[(ListCode::EL, span)]);
        assert_eq!(found, expected.iter().map(|text| day(text)).collect::<Vec<_>>());
    }

    #[test]
    fn ok_it_begins_with_the_last_amendment_before_and_ends_with_the_last_one_within() {
        let none = HistorySpan::default();
        check("2021-03-15", None, none, &["2021-03-01", "2021-06-01", "2022-02-01"]);
        check("2021-03-01", Some("2021-12-31"), none, &["2021-03-01", "2021-06-01"]);
        check("2020-01-01", Some("2021-03-01"), none, &["2020-01-01", "2021-01-05", "2021-03-01"]);
        check("2022-03-01", None, none, &["2022-02-01"]);
    }

    #[test]
    fn ok_a_history_has_no_gap_keeps_its_end_and_stops_where_checks_began() {
        let span = |from, until| HistorySpan {
            from: Some(day(from)),
            until: Some(day(until)),
            checked_from: None,
        };
        check(
            "2022-03-01",
            None,
            span("2021-01-05", "2021-03-01"),
            &["2021-03-01", "2021-06-01", "2022-02-01"],
        );
        check(
            "2021-01-05",
            Some("2021-01-31"),
            span("2021-03-01", "2021-06-01"),
            &["2021-01-05", "2021-03-01", "2021-06-01"],
        );
        let checked =
            HistorySpan { checked_from: Some(day("2021-06-01")), ..HistorySpan::default() };
        check("2021-03-01", None, checked, &["2021-03-01", "2021-06-01"]);
    }
}
