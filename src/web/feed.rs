//! `/feed.atom`: what readers are alerted to, for feed readers (RFC 4287).
//!
//! Ids are made of the alerts' own, so that a repeat is recognised. XML 1.0 has no control
//! characters but tab and line ends, and the writer does not take them out, so that is done here.

use atom_syndication::{Content, Entry, Feed, Generator, Link, Person, Text};
use axum::extract::{RawQuery, State};
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

use crate::domain::alert::{ListChanged, NoticeStatus, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertKind, Audience, Sha256};
use crate::store::AlertQuery;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::query::{
    Asked, {self},
};

/// The newest alerts that readers get; the operators' own take up no room.
const LATEST: usize = 100;
/// Changes written out in one entry; the page has all.
const SHOWN: usize = 100;

pub async fn show(
    State(web): State<Web>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Response {
    let feed = async {
        Asked::read(asked.as_deref(), query::NONE)?;
        let query = AlertQuery {
            kinds: AlertKind::of(Audience::Readers),
            limit: Some(LATEST),
            ..AlertQuery::default()
        };
        let alerts = web.state.store.alerts(&query).await?;
        let xml = feed_of(&web, &alerts)?;
        let version = Version::of(
            &xml,
            alerts.first().map_or(Timestamp::UNIX_EPOCH, |alert| alert.created_at),
        );
        let validators = [
            (header::ETAG, version.etag.clone()),
            (header::LAST_MODIFIED, version.last_modified()),
        ];
        if version.is_known_to(&headers) {
            return Ok((StatusCode::NOT_MODIFIED, CACHED, validators).into_response());
        }
        let content_type = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
        Ok((CACHED, validators, content_type, xml).into_response())
    };
    feed.await.unwrap_or_else(|error: WebError| error.into_page(&web))
}

/// A reader keeps the feed and asks each time whether it is still the newest.
const CACHED: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "private, no-cache")];

/// What a feed reader compares (RFC 9110, section 8.8).
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

    /// `If-None-Match` decides alone where it is given (RFC 9110, section 13.2.2).
    fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let mut asked = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
        if asked.peek().is_some() {
            let tags =
                asked.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
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

/// One line: which list, what happened, how many.
pub fn headline(alert: &Alert) -> String {
    match &alert.body {
        AlertBody::ListChanged(data) => counts(data),
        AlertBody::ListCorrected(data) => format!("Correction: {}", counts(data)),
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => rule_headline(data),
        AlertBody::SourceLagging(data) => {
            format!("{} does not show what a rule announced", data.source)
        }
        AlertBody::SourceBaseline(data) => format!(
            "{}: first read from {}, {} entries",
            data.list.title(),
            data.source,
            data.count
        ),
        AlertBody::SourceFailing(data) => format!("Source {} is failing", data.source),
        AlertBody::SourceRecovered(data) => format!("Source {} works again", data.source),
        AlertBody::SnapshotHeld(data) => format!(
            "{} from {} is held for {}",
            data.hold.list.title(),
            data.hold.source,
            data.hold.reason
        ),
        AlertBody::DeliveryFailing(data) => format!("Deliveries to {} are failing", data.receiver),
        AlertBody::DeliveryDead(data) => format!("A delivery to {} is dead", data.receiver),
        AlertBody::Test(data) => format!("Test message to {}", data.receiver),
    }
}

fn rule_headline(data: &RuleNotice) -> String {
    let title = data
        .rule
        .as_ref()
        .and_then(|rule| rule.title.as_deref())
        .unwrap_or("a rule without a title");
    match data.status {
        NoticeStatus::Filed => format!("Filed: {title}"),
        NoticeStatus::Changed => format!("Changed: {title}"),
        NoticeStatus::Withdrawn => format!("Withdrawn: {title}"),
        NoticeStatus::Published => format!("Published: {title}"),
        NoticeStatus::Digest => {
            format!("Federal Register: {} documents on the Entity List", data.documents.len())
        }
    }
}

fn counts(data: &ListChanged) -> String {
    let mut lists: Vec<&str> =
        data.changes.iter().map(|change| change.entry.list.title()).collect();
    lists.sort_unstable();
    lists.dedup();
    let total = data.total;
    let counted = [
        (total.added, "added"),
        (total.removed, "removed"),
        (total.revised, "revised"),
        (total.editorial, "editorial"),
    ];
    let counted: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let rule = data
        .rule
        .as_ref()
        .and_then(|rule| rule.citation.as_ref())
        .map_or_else(String::new, |citation| format!(" ({citation})"));
    let lists = if lists.is_empty() { "Watched lists".to_owned() } else { lists.join(", ") };
    let counted = if counted.is_empty() { "no change".to_owned() } else { counted.join(", ") };
    format!("{lists}: {counted}{rule}")
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
        // One and the same for an address, whatever is in the feed.
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
    let updated = instant(alert.created_at)?;
    Ok(Entry {
        title: Text::plain(printable(&headline(alert))),
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
    text.parse().map_err(|_| WebError::Feed(format!("expected a time of our age, but got {at}")))
}

/// Without the control characters and non-characters that XML 1.0 (section 2.2) does not have.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| {
            matches!(c, '\t' | '\n' | '\r')
                || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        })
        .collect()
}
