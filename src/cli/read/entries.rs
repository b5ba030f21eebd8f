//! `entitywatch entries`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::expect_source;
use crate::cli::args::EntriesListArgs;
use crate::cli::output::{self, or_dash};
use crate::config::Config;
use crate::store::{EntryQuery, Store};
use crate::stored_json::EntryRow;

pub async fn entries(
    store: &Store,
    config: &Config,
    args: &EntriesListArgs,
    now: Timestamp,
) -> Result<()> {
    let query = EntryQuery {
        source: args.source.clone(),
        list: args.list,
        search: args.search.clone(),
        as_of: args.as_of,
        known_at: args.known_at.map(|when| when.before(now)),
        limit: args.limit,
    };
    let rows: Vec<EntryRow> =
        store.entries(&query).await?.into_iter().map(EntryRow::from).collect();
    if rows.is_empty() {
        expect_source(store, config, args.source.as_deref()).await?;
    }
    let header = ["source", "list", "name", "countries", "since", "citations"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "entries",
        &rows,
        &header,
        "no recorded entry matches",
        |row| {
            let citations: Vec<String> =
                row.entry.citations.iter().map(ToString::to_string).collect();
            vec![
                row.source.clone(),
                row.entry.list.to_string(),
                row.entry.name.clone(),
                row.entry.countries.join(" "),
                or_dash(row.entry.start_date.as_ref()),
                citations.join("; "),
            ]
        },
    )?;
    Ok(())
}
