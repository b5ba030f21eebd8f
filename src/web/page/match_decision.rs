//! `/matches/{id}/dismiss`, `…/confirm` and `…/reopen`, and `/matches/dismiss` for several: what a
//! reviewer decides about matches.

use std::collections::BTreeMap;

use axum::extract::{Path, Request};
use axum::response::Response;

use crate::domain::matching::decision::DismissalReason;
use crate::domain::{MatchId, Role};
use crate::web::access::posted_form::{Form, Refused, mistake};
use crate::web::action::Action;
use crate::web::page::act::act;
use crate::web::visit::Visit;

const NOTE: &str = "a note about what was compared";

pub async fn dismiss(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, &format!("/matches/{id}"), |form| {
        let decision = Action::DismissMatches {
            ids: vec![MatchId(id.clone())],
            reason: reason(form)?,
            note: form.needed("note", NOTE)?,
        };
        seen(form, &id, decision)
    })
    .await
}

/// The matches that were ticked in the list, each with the version that the list shows. A strong
/// one is decided on its own page.
pub async fn dismiss_several(visit: Visit, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, "/matches", |form| {
        let mut ids = Vec::new();
        let mut seen = BTreeMap::new();
        for ticked in form.ticked("id") {
            let (id, version) = ticked.split_once(' ').unwrap_or((ticked, ""));
            ids.push(MatchId(id.to_owned()));
            seen.extend(seen_version(id, version)?);
        }
        if ids.is_empty() {
            return Err(mistake("expected one or more matches, but none is ticked"));
        }
        let note = form.needed("note", NOTE)?;
        let decision = Box::new(Action::DismissMatches { ids, reason: reason(form)?, note });
        Ok(Action::MatchesSeen { seen, decision })
    })
    .await
}

pub async fn confirm(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, &format!("/matches/{id}"), |form| {
        let note = form.field("note").to_owned();
        seen(form, &id, Action::ConfirmMatch { id: MatchId(id.clone()), note })
    })
    .await
}

pub async fn reopen(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, &format!("/matches/{id}"), |form| {
        let note = form.needed("note", "a note about why")?;
        seen(form, &id, Action::ReopenMatch { id: MatchId(id.clone()), note })
    })
    .await
}

/// The decision, with the version of the match that the page of the form shows. A form of another
/// program may leave that out.
fn seen(form: &Form, id: &str, decision: Action) -> Result<Action, Refused> {
    let seen = seen_version(id, form.field("seen"))?.into_iter().collect();
    Ok(Action::MatchesSeen { seen, decision: Box::new(decision) })
}

fn seen_version(id: &str, sent: &str) -> Result<Option<(MatchId, String)>, Refused> {
    if sent.is_empty() {
        return Ok(None);
    }
    if !sent.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(mistake(&format!(
            "expected the version of the match {id} as the page shows it, but got `{sent}`"
        )));
    }
    Ok(Some((MatchId(id.to_owned()), sent.to_owned())))
}

fn reason(form: &Form) -> Result<DismissalReason, Refused> {
    let sent = form.field("reason");
    let all = DismissalReason::ALL.iter().copied();
    all.clone().find(|reason| reason.as_str() == sent).ok_or_else(|| {
        let codes: Vec<String> = all.map(|reason| format!("`{}`", reason.as_str())).collect();
        mistake(&format!("expected one of the reasons {}, but got `{sent}`", codes.join(", ")))
    })
}
