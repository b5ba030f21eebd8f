//! `/entries`: who is listed, now or at a past time. An entry that several sources list is one row.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::day_in_words;
use crate::store::HistoricEntry;
use crate::web::change_view::identifying_facts;
use crate::web::choices::choices;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::ENTRIES)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let query = parameters.entries(&web.state.settings.timezone)?;
        let country = parameters.country()?;
        let catalog = web.catalog().await?;
        let listings = catalog.entries.listings(&query, country.as_deref());
        let shown = paging.of(&listings.each);
        let rows: Vec<i64> =
            shown.iter().flat_map(|listing| listings.rows(listing)).copied().collect();
        let entries = web.state.store.entries_in_rows(&rows).await?;
        let lines: Vec<Value> = shown
            .iter()
            .filter_map(|listing| {
                let rows = listings.rows(listing);
                let of_it = entries.iter().filter(|(row, _)| rows.contains(row));
                line(of_it.map(|(_, entry)| entry).collect())
            })
            .collect();
        Ok(json!({
            "filters": parameters,
            "choices": choices(&web, &catalog),
            "entries": lines,
            "as_of": query.as_of.map(day_in_words),
            "known_at": query.known_at.filter(|_| !parameters.get("known_at").is_empty()),
            "paging": paging.shown(listings.each.len(), &parameters),
            "links": records::links("entries", &parameters),
        }))
    };
    reply(&web, "entries.html", context.await)
}

/// A listing as its sources show it. `None` if it has no row.
fn line(mut rows: Vec<&HistoricEntry>) -> Option<Value> {
    rows.sort_by(|one, other| one.source.cmp(&other.source));
    let HistoricEntry { entry, .. } = rows.first()?;
    let mut sources: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
    sources.dedup();
    Some(json!({
        "name": entry.name,
        "list": entry.list,
        "countries": entry.countries,
        "entry_id": rows.iter().find_map(|row| row.entry.entry_id.as_ref()),
        "facts": identifying_facts(entry),
        "start_date": entry.start_date,
        "sources": sources,
    }))
}
