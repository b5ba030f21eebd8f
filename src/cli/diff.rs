//! `diff`: prints the changes between two files. Writes nothing else, and applies no guard.

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::OutputFormat;
use crate::cli::output;
use crate::domain::{ChangeSet, Summary};

/// Prints the changes. For people: by kind, and for a revision each field before and after.
pub fn print(changes: &ChangeSet, format: OutputFormat) -> Result<()> {
    let out = &mut stdout();
    match format {
        OutputFormat::Text => {}
        OutputFormat::Json => return Ok(output::json(out, changes)?),
        format => return Ok(output::records(out, format, "changes", &changes.changes)?),
    }
    let Summary { added, removed, revised, editorial } = changes.summary;
    for change in &changes.changes {
        let countries = change.entry.countries.join(" ");
        let kind = if change.editorial { "editorial" } else { change.kind.as_str() };
        output::one_line(
            out,
            &format!("{kind}: {} [{}] {countries}", change.entry.name, change.entry.list),
        )?;
        for field in &change.fields {
            output::one_line(
                out,
                &format!("    {}: {} -> {}", field.field, field.before, field.after),
            )?;
        }
        if let Some(matched) =
            change.matched.as_ref().filter(|matched| !matched.certain || matched.row.is_some())
        {
            let doubt = if matched.certain { "the same entry" } else { "probably the same entry" };
            output::one_line(out, &format!("    {doubt}: {}", matched.evidence.join("; ")))?;
        }
        for (names, word) in [(&change.possibly_now, "is now"), (&change.possibly_was, "was")] {
            if !names.is_empty() {
                output::one_line(out, &format!("    possibly {word}: {}", names.join("; ")))?;
            }
        }
    }
    Ok(output::line(
        out,
        &format!("{added} added, {removed} removed, {revised} revised, {editorial} editorial"),
    )?)
}
