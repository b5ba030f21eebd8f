//! `/holds/{id}/accept` and `/holds/{id}/reject`: an approver decides on a hold.

use axum::extract::{Path, Request};
use axum::response::Response;

use crate::domain::{HoldId, Role};
use crate::web::action::Action;
use crate::web::page::act::act;
use crate::web::visit::Visit;

const REASON: &str = "a reason for the decision";

pub async fn accept(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Approver, &format!("/holds/{id}"), |form| {
        Ok(Action::AcceptHold {
            id: HoldId(id.clone()),
            reason: form.needed("reason", REASON)?,
            as_baseline: form.is_ticked("as_baseline"),
        })
    })
    .await
}

pub async fn reject(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    act(&visit, request, Role::Approver, &format!("/holds/{id}"), |form| {
        Ok(Action::RejectHold { id: HoldId(id.clone()), reason: form.needed("reason", REASON)? })
    })
    .await
}
