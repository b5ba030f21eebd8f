//! Whether an alert to a receiver waits for the receiver's digest. Pure.

use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{AlertBody, Change, ChangeId, Severity};

/// Whether an alert waits. `selection` are the changes that the receiver gets, or `None` for all.
/// With `immediate`, an alert whose most severe change is at least that is sent at once, whole.
///
/// Corrections, withdrawals and alerts to operators never wait.
pub fn waits(
    body: &AlertBody,
    selection: Option<&[ChangeId]>,
    immediate: Option<Severity>,
) -> bool {
    let severity = match body {
        AlertBody::ListChanged(data) => most_severe(&data.changes, selection),
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => {
            if data.status == NoticeStatus::Withdrawn {
                return false;
            }
            severity_of_rule(data, selection)
        }
        // A correction never waits.
        AlertBody::RegulationChanged(data) if data.corrects.is_some() => return false,
        AlertBody::RegulationChanged(_) => Some(Severity::High),
        _ => return false,
    };
    // An alert without a known change may contain anything.
    immediate.is_none_or(|least| severity.unwrap_or(Severity::High) < least)
}

/// `None` if the rule was not read completely, because what is unknown may be a new listing.
fn severity_of_rule(data: &RuleNotice, selection: Option<&[ChangeId]>) -> Option<Severity> {
    if !data.certain {
        return None;
    }
    // A follow-up without changes of its own repeats an earlier alert.
    let is_follow_up = data.follows.is_some() && data.changes.is_empty();
    let listed = data.documents.iter().flat_map(|listing| &listing.changes);
    most_severe(&data.changes, selection)
        .max(most_severe(listed, None))
        .or(is_follow_up.then_some(Severity::Normal))
}

fn most_severe<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    selection: Option<&[ChangeId]>,
) -> Option<Severity> {
    changes
        .into_iter()
        .filter(|change| selection.is_none_or(|ids| ids.contains(&change.change_id)))
        .map(|change| change.severity)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Alert, ChangeKind, Entry, ListCode};

    const ALL: [Option<Severity>; 4] =
        [Some(Severity::Low), Some(Severity::Normal), Some(Severity::High), None];

    fn sample_of(matches: impl Fn(&AlertBody) -> bool) -> AlertBody {
        let mut found: Vec<Alert> =
            sample::all_kinds().into_iter().filter(|alert| matches(&alert.body)).collect();
        found.remove(0).body
    }

    fn list_alert(severities: &[Severity]) -> AlertBody {
        let AlertBody::ListChanged(mut data) = sample::rule_of_june_2022().body else {
            panic!("expected a list change")
        };
        data.changes = severities
            .iter()
            .enumerate()
            .map(|(index, severity)| {
                let entry = Entry::named(ListCode::EL, index.to_string());
                let id = ChangeId(index.to_string());
                Change::of_entry(id, ChangeKind::Revised, *severity, entry)
            })
            .collect();
        AlertBody::ListChanged(data)
    }

    /// For which of `low`, `normal`, `high` and `never` the alert waits.
    fn check(body: &AlertBody, selection: Option<&[ChangeId]>, expected: [bool; 4]) {
        assert_eq!(ALL.map(|least| waits(body, selection, least)), expected);
    }

    #[test]
    fn the_most_severe_change_decides_for_the_whole_alert() {
        use Severity::{High, Low, Normal};
        check(&list_alert(&[Low]), None, [false, true, true, true]);
        check(&list_alert(&[Low, Normal]), None, [false, false, true, true]);
        check(&list_alert(&[Low, High, Normal]), None, [false, false, false, true]);
    }

    #[test]
    fn only_the_changes_that_the_receiver_gets_count() {
        let body = list_alert(&[Severity::High, Severity::Normal]);
        check(&body, Some(&[ChangeId("1".into())]), [false, false, true, true]);
        check(&body, Some(&[ChangeId("0".into())]), [false, false, false, true]);
    }

    #[test]
    fn corrections_withdrawals_and_alerts_to_operators_never_wait() {
        let never = |body: &AlertBody| {
            !matches!(
                body,
                AlertBody::ListChanged(_)
                    | AlertBody::RuleFiled(_)
                    | AlertBody::RulePublished(_)
                    | AlertBody::RegulationChanged(_)
            ) || body.regulation_changed().is_some_and(|data| data.corrects.is_some())
                || body.rule_notice().is_some_and(|data| data.status == NoticeStatus::Withdrawn)
        };
        let bodies: Vec<AlertBody> = sample::all_kinds()
            .into_iter()
            .map(|alert| alert.body)
            .filter(|body| never(body))
            .collect();
        assert!(bodies.iter().any(|body| matches!(body, AlertBody::ListCorrected(_))));
        assert!(bodies.iter().any(|body| body.rule_notice().is_some()), "a withdrawal");
        for body in &bodies {
            check(body, None, [false; 4]);
        }
    }

    #[test]
    fn every_alert_that_waits_can_be_put_into_a_digest() {
        let waiting: Vec<Alert> = sample::all_kinds()
            .into_iter()
            .filter(|alert| waits(&alert.body, None, None))
            .collect();
        assert!(waiting.len() > 3);
        for alert in waiting {
            assert!(crate::domain::DigestedAlert::of(alert.clone()).is_some(), "{alert:?}");
        }
    }

    #[test]
    fn a_rule_that_was_not_read_completely_counts_as_high() {
        let filed = sample_of(|body| matches!(body, AlertBody::RuleFiled(_)));
        let AlertBody::RuleFiled(mut data) = filed else { panic!("expected a filed rule") };
        data.changes.clear();
        (data.certain, data.follows) = (false, None);
        check(&AlertBody::RuleFiled(data.clone()), None, [false, false, false, true]);
        (data.certain, data.follows) = (true, Some(crate::domain::AlertId::of(["first"])));
        check(&AlertBody::RuleFiled(data), None, [false, false, true, true]);
    }
}
