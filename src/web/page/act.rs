//! Carries out what a person asks for with a form, and leads the browser back to the page.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::Role;
use crate::web::access::posted_form::{Acting, Form, Refused, acting};
use crate::web::action::{Action, NotDone};
use crate::web::error::refusal;
use crate::web::visit::Visit;

/// Checks the form, carries out the action, and shows `page` again: a reload repeats nothing.
pub async fn act(
    visit: &Visit,
    request: Request,
    role: Role,
    page: &str,
    action: impl FnOnce(&Form) -> Result<Action, Refused>,
) -> Response {
    let uri = request.uri().clone();
    match acted(visit, request, role, action).await {
        Ok(()) => {
            let location = format!("{}{page}", visit.state.settings.root());
            (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
        }
        Err(Refused(status, text)) => refusal(visit, &uri, status, &text),
    }
}

async fn acted(
    visit: &Visit,
    request: Request,
    role: Role,
    action: impl FnOnce(&Form) -> Result<Action, Refused>,
) -> Result<(), Refused> {
    let Acting { name, identified, form } = acting(visit, request, role).await?;
    let Some(actions) = &visit.state.actions else {
        let text = "these pages cannot act: decide with the command";
        return Err(Refused(StatusCode::SERVICE_UNAVAILABLE, text.to_owned()));
    };
    actions.carry_out(action(&form)?, name, identified).await.map_err(|problem| match problem {
        NotDone::Mistake(text) => Refused(StatusCode::BAD_REQUEST, text),
        NotDone::Failed(text) => Refused(StatusCode::CONFLICT, text),
    })
}
