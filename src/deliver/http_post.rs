//! Sends one POST to a receiver and assesses the response. Knows HTTP. Must not know messages.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};

use crate::deliver::chat_response::{ChatOutcome, RefusalKind, assess_body};
use crate::deliver::http_status::assess_status;
use crate::deliver::redacted_reply::{Redaction, quoted, redacted};
use crate::deliver::response_body::{BodyEnd, read_body_start};
use crate::deliver::{Outcome, Retry};
use crate::dial::{self, LazyClient};

/// The most bytes read from the body of an error response. It is only quoted.
const MAX_QUOTED_BYTES: usize = 4 * 1024;
/// The limit for the body of an error response. The status is already known, and a slow body must
/// not lose it.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_millis(500);

/// The most bytes read from a chat service's response. Some services repeat the complete message
/// after their result.
const MAX_CHAT_BODY_BYTES: usize = 64 * 1024;
/// The limit for the body of a chat service's response. The limit of the attempt as a whole applies
/// too.
const CHAT_BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Which part of a 2xx response says whether the message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptanceIn {
    /// The status alone (Standard Webhooks).
    Status,
    /// The body, which may report a failure in spite of the status (chat services).
    Body,
}

/// A complete request, without the client that sends it.
pub struct PostRequest {
    pub url: url::Url,
    /// Whether the address may be loopback or private.
    pub allow_private: bool,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub acceptance_in: AcceptanceIn,
}

/// Posts JSON once. Text from the server is quoted without the texts in `redaction`.
pub async fn post(
    clients: &LazyClient,
    post: PostRequest,
    now: Timestamp,
    redaction: &Redaction,
) -> Outcome {
    let client = match dial::check_url(&post.url, post.allow_private)
        .and_then(|()| clients.client_for(&post.url))
    {
        Ok(client) => client,
        Err(refused) => {
            return Outcome::Failed {
                retry: Retry::Slowly,
                detail: redacted(&refused.to_string(), redaction),
            };
        }
    };
    let json = HeaderValue::from_static("application/json");
    let request =
        client.post(post.url).headers(post.headers).header(CONTENT_TYPE, json).body(post.body);
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            return Outcome::Failed {
                retry: Retry::Later,
                detail: redacted(&dial::describe(&error), redaction),
            };
        }
    };
    let status = response.status();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = asked.and_then(|value| dial::retry_after(value, now));
    match assess_status(status.as_u16(), wait) {
        Ok(()) if post.acceptance_in == AcceptanceIn::Body => {
            assess_by_body(response, wait, redaction).await
        }
        // The body of a success is not read: the message is taken, and a slow server must not
        // change that.
        Ok(()) => Outcome::Delivered { detail: status_text(status) },
        Err(retry) => {
            let body = read_body_start(response, MAX_QUOTED_BYTES, ERROR_BODY_TIMEOUT).await;
            Outcome::Failed { retry, detail: failure_text(status, body.whole_words(), redaction) }
        }
    }
}

/// Assesses a 2xx response of a chat service by its body. A response that ends before its result
/// counts as a failure: the message may then arrive twice, under the same delivery id, but it is
/// not lost.
async fn assess_by_body(
    response: reqwest::Response,
    wait: Option<Duration>,
    redaction: &Redaction,
) -> Outcome {
    let status = status_text(response.status());
    let body = read_body_start(response, MAX_CHAT_BODY_BYTES, CHAT_BODY_TIMEOUT).await;
    let refusal = match assess_body(&body.text, body.end != BodyEnd::Interrupted) {
        ChatOutcome::Accepted => return Outcome::Delivered { detail: status },
        ChatOutcome::Incomplete => {
            let detail = format!(
                "expected the chat service to say whether it accepted the message, but its answer \
                 broke off ({status})"
            );
            return Outcome::Failed { retry: Retry::Later, detail };
        }
        ChatOutcome::Refused(refusal) => refusal,
    };
    let retry = match (refusal.kind, wait) {
        (RefusalKind::RetryAfter(wait), _) | (RefusalKind::Temporary, Some(wait)) => {
            Retry::After(wait.min(dial::LONGEST_RETRY_AFTER))
        }
        (RefusalKind::Temporary, None) => Retry::Later,
        (RefusalKind::Permanent | RefusalKind::WebPage, _) => Retry::Slowly,
    };
    let quote = quoted(&refusal.text, redaction);
    let quote = match refusal.kind {
        RefusalKind::WebPage => "a web page".to_owned(),
        _ if quote.is_empty() => "a refusal".to_owned(),
        _ => format!("the refusal: {quote}"),
    };
    Outcome::Failed {
        retry,
        detail: format!(
            "expected the chat service to accept the message, but got {status} with {quote}"
        ),
    }
}

/// `HTTP 503 Service Unavailable`
fn status_text(status: StatusCode) -> String {
    let reason = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
    format!("HTTP {}{reason}", status.as_u16())
}

fn failure_text(status: StatusCode, body: &str, redaction: &Redaction) -> String {
    let what = if status.is_redirection() { "a redirect, which is not followed: " } else { "" };
    let quote = quoted(body, redaction);
    let quote = if quote.is_empty() || quote.starts_with('<') {
        String::new()
    } else {
        format!(", saying: {quote}")
    };
    format!("expected HTTP 2xx, but got {what}{}{quote}", status_text(status))
}
