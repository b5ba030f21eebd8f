//! What the filters of a page offer: lists, sources and countries.

use serde_json::{Value, json};

use crate::domain::{ListCode, country};
use crate::web::Web;
use crate::web::catalog::Catalog;

/// For the macros of `filters.html`.
pub fn choices(web: &Web, catalog: &Catalog) -> Value {
    let list = |list: &ListCode| json!({ "value": list.as_str(), "title": list.title() });
    let lists: Vec<Value> = ListCode::ALL.iter().map(list).collect();
    let mut sources: Vec<String> =
        web.state.status.sources().into_iter().map(|line| line.name).collect();
    sources.extend(catalog.entries.sources().map(str::to_owned));
    let mut seen = std::collections::BTreeSet::new();
    sources.retain(|source| seen.insert(source.clone()));
    let mut countries: Vec<(&str, &str)> = catalog
        .entries
        .countries()
        .into_iter()
        .map(|code| (country::name_in_messages(code), code))
        .collect();
    countries.sort_unstable();
    let country = |(title, value): &(&str, &str)| json!({ "value": value, "title": title });
    let countries: Vec<Value> = countries.iter().map(country).collect();
    json!({ "lists": lists, "sources": sources, "countries": countries })
}
