//! Sample alerts of every type, modeled on the Entity List rule of June 28, 2022. All names are
//! invented. For tests, and for test messages that look like real ones.

mod change;
mod hold;
mod list;
mod operator;
mod rule;

use jiff::Timestamp;

use crate::deliver::MessageSettings;
use crate::deliver::wording::time::Zone;
use crate::domain::{Alert, AlertBody, AlertId, Delivery, HoldReason};

pub use change::{added, change};
pub use hold::hold;
pub use list::rule_of_june_2022;
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
    }
}

/// A delivery of `alert` that is due at once.
pub fn delivery(alert: &Alert, receiver: &str, recipient: &str) -> Delivery {
    Delivery::pending(&alert.alert_id, receiver, recipient, alert.created_at)
}

/// At least one alert of each type.
pub fn all_kinds() -> Vec<Alert> {
    vec![
        list::rule_of_june_2022(),
        list::correction(),
        list::treasury_removal(),
        operator::source_baseline(),
        operator::source_failing(),
        operator::source_recovered(),
        operator::source_lagging(),
        hold::hold(HoldReason::Loss),
        hold::hold(HoldReason::Gain),
        hold::hold(HoldReason::Revision),
        hold::hold(HoldReason::Older),
        operator::delivery_failing(),
        operator::delivery_dead(),
        operator::receiver_switched_off(),
        operator::test(),
        rule::filed(),
        rule::changed(),
        rule::withdrawn(),
        rule::published(),
        rule::digest(),
    ]
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
        let samples = all_kinds();
        for kind in AlertKind::ALL {
            assert!(samples.iter().any(|alert| alert.body.kind() == *kind), "{kind}");
        }
        let ids: HashSet<&AlertId> = samples.iter().map(|alert| &alert.alert_id).collect();
        assert_eq!(ids.len(), samples.len());
    }

    #[test]
    fn the_samples_were_observed_at_the_documented_time() {
        assert_eq!(OBSERVED_AT.to_string(), "2022-06-30T13:02:11Z");
    }
}
