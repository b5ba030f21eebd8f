//! One POST to a receiver, and what its answer means. Knows HTTP, no message.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};

use crate::deliver::chat_answer::{RefusalKind, Verdict, verdict};
use crate::deliver::redacted_reply::{Hidden, excerpt};
use crate::deliver::response_body::{End, beginning_of_body};
use crate::deliver::{Outcome, Retry, answer};
use crate::dial::{self, LazyClient};

/// The most of an answer's body that is read: it is only quoted.
const MOST_READ_BYTES: usize = 4 * 1024;
/// The body of a refusal is waited for no longer than this: the status has said what matters, and
/// must not be lost to it.
const BODY_TIMEOUT: Duration = Duration::from_millis(500);

/// The most of a chat service's answer that is read: some repeat the whole message behind their
/// verdict.
const MOST_JUDGED_BYTES: usize = 64 * 1024;
/// The verdict of a chat service is waited for no longer than this, and no longer than the attempt
/// as a whole.
const VERDICT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where an answer of 2xx says whether the message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictIn {
    /// Whatever the body says (Standard Webhooks).
    Status,
    /// The body may take the status back (chat services).
    Body,
}

/// A request that is ready but for its client.
pub struct Post {
    pub url: url::Url,
    /// May the address be loopback or private?
    pub allow_private: bool,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub verdict_in: VerdictIn,
}

/// Posts JSON once. What the server says is quoted without what `hidden` names.
pub async fn post(clients: &LazyClient, post: Post, now: Timestamp, hidden: &Hidden) -> Outcome {
    let client = match dial::check_url(&post.url, post.allow_private)
        .and_then(|()| clients.client_for(&post.url))
    {
        Ok(client) => client,
        Err(refused) => {
            return Outcome::Failed {
                retry: Retry::Slowly,
                detail: excerpt(&refused.to_string(), hidden),
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
                detail: excerpt(&dial::describe(&error), hidden),
            };
        }
    };
    let status = response.status();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = asked.and_then(|value| dial::retry_after(value, now));
    match answer::verdict(status.as_u16(), wait) {
        Ok(()) if post.verdict_in == VerdictIn::Body => {
            judged_by_body(response, wait, hidden).await
        }
        // The body of a success is not waited for: the message is taken, and a server that dawdles
        // must not undo that.
        Ok(()) => Outcome::Delivered { detail: status_text(status) },
        Err(retry) => {
            let beginning = beginning_of_body(response, MOST_READ_BYTES, BODY_TIMEOUT).await;
            Outcome::Failed { retry, detail: failure_text(status, beginning.whole_words(), hidden) }
        }
    }
}

/// A 2xx answer of a chat service. One that ends before its verdict counts as a failure: the
/// message may then arrive twice, under the same delivery id, but it is not lost.
async fn judged_by_body(
    response: reqwest::Response,
    wait: Option<Duration>,
    hidden: &Hidden,
) -> Outcome {
    let status = status_text(response.status());
    let beginning = beginning_of_body(response, MOST_JUDGED_BYTES, VERDICT_TIMEOUT).await;
    let refusal = match verdict(&beginning.text, beginning.end != End::BrokeOff) {
        Verdict::Accepted => return Outcome::Delivered { detail: status },
        Verdict::Unknown => {
            let detail = format!(
                "expected the chat service to say whether it accepted the message, but its answer \
                 broke off ({status})"
            );
            return Outcome::Failed { retry: Retry::Later, detail };
        }
        Verdict::Refused(refusal) => refusal,
    };
    let retry = match (refusal.kind, wait) {
        (RefusalKind::Wait(wait), _) | (RefusalKind::Passing, Some(wait)) => {
            Retry::After(wait.min(dial::LONGEST_RETRY_AFTER))
        }
        (RefusalKind::Passing, None) => Retry::Later,
        (RefusalKind::Lasting | RefusalKind::Page, _) => Retry::Slowly,
    };
    let said = excerpt(&refusal.said, hidden);
    let said = match refusal.kind {
        RefusalKind::Page => "a web page".to_owned(),
        _ if said.is_empty() => "a refusal".to_owned(),
        _ => format!("the refusal: {said}"),
    };
    Outcome::Failed {
        retry,
        detail: format!(
            "expected the chat service to accept the message, but got {status} with {said}"
        ),
    }
}

/// `HTTP 503 Service Unavailable`
fn status_text(status: StatusCode) -> String {
    let reason = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
    format!("HTTP {}{reason}", status.as_u16())
}

fn failure_text(status: StatusCode, body: &str, hidden: &Hidden) -> String {
    let what = if status.is_redirection() { "a redirect, which is not followed: " } else { "" };
    let said = excerpt(body, hidden);
    let said = if said.is_empty() || said.starts_with('<') {
        String::new()
    } else {
        format!(", saying: {said}")
    };
    format!("expected HTTP 2xx, but got {what}{}{said}", status_text(status))
}
