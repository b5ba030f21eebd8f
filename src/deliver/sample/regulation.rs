//! Sample alerts about changed words of a section. The words are invented.

use jiff::civil;

use crate::deliver::sample::{OBSERVED_AT, alert};
use crate::domain::alert::SnapshotRef;
use crate::domain::{
    Alert, AlertBody, AlertId, Citation, JournalEntry, RegulationChanged, Rule, SectionNumber,
    Sha256, TextChange,
};

const BEFORE: &str = "License requirements that apply to entities acting contrary to national \
    security.\n(a) License requirement. A license is required for each item subject to the EAR \
    that is sent to an entity on the Entity List.\n(b) Affiliates. Paragraph (a) applies to an \
    entity that is owned 50 percent or more by one or more listed entities.\n(c) License review. \
    Each entry states its policy.\n[61 FR 12802, Mar. 25, 1996, as amended at 90 FR 47201, Sept. \
    30, 2025]";
const NOTE: &str = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, paragraph (b) of § 744.11 \
    was suspended from Nov. 10, 2025, until Nov. 9, 2026.";
const AFTER: &str = "License requirements that apply to entities acting contrary to national \
    security.\n(a) License requirement. A license is required for each item subject to the EAR \
    that is sent to an entity on the Entity List.\n(b) Affiliates. Paragraph (a) applies to an \
    entity that is owned, directly or indirectly, 50 percent or more by one or more listed \
    entities.\n(c) License review. Each entry states its policy.\nEffective Date Note: At 90 FR \
    50857, Nov. 12, 2025, paragraph (b) of § 744.11 was suspended from Nov. 10, 2025, until Nov. \
    9, 2026.\n[61 FR 12802, Mar. 25, 1996, as amended at 90 FR 47201, Sept. 30, 2025; 90 FR 50857, \
    Nov. 12, 2025]";

/// Changed words, with a note about a suspension.
pub fn changed() -> Alert {
    let citation = Citation::page(90, 50_857);
    let rule =
        Rule { published_on: Some(civil::date(2025, 11, 12)), ..Rule::of_citation(&citation) };
    let data = RegulationChanged {
        rule: Some(rule),
        citations: vec![citation.to_string()],
        notes: vec![NOTE.to_owned()],
        ..of("changed", BEFORE, AFTER)
    };
    alert("changed", AlertBody::RegulationChanged(Box::new(data)))
}

/// The same words taken back a day later.
pub fn taken_back() -> Alert {
    let data = RegulationChanged {
        corrects: Some(changed().alert_id),
        sequence: 8,
        ..of("taken back", AFTER, BEFORE)
    };
    alert("taken back", AlertBody::RegulationChanged(Box::new(data)))
}

fn of(name: &str, before: &str, after: &str) -> RegulationChanged {
    let as_of = Some(civil::date(2025, 11, 13));
    RegulationChanged {
        alert_id: AlertId::of(["regulation.changed", name]),
        sequence: 7,
        source: "ecfr".to_owned(),
        observed_at: OBSERVED_AT,
        accepted_at: None,
        section: SectionNumber::of(744, 11),
        title: "License requirements that apply to entities acting contrary to national security."
            .to_owned(),
        as_of,
        rule: None,
        citations: Vec::new(),
        before: before.to_owned(),
        after: after.to_owned(),
        changes: TextChange::between(before, after),
        notes: Vec::new(),
        corrects: None,
        snapshot: SnapshotRef {
            sha256: Sha256::of(after.as_bytes()),
            as_of,
            observed_at: Some(OBSERVED_AT),
        },
        journal_head: JournalEntry::genesis(),
    }
}
