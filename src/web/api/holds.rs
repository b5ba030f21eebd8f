//! `/api/holds`, `/api/holds/{id}` and `/api/holds/{id}/changes`.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::{DEFAULT_LIMIT, reply};
use crate::domain::{Hold, HoldId, HoldState};
use crate::web::current_rows;
use crate::web::error::WebError;
use crate::web::hold_changes::removals_first;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};
use crate::web::{PreviewError, Web};

/// All holds, or with `open=true` those that wait for a decision.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::HOLDS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let holds = current_rows::holds(&web, parameters.open_only()?).await?;
        records::answer(format, "holds", paging.exactly(&holds))
    };
    reply(answer.await)
}

pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "holds", &[found(&web, id).await?])
    };
    reply(answer.await)
}

/// What accepting the hold would change; nothing if it is decided.
pub async fn changes(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        let hold = found(&web, id).await?;
        let changes = match &web.state.preview {
            Some(preview) if hold.state == HoldState::Open && hold.section.is_none() => {
                preview.preview(&hold).await.map_err(unknown)?.changes
            }
            _ => Vec::new(),
        };
        records::answer(format, "changes", &removals_first(changes))
    };
    reply(answer.await)
}

fn unknown(problem: PreviewError) -> WebError {
    match problem {
        PreviewError::Store(problem) => WebError::Store(problem),
        PreviewError::Document(text) => WebError::Preview(text),
    }
}

async fn found(web: &Web, id: String) -> Result<Hold, WebError> {
    let hold = web.state.store.hold(&HoldId(id.clone())).await?;
    hold.ok_or(WebError::NotFound { what: "hold", id })
}
