//! Sample alerts about Federal Register documents.

use jiff::{Timestamp, civil};

use crate::deliver::sample::change::{five_additions, removal};
use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::{NoticeStatus, RuleListing, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertId, Change, Rule, Sha256, Summary};

/// When the rule was filed for public inspection: `2022-06-28T20:15:00Z`.
const FILED_AT: Timestamp = Timestamp::constant(1_656_447_300, 0);

/// The rule of June 28, 2022.
pub fn rule() -> Rule {
    Rule {
        citation: Some("87 FR 38920".into()),
        document_number: Some("2022-14069".into()),
        title: Some(
            "Addition of Entities, Revision and Correction of Entries, and Removal of Entities \
             From the Entity List"
                .into(),
        ),
        url: Some("https://www.federalregister.gov/d/2022-14069".into()),
        filed_at: Some(FILED_AT),
        effective_on: Some(civil::date(2022, 6, 28)),
        published_on: Some(civil::date(2022, 6, 30)),
    }
}

/// A rule that was filed. Only its plain text could be read.
pub fn filed() -> Alert {
    alert("filed", AlertBody::RuleFiled(Box::new(notice())))
}

/// A filed rule whose effective date changed.
pub fn changed() -> Alert {
    let notice = RuleNotice {
        status: NoticeStatus::Changed,
        note: Some("What is new: its effective date was 2022-06-27.".into()),
        follows: Some(filed().alert_id),
        related: vec![AlertId::of(["list.changed"])],
        ..notice()
    };
    alert("changed", AlertBody::RuleFiled(Box::new(notice)))
}

/// A filed rule that was withdrawn before publication.
pub fn withdrawn() -> Alert {
    let notice =
        RuleNotice { status: NoticeStatus::Withdrawn, follows: Some(filed().alert_id), ..notice() };
    alert("withdrawn", AlertBody::RuleFiled(Box::new(notice)))
}

/// A filed rule that was published without further changes.
pub fn published() -> Alert {
    let notice = RuleNotice {
        status: NoticeStatus::Published,
        certain: true,
        doubts: Vec::new(),
        follows: Some(filed().alert_id),
        changes: Vec::new(),
        summary: Summary::default(),
        total: Summary::default(),
        ..notice()
    };
    alert("published", AlertBody::RulePublished(Box::new(notice)))
}

/// The digest of the first check: a published rule that was read, and a filed one that was not.
pub fn digest() -> Alert {
    let notice = notice();
    let read = RuleListing {
        rule: rule(),
        published: true,
        certain: true,
        summary: notice.orders,
        changes: notice.changes.clone(),
    };
    let unread = RuleListing {
        published: false,
        certain: false,
        summary: Summary::default(),
        changes: Vec::new(),
        ..read.clone()
    };
    let digest = RuleNotice {
        status: NoticeStatus::Digest,
        rule: None,
        documents: vec![read, unread],
        changes: Vec::new(),
        summary: Summary::default(),
        total: Summary::default(),
        savings_clause: None,
        effective_text: None,
        pdf_url: None,
        ..notice
    };
    alert("digest", AlertBody::RuleFiled(Box::new(digest)))
}

fn notice() -> RuleNotice {
    let changes: Vec<Change> = five_additions().into_iter().take(1).chain([removal()]).collect();
    let summary = Summary::of(&changes);
    RuleNotice {
        source: "rules".into(),
        observed_at: OBSERVED_AT,
        status: NoticeStatus::Filed,
        rule: Some(rule()),
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
        named_before: Vec::new(),
        part: None,
    }
}
