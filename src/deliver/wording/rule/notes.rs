//! The notes of a message about a rule: what a reader must know before acting on it.

use crate::deliver::plain;
use crate::deliver::wording::count::summary;
use crate::domain::alert::{NoticeStatus, RuleNotice};

/// The name of the list in counts of removed entries.
const LIST: &str = "the Entity List";
/// The most characters of the doubts that are shown.
const MAX_DOUBTS_CHARS: usize = 500;

pub fn notes(data: &RuleNotice) -> Vec<String> {
    let mut notes: Vec<String> = data.note.iter().map(|note| plain::line(note)).collect();
    if !data.certain
        && data.status != NoticeStatus::Digest
        && data.status != NoticeStatus::Withdrawn
    {
        let why = data.doubts.iter().map(|doubt| plain::line(doubt)).collect::<Vec<_>>().join("; ");
        notes.push(format!(
            "Not read with certainty, so that the document itself must be read: {}.",
            plain::shorten(&why, MAX_DOUBTS_CHARS)
        ));
    }
    if let Some(first) = &data.follows {
        let scope = if data.changes.is_empty() && data.orders != data.summary {
            " Its entries are those of that alert."
        } else if data.orders != data.total {
            " Only what was not in that alert is shown here."
        } else {
            ""
        };
        notes.push(format!("This follows alert {first}.{scope}"));
    }
    for related in &data.related {
        notes.push(format!(
            "This is the rule behind alert {related}, for which no rule was found then."
        ));
    }
    if data.total != data.summary {
        notes.push(format!(
            "Your routes select these changes. All changes: {}.",
            summary(&data.total, LIST)
        ));
    }
    notes
}
