//! Reduces an alert to the changes of one delivery. Pure.

use std::collections::HashSet;

use crate::domain::{Alert, AlertBody, ChangeId, Delivery, Screening, Summary};

/// Returns the alert with only the changes that the routes of the receiver select, in their order.
/// `summary` counts those changes. `total` still counts all of them.
pub fn for_delivery(alert: &Alert, delivery: &Delivery) -> Alert {
    let mut alert = alert.clone();
    let Some(selection) = &delivery.selection else { return alert };
    let (changes, summary) = match &mut alert.body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => {
            (&mut data.changes, &mut data.summary)
        }
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => {
            (&mut data.changes, &mut data.summary)
        }
        _ => return alert,
    };
    let selected: HashSet<&ChangeId> = selection.iter().collect();
    changes.retain(|change| selected.contains(&change.change_id));
    *summary = Summary::of(&*changes);
    alert
}

/// Returns the alert with the matches that the receiver is shown. Alerts are stored without them.
pub fn fill_matches(mut alert: Alert, screening: Option<&Screening>) -> Alert {
    if let (AlertBody::WatchlistMatched(data), Some(screening)) = (&mut alert.body, screening) {
        data.matches = screening.matches.iter().map(|shown| shown.found.clone()).collect();
    }
    alert
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    #[test]
    fn the_summary_counts_the_selection_and_the_total_counts_all() {
        let alert = sample::rule_of_june_2022();
        let all = alert.body.list_changed().unwrap();
        let first = all.changes[0].change_id.clone();
        let mut delivery = sample::delivery(&alert, "erp", "");
        assert_eq!(for_delivery(&alert, &delivery), alert);

        delivery.selection = Some(vec![first.clone()]);
        let selected = for_delivery(&alert, &delivery);
        let data = selected.body.list_changed().unwrap();
        assert_eq!(data.changes.iter().map(|c| &c.change_id).collect::<Vec<_>>(), [&first]);
        assert_eq!((data.summary.added, data.summary.removed, data.summary.revised), (1, 0, 0));
        assert_eq!(data.total, all.total);
    }
}
