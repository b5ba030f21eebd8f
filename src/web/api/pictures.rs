//! `/api/pictures/…`: the tables behind the pictures.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::asked::answer;
use crate::domain::ListCode;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::pictures::filing::FilingRow;
use crate::web::pictures::{by_year, filing};
use crate::web::query;

/// A country, and how many entries it has now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CountryRow {
    pub list: ListCode,
    /// The code of the country. Null for entries of unknown country.
    pub country: Option<String>,
    pub entries: usize,
}

/// `/api/pictures/changes-by-year`
pub async fn changes_by_year(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::PICTURES, |asked| async move {
        let list = asked.parameters.list_or_entity_list()?;
        asked.all("changes-by-year", &by_year::rows(&web.catalog().await?.changes, list))
    })
    .await
}

/// `/api/pictures/entries-by-country`
pub async fn entries_by_country(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::PICTURES, |asked| async move {
        let list = asked.parameters.list_or_entity_list()?;
        asked.all("entries-by-country", &countries(&web, list).await?)
    })
    .await
}

/// `/api/pictures/filing-to-list`. Rules are about the Entity List only.
pub async fn filing_to_list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(
        query,
        query::NONE,
        |asked| async move { asked.all("filing-to-list", &filings(&web).await?) },
    )
    .await
}

/// The countries of a list, the one with most entries first.
pub async fn countries(web: &Web, list: ListCode) -> Result<Vec<CountryRow>, WebError> {
    let catalog = web.catalog().await?;
    let row = |(country, entries): (&str, usize)| CountryRow {
        list,
        country: (!country.is_empty()).then(|| country.to_owned()),
        entries,
    };
    Ok(catalog.entries.by_country(Some(list)).into_iter().map(row).collect())
}

/// When each source first showed each rule.
pub async fn filings(web: &Web) -> Result<Vec<FilingRow>, WebError> {
    let catalog = web.catalog().await?;
    Ok(filing::rows(&catalog.changes, catalog.rules.iter()))
}
