//! Sample alerts of every type, modeled on the Entity List rule of June 28, 2022. All names are
//! invented. For tests, and for test messages that look like real ones.

mod assurance;
mod change;
mod digest;
mod hold;
mod item;
mod june_2022;
mod list;
mod matching;
mod operator;
mod regulation;
mod rule;

use jiff::Timestamp;

use crate::deliver::MessageSettings;
use crate::deliver::wording::time::Zone;
use crate::domain::{Alert, AlertBody, AlertId, Delivery, HoldReason};

pub use change::{added, change};
pub use digest::digest;
pub use hold::hold;
pub use list::{of_changes, rule_of_june_2022};
pub use matching::{possible_match, screening, watchlist_problem};
pub use operator::source_failing;

/// When the samples were observed: `2022-06-30T13:02:11Z`.
const OBSERVED_AT: Timestamp = Timestamp::constant(1_656_594_131, 0);

/// The settings of messages in the default time zone. A `public_url` that is not a URL is left out.
pub fn settings(public_url: Option<&str>) -> MessageSettings {
    MessageSettings {
        timezone: Zone::default(),
        public_url: public_url.and_then(|url| url.parse().ok()),
        instructions: Vec::new(),
        source_titles: [
            ("csl", "Consolidated Screening List"),
            ("ecfr", "eCFR"),
            ("rules", "Federal Register"),
        ]
        .map(|(name, title)| (name.to_owned(), title.to_owned()))
        .into(),
        marked_as_test: false,
    }
}

/// A delivery of `alert` that is due at once.
pub fn delivery(alert: &Alert, receiver: &str, recipient: &str) -> Delivery {
    Delivery::pending(&alert.alert_id, receiver, recipient, alert.created_at)
}

/// The sample with this name, or the first sample of the type with this name.
pub fn find(name: &str) -> Option<Alert> {
    let mut samples = all();
    let at = samples
        .iter()
        .position(|(known, _)| *known == name)
        .or_else(|| samples.iter().position(|(_, alert)| alert.body.type_name() == name))?;
    Some(samples.swap_remove(at).1)
}

/// Every message that readers and operators can get, each with a name of its own.
pub fn all() -> Vec<(&'static str, Alert)> {
    vec![
        ("list.changed", list::rule_of_june_2022()),
        ("list.changed, real size", list::full_rule_of_june_2022()),
        ("list.changed, fewer rows than the rule", list::fewer_rows_than_the_rule()),
        ("list.changed, no rule", list::without_rule()),
        ("list.changed, differences", list::differences()),
        ("list.changed, full entries", list::full_entries()),
        ("list.changed, as announced", list::as_announced()),
        ("list.changed, footnote designation", list::footnote_designation()),
        ("list.changed, address", list::address_without_name()),
        ("list.changed, unconfirmed", list::unconfirmed()),
        ("list.changed, relisted", list::relisted()),
        ("list.changed, accepted hold", list::accepted_hold()),
        ("list.changed, Treasury", list::treasury_removal()),
        ("list.corrected", list::correction()),
        ("rule.filed", rule::filed()),
        ("rule.filed, in full", rule::filed_in_full()),
        ("rule.filed, several dates", rule::filed_with_several_dates()),
        ("rule.filed, changed", rule::changed()),
        ("rule.filed, withdrawn", rule::withdrawn()),
        ("rule.filed, digest", rule::digest()),
        ("rule.published", rule::published()),
        ("rule.published, in full", rule::published_in_full()),
        ("regulation.changed", regulation::changed()),
        ("regulation.changed, correction", regulation::taken_back()),
        ("source.baseline", operator::source_baseline()),
        ("source.failing", operator::source_failing()),
        ("source.recovered", operator::source_recovered()),
        ("source.lagging", operator::source_lagging()),
        ("source.lagging, no new document", operator::source_late()),
        ("snapshot.held, loss", hold::hold(HoldReason::Loss)),
        ("snapshot.held, gain", hold::hold(HoldReason::Gain)),
        ("snapshot.held, revision", hold::hold(HoldReason::Revision)),
        ("snapshot.held, text", hold::hold(HoldReason::Text)),
        ("snapshot.held, older copy", hold::hold(HoldReason::Older)),
        ("delivery.failing", operator::delivery_failing()),
        ("delivery.failing, switched off", operator::receiver_switched_off()),
        ("delivery.dead", operator::delivery_dead()),
        ("alert.escalated", item::escalated()),
        ("items.open", item::open()),
        ("watchlist.matched", matching::matched()),
        ("watchlist.failing", matching::failing()),
        ("watchlist.failing, recovered", matching::recovered()),
        ("assurance", assurance::quiet()),
        ("assurance, with problems", assurance::troubled()),
        ("config.rejected", operator::config_rejected()),
        ("test", operator::test()),
        ("digest", digest()),
    ]
}

/// The alerts of [`all`], without the ones of real size.
pub fn all_kinds() -> Vec<Alert> {
    const LARGE: usize = 30;
    let is_small = |alert: &Alert| alert.body.changes().is_none_or(|changes| changes.len() < LARGE);
    all().into_iter().map(|(_, alert)| alert).filter(is_small).collect()
}

/// The alert with this body. `name` tells two samples of one type apart.
fn alert(name: &str, body: AlertBody) -> Alert {
    Alert { alert_id: AlertId::of([body.type_name(), name]), created_at: OBSERVED_AT, body }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::AlertKind;

    #[test]
    fn every_type_has_a_sample_and_every_sample_has_its_own_id() {
        let samples: Vec<Alert> = all().into_iter().map(|(_, alert)| alert).collect();
        for kind in AlertKind::ALL {
            assert!(samples.iter().any(|alert| alert.body.kind() == *kind), "{kind}");
        }
        let ids: HashSet<&AlertId> = samples.iter().map(|alert| &alert.alert_id).collect();
        assert_eq!(ids.len(), samples.len());
        let names: HashSet<&str> = all().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), samples.len());
    }

    #[test]
    fn the_samples_were_observed_at_the_documented_time() {
        assert_eq!(OBSERVED_AT.to_string(), "2022-06-30T13:02:11Z");
    }
}
