//! Sample messages of assurance: a quiet week, and one with problems.

use jiff::{SignedDuration, Timestamp};

use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::assurance::{
    CheckCounts, HoldAssurance, ItemAssurance, LastChange, ListAssurance, MissedChecks,
    SourceAssurance, Undelivered,
};
use crate::domain::{
    Alert, AlertBody, AlertId, Assurance, HoldId, HoldReason, ItemId, ItemState, ListCode, Sha256,
};

/// `2022-07-04T13:00:00Z`: a Monday, nine in the morning in Washington.
const MONDAY: Timestamp = Timestamp::constant(1_656_939_600, 0);
/// A check every 15 minutes of a week.
const IN_A_WEEK: u64 = 7 * 24 * 4;

/// A week in which every check was made and nothing changed.
pub fn quiet() -> Alert {
    alert("", AlertBody::Assurance(Box::new(quiet_week())))
}

/// A week with missed checks, a hold, open items and undelivered alerts.
pub fn troubled() -> Alert {
    let mut data = quiet_week();
    let source = |data: &mut Assurance, checks: CheckCounts| {
        data.sources.iter_mut().next().into_iter().for_each(|source| source.checks = checks);
    };
    let checks = CheckCounts {
        made: IN_A_WEEK - 13,
        unchanged: IN_A_WEEK - 18,
        failed: 3,
        missed: 13,
        ..data.checks
    };
    source(&mut data, CheckCounts { due: IN_A_WEEK, ..checks });
    data.checks = CheckCounts { due: 2 * IN_A_WEEK, made: 2 * IN_A_WEEK - 13, ..checks };
    let hours = |hours| MONDAY - SignedDuration::from_hours(hours);
    if let Some(first) = data.sources.first_mut() {
        first.missed = vec![
            MissedChecks { count: 12, first: hours(60), last: hours(57) },
            MissedChecks { count: 1, first: hours(20), last: hours(20) },
        ];
        first.failing_since = Some(hours(1));
        first.last_error = Some("expected HTTP 200, but got HTTP 504 Gateway Timeout".into());
    }
    data.change_count = 41;
    data.holds = vec![HoldAssurance {
        hold_id: HoldId::of(["sample"]),
        source: "csl".into(),
        list: ListCode::EL,
        reason: HoldReason::Loss,
        opened_at: hours(30),
    }];
    data.dead = vec![Undelivered { receiver: "erp".into(), deliveries: 1, since: None }];
    data.waiting =
        vec![Undelivered { receiver: "desk".into(), deliveries: 2, since: Some(hours(5)) }];
    data.items = vec![ItemAssurance {
        item_id: ItemId::of(["sample"]),
        state: ItemState::Open,
        title: "Entity List: 41 added".into(),
        opened_at: hours(70),
        taken_by: None,
    }];
    alert("problems", AlertBody::Assurance(Box::new(data)))
}

fn quiet_week() -> Assurance {
    let checks =
        CheckCounts { due: IN_A_WEEK, made: IN_A_WEEK, unchanged: IN_A_WEEK, failed: 0, missed: 0 };
    let minutes = |minutes| MONDAY - SignedDuration::from_mins(minutes);
    let source = |name: &str| SourceAssurance {
        source: name.to_owned(),
        checks,
        missed: Vec::new(),
        last_success_at: Some(minutes(15)),
        failing_since: None,
        last_error: None,
    };
    let list = |name: &str, entries| ListAssurance {
        source: name.to_owned(),
        list: ListCode::EL,
        entries,
        observed_at: OBSERVED_AT - SignedDuration::from_hours(24 * 9),
        as_of: Some(jiff::civil::date(2022, 6, 21)),
        confirmed_at: Some(minutes(15)),
    };
    Assurance {
        alert_id: AlertId::of(["assurance", "sample"]),
        receivers: vec!["compliance".into()],
        from: MONDAY - SignedDuration::from_hours(7 * 24),
        to: MONDAY,
        checks: CheckCounts {
            due: 2 * IN_A_WEEK,
            made: 2 * IN_A_WEEK,
            unchanged: 2 * IN_A_WEEK,
            ..checks
        },
        sources: vec![source("csl"), source("ecfr")],
        lists: vec![list("csl", 3_410), list("ecfr", 2_239)],
        change_count: 0,
        last_change: Some(LastChange {
            at: OBSERVED_AT - SignedDuration::from_hours(24 * 9),
            source: "csl".into(),
            list: ListCode::EL,
            name: "Connec Electronic Ltd.".into(),
            alert_id: Some(AlertId::of(["sample"])),
        }),
        holds: Vec::new(),
        dead: Vec::new(),
        waiting: Vec::new(),
        items: Vec::new(),
        watchlists: Vec::new(),
        journal_head: Sha256::of(b"head"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_documented_one() {
        assert_eq!(MONDAY.to_string(), "2022-07-04T13:00:00Z");
    }
}
