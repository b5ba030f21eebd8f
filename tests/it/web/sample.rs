//! A store with one of everything that a page shows, including hostile texts.

use std::sync::Arc;
use std::time::Duration;

use entitywatch::clock::ManualClock;
use entitywatch::deliver::sample::change;
use entitywatch::deliver::{MessageSettings, wording};
use entitywatch::domain::alert::{ListChanged, SnapshotRef, SourceFailing};
use entitywatch::domain::journal::JournalEvent;
use entitywatch::domain::{
    Alert, AlertBody, AlertId, Attribution, Change, ChangeId, ChangeKind, Citation, Delivery,
    DeliveryId, DeliveryState, Entry, FieldChange, Hold, HoldId, HoldReason, HoldState, ListCode,
    ListState, Match, Rule, Severity, Sha256, SourceState, Summary,
};
use entitywatch::schedule::Schedule;
use entitywatch::store::{
    CheckRecord, ListUpdate, Mode, Outgoing, RecordedChange, Store, StoreUrl, {self},
};
use entitywatch::web::{
    Access, AccessSettings, AlertWords, ReceiverLine, SourceLine, Status, WebSettings, WebState,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

/// Breaks out of an element, an attribute and a script if it is not escaped. Has a vertical tab,
/// which XML does not allow.
pub const HOSTILE: &str =
    "Harmless & Sons \"<script>alert('x')</script><img src=x onerror=alert(1)>\u{b}\u{202e}dtL";

pub struct Sample {
    pub state: WebState,
    pub clock: Arc<ManualClock>,
    pub alert: AlertId,
    pub operator_alert: AlertId,
    pub hold: HoldId,
    pub delivery: DeliveryId,
    pub change: ChangeId,
    _directory: tempfile::TempDir,
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Words;

impl AlertWords for Words {
    fn of(&self, alert: &Alert) -> serde_json::Value {
        json!(wording::alert_content(alert, &MessageSettings::default()))
    }

    fn title(&self, alert: &Alert) -> String {
        wording::alert_content(alert, &MessageSettings::default()).title
    }
}

impl Sample {
    /// The same pages under another public address.
    pub fn at(mut self, public_url: &str) -> Self {
        let settings = WebSettings {
            public_url: Some(public_url.parse().unwrap()),
            ..(*self.state.settings).clone()
        };
        self.state.settings = Arc::new(settings);
        self
    }
}

pub async fn sample() -> Sample {
    let directory = tempfile::tempdir().unwrap();
    let store = store::open(&StoreUrl::sqlite_file(directory.path().join("web.db")), Mode::Write)
        .await
        .unwrap();
    let at = time("2026-11-20T15:00:04Z");
    let (alert, operator_alert, hold) = fill(&store, at).await;
    let status = Status::new(at, Duration::from_secs(120));
    let schedule = Schedule::parse("*/15 * * * *", "UTC").unwrap();
    let line = |name: &str, kind: &str| SourceLine {
        name: name.into(),
        kind: kind.into(),
        schedule: schedule.clone(),
    };
    let receiver = |name: &str, kind: &str, operator| ReceiverLine {
        name: name.into(),
        kind: kind.into(),
        operator,
        shows_matches: false,
    };
    status.set_configuration(
        vec![line("csl", "csl"), line("ecfr", "ecfr")],
        vec![
            receiver("compliance", "email", false),
            receiver("erp", "webhook", false),
            receiver("log", "console", true),
        ],
    );
    let clock = Arc::new(ManualClock::at(at));
    let state = WebState {
        store,
        status: Arc::new(status),
        clock: clock.clone(),
        metrics: metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle(),
        days: None,
        preview: None,
        words: Arc::new(Words),
        settings: Arc::new(WebSettings {
            source_titles: [("csl".to_owned(), "Consolidated Screening List".to_owned())].into(),
            timezone: TimeZone::get("America/New_York").unwrap(),
            public_url: Some("https://entitywatch.example.com/".parse().unwrap()),
            loopback_only: true,
        }),
        access: Arc::new(Access::new(AccessSettings::default(), [7; 32])),
        actions: None,
    };
    let delivery = Delivery::id_of(&alert, "erp", "");
    let change = changes().remove(0).change_id;
    Sample { state, clock, alert, operator_alert, hold, delivery, change, _directory: directory }
}

async fn fill(store: &Store, at: Timestamp) -> (AlertId, AlertId, HoldId) {
    let document = Sha256::of(b"a document");
    let changes = changes();
    let alert_id = AlertId::of(["csl", "1"]);
    let snapshot = SnapshotRef {
        sha256: document.clone(),
        as_of: Some("2026-11-20".parse().unwrap()),
        observed_at: None,
    };
    let changed = ListChanged {
        attributed: Some(Attribution::Presumed),
        rule: Some(Rule {
            citation: Some("91 FR 70001".into()),
            document_number: Some("2026-25001".into()),
            title: Some("Additions and Revisions to the Entity List".into()),
            url: Some("https://www.federalregister.gov/citation/91-FR-70001".into()),
            filed_at: None,
            effective_on: Some("2026-11-19".parse().unwrap()),
            published_on: Some("2026-11-20".parse().unwrap()),
        }),
        rule_in_baseline: 2,
        journal_head: Sha256::of(b"journal"),
        ..ListChanged::without_rule(alert_id.clone(), "csl", 1, at, snapshot, changes.clone())
    };
    let failing = AlertId::of(["ecfr", "failing"]);
    let source_failing = SourceFailing {
        source: "ecfr".into(),
        failing_since: at,
        last_success_at: None,
        consecutive_failures: 3,
        error: "failed to fetch ecfr: the server answered 503".into(),
    };
    let hold = hold(&document, at);
    let hold_id = hold.hold_id.clone();
    let recorded = changes.iter().map(|change| RecordedChange {
        source: "csl".into(),
        base_id: change.change_id.clone(),
        change: change.clone(),
        alert_id: Some(alert_id.clone()),
        observed_at: at,
        accepted_at: None,
        unconfirmed: false,
    });
    let list = ListState {
        source: "csl".into(),
        list: ListCode::EL,
        baseline_at: at,
        count: 3_412,
        recent_counts: Vec::new(),
        document_sha256: document.clone(),
        observed_at: at,
        as_of: Some("2026-11-20".parse().unwrap()),
        rejected_content: None,
    };
    let record = CheckRecord {
        at,
        source: Some(SourceState {
            source: "csl".into(),
            last_check_at: Some(at),
            last_success_at: Some(at),
            checks: 1_204,
            unchanged_checks: 1_203,
            as_of: Some("2026-11-20".parse().unwrap()),
            sequence: 1,
            ..SourceState::default()
        }),
        lists: vec![ListUpdate {
            state: list,
            close: Vec::new(),
            open: changes.iter().map(|change| change.entry.clone()).collect(),
        }],
        holds: vec![hold],
        alerts: vec![
            outgoing(alert_id.clone(), at, AlertBody::ListChanged(Box::new(changed))),
            outgoing(failing.clone(), at, AlertBody::SourceFailing(source_failing)),
        ],
        changes: recorded.collect(),
        journal: vec![JournalEvent { kind: "check".into(), data: json!({ "source": "csl" }) }],
        ..CheckRecord::default()
    };
    store.record(record).await.unwrap();
    (alert_id, failing, hold_id)
}

fn changes() -> Vec<Change> {
    let mut added = Entry::named(ListCode::EL, HOSTILE);
    added.aliases = vec!["亨氏科技".into(), "هاينز".into()];
    added.addresses = vec![
        "Unit 4, 12 Dock Road, Port Town, China".into(),
        "Room 9, Canal Street, Port Town, China".into(),
    ];
    added.countries = vec!["CN".into()];
    added.license_requirement = "For all items subject to the EAR".into();
    added.license_policy = "Presumption of denial".into();
    added.citations = vec![Citation::page(91, 70_001)];
    added.other.insert("source_list_url", "javascript:alert(1)");
    let mut before = Entry::named(ListCode::EL, "Example Machinery Company Limited");
    before.addresses = vec!["Room 12, Dock Road, Port Town, Russia".into()];
    before.license_policy = "Case-by-case review".into();
    before.countries = vec!["RU".into()];
    let mut after = before.clone();
    after.name = "Example Machine Company Limited".into();
    after.addresses.push("14 Mill Lane, River Town, Russia".into());
    after.license_policy = "Policy of denial".into();
    let field = |field: &str, before: serde_json::Value, after: serde_json::Value| FieldChange {
        field: field.into(),
        before,
        after,
    };
    let fields = vec![
        field("name", json!(before.name), json!(after.name)),
        field("addresses", json!(before.addresses), json!(after.addresses)),
        field("license_policy", json!(before.license_policy), json!(after.license_policy)),
    ];
    let mut removed = Entry::named(ListCode::EL, "Former Trading House");
    removed.countries = vec!["AE".into()];
    vec![
        change(ChangeKind::Added, Severity::High, None, added),
        Change {
            fields,
            matched: Some(Match::doubtful(0.91, vec!["one address of one is kept".into()])),
            ..change(ChangeKind::Revised, Severity::High, Some(before), after)
        },
        Change {
            possibly_now: vec![HOSTILE.into()],
            ..change(ChangeKind::Removed, Severity::Normal, None, removed)
        },
    ]
}

fn hold(document: &Sha256, at: Timestamp) -> Hold {
    Hold {
        hold_id: HoldId::of(["csl", "EL", document.as_str()]),
        source: "csl".into(),
        list: ListCode::EL,
        section: None,
        reason: HoldReason::Loss,
        state: HoldState::Open,
        sha256: document.clone(),
        content_sha256: document.clone(),
        opened_at: at,
        alerted_at: at,
        count_before: 3_412,
        count_after: 1_200,
        summary: Summary { removed: 2_212, ..Summary::default() },
        message: "2,212 of 3,412 entries are gone, more than 40 rows".into(),
        decided_at: None,
        decided_by: None,
        identified: None,
        decision_reason: None,
        as_baseline: false,
    }
}

fn outgoing(alert_id: AlertId, at: Timestamp, body: AlertBody) -> Outgoing {
    let delivery = |receiver: &str, recipient: &str, state| Delivery {
        state,
        attempts: 1,
        last_error: Some("the server answered 500".into()),
        ..Delivery::pending(&alert_id, receiver, recipient, at)
    };
    let deliveries = vec![
        delivery("compliance", "desk@example.com", DeliveryState::Pending),
        delivery("erp", "", DeliveryState::Dead),
    ];
    Outgoing {
        alert: Alert { alert_id, created_at: at, body },
        citations: Vec::new(),
        deliveries,
        screenings: Vec::new(),
    }
}
