//! `entitywatch matches list`, `watchlists` and `rescreen`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::args::OutputFormat;
use crate::cli::configured_watchlists::watchlists_in;
use crate::cli::output::{self, or_dash, time};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::domain::Entry;
use crate::pipeline::matching::touched_since;
use crate::store::{MatchQuery, Store};
use crate::stored_json::{MatchRow, TouchedRow, WatchlistRow, watchlist_rows};

pub async fn matches(
    store: &Store,
    config: &Config,
    query: &MatchQuery,
    format: OutputFormat,
) -> Result<()> {
    if let Some(name) = &query.watchlist {
        let states = store.watchlist_states().await?;
        let configured = config.watchlists.iter().map(|watchlist| watchlist.name.as_str());
        let stored = states.iter().map(|state| state.name.as_str());
        Usage::unless_known("watchlist", name, configured.chain(stored))?;
    }
    let rows: Vec<MatchRow> = store.matches(query).await?.into_iter().map(MatchRow::from).collect();
    let header = ["match", "state", "band", "score", "watchlist", "id", "name", "entry", "since"];
    output::rows(
        &mut stdout(),
        format,
        "matches",
        &rows,
        &header,
        "no match",
        |row: &MatchRow| {
            vec![
                row.match_id.to_string(),
                row.state.as_str().to_owned(),
                row.band.as_str().to_owned(),
                format!("{:.2}", row.score),
                row.watchlist.clone(),
                row.counterparty.id.clone(),
                row.counterparty.name.clone(),
                name_of(row.entry.as_ref()),
                time(row.first_seen_at),
            ]
        },
    )?;
    Ok(())
}

pub async fn watchlists(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let rows = configured_watchlists(store, config, now).await?;
    let header = ["watchlist", "rows", "written", "last read", "open", "stale", "problem"];
    let nothing = "no watchlist is configured";
    let out = &mut stdout();
    output::rows(out, format, "watchlists", &rows, &header, nothing, |row: &WatchlistRow| {
        vec![
            row.name.clone(),
            row.rows.to_string(),
            or_dash(row.dated.map(time)),
            or_dash(row.last_read_at.map(time)),
            row.open.to_string(),
            row.stale.to_string(),
            or_dash(row.problem.as_ref().map(|problem| problem.kind.as_str())),
        ]
    })?;
    if format == OutputFormat::Text {
        for row in &rows {
            if let Some(at) = row.screened_at {
                let (at, undecided) = (time(at), row.open + row.stale);
                let decided = row.confirmed + row.dismissed;
                let text = format!(
                    "{}: compared in full {at}; matches now: {undecided} to decide, {decided} \
                     decided",
                    row.name
                );
                output::one_line(out, &text)?;
            }
            if let Some(problem) = &row.problem {
                output::one_line(out, &format!("{}: {}", row.name, problem.detail))?;
            }
            for note in &row.notes {
                output::one_line(out, &format!("{}: {note}", row.name))?;
            }
            for problem in &row.problems {
                output::one_line(out, &format!("{}: {problem}", row.name))?;
            }
        }
    }
    Ok(())
}

pub async fn rescreen(
    store: &Store,
    config: &Config,
    since: Timestamp,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let rows = touched_since(store, config, since, now).await?;
    let header = ["at", "kind", "entry", "id", "name", "band", "state", "because", "match"];
    let nothing = "no counterparty is touched by a change since then";
    let out = &mut stdout();
    output::rows(out, format, "rescreen", &rows, &header, nothing, |row: &TouchedRow| {
        vec![
            time(row.observed_at),
            row.kind.as_str().to_owned(),
            row.entry.name.clone(),
            row.counterparty.id.clone(),
            row.counterparty.name.clone(),
            row.band.as_str().to_owned(),
            row.state.as_str().to_owned(),
            row.reasons.join("; "),
            row.match_id.to_string(),
        ]
    })?;
    Ok(())
}

fn name_of(entry: Option<&Entry>) -> String {
    or_dash(entry.map(|entry| entry.name.as_str()))
}

/// The counterparty files of the configuration, in its order.
pub async fn configured_watchlists(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<WatchlistRow>> {
    let configured = watchlists_in(config);
    Ok(watchlist_rows(store, &configured, now).await?)
}
