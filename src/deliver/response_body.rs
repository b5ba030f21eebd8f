//! Reads the start of an HTTP response body, with limits on its size and on the waiting time.

use std::time::Duration;

/// What came of a body in time.
pub struct BodyStart {
    pub text: String,
    pub end: BodyEnd,
}

/// Why no more of a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEnd {
    Complete,
    /// There is more than is read.
    OverLimit,
    /// It broke off, or did not come in time.
    Interrupted,
}

impl BodyStart {
    /// Without a last word that was cut in two: it could be half a secret, which nothing would
    /// recognize.
    pub fn whole_words(&self) -> &str {
        match (self.end, self.text.rfind(char::is_whitespace)) {
            (BodyEnd::Complete | BodyEnd::Interrupted, _) => &self.text,
            (BodyEnd::OverLimit, last) => self.text.get(..last.unwrap_or(0)).unwrap_or_default(),
        }
    }
}

/// What cannot be read, or comes too late, is left out.
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
