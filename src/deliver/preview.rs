//! Shows a recorded alert as each channel would send it.

use serde_json::Value;

use crate::deliver::{LayoutError, MessageSettings, layout, slack, teams, wording};
use crate::domain::Alert;

/// The text part of the email.
pub fn text(alert: &Alert, settings: &MessageSettings) -> Result<String, LayoutError> {
    layout::text_of(&wording::alert_content(alert, settings), None)
}

/// The HTML part of the email.
pub fn html(alert: &Alert, settings: &MessageSettings) -> Result<String, LayoutError> {
    layout::html_of(&wording::alert_content(alert, settings), None)
}

/// The payload for the webhook of a Teams workflow.
pub fn teams_payload(alert: &Alert, settings: &MessageSettings) -> Value {
    teams::payload(&wording::alert_content(alert, settings), &format!("Alert {}", alert.alert_id))
}

/// The payload for a Slack webhook.
pub fn slack_payload(alert: &Alert, settings: &MessageSettings) -> Value {
    slack::payload(&wording::alert_content(alert, settings), &format!("Alert {}", alert.alert_id))
}
