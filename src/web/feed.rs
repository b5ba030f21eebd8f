//! `/feed.atom`: the alerts to readers, for feed readers (RFC 4287).
//!
//! The ids of its entries are derived from those of the alerts, so that a repeat is recognized.
//! XML 1.0 allows no control characters except tab and line ends, and the writer does not remove
//! them, so it is done here.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use atom_syndication::{Content, Entry, Feed, Generator, Link, Person, Text};
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::http::header::{
    HeaderName, {self},
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::json;
use uuid::Uuid;

use crate::domain::{Alert, AlertId, AlertKind, Audience, Sha256};
use crate::store::AlertQuery;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

/// Entries of the feed. Alerts to operators do not count.
const LATEST: usize = 50;
/// Changes listed in one entry, so that a feed of large alerts stays below 200 KB. The page of the
/// alert lists all.
const SHOWN: usize = 25;

/// The feed that was last made. A recorded alert never changes, so that the feed is made again only
/// when there is another alert.
#[derive(Debug, Default)]
pub struct LastFeed(ArcSwapOption<MadeFeed>);

#[derive(Debug)]
struct MadeFeed {
    of: Vec<AlertId>,
    xml: Bytes,
    version: Version,
}

pub async fn show(web: Visit, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let feed = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let feed = current(&web).await?;
        let validators = [
            (header::ETAG, feed.version.etag.clone()),
            (header::LAST_MODIFIED, feed.version.last_modified()),
        ];
        if feed.version.is_cached_by(&headers) {
            return Ok((StatusCode::NOT_MODIFIED, CACHED, validators).into_response());
        }
        let content_type = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
        Ok((CACHED, validators, content_type, feed.xml.clone()).into_response())
    };
    feed.await.unwrap_or_else(|error: WebError| error.into_page(&web))
}

async fn current(web: &Web) -> Result<Arc<MadeFeed>, WebError> {
    let query = AlertQuery {
        kinds: AlertKind::of(Audience::Readers),
        limit: Some(LATEST),
        ..AlertQuery::default()
    };
    let lines = web.state.store.alert_lines(&query).await?;
    let ids = lines.iter().map(|line| &line.alert_id);
    if let Some(made) = web.feed.0.load_full().filter(|made| made.of.iter().eq(ids)) {
        return Ok(made);
    }
    let alerts = web.state.store.alerts(&query).await?;
    let xml = feed_of(web, &alerts)?;
    let updated = alerts.first().map_or(Timestamp::UNIX_EPOCH, |alert| alert.created_at);
    let made = Arc::new(MadeFeed {
        of: alerts.into_iter().map(|alert| alert.alert_id).collect(),
        version: Version::of(&xml, updated),
        xml: xml.into(),
    });
    web.feed.0.store(Some(Arc::clone(&made)));
    Ok(made)
}

/// A feed reader may store the feed, but must ask each time whether it is still current.
const CACHED: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "private, no-cache")];

/// The validators that a feed reader sends back (RFC 9110, section 8.8).
#[derive(Debug)]
struct Version {
    /// A strong validator: the hash of the feed's bytes.
    etag: String,
    updated: Timestamp,
}

impl Version {
    fn of(xml: &str, updated: Timestamp) -> Self {
        Self { etag: format!("\"{}\"", Sha256::of(xml.as_bytes()).as_str()), updated }
    }

    fn last_modified(&self) -> String {
        self.updated.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Whether the reader already has this version. If there is an `If-None-Match`,
    /// `If-Modified-Since` is ignored (RFC 9110, section 13.2.2).
    fn is_cached_by(&self, headers: &HeaderMap) -> bool {
        let mut tags = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
        if tags.peek().is_some() {
            let tags =
                tags.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
            return tags
                .map(str::trim)
                .any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag);
        }
        let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        let since =
            since.and_then(|value| rfc2822::DateTimeParser::new().parse_timestamp(value).ok());
        since.is_some_and(|since| self.updated.as_second() <= since.as_second())
    }
}

fn feed_of(web: &Web, alerts: &[Alert]) -> Result<String, WebError> {
    let base = web
        .state
        .settings
        .public_url
        .as_ref()
        .map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned());
    let mut entries = Vec::with_capacity(alerts.len());
    for alert in alerts {
        entries.push(entry_of(web, alert, &base)?);
    }
    let updated = alerts.first().map_or(Timestamp::UNIX_EPOCH, |alert| alert.created_at);
    let feed = Feed {
        title: Text::plain("Changes of the watched lists"),
        // The same for an address, whatever the feed contains.
        id: urn(&Sha256::of_parts(["entitywatch feed", &base])),
        updated: instant(updated)?,
        authors: vec![Person { name: "entitywatch".to_owned(), ..Person::default() }],
        generator: Some(Generator {
            value: "entitywatch".to_owned(),
            version: Some(web.state.status.version().to_owned()),
            uri: None,
        }),
        links: vec![
            link("self", format!("{base}/feed.atom")),
            link("alternate", format!("{base}/")),
        ],
        entries,
        ..Feed::default()
    };
    let xml = feed.write_to(Vec::new()).map_err(|error| WebError::Feed(error.to_string()))?;
    String::from_utf8(xml).map_err(|error| WebError::Feed(error.to_string()))
}

fn entry_of(web: &Web, alert: &Alert, base: &str) -> Result<Entry, WebError> {
    let changes = alert.body.changes().unwrap_or_default();
    let shown = changes.get(..SHOWN).unwrap_or(changes);
    let words = web.state.words.of(alert);
    let html = web.templates.render(
        "feed_entry.html",
        json!({ "words": words, "shown": shown, "left_out": changes.len() - shown.len() }),
    )?;
    let subject = words.get("subject").and_then(|subject| subject.as_str()).unwrap_or_default();
    let updated = instant(alert.created_at)?;
    Ok(Entry {
        title: Text::plain(printable(subject)),
        id: urn(&Sha256::of(alert.alert_id.as_str().as_bytes())),
        updated,
        published: Some(updated),
        links: vec![link("alternate", format!("{base}/alerts/{}", alert.alert_id))],
        content: Some(Content {
            content_type: Some("html".to_owned()),
            value: Some(printable(&html.0)),
            ..Content::default()
        }),
        ..Entry::default()
    })
}

fn link(rel: &str, href: String) -> Link {
    Link { rel: rel.to_owned(), href, ..Link::default() }
}

/// A version 8 UUID (RFC 9562) of the first 128 bits of a hash.
fn urn(hash: &Sha256) -> String {
    let bytes = u128::from_str_radix(hash.as_str().get(..32).unwrap_or_default(), 16)
        .unwrap_or_default()
        .to_be_bytes();
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .urn()
        .encode_lower(&mut Uuid::encode_buffer())
        .to_owned()
}

fn instant(at: Timestamp) -> Result<atom_syndication::FixedDateTime, WebError> {
    let text = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string();
    text.parse().map_err(|_| {
        WebError::Feed(format!("expected a time in the years 0 to 9999, but got {at}"))
    })
}

/// The text without the control characters and non-characters that XML 1.0 (section 2.2) forbids.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| {
            matches!(c, '\t' | '\n' | '\r')
                || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        })
        .collect()
}
