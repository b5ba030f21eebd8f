//! `entitywatch holds list` and `entitywatch holds show`

use std::io::stdout;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::what_changed;
use crate::cli::args::OutputFormat;
use crate::cli::marked_words::marked;
use crate::cli::output::{self, time};
use crate::cli::usage::Usage;
use crate::domain::{Change, Hold, HoldId, HoldState, Summary, TextChange};
use crate::pipeline::hold_decision;
use crate::store::Store;

pub async fn holds(store: &Store, all: bool, format: OutputFormat) -> Result<()> {
    let holds = store.holds(!all).await?;
    let header = ["opened", "hold", "source", "list", "reason", "state", "entries", "description"];
    output::rows(
        &mut stdout(),
        format,
        "holds",
        &holds,
        &header,
        "no list is on hold",
        |hold: &Hold| {
            vec![
                time(hold.opened_at),
                hold.hold_id.to_string(),
                hold.source.clone(),
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
struct ShownHold {
    #[serde(flatten)]
    hold: Hold,
    changes: Vec<Change>,
    /// Of the text of a section: what leads from the accepted words to those on hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<TextChange>,
}

/// Prints the changes of an open hold, or the decision on a closed one.
pub async fn hold(store: &Store, id: &str, format: OutputFormat) -> Result<()> {
    let Some(hold) = store.hold(&HoldId(id.to_owned())).await? else {
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
        return Ok(output::records(out, format, "holds", &[ShownHold { hold, changes, words }])?);
    }
    output::one_line(
        out,
        &format!(
            "{}: {} of {}, on hold for {}, {}",
            hold.hold_id,
            hold.subject(),
            hold.source,
            hold.reason,
            hold.state.as_str()
        ),
    )?;
    output::one_line(out, &hold.message)?;
    output::line(
        out,
        &format!(
            "first seen {}; {} {} before, {} in the file on hold",
            time(hold.opened_at),
            hold.count_before,
            if hold.section.is_some() { "words" } else { "entries" },
            hold.count_after
        ),
    )?;
    if let (Some(by), Some(reason), Some(at)) =
        (&hold.decided_by, &hold.decision_reason, hold.decided_at)
    {
        let how = hold.identified.as_ref().map_or_else(String::new, |how| format!(", {how},"));
        output::one_line(
            out,
            &format!("{} by {by}{how} at {}: {reason}", hold.state.as_str(), time(at)),
        )?;
    }
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

/// The two commands that decide on a hold.
fn decisions(id: &str) -> String {
    format!(
        "entitywatch holds accept {id} --by NAME --reason TEXT\nentitywatch holds reject {id} --by \
         NAME --reason TEXT"
    )
}
