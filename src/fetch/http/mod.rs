//! Fetches one document over HTTP(S): conditions, redirects, quick retries, and what each status
//! means.

mod content_encoding;
mod response_headers;

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::clock::Stopwatch;
use crate::dial::{
    DialError, HttpSettings, LazyClient, check_redirect, check_url, origin, {self},
};
use crate::domain::{Sha256, Validator, Validators};
use crate::fetch::body::Intake;
use crate::fetch::host_locks::HostLocks;
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

use self::content_encoding::{encoding_label, fits, unasked_encoding};
use self::response_headers::{answered_at, is_redirect, location, media_type, text};

/// The clients, and the locks that allow one request at a time to each server.
pub(super) struct HttpClients {
    outside: LazyClient,
    /// For sources with `allow_private`.
    anywhere: LazyClient,
    locks: HostLocks,
}

impl HttpClients {
    pub(super) fn new(settings: &HttpSettings, limits: &FetchLimits) -> Result<Self, DialError> {
        let (connect_timeout, read_timeout) = (limits.connect_timeout, limits.read_timeout);
        let client = |allow_private| {
            LazyClient::new(settings, allow_private, move |builder| {
                builder
                    .no_gzip()
                    .no_brotli()
                    .connect_timeout(connect_timeout)
                    .read_timeout(read_timeout)
            })
        };
        Ok(Self { outside: client(false)?, anywhere: client(true)?, locks: HostLocks::default() })
    }
}

/// One request.
pub(super) struct Request<'a> {
    pub url: &'a Url,
    pub allow_private: bool,
    pub validators: Option<&'a Validators>,
    pub now: Timestamp,
}

impl Request<'_> {
    /// The address as validators store it: a hash, because it may contain a token.
    fn address_sha256(&self) -> Sha256 {
        Sha256::of(self.url.as_str().as_bytes())
    }

    /// The headers that make the request conditional. Validators of another address are not used.
    /// They are sent back exactly as they were received.
    fn conditions(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let known = self.validators.and_then(|known| known.for_address(&self.address_sha256()));
        let Some(Validator::Http { etag, last_modified }) = known else { return headers };
        let mut set = |name: HeaderName, value: Option<&String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        };
        set(IF_NONE_MATCH, etag.as_ref());
        set(IF_MODIFIED_SINCE, last_modified.as_ref());
        headers
    }
}

/// Requests a document, and retries a failure that is likely to pass within seconds.
pub(super) async fn fetch(
    clients: &HttpClients,
    limits: &FetchLimits,
    request: &Request<'_>,
) -> Result<Fetched, FetchError> {
    let since = Stopwatch::start();
    let mut pauses = limits.retry_pauses.iter();
    loop {
        let failure = match follow(clients, limits, request).await {
            Ok(fetched) => return Ok(fetched),
            Err(failure) => failure,
        };
        match pauses.next() {
            Some(pause) if failure.transient && since.elapsed() + *pause < limits.retry_until => {
                tokio::time::sleep(*pause).await;
            }
            _ => return Err(failure.error),
        }
    }
}

/// A failed request.
struct Failure {
    error: FetchError,
    /// Worth a retry in a moment: no connection, 502 or 504.
    transient: bool,
}

impl<E: Into<FetchError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), transient: false }
    }
}

/// The result of one request without following redirects.
enum Hop {
    Done(Fetched),
    Redirected(Url),
}

/// Follows redirects. Each hop is checked like the first, under the lock of its own host.
async fn follow(
    clients: &HttpClients,
    limits: &FetchLimits,
    request: &Request<'_>,
) -> Result<Fetched, Failure> {
    check_url(request.url, request.allow_private)?;
    let mut url = request.url.clone();
    for _ in 0..=limits.redirects {
        let _lock = clients.locks.lock(&url).await;
        let exchange = exchange(clients, limits, request, &url);
        match tokio::time::timeout(limits.total_timeout, exchange).await {
            Ok(Ok(Hop::Done(fetched))) => return Ok(fetched),
            Ok(Ok(Hop::Redirected(to))) => {
                check_redirect(&url, &to, request.allow_private)?;
                url = to;
            }
            Ok(Err(failure)) => return Err(failure),
            Err(_) => {
                let message = format!(
                    "failed to fetch from {}: incomplete after {}",
                    origin(&url),
                    in_words(limits.total_timeout)
                );
                return Err(FetchError::unreachable(message).into());
            }
        }
    }
    Err(FetchError::unreachable(format!(
        "failed to fetch from {}: more than {} redirects",
        origin(request.url),
        limits.redirects
    ))
    .into())
}

async fn exchange(
    clients: &HttpClients,
    limits: &FetchLimits,
    request: &Request<'_>,
    url: &Url,
) -> Result<Hop, Failure> {
    let client =
        if request.allow_private { &clients.anywhere } else { &clients.outside }.client_for(url)?;
    let conditions = request.conditions();
    let conditional = !conditions.is_empty();
    let from = origin(url);
    let request_headers =
        client.get(url.clone()).header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "gzip");
    // A cache on the way must ask the publisher whether its copy is still the newest (RFC 9111,
    // section 5.2.1.4).
    let sent = request_headers.header(CACHE_CONTROL, "no-cache").headers(conditions).send().await;
    let response = sent.map_err(|error| Failure {
        // A timeout would repeat, and has already used its time.
        transient: !error.is_timeout() && !is_refused_address(&error),
        error: FetchError::unreachable(format!(
            "failed to fetch from {from}: {}",
            dial::describe(&error)
        )),
    })?;
    match response.status() {
        StatusCode::OK => read(response, limits, request, &from, conditional).await.map(Hop::Done),
        StatusCode::NOT_MODIFIED if conditional => Ok(Hop::Done(Fetched::NotModified)),
        status if is_redirect(status) => match location(&response, url) {
            Some(to) => Ok(Hop::Redirected(to)),
            None => Err(wrong_status(&response, &from, request.now)),
        },
        _ => Err(wrong_status(&response, &from, request.now)),
    }
}

/// Receives the body of a 200.
async fn read(
    mut response: Response,
    limits: &FetchLimits,
    request: &Request<'_>,
    from: &str,
    conditional: bool,
) -> Result<Fetched, Failure> {
    let label = encoding_label(response.headers());
    let mut intake = receive(&mut response, limits, from).await?;
    let etag = text(response.headers(), &ETAG);
    let last_modified = text(response.headers(), &LAST_MODIFIED);
    if let Some(encoding) = label
        .as_deref()
        .and_then(unasked_encoding)
        .filter(|_| !intake.is_gzip() && !intake.is_text())
    {
        let problem = format!(
            "expected a gzip or plain answer from {from}, but got another encoding \
             (`{encoding}`)"
        );
        return Err(FetchError::refused(problem).into());
    }
    let is_gzip = intake.is_gzip();
    let document = intake.finish(request.now)?;
    Ok(Fetched::Document(Box::new(FetchedDocument {
        document,
        modified_at: last_modified.as_deref().and_then(dial::http_date),
        answered_at: answered_at(response.headers(), request.now),
        is_single_file: false,
        mislabeled: label.filter(|label| !fits(label, is_gzip)),
        validators: (etag.is_some() || last_modified.is_some()).then(|| Validators {
            validator: Validator::Http { etag, last_modified },
            address_sha256: request.address_sha256(),
        }),
        as_of: None,
        unconditional: !conditional,
    })))
}

/// Receives the bytes of the body.
async fn receive<'a>(
    response: &mut Response,
    limits: &'a FetchLimits,
    from: &'a str,
) -> Result<Intake<'a>, Failure> {
    let mut intake = Intake::new(from, limits)?;
    let announced = response.content_length();
    if let Some(bytes) = announced {
        intake.expect_bytes(bytes)?;
    }
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => intake.take(&piece)?,
            Ok(None) => return Ok(intake),
            Err(error) => {
                let so_far = match announced {
                    Some(bytes) => format!("{} of {bytes} bytes", intake.wire_bytes()),
                    None => format!("{} bytes", intake.wire_bytes()),
                };
                let what = if error.is_timeout() {
                    format!(
                        "nothing more was received for {}, after {so_far}",
                        in_words(limits.read_timeout)
                    )
                } else {
                    format!("the connection was closed after {so_far}")
                };
                let problem = format!("failed to fetch from {from}: {what}");
                return Err(FetchError::unreachable(problem).into());
            }
        }
    }
}

/// The error for a status without a document. No part of the body is quoted, because it may contain
/// anything.
fn wrong_status(response: &Response, from: &str, now: Timestamp) -> Failure {
    let status = response.status();
    let retry_after =
        text(response.headers(), &RETRY_AFTER).and_then(|text| dial::retry_after(&text, now));
    let retry_after = retry_after.and_then(|wait| now.checked_add(wait).ok());
    let mut message = format!("expected a list from {from}, but got {status}");
    if status == StatusCode::NOT_MODIFIED {
        message.push_str(" to a request without conditions");
    }
    if let Some(content_type) = text(response.headers(), &CONTENT_TYPE) {
        message.push_str(
            &media_type(&content_type).map(|found| format!(" ({found})")).unwrap_or_default(),
        );
    }
    if let Some(until) = retry_after {
        message.push_str(&format!(", with a request to wait until {until:.0}"));
    }
    let transient = matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
        && retry_after.is_none();
    Failure {
        error: FetchError {
            message,
            retry_after,
            refused: false,
            not_found: status == StatusCode::NOT_FOUND,
            older: false,
        },
        transient,
    }
}

/// Whether the program's own resolver refused the address. A retry would give the same result.
fn is_refused_address(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(found) = cause {
        if found.is::<DialError>() {
            return true;
        }
        cause = found.source();
    }
    false
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
