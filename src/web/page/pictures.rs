//! `/pictures`: additions and removals over the years, entries by country, time from filing to each
//! list.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::{ListCode, country};
use crate::web::api::pictures::{countries, filings};
use crate::web::page::reply;
use crate::web::pictures::by_year::{self, YearRow};
use crate::web::pictures::{chart, filing};
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Countries with a picture of their own.
const PICTURED: usize = 8;
/// Countries in the picture of all. The table has all.
const BARS: usize = 20;
const UNKNOWN: &str = "unknown country";

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PICTURES)?;
        let list = parameters.list_or_entity_list()?;
        let catalog = web.catalog().await?;
        let totals = by_year::totals(&catalog.changes, list);
        let by_country = by_year::rows(&catalog.changes, list);
        let listed = countries(&web, list).await?;
        let bars: Vec<(String, usize)> = listed
            .iter()
            .take(BARS)
            .map(|row| (title(row.country.as_deref()), row.entries))
            .collect();
        let filings = filings(&web).await?;
        let delays: Vec<Value> = filing::delays(&filings)
            .into_iter()
            .map(|delays| {
                let values: Vec<_> =
                    delays.ranges.iter().map(|(days, count)| (days.clone(), *count, 0)).collect();
                json!({
                    "source": delays.source,
                    "rules": delays.rules,
                    "median": delays.median,
                    "words": in_words(&delays.ranges),
                    "ranges": delays.ranges,
                    "chart": chart::columns(&values),
                })
            })
            .collect();
        let download = |name: &str, parameters: &Parameters| {
            records::links(&format!("pictures/{name}"), parameters)
        };
        Ok(json!({
            "list": list,
            "lists": ListCode::ALL
                .iter()
                .map(|list| json!({ "value": list.as_str(), "title": list.title() }))
                .collect::<Vec<_>>(),
            "years": totals,
            "panels": panels(&totals, &by_country),
            "countries": listed
                .iter()
                .map(|row| json!({
                    "code": row.country,
                    "title": title(row.country.as_deref()),
                    "entries": row.entries,
                }))
                .collect::<Vec<_>>(),
            "bars": chart::rows(&bars),
            "delays": delays,
            "by_year_links": download("changes-by-year", &parameters),
            "by_country_links": download("entries-by-country", &parameters),
            "filing_links": download("filing-to-list", &Parameters::default()),
        }))
    };
    reply(&web, "pictures.html", context.await)
}

/// A chart of all countries, and one of each country with the most changes.
fn panels(totals: &[(i16, usize, usize)], rows: &[YearRow]) -> Vec<Value> {
    let panel = |title: &str, values: &[(String, usize, usize)]| {
        json!({
            "title": title,
            "added": values.iter().map(|value| value.1).sum::<usize>(),
            "removed": values.iter().map(|value| value.2).sum::<usize>(),
            "chart": chart::columns(values),
        })
    };
    let all: Vec<_> =
        totals.iter().map(|(year, added, removed)| (year.to_string(), *added, *removed)).collect();
    let mut panels = vec![panel("All countries", &all)];
    let mut most: Vec<(Option<&str>, usize)> = Vec::new();
    for row in rows {
        let count = row.added + row.removed;
        match most.iter_mut().find(|(country, _)| *country == row.country.as_deref()) {
            Some((_, sum)) => *sum += count,
            None => most.push((row.country.as_deref(), count)),
        }
    }
    most.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (country, _) in most.into_iter().take(PICTURED) {
        let of_year = |(year, ..): &(i16, usize, usize)| {
            let row =
                rows.iter().find(|row| row.year == *year && row.country.as_deref() == country);
            (year.to_string(), row.map_or(0, |row| row.added), row.map_or(0, |row| row.removed))
        };
        let values: Vec<_> = totals.iter().map(of_year).collect();
        panels.push(panel(&title(country), &values));
    }
    panels
}

/// For those who cannot see the bars.
fn in_words(ranges: &[(String, usize)]) -> String {
    let range = |(days, count): &(String, usize)| format!("{days}: {count}");
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

fn title(code: Option<&str>) -> String {
    code.map_or(UNKNOWN, country::name_in_messages).to_owned()
}
