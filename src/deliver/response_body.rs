//! Reads the start of an HTTP response body, with limits on its size and on the waiting time.

use std::time::Duration;

/// The part of a body that arrived in time.
pub struct BodyStart {
    pub text: String,
    pub end: BodyEnd,
}

/// Why reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEnd {
    Complete,
    /// The body is longer than the limit.
    OverLimit,
    /// The body was interrupted, or did not arrive in time.
    Interrupted,
}

impl BodyStart {
    /// The text without a last word that was cut in two. It could be half a secret, which redaction
    /// would not recognize.
    pub fn whole_words(&self) -> &str {
        match (self.end, self.text.rfind(char::is_whitespace)) {
            (BodyEnd::Complete | BodyEnd::Interrupted, _) => &self.text,
            (BodyEnd::OverLimit, last) => self.text.get(..last.unwrap_or(0)).unwrap_or_default(),
        }
    }
}

/// Reads up to `max_bytes`, for at most `timeout`. An unreadable or late rest is left out.
pub async fn read_body_start(
    mut response: reqwest::Response,
    max_bytes: usize,
    timeout: Duration,
) -> BodyStart {
    let mut body = Vec::new();
    let reading = read_up_to(&mut response, &mut body, max_bytes);
    let end = tokio::time::timeout(timeout, reading).await.unwrap_or(BodyEnd::Interrupted);
    BodyStart { text: String::from_utf8_lossy(&body).into_owned(), end }
}

async fn read_up_to(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    max_bytes: usize,
) -> BodyEnd {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return BodyEnd::Complete,
            Err(_) => return BodyEnd::Interrupted,
        }
        if body.len() > max_bytes {
            body.truncate(max_bytes);
            return BodyEnd::OverLimit;
        }
    }
}
