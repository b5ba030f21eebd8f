//! The changes that the parameters of a page ask for.

use crate::domain::{Citation, RecordedRule, same};
use crate::stored_json::ChangeRow;
use crate::web::Web;
use crate::web::catalog::Catalog;
use crate::web::catalog::changes::{ChangeLine, RuleTraits};
use crate::web::error::WebError;
use crate::web::query::Parameters;

/// The changes that match, newest first.
pub async fn find<'a>(
    web: &Web,
    catalog: &'a Catalog,
    parameters: &Parameters,
) -> Result<Vec<&'a ChangeLine>, WebError> {
    let filter = parameters.change_filter(&web.state.settings.timezone)?;
    let mut found = catalog.changes.select(&filter);
    if let Some(wanted) = &filter.rule {
        let rule = rule_named(web, wanted).await?;
        let mut numbers: Vec<i64> = of_rule(web, catalog, wanted, rule.as_ref())
            .await?
            .into_iter()
            .map(|(n, _)| n)
            .collect();
        numbers.sort_unstable();
        found.retain(|line| numbers.binary_search(&line.seq).is_ok());
    }
    Ok(found)
}

/// The changes with these numbers, in this order, each with its number and its rule.
pub async fn numbered(web: &Web, numbers: &[i64]) -> Result<Vec<(i64, ChangeRow)>, WebError> {
    let store = &web.state.store;
    let (numbers, changes): (Vec<i64>, Vec<_>) =
        store.changes_numbered(numbers).await?.into_iter().unzip();
    Ok(numbers.into_iter().zip(ChangeRow::of(store, changes).await?).collect())
}

/// The changes with these numbers, in this order, each with its rule.
pub async fn read(web: &Web, numbers: &[i64]) -> Result<Vec<ChangeRow>, WebError> {
    Ok(numbered(web, numbers).await?.into_iter().map(|(_, row)| row).collect())
}

/// The recorded rule with this document number, or that has this page.
pub async fn rule_named(web: &Web, wanted: &str) -> Result<Option<RecordedRule>, WebError> {
    let store = &web.state.store;
    Ok(match Citation::from_text(wanted) {
        Citation::Page { volume, page } => store.rule_covering(volume, page).await?,
        Citation::AsPublished(number) => store.rule_numbered(&number).await?,
    })
}

/// The changes that belong to a rule as far as it is known today, with their numbers, in the order
/// in which they were stored. `wanted` is its document number or a page.
pub async fn of_rule(
    web: &Web,
    catalog: &Catalog,
    wanted: &str,
    rule: Option<&RecordedRule>,
) -> Result<Vec<(i64, ChangeRow)>, WebError> {
    let near = catalog.changes.near_rule(&traits(web, wanted, rule).await?);
    let numbers: Vec<i64> = near.iter().map(|line| line.seq).collect();
    let rows = numbered(web, &numbers).await?;
    let is_of_rule = |row: &ChangeRow| {
        row.rule.as_ref().is_some_and(|found| match rule {
            Some(rule) => {
                found.document_number.as_deref() == Some(&rule.document_number)
                    || found
                        .citation
                        .as_ref()
                        .is_some_and(|page| rule.covers(&Citation::from_text(page)))
            }
            None => found.citation.as_deref() == Some(wanted.trim()),
        })
    };
    Ok(rows.into_iter().filter(|(_, row)| is_of_rule(row)).collect())
}

async fn traits(
    web: &Web,
    wanted: &str,
    rule: Option<&RecordedRule>,
) -> Result<RuleTraits, WebError> {
    let Some(rule) = rule else {
        let citation = Some(Citation::from_text(wanted));
        return Ok(RuleTraits { citation, ..RuleTraits::default() });
    };
    let pages = rule
        .volume
        .zip(rule.start_page)
        .map(|(volume, first)| (volume, first, rule.end_page.unwrap_or(first).max(first)));
    let cited: Vec<Citation> = pages
        .iter()
        .flat_map(|(volume, first, last)| {
            (*first..=*last).map(|page| Citation::page(*volume, page))
        })
        .collect();
    let mut alerts = Vec::new();
    for state in web.state.store.source_states().await? {
        let found = web.state.store.alerts_citing(&state.source, &cited).await?;
        alerts.extend(found.into_iter().map(|(id, _)| id));
    }
    let names = rule.changes.iter().map(|order| same::name_key(&order.entry.name)).collect();
    Ok(RuleTraits { alerts, pages, citation: None, names })
}
