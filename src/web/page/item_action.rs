//! `/items/{id}/take`, `…/close` and `…/reopen`, and `/items/hand-over`: what a reviewer does with
//! open items.

use axum::extract::{Path, Request};
use axum::response::Response;

use crate::domain::item::Outcome;
use crate::domain::{ItemId, Role};
use crate::web::access::posted_form::{Form, Refused, mistake};
use crate::web::action::Action;
use crate::web::page::act::act;
use crate::web::visit::Visit;

pub async fn take(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    let page = format!("/items/{id}");
    act(&visit, request, Role::Reviewer, &page, |_| Ok(Action::TakeItem { id: ItemId(id) })).await
}

pub async fn close(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, &format!("/items/{id}"), |form| {
        Ok(Action::CloseItem {
            id: ItemId(id.clone()),
            outcome: outcome(form)?,
            note: form.needed("note", "a note about what was found")?,
        })
    })
    .await
}

pub async fn reopen(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, &format!("/items/{id}"), |form| {
        Ok(Action::ReopenItem {
            id: ItemId(id.clone()),
            note: form.needed("note", "a note about why")?,
        })
    })
    .await
}

pub async fn hand_over(visit: Visit, request: Request) -> Response {
    act(&visit, request, Role::Reviewer, "/items", |form| {
        let until = form.field("until");
        let until = (!until.is_empty()).then(|| until.parse()).transpose().map_err(|_| {
            mistake(&format!("expected a date such as `2026-11-30` as `until`, but got `{until}`"))
        })?;
        Ok(Action::HandOverItems {
            from: form.needed("from", "whose items are handed over")?,
            to: form.needed("to", "who gets the items")?,
            until,
        })
    })
    .await
}

fn outcome(form: &Form) -> Result<Outcome, Refused> {
    let sent = form.field("outcome");
    Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == sent).ok_or_else(|| {
        let codes = Outcome::ALL.map(|outcome| format!("`{}`", outcome.as_str())).join(", ");
        mistake(&format!("expected one of the outcomes {codes}, but got `{sent}`"))
    })
}
