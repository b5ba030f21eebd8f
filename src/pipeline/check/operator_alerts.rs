//! Silence told apart from failure: when operators hear that a source fails, and that it works
//! again. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::alert::{AlertBody, SourceFailing, SourceRecovered};
use crate::domain::state::Outage;
use crate::domain::{Hold, Sha256, SourceState};

/// Operators are alerted of a source that cannot be reached after this many checks: publishers drop
/// single connections daily.
const FAILURES_BEFORE_TELLING: u32 = 3;
/// ... or when none has succeeded for this long, counted up to the time at which the publisher
/// wants to be asked again.
const SILENCE_BEFORE_TELLING: SignedDuration = SignedDuration::from_hours(1);
/// A lasting outage is alerted again this often: a little under a day, so that it does not move on
/// by one check each day.
const REMIND_EVERY: SignedDuration = SignedDuration::from_mins(23 * 60 + 30);
/// A source works again when this many checks in a row have succeeded: every second answer may be a
/// web page.
const STABLE_CHECKS: u32 = 2;
/// Outages that begin within this time of each other count as flapping.
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A flapping source works again when all checks have succeeded for this long. With it one source
/// gives at most six alerts a day: three outages, two recoveries and one reminder.
const FLAPPING_STABLE_FOR: SignedDuration = SignedDuration::from_hours(12);
/// Operators are alerted so many times a day of holds of one list. With a reminder these are five
/// messages.
const MOST_HOLDS_TOLD: usize = 4;
const HOLDS_TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A hold that was not alerted, because others like it had been, is alerted once it stays open for
/// this long.
const UNTOLD_HOLD_LASTS: SignedDuration = SignedDuration::from_hours(1);

/// How a check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    /// The document itself is at fault, not the way to it: told at once.
    pub refused: bool,
    pub retry_after: Option<Timestamp>,
}

/// Notes a failed check, and says what operators are told of it.
pub fn failed(state: &mut SourceState, failure: &Failure, now: Timestamp) -> Option<AlertBody> {
    state.consecutive_failures += 1;
    let failing_since = *state.failing_since.get_or_insert(now);
    state.last_error = Some(failure.message.clone());
    state.retry_after_until = failure.retry_after;
    let outage = &mut state.outage;
    (outage.works_since, outage.successes) = (None, 0);
    outage.begun.retain(|begun| now.duration_since(*begun) < FLAPPING_WITHIN);
    if state.failure_told {
        let told_at = *outage.told_at.get_or_insert(now);
        if now.duration_since(told_at) < REMIND_EVERY {
            return None;
        }
    } else {
        let silent_until = failure.retry_after.map_or(now, |until| until.max(now));
        let silent = state
            .last_success_at
            .is_none_or(|success| silent_until.duration_since(success) >= SILENCE_BEFORE_TELLING);
        if !(failure.refused || silent || state.consecutive_failures >= FAILURES_BEFORE_TELLING) {
            return None;
        }
        state.failure_told = true;
        outage.since = Some(failing_since);
        outage.begun.push(now);
    }
    outage.told_at = Some(now);
    Some(AlertBody::SourceFailing(SourceFailing {
        source: state.source.clone(),
        failing_since: outage.since.unwrap_or(failing_since),
        last_success_at: state.last_success_at,
        consecutive_failures: state.consecutive_failures,
        error: failure.message.clone(),
    }))
}

/// Notes a check that went well, and says what operators are told of it: that the source works
/// again, once that has lasted.
pub fn succeeded(state: &mut SourceState, now: Timestamp) -> Option<AlertBody> {
    let failing_since = state.failing_since.take();
    state.consecutive_failures = 0;
    state.last_error = None;
    state.retry_after_until = None;
    state.last_success_at = Some(now);
    let outage = &mut state.outage;
    outage.begun.retain(|begun| now.duration_since(*begun) < FLAPPING_WITHIN);
    if !state.failure_told {
        return None;
    }
    let since = *outage.since.get_or_insert(failing_since.unwrap_or(now));
    let works_since = *outage.works_since.get_or_insert(now);
    outage.successes += 1;
    let flaps = outage.begun.len() > 1;
    let lasts = !flaps || now.duration_since(works_since) >= FLAPPING_STABLE_FOR;
    if outage.successes < STABLE_CHECKS || !lasts {
        return None;
    }
    state.failure_told = false;
    *outage = Outage { begun: std::mem::take(&mut outage.begun), ..Outage::default() };
    let source = state.source.clone();
    Some(AlertBody::SourceRecovered(SourceRecovered {
        source,
        failing_since: since,
        recovered_at: works_since,
    }))
}

/// When operators were last alerted of a hold of the same list, where a new one is not worth
/// another alert: the same content was alerted today, or the list was held often enough today. None
/// where they are to be alerted.
pub fn told_lately(content: &Sha256, holds: &[Hold], now: Timestamp) -> Option<Timestamp> {
    let lately: Vec<&Hold> =
        holds.iter().filter(|hold| now.duration_since(hold.told_at) < HOLDS_TOLD_WITHIN).collect();
    let same = lately.iter().any(|hold| hold.content_sha256 == *content);
    let last = lately.iter().map(|hold| hold.told_at).max();
    last.filter(|_| same || times_told(&lately) >= MOST_HOLDS_TOLD)
}

/// Whether an open hold that was not alerted when it was opened is to be alerted now. `holds` are
/// those of its list.
pub fn untold_hold_lasts(hold: &Hold, holds: &[Hold], now: Timestamp) -> bool {
    let lately: Vec<&Hold> = holds
        .iter()
        .filter(|other| now.duration_since(other.told_at) < HOLDS_TOLD_WITHIN)
        .collect();
    is_untold(hold)
        && now.duration_since(hold.opened_at) >= UNTOLD_HOLD_LASTS
        && times_told(&lately) < MOST_HOLDS_TOLD
}

/// A hold that was not alerted carries the time of the last alert before it.
pub fn is_untold(hold: &Hold) -> bool {
    hold.told_at < hold.opened_at
}

fn times_told(holds: &[&Hold]) -> usize {
    holds.iter().map(|hold| hold.told_at).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HoldId, HoldReason, HoldState, ListCode, Summary};

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

    /// Checks every quarter of an hour for some days; the minutes at which something is told, with
    /// its kind.
    fn told(days: i64, failure: &Failure, fails: impl Fn(i64) -> bool) -> Vec<(i64, &'static str)> {
        let mut state = good();
        let mut told = Vec::new();
        for check in 1..days * 96 {
            let now = at(check * 15);
            let body = if fails(check) {
                failed(&mut state, failure, now)
            } else {
                succeeded(&mut state, now)
            };
            // As after a restart: what is not in the store is lost.
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            told.extend(body.map(|body| (check * 15, body.type_name())));
        }
        told
    }

    fn most_in_a_day(told: &[(i64, &str)]) -> usize {
        let day =
            |from: i64| told.iter().filter(|(at, _)| (from..from + 24 * 60).contains(at)).count();
        told.iter().map(|(at, _)| day(*at)).max().unwrap_or(0)
    }

    #[test]
    fn ok_every_second_answer_is_told_once_and_reminded_of_daily() {
        let told = told(2, &refused(), |check| check % 2 == 1);
        assert_eq!(
            told,
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
                    let told = told(5, &failure, |check| check % (bad + good) < bad);
                    assert!(most_in_a_day(&told) <= 6, "{bad} bad, {good} good: {told:?}");
                    let starts = told.iter().any(|(_, kind)| *kind == "source.failing");
                    assert!(starts || !failure.refused, "{bad} bad, {good} good");
                }
            }
        }
    }

    #[test]
    fn ok_a_first_recovery_is_told_at_the_second_good_check() {
        let told = told(1, &refused(), |check| check < 3);
        assert_eq!(told, [(15, "source.failing"), (60, "source.recovered")]);
    }

    #[test]
    fn ok_a_source_that_flaps_recovers_after_half_a_day() {
        let told = told(3, &refused(), |check| [1, 5, 9, 13].contains(&check));
        assert_eq!(
            told,
            [
                (15, "source.failing"),
                (45, "source.recovered"),
                (75, "source.failing"),
                (14 * 15 + 720, "source.recovered")
            ]
        );
    }

    #[test]
    fn ok_a_lasting_outage_is_told_again_each_day() {
        let told = told(2, &unreachable(), |_| true);
        assert_eq!(
            told,
            [
                (45, "source.failing"),
                (45 + 1410, "source.failing"),
                (45 + 2 * 1410, "source.failing")
            ]
        );
    }

    #[test]
    fn a_passing_fault_is_told_only_when_it_stays() {
        let mut state = good();
        assert!(failed(&mut state, &unreachable(), at(15)).is_none());
        assert!(failed(&mut state, &unreachable(), at(30)).is_none());
        assert!(
            matches!(failed(&mut state, &unreachable(), at(45)), Some(AlertBody::SourceFailing(told)) if told.failing_since == at(15))
        );
        assert!(failed(&mut state, &unreachable(), at(60)).is_none(), "told once");
        assert!(succeeded(&mut state, at(75)).is_none());
        let recovered = succeeded(&mut state, at(90));
        let Some(AlertBody::SourceRecovered(recovered)) = recovered else {
            panic!("{recovered:?}")
        };
        assert_eq!((recovered.failing_since, recovered.recovered_at), (at(15), at(75)));
        assert!(succeeded(&mut state, at(105)).is_none());
    }

    #[test]
    fn a_refused_document_is_told_at_once() {
        assert!(failed(&mut good(), &refused(), at(15)).is_some());
    }

    #[test]
    fn a_source_that_never_answered_is_told_at_once() {
        assert!(failed(&mut SourceState::default(), &unreachable(), at(0)).is_some());
    }

    #[test]
    fn a_publisher_that_asks_for_a_long_rest_is_told_at_once() {
        let resting = |minutes| Failure { retry_after: Some(at(minutes)), ..unreachable() };
        assert!(failed(&mut good(), &resting(60), at(15)).is_some());
        assert!(failed(&mut good(), &resting(59), at(15)).is_none());
    }

    #[test]
    fn a_fault_that_nobody_was_told_of_is_not_told_to_be_over() {
        let mut state = good();
        failed(&mut state, &unreachable(), at(15));
        assert!(succeeded(&mut state, at(30)).is_none() && succeeded(&mut state, at(45)).is_none());
        assert_eq!(state.failing_since, None);
    }

    #[test]
    fn ok_an_outage_of_an_older_record_ends_as_well() {
        let older =
            r#"{"source": "csl", "failure_told": true, "failing_since": "1970-01-01T00:00:00Z"}"#;
        let mut state: SourceState = serde_json::from_str(older).unwrap();
        assert!(
            failed(&mut state, &refused(), at(15)).is_none()
                && succeeded(&mut state, at(30)).is_none()
        );
        assert!(
            matches!(succeeded(&mut state, at(45)), Some(AlertBody::SourceRecovered(told)) if told.failing_since == at(0))
        );
    }

    /// A hold of a content that was opened and told at these minutes.
    fn hold(content: &str, opened_at: i64, told_at: i64) -> Hold {
        let sha256 = Sha256::of(content.as_bytes());
        Hold {
            hold_id: HoldId::of([content, &opened_at.to_string()]),
            source: "csl".into(),
            list: ListCode::EL,
            reason: HoldReason::Loss,
            state: HoldState::Replaced,
            sha256: sha256.clone(),
            content_sha256: sha256,
            opened_at: at(opened_at),
            told_at: at(told_at),
            count_before: 40,
            count_after: 20,
            summary: Summary::default(),
            message: String::new(),
            decided_at: None,
            decided_by: None,
            decision_reason: None,
            as_baseline: false,
        }
    }

    #[test]
    fn ok_a_new_content_on_hold_is_told_up_to_four_times_a_day() {
        let new = Sha256::of(b"new");
        let mut holds: Vec<Hold> =
            (0..3).map(|n| hold(&format!("content {n}"), n * 15, n * 15)).collect();
        assert_eq!(told_lately(&new, &holds, at(60)), None);
        holds.push(hold("content 3", 45, 45));
        assert_eq!(told_lately(&new, &holds, at(60)), Some(at(45)));
        assert_eq!(told_lately(&new, &holds, at(24 * 60)), None, "a day after the first");
    }

    #[test]
    fn ok_the_same_content_on_hold_is_told_once_a_day_unless_it_lasts() {
        let holds = [hold("one", 0, 0), hold("two", 15, 15)];
        assert_eq!(told_lately(&Sha256::of(b"one"), &holds, at(30)), Some(at(15)));
        assert_eq!(told_lately(&Sha256::of(b"one"), &holds, at(15 + 24 * 60)), None);
        let again = hold("one", 30, 15);
        let all = [holds.as_slice(), std::slice::from_ref(&again)].concat();
        assert!(
            !untold_hold_lasts(&again, &all, at(89)) && untold_hold_lasts(&again, &all, at(90))
        );
        assert!(!untold_hold_lasts(&holds[1], &all, at(90)), "it was told");
    }
}
