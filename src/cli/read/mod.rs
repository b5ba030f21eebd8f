//! The reading commands, one file each. Each reads the store and prints a table for people, or
//! JSON, JSON Lines or CSV for programs. They need no lock and no secret.

mod alerts;
mod changes;
mod deliveries;
mod entries;
mod entry;
mod file_hold;
mod hold_head;
mod holds;
mod items;
mod matches;
mod one_match;
mod receivers;
mod routes;
mod sources;
mod status;
mod status_text;

use anyhow::Result;
use jiff::Timestamp;

use crate::cli::output::{or_dash, time};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::domain::Change;
use crate::store::Store;

pub use alerts::alerts;
pub use changes::changes;
pub use deliveries::deliveries;
pub use entries::entries;
pub use entry::entry;
pub use file_hold::ShownFileHold;
pub use holds::{ShownHold, hold, holds};
pub use items::{item, items};
pub use matches::{configured_watchlists, matches, rescreen, watchlists};
pub use one_match::one_match;
pub use receivers::receivers;
pub use routes::explain_routes;
pub use sources::{absent_lists, sources};
pub use status::status;

/// An unknown source name is a usage error, not an empty result.
pub async fn expect_source(store: &Store, config: &Config, name: Option<&str>) -> Result<()> {
    if let Some(name) = name {
        let states = store.source_states().await?;
        let known = config
            .sources
            .iter()
            .map(|source| &source.name)
            .chain(states.iter().map(|state| &state.source));
        Usage::unless_known("source", name, known.map(String::as_str))?;
    }
    Ok(())
}

/// The fields of a revision. For other changes, the newest citation.
fn what_changed(change: &Change) -> String {
    if change.fields.is_empty() {
        return or_dash(change.entry.citations.last());
    }
    change.fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// A future time, or `now` for an overdue one.
fn soon(next: Timestamp, now: Timestamp) -> String {
    if next <= now { "now".to_owned() } else { time(next) }
}
