//! When a document that public inspection no longer shows is withdrawn. Pure.
//!
//! Public inspection is rebuilt several times a day, and an answer may be empty, short or old. So
//! one answer is no evidence, an implausible one is hardly any, and a document that was due to be
//! published is waited for.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::state::OnFile;
use crate::domain::{RecordedRule, business_days};
use crate::parse::federal_register::document::Answer;

/// So many plausible lists in a row must lack a document. A rebuilt list was seen to lack some for
/// one answer; four are an hour at the default schedule.
const GONE_CHECKS: u32 = 4;
/// ... and for so long: lists are rebuilt at 08:45 and up to 17:15 Eastern, so that at least one
/// rebuild lies in six hours of a business day.
const GONE_FOR: SignedDuration = SignedDuration::from_hours(6);
/// Where only implausible lists lack it, for so many business days: no outage of the site lasted
/// longer.
const UNLISTED_BUSINESS_DAYS: u32 = 2;
/// ... and in so many of them, however long the daemon was stopped between two.
const UNLISTED_CHECKS: u32 = 12;
/// A document that is not published on its day is still waited for so many business days:
/// publication is sometimes put off by a day without notice.
const LATE_BUSINESS_DAYS: u32 = 2;
/// A list is implausible if it has less than one in so many of the documents of the last plausible
/// one. It shrinks by a third on the day of a large issue.
const LEAST_SHARE: usize = 2;
/// A shrunken list that lasts for so long is what public inspection has now. An empty one never is.
const BELIEVED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What an answer says of the documents that it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// No list came.
    None,
    /// The list is empty, much shorter than before, or lacks documents that it counts.
    Implausible,
    Plausible,
}

/// Judges the list of what is on file. `came` is false where it could not be had. Without an answer
/// the publisher says that the last one still stands.
pub fn evidence(
    state: &mut OnFile,
    came: bool,
    answer: Option<&Answer>,
    now: Timestamp,
) -> Evidence {
    let Some(answer) = answer else {
        return match (came, state.implausible_since) {
            (false, _) => Evidence::None,
            (true, Some(_)) => Evidence::Implausible,
            (true, None) => Evidence::Plausible,
        };
    };
    let shrunken =
        state.count.is_some_and(|known| answer.records.saturating_mul(LEAST_SHARE) < known);
    let since = state.implausible_since.unwrap_or(now);
    let lasts = answer.records > 0 && now.duration_since(since) >= BELIEVED_AFTER;
    if answer.records == 0 || !answer.is_complete() || shrunken && !lasts {
        state.implausible_since = Some(since);
        return Evidence::Implausible;
    }
    *state = OnFile { count: Some(answer.records), implausible_since: None };
    Evidence::Plausible
}

/// Notes that a document is listed.
pub fn listed(rule: &mut RecordedRule) {
    (rule.missing_since, rule.missing_checks) = (None, 0);
    (rule.unlisted_since, rule.unlisted_checks) = (None, 0);
}

/// Notes that a list lacks a document on file, and says whether it counts as withdrawn.
pub fn unlisted(rule: &mut RecordedRule, evidence: Evidence, now: Timestamp, today: Date) -> bool {
    if evidence == Evidence::None {
        return false;
    }
    let unlisted_since = *rule.unlisted_since.get_or_insert(now);
    rule.unlisted_checks += 1;
    if evidence == Evidence::Plausible {
        rule.missing_since.get_or_insert(now);
        rule.missing_checks += 1;
    }
    let missing = evidence == Evidence::Plausible
        && rule.missing_checks >= GONE_CHECKS
        && rule.missing_since.is_some_and(|since| now.duration_since(since) >= GONE_FOR);
    let day = unlisted_since.to_zoned(TimeZone::UTC).date();
    let long = rule.unlisted_checks >= UNLISTED_CHECKS
        && business_days::after(day, UNLISTED_BUSINESS_DAYS) <= today;
    let awaited = rule
        .rule
        .published_on
        .is_some_and(|day| day <= today && today <= business_days::after(day, LATE_BUSINESS_DAYS));
    (missing || long) && !awaited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::federal_register::FederalRegisterDocument;
    use crate::pipeline::federal_register::register_entry::Standing;
    use jiff::civil::date;

    /// Of a Monday.
    fn at(hours: i64) -> Timestamp {
        "2025-03-03T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
    }

    fn answer(records: usize) -> Answer {
        Answer { records, count: Some(records), ..Answer::default() }
    }

    /// Lists with so many documents, one each hour, from a plausible one of 100.
    fn judged(lists: &[usize]) -> Vec<Evidence> {
        let mut state = OnFile { count: Some(100), implausible_since: None };
        (0..)
            .zip(lists)
            .map(|(hour, records)| evidence(&mut state, true, Some(&answer(*records)), at(hour)))
            .collect()
    }

    #[test]
    fn ok_lists_that_grow_and_shrink_in_measure() {
        assert_eq!(judged(&[100, 50, 25, 200]), [Evidence::Plausible; 4]);
        let mut shrunken = vec![40; 26];
        shrunken[24] = 41;
        assert_eq!(
            judged(&shrunken)[23..],
            [Evidence::Implausible, Evidence::Plausible, Evidence::Plausible],
            "after a day it stays"
        );
        assert_eq!(
            evidence(&mut OnFile::default(), true, Some(&answer(1)), at(0)),
            Evidence::Plausible
        );
    }

    #[test]
    fn err_empty_shrunken_and_incomplete_lists() {
        assert_eq!(
            judged(&[0, 49, 0, 100]),
            [
                Evidence::Implausible,
                Evidence::Implausible,
                Evidence::Implausible,
                Evidence::Plausible
            ]
        );
        assert!(judged(&[0; 80]).iter().all(|found| *found == Evidence::Implausible));
        let short = Answer { count: Some(101), ..answer(100) };
        let mut state = OnFile::default();
        assert_eq!(evidence(&mut state, true, Some(&short), at(0)), Evidence::Implausible);
        assert_eq!(
            evidence(&mut state, true, None, at(0)),
            Evidence::Implausible,
            "that list still stands"
        );
        assert_eq!(evidence(&mut state, false, None, at(0)), Evidence::None);
    }

    /// In which of hourly checks a document counts as withdrawn that is due to be published on a
    /// day.
    fn withdrawn_after(evidence: Evidence, published_on: Option<Date>) -> Option<i64> {
        let document = FederalRegisterDocument {
            publication_date: published_on,
            ..FederalRegisterDocument::default()
        };
        let mut rule = Standing::filed(document).as_record("rules", at(0));
        (0..400).find(|hour| {
            let today = at(*hour).to_zoned(TimeZone::UTC).date();
            unlisted(&mut rule, evidence, at(*hour), today)
        })
    }

    #[test]
    fn ok_a_document_is_withdrawn_once_plausible_lists_lack_it_for_long() {
        assert_eq!(withdrawn_after(Evidence::Plausible, Some(date(2025, 3, 10))), Some(6));
        assert_eq!(withdrawn_after(Evidence::Plausible, None), Some(6));
    }

    #[test]
    fn ok_a_document_that_was_due_is_waited_for() {
        // Due on Monday itself: Tuesday and Wednesday go by, and Thursday begins 60 hours later.
        assert_eq!(withdrawn_after(Evidence::Plausible, Some(date(2025, 3, 3))), Some(60));
    }

    #[test]
    fn err_implausible_lists_alone_take_two_business_days_and_none_is_no_evidence() {
        assert_eq!(withdrawn_after(Evidence::Implausible, Some(date(2025, 3, 20))), Some(36));
        assert_eq!(withdrawn_after(Evidence::None, Some(date(2025, 3, 20))), None);
        let mut rule =
            Standing::filed(FederalRegisterDocument::default()).as_record("rules", at(0));
        assert!(!unlisted(&mut rule, Evidence::Plausible, at(0), date(2025, 3, 3)));
        assert!(
            !unlisted(&mut rule, Evidence::Plausible, at(500), date(2025, 3, 24)),
            "two answers are few, however far apart"
        );
    }
}
