//! One document over HTTP(S): conditions, redirects, quick repeats, and what each answer means.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, DATE, ETAG,
    HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::clock::Stopwatch;
use crate::dial::{
    DialError, HttpSettings, LazyClient, check_redirect, check_url, place, {self},
};
use crate::domain::{Sha256, Validators};
use crate::fetch::body::Intake;
use crate::fetch::host_locks::Turns;
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

/// The clients, and whose turn it is at each host.
pub(super) struct HttpClients {
    outside: LazyClient,
    /// For sources with `allow_private`.
    anywhere: LazyClient,
    turns: Turns,
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
        Ok(Self { outside: client(false)?, anywhere: client(true)?, turns: Turns::default() })
    }
}

/// What is asked for.
pub(super) struct Request<'a> {
    pub url: &'a Url,
    pub allow_private: bool,
    pub validators: Option<&'a Validators>,
    pub now: Timestamp,
}

impl Request<'_> {
    /// The address as validators know it: it may hold a token.
    fn address_sha256(&self) -> Sha256 {
        Sha256::of(self.url.as_str().as_bytes())
    }

    /// The headers that make it conditional. Validators of another address say nothing about this
    /// one. They go back as they came.
    fn conditions(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(validators) =
            self.validators.filter(|validators| validators.address_sha256 == self.address_sha256())
        else {
            return headers;
        };
        let mut set = |name: HeaderName, value: Option<&String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        };
        set(IF_NONE_MATCH, validators.etag.as_ref());
        set(IF_MODIFIED_SINCE, validators.last_modified.as_ref());
        headers
    }
}

/// Asks, and asks again where it is likely to help at once.
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
            Some(pause) if failure.passing && since.elapsed() + *pause < limits.retry_until => {
                tokio::time::sleep(*pause).await
            }
            _ => return Err(failure.error),
        }
    }
}

/// A request that came to nothing.
struct Failure {
    error: FetchError,
    /// Worth another try in a moment: no connection, 502, 504.
    passing: bool,
}

impl<E: Into<FetchError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), passing: false }
    }
}

/// What one request came to.
enum Step {
    Done(Fetched),
    Redirected(Url),
}

/// Goes where redirects lead, each hop checked like the first and in its own host's turn.
async fn follow(
    clients: &HttpClients,
    limits: &FetchLimits,
    request: &Request<'_>,
) -> Result<Fetched, Failure> {
    check_url(request.url, request.allow_private)?;
    let mut url = request.url.clone();
    for _ in 0..=limits.redirects {
        let _turn = clients.turns.take(&url).await;
        let exchange = exchange(clients, limits, request, &url);
        match tokio::time::timeout(limits.total_timeout, exchange).await {
            Ok(Ok(Step::Done(fetched))) => return Ok(fetched),
            Ok(Ok(Step::Redirected(to))) => {
                check_redirect(&url, &to, request.allow_private)?;
                url = to;
            }
            Ok(Err(failure)) => return Err(failure),
            Err(_) => {
                let message = format!(
                    "failed to fetch from {}: not whole after {}",
                    place(&url),
                    in_words(limits.total_timeout)
                );
                return Err(FetchError::unreachable(message).into());
            }
        }
    }
    Err(FetchError::unreachable(format!(
        "failed to fetch from {}: more than {} redirects",
        place(request.url),
        limits.redirects
    ))
    .into())
}

async fn exchange(
    clients: &HttpClients,
    limits: &FetchLimits,
    request: &Request<'_>,
    url: &Url,
) -> Result<Step, Failure> {
    let client =
        if request.allow_private { &clients.anywhere } else { &clients.outside }.client_for(url)?;
    let conditions = request.conditions();
    let conditional = !conditions.is_empty();
    let from = place(url);
    let request_headers =
        client.get(url.clone()).header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "gzip");
    // A cache on the way has to ask the publisher whether its copy is still the newest (RFC 9111,
    // section 5.2.1.4).
    let sent = request_headers.header(CACHE_CONTROL, "no-cache").headers(conditions).send().await;
    let response = sent.map_err(|error| Failure {
        // What timed out would time out again, and has taken its time already.
        passing: !error.is_timeout() && !is_refusal(&error),
        error: FetchError::unreachable(format!(
            "failed to fetch from {from}: {}",
            dial::describe(&error)
        )),
    })?;
    match response.status() {
        StatusCode::OK => read(response, limits, request, &from, conditional).await.map(Step::Done),
        StatusCode::NOT_MODIFIED if conditional => Ok(Step::Done(Fetched::NotModified)),
        status if is_redirect(status) => match location(&response, url) {
            Some(to) => Ok(Step::Redirected(to)),
            None => Err(wrong_status(&response, &from, request.now)),
        },
        _ => Err(wrong_status(&response, &from, request.now)),
    }
}

/// Takes in the content of a 200.
async fn read(
    mut response: Response,
    limits: &FetchLimits,
    request: &Request<'_>,
    from: &str,
    conditional: bool,
) -> Result<Fetched, Failure> {
    let label = encoding_label(response.headers());
    let mut intake = Intake::new(from, limits)?;
    let announced = response.content_length();
    if let Some(bytes) = announced {
        intake.expect_bytes(bytes)?;
    }
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => intake.take(&piece)?,
            Ok(None) => break,
            Err(error) => {
                let so_far = match announced {
                    Some(bytes) => format!("{} of {bytes} bytes", intake.wire_bytes()),
                    None => format!("{} bytes", intake.wire_bytes()),
                };
                let what = if error.is_timeout() {
                    format!(
                        "nothing more came for {}, after {so_far}",
                        in_words(limits.read_timeout)
                    )
                } else {
                    format!("the connection broke off after {so_far}")
                };
                return Err(FetchError::unreachable(format!(
                    "failed to fetch from {from}: {what}"
                ))
                .into());
            }
        }
    }
    let validators = Validators {
        etag: text(response.headers(), &ETAG),
        last_modified: text(response.headers(), &LAST_MODIFIED),
        address_sha256: request.address_sha256(),
    };
    if let Some(encoding) = label
        .as_deref()
        .and_then(unasked_encoding)
        .filter(|_| !intake.is_gzip() && !intake.is_text())
    {
        let problem = format!(
            "expected an answer in gzip or plain from {from}, but got another encoding \
             (`{encoding}`)"
        );
        return Err(FetchError::refused(problem).into());
    }
    let is_gzip = intake.is_gzip();
    let document = intake.finish(request.now)?;
    Ok(Fetched::Document(Box::new(FetchedDocument {
        document,
        modified_at: validators.last_modified.as_deref().and_then(dial::http_date),
        answered_at: answered_at(response.headers(), request.now),
        is_single_file: false,
        mislabeled: label.filter(|label| !fits(label, is_gzip)),
        validators: (validators.etag.is_some() || validators.last_modified.is_some())
            .then_some(validators),
        as_of: None,
        unconditional: !conditional,
    })))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn location(response: &Response, url: &Url) -> Option<Url> {
    url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// Encodings that change the bytes and that no request asks for: bytes that are no text cannot be
/// read then.
const UNASKED_ENCODINGS: [&str; 7] =
    ["br", "zstd", "deflate", "compress", "x-compress", "dcb", "dcz"];

/// The longest label that an error repeats.
const LABEL_CHARS: usize = 40;

/// What the server says of the encoding, if it says anything but that there is none.
///
/// The bytes decide what is done: stores of files repeat whatever label a file was put in with
/// (`aws-chunked`, `UTF-8`, `none`).
fn encoding_label(headers: &HeaderMap) -> Option<String> {
    let labels: Vec<&str> =
        headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    let label = labels.join(", ").to_ascii_lowercase();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ',' | ' ');
    let label: String = label.chars().filter(is_plain).take(LABEL_CHARS).collect();
    let label = label.trim();
    (!label.is_empty() && label != "identity").then(|| label.to_owned())
}

fn names(label: &str) -> impl Iterator<Item = &str> {
    label.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn unasked_encoding(label: &str) -> Option<&str> {
    names(label).find(|name| UNASKED_ENCODINGS.contains(name))
}

/// Whether the label says what came.
fn fits(label: &str, is_gzip: bool) -> bool {
    is_gzip && names(label).all(|name| matches!(name, "gzip" | "x-gzip" | "identity"))
}

/// When the answer left the publisher, as far as its headers say; never later than now, however a
/// clock there is set.
fn answered_at(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let date = text(headers, &DATE).as_deref().and_then(dial::http_date);
    let age =
        text(headers, &AGE).and_then(|age| age.trim().parse::<i64>().ok()).filter(|age| *age >= 0);
    let left_by_age = age.and_then(|age| now.checked_sub(SignedDuration::from_secs(age)).ok());
    [date, left_by_age].into_iter().flatten().fold(now, Timestamp::min)
}

/// A status that brings no document. Nothing of the answer is quoted: it may hold anything.
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
        message.push_str(&format!(", to be asked again after {until:.0}"));
    }
    let passing = matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
        && retry_after.is_none();
    Failure {
        error: FetchError {
            message,
            retry_after,
            refused: false,
            not_found: status == StatusCode::NOT_FOUND,
            older: false,
        },
        passing,
    }
}

/// `text/html` of `text/html; charset=utf-8`, where it has that form.
fn media_type(text: &str) -> Option<&str> {
    let found = text.split(';').next().unwrap_or("").trim();
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    let (kind, form) = found.split_once('/')?;
    (found.len() <= 60 && is_name(kind) && is_name(form)).then_some(found)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned).filter(|text| !text.is_empty())
}

/// Whether our own resolver refused: another try would find the same.
fn is_refusal(error: &reqwest::Error) -> bool {
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
