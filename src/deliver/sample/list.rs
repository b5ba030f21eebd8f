//! Sample alerts about list changes.

use jiff::civil;

use crate::deliver::sample::change::{
    editorial_revision, five_additions, removal, treasury_removal as treasury_change, two_revisions,
};
use crate::deliver::sample::rule::rule;
use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::{ListChanged, SnapshotRef};
use crate::domain::{Alert, AlertBody, AlertId, Attribution, Change, Sha256};

/// Five additions (one of them an address), two revisions (one of them only probable), a removal
/// and an editorial change, under one rule.
pub fn rule_of_june_2022() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "87 FR 38920"]), june_2022_changes());
    data.attributed = Some(Attribution::Presumed);
    data.rule = Some(rule());
    wrapped(AlertBody::ListChanged, data)
}

/// The changes of [`rule_of_june_2022`].
pub fn june_2022_changes() -> Vec<Change> {
    let mut changes = five_additions();
    changes.extend(two_revisions());
    changes.push(removal());
    changes.push(editorial_revision());
    changes
}

/// A correction: the source reversed an earlier change without a rule.
pub fn correction() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "correction"]), june_2022_changes());
    data.corrects = Some(AlertId::of(["wrong"]));
    wrapped(AlertBody::ListCorrected, data)
}

/// A removal from a list that no Federal Register rule changes.
pub fn treasury_removal() -> Alert {
    let data = list_changed(AlertId::of(["csl", "treasury"]), vec![treasury_change()]);
    wrapped(AlertBody::ListChanged, data)
}

fn wrapped(body: fn(Box<ListChanged>) -> AlertBody, data: ListChanged) -> Alert {
    let alert_id = data.alert_id.clone();
    Alert { alert_id, ..alert("", body(Box::new(data))) }
}

fn list_changed(alert_id: AlertId, changes: Vec<Change>) -> ListChanged {
    let snapshot = |text: &str, as_of: civil::Date| SnapshotRef {
        sha256: Sha256::of(text.as_bytes()),
        as_of: Some(as_of),
        observed_at: None,
    };
    let after = snapshot("after", civil::date(2022, 6, 30));
    ListChanged {
        previous: Some(snapshot("before", civil::date(2022, 6, 29))),
        journal_head: Sha256::of(b"journal"),
        ..ListChanged::without_rule(alert_id, "csl", 7, OBSERVED_AT, after, changes)
    }
}
