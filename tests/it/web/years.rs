//! The Entity List over some years: a backfilled history in `ecfr`, checks of `csl` and `ecfr`, and
//! the rule that they follow.

use entitywatch::deliver::sample::change;
use entitywatch::domain::journal::JournalEvent;
use entitywatch::domain::{
    Change, ChangeId, ChangeKind, Citation, Entry, EntryId, FieldChange, ListCode, ListState,
    ReadFrom, RecordedRule, Rule, RuleState, Severity, Sha256, SourceState,
};
use entitywatch::store::{CheckRecord, Fence, ListUpdate, PastUpdate, RecordedChange, Store};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::sample::{HOSTILE, Sample, sample, time};

pub const RULE: &str = "2026-25777";
/// Two sources show it: `csl` first.
pub const NEW: &str = "New Quay Instruments";

pub struct Years {
    pub sample: Sample,
    pub alder: EntryId,
    pub new: EntryId,
    /// The addition of [`NEW`] as each source shows it.
    pub in_csl: ChangeId,
    pub in_ecfr: ChangeId,
}

/// An entry of this name, with the id of its listing.
pub fn entry(name: &str, country: &str, citation: (u16, u32)) -> Entry {
    let mut entry = Entry::named(ListCode::EL, name);
    entry.countries = vec![country.to_owned()];
    entry.addresses = vec![format!("12 Dock Road, {country}")];
    entry.license_policy = "Presumption of denial".into();
    entry.citations = vec![Citation::page(citation.0, citation.1)];
    entry.entry_id = Some(entry.first_id(0));
    entry
}

pub fn recorded(source: &str, change: Change, at: Timestamp) -> RecordedChange {
    RecordedChange {
        source: source.into(),
        base_id: change.change_id.clone(),
        change,
        alert_id: None,
        observed_at: at,
        accepted_at: None,
        unconfirmed: false,
    }
}

/// What a list was from a past day on.
pub fn past(as_of: &str, close: Vec<i64>, open: Vec<Entry>, changes: Vec<Change>) -> PastUpdate {
    let day: Date = as_of.parse().unwrap();
    let changes = changes.into_iter().map(|mut change| {
        let base_id = change.change_id.clone();
        change.change_id = RecordedChange::past_id(day, &base_id);
        let recorded = recorded("ecfr", change, time(&format!("{as_of}T00:00:00Z")));
        RecordedChange { base_id, ..recorded }
    });
    PastUpdate {
        fence: Fence::default(),
        source: "ecfr".into(),
        list: ListCode::EL,
        as_of: day,
        close,
        open,
        changes: changes.collect(),
        joined: Vec::new(),
        at: time("2026-11-21T10:00:00Z"),
        journal: vec![JournalEvent { kind: "history.recorded".into(), data: json!({}) }],
    }
}

/// A check of a source that found these entries and changes.
pub fn check(
    source: &str,
    at: &str,
    close: Vec<i64>,
    open: Vec<Entry>,
    changes: Vec<Change>,
) -> CheckRecord {
    let (at, document) = (time(at), Sha256::of(at.as_bytes()));
    let list = ListState {
        source: source.into(),
        list: ListCode::EL,
        baseline_at: at,
        count: open.len(),
        recent_counts: Vec::new(),
        document_sha256: document,
        observed_at: at,
        as_of: None,
        rejected_content: None,
    };
    CheckRecord {
        at,
        source: Some(SourceState { source: source.into(), ..SourceState::default() }),
        lists: vec![ListUpdate { state: list, close, open }],
        changes: changes.into_iter().map(|change| recorded(source, change, at)).collect(),
        journal: vec![JournalEvent { kind: "check".into(), data: json!({ "outcome": "changed" }) }],
        ..CheckRecord::default()
    }
}

pub fn added(entry: &Entry) -> Change {
    change(ChangeKind::Added, Severity::High, None, entry.clone())
}

fn removed(entry: &Entry) -> Change {
    change(ChangeKind::Removed, Severity::Normal, None, entry.clone())
}

pub async fn years() -> Years {
    let sample = sample().await;
    let store = &sample.state.store;
    let alder = entry("Alder Optics Co., Ltd.", "CN", (84, 100));
    let gone = entry("Harbour Ring Works", "RU", (84, 100));
    let birch = entry("Birch Labs", "RU", (86, 300));
    let mut amended = alder.clone();
    amended.license_policy = "Policy of denial".into();
    let new = entry(NEW, "CN", (91, 70_803));

    store
        .record_history(past("2019-05-21", Vec::new(), vec![alder.clone(), gone.clone()], vec![]))
        .await
        .unwrap();
    let gone_row = row_of(store, &gone).await;
    let changes = vec![removed(&gone), added(&birch)];
    store
        .record_history(past("2021-06-01", vec![gone_row], vec![birch.clone()], changes))
        .await
        .unwrap();
    let baseline = vec![alder.clone(), birch.clone()];
    let watched = check("ecfr", "2026-11-22T10:00:00Z", Vec::new(), baseline, Vec::new());
    store.record(watched).await.unwrap();

    let in_csl = added(&new);
    let fields = vec![FieldChange {
        field: "license_policy".into(),
        before: json!(alder.license_policy),
        after: json!(amended.license_policy),
    }];
    let revised =
        change(ChangeKind::Revised, Severity::Normal, Some(alder.clone()), amended.clone());
    let revised = Change { fields, ..revised };
    let mut rules = check(
        "csl",
        "2026-11-23T10:00:00Z",
        Vec::new(),
        vec![new.clone(), amended],
        vec![in_csl.clone(), revised],
    );
    rules.rules = vec![rule(&new)];
    store.record(rules).await.unwrap();

    let mut in_ecfr = added(&new);
    in_ecfr.change_id = ChangeId::of(["confirmed"]);
    in_ecfr.confirms = Some(in_csl.change_id.clone());
    in_ecfr.differences = vec!["one alias more".into()];
    let later =
        check("ecfr", "2026-11-25T10:00:00Z", Vec::new(), vec![new.clone()], vec![in_ecfr.clone()]);
    store.record(later).await.unwrap();
    Years {
        alder: alder.entry_id.unwrap(),
        new: new.entry_id.unwrap(),
        in_csl: in_csl.change_id,
        in_ecfr: in_ecfr.change_id,
        sample,
    }
}

async fn row_of(store: &Store, entry: &Entry) -> i64 {
    let open = store.open_history("ecfr", ListCode::EL).await.unwrap();
    open.iter().find(|stored| stored.entry.name == entry.name).unwrap().row
}

/// It orders the addition of one entry that is shown, and of one that no list shows yet.
fn rule(new: &Entry) -> RecordedRule {
    let mut hostile = Entry::named(ListCode::EL, HOSTILE);
    hostile.countries = vec!["CN".into()];
    RecordedRule {
        rule: Rule {
            citation: Some("91 FR 70801".into()),
            document_number: Some(RULE.into()),
            title: Some("Additions to the <Entity> List".into()),
            url: Some("https://www.federalregister.gov/d/2026-25777".into()),
            filed_at: Some(time("2026-11-20T13:45:00Z")),
            effective_on: Some("2026-11-21".parse().unwrap()),
            published_on: Some("2026-11-21".parse().unwrap()),
        },
        document_number: RULE.into(),
        source: "rules".into(),
        state: RuleState::Published,
        volume: Some(91),
        start_page: Some(70_801),
        end_page: Some(70_809),
        agency: None,
        filing_type: None,
        pdf_url: Some("javascript:alert(1)".into()),
        updated_at: None,
        read_from: ReadFrom::Xml,
        text_sha256: None,
        certain: true,
        doubts: Vec::new(),
        effective_text: None,
        savings_clause: Some("Shipments that were en route may proceed.".into()),
        changes: vec![added(new), added(&hostile)],
        first_seen_at: time("2026-11-20T14:00:00Z"),
        alert_id: None,
        alerted_at: None,
        alerted_changes: Vec::new(),
        missing_since: None,
        missing_checks: 0,
        unlisted_since: None,
        unlisted_checks: 0,
        change_alerts_at: Vec::new(),
        text_unended: false,
        appearance_settled: true,
        lagging_alerted_at: None,
    }
}
