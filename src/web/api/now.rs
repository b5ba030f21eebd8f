//! `/api/sources`, `/api/receivers` and `/api/checks`: how things stand.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::{DEFAULT_LIMIT, reply};
use crate::web::Web;
use crate::web::current_rows;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};

pub async fn sources(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "sources", &current_rows::source_rows(&web).await?)
    };
    reply(answer.await)
}

pub async fn receivers(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "receivers", &current_rows::receiver_rows(&web).await?)
    };
    reply(answer.await)
}

/// One row for each day and source, oldest first.
pub async fn checks(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::CHECKS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let mut rows = current_rows::check_days(&web).await?;
        let source = parameters.get("source");
        rows.retain(|row| source.is_empty() || row.source == source);
        records::answer(format, "checks", paging.exactly(&rows))
    };
    reply(answer.await)
}
