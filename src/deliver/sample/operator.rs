//! Sample alerts to operators about sources, deliveries and receivers.

use jiff::Timestamp;

use crate::deliver::sample::rule::rule;
use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::{
    ConfigRejected, DeliveryTrouble, ExpectedDocument, SnapshotRef, SourceBaseline, SourceFailing,
    SourceLagging, SourceRecovered, Test,
};
use crate::domain::{Alert, AlertBody, AlertId, DeliveryId, ListCode, Sha256};

/// `2022-06-27T08:45:00Z`
const LAST_SUCCESS_AT: Timestamp = Timestamp::constant(1_656_319_500, 0);
/// `2022-06-27T09:00:00Z`
const FAILING_SINCE: Timestamp = Timestamp::constant(1_656_320_400, 0);

/// The first list of a source.
pub fn source_baseline() -> Alert {
    let data = SourceBaseline {
        source: "csl".into(),
        list: ListCode::EL,
        count: 3_410,
        observed_at: OBSERVED_AT,
        snapshot: SnapshotRef { sha256: Sha256::of(b"first"), as_of: None, observed_at: None },
        warnings: vec!["line 2: a header line was repeated and is dropped".into()],
    };
    alert("", AlertBody::SourceBaseline(data))
}

/// A source that has failed for three days.
pub fn source_failing() -> Alert {
    let data = SourceFailing {
        source: "csl".into(),
        failing_since: FAILING_SINCE,
        last_success_at: Some(LAST_SUCCESS_AT),
        consecutive_failures: 300,
        error: "expected HTTP 200, but got HTTP 504 Gateway Timeout".into(),
    };
    alert("", AlertBody::SourceFailing(data))
}

/// The end of [`source_failing`].
pub fn source_recovered() -> Alert {
    let data = SourceRecovered {
        source: "csl".into(),
        failing_since: FAILING_SINCE,
        recovered_at: OBSERVED_AT,
    };
    alert("", AlertBody::SourceRecovered(data))
}

/// A source that does not show an entry that a rule added.
pub fn source_lagging() -> Alert {
    let data = SourceLagging {
        source: "csl".into(),
        rule: Some(rule()),
        missing: vec!["Connec Electronic Ltd.".into()],
        expected: None,
        at: OBSERVED_AT,
    };
    alert("", AlertBody::SourceLagging(data))
}

/// A source from which no new document has come for three business days.
pub fn source_late() -> Alert {
    let data = SourceLagging {
        source: "csl".into(),
        rule: None,
        missing: Vec::new(),
        expected: Some(ExpectedDocument {
            by: "10:30".into(),
            timezone: "America/New_York".into(),
            days: 3,
            last_document_at: LAST_SUCCESS_AT,
        }),
        at: OBSERVED_AT,
    };
    alert("late", AlertBody::SourceLagging(data))
}

/// A configuration with a mistake.
pub fn config_rejected() -> Alert {
    let data = ConfigRejected {
        path: "/etc/entitywatch/entitywatch.toml".into(),
        error: "error: unknown key `shedule`, expected one of `name`, `kind`, `schedule`\n \
                --> /etc/entitywatch/entitywatch.toml:12:1\n   |\n12 | shedule = \"*/15 * * * \
                *\"\n   | ^^^^^^^\n   |\n   = help: did you mean `schedule`?"
            .into(),
        at: OBSERVED_AT,
    };
    alert("", AlertBody::ConfigRejected(data))
}

/// A delivery that the receiver refused and that is retried.
pub fn delivery_failing() -> Alert {
    alert("", AlertBody::DeliveryFailing(DeliveryTrouble { attempts: 3, ..refused_delivery() }))
}

/// A delivery after its last attempt.
pub fn delivery_dead() -> Alert {
    alert("", AlertBody::DeliveryDead(refused_delivery()))
}

/// A receiver that was switched off because its server answered 410.
pub fn receiver_switched_off() -> Alert {
    let data = DeliveryTrouble {
        attempts: 1,
        switched_off: true,
        error: "expected HTTP 2xx, but got HTTP 410 Gone".into(),
        ..refused_delivery()
    };
    alert("switched off", AlertBody::DeliveryFailing(data))
}

/// A test message.
pub fn test() -> Alert {
    let data = Test {
        receiver: "erp".into(),
        message: "sent by `receivers test`".into(),
        at: OBSERVED_AT,
    };
    alert("", AlertBody::Test(data))
}

fn refused_delivery() -> DeliveryTrouble {
    DeliveryTrouble {
        delivery_id: DeliveryId::of(["delivery"]),
        undelivered_alert_id: AlertId::of(["alert"]),
        receiver: "erp hook".into(),
        recipient: String::new(),
        attempts: 12,
        error: "expected HTTP 2xx, but got HTTP 401 Unauthorized".into(),
        switched_off: false,
        at: OBSERVED_AT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_the_documented_ones() {
        assert_eq!(LAST_SUCCESS_AT.to_string(), "2022-06-27T08:45:00Z");
        assert_eq!(FAILING_SINCE.to_string(), "2022-06-27T09:00:00Z");
    }
}
