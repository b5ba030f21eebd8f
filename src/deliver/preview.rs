//! Shows a recorded alert as each channel would send it.

use serde_json::Value;

use crate::deliver::email::ComposeError;
use crate::deliver::{
    Channel, LayoutError, MessageSettings, Receiver, email, layout, plain, slack, teams, webhook,
    wording,
};
use crate::domain::{Alert, Screening};

/// The message of `alert` to `receiver`: of an email its subject and its text part, otherwise the
/// body of the request or the text.
pub fn of(
    receiver: &Receiver,
    alert: &Alert,
    screening: Option<&Screening>,
    settings: &MessageSettings,
) -> Result<String, PreviewError> {
    let pretty = |payload: &Value| serde_json::to_string_pretty(payload);
    let content = wording::content_with(alert, screening, settings);
    let reference = format!("Alert {}", alert.alert_id);
    Ok(match &receiver.channel {
        Channel::Console => layout::text_of(&content, None)?,
        Channel::Email(email) => {
            let to: Vec<String> = email.to.iter().map(ToString::to_string).collect();
            let head = format!(
                "From: {}\nTo: {}\nSubject: {}",
                email.smtp.from,
                to.join(", "),
                plain::line(&content.subject)
            );
            format!("{head}\n\n{}", layout::text_of(&content, None)?)
        }
        Channel::Slack(_) => pretty(&slack::payload(&content, &reference))?,
        Channel::Teams(_) => pretty(&teams::payload(&content, &reference))?,
        Channel::Webhook(_) => {
            webhook::bodies(alert, screening, settings.marked_as_test)?.join("\n")
        }
    })
}

/// The whole email to the first recipient, with its attachments.
pub fn eml(
    receiver: &Receiver,
    alert: &Alert,
    screening: Option<&Screening>,
    settings: &MessageSettings,
) -> Result<String, PreviewError> {
    let Channel::Email(email) = &receiver.channel else {
        return Err(PreviewError::NotEmail(receiver.channel.kind()));
    };
    Ok(email::preview(email, &receiver.name, alert, screening, settings)?)
}

/// The message could not be built.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("failed to build the email: {0}")]
    Email(#[from] ComposeError),
    #[error("expected a receiver of kind `email`, but got one of kind `{0}`")]
    NotEmail(&'static str),
}

/// The subject of the email.
pub fn subject(alert: &Alert, settings: &MessageSettings) -> String {
    plain::line(&wording::alert_content(alert, settings).subject)
}

/// The text part of the email.
pub fn text(alert: &Alert, settings: &MessageSettings) -> Result<String, LayoutError> {
    layout::text_of(&wording::alert_content(alert, settings), None)
}

/// The HTML part of the email.
pub fn html(alert: &Alert, settings: &MessageSettings) -> Result<String, LayoutError> {
    html_with(alert, None, settings)
}

/// The same, with what the receiver may be shown of its own counterparties.
pub fn html_with(
    alert: &Alert,
    screening: Option<&Screening>,
    settings: &MessageSettings,
) -> Result<String, LayoutError> {
    layout::html_of(&wording::content_with(alert, screening, settings), None)
}

/// The payload for the webhook of a Teams workflow.
pub fn teams_payload(alert: &Alert, settings: &MessageSettings) -> Value {
    teams::payload(&wording::alert_content(alert, settings), &format!("Alert {}", alert.alert_id))
}

/// The payload for a Slack webhook.
pub fn slack_payload(alert: &Alert, settings: &MessageSettings) -> Value {
    slack::payload(&wording::alert_content(alert, settings), &format!("Alert {}", alert.alert_id))
}
