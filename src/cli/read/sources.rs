//! `entitywatch sources`, and the warning of lists that a source does not contain.

use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::soon;
use crate::cli::args::OutputFormat;
use crate::cli::output::{self, or_dash, time};
use crate::config::Config;
use crate::domain::SourceState;
use crate::store::Store;
use crate::stored_json::{SectionRow, SourceRow};

pub async fn sources(
    store: &Store,
    config: &Config,
    format: OutputFormat,
    now: Timestamp,
) -> Result<()> {
    let rows = source_rows(store, config, now).await?;
    let header = [
        "source",
        "last check",
        "last success",
        "next check",
        "checks",
        "unchanged",
        "entries",
        "trouble",
    ];
    output::rows(
        &mut stdout(),
        format,
        "sources",
        &rows,
        &header,
        "no source is configured",
        |row| {
            let on_hold = |on_hold: bool| if on_hold { " (on hold)" } else { "" };
            let counted = row.lists.iter().map(|list| {
                format!("{} {}{}", list.list, list.count, on_hold(list.hold_id.is_some()))
            });
            let absent = row.absent.iter().map(|list| format!("{list} none so far"));
            let sections = row.sections.iter().map(|section| {
                format!("§ {}{}", section.section, on_hold(section.hold_id.is_some()))
            });
            let lists: Vec<String> = counted.chain(absent).chain(sections).collect();
            vec![
                row.source.clone(),
                or_dash(row.last_check_at.map(time)),
                or_dash(row.last_success_at.map(time)),
                or_dash(row.next_check_at.map(|next| soon(next, now))),
                row.checks.to_string(),
                row.unchanged_checks.to_string(),
                if lists.is_empty() { "-".to_owned() } else { lists.join(" ") },
                or_dash(row.last_error.as_ref()),
            ]
        },
    )?;
    if format == OutputFormat::Text {
        for row in &rows {
            for section in &row.sections {
                for line in section_lines(row, section) {
                    output::one_line(&mut stdout(), &line)?;
                }
            }
        }
    }
    Ok(())
}

/// A watched section with its notes, verbatim: whether a paragraph is suspended stands there.
fn section_lines(row: &SourceRow, section: &SectionRow) -> Vec<String> {
    let since = section.as_of.map(|day| format!(" since {day}")).unwrap_or_default();
    let checked = row.last_success_at.map(|at| format!(", last compared {}", time(at)));
    let notes = match section.notes.len() {
        0 => "no note about an effective date, a suspension or an amendment",
        1 => "1 note:",
        _ => "notes:",
    };
    let checked = checked.unwrap_or_default();
    let first =
        format!("§ {} in {}, this text{since}{checked}: {notes}", section.section, row.source);
    std::iter::once(first).chain(section.notes.iter().map(|note| format!("  {note}"))).collect()
}

/// The configured sources, and those that were checked earlier.
pub(super) async fn source_rows(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SourceRow>> {
    let mut states = store.source_states().await?;
    for source in &config.sources {
        if !states.iter().any(|state| state.source == source.name) {
            states.push(SourceState { source: source.name.clone(), ..SourceState::default() });
        }
    }
    let (mut rows, holds) = (Vec::new(), store.holds(true).await?);
    let sections = store.current_sections(None).await?;
    for state in states {
        let source = config.source(&state.source);
        let lists = store.list_states(&state.source).await?;
        let schedule = source.map(|source| &source.schedule);
        let row = SourceRow::new(state, lists, &holds, schedule, now);
        rows.push(row.with_sections(&sections, &holds));
    }
    Ok(rows)
}

/// The warnings of the store for `config check`: watched lists that the publisher does not seem to
/// have.
pub async fn absent_lists(store: &Store, config: &Config) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for state in store.source_states().await? {
        let Some(source) = config.source(&state.source) else { continue };
        let absent =
            crate::stored_json::absent_lists(&state, &store.list_states(&state.source).await?);
        warnings.extend(absent.into_iter().filter(|list| source.lists.contains(list)).map(
            |list| {
                let name = &source.name;
                format!(
                    "no row of {list} has been seen in source `{name}`: its publisher may have \
                     dropped the list; its first rows will be the baseline"
                )
            },
        ));
    }
    Ok(warnings)
}
