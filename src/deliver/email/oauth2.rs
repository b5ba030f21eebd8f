//! Gets access tokens for the mail server: OAuth 2.0 client credentials (RFC 6749, 4.4).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::form_urlencoded;

use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::{OAuth2Settings, Retry};
use crate::dial::{self, LazyClient};
use crate::secret::Secret;

/// A token is renewed this long before it expires, or a tenth of its lifetime before if that is
/// less.
const MAX_RENEWAL_MARGIN: Duration = Duration::from_secs(60);
/// The assumed lifetime if the server does not state one (RFC 6749, 5.1 only recommends it).
const DEFAULT_LIFETIME: Duration = Duration::from_mins(5);
/// The most bytes of a response. A token has a few thousand.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// No token could be obtained. The text names the host and contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to get an access token from {host}: {reason}")]
pub struct TokenError {
    host: String,
    reason: String,
    pub retry: Retry,
}

/// The source of tokens, with the last token.
pub struct Tokens {
    settings: OAuth2Settings,
    /// Limits each request as a whole.
    timeout: Duration,
    cached: Mutex<Option<CachedToken>>,
}

struct CachedToken {
    token: Secret,
    expires_at: Timestamp,
}

/// A successful response. Some servers write the number as text.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<serde_json::Value>,
}

/// An error response (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Denied {
    error: String,
    error_description: Option<String>,
}

impl Tokens {
    pub fn new(settings: OAuth2Settings, timeout: Duration) -> Self {
        Self { settings, timeout, cached: Mutex::new(None) }
    }

    /// Returns the cached token. Gets a new one if it is about to expire or the mail server has
    /// `refused` it. Concurrent callers wait for the one request.
    pub async fn token(
        &self,
        clients: &LazyClient,
        now: Timestamp,
        refused: Option<&Secret>,
    ) -> Result<Secret, TokenError> {
        let mut cached = self.cached.lock().await;
        if let Some(cached) = cached
            .as_ref()
            .filter(|cached| now < cached.expires_at && refused != Some(&cached.token))
        {
            return Ok(cached.token.clone());
        }
        *cached = None;
        let asking = tokio::time::timeout(self.timeout, self.ask(clients));
        let (token, life) = asking.await.unwrap_or_else(|_| {
            Err(self.failed("it did not answer in time".to_owned(), Retry::Later))
        })?;
        let margin = MAX_RENEWAL_MARGIN.min(life / 10);
        let expires_at = now.checked_add(life.saturating_sub(margin)).unwrap_or(Timestamp::MAX);
        *cached = Some(CachedToken { token: token.clone(), expires_at });
        Ok(token)
    }

    async fn ask(&self, clients: &LazyClient) -> Result<(Secret, Duration), TokenError> {
        let answer = self.post(clients, false).await?;
        // The standard recommends the header. Most servers accept the body, and some accept only
        // one of the two.
        let answer =
            if is_invalid_client(&answer) { self.post(clients, true).await? } else { answer };
        let (status, body) = answer;
        if !status.is_success() {
            return Err(self.denied(status, &body));
        }
        let unreadable = || {
            self.failed(
                "expected a token in its answer, but got something else".to_owned(),
                Retry::Later,
            )
        };
        let granted: Granted = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        // The token becomes part of a command, so it must not contain a line break.
        if granted.access_token.is_empty()
            || !granted.access_token.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(unreadable());
        }
        Ok((
            Secret::new(granted.access_token),
            granted.expires_in.as_ref().and_then(seconds).unwrap_or(DEFAULT_LIFETIME),
        ))
    }

    async fn post(
        &self,
        clients: &LazyClient,
        in_header: bool,
    ) -> Result<(StatusCode, Vec<u8>), TokenError> {
        let settings = &self.settings;
        let refused = |error: dial::DialError| self.failed(error.to_string(), Retry::Slowly);
        dial::check_url(&settings.token_url, true).map_err(refused)?;
        let client = clients.client_for(&settings.token_url).map_err(refused)?;
        let mut request =
            client.post(settings.token_url.clone()).header(ACCEPT, "application/json");
        if in_header {
            request = request.header(AUTHORIZATION, self.authorization());
        }
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(!in_header));
        let failed = |error: reqwest::Error| self.failed(dial::describe(&error), Retry::Later);
        let mut response = request.send().await.map_err(failed)?;
        let (status, mut body) = (response.status(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(self.failed("its answer is too long".to_owned(), Retry::Later));
            }
        }
        Ok((status, body))
    }

    fn form(&self, with_client: bool) -> String {
        let settings = &self.settings;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scope) = &settings.scope {
            form.append_pair("scope", scope);
        }
        if with_client {
            form.append_pair("client_id", &settings.client_id)
                .append_pair("client_secret", settings.client_secret.expose());
        }
        form.finish()
    }

    /// HTTP Basic, encoded as RFC 6749 (2.3.1) requires.
    fn authorization(&self) -> String {
        let encoded =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!(
            "{}:{}",
            encoded(&self.settings.client_id),
            encoded(self.settings.client_secret.expose())
        );
        format!("Basic {}", STANDARD.encode(pair))
    }

    fn denied(&self, status: StatusCode, body: &[u8]) -> TokenError {
        let redaction =
            Redaction::of([self.settings.client_secret.expose(), self.settings.client_id.as_str()]);
        let quote = match serde_json::from_slice::<Denied>(body) {
            Ok(denied) => redacted(
                &format!("{} {}", denied.error, denied.error_description.unwrap_or_default()),
                &redaction,
            ),
            Err(_) => String::new(),
        };
        let quote = if quote.is_empty() { quote } else { format!(", saying: {quote}") };
        let retry = match status.as_u16() {
            408 | 425 | 429 | 500.. => Retry::Later,
            _ => Retry::Slowly,
        };
        self.failed(format!("expected HTTP 200, but got HTTP {}{quote}", status.as_u16()), retry)
    }

    fn failed(&self, reason: String, retry: Retry) -> TokenError {
        TokenError {
            host: self.settings.token_url.host_str().unwrap_or_default().to_owned(),
            reason,
            retry,
        }
    }
}

fn is_invalid_client((status, body): &(StatusCode, Vec<u8>)) -> bool {
    matches!(status.as_u16(), 400 | 401)
        && serde_json::from_slice::<Denied>(body)
            .is_ok_and(|denied| denied.error == "invalid_client")
}

/// A duration from `3600` or `"3600"`.
fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_or_a_text() {
        let read = |text: &str| seconds(&serde_json::from_str(text).unwrap());
        assert_eq!(read("3600"), Some(Duration::from_secs(3600)));
        assert_eq!(read("\" 3600 \""), Some(Duration::from_secs(3600)));
        for text in ["null", "-1", "\"soon\"", "true"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
