//! `/api/pictures/…`: the tables behind the pictures.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::reply;
use crate::domain::ListCode;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::pictures::filing::FilingRow;
use crate::web::pictures::{by_year, filing};
use crate::web::query::{self, Parameters};
use crate::web::records;

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
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::PICTURES)?;
        let list = parameters.list_or_entity_list()?;
        let rows = by_year::rows(&web.catalog().await?.changes, list);
        records::answer(format, "changes-by-year", &rows)
    };
    reply(answer.await)
}

/// `/api/pictures/entries-by-country`
pub async fn entries_by_country(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::PICTURES)?;
        let list = parameters.list_or_entity_list()?;
        records::answer(format, "entries-by-country", &countries(&web, list).await?)
    };
    reply(answer.await)
}

/// `/api/pictures/filing-to-list`. Rules are about the Entity List only.
pub async fn filing_to_list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "filing-to-list", &filings(&web).await?)
    };
    reply(answer.await)
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
