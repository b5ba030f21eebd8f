//! `/changes`: the changes, newest first. A change that several sources show is one row.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};

use crate::web::change_view;
use crate::web::changes_found::{find, read};
use crate::web::choices::choices;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::CHANGES)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let catalog = web.catalog().await?;
        let found = find(&web, &catalog, &parameters).await?;
        let groups = catalog.changes.grouped(&found);
        let mut lines: Vec<Value> = Vec::new();
        let shown = paging.of(&groups);
        let rows = read(&web, &shown.concat()).await?;
        let mut rest = rows.as_slice();
        for group in shown {
            let (rows, after) = rest.split_at(group.len().min(rest.len()));
            rest = after;
            lines.extend(change_view::line(rows, &catalog));
        }
        Ok(json!({
            "filters": parameters,
            "choices": choices(&web, &catalog),
            "changes": lines,
            "paging": paging.shown(groups.len(), &parameters),
            "links": records::links("changes", &parameters),
        }))
    };
    reply(&web, "changes.html", context.await)
}
