//! Reads the start of an HTTP response body, with limits on its size and on the waiting time.

use std::time::Duration;

/// What came of a body in time.
pub struct Beginning {
    pub text: String,
    pub end: End,
}

/// Why no more of a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Reached,
    /// There is more than is read.
    TooLong,
    /// It broke off, or did not come in time.
    BrokeOff,
}

impl Beginning {
    /// Without a last word that was cut in two: it could be half a secret, which nothing would
    /// recognize.
    pub fn whole_words(&self) -> &str {
        match (self.end, self.text.rfind(char::is_whitespace)) {
            (End::Reached | End::BrokeOff, _) => &self.text,
            (End::TooLong, last) => self.text.get(..last.unwrap_or(0)).unwrap_or_default(),
        }
    }
}

/// What cannot be read, or comes too late, is left out.
pub async fn beginning_of_body(
    mut response: reqwest::Response,
    most_bytes: usize,
    timeout: Duration,
) -> Beginning {
    let mut body = Vec::new();
    let reading = read_beginning(&mut response, &mut body, most_bytes);
    let end = tokio::time::timeout(timeout, reading).await.unwrap_or(End::BrokeOff);
    Beginning { text: String::from_utf8_lossy(&body).into_owned(), end }
}

async fn read_beginning(
    response: &mut reqwest::Response,
    body: &mut Vec<u8>,
    most_bytes: usize,
) -> End {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return End::Reached,
            Err(_) => return End::BrokeOff,
        }
        if body.len() > most_bytes {
            body.truncate(most_bytes);
            return End::TooLong;
        }
    }
}
