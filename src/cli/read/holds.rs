//! `entitywatch holds list` and `entitywatch holds show`

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::file_hold::hold_of_file;
use super::hold_head::{decisions, head};
use super::what_changed;
use crate::cli::args::OutputFormat;
use crate::cli::marked_words::marked;
use crate::cli::output::{self, time};
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::domain::{Change, HoldId, HoldState, Summary, TextChange};
use crate::pipeline::hold_decision;
use crate::pipeline::matching;
use crate::store::Store;
use crate::stored_json::{HoldRow, holds_of_files};

pub async fn holds(store: &Store, all: bool, format: OutputFormat) -> Result<()> {
    let mut holds: Vec<HoldRow> = store.holds(!all).await?.into_iter().map(HoldRow::from).collect();
    holds.extend(holds_of_files(store, !all).await?);
    let header = ["opened", "hold", "source", "list", "reason", "state", "entries", "description"];
    output::rows(
        &mut stdout(),
        format,
        "holds",
        &holds,
        &header,
        "no list and no counterparty file is on hold",
        |hold: &HoldRow| {
            vec![
                time(hold.opened_at),
                hold.hold_id.to_string(),
                hold.origin().to_owned(),
                hold.subject(),
                hold.reason.to_string(),
                hold.state.as_str().to_owned(),
                format!("{} -> {}", hold.count_before, hold.count_after),
                hold.message.clone(),
            ]
        },
    )?;
    Ok(())
}

/// A hold with the changes of accepting it.
#[derive(Serialize, JsonSchema)]
pub struct ShownHold {
    #[serde(flatten)]
    hold: HoldRow,
    changes: Vec<Change>,
    /// Of the text of a section: what leads from the accepted words to those on hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<TextChange>,
}

/// Prints the changes of an open hold, or the decision on a closed one.
pub async fn hold(
    store: &Store,
    config: &Config,
    id: &str,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let hold_id = HoldId(id.to_owned());
    if let Some(found) = matching::file_hold(store, &hold_id).await? {
        return hold_of_file(store, config, found, format, now).await;
    }
    let Some(hold) = store.hold(&hold_id).await? else {
        return Err(Usage(format!(
            "expected the id of a hold (`entitywatch holds list --all` shows them), but got `{id}`"
        ))
        .into());
    };
    let open = hold.state == HoldState::Open;
    let changes = if open { hold_decision::preview(store, &hold).await? } else { Vec::new() };
    let words = if open { hold_decision::preview_words(store, &hold).await? } else { Vec::new() };
    let out = &mut stdout();
    if format != OutputFormat::Text {
        let shown = ShownHold { hold: hold.into(), changes, words };
        return Ok(output::records(out, format, "holds", &[shown])?);
    }
    let unit = if hold.section.is_some() { "words" } else { "entries" };
    head(out, &hold.clone().into(), unit)?;
    if open && hold.section.is_some() {
        output::line(out, "accepting it would alert these words ([−deleted] [+inserted]):")?;
        output::line(out, &marked(&words))?;
        output::line(out, &decisions(id))?;
    } else if open {
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        output::line(
            out,
            &format!(
                "accepting it would alert {added} added, {removed} removed, {revised} revised \
                 ({editorial} editorial):"
            ),
        )?;
        let rows = changes.iter().map(|change| {
            vec![
                change.kind.as_str().to_owned(),
                change.entry.name.clone(),
                change.entry.countries.join(" "),
                what_changed(change),
            ]
        });
        output::line(out, &output::table(&["kind", "name", "countries", "what"], rows))?;
        output::line(out, &decisions(id))?;
    }
    Ok(())
}
