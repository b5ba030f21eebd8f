//! `/difference`: what changed on a list between two recorded days of a source. What happened and
//! was undone between them is not in it.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::day_in_words;
use crate::web::api::difference::{between, days};
use crate::web::change_view;
use crate::web::choices::choices;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::DIFFERENCE)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let catalog = web.catalog().await?;
        let compared = match days(&parameters)? {
            Some(days) => Some(between(&web, days).await?),
            None => None,
        };
        let result = compared.map(|compared| {
            let (days, changes) = &*compared;
            let lines: Vec<Value> =
                paging.of(&changes.changes).iter().map(change_view::net).collect();
            json!({
                "list": days.list,
                "source": days.source,
                "from": day_in_words(days.from),
                "to": day_in_words(days.to),
                "summary": changes.summary,
                "changes": lines,
                "paging": paging.shown(changes.changes.len(), &parameters),
            })
        });
        Ok(json!({
            "filters": parameters,
            "list": parameters.list_or_entity_list()?,
            "choices": choices(&web, &catalog),
            "result": result,
            "links": records::links("difference", &parameters),
        }))
    };
    reply(&web, "difference.html", context.await)
}
