//! `/holds/{id}` of a counterparty file: which counterparties accepting it would remove, revise and
//! add, and the form that decides. Only for people who are signed in.

use std::sync::Arc;

use axum::response::Response;
use serde_json::json;

use crate::domain::{HoldState, Role};
use crate::stored_json::{CounterpartyChange, HoldRow};
use crate::web::hold_changes::counterparties;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: &Visit, hold: HoldRow, query: Option<String>) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PAGES)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let open = hold.state == HoldState::Open;
        let content = match open {
            true => counterparties(web, &hold.hold_id).await?,
            false => Arc::default(),
        };
        let removed = content.lines.iter().filter(|line| line.what == CounterpartyChange::Removed);
        let with_matches = removed.filter(|line| !line.matches.is_empty()).count();
        let path = if open { "/counterparties" } else { "" };
        let path = format!("holds/{}{path}", hold.hold_id);
        Ok(json!({
            "identified": hold.identified.as_ref().map(ToString::to_string),
            "open": open,
            "unread": content.unread,
            "lines": paging.of(&content.lines),
            "with_matches": with_matches,
            "paging": paging.shown(content.lines.len(), &parameters),
            "links": records::links(&path, &Parameters::default()),
            "may_decide": web.person_with(Role::Approver).is_some(),
            "hold": hold,
        }))
    };
    reply(web, "file_hold.html", context.await)
}
