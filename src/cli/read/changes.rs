//! `entitywatch changes`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::{expect_source, what_changed};
use crate::cli::args::{ChangesArgs, OutputFormat};
use crate::cli::output::{self, or_dash, time};
use crate::config::Config;
use crate::domain::{AlertKind, ListCode};
use crate::store::{AlertQuery, ChangeQuery, Store};
use crate::stored_json::{ChangeRow, SectionChangeRow};

pub async fn changes(
    store: &Store,
    config: &Config,
    args: &ChangesArgs,
    now: Timestamp,
) -> Result<()> {
    let query = ChangeQuery {
        source: args.source.clone(),
        list: args.list,
        kind: args.kind,
        since: args.since.map(|when| when.before(now)),
        until: args.until.map(|when| when.before(now)),
        editorial: !args.no_editorial,
        countries: args.countries.clone(),
        search: args.search.clone(),
        limit: args.limit,
    };
    let rows = ChangeRow::of(store, store.changes(&query).await?).await?;
    if rows.is_empty() {
        expect_source(store, config, args.source.as_deref()).await?;
    }
    let all = ChangeQuery { editorial: true, limit: args.limit, ..ChangeQuery::default() };
    let nothing = if query == all { "no change is recorded" } else { "no recorded change matches" };
    let sections = section_changes(store, &query).await?;
    if !sections.is_empty() && args.output.output == OutputFormat::Json {
        let both = serde_json::json!({"changes": rows, "sections": sections});
        return Ok(output::json(&mut stdout(), &both)?);
    }
    // A line or a row is a change of an entry, and nothing else, so that programs can rely on it.
    if !sections.is_empty() && args.output.output != OutputFormat::Text {
        output::problem(&format!(
            "the words of {} sections changed too, which only `--output json` and text show",
            sections.len()
        ));
    }
    let header = ["seen", "source", "list", "kind", "severity", "name", "countries", "what"];
    output::rows(&mut stdout(), args.output.output, "changes", &rows, &header, nothing, |row| {
        vec![
            time(row.observed_at),
            row.source.clone(),
            row.change.entry.list.to_string(),
            row.change.kind.as_str().to_owned(),
            row.change.severity.as_str().to_owned(),
            row.change.entry.name.clone(),
            row.change.entry.countries.join(" "),
            what_changed(&row.change),
        ]
    })?;
    if !sections.is_empty() && args.output.output == OutputFormat::Text {
        let cells = sections.iter().map(|row| {
            vec![
                time(row.observed_at),
                row.source.clone(),
                format!("§ {}", row.section),
                or_dash(row.rule.as_ref().and_then(|rule| rule.citation.clone())),
                row.alert_id.to_string(),
            ]
        });
        let header = ["seen", "source", "changed words of", "cites", "alert"];
        output::line(&mut stdout(), &output::table(&header, cells))?;
    }
    Ok(())
}

/// The sections whose words changed, newest first. None if the query asks for entries of a list, a
/// kind or a country.
async fn section_changes(store: &Store, query: &ChangeQuery) -> Result<Vec<SectionChangeRow>> {
    let ChangeQuery { source, list, kind, since, until, countries, search, limit, .. } = query;
    if list.is_some_and(|list| list != ListCode::REG)
        || kind.is_some()
        || !countries.is_empty()
        || search.is_some()
    {
        return Ok(Vec::new());
    }
    let kinds = vec![AlertKind::RegulationChanged];
    let query =
        AlertQuery { kinds, since: *since, until: *until, limit: *limit, ..AlertQuery::default() };
    let alerts = store.alerts(&query).await?;
    let is_of_source = |row: &SectionChangeRow| source.as_ref().is_none_or(|of| *of == row.source);
    Ok(alerts.into_iter().filter_map(SectionChangeRow::of).filter(is_of_source).collect())
}
