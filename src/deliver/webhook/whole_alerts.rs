//! The alerts inside the alert about an item, cut where they are too long for one body. Pure.

use serde_json::value::{RawValue, to_raw_value};

use crate::deliver::webhook::runs::groups;
use crate::domain::{Alert, AlertBody, Change};

/// The alerts as JSON, each at most about `max_bytes` long. A longer one becomes several with the
/// same id, each with a part of its changes. Only a single longer change may exceed the limit.
pub fn pieces(alerts: &[Alert], max_bytes: usize) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    let mut pieces = Vec::new();
    for alert in alerts {
        let whole = to_raw_value(alert)?;
        let changes = alert.body.changes().unwrap_or_default();
        if whole.get().len() <= max_bytes || changes.len() < 2 {
            pieces.push(whole);
            continue;
        }
        let written = changes.iter().map(to_raw_value).collect::<Result<Vec<_>, _>>()?;
        let head = to_raw_value(&with_changes(alert, &[]))?.get().len();
        let mut rest = changes;
        for group in groups(&written, max_bytes.saturating_sub(head)) {
            let (part, after) = rest.split_at(group.len());
            pieces.push(to_raw_value(&with_changes(alert, part))?);
            rest = after;
        }
    }
    Ok(pieces)
}

/// The alert with these changes. Its counts stay those of all.
fn with_changes(alert: &Alert, changes: &[Change]) -> Alert {
    let mut alert = alert.clone();
    match &mut alert.body {
        AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => {
            data.changes = changes.to_vec();
        }
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => {
            data.changes = changes.to_vec();
        }
        _ => {}
    }
    alert
}
