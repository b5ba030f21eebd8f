//! `/holds/{id}`: why a list is on hold, what accepting it would remove and change, and the form
//! and commands that decide.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::domain::{HoldId, HoldState, Role};
use crate::web::access::admission::to_sign_in;
use crate::web::current_rows::file_hold;
use crate::web::error::WebError;
use crate::web::hold_changes::{HoldContent, by_country, content};
use crate::web::page::{MAX_LIMIT, file_hold as file_page, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Changes on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    match file_hold(&web, &id).await {
        Ok(Some(hold)) => return file_page::show(&web, hold, query).await,
        Ok(None) => {}
        Err(problem) => return WebError::from(problem).into_page(&web),
    }
    let asked = id.clone();
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
        let (content, failed) = match content(&web, &hold).await {
            Ok(content) => (content, None),
            // The hold can still be rejected.
            Err(WebError::Preview(reason)) => (HoldContent::Nothing, Some(reason)),
            Err(problem) => return Err(problem),
        };
        let (changes, words) = match content {
            HoldContent::Changes(changes) => (Some(changes), None),
            HoldContent::Words(words) => (None, Some(words)),
            HoldContent::Nothing => (None, None),
        };
        let removals = match &changes {
            Some(changes) => {
                let current = web.state.store.current_entries(&hold.source, hold.list).await?;
                Some(by_country(changes, current.iter().map(|stored| &stored.entry)))
            }
            None => None,
        };
        let changes = changes.unwrap_or_default();
        let path = match (open, &hold.section) {
            (false, _) => "",
            (true, None) => "/changes",
            (true, Some(_)) => "/words",
        };
        let path = format!("holds/{}{path}", hold.hold_id);
        Ok(json!({
            "identified": hold.identified.as_ref().map(ToString::to_string),
            "open": open,
            "preview": removals,
            "changes": paging.of(&changes),
            "paging": paging.shown(changes.len(), &parameters),
            "words": words,
            "failed": failed,
            "links": records::links(&path, &Parameters::default()),
            "may_decide": web.person_with(Role::Approver).is_some(),
            "hold": hold,
        }))
    };
    let context = context.await;
    if matches!(context, Err(WebError::NotFound { .. })) && web.could_sign_in() {
        // It may be the hold of a counterparty file, which a message links to.
        return to_sign_in(&web, &format!("/holds/{asked}"));
    }
    reply(&web, "hold.html", context)
}
