//! Silence told apart from failure: when operators hear that a source fails, and that it works again. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::domain::SourceState;
use crate::domain::alert::{AlertBody, SourceFailing, SourceRecovered};

/// A source that cannot be reached is told of after this many checks …
const FAILURES_BEFORE_TELLING: u32 = 3;
/// … or when none has succeeded for this long.
const SILENCE_BEFORE_TELLING: SignedDuration = SignedDuration::from_hours(1);

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
    state.failing_since.get_or_insert(now);
    state.last_error = Some(failure.message.clone());
    state.retry_after_until = failure.retry_after;
    let silent = state.last_success_at.is_none_or(|success| now.duration_since(success) >= SILENCE_BEFORE_TELLING);
    if state.failure_told || !(failure.refused || silent || state.consecutive_failures >= FAILURES_BEFORE_TELLING) {
        return None;
    }
    state.failure_told = true;
    Some(AlertBody::SourceFailing(SourceFailing {
        source: state.source.clone(),
        failing_since: state.failing_since.unwrap_or(now),
        last_success_at: state.last_success_at,
        consecutive_failures: state.consecutive_failures,
        error: failure.message.clone(),
    }))
}

/// Notes a check that went well, and says what operators are told of it.
pub fn succeeded(state: &mut SourceState, now: Timestamp) -> Option<AlertBody> {
    let told = std::mem::take(&mut state.failure_told);
    let failing_since = state.failing_since.take();
    state.consecutive_failures = 0;
    state.last_error = None;
    state.retry_after_until = None;
    state.last_success_at = Some(now);
    failing_since
        .filter(|_| told)
        .map(|failing_since| AlertBody::SourceRecovered(SourceRecovered { source: state.source.clone(), failing_since, recovered_at: now }))
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

    #[test]
    fn a_passing_fault_is_told_only_when_it_stays() {
        let mut state = SourceState { source: "csl".into(), last_success_at: Some(at(0)), ..SourceState::default() };
        assert!(failed(&mut state, &unreachable(), at(15)).is_none());
        assert!(failed(&mut state, &unreachable(), at(30)).is_none());
        assert!(matches!(failed(&mut state, &unreachable(), at(45)), Some(AlertBody::SourceFailing(told)) if told.failing_since == at(15)));
        assert!(failed(&mut state, &unreachable(), at(60)).is_none(), "told once");
        assert!(matches!(succeeded(&mut state, at(75)), Some(AlertBody::SourceRecovered(_))));
        assert!(succeeded(&mut state, at(90)).is_none());
    }

    #[test]
    fn a_refused_document_is_told_at_once() {
        let mut state = SourceState { last_success_at: Some(at(0)), ..SourceState::default() };
        assert!(failed(&mut state, &Failure { refused: true, ..unreachable() }, at(15)).is_some());
    }

    #[test]
    fn a_source_that_never_answered_is_told_at_once() {
        assert!(failed(&mut SourceState::default(), &unreachable(), at(0)).is_some());
    }

    #[test]
    fn a_fault_that_nobody_was_told_of_is_not_told_to_be_over() {
        let mut state = SourceState { last_success_at: Some(at(0)), ..SourceState::default() };
        failed(&mut state, &unreachable(), at(15));
        assert!(succeeded(&mut state, at(30)).is_none());
        assert_eq!(state.failing_since, None);
    }
}
