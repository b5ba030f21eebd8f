//! What the status and the headers of a response say: where to go, how old it is, what it contains.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, DATE, HeaderMap, HeaderName, LOCATION};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::dial;

pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

pub(super) fn location(response: &Response, url: &Url) -> Option<Url> {
    url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// When the answer left the publisher, according to its headers. Never later than `now`, even if
/// the publisher's clock is wrong.
pub(super) fn answered_at(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let date = text(headers, &DATE).as_deref().and_then(dial::http_date);
    let age =
        text(headers, &AGE).and_then(|age| age.trim().parse::<i64>().ok()).filter(|age| *age >= 0);
    let left_by_age = age.and_then(|age| now.checked_sub(SignedDuration::from_secs(age)).ok());
    [date, left_by_age].into_iter().flatten().fold(now, Timestamp::min)
}

/// `text/html` of `text/html; charset=utf-8`, if the value has that form.
pub(super) fn media_type(text: &str) -> Option<&str> {
    let found = text.split(';').next().unwrap_or("").trim();
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    let (kind, form) = found.split_once('/')?;
    (found.len() <= 60 && is_name(kind) && is_name(form)).then_some(found)
}

pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned).filter(|text| !text.is_empty())
}
