//! Decides when a document that public inspection no longer lists counts as withdrawn. Pure.
//!
//! Public inspection is rebuilt several times a day, and an answer can be empty, short, or old. So
//! one answer proves nothing, an implausible answer proves very little, and a document that was due
//! for publication gets more time to appear.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::state::OnFile;
use crate::domain::{RecordedRule, business_days, utc_day};
use crate::parse::federal_register::document::Answer;

/// How many plausible lists in a row must lack a document. A list that was being rebuilt has lacked
/// documents for one answer. Four checks take an hour on the default schedule.
const MIN_MISSING_CHECKS: u32 = 4;
/// How long plausible lists must lack it. Lists are rebuilt at 08:45 and until 17:15 Eastern, so
/// six hours of a business day contain at least one rebuild.
const MIN_MISSING_TIME: SignedDuration = SignedDuration::from_hours(6);
/// How many business days only implausible lists must lack it. No outage of the site lasted longer.
const MIN_UNLISTED_BUSINESS_DAYS: u32 = 2;
/// How many lists of any kind must lack it in that time, even if the daemon was stopped in between.
const MIN_UNLISTED_CHECKS: u32 = 12;
/// How many business days after its publication date a document may still appear. Publication is
/// sometimes postponed by a day without notice.
const LATE_PUBLICATION_BUSINESS_DAYS: u32 = 2;
/// A list is implausible if it has fewer than one in this many of the documents in the last
/// plausible list. On the day of a large issue it shrinks by a third.
const MIN_SHARE_DIVISOR: usize = 2;
/// A short list that lasts this long is accepted as the new state. An empty list never is.
const SHORT_LIST_ACCEPTED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What an answer proves about the documents that it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// No list was received.
    None,
    /// The list is empty, much shorter than before, or lacks documents that it counts.
    Implausible,
    Plausible,
}

/// Assesses the public inspection list. `received` is false if the list could not be fetched. No
/// `answer` with `received` means that the publisher said that the last list is still valid.
pub fn assess_list(
    state: &mut OnFile,
    received: bool,
    answer: Option<&Answer>,
    now: Timestamp,
) -> Evidence {
    let Some(answer) = answer else {
        return match (received, state.implausible_since) {
            (false, _) => Evidence::None,
            (true, Some(_)) => Evidence::Implausible,
            (true, None) => Evidence::Plausible,
        };
    };
    let is_short = state
        .count
        .is_some_and(|last_count| answer.records.saturating_mul(MIN_SHARE_DIVISOR) < last_count);
    let since = state.implausible_since.unwrap_or(now);
    let lasts = answer.records > 0 && now.duration_since(since) >= SHORT_LIST_ACCEPTED_AFTER;
    if answer.records == 0 || !answer.is_complete() || is_short && !lasts {
        state.implausible_since = Some(since);
        return Evidence::Implausible;
    }
    *state = OnFile { count: Some(answer.records), implausible_since: None };
    Evidence::Plausible
}

/// Notes that a document is listed.
pub fn mark_listed(rule: &mut RecordedRule) {
    (rule.missing_since, rule.missing_checks) = (None, 0);
    (rule.unlisted_since, rule.unlisted_checks) = (None, 0);
}

/// Notes that a list lacks a filed document. Returns whether the document counts as withdrawn.
pub fn mark_unlisted(
    rule: &mut RecordedRule,
    evidence: Evidence,
    now: Timestamp,
    today: Date,
) -> bool {
    if evidence == Evidence::None {
        return false;
    }
    let unlisted_since = *rule.unlisted_since.get_or_insert(now);
    rule.unlisted_checks += 1;
    if evidence == Evidence::Plausible {
        rule.missing_since.get_or_insert(now);
        rule.missing_checks += 1;
    }
    let is_missing = evidence == Evidence::Plausible
        && rule.missing_checks >= MIN_MISSING_CHECKS
        && rule.missing_since.is_some_and(|since| now.duration_since(since) >= MIN_MISSING_TIME);
    let unlisted_day = utc_day(unlisted_since);
    let is_long_unlisted = rule.unlisted_checks >= MIN_UNLISTED_CHECKS
        && business_days::after(unlisted_day, MIN_UNLISTED_BUSINESS_DAYS) <= today;
    let may_still_be_published = rule.rule.published_on.is_some_and(|day| {
        day <= today && today <= business_days::after(day, LATE_PUBLICATION_BUSINESS_DAYS)
    });
    (is_missing || is_long_unlisted) && !may_still_be_published
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::FederalRegisterDocument;
    use crate::pipeline::federal_register::listed_document::ListedDocument;
    use jiff::civil::date;

    /// So many hours after noon (UTC) of a Monday.
    fn at(hours: i64) -> Timestamp {
        "2025-03-03T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
    }

    fn answer(records: usize) -> Answer {
        Answer { records, count: Some(records), ..Answer::default() }
    }

    /// Assesses lists with these numbers of documents, one each hour, after a plausible list of
    /// 100.
    fn assess_each(lists: &[usize]) -> Vec<Evidence> {
        let mut state = OnFile { count: Some(100), implausible_since: None };
        (0..)
            .zip(lists)
            .map(|(hour, records)| assess_list(&mut state, true, Some(&answer(*records)), at(hour)))
            .collect()
    }

    #[test]
    fn ok_lists_that_grow_or_shrink_moderately() {
        assert_eq!(assess_each(&[100, 50, 25, 200]), [Evidence::Plausible; 4]);
        let mut shrunken = vec![40; 26];
        shrunken[24] = 41;
        assert_eq!(
            assess_each(&shrunken)[23..],
            [Evidence::Implausible, Evidence::Plausible, Evidence::Plausible],
            "a short list that lasts a day is accepted"
        );
        assert_eq!(
            assess_list(&mut OnFile::default(), true, Some(&answer(1)), at(0)),
            Evidence::Plausible
        );
    }

    #[test]
    fn err_empty_shrunken_and_incomplete_lists() {
        assert_eq!(
            assess_each(&[0, 49, 0, 100]),
            [
                Evidence::Implausible,
                Evidence::Implausible,
                Evidence::Implausible,
                Evidence::Plausible
            ]
        );
        assert_eq!(assess_each(&[0; 80]), [Evidence::Implausible; 80]);
        let short = Answer { count: Some(101), ..answer(100) };
        let mut state = OnFile::default();
        assert_eq!(assess_list(&mut state, true, Some(&short), at(0)), Evidence::Implausible);
        assert_eq!(
            assess_list(&mut state, true, None, at(0)),
            Evidence::Implausible,
            "the last, short list is still valid"
        );
        assert_eq!(assess_list(&mut state, false, None, at(0)), Evidence::None);
    }

    fn filed_rule(document: FederalRegisterDocument) -> RecordedRule {
        ListedDocument { document, published: false }.to_recorded_rule("rules", at(0))
    }

    /// The first hourly check in which a document with this publication date counts as withdrawn.
    fn withdrawn_after(evidence: Evidence, published_on: Option<Date>) -> Option<i64> {
        let document = FederalRegisterDocument {
            publication_date: published_on,
            ..FederalRegisterDocument::default()
        };
        let mut rule = filed_rule(document);
        (0..400).find(|hour| {
            let today = utc_day(at(*hour));
            mark_unlisted(&mut rule, evidence, at(*hour), today)
        })
    }

    #[test]
    fn ok_a_document_that_plausible_lists_lack_for_hours_is_withdrawn() {
        assert_eq!(withdrawn_after(Evidence::Plausible, Some(date(2025, 3, 10))), Some(6));
        assert_eq!(withdrawn_after(Evidence::Plausible, None), Some(6));
    }

    #[test]
    fn ok_a_document_that_was_due_for_publication_gets_two_more_business_days() {
        // Due on that Monday. Tuesday and Wednesday are allowed; Thursday begins after 60 hours.
        assert_eq!(withdrawn_after(Evidence::Plausible, Some(date(2025, 3, 3))), Some(60));
    }

    #[test]
    fn err_implausible_lists_need_two_business_days_and_no_list_proves_nothing() {
        assert_eq!(withdrawn_after(Evidence::Implausible, Some(date(2025, 3, 20))), Some(36));
        assert_eq!(withdrawn_after(Evidence::None, Some(date(2025, 3, 20))), None);
        let mut rule = filed_rule(FederalRegisterDocument::default());
        assert!(!mark_unlisted(&mut rule, Evidence::Plausible, at(0), date(2025, 3, 3)));
        assert!(
            !mark_unlisted(&mut rule, Evidence::Plausible, at(500), date(2025, 3, 24)),
            "two answers are too few, even far apart"
        );
    }
}
