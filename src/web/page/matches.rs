//! `/matches`: the counterparties that may be listed entries, first what nobody has decided. Only a
//! person who is signed in gets here.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::matching::match_record::MatchRecord;
use crate::domain::{ListCode, Role};
use crate::stored_json::MatchRow;
use crate::web::current_rows;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::MATCHES)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let found = web.state.store.match_numbers(&parameters.matches()?).await?;
        let records = web.state.store.matches_numbered(paging.of(&found)).await?;
        let versions: Vec<String> = records.iter().map(MatchRecord::shown_version).collect();
        let rows: Vec<MatchRow> = records.into_iter().map(MatchRow::from).collect();
        let lists = ListCode::ALL
            .iter()
            .map(|list| json!({ "value": list.as_str(), "title": list.title() }));
        Ok(json!({
            "matches": rows,
            "versions": versions,
            "states": query::match_states().collect::<Vec<_>>(),
            "bands": query::bands().collect::<Vec<_>>(),
            "causes": query::causes().collect::<Vec<_>>(),
            "lists": lists.collect::<Vec<_>>(),
            "watchlists": current_rows::watchlists(&web).await?,
            "filters": parameters,
            "paging": paging.shown(found.len(), &parameters),
            "links": records::links("matches", &parameters),
            "may_act": web.person_with(Role::Reviewer).is_some(),
        }))
    };
    reply(&web, "matches.html", context.await)
}
