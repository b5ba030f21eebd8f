//! `/matches/{id}`: both sides of one match, why it is one, what was decided, and what a reviewer
//! can do. Only a person who is signed in gets here.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::Role;
use crate::domain::matching::match_record::{MatchEvent, MatchRecord};
use crate::stored_json::{EntryTimeline, MatchRow};
use crate::web::alert_links::alert_links;
use crate::web::api::matches::found;
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;
use crate::web::{current_rows, match_sides};

/// Events of the entry on the page. Its own page has all.
const EVENTS: usize = 20;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        shown(&web, found(&web, id).await?).await
    };
    reply(&web, "match.html", context.await)
}

async fn shown(web: &Visit, record: MatchRecord) -> Result<Value, WebError> {
    let store = &web.state.store;
    let (is_ordered_only, version) = (record.is_ordered_only, record.shown_version());
    let row = MatchRow::from(record);
    // An entry that a rule orders and no list shows yet has no page.
    let entry = EntryTimeline::load(store, &row.entry_id).await?;
    let mut events = entry.as_ref().map(|entry| entry.timeline.clone()).unwrap_or_default();
    events.reverse();
    let more_events = events.len().saturating_sub(EVENTS);
    events.truncate(EVENTS);
    let mut items = Vec::new();
    for id in store.items_with_match(&row.match_id).await? {
        items.extend(store.item(&id).await?);
    }
    let alerts = store.alerts_with_match(&row.match_id).await?;
    let evidence = row.decision.as_ref().and_then(|decision| decision.evidence.as_ref());
    Ok(json!({
        "compared": match_sides::compared(&row),
        "facts": match_sides::facts(&row.counterparty, row.entry.as_ref()),
        "reasons": match_sides::reasons(&row),
        "evidence": evidence,
        "history": row.history.iter().map(event).collect::<Vec<_>>(),
        "has_entry_page": entry.is_some(),
        "is_ordered_only": is_ordered_only,
        "version": version,
        "events": events,
        "more_events": more_events,
        "items": current_rows::item_rows(web, items).await?,
        "alerts": alert_links(web, alerts.iter().collect()).await?,
        "links": records::links(&format!("matches/{}", row.match_id), &Parameters::default()),
        "match": row,
        "may_act": web.person_with(Role::Reviewer).is_some(),
        "now": web.state.clock.now(),
    }))
}

fn event(event: &MatchEvent) -> Value {
    json!({
        "at": event.at,
        "what": event.what,
        "by": event.by,
        "identified": event.identified.as_ref().map(ToString::to_string),
        "detail": event.detail,
    })
}
