//! `entitywatch entries show`: one listing, with all that happened to it in every source.

use std::io::{Write, stdout};

use anyhow::Result;

use crate::cli::args::OutputFormat;
use crate::cli::output::{self, or_dash, time};
use crate::cli::usage::Usage;
use crate::domain::EntryId;
use crate::store::Store;
use crate::stored_json::{EntryTimeline, TimelineEvent};

/// Prints the listing with this id, or each listing that ever had this name.
pub async fn entry(store: &Store, wanted: &str, format: OutputFormat) -> Result<()> {
    let mut found = Vec::new();
    found.extend(EntryTimeline::load(store, &EntryId(wanted.trim().to_owned())).await?);
    if found.is_empty() {
        for id in store.entries_named(wanted).await? {
            found.extend(EntryTimeline::load(store, &id).await?);
        }
    }
    if found.is_empty() {
        return Err(Usage(format!(
            "expected the name or the entry_id of a recorded entry (`entitywatch entries --search \
             TEXT` finds some), but got `{wanted}`"
        ))
        .into());
    }
    let out = &mut stdout();
    if format != OutputFormat::Text {
        return Ok(output::records(out, format, "entries", &found)?);
    }
    for (at, entry) in found.iter().enumerate() {
        if at > 0 {
            output::line(out, "")?;
        }
        print(out, entry)?;
    }
    Ok(())
}

fn print(out: &mut dyn Write, entry: &EntryTimeline) -> Result<()> {
    output::one_line(out, &format!("{}: {} ({})", entry.entry_id, entry.name, entry.list))?;
    let earlier: Vec<&str> =
        entry.names.iter().map(String::as_str).filter(|name| *name != entry.name).collect();
    if !earlier.is_empty() {
        output::one_line(out, &format!("other names: {}", earlier.join("; ")))?;
    }
    for state in &entry.sources {
        let state_in_words = match state.known_until {
            None if state.listed => {
                format!("listed, in this form since {}", time(state.known_from))
            }
            Some(until) => format!("not listed, last known {}", time(until)),
            None => "not listed, known from its history".to_owned(),
        };
        output::one_line(out, &format!("{}: {state_in_words}", state.source))?;
    }
    output::line(out, "")?;
    let header = ["when", "source", "event", "rule", "what"];
    output::line(out, &output::table(&header, entry.timeline.iter().map(cells)))?;
    Ok(())
}

fn cells(event: &TimelineEvent) -> Vec<String> {
    let what: Vec<&str> = [event.what.as_str()]
        .into_iter()
        .chain(event.differences.iter().map(String::as_str))
        .filter(|text| !text.is_empty())
        .collect();
    let kind = match event.kind {
        Some(kind) if event.event.as_str() == "confirmed" => format!(" {}", kind.as_str()),
        _ => String::new(),
    };
    vec![
        time(event.at),
        event.source.clone(),
        format!("{}{kind}", event.event.as_str()),
        or_dash(event.rule.as_ref().and_then(|rule| rule.citation.as_ref())),
        what.join("; "),
    ]
}
