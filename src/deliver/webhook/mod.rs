//! The webhook channel: Standard Webhooks, with the full alert as JSON.

mod body;
mod digest_parts;
mod runs;
mod whole_alerts;

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::deliver::http_post::{AcceptanceIn, PostRequest, post};
use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::{Message, Outcome, Retry, WebhookSettings, signature};
use crate::dial::LazyClient;
use crate::domain::{Alert, Screening};
use body::MAX_BODY_BYTES;

/// Sends the parts that the receiver has not taken yet, and counts each taken part in `parts_done`.
pub async fn send(
    clients: &LazyClient,
    settings: &WebhookSettings,
    message: &Message<'_>,
    marked_as_test: bool,
    now: Timestamp,
    parts_done: &AtomicU32,
) -> Outcome {
    let redaction = message.quoting(redaction(settings));
    let not_sent = |what: String| Outcome::Failed {
        retry: Retry::Slowly,
        detail: redacted(&what, &redaction),
    };
    let url = match url::Url::parse(settings.url.expose()) {
        Ok(url) => url,
        Err(error) => return not_sent(format!("failed to read the receiver's address: {error}")),
    };
    let bodies = match bodies(message.alert, message.screening, marked_as_test) {
        Ok(bodies) => bodies,
        Err(error) => return not_sent(format!("failed to write the alert as JSON: {error}")),
    };
    let of = bodies.len();
    let mut outcome = Outcome::Delivered { detail: format!("all {of} parts were taken before") };
    for (index, body) in
        bodies.into_iter().enumerate().skip(parts_done.load(Ordering::Relaxed) as usize)
    {
        let n = index + 1;
        let headers = match headers(
            settings,
            &message_id(message.delivery.delivery_id.as_str(), n),
            now,
            body.as_bytes(),
        ) {
            Ok(headers) => headers,
            Err(what) => return not_sent(what),
        };
        let request = PostRequest {
            url: url.clone(),
            allow_private: settings.allow_private,
            headers,
            body: body.into_bytes(),
            acceptance_in: AcceptanceIn::Status,
        };
        outcome = post(clients, request, now, &redaction).await;
        match &mut outcome {
            Outcome::Delivered { .. } => {
                parts_done.store(u32::try_from(n).unwrap_or(u32::MAX), Ordering::Relaxed);
            }
            Outcome::Failed { detail, .. } => {
                if of > 1 {
                    *detail = format!("part {n} of {of}: {detail}");
                }
                return outcome;
            }
        }
    }
    outcome
}

/// The bodies of an alert, one for each part.
pub fn bodies(
    alert: &Alert,
    screening: Option<&Screening>,
    marked_as_test: bool,
) -> Result<Vec<String>, serde_json::Error> {
    body::bodies(alert, screening, MAX_BODY_BYTES, marked_as_test)
}

/// The secrets in these settings.
pub fn redaction(settings: &WebhookSettings) -> Redaction {
    let secrets = settings.secrets.iter().chain(settings.headers.iter().map(|(_, value)| value));
    Redaction::of(secrets.map(|secret| secret.expose()).chain([settings.url.expose()]))
}

/// The id of part `n`, from 1. The first part has the id of the delivery, so that a message without
/// parts has it too.
fn message_id(delivery_id: &str, n: usize) -> String {
    if n == 1 { delivery_id.to_owned() } else { format!("{delivery_id}.{n}") }
}

fn headers(
    settings: &WebhookSettings,
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &settings.headers {
        // The name may be shown. The value is a secret and is left out of the error.
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| "expected the name of a header, but got another text".to_owned())?;
        let mut value = HeaderValue::try_from(value.expose().trim())
            .map_err(|_| format!("expected a header value for {name}, but got another text"))?;
        value.set_sensitive(true);
        headers.append(header, value);
    }
    let timestamp = now.as_second();
    let mut own = vec![("webhook-id", id.to_owned()), ("webhook-timestamp", timestamp.to_string())];
    if !settings.secrets.is_empty() {
        let signatures = signature::signatures(&settings.secrets, id, timestamp, body)
            .map_err(|error| error.to_string())?;
        own.push(("webhook-signature", signatures));
    }
    for (name, value) in own {
        let value = HeaderValue::try_from(value)
            .map_err(|_| format!("failed to write the header {name}"))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_has_the_id_of_the_delivery() {
        assert_eq!([message_id("dlv_1", 1), message_id("dlv_1", 2)], ["dlv_1", "dlv_1.2"]);
    }
}
