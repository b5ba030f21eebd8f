//! Alerts for tests, written by hand in the manner of the action of 28 June 2022.

use serde_json::json;

use super::MessageSettings;
use super::wording::time::Zone;
use crate::domain::alert::{
    DeliveryTrouble, ListChanged, NoticeStatus, RuleListing, RuleNotice, SnapshotHeld, SnapshotRef,
    SourceBaseline, SourceFailing, SourceLagging, SourceRecovered, Test,
};
use crate::domain::*;

const SEEN: &str = "2022-06-30T13:02:11Z";

pub fn settings(public_url: Option<&str>) -> MessageSettings {
    MessageSettings {
        timezone: Zone::default(),
        public_url: public_url.map(|url| url.parse().unwrap()),
    }
}

pub fn delivery(alert: &Alert, receiver: &str, recipient: &str) -> Delivery {
    let at = alert.created_at;
    Delivery {
        delivery_id: Delivery::id_of(&alert.alert_id, receiver, recipient),
        alert_id: alert.alert_id.clone(),
        receiver: receiver.into(),
        recipient: recipient.into(),
        selection: None,
        state: DeliveryState::Pending,
        attempts: 0,
        parts_done: 0,
        created_at: at,
        next_attempt_at: at,
        delivered_at: None,
        last_error: None,
    }
}

fn entry(name: &str, country: &str) -> Entry {
    let mut entry = Entry::named(ListCode::EL, name);
    if !country.is_empty() {
        entry.countries = vec![country.into()];
    }
    entry.license_requirement =
        "For all items subject to the EAR (see § 744.11 of the EAR).".into();
    entry.license_policy = "Policy of denial".into();
    entry.citations = vec![Citation::page(87, 38925)];
    entry.start_date = Some("2022-06-28".into());
    entry
}

pub(super) fn change(
    kind: ChangeKind,
    severity: Severity,
    before: Option<Entry>,
    entry: Entry,
) -> Change {
    let (was, is) = if kind == ChangeKind::Removed {
        (Some(&entry), None)
    } else {
        (before.as_ref(), Some(&entry))
    };
    Change {
        change_id: Change::id_of(kind, was, is, 0),
        kind,
        severity,
        editorial: severity == Severity::Low,
        entry,
        before,
        fields: Vec::new(),
        matched: None,
        possibly_now: Vec::new(),
        possibly_was: Vec::new(),
        possibly: Vec::new(),
        corroboration: Vec::new(),
        confirms: None,
        differences: Vec::new(),
    }
}

/// An addition.
pub fn added(name: &str, country: &str) -> Change {
    change(ChangeKind::Added, Severity::High, None, entry(name, country))
}

fn five_additions() -> Vec<Change> {
    let mut changes: Vec<Change> = [
        "Connec Example Ltd.",
        "King Example Technology",
        "Sinno Example Co., Ltd.",
        "Example Jetta (H.K.) Logistics",
    ]
    .map(|name| added(name, "CN"))
    .to_vec();
    let first = &mut changes[0].entry;
    first.aliases = vec!["Connec Electronic Example".into(), "康泰例公司".into()];
    first.addresses = vec![
        "Room 1203, 12/F, Example Tower, Kowloon, Hong Kong".into(),
        "No. 5 Example Road, Shenzhen, CN".into(),
    ];
    first.countries = vec!["CN".into(), "HK".into()];
    first.footnotes = vec!["3".into()];
    first.license_requirement =
        "For all items subject to the EAR (see §§ 746.8(a)(3) and 744.21(b) of the EAR).³".into();
    let mut address = added("Flat 7, Example Centre, 88 Example Street, Hong Kong", "HK");
    address.entry.form = Form::Address;
    address.possibly_was = vec!["Flat 7 Example Center".into()];
    changes.push(address);
    changes
}

fn two_revisions() -> Vec<Change> {
    let mut before = entry("Example Research Institute", "RU");
    before.citations = vec![Citation::page(79, 55998)];
    before.license_policy = "Case-by-case review".into();
    before.aliases = vec!["ERI".into(), "NII Primer".into()];
    before.addresses = vec!["14 Example Prospekt, Moscow, 119361".into()];
    let mut after = before.clone();
    after.citations.push(Citation::page(87, 38925));
    after.license_policy = "Policy of denial for all items".into();
    after.aliases = vec!["ERI".into(), "NII Primer AO".into(), "АО «Пример»".into()];
    after.addresses = vec!["14 Example Prospekt, Building 2, Moscow, 119361".into()];
    after.footnotes = vec!["3".into()];
    let mut certain = change(ChangeKind::Revised, Severity::High, Some(before), after);
    let field = |field: &str, before, after| FieldChange { field: field.into(), before, after };
    certain.fields = vec![
        field(
            "aliases",
            json!(["ERI", "NII Primer"]),
            json!(["ERI", "NII Primer AO", "АО «Пример»"]),
        ),
        field(
            "license_policy",
            json!("Case-by-case review"),
            json!("Policy of denial for all items"),
        ),
        field("footnotes", json!([]), json!(["3"])),
    ];
    certain.matched = Some(Match::certain(vec![
        "equal name in Russia".into(),
        "same citations plus 87 FR 38925".into(),
    ]));

    let before = entry("Xi?an Example Institute", "CN");
    let after = entry("Xi’an Example Institute of Optics", "CN");
    let mut weighed = change(ChangeKind::Revised, Severity::High, Some(before), after);
    weighed.fields = vec![field(
        "name",
        json!("Xi?an Example Institute"),
        json!("Xi’an Example Institute of Optics"),
    )];
    weighed.matched = Some(Match::doubtful(
        0.87,
        vec!["names alike (0.87)".into(), "same first citation".into()],
    ));
    vec![certain, weighed]
}

/// Five additions (one of them an address alone), two revisions (one by weighed evidence), a
/// removal, one editorial change.
pub fn rule_of_june_2022() -> Alert {
    let mut changes = five_additions();
    changes.extend(two_revisions());
    let mut removed = change(
        ChangeKind::Removed,
        Severity::Normal,
        None,
        entry("Example Trading <GmbH> & Sons", "DE"),
    );
    removed.possibly_now = vec!["Example Handel GmbH".into()];
    removed.corroboration = vec!["ecfr still lists it, as of 2022-06-29".into()];
    changes.push(removed);
    let (before, after) = (entry("Example  Holding Co", "PK"), entry("Example Holding Co.", "PK"));
    changes.push(change(ChangeKind::Revised, Severity::Low, Some(before), after));

    let summary = Summary::of(&changes);
    let alert_id = AlertId::of(["csl", "87 FR 38920"]);
    let snapshot = |text: &str, as_of: &str| SnapshotRef {
        sha256: Sha256::of(text.as_bytes()),
        as_of: Some(as_of.parse().unwrap()),
        observed_at: None,
    };
    let rule = Rule {
        citation: Some("87 FR 38920".into()),
        document_number: Some("2022-14069".into()),
        title: Some(
            "Addition of Entities, Revision and Correction of Entries, and Removal of Entities \
             From the Entity List"
                .into(),
        ),
        url: Some("https://www.federalregister.gov/d/2022-14069".into()),
        filed_at: Some("2022-06-28T20:15:00Z".parse().unwrap()),
        effective_on: Some("2022-06-28".parse().unwrap()),
        published_on: Some("2022-06-30".parse().unwrap()),
    };
    Alert {
        alert_id: alert_id.clone(),
        created_at: SEEN.parse().unwrap(),
        body: AlertBody::ListChanged(Box::new(ListChanged {
            alert_id,
            sequence: 7,
            source: "csl".into(),
            observed_at: SEEN.parse().unwrap(),
            accepted_at: None,
            unconfirmed: false,
            snapshot: snapshot("after", "2022-06-30"),
            previous: Some(snapshot("before", "2022-06-29")),
            attributed: Some(Attribution::Presumed),
            rule: Some(rule),
            follows: None,
            corrects: None,
            rule_alerted_before: 0,
            rule_in_baseline: 0,
            journal_head: Sha256::of(b"journal"),
            summary,
            total: summary,
            changes,
            announced: None,
            returned: Vec::new(),
            part: None,
        })),
    }
}

fn operators(body: AlertBody) -> Alert {
    Alert { alert_id: AlertId::of([body.type_name()]), created_at: SEEN.parse().unwrap(), body }
}

pub fn source_failing() -> Alert {
    operators(AlertBody::SourceFailing(SourceFailing {
        source: "csl".into(),
        failing_since: "2022-06-27T09:00:00Z".parse().unwrap(),
        last_success_at: Some("2022-06-27T08:45:00Z".parse().unwrap()),
        consecutive_failures: 300,
        error: "expected HTTP 200, but got HTTP 504 Gateway Timeout".into(),
    }))
}

fn held(reason: HoldReason) -> Alert {
    let hold = Hold {
        hold_id: HoldId::of(["held"]),
        source: "csl".into(),
        list: ListCode::EL,
        reason,
        state: HoldState::Open,
        sha256: Sha256::of(b"held"),
        content_sha256: Sha256::of(b"held"),
        opened_at: SEEN.parse().unwrap(),
        told_at: SEEN.parse().unwrap(),
        count_before: 3_410,
        count_after: 1_702,
        summary: Summary { added: 3, removed: 1_711, revised: 0, editorial: 0 },
        message: "1711 of 3410 entries are missing (50 %), over the limit of 40".into(),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        as_baseline: false,
    };
    operators(AlertBody::SnapshotHeld(Box::new(SnapshotHeld {
        hold,
        reminder: false,
        examples: vec!["Example One".into(), "Example Two".into()],
    })))
}

fn trouble() -> DeliveryTrouble {
    DeliveryTrouble {
        delivery_id: DeliveryId::of(["delivery"]),
        undelivered_alert_id: AlertId::of(["alert"]),
        receiver: "erp hook".into(),
        recipient: String::new(),
        attempts: 12,
        error: "expected HTTP 2xx, but got HTTP 401 Unauthorized".into(),
        switched_off: false,
        at: SEEN.parse().unwrap(),
    }
}

/// An alert of each type.
pub fn all_kinds() -> Vec<Alert> {
    let mut correction = rule_of_june_2022();
    if let AlertBody::ListChanged(mut data) = correction.body.clone() {
        data.corrects = Some(AlertId::of(["wrong"]));
        data.rule = None;
        data.attributed = None;
        correction.body = AlertBody::ListCorrected(data);
    }
    let baseline = SourceBaseline {
        source: "csl".into(),
        list: ListCode::EL,
        count: 3_410,
        observed_at: SEEN.parse().unwrap(),
        snapshot: SnapshotRef { sha256: Sha256::of(b"first"), as_of: None, observed_at: None },
        warnings: vec!["line 2: a header line was repeated and is dropped".into()],
    };
    let recovered = SourceRecovered {
        source: "csl".into(),
        failing_since: "2022-06-27T09:00:00Z".parse().unwrap(),
        recovered_at: SEEN.parse().unwrap(),
    };
    let lagging = SourceLagging {
        source: "csl".into(),
        rule: rule_notice().rule.unwrap(),
        missing: vec!["Connec Electronic Ltd.".into()],
        at: SEEN.parse().unwrap(),
    };
    let filed = rule_notice();
    let published = RuleNotice {
        status: NoticeStatus::Published,
        certain: true,
        doubts: Vec::new(),
        follows: Some(AlertId::of(["rule.filed"])),
        changes: Vec::new(),
        summary: Summary::default(),
        total: Summary::default(),
        ..rule_notice()
    };
    let changed = RuleNotice {
        status: NoticeStatus::Changed,
        note: Some("What is new: its effective date was 2022-06-27.".into()),
        follows: Some(AlertId::of(["rule.filed"])),
        related: vec![AlertId::of(["list.changed"])],
        ..rule_notice()
    };
    let withdrawn = RuleNotice {
        status: NoticeStatus::Withdrawn,
        follows: Some(AlertId::of(["rule.filed"])),
        ..rule_notice()
    };
    let listing = RuleListing {
        rule: filed.rule.clone().unwrap(),
        published: true,
        certain: true,
        summary: filed.orders,
        changes: filed.changes.clone(),
    };
    let digest = RuleNotice {
        status: NoticeStatus::Digest,
        rule: None,
        documents: vec![
            listing.clone(),
            RuleListing {
                published: false,
                certain: false,
                summary: Summary::default(),
                changes: Vec::new(),
                ..listing
            },
        ],
        changes: Vec::new(),
        summary: Summary::default(),
        total: Summary::default(),
        savings_clause: None,
        effective_text: None,
        pdf_url: None,
        ..rule_notice()
    };
    let test = Test {
        receiver: "erp".into(),
        message: "sent by `receivers test`".into(),
        at: SEEN.parse().unwrap(),
    };
    vec![
        rule_of_june_2022(),
        correction,
        operators(AlertBody::SourceBaseline(baseline)),
        source_failing(),
        operators(AlertBody::SourceRecovered(recovered)),
        held(HoldReason::Loss),
        held(HoldReason::Gain),
        held(HoldReason::Revision),
        held(HoldReason::Older),
        operators(AlertBody::DeliveryFailing(trouble())),
        operators(AlertBody::DeliveryDead(trouble())),
        operators(AlertBody::Test(test)),
        operators(AlertBody::RuleFiled(Box::new(filed))),
        operators(AlertBody::RulePublished(Box::new(published))),
        operators(AlertBody::RuleFiled(Box::new(withdrawn))),
        operators(AlertBody::RuleFiled(Box::new(digest))),
        operators(AlertBody::SourceLagging(lagging)),
        operators(AlertBody::DeliveryFailing(DeliveryTrouble {
            switched_off: true,
            error: "expected HTTP 2xx, but got HTTP 410 Gone".into(),
            ..trouble()
        })),
        operators(AlertBody::RuleFiled(Box::new(changed))),
        treasury_removal(),
    ]
}

/// A removal from a list that no rule of the Federal Register changes.
fn treasury_removal() -> Alert {
    let mut alert = rule_of_june_2022();
    alert.alert_id = AlertId::of(["csl", "treasury"]);
    if let AlertBody::ListChanged(data) = &mut alert.body {
        let mut gone = change(
            ChangeKind::Removed,
            Severity::Normal,
            None,
            Entry::named(ListCode::SDN, "EXAMPLE SHIPPING LIMITED"),
        );
        gone.entry.countries = vec!["PA".into()];
        data.changes = vec![gone];
        (data.rule, data.attributed, data.alert_id) = (None, None, alert.alert_id.clone());
        data.summary = Summary::of(&data.changes);
        data.total = data.summary;
    }
    alert
}

/// A rule as it is filed, of which only the plain text could be read.
fn rule_notice() -> RuleNotice {
    let AlertBody::ListChanged(list) = rule_of_june_2022().body else {
        unreachable!("it tells of a list")
    };
    let changes: Vec<Change> = [ChangeKind::Added, ChangeKind::Removed]
        .into_iter()
        .filter_map(|kind| list.changes.iter().find(|change| change.kind == kind).cloned())
        .collect();
    let summary = Summary::of(&changes);
    RuleNotice {
        source: "rules".into(),
        observed_at: SEEN.parse().unwrap(),
        status: NoticeStatus::Filed,
        rule: list.rule.clone(),
        agency: Some("Industry and Security Bureau".into()),
        filing_type: Some("special".into()),
        pdf_url: Some("https://public-inspection.example.gov/2022-14069.pdf".into()),
        certain: false,
        doubts: vec!["only the plain text is there yet".into()],
        effective_text: Some("This rule is effective June 28, 2022.".into()),
        savings_clause: Some("Shipments on their way may go on.".into()),
        note: None,
        follows: None,
        related: Vec::new(),
        documents: Vec::new(),
        orders: summary,
        journal_head: Sha256::of(b"journal"),
        summary,
        total: summary,
        changes,
        part: None,
    }
}
