//! `/holds/{id}`: why a list is on hold, what accepting it would change, and the forms and commands
//! that decide.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::domain::{HoldId, HoldState, Role};
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

/// Changes shown of those that accepting would make. The command shows all.
const SHOWN: usize = 500;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let hold = web
            .state
            .store
            .hold(&HoldId(id.clone()))
            .await?
            .ok_or(WebError::NotFound { what: "hold", id })?;
        let open = hold.state == HoldState::Open;
        let preview = match &web.state.preview {
            Some(preview) if open => Some(preview.preview(&hold).await),
            _ => None,
        };
        let (mut changes, failed) = match preview {
            Some(Ok(set)) => (Some(set.changes), None),
            Some(Err(reason)) => (None, Some(reason.to_string())),
            None => (None, None),
        };
        let left_out = changes.as_ref().map_or(0, |changes| changes.len().saturating_sub(SHOWN));
        if let Some(changes) = &mut changes {
            changes.truncate(SHOWN);
        }
        Ok(json!({
            "identified": hold.identified.as_ref().map(ToString::to_string),
            "hold": hold,
            "open": open,
            "changes": changes,
            "failed": failed,
            "left_out": left_out,
            "may_decide": web.person_with(Role::Approver).is_some(),
        }))
    };
    reply(&web, "hold.html", context.await)
}
