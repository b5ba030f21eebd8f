//! What the reader of a message about a rule can do.

use crate::deliver::wording::content::is_web_address;
use crate::deliver::wording::{NextStep, authority, steps};
use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{ChangeKind, Severity};

pub fn next_steps(data: &RuleNotice) -> Vec<NextStep> {
    let mut next = match data.status {
        NoticeStatus::Withdrawn => vec![steps::plain(
            "Review what was done because of the earlier message; your counsel decides",
        )],
        NoticeStatus::Digest => vec![steps::plain(
            "Check that you acted on these rules. They are not reported again unless they change",
        )],
        NoticeStatus::Published | NoticeStatus::Changed if data.changes.is_empty() => {
            vec![steps::plain("If you acted on the earlier message, compare its dates with these")]
        }
        NoticeStatus::Filed | NoticeStatus::Changed | NoticeStatus::Published => of_changes(data),
    };
    let url = data.rule.as_ref().and_then(|rule| rule.url.clone()).or_else(|| data.pdf_url.clone());
    let url = url.filter(|url| is_web_address(url));
    next.extend(url.map(|link| steps::linked("Read the document", link)));
    next
}

fn of_changes(data: &RuleNotice) -> Vec<NextStep> {
    let has = |kind: ChangeKind| data.changes.iter().any(|change| change.kind == kind);
    let is_severe = data
        .changes
        .iter()
        .any(|change| change.kind == ChangeKind::Revised && change.severity == Severity::High);
    let mut next = Vec::new();
    if has(ChangeKind::Added) {
        next.push(steps::plain(steps::ADDITIONS));
    }
    if has(ChangeKind::Revised) {
        next.push(steps::plain(if is_severe && !has(ChangeKind::Added) {
            steps::SEVERE_REVISIONS
        } else {
            steps::REVISIONS
        }));
    }
    next.extend(authority::removal_note(&data.changes).map(steps::plain));
    next
}
