//! Posts a message to a chat service, whose answer says in its body whether it took the message.

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::deliver::http_post::{AcceptanceIn, PostRequest, post};
use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::{ChatSettings, Message, Outcome, Retry};
use crate::dial::LazyClient;

/// Posts the payload of the message once.
pub async fn send(
    clients: &LazyClient,
    settings: &ChatSettings,
    message: &Message<'_>,
    payload: &Value,
    now: Timestamp,
) -> Outcome {
    let redaction = message.quoting(Redaction::of([settings.url.expose()]));
    let url = match url::Url::parse(settings.url.expose()) {
        Ok(url) => url,
        Err(error) => {
            let detail =
                redacted(&format!("failed to read the receiver's address: {error}"), &redaction);
            return Outcome::Failed { retry: Retry::Slowly, detail };
        }
    };
    let request = PostRequest {
        url,
        allow_private: settings.allow_private,
        headers: HeaderMap::new(),
        body: payload.to_string().into_bytes(),
        acceptance_in: AcceptanceIn::Body,
    };
    post(clients, request, now, &redaction).await
}
