//! `entitywatch holds show` of a counterparty file.

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::hold_head::{decisions, head};
use crate::cli::args::OutputFormat;
use crate::cli::hold_preview::lines;
use crate::cli::output;
use crate::config::Config;
use crate::domain::Counterparty;
use crate::pipeline::matching::{FileHoldPreview, FoundHold, file_hold_preview};
use crate::store::Store;
use crate::stored_json::{FileHoldLine, HoldRow};

/// The most rows of each kind that are printed for people. The other formats have all.
const MAX_SHOWN: usize = 100;

/// A hold of a counterparty file, with what accepting it would change.
#[derive(Serialize, JsonSchema)]
pub struct ShownFileHold {
    #[serde(flatten)]
    hold: HoldRow,
    /// Why the file could not be compared. `null`: it was, or the hold is over.
    unread: Option<String>,
    /// As the API has them: those that would be removed first, and of these those with matches.
    counterparties: Vec<FileHoldLine>,
}

/// Prints what accepting an open hold would change, or the decision on a closed one.
pub async fn hold_of_file(
    store: &Store,
    config: &Config,
    found: FoundHold,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let is_open = found.ended.is_none();
    let settings = config.watchlists.iter().find(|w| w.name == found.watchlist);
    let preview = if is_open {
        file_hold_preview(store, settings, &found.watchlist, &found.hold, now).await?
    } else {
        FileHoldPreview::default()
    };
    let hold = HoldRow::of_file(&found.watchlist, found.hold, found.ended);
    let out = &mut stdout();
    if format != OutputFormat::Text {
        return Ok(output::records(out, format, "holds", &[shown(hold, preview)])?);
    }
    head(out, &hold, "rows")?;
    if !is_open {
        return Ok(());
    }
    let summary = &hold.summary;
    output::line(
        out,
        &format!(
            "accepting it would remove {} counterparties, revise {} and add {}",
            summary.removed, summary.revised, summary.added
        ),
    )?;
    if let Some(why) = &preview.unread {
        output::one_line(out, &format!("they cannot be listed: {why}"))?;
    } else {
        table(out, &preview)?;
    }
    output::line(out, &decisions(hold.hold_id.as_str()))?;
    Ok(())
}

fn shown(hold: HoldRow, preview: FileHoldPreview) -> ShownFileHold {
    let unread = preview.unread.clone();
    ShownFileHold { hold, unread, counterparties: lines(preview) }
}

/// What would be removed first, because that is what a cut file gets wrong.
fn table(out: &mut dyn std::io::Write, preview: &FileHoldPreview) -> std::io::Result<()> {
    let with_matches = preview.removed.iter().filter(|lost| !lost.matches.is_empty()).count();
    if with_matches > 0 {
        let text = format!("{with_matches} of those that would be removed have matches");
        output::line(out, &text)?;
    }
    let party = |what: &str, party: &Counterparty, detail: String| {
        vec![what.to_owned(), party.id.clone(), party.name.clone(), detail]
    };
    let removed = preview.removed.iter().take(MAX_SHOWN).map(|lost| {
        let matches = lost.matches.iter();
        let matches = matches.map(|(state, band)| format!("{} {}", state.as_str(), band.as_str()));
        party("removed", &lost.party, matches.collect::<Vec<_>>().join(", "))
    });
    let revised = preview
        .revised
        .iter()
        .take(MAX_SHOWN)
        .map(|(before, after)| party("revised", after, difference(before, after)));
    let added = preview.added.iter().take(MAX_SHOWN).map(|it| party("added", it, String::new()));
    let rows: Vec<Vec<String>> = removed.chain(revised).chain(added).collect();
    if rows.is_empty() {
        return Ok(());
    }
    output::line(out, &output::table(&["what", "id", "name", "matches or before"], rows))?;
    let all = [preview.removed.len(), preview.revised.len(), preview.added.len()];
    let more: usize = all.iter().map(|count| count.saturating_sub(MAX_SHOWN)).sum();
    if more > 0 {
        output::line(out, &format!("and {more} more: --output json has all of them"))?;
    }
    Ok(())
}

/// What a row was before, as far as it differs.
fn difference(before: &Counterparty, after: &Counterparty) -> String {
    let mut parts = Vec::new();
    let mut part = |before: &str, after: &str| {
        if before != after {
            parts.push(if before.is_empty() { "-".to_owned() } else { before.to_owned() });
        }
    };
    part(&before.name, &after.name);
    part(&before.aliases.join("; "), &after.aliases.join("; "));
    part(&before.addresses.join("; "), &after.addresses.join("; "));
    part(&before.country, &after.country);
    part(&before.owner, &after.owner);
    parts.join(" | ")
}
