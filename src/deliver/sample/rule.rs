//! Sample alerts about Federal Register documents.

use jiff::{Timestamp, civil};

use crate::deliver::sample::change::{named_only, removal};
use crate::deliver::sample::{OBSERVED_AT, alert, june_2022};
use crate::domain::alert::{NoticeStatus, RuleListing, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertId, Change, Rule, Sha256, Summary};

pub const SAVINGS_CLAUSE: &str = "Shipments of items removed from eligibility for a License \
    Exception or export, reexport, or transfer (in-country) without a license (NLR) as a result \
    of this regulatory action that were en route aboard a carrier to a port of export, reexport, \
    or transfer (in-country), on June 28, 2022, pursuant to actual orders for export, reexport, \
    or transfer (in-country) to or within a foreign destination, may proceed to that destination \
    under the previous eligibility for a License Exception or export, reexport, or transfer \
    (in-country) without a license (NLR) before July 28, 2022.";

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

/// A rule that was filed. Only its plain text could be read, which gives the names alone.
pub fn filed() -> Alert {
    alert("filed", AlertBody::RuleFiled(Box::new(notice())))
}

/// A rule that was filed, and whose table was read in full.
pub fn filed_in_full() -> Alert {
    let changes = june_2022::changes();
    let summary = Summary::of(&changes);
    let notice = RuleNotice {
        certain: true,
        doubts: Vec::new(),
        orders: summary,
        summary,
        total: summary,
        changes,
        ..notice()
    };
    alert("filed in full", AlertBody::RuleFiled(Box::new(notice)))
}

/// A rule that takes effect in parts, and that was not read with certainty.
pub fn filed_with_several_dates() -> Alert {
    let notice = RuleNotice {
        doubts: vec!["the instructions name 42 entries, but the table has 41".into()],
        effective_text: Some(
            "This rule is effective July 1, 2022. The amendments to Supplement No. 4 in \
             instruction 3 are effective August 1, 2022. Comments must be received by August 15, \
             2022."
                .into(),
        ),
        rule: Some(Rule {
            citation: None,
            effective_on: Some(civil::date(2022, 7, 1)),
            published_on: Some(civil::date(2022, 7, 1)),
            ..rule()
        }),
        savings_clause: None,
        ..notice()
    };
    alert("several dates", AlertBody::RuleFiled(Box::new(notice)))
}

/// A filed rule that was published with its full entries, which the filed text only named.
pub fn published_in_full() -> Alert {
    let changes: Vec<Change> = june_2022::changes().into_iter().take(6).collect();
    let summary = Summary::of(&changes);
    let notice = RuleNotice {
        status: NoticeStatus::Published,
        rule: Some(rule()),
        certain: true,
        doubts: Vec::new(),
        follows: Some(filed().alert_id),
        named_before: changes.iter().map(|change| change.change_id.clone()).collect(),
        orders: summary,
        summary,
        total: summary,
        changes,
        ..notice()
    };
    alert("published in full", AlertBody::RulePublished(Box::new(notice)))
}

/// A filed rule whose effective date changed.
pub fn changed() -> Alert {
    let notice = RuleNotice {
        status: NoticeStatus::Changed,
        note: Some("Its effective date is 2022-06-28 now; it was 2022-06-27.".into()),
        changes: Vec::new(),
        summary: Summary::default(),
        total: Summary::default(),
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
        rule: Some(rule()),
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
        rule: Rule { citation: None, document_number: Some("2022-14235".into()), ..rule() },
        published: false,
        certain: false,
        summary: Summary::default(),
        changes: Vec::new(),
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
    let removed = Change { corroboration: Vec::new(), possibly_now: Vec::new(), ..removal() };
    let changes = vec![
        named_only("Connec Example Ltd.", "CN"),
        named_only("King Example Technology", "CN"),
        named_only("Example Aviation Parts FZE", "AE"),
        removed,
    ];
    let summary = Summary::of(&changes);
    RuleNotice {
        source: "rules".into(),
        observed_at: OBSERVED_AT,
        status: NoticeStatus::Filed,
        // A document has no page before it is published.
        rule: Some(Rule { citation: None, ..rule() }),
        agency: Some("Industry and Security Bureau".into()),
        filing_type: Some("special".into()),
        pdf_url: Some("https://public-inspection.example.gov/2022-14069.pdf".into()),
        certain: false,
        doubts: vec![
            "only the plain text is there yet: the names are those of its instructions, and \
             aliases, addresses and license terms stand in the document alone"
                .into(),
        ],
        effective_text: Some("This rule is effective June 28, 2022.".into()),
        savings_clause: Some(SAVINGS_CLAUSE.into()),
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
