//! Sample alerts about list changes.

use jiff::{Timestamp, civil};

use crate::deliver::sample::change::{
    added, address_only, designation, difference, editorial_revision, five_additions, removal,
    treasury_removal as treasury_change, two_revisions,
};
use crate::deliver::sample::rule::{SAVINGS_CLAUSE, filed, published, rule};
use crate::deliver::sample::{OBSERVED_AT, alert, june_2022};
use crate::domain::alert::{Announced, ListChanged, RuleExcerpt, SnapshotRef};
use crate::domain::{Alert, AlertBody, AlertId, Attribution, Change, Rule, Sha256, Summary};

/// When the rule of the samples was reported from the Federal Register: `2022-06-28T20:30:00Z`.
const ANNOUNCED_AT: Timestamp = Timestamp::constant(1_656_448_200, 0);
/// When two entries were reported missing: `2022-07-05T13:00:00Z`.
const REPORTED_AT: Timestamp = Timestamp::constant(1_657_026_000, 0);
/// When they were on the list again: `2022-07-06T13:00:00Z`.
const CORRECTED_AT: Timestamp = Timestamp::constant(1_657_112_400, 0);

/// Five additions (one of them an address), two revisions (one of them only probable), a removal
/// and an editorial change, under one rule.
pub fn rule_of_june_2022() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "87 FR 38920"]), june_2022_changes());
    data.attributed = Some(Attribution::Presumed);
    data.rule = Some(rule());
    data.rule_text = Some(excerpt(data.summary));
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

/// 41 additions and 13 revisions, of a rule whose text was read.
pub fn full_rule_of_june_2022() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "87 FR 38920", "full"]), june_2022::changes());
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    data.rule_text = Some(excerpt(data.summary));
    wrapped(AlertBody::ListChanged, data)
}

/// 40 rows for 41 entries: the list has one row where the rule lists two countries.
pub fn fewer_rows_than_the_rule() -> Alert {
    let mut changes = june_2022::changes();
    changes.retain(|change| change.before.is_none());
    let ordered = Summary::of(&changes);
    changes.remove(1);
    if let Some(first) = changes.first_mut() {
        first.entry.countries = vec!["CN".into(), "VN".into()];
    }
    let mut data = list_changed(AlertId::of(["csl", "fewer rows"]), changes);
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    let combined = data.changes.iter().take(1).map(|change| change.change_id.clone()).collect();
    data.rule_text = Some(RuleExcerpt { combined, ..excerpt(ordered) });
    wrapped(AlertBody::ListChanged, data)
}

/// Changes without a rule.
pub fn without_rule() -> Alert {
    let changes = vec![added("Example Optics Ltd.", "CN"), removal()];
    let data = list_changed(AlertId::of(["csl", "no rule"]), changes);
    wrapped(AlertBody::ListChanged, data)
}

/// The eCFR shows two entries differently from the Consolidated Screening List.
pub fn differences() -> Alert {
    let changes = vec![
        difference("Connec Example Ltd.", "CN", &["footnote 3", "alias Connec Parts"]),
        difference("King Example Technology", "CN", &["country HK"]),
    ];
    let mut data = list_changed(AlertId::of(["ecfr", "differences"]), changes);
    data.source = "ecfr".into();
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    wrapped(AlertBody::ListChanged, data)
}

/// The list shows in full what the filed text only named.
pub fn full_entries() -> Alert {
    let changes: Vec<Change> =
        june_2022::changes().into_iter().filter(|change| change.before.is_none()).take(6).collect();
    let mut data = list_changed(AlertId::of(["csl", "full entries"]), changes);
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    data.follows = Some(filed().alert_id);
    let named_before = data.changes.iter().map(|change| change.change_id.clone()).collect();
    data.rule_text = Some(RuleExcerpt { named_before, ..excerpt(data.summary) });
    wrapped(AlertBody::ListChanged, data)
}

/// The list shows what the rule's own table announced.
pub fn as_announced() -> Alert {
    let changes: Vec<Change> = june_2022::changes().into_iter().take(6).collect();
    let mut data = list_changed(AlertId::of(["csl", "announced"]), changes);
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    data.follows = Some(published().alert_id);
    data.announced = Some(Announced {
        alert_id: published().alert_id,
        at: ANNOUNCED_AT,
        changes: data.changes.iter().map(|change| change.change_id.clone()).collect(),
    });
    data.rule_text = Some(excerpt(data.summary));
    wrapped(AlertBody::ListChanged, data)
}

/// One listed entry gained footnote 4.
pub fn footnote_designation() -> Alert {
    let mut data = list_changed(
        AlertId::of(["csl", "designation"]),
        vec![designation("Aldermere Microsystems Co., Ltd.", "CN")],
    );
    let rule = Rule {
        citation: Some("87 FR 77505".into()),
        document_number: Some("2022-27151".into()),
        title: Some("Additions and Revisions to the Entity List".into()),
        url: Some("https://www.federalregister.gov/d/2022-27151".into()),
        filed_at: None,
        effective_on: Some(civil::date(2022, 6, 29)),
        published_on: Some(civil::date(2022, 6, 30)),
    };
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule);
    data.rule_text = Some(RuleExcerpt { savings_clause: None, ..excerpt(data.summary) });
    wrapped(AlertBody::ListChanged, data)
}

/// One address without a name was added.
pub fn address_without_name() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "address"]), vec![address_only()]);
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(Rule {
        citation: Some("89 FR 51644".into()),
        url: Some("https://www.federalregister.gov/citation/89-FR-51644".into()),
        document_number: None,
        title: None,
        filed_at: None,
        effective_on: None,
        published_on: None,
    });
    wrapped(AlertBody::ListChanged, data)
}

/// Additions of a list that is on hold, because it lost many entries at the same time.
pub fn unconfirmed() -> Alert {
    let mut data = list_changed(
        AlertId::of(["csl", "unconfirmed"]),
        vec![added("Example Optics Ltd.", "CN"), added("Sinno Example Co., Ltd.", "CN")],
    );
    data.attributed = Some(Attribution::Cited);
    data.rule = Some(rule());
    data.rule_text = Some(excerpt(data.summary));
    data.unconfirmed = true;
    wrapped(AlertBody::ListChanged, data)
}

/// Two entries that were removed are listed again.
pub fn relisted() -> Alert {
    let mut data = list_changed(
        AlertId::of(["csl", "relisted"]),
        vec![added("Example Optics Ltd.", "CN"), added("Sinno Example Co., Ltd.", "CN")],
    );
    data.returned = data.changes.iter().map(|change| change.change_id.clone()).collect();
    data.follows = Some(AlertId::of(["removal"]));
    wrapped(AlertBody::ListChanged, data)
}

/// Changes that were on hold until a person accepted them.
pub fn accepted_hold() -> Alert {
    let mut data = list_changed(AlertId::of(["csl", "accepted"]), vec![removal()]);
    data.accepted_at = Some(CORRECTED_AT);
    wrapped(AlertBody::ListChanged, data)
}

/// A correction: two entries that were reported missing are on the list.
pub fn correction() -> Alert {
    let mut data = list_changed(
        AlertId::of(["csl", "correction"]),
        vec![added("Example Optics Ltd.", "CN"), added("Example Handel GmbH", "DE")],
    );
    data.corrects = Some(AlertId::of(["wrong"]));
    data.corrects_at = Some(REPORTED_AT);
    data.observed_at = CORRECTED_AT;
    wrapped(AlertBody::ListCorrected, data)
}

/// A removal from a list that no Federal Register rule changes.
pub fn treasury_removal() -> Alert {
    let data = list_changed(AlertId::of(["csl", "treasury"]), vec![treasury_change()]);
    wrapped(AlertBody::ListChanged, data)
}

/// An alert of these changes, without a rule.
pub fn of_changes(changes: Vec<Change>) -> Alert {
    let data = list_changed(AlertId::of(["csl", "given changes"]), changes);
    wrapped(AlertBody::ListChanged, data)
}

fn excerpt(orders: Summary) -> RuleExcerpt {
    RuleExcerpt {
        effective_text: Some("This rule is effective June 28, 2022.".into()),
        savings_clause: Some(SAVINGS_CLAUSE.into()),
        orders,
        ..RuleExcerpt::default()
    }
}

fn wrapped(body: fn(Box<ListChanged>) -> AlertBody, data: ListChanged) -> Alert {
    let (alert_id, created_at) = (data.alert_id.clone(), data.observed_at);
    Alert { alert_id, created_at, ..alert("", body(Box::new(data))) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_the_documented_ones() {
        assert_eq!(ANNOUNCED_AT.to_string(), "2022-06-28T20:30:00Z");
        assert_eq!(REPORTED_AT.to_string(), "2022-07-05T13:00:00Z");
        assert_eq!(CORRECTED_AT.to_string(), "2022-07-06T13:00:00Z");
    }
}
