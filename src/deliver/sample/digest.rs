//! A sample digest: two alerts that waited, and one that was sent at once.

use jiff::SignedDuration;

use crate::deliver::sample::{OBSERVED_AT, alert, list};
use crate::domain::digest::SentAtOnce;
use crate::domain::{Alert, AlertBody, AlertId, Digest, DigestedAlert};

/// A rule and a removal without a rule.
pub fn digest() -> Alert {
    let from = OBSERVED_AT - SignedDuration::from_hours(24);
    let sent = SentAtOnce {
        alert_id: AlertId::of(["csl", "sent at once"]),
        created_at: OBSERVED_AT - SignedDuration::from_hours(5),
        title: "Entity List: 1 added".to_owned(),
        corrects: None,
    };
    let waited = [list::rule_of_june_2022(), list::treasury_removal()];
    let digest = Digest {
        receiver: "compliance".to_owned(),
        from,
        to: OBSERVED_AT,
        alerts: waited.into_iter().filter_map(DigestedAlert::of).collect(),
        already_sent: vec![sent.alert_id.clone()],
        sent_at_once: vec![sent],
        part: None,
    };
    let body = AlertBody::Digest(Box::new(digest));
    Alert { alert_id: Digest::id_of("compliance", OBSERVED_AT), ..alert("", body) }
}
