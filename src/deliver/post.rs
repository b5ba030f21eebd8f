//! One POST to a receiver, and what its answer means. Knows HTTP, no message.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};

use super::excerpt::{Hidden, excerpt};
use super::{Outcome, Retry, answer};
use crate::dial::{self, LazyClient};

/// The most of an answer's body that is read: it is only quoted.
const MOST_READ_BYTES: usize = 4 * 1024;
/// The body of a refusal is waited for no longer than this: the status has said what matters, and must not be lost to it.
const BODY_TIMEOUT: Duration = Duration::from_millis(500);

/// A request that is ready but for its client.
pub struct Post {
    pub url: url::Url,
    /// May the address be loopback or private?
    pub allow_private: bool,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Posts JSON once. What the server says is quoted without what `hidden` names.
pub async fn post(clients: &LazyClient, post: Post, now: Timestamp, hidden: &Hidden) -> Outcome {
    let client = match dial::check_url(&post.url, post.allow_private).and_then(|()| clients.client_for(&post.url)) {
        Ok(client) => client,
        Err(refused) => return Outcome::Failed { retry: Retry::Slowly, detail: excerpt(&refused.to_string(), hidden) },
    };
    let json = HeaderValue::from_static("application/json");
    let request = client.post(post.url).headers(post.headers).header(CONTENT_TYPE, json).body(post.body);
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Outcome::Failed { retry: Retry::Later, detail: excerpt(&dial::describe(&error), hidden) },
    };
    let status = response.status();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = asked.and_then(|value| answer::retry_after(value, now));
    match answer::verdict(status.as_u16(), wait) {
        // The body of a success is not waited for: the message is taken, and a server that dawdles must not undo that.
        Ok(()) => Outcome::Delivered { detail: status_text(status) },
        Err(retry) => Outcome::Failed { retry, detail: failure_text(status, &beginning_of_body(response).await, hidden) },
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
    let said = if said.is_empty() || said.starts_with('<') { String::new() } else { format!(", saying: {said}") };
    format!("expected HTTP 2xx, but got {what}{}{said}", status_text(status))
}

/// What comes of it in time; what cannot be read is not quoted.
async fn beginning_of_body(response: reqwest::Response) -> String {
    tokio::time::timeout(BODY_TIMEOUT, read_beginning(response)).await.unwrap_or_default()
}

async fn read_beginning(mut response: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_READ_BYTES {
            body.truncate(MOST_READ_BYTES);
            // A word cut in two could be half a secret, which nothing would recognise.
            let whole_words = body.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
            body.truncate(whole_words);
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}
