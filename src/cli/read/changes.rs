//! `entitywatch changes`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::{expect_source, what_changed};
use crate::cli::args::ChangesArgs;
use crate::cli::output::{self, time};
use crate::config::Config;
use crate::store::{ChangeQuery, Store};
use crate::stored_json::ChangeRow;

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
    let header = ["seen", "source", "list", "kind", "severity", "name", "countries", "what"];
    output::rows(
        &mut stdout(),
        args.output.output,
        "changes",
        &rows,
        &header,
        "no change is recorded",
        |row| {
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
        },
    )?;
    Ok(())
}
