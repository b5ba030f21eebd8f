//! `/feed.atom`: what readers are alerted to, for feed readers (RFC 4287).
//!
//! Ids are made of the alerts' own, so that a repeat is recognised. XML 1.0 has no control characters but tab and line
//! ends, and the writer does not take them out, so that is done here.

use atom_syndication::{Content, Entry, Feed, Generator, Link, Person, Text};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use uuid::Uuid;

use super::Web;
use super::error::WebError;
use crate::domain::alert::{ListChanged, NoticeStatus, RuleNotice};
use crate::domain::{Alert, AlertBody, Sha256};
use crate::record::AlertQuery;

/// Alerts looked through for those that readers get, the operators' own among them.
const LATEST: usize = 100;
/// Changes written out in one entry; the page has all.
const SHOWN: usize = 100;

pub async fn show(State(web): State<Web>) -> Response {
    let feed = async {
        let alerts = web.state.store.alerts(&AlertQuery { limit: Some(LATEST), ..AlertQuery::default() }).await?;
        let alerts: Vec<&Alert> = alerts.iter().filter(|alert| alert.body.is_readers()).collect();
        let xml = feed_of(&web, &alerts)?;
        Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], xml).into_response())
    };
    feed.await.unwrap_or_else(|error: WebError| error.into_page(&web))
}

/// One line: which list, what happened, how many.
pub fn headline(alert: &Alert) -> String {
    match &alert.body {
        AlertBody::ListChanged(data) => counts(data),
        AlertBody::ListCorrected(data) => format!("Correction: {}", counts(data)),
        AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => rule_headline(data),
        AlertBody::SourceLagging(data) => format!("{} does not show what a rule announced", data.source),
        AlertBody::SourceBaseline(data) => format!("{}: first read from {}, {} entries", data.list.title(), data.source, data.count),
        AlertBody::SourceFailing(data) => format!("Source {} is failing", data.source),
        AlertBody::SourceRecovered(data) => format!("Source {} works again", data.source),
        AlertBody::SnapshotHeld(data) => format!("{} from {} is held for {}", data.hold.list.title(), data.hold.source, data.hold.reason),
        AlertBody::DeliveryFailing(data) => format!("Deliveries to {} are failing", data.receiver),
        AlertBody::DeliveryDead(data) => format!("A delivery to {} is dead", data.receiver),
        AlertBody::Test(data) => format!("Test message to {}", data.receiver),
    }
}

fn rule_headline(data: &RuleNotice) -> String {
    let title = data.rule.as_ref().and_then(|rule| rule.title.as_deref()).unwrap_or("rules of the Entity List");
    match data.status {
        NoticeStatus::Filed => format!("Filed: {title}"),
        NoticeStatus::Changed => format!("Changed: {title}"),
        NoticeStatus::Withdrawn => format!("Withdrawn: {title}"),
        NoticeStatus::Published => format!("Published: {title}"),
        NoticeStatus::Digest => format!("Federal Register: {} documents on the Entity List", data.documents.len()),
    }
}

fn counts(data: &ListChanged) -> String {
    let mut lists: Vec<&str> = data.changes.iter().map(|change| change.entry.list.title()).collect();
    lists.sort_unstable();
    lists.dedup();
    let total = data.total;
    let counted = [(total.added, "added"), (total.removed, "removed"), (total.revised, "revised"), (total.editorial, "editorial")];
    let counted: Vec<String> = counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let rule = data.rule.as_ref().and_then(|rule| rule.citation.as_ref()).map_or_else(String::new, |citation| format!(" ({citation})"));
    format!("{}: {}{rule}", lists.join(", "), counted.join(", "))
}

fn feed_of(web: &Web, alerts: &[&Alert]) -> Result<String, WebError> {
    let base = web.state.settings.public_url.as_ref().map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned());
    let mut entries = Vec::with_capacity(alerts.len());
    for alert in alerts {
        entries.push(entry_of(web, alert, &base)?);
    }
    let updated = alerts.first().map_or(Timestamp::UNIX_EPOCH, |alert| alert.created_at);
    let feed = Feed {
        title: Text::plain("Entity List changes"),
        // One and the same for an address, whatever is in the feed.
        id: urn(&Sha256::of_parts(["entitywatch feed", &base])),
        updated: instant(updated)?,
        authors: vec![Person { name: "entitywatch".to_owned(), ..Person::default() }],
        generator: Some(Generator { value: "entitywatch".to_owned(), version: Some(web.state.status.version().to_owned()), uri: None }),
        links: vec![link("self", format!("{base}/feed.atom")), link("alternate", format!("{base}/"))],
        entries,
        ..Feed::default()
    };
    let xml = feed.write_to(Vec::new()).map_err(|error| WebError::Feed(error.to_string()))?;
    String::from_utf8(xml).map_err(|error| WebError::Feed(error.to_string()))
}

fn entry_of(web: &Web, alert: &Alert, base: &str) -> Result<Entry, WebError> {
    let data = alert.body.list_changed();
    let changes = data.map_or(&[][..], |data| &data.changes);
    let shown = changes.get(..SHOWN).unwrap_or(changes);
    let html = web.templates.render("feed_entry.html", json!({ "data": data, "shown": shown, "left_out": changes.len() - shown.len() }))?;
    let updated = instant(alert.created_at)?;
    Ok(Entry {
        title: Text::plain(printable(&headline(alert))),
        id: urn(&Sha256::of(alert.alert_id.as_str().as_bytes())),
        updated,
        published: Some(updated),
        links: vec![link("alternate", format!("{base}/alerts/{}", alert.alert_id))],
        content: Some(Content { content_type: Some("html".to_owned()), value: Some(printable(&html.0)), ..Content::default() }),
        ..Entry::default()
    })
}

fn link(rel: &str, href: String) -> Link {
    Link { rel: rel.to_owned(), href, ..Link::default() }
}

/// A version 8 UUID (RFC 9562) of the first 128 bits of a hash.
fn urn(hash: &Sha256) -> String {
    let bytes = u128::from_str_radix(hash.as_str().get(..32).unwrap_or_default(), 16).unwrap_or_default().to_be_bytes();
    uuid::Builder::from_custom_bytes(bytes).into_uuid().urn().encode_lower(&mut Uuid::encode_buffer()).to_owned()
}

fn instant(at: Timestamp) -> Result<atom_syndication::FixedDateTime, WebError> {
    let text = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string();
    text.parse().map_err(|_| WebError::Feed(format!("expected a time of our age, but got {at}")))
}

/// Without the control characters and non-characters that XML 1.0 (section 2.2) does not have.
fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\t' | '\n' | '\r') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))).collect()
}
