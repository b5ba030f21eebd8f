//! When operators are alerted that a source fails, and that it works again. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::domain::SourceState;
use crate::domain::alert::{AlertBody, SourceFailing, SourceRecovered};
use crate::domain::state::Outage;
use crate::pipeline::check::DAILY;

/// Operators are alerted that a source cannot be reached after this many failed checks. Publishers
/// drop single connections daily, so one failure means nothing.
const FAILURES_BEFORE_ALERT: u32 = 3;
/// They are also alerted if no check has succeeded for this long. The time up to which the
/// publisher asked us to wait counts too.
const SILENCE_BEFORE_ALERT: SignedDuration = SignedDuration::from_hours(1);
/// Operators are reminded of an outage this often.
const REMIND_EVERY: SignedDuration = DAILY;
/// A source works again when this many checks in a row have succeeded. A publisher in trouble may
/// serve a web page in every second answer.
const STABLE_CHECKS: u32 = 2;
/// Outages that begin within this time of each other count as flapping.
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A flapping source works again when all checks have succeeded for this long. This limits the
/// alerts about one source to six a day: three outages, two recoveries and one reminder.
const FLAPPING_STABLE_FOR: SignedDuration = SignedDuration::from_hours(12);

/// How a check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    /// The document came, and was not usable. Operators are alerted at once.
    pub refused: bool,
    /// The time until which the publisher asked us to wait.
    pub retry_after: Option<Timestamp>,
}

/// Notes a failed check in `state`, and returns the alert to operators if one is due.
pub fn failed(state: &mut SourceState, failure: &Failure, now: Timestamp) -> Option<AlertBody> {
    state.consecutive_failures += 1;
    let failing_since = *state.failing_since.get_or_insert(now);
    state.last_error = Some(failure.message.clone());
    state.retry_after_until = failure.retry_after;
    let outage = &mut state.outage;
    (outage.works_since, outage.successes) = (None, 0);
    outage.first_alerts_at.retain(|at| now.duration_since(*at) < FLAPPING_WITHIN);
    if state.failure_alerted {
        let alerted_at = *outage.alerted_at.get_or_insert(now);
        if now.duration_since(alerted_at) < REMIND_EVERY {
            return None;
        }
    } else {
        let silent_until = failure.retry_after.map_or(now, |until| until.max(now));
        let silent = state
            .last_success_at
            .is_none_or(|success| silent_until.duration_since(success) >= SILENCE_BEFORE_ALERT);
        if !(failure.refused || silent || state.consecutive_failures >= FAILURES_BEFORE_ALERT) {
            return None;
        }
        state.failure_alerted = true;
        outage.since = Some(failing_since);
        outage.first_alerts_at.push(now);
    }
    outage.alerted_at = Some(now);
    Some(AlertBody::SourceFailing(SourceFailing {
        source: state.source.clone(),
        failing_since: outage.since.unwrap_or(failing_since),
        last_success_at: state.last_success_at,
        consecutive_failures: state.consecutive_failures,
        error: failure.message.clone(),
    }))
}

/// Notes a successful check in `state`, and returns the alert that the source has recovered, once
/// it has worked for long enough.
pub fn succeeded(state: &mut SourceState, now: Timestamp) -> Option<AlertBody> {
    let failing_since = state.failing_since.take();
    state.consecutive_failures = 0;
    state.last_error = None;
    state.retry_after_until = None;
    state.last_success_at = Some(now);
    let outage = &mut state.outage;
    outage.first_alerts_at.retain(|at| now.duration_since(*at) < FLAPPING_WITHIN);
    if !state.failure_alerted {
        return None;
    }
    let since = *outage.since.get_or_insert(failing_since.unwrap_or(now));
    let works_since = *outage.works_since.get_or_insert(now);
    outage.successes += 1;
    let is_flapping = outage.first_alerts_at.len() > 1;
    let is_stable = !is_flapping || now.duration_since(works_since) >= FLAPPING_STABLE_FOR;
    if outage.successes < STABLE_CHECKS || !is_stable {
        return None;
    }
    state.failure_alerted = false;
    *outage = Outage {
        first_alerts_at: std::mem::take(&mut outage.first_alerts_at),
        ..Outage::default()
    };
    let source = state.source.clone();
    Some(AlertBody::SourceRecovered(SourceRecovered {
        source,
        failing_since: since,
        recovered_at: works_since,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn unreachable() -> Failure {
        Failure { message: "no answer".into(), refused: false, retry_after: None }
    }

    fn refused() -> Failure {
        Failure { refused: true, ..unreachable() }
    }

    fn good() -> SourceState {
        SourceState { source: "csl".into(), last_success_at: Some(at(0)), ..SourceState::default() }
    }

    /// Checks every 15 minutes for some days. Returns the minute and the kind of each alert.
    fn alerts(
        days: i64,
        failure: &Failure,
        fails: impl Fn(i64) -> bool,
    ) -> Vec<(i64, &'static str)> {
        let mut state = good();
        let mut alerts = Vec::new();
        for check in 1..days * 96 {
            let now = at(check * 15);
            let body = if fails(check) {
                failed(&mut state, failure, now)
            } else {
                succeeded(&mut state, now)
            };
            // As after a restart: only the stored state is left.
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            alerts.extend(body.map(|body| (check * 15, body.type_name())));
        }
        alerts
    }

    fn most_in_a_day(alerts: &[(i64, &str)]) -> usize {
        let day =
            |from: i64| alerts.iter().filter(|(at, _)| (from..from + 24 * 60).contains(at)).count();
        alerts.iter().map(|(at, _)| day(*at)).max().unwrap_or(0)
    }

    #[test]
    fn ok_failures_in_every_second_check_are_alerted_once_and_then_daily() {
        let alerts = alerts(2, &refused(), |check| check % 2 == 1);
        assert_eq!(
            alerts,
            [
                (15, "source.failing"),
                (15 + 1410, "source.failing"),
                (15 + 2 * 1410, "source.failing")
            ]
        );
    }

    #[test]
    fn ok_no_pattern_of_failures_gives_more_than_six_alerts_a_day() {
        let lengths = [1, 2, 3, 5, 24, 47, 48, 49, 96];
        for failure in [refused(), unreachable()] {
            for bad in lengths {
                for good in lengths {
                    let alerts = alerts(5, &failure, |check| check % (bad + good) < bad);
                    assert!(most_in_a_day(&alerts) <= 6, "{bad} bad, {good} good: {alerts:?}");
                    let starts = alerts.iter().any(|(_, kind)| *kind == "source.failing");
                    assert!(starts || !failure.refused, "{bad} bad, {good} good");
                }
            }
        }
    }

    #[test]
    fn ok_a_first_recovery_is_alerted_at_the_second_good_check() {
        let alerts = alerts(1, &refused(), |check| check < 3);
        assert_eq!(alerts, [(15, "source.failing"), (60, "source.recovered")]);
    }

    #[test]
    fn ok_a_source_that_flaps_recovers_after_half_a_day() {
        let alerts = alerts(3, &refused(), |check| [1, 5, 9, 13].contains(&check));
        assert_eq!(
            alerts,
            [
                (15, "source.failing"),
                (45, "source.recovered"),
                (75, "source.failing"),
                (14 * 15 + 720, "source.recovered")
            ]
        );
    }

    #[test]
    fn ok_a_lasting_outage_is_alerted_again_each_day() {
        let alerts = alerts(2, &unreachable(), |_| true);
        assert_eq!(
            alerts,
            [
                (45, "source.failing"),
                (45 + 1410, "source.failing"),
                (45 + 2 * 1410, "source.failing")
            ]
        );
    }

    #[test]
    fn ok_an_unreachable_source_is_alerted_only_if_it_stays_unreachable() {
        let mut state = good();
        assert!(failed(&mut state, &unreachable(), at(15)).is_none());
        assert!(failed(&mut state, &unreachable(), at(30)).is_none());
        let failing = failed(&mut state, &unreachable(), at(45));
        let Some(AlertBody::SourceFailing(failing)) = failing else { panic!("{failing:?}") };
        assert_eq!(failing.failing_since, at(15));
        assert!(failed(&mut state, &unreachable(), at(60)).is_none(), "alerted once");
        assert!(succeeded(&mut state, at(75)).is_none());
        let recovered = succeeded(&mut state, at(90));
        let Some(AlertBody::SourceRecovered(recovered)) = recovered else {
            panic!("{recovered:?}")
        };
        assert_eq!((recovered.failing_since, recovered.recovered_at), (at(15), at(75)));
        assert!(succeeded(&mut state, at(105)).is_none());
    }

    #[test]
    fn ok_a_refused_document_is_alerted_at_once() {
        assert!(failed(&mut good(), &refused(), at(15)).is_some());
    }

    #[test]
    fn ok_a_source_that_never_answered_is_alerted_at_once() {
        assert!(failed(&mut SourceState::default(), &unreachable(), at(0)).is_some());
    }

    #[test]
    fn ok_a_publisher_that_asks_for_a_long_pause_is_alerted_at_once() {
        let pausing = |minutes| Failure { retry_after: Some(at(minutes)), ..unreachable() };
        assert!(failed(&mut good(), &pausing(60), at(15)).is_some());
        assert!(failed(&mut good(), &pausing(59), at(15)).is_none());
    }

    #[test]
    fn ok_the_end_of_a_failure_without_an_alert_is_not_alerted() {
        let mut state = good();
        failed(&mut state, &unreachable(), at(15));
        assert!(succeeded(&mut state, at(30)).is_none() && succeeded(&mut state, at(45)).is_none());
        assert_eq!(state.failing_since, None);
    }

    #[test]
    fn ok_an_outage_in_an_older_format_of_the_state_ends_too() {
        let older =
            r#"{"source": "csl", "failure_told": true, "failing_since": "1970-01-01T00:00:00Z"}"#;
        let mut state: SourceState = serde_json::from_str(older).unwrap();
        assert!(
            failed(&mut state, &refused(), at(15)).is_none()
                && succeeded(&mut state, at(30)).is_none()
        );
        let recovered = succeeded(&mut state, at(45));
        let Some(AlertBody::SourceRecovered(recovered)) = recovered else {
            panic!("{recovered:?}")
        };
        assert_eq!(recovered.failing_since, at(0));
    }
}
