//! `/holds/{id}`: why a list is on hold, what accepting it would remove and change, and the form
//! and commands that decide.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::domain::{HoldId, HoldState, Role};
use crate::web::error::WebError;
use crate::web::hold_changes::{by_country, removals_first};
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Changes on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PAGES)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let hold = web
            .state
            .store
            .hold(&HoldId(id.clone()))
            .await?
            .ok_or(WebError::NotFound { what: "hold", id })?;
        let open = hold.state == HoldState::Open;
        let preview = match &web.state.preview {
            Some(preview) if open && hold.section.is_none() => Some(preview.preview(&hold).await),
            _ => None,
        };
        let (changes, failed) = match preview {
            Some(Ok(set)) => (Some(removals_first(set.changes)), None),
            Some(Err(reason)) => (None, Some(reason.to_string())),
            None => (None, None),
        };
        let removals = match &changes {
            Some(changes) => {
                let current = web.state.store.current_entries(&hold.source, hold.list).await?;
                Some(by_country(changes, current.iter().map(|stored| &stored.entry)))
            }
            None => None,
        };
        let changes = changes.unwrap_or_default();
        let path = if open { "/changes" } else { "" };
        let path = format!("holds/{}{path}", hold.hold_id);
        Ok(json!({
            "identified": hold.identified.as_ref().map(ToString::to_string),
            "open": open,
            "preview": removals,
            "changes": paging.of(&changes),
            "paging": paging.shown(changes.len(), &parameters),
            "failed": failed,
            "links": records::links(&path, &Parameters::default()),
            "may_decide": web.person_with(Role::Approver).is_some(),
            "hold": hold,
        }))
    };
    reply(&web, "hold.html", context.await)
}
